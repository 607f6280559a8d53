// Each activation is a struct with its value and its slope; two kernels, forward and backward, take any of them.
#include "kernels/activations.h"

#include "kernels/exponential.h"
#include "kernels/launch.h"

namespace striate {

// Comparisons are written so that a NaN takes the path that keeps it.
HD inline float not_above_0(float x) { return x > 0.0f ? 0.0f : x; }
HD inline float within(float x, float low, float high) {
  const float y = x < low ? low : x;
  return high < y ? high : y;
}
HD inline float minus_size(float x) { return x > 0.0f ? -x : x; }
// 1 / (1 + exp(-x)), given exp(-|x|).
HD inline float sigmoid_of(float x, float e) { return (x >= 0.0f ? 1.0f : e) / (1.0f + e); }

struct EluActivation {
  float a, positive;  // positive: 1, or what selu multiplies by
  HD float value(float x) const {
    const float below = a * exp_minus_1_of_negative(not_above_0(x));
    return positive * (x > 0.0f ? x : below);
  }
  HD float slope(float x) const {
    const float below = a * exp_of_negative(not_above_0(x));
    return positive * (x > 0.0f ? 1.0f : below);
  }
};
struct CeluActivation {
  float a;
  HD float value(float x) const {
    const float below = a * exp_minus_1_of_negative(not_above_0(x) / a);
    return x > 0.0f ? x : below;
  }
  HD float slope(float x) const { return exp_of_negative(not_above_0(x) / a); }
};
struct HardSigmoidActivation {
  float a, b;
  HD float value(float x) const { return within(a * x + b, 0.0f, 1.0f); }
  HD float slope(float x) const {
    const float line = a * x + b;
    return line <= 0.0f || line >= 1.0f ? 0.0f : a;
  }
};
struct HardSwishActivation {
  HD float value(float x) const { return x * within(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f); }
  HD float slope(float x) const {
    const float middle = x * (1.0f / 3.0f) + 0.5f;
    return x < -3.0f ? 0.0f : (x > 3.0f ? 1.0f : middle);
  }
};
struct GeluActivation {
  HD float value(float x) const {
    const float above = normal_tail(x > 0.0f ? x : -x).above;
    return x * (x > 0.0f ? 1.0f - above : above);
  }
  HD float slope(float x) const {
    const NormalTail tail = normal_tail(x > 0.0f ? x : -x);
    return (x > 0.0f ? 1.0f - tail.above : tail.above) + x * tail.density;
  }
};
// x/2 * (1 + tanh(u)) is x * sigmoid(2u), which keeps its digits where the tanh is near -1.
struct GeluTanhActivation {
  HD float value(float x) const {
    const float u2 = 1.595769122f * (x + 0.044715f * x * x * x);
    return x * sigmoid_of(u2, exp_of_negative(minus_size(u2)));
  }
  HD float slope(float x) const {
    const float u2 = 1.595769122f * (x + 0.044715f * x * x * x);
    const float e = exp_of_negative(minus_size(u2));
    const float share = sigmoid_of(u2, e), rest = (u2 >= 0.0f ? e : 1.0f) / (1.0f + e);  // rest: 1 - share
    const float inside = within(x, -20.0f, 20.0f);  // beyond, the second term is 0, and no infinity may meet it
    return share + inside * share * rest * 1.595769122f * (1.0f + 0.134145f * inside * inside);
  }
};
struct SiluActivation {
  HD float value(float x) const { return x * sigmoid_of(x, exp_of_negative(minus_size(x))); }
  HD float slope(float x) const {
    const float e = exp_of_negative(minus_size(x));
    const float share = sigmoid_of(x, e), rest = (x >= 0.0f ? e : 1.0f) / (1.0f + e);  // rest: 1 - share
    return share + within(x, -90.0f, 90.0f) * share * rest;                            // beyond, the second term is 0
  }
};
// With e = exp(-|x|): tanh(log(1 + exp(x))) is (1 + 2e) / (1 + 2e + 2e^2) above 0 and e (e + 2) / (e (e + 2) + 2)
// below.
struct MishActivation {
  HD float value(float x) const {
    const float e = exp_of_negative(minus_size(x));
    const float part = x > 0.0f ? 1.0f + 2.0f * e : e * (e + 2.0f);
    return x * (part / (part + (x > 0.0f ? 2.0f * e * e : 2.0f)));
  }
  HD float slope(float x) const {
    const float e = exp_of_negative(minus_size(x));
    const float part = x > 0.0f ? 1.0f + 2.0f * e : e * (e + 2.0f), rest = x > 0.0f ? 2.0f * e * e : 2.0f;
    const float whole = part + rest, t = part / whole;
    const float inside = within(x, -90.0f, 90.0f);             // beyond, the second term is 0
    const float one_minus_square = rest / whole * (1.0f + t);  // 1 - t^2
    return t + inside * one_minus_square * sigmoid_of(x, e);
  }
};
struct SoftplusActivation {
  HD float value(float x) const { return (x < 0.0f ? 0.0f : x) + log_of_1_plus(exp_of_negative(minus_size(x))); }
  HD float slope(float x) const { return sigmoid_of(x, exp_of_negative(minus_size(x))); }
};
struct ScaledTanhActivation {
  float a, b;
  HD float value(float x) const { return a * tanh_of(b * x); }
  HD float slope(float x) const {
    const float t = tanh_of(b * x);
    return a * b * (1.0f - t * t);
  }
};
struct ClipActivation {
  float low, high;
  HD float value(float x) const { return within(x, low, high); }
  HD float slope(float x) const { return x >= low && x <= high ? 1.0f : 0.0f; }
};
struct ErfActivation {
  HD float value(float x) const { return erf_of(x); }
  HD float slope(float x) const { return 2.82842712f * normal_tail(1.41421356f * (x > 0.0f ? x : -x)).density; }
};
struct ExpActivation {
  HD float value(float x) const { return exp_of(x); }
  HD float slope(float x) const { return exp_of(x); }
};
struct LogActivation {
  HD float value(float x) const { return log_of(x); }
  HD float slope(float x) const { return 1.0f / x; }
};
struct SqrtActivation {
  HD float value(float x) const { return sqrtf(x); }
  HD float slope(float x) const { return 0.5f / sqrtf(x); }
};
struct AbsActivation {
  HD float value(float x) const { return fabsf(x); }
  HD float slope(float x) const { return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x * 0.0f); }
};

