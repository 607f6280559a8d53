// Measures of a device; see limits.h.
#include "kernels/limits.h"

#include "kernels/launch.h"
#include "kernels/limits_kernel.h"
#include "kernels/memory.h"

namespace striate {
namespace limits {

#ifndef __CUDACC__
constexpr int64_t kPiece = 1 << 14;  // floats that one index copies

struct CopyFloats {
  static constexpr int64_t work = kPiece;
  const float* from;
  float* to;
  int64_t n;
  void operator()(int64_t piece) const {  // of the CPU alone
    const int64_t begin = piece * kPiece, end = begin + kPiece < n ? begin + kPiece : n;
    copy_past_cache(to + begin, from + begin, (end - begin) * static_cast<int64_t>(sizeof(float)));
  }
};
#endif

constexpr int kPacks = 10;  // independent ones: more than the latency of a multiply-add times two units

template <int W>
struct MultiplyAddChains {
  static constexpr int64_t work = 1 << 20;
  int steps;
  float* out;  // (lanes)
  HD void operator()(int64_t lane) const {
    Pack<float, W> value[kPacks];
    for (int k = 0; k < kPacks; ++k) value[k] = Pack<float, W>::all(static_cast<float>(lane + k));
    const Pack<float, W> factor = Pack<float, W>::all(0.999f), term = Pack<float, W>::all(0.25f);
    for (int step = 0; step < steps; ++step) {
      for (int k = 0; k < kPacks; ++k) value[k] = fma(value[k], factor, term);
    }
    float sum = 0;
    for (int k = 0; k < kPacks; ++k) {
      for (int i = 0; i < W; ++i) sum += value[k][i];
    }
    out[lane] = sum;
  }
};

}  // namespace limits

template struct CudaFlat<limits::CopyOneFloat<Plain>>;
template struct CudaFlat<limits::MultiplyAddChains<CudaTarget::width>>;

#ifndef __CUDACC__

void copy_floats(Stream& stream, const float* from, float* to, int64_t n) {
  with_target(stream, [&](auto target) {
    if constexpr (decltype(target)::is_gpu) {
      for_each(target, stream, "copy_floats", n, limits::CopyOneFloat<Plain>{from, to});
    } else {
      for_each(target, stream, "copy_floats", (n + limits::kPiece - 1) / limits::kPiece,
               limits::CopyFloats{from, to, n});
    }
  });
}

int64_t multiply_add_chains(Stream& stream, int lanes, int steps, float* out) {
  int64_t operations = 0;
  with_target(stream, [&](auto target) {
    constexpr int width = decltype(target)::width;
    for_each(target, stream, "multiply_add_chains", lanes, limits::MultiplyAddChains<width>{steps, out});
    operations = 2LL * lanes * steps * limits::kPacks * width;
  });
  return operations;
}

#endif

}  // namespace striate
