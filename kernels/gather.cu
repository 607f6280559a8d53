#include "kernels/gather.h"

#include <algorithm>

#include "kernels/elementwise.h"
#include "kernels/launch.h"

namespace striate {

// The indices travel in the launch itself, so many at a time: there is no array of them to keep on the device.
constexpr int64_t kIndicesPerLaunch = 64;

// An index is a piece of `chunk` values of one slice: one value on the GPU, a loop on the CPU.
template <int chunk>
struct GatherForward {
  static constexpr int64_t work = chunk + 16;
  const float* x;
  float* y;
  int64_t size, inner, count, first, here, pieces;  // here: how many indices this launch has
  int32_t indices[kIndicesPerLaunch];
  HD void operator()(int64_t i) const {
    const int64_t slice = i / pieces, begin = (i - slice * pieces) * chunk, o = slice / here, j = slice - o * here;
    const int64_t n = inner - begin < chunk ? inner - begin : chunk;
    const float* from = x + (o * size + indices[j]) * inner + begin;
    float* to = y + (o * count + first + j) * inner + begin;
    for (int64_t k = 0; k < n; ++k) to[k] = from[k];
  }
};
// One index owns a column of dx, so that two equal indices never meet.
struct GatherBackward {
  static constexpr int64_t work = 4 * kIndicesPerLaunch;
  const float* dy;
  float* dx;
  int64_t size, inner, count, first, here;
  int32_t indices[kIndicesPerLaunch];
  HD void operator()(int64_t i) const {
    const int64_t o = i / inner, column = i - o * inner;
    for (int64_t j = 0; j < here; ++j) {
      dx[(o * size + indices[j]) * inner + column] += dy[(o * count + first + j) * inner + column];
    }
  }
};

#ifdef __CUDACC__

template struct CudaFlat<GatherForward<1>>;
template struct CudaFlat<GatherBackward>;

#else

void gather_forward(Stream& stream, int64_t outer, int64_t size, int64_t inner, const std::vector<int32_t>& indices,
                    const float* x, float* y) {
  const auto count = static_cast<int64_t>(indices.size());
  for (int64_t first = 0; first < count; first += kIndicesPerLaunch) {
    const int64_t here = std::min(kIndicesPerLaunch, count - first);
    with_target(stream, [&](auto target) {
      constexpr int chunk = decltype(target)::is_gpu ? 1 : 1024;
      const int64_t pieces = (inner + chunk - 1) / chunk;
      GatherForward<chunk> kernel{x, y, size, inner, count, first, here, pieces, {}};
      std::copy_n(indices.begin() + first, here, kernel.indices);
      for_each(target, stream, "gather", outer * here * pieces, kernel);
    });
  }
}
void gather_backward(Stream& stream, int64_t outer, int64_t size, int64_t inner, const std::vector<int32_t>& indices,
                     const float* dy, float* dx, Result result) {
  if (result == Result::overwrite) fill(stream, outer * size * inner, 0, dx);
  const auto count = static_cast<int64_t>(indices.size());
  for (int64_t first = 0; first < count; first += kIndicesPerLaunch) {
    const int64_t here = std::min(kIndicesPerLaunch, count - first);
    GatherBackward kernel{dy, dx, size, inner, count, first, here, {}};
    std::copy_n(indices.begin() + first, here, kernel.indices);
    for_each(stream, "gather_backward", outer * inner, kernel);
  }
}

#endif

}  // namespace striate
