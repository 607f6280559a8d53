// Each curve is a struct with its value and its slope; two kernels, forward and backward, take any of them.
#include "kernels/curve.h"

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

struct EluCurve {
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
struct CeluCurve {
  float a;
  HD float value(float x) const {
    const float below = a * exp_minus_1_of_negative(not_above_0(x) / a);
    return x > 0.0f ? x : below;
  }
  HD float slope(float x) const { return exp_of_negative(not_above_0(x) / a); }
};
struct HardSigmoidCurve {
  float a, b;
  HD float value(float x) const { return within(a * x + b, 0.0f, 1.0f); }
  HD float slope(float x) const {
    const float line = a * x + b;
    return line <= 0.0f || line >= 1.0f ? 0.0f : a;
  }
};
struct HardSwishCurve {
  HD float value(float x) const { return x * within(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f); }
  HD float slope(float x) const {
    const float middle = x * (1.0f / 3.0f) + 0.5f;
    return x < -3.0f ? 0.0f : (x > 3.0f ? 1.0f : middle);
  }
};
struct GeluCurve {
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
struct GeluTanhCurve {
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
struct SiluCurve {
  HD float value(float x) const { return x * sigmoid_of(x, exp_of_negative(minus_size(x))); }
  HD float slope(float x) const {
    const float e = exp_of_negative(minus_size(x));
    const float share = sigmoid_of(x, e), rest = (x >= 0.0f ? e : 1.0f) / (1.0f + e);  // rest: 1 - share
    return share + within(x, -90.0f, 90.0f) * share * rest;                            // beyond, the second term is 0
  }
};
// With e = exp(-|x|): tanh(log(1 + exp(x))) is (1 + 2e) / (1 + 2e + 2e^2) above 0 and e (e + 2) / (e (e + 2) + 2)
// below.
struct MishCurve {
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
struct SoftplusCurve {
  HD float value(float x) const { return (x < 0.0f ? 0.0f : x) + log_of_1_plus(exp_of_negative(minus_size(x))); }
  HD float slope(float x) const { return sigmoid_of(x, exp_of_negative(minus_size(x))); }
};
struct ClipCurve {
  float low, high;
  HD float value(float x) const { return within(x, low, high); }
  HD float slope(float x) const { return x >= low && x <= high ? 1.0f : 0.0f; }
};
struct ErfCurve {
  HD float value(float x) const { return erf_of(x); }
  HD float slope(float x) const { return 2.82842712f * normal_tail(1.41421356f * (x > 0.0f ? x : -x)).density; }
};
struct ExpCurve {
  HD float value(float x) const { return exp_of(x); }
  HD float slope(float x) const { return exp_of(x); }
};
struct LogCurve {
  HD float value(float x) const { return log_of(x); }
  HD float slope(float x) const { return 1.0f / x; }
};
struct SqrtCurve {
  HD float value(float x) const { return sqrtf(x); }
  HD float slope(float x) const { return 0.5f / sqrtf(x); }
};
struct AbsCurve {
  HD float value(float x) const { return fabsf(x); }
  HD float slope(float x) const { return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x * 0.0f); }
};

template <typename C>
struct CurveForward {
  static constexpr int64_t work = 6;
  const float* x;
  float* y;
  C curve;
  HD void operator()(int64_t i) const { y[i] = curve.value(x[i]); }
};
template <typename C, bool add>
struct CurveBackward {
  static constexpr int64_t work = 8;
  const float* x;
  const float* dy;
  float* dx;
  C curve;
  HD void operator()(int64_t i) const {
    const float v = dy[i] * curve.slope(x[i]);
    dx[i] = add ? dx[i] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<CurveForward<EluCurve>>;
template struct CudaFlat<CurveBackward<EluCurve, false>>;
template struct CudaFlat<CurveBackward<EluCurve, true>>;
template struct CudaFlat<CurveForward<CeluCurve>>;
template struct CudaFlat<CurveBackward<CeluCurve, false>>;
template struct CudaFlat<CurveBackward<CeluCurve, true>>;
template struct CudaFlat<CurveForward<HardSigmoidCurve>>;
template struct CudaFlat<CurveBackward<HardSigmoidCurve, false>>;
template struct CudaFlat<CurveBackward<HardSigmoidCurve, true>>;
template struct CudaFlat<CurveForward<HardSwishCurve>>;
template struct CudaFlat<CurveBackward<HardSwishCurve, false>>;
template struct CudaFlat<CurveBackward<HardSwishCurve, true>>;
template struct CudaFlat<CurveForward<GeluCurve>>;
template struct CudaFlat<CurveBackward<GeluCurve, false>>;
template struct CudaFlat<CurveBackward<GeluCurve, true>>;
template struct CudaFlat<CurveForward<GeluTanhCurve>>;
template struct CudaFlat<CurveBackward<GeluTanhCurve, false>>;
template struct CudaFlat<CurveBackward<GeluTanhCurve, true>>;
template struct CudaFlat<CurveForward<SiluCurve>>;
template struct CudaFlat<CurveBackward<SiluCurve, false>>;
template struct CudaFlat<CurveBackward<SiluCurve, true>>;
template struct CudaFlat<CurveForward<MishCurve>>;
template struct CudaFlat<CurveBackward<MishCurve, false>>;
template struct CudaFlat<CurveBackward<MishCurve, true>>;
template struct CudaFlat<CurveForward<SoftplusCurve>>;
template struct CudaFlat<CurveBackward<SoftplusCurve, false>>;
template struct CudaFlat<CurveBackward<SoftplusCurve, true>>;
template struct CudaFlat<CurveForward<ClipCurve>>;
template struct CudaFlat<CurveBackward<ClipCurve, false>>;
template struct CudaFlat<CurveBackward<ClipCurve, true>>;
template struct CudaFlat<CurveForward<ErfCurve>>;
template struct CudaFlat<CurveBackward<ErfCurve, false>>;
template struct CudaFlat<CurveBackward<ErfCurve, true>>;
template struct CudaFlat<CurveForward<ExpCurve>>;
template struct CudaFlat<CurveBackward<ExpCurve, false>>;
template struct CudaFlat<CurveBackward<ExpCurve, true>>;
template struct CudaFlat<CurveForward<LogCurve>>;
template struct CudaFlat<CurveBackward<LogCurve, false>>;
template struct CudaFlat<CurveBackward<LogCurve, true>>;
template struct CudaFlat<CurveForward<SqrtCurve>>;
template struct CudaFlat<CurveBackward<SqrtCurve, false>>;
template struct CudaFlat<CurveBackward<SqrtCurve, true>>;
template struct CudaFlat<CurveForward<AbsCurve>>;
template struct CudaFlat<CurveBackward<AbsCurve, false>>;
template struct CudaFlat<CurveBackward<AbsCurve, true>>;

#else

namespace {

struct Forward {
  Stream& stream;
  int64_t count;
  const float* x;
  float* y;
  template <typename C>
  void for_each(const char* name, const char*, const C& curve) const {
    striate::for_each(stream, name, count, CurveForward<C>{x, y, curve});
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
  void for_each(const char*, const char* name, const C& curve) const {
    if (result == Result::add) {
      striate::for_each(stream, name, count, CurveBackward<C, true>{x, dy, dx, curve});
    } else {
      striate::for_each(stream, name, count, CurveBackward<C, false>{x, dy, dx, curve});
    }
  }
};

template <typename Pass>
void run(const Curve& c, const Pass& pass) {
  switch (c.kind) {
    case CurveKind::elu:
      return pass.for_each("elu", "elu_backward", EluCurve{c.a, 1.0f});
    case CurveKind::selu:
      return pass.for_each("selu", "selu_backward", EluCurve{c.a, c.b});
    case CurveKind::celu:
      return pass.for_each("celu", "celu_backward", CeluCurve{c.a});
    case CurveKind::hard_sigmoid:
      return pass.for_each("hard_sigmoid", "hard_sigmoid_backward", HardSigmoidCurve{c.a, c.b});
    case CurveKind::hard_swish:
      return pass.for_each("hard_swish", "hard_swish_backward", HardSwishCurve{});
    case CurveKind::gelu:
      return pass.for_each("gelu", "gelu_backward", GeluCurve{});
    case CurveKind::gelu_tanh:
      return pass.for_each("gelu_tanh", "gelu_tanh_backward", GeluTanhCurve{});
    case CurveKind::silu:
      return pass.for_each("silu", "silu_backward", SiluCurve{});
    case CurveKind::mish:
      return pass.for_each("mish", "mish_backward", MishCurve{});
    case CurveKind::softplus:
      return pass.for_each("softplus", "softplus_backward", SoftplusCurve{});
    case CurveKind::clip:
      return pass.for_each("clip", "clip_backward", ClipCurve{c.a, c.b});
    case CurveKind::erf:
      return pass.for_each("erf", "erf_backward", ErfCurve{});
    case CurveKind::exp:
      return pass.for_each("exp", "exp_backward", ExpCurve{});
    case CurveKind::log:
      return pass.for_each("log", "log_backward", LogCurve{});
    case CurveKind::sqrt:
      return pass.for_each("sqrt", "sqrt_backward", SqrtCurve{});
    case CurveKind::abs:
      return pass.for_each("abs", "abs_backward", AbsCurve{});
  }
}

}  // namespace

void curve_forward(Stream& stream, const Curve& curve, int64_t count, const float* x, float* y) {
  run(curve, Forward{stream, count, x, y});
}
void curve_backward(Stream& stream, const Curve& curve, int64_t count, const float* x, const float* dy, float* dx,
                    Result result) {
  run(curve, Backward{stream, count, x, dy, dx, result});
}

#endif

}  // namespace striate
