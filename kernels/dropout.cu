#include "kernels/dropout.h"

#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"
#include "kernels/random.h"

namespace striate {

// Four values per index: one block of random numbers.
struct Dropout {
  static constexpr int64_t work = 96;
  const float* x;
  float* mask;
  float* y;
  int64_t count;
  uint64_t seed;
  const uint64_t* sequence;
  float rate, kept;
  HD void operator()(int64_t index) const {
    const Random4 r = philox(seed, *sequence, static_cast<uint64_t>(index));
    for (int i = 0; i < 4 && index * 4 + i < count; ++i) {
      const float m = to_unit(r.v[i]) >= rate ? kept : 0.0f;
      mask[index * 4 + i] = m;
      y[index * 4 + i] = x[index * 4 + i] * m;
    }
  }
};
struct DropoutBackward {
  const float* mask;
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t i) const {
    const float v = dy[i] * mask[i];
    dx[i] = add ? dx[i] + v : v;
  }
};
struct DropoutNext {
  uint64_t* sequence;
  HD void operator()(int64_t) const { *sequence += 1; }
};

#ifdef __CUDACC__

template struct CudaFlat<Dropout>;
template struct CudaFlat<DropoutBackward>;
template struct CudaFlat<DropoutNext>;

#else

void dropout_forward(Stream& stream, int64_t count, float rate, uint64_t seed, const uint64_t* sequence, const float* x,
                     float* mask, float* y) {
  if (!(rate >= 0 && rate < 1)) throw Error("dropout of " + std::to_string(rate), "the rate is at least 0 and below 1");
  for_each(stream, "dropout", (count + 3) / 4, Dropout{x, mask, y, count, seed, sequence, rate, 1.0f / (1.0f - rate)});
}
void dropout_backward(Stream& stream, int64_t count, const float* mask, const float* dy, float* dx, Result result) {
  for_each(stream, "dropout_backward", count, DropoutBackward{mask, dy, dx, result == Result::accumulate});
}
void dropout_next(Stream& stream, uint64_t* sequence) { for_each(stream, "dropout_next", 1, DropoutNext{sequence}); }

#endif

}  // namespace striate
