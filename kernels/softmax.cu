// One index per (n, pixel): K is small where networks end, and its K values are walked one after the other.
#include "kernels/softmax.h"

#include <cmath>

#include "kernels/launch.h"

namespace striate {

// What all four share: the K values that belong together, `pixels` apart.
struct SoftmaxRow {
  int64_t pixels;
  int k;
  HD int64_t first(int64_t i) const { return i / pixels * (k * pixels) + i % pixels; }
};

struct Softmax {
  static constexpr int64_t work = 128;
  SoftmaxRow row;
  const float* x;
  float* y;
  bool logarithm;
  HD void operator()(int64_t i) const {
    const int64_t first = row.first(i);
    float most = x[first];
    for (int k = 1; k < row.k; ++k) {
      const float v = x[first + k * row.pixels];
      most = v > most || v != v ? v : most;
    }
    float sum = 0;
    for (int k = 0; k < row.k; ++k) {
      const int64_t at = first + k * row.pixels;
      const float e = std::exp(x[at] - most);
      sum += e;
      if (!logarithm) y[at] = e;
    }
    const float log_sum = logarithm ? std::log(sum) : 0.0f, factor = 1.0f / sum;
    for (int k = 0; k < row.k; ++k) {
      const int64_t at = first + k * row.pixels;
      y[at] = logarithm ? x[at] - most - log_sum : y[at] * factor;
    }
  }
};

struct SoftmaxBackward {
  static constexpr int64_t work = 64;
  SoftmaxRow row;
  const float* y;
  const float* dy;
  float* dx;
  bool logarithm, add;
  HD void operator()(int64_t i) const {
    const int64_t first = row.first(i);
    float sum = 0;
    for (int k = 0; k < row.k; ++k) {
      const int64_t at = first + k * row.pixels;
      sum += logarithm ? dy[at] : dy[at] * y[at];
    }
    for (int k = 0; k < row.k; ++k) {
      const int64_t at = first + k * row.pixels;
      const float v = logarithm ? dy[at] - std::exp(y[at]) * sum : y[at] * (dy[at] - sum);
      dx[at] = add ? dx[at] + v : v;
    }
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Softmax>;
template struct CudaFlat<SoftmaxBackward>;

#else

void softmax_forward(Stream& stream, int n, int k, int64_t pixels, const float* x, float* y) {
  for_each(stream, "softmax", n * pixels, Softmax{{pixels, k}, x, y, false});
}
void log_softmax_forward(Stream& stream, int n, int k, int64_t pixels, const float* x, float* y) {
  for_each(stream, "log_softmax", n * pixels, Softmax{{pixels, k}, x, y, true});
}
void softmax_backward(Stream& stream, int n, int k, int64_t pixels, const float* y, const float* dy, float* dx,
                      Result result) {
  for_each(stream, "softmax_backward", n * pixels,
           SoftmaxBackward{{pixels, k}, y, dy, dx, false, result == Result::accumulate});
}
void log_softmax_backward(Stream& stream, int n, int k, int64_t pixels, const float* y, const float* dy, float* dx,
                          Result result) {
  for_each(stream, "log_softmax_backward", n * pixels,
           SoftmaxBackward{{pixels, k}, y, dy, dx, true, result == Result::accumulate});
}

#endif

}  // namespace striate
