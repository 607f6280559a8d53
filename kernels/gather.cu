#include "kernels/gather.h"

#include <algorithm>

#include "kernels/elementwise.h"
#include "kernels/launch.h"

namespace striate {

// The indices travel in the launch itself, so many at a time: there is no array of them to keep on the device.
constexpr int64_t kIndicesPerLaunch = 64;

struct GatherForward {
  static constexpr int64_t work = 8;
  const float* x;
  float* y;
  int64_t size, inner, count, first, here;  // here: how many indices this launch has
  int32_t indices[kIndicesPerLaunch];
  HD void operator()(int64_t i) const {
    const int64_t slice = i / inner, column = i - slice * inner, o = slice / here, j = slice - o * here;
    y[(o * count + first + j) * inner + column] = x[(o * size + indices[j]) * inner + column];
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

template struct CudaFlat<GatherForward>;
template struct CudaFlat<GatherBackward>;

#else

void gather_forward(Stream& stream, int64_t outer, int64_t size, int64_t inner, const std::vector<int32_t>& indices,
                    const float* x, float* y) {
  const auto count = static_cast<int64_t>(indices.size());
  for (int64_t first = 0; first < count; first += kIndicesPerLaunch) {
    const int64_t here = std::min(kIndicesPerLaunch, count - first);
    GatherForward kernel{x, y, size, inner, count, first, here, {}};
    std::copy_n(indices.begin() + first, here, kernel.indices);
    for_each(stream, "gather", outer * here * inner, kernel);
  }
}
void gather_backward(Stream& stream, int64_t outer, int64_t size, int64_t inner, const std::vector<int32_t>& indices,
                     const float* dy, float* dx, Result result) {
  if (result == Result::replace) fill(stream, outer * size * inner, 0, dx);
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
