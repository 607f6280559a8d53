#include "kernels/subsample.h"

#include "kernels/launch.h"

namespace striate {

struct Subsample {
  static constexpr int64_t work = 8;
  int c, h, w, k, p, q, stride, before;
  const float* x;
  float* y;
  HD void operator()(int64_t i) const {
    const int column = static_cast<int>(i % q), row = static_cast<int>(i / q % p);
    const int64_t n = i / q / p / k;
    const int channel = static_cast<int>(i / q / p % k) - before;
    const bool there = channel >= 0 && channel < c;
    y[i] = there ? x[((n * c + channel) * h + row * stride) * w + column * stride] : 0.0f;
  }
};

struct SubsampleBackward {
  static constexpr int64_t work = 8;
  int c, h, w, k, p, q, stride, before;
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t i) const {
    const int column = static_cast<int>(i % w), row = static_cast<int>(i / w % h);
    const int64_t n = i / w / h / c;
    const int channel = static_cast<int>(i / w / h % c) + before;
    float value = 0;
    if (row % stride == 0 && column % stride == 0) {
      value = dy[((n * k + channel) * p + row / stride) * q + column / stride];
    }
    dx[i] = add ? dx[i] + value : value;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Subsample>;
template struct CudaFlat<SubsampleBackward>;

#else

void subsample_forward(Stream& stream, const SubsampleShape& s, const float* x, float* y) {
  for_each(stream, "subsample", s.y_size(),
           Subsample{s.c, s.h, s.w, s.k, s.p(), s.q(), s.stride, (s.k - s.c) / 2, x, y});
}
void subsample_backward(Stream& stream, const SubsampleShape& s, const float* dy, float* dx, Result result) {
  for_each(stream, "subsample_backward", s.x_size(),
           SubsampleBackward{s.c, s.h, s.w, s.k, s.p(), s.q(), s.stride, (s.k - s.c) / 2, dy, dx,
                             result == Result::accumulate});
}

#endif

}  // namespace striate