template <typename C>
struct ActivationForward {
  static constexpr int64_t work = 6;
  const float* x;
  float* y;
  C activation;
  HD void operator()(int64_t i) const { y[i] = activation.value(x[i]); }
};
template <typename C, bool add>
struct ActivationBackward {
  static constexpr int64_t work = 8;
  const float* x;
  const float* dy;
  float* dx;
  C activation;
  HD void operator()(int64_t i) const {
    const float v = dy[i] * activation.slope(x[i]);
    dx[i] = add ? dx[i] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<ActivationForward<EluActivation>>;
template struct CudaFlat<ActivationBackward<EluActivation, false>>;
template struct CudaFlat<ActivationBackward<EluActivation, true>>;
template struct CudaFlat<ActivationForward<CeluActivation>>;
template struct CudaFlat<ActivationBackward<CeluActivation, false>>;
template struct CudaFlat<ActivationBackward<CeluActivation, true>>;
template struct CudaFlat<ActivationForward<HardSigmoidActivation>>;
template struct CudaFlat<ActivationBackward<HardSigmoidActivation, false>>;
template struct CudaFlat<ActivationBackward<HardSigmoidActivation, true>>;
template struct CudaFlat<ActivationForward<HardSwishActivation>>;
template struct CudaFlat<ActivationBackward<HardSwishActivation, false>>;
template struct CudaFlat<ActivationBackward<HardSwishActivation, true>>;
template struct CudaFlat<ActivationForward<GeluActivation>>;
template struct CudaFlat<ActivationBackward<GeluActivation, false>>;
template struct CudaFlat<ActivationBackward<GeluActivation, true>>;
template struct CudaFlat<ActivationForward<GeluTanhActivation>>;
template struct CudaFlat<ActivationBackward<GeluTanhActivation, false>>;
template struct CudaFlat<ActivationBackward<GeluTanhActivation, true>>;
template struct CudaFlat<ActivationForward<SiluActivation>>;
template struct CudaFlat<ActivationBackward<SiluActivation, false>>;
template struct CudaFlat<ActivationBackward<SiluActivation, true>>;
template struct CudaFlat<ActivationForward<MishActivation>>;
template struct CudaFlat<ActivationBackward<MishActivation, false>>;
template struct CudaFlat<ActivationBackward<MishActivation, true>>;
template struct CudaFlat<ActivationForward<SoftplusActivation>>;
template struct CudaFlat<ActivationBackward<SoftplusActivation, false>>;
template struct CudaFlat<ActivationBackward<SoftplusActivation, true>>;
template struct CudaFlat<ActivationForward<ScaledTanhActivation>>;
template struct CudaFlat<ActivationBackward<ScaledTanhActivation, false>>;
template struct CudaFlat<ActivationBackward<ScaledTanhActivation, true>>;
template struct CudaFlat<ActivationForward<ClipActivation>>;
template struct CudaFlat<ActivationBackward<ClipActivation, false>>;
template struct CudaFlat<ActivationBackward<ClipActivation, true>>;
template struct CudaFlat<ActivationForward<ErfActivation>>;
template struct CudaFlat<ActivationBackward<ErfActivation, false>>;
template struct CudaFlat<ActivationBackward<ErfActivation, true>>;
template struct CudaFlat<ActivationForward<ExpActivation>>;
template struct CudaFlat<ActivationBackward<ExpActivation, false>>;
template struct CudaFlat<ActivationBackward<ExpActivation, true>>;
template struct CudaFlat<ActivationForward<LogActivation>>;
template struct CudaFlat<ActivationBackward<LogActivation, false>>;
template struct CudaFlat<ActivationBackward<LogActivation, true>>;
template struct CudaFlat<ActivationForward<SqrtActivation>>;
template struct CudaFlat<ActivationBackward<SqrtActivation, false>>;
template struct CudaFlat<ActivationBackward<SqrtActivation, true>>;
template struct CudaFlat<ActivationForward<AbsActivation>>;
template struct CudaFlat<ActivationBackward<AbsActivation, false>>;
template struct CudaFlat<ActivationBackward<AbsActivation, true>>;

#else

namespace {

struct Forward {
  Stream& stream;
  int64_t count;
  const float* x;
  float* y;
  template <typename C>
  void for_each(const char* name, const char*, const C& activation) const {
    striate::for_each(stream, name, count, ActivationForward<C>{x, y, activation});
  }
};
struct Backward {
  Stream& stream;
  int64_t count;
  const float* x;
  const float* dy;
  float* dx;
  Result result;
  template <typename C>
  void for_each(const char*, const char* name, const C& activation) const {
    if (result == Result::accumulate) {
      striate::for_each(stream, name, count, ActivationBackward<C, true>{x, dy, dx, activation});
    } else {
      striate::for_each(stream, name, count, ActivationBackward<C, false>{x, dy, dx, activation});
    }
  }
};

template <typename Pass>
void run(const Activation& c, const Pass& pass) {
  switch (c.kind) {
    case ActivationKind::elu:
      return pass.for_each("elu", "elu_backward", EluActivation{c.a, 1.0f});
    case ActivationKind::selu:
      return pass.for_each("selu", "selu_backward", EluActivation{c.a, c.b});
    case ActivationKind::celu:
      return pass.for_each("celu", "celu_backward", CeluActivation{c.a});
    case ActivationKind::hard_sigmoid:
      return pass.for_each("hard_sigmoid", "hard_sigmoid_backward", HardSigmoidActivation{c.a, c.b});
    case ActivationKind::hard_swish:
      return pass.for_each("hard_swish", "hard_swish_backward", HardSwishActivation{});
    case ActivationKind::gelu:
      return pass.for_each("gelu", "gelu_backward", GeluActivation{});
    case ActivationKind::gelu_tanh:
      return pass.for_each("gelu_tanh", "gelu_tanh_backward", GeluTanhActivation{});
    case ActivationKind::silu:
      return pass.for_each("silu", "silu_backward", SiluActivation{});
    case ActivationKind::mish:
      return pass.for_each("mish", "mish_backward", MishActivation{});
    case ActivationKind::softplus:
      return pass.for_each("softplus", "softplus_backward", SoftplusActivation{});
    case ActivationKind::scaled_tanh:
      return pass.for_each("scaled_tanh", "scaled_tanh_backward", ScaledTanhActivation{c.a, c.b});
    case ActivationKind::clip:
      return pass.for_each("clip", "clip_backward", ClipActivation{c.a, c.b});
    case ActivationKind::erf:
      return pass.for_each("erf", "erf_backward", ErfActivation{});
    case ActivationKind::exp:
      return pass.for_each("exp", "exp_backward", ExpActivation{});
    case ActivationKind::log:
      return pass.for_each("log", "log_backward", LogActivation{});
    case ActivationKind::sqrt:
      return pass.for_each("sqrt", "sqrt_backward", SqrtActivation{});
    case ActivationKind::abs:
      return pass.for_each("abs", "abs_backward", AbsActivation{});
  }
}

}  // namespace

void activation_forward(Stream& stream, const Activation& activation, int64_t count, const float* x, float* y) {
  run(activation, Forward{stream, count, x, y});
}
void activation_backward(Stream& stream, const Activation& activation, int64_t count, const float* x, const float* dy,
                         float* dx, Result result) {
  run(activation, Backward{stream, count, x, dy, dx, result});
}

#endif

}  // namespace striate
