#include "kernels/activation.h"

#include <cmath>

#include "kernels/exponential.h"
#include "kernels/launch.h"

namespace striate {

// Comparisons are written so that a NaN takes the path that keeps it.
struct Relu {
  static constexpr int64_t work = 1;
  const float* x;
  float* y;
  HD void operator()(int64_t i) const { y[i] = x[i] <= 0 ? 0.0f : x[i]; }
};
template <bool add>
struct ReluBackward {
  const float* y;
  const float* dy;
  float* dx;
  HD void operator()(int64_t i) const {
    const float d = dy[i];
    const float v = y[i] > 0 ? d : 0.0f;
    dx[i] = add ? dx[i] + v : v;
  }
};

template <bool add>
struct DeconvnetBackward {
  const float* dy;
  float* dx;
  HD void operator()(int64_t i) const {
    const float d = dy[i];
    const float v = d <= 0 ? 0.0f : d;
    dx[i] = add ? dx[i] + v : v;
  }
};
template <bool add>
struct GuidedBackward {
  const float* x;
  const float* dy;
  float* dx;
  float high;
  HD void operator()(int64_t i) const {
    const float d = dy[i], at = x[i];
    const float v = at > 0 && at <= high ? (d <= 0 ? 0.0f : d) : 0.0f;
    dx[i] = add ? dx[i] + v : v;
  }
};
struct LeakyRelu {
  const float* x;
  float* y;
  float slope;
  HD void operator()(int64_t i) const {
    const float v = x[i];
    y[i] = v > 0 ? v : slope * v;
  }
};
template <bool add>
struct LeakyReluBackward {
  const float* x;
  const float* dy;
  float* dx;
  float slope;
  HD void operator()(int64_t i) const {
    const float d = dy[i];
    const float v = x[i] > 0 ? d : slope * d;
    dx[i] = add ? dx[i] + v : v;
  }
};

struct Sigmoid {
  static constexpr int64_t work = 4;
  const float* x;
  float* y;
  HD void operator()(int64_t i) const {
    // exp of a number that is not positive: nothing overflows, and small results keep their digits.
    const float e = exp_of_negative(-std::fabs(x[i]));
    y[i] = (x[i] >= 0 ? 1.0f : e) / (1.0f + e);
  }
};
template <bool add>
struct SigmoidBackward {
  const float* y;
  const float* dy;
  float* dx;
  HD void operator()(int64_t i) const {
    const float v = dy[i] * y[i] * (1.0f - y[i]);
    dx[i] = add ? dx[i] + v : v;
  }
};

struct Tanh {
  static constexpr int64_t work = 4;
  const float* x;
  float* y;
  HD void operator()(int64_t i) const { y[i] = tanh_of(x[i]); }
};
template <bool add>
struct TanhBackward {
  const float* y;
  const float* dy;
  float* dx;
  HD void operator()(int64_t i) const {
    const float v = dy[i] * (1.0f - y[i] * y[i]);
    dx[i] = add ? dx[i] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Relu>;
template struct CudaFlat<ReluBackward<false>>;
template struct CudaFlat<ReluBackward<true>>;
template struct CudaFlat<DeconvnetBackward<false>>;
template struct CudaFlat<DeconvnetBackward<true>>;
template struct CudaFlat<GuidedBackward<false>>;
template struct CudaFlat<GuidedBackward<true>>;
template struct CudaFlat<LeakyRelu>;
template struct CudaFlat<LeakyReluBackward<false>>;
template struct CudaFlat<LeakyReluBackward<true>>;
template struct CudaFlat<Sigmoid>;
template struct CudaFlat<SigmoidBackward<false>>;
template struct CudaFlat<SigmoidBackward<true>>;
template struct CudaFlat<Tanh>;
template struct CudaFlat<TanhBackward<false>>;
template struct CudaFlat<TanhBackward<true>>;

#else

namespace {

template <template <bool> class K, typename... Arguments>
void backward(Stream& stream, const char* name, int64_t count, Result result, Arguments... arguments) {
  if (result == Result::accumulate) {
    for_each(stream, name, count, K<true>{arguments...});
  } else {
    for_each(stream, name, count, K<false>{arguments...});
  }
}

}  // namespace

void relu_forward(Stream& stream, int64_t count, const float* x, float* y) {
  for_each(stream, "relu", count, Relu{x, y});
}
void relu_backward(Stream& stream, int64_t count, const float* y_or_x, const float* dy, float* dx, Result result) {
  backward<ReluBackward>(stream, "relu_backward", count, result, y_or_x, dy, dx);
}
void relu_backward_by_rule(Stream& stream, BackwardRule rule, float high, int64_t count, const float* x,
                           const float* dy, float* dx, Result result) {
  const bool add = result == Result::accumulate;
  if (rule == BackwardRule::deconvnet) {
    if (add) return for_each(stream, "deconvnet_backward", count, DeconvnetBackward<true>{dy, dx});
    return for_each(stream, "deconvnet_backward", count, DeconvnetBackward<false>{dy, dx});
  }
  if (add) return for_each(stream, "guided_backward", count, GuidedBackward<true>{x, dy, dx, high});
  for_each(stream, "guided_backward", count, GuidedBackward<false>{x, dy, dx, high});
}
void leaky_relu_forward(Stream& stream, int64_t count, float slope, const float* x, float* y) {
  for_each(stream, "leaky_relu", count, LeakyRelu{x, y, slope});
}
void leaky_relu_backward(Stream& stream, int64_t count, float slope, const float* x, const float* dy, float* dx,
                         Result result) {
  backward<LeakyReluBackward>(stream, "leaky_relu_backward", count, result, x, dy, dx, slope);
}
void sigmoid_forward(Stream& stream, int64_t count, const float* x, float* y) {
  for_each(stream, "sigmoid", count, Sigmoid{x, y});
}
void sigmoid_backward(Stream& stream, int64_t count, const float* y, const float* dy, float* dx, Result result) {
  backward<SigmoidBackward>(stream, "sigmoid_backward", count, result, y, dy, dx);
}
void tanh_forward(Stream& stream, int64_t count, const float* x, float* y) {
  for_each(stream, "tanh", count, Tanh{x, y});
}
void tanh_backward(Stream& stream, int64_t count, const float* y, const float* dy, float* dx, Result result) {
  backward<TanhBackward>(stream, "tanh_backward", count, result, y, dy, dx);
}

#endif

}  // namespace striate
