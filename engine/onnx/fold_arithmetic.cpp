// Folding of what computes values: elementwise operators with broadcasting, casts, reductions.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/onnx/fold.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

// For every place of `out` in order: the place in a tensor of `dims` that numpy's broadcasting puts there.
class Broadcast {
 public:
  Broadcast(const Dims& dims, const Dims& out) : out_(out), at_(out.size(), 0), step_(out.size(), 0) {
    int64_t step = 1;
    for (size_t i = dims.size(); i > 0; --i) {
      step_[out.size() - dims.size() + i - 1] = dims[i - 1] == 1 ? 0 : step;
      step *= dims[i - 1];
    }
  }
  int64_t place() const { return place_; }
  void next() {
    for (size_t i = out_.size(); i > 0; --i) {
      if (++at_[i - 1] < out_[i - 1]) {
        place_ += step_[i - 1];
        return;
      }
      at_[i - 1] = 0;
      place_ -= step_[i - 1] * (out_[i - 1] - 1);
    }
  }

 private:
  const Dims& out_;
  std::vector<int64_t> at_, step_;
  int64_t place_ = 0;
};

// Before opset 7 the second input is laid along the first from `axis` on, and only where `broadcast` says so.
Dims aligned_dims(const NodeView& node, const Dims& a, const Dims& b) {
  if (node.opset() >= 7 || !node.flag("broadcast", false) || !node.has("axis")) return b;
  const size_t axis = static_cast<size_t>(normal_axis(node.integer("axis", 0), a.size()));
  if (axis + b.size() > a.size())
    throw Error(fmt::format("{} from axis {} of {}", dims_text(b), axis, dims_text(a)), kBroken);
  Dims dims = b;
  dims.resize(a.size() - axis, 1);
  return dims;
}

// An elementwise operator of two inputs: one function for numbers with a point, one for whole numbers. `compares`: the
// result is true or false.
template <typename Reals, typename Integers>
Folded binary(const FoldCall& call, Reals reals, Integers integers, bool compares = false) {
  const Constant &a = call.input(0), &b = call.input(1);
  if (a.type() != b.type()) {
    throw Error(fmt::format("got {} and {}", onnx_type_name(a.type()), onnx_type_name(b.type())), kBroken);
  }
  const Dims b_dims = aligned_dims(call.node, a.dims(), b.dims());
  const Dims dims = broadcast_dims(a.dims(), b_dims);
  HostTensor out = folded_tensor(call, compares ? OnnxType::boolean : a.type(), dims);
  const HostTensor &x = a.value(), &y = b.value();
  Broadcast at_x(a.dims(), dims), at_y(b_dims, dims);
  for (int64_t i = 0, count = out.count(); i < count; ++i, at_x.next(), at_y.next()) {
    const size_t k = static_cast<size_t>(i), p = static_cast<size_t>(at_x.place()),
                 q = static_cast<size_t>(at_y.place());
    if (x.real()) {
      const auto value = reals(x.reals[p], y.reals[q]);
      if (compares) {
        out.integers[k] = value != 0 ? 1 : 0;
      } else {
        out.reals[k] = round_to(out.type, static_cast<double>(value));
      }
    } else {
      out.integers[k] = wrap_to(out.type, static_cast<int64_t>(integers(x.integers[p], y.integers[q])));
    }
  }
  return {Constant(std::move(out))};
}

// Whole numbers wrap around, as in C on unsigned numbers.
int64_t wrapped_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t wrapped_sub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t wrapped_mul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

void need_divisor(int64_t b) {
  if (b == 0) throw Error("it divides a whole number by 0", kBroken);
}

Folded add(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a + b; }, wrapped_add);
}
Folded sub(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a - b; }, wrapped_sub);
}
Folded mul(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a * b; }, wrapped_mul);
}
Folded div(const FoldCall& call) {
  if (call.input(0).type() == OnnxType::uint64) {
    return binary(
        call, [](double a, double b) { return a / b; },
        [](int64_t a, int64_t b) {
          need_divisor(b);
          return static_cast<int64_t>(static_cast<uint64_t>(a) / static_cast<uint64_t>(b));
        });
  }
  return binary(
      call, [](double a, double b) { return a / b; },
      [](int64_t a, int64_t b) {
        need_divisor(b);
        return b == -1 ? wrapped_sub(0, a) : a / b;
      });
}
Folded mod(const FoldCall& call) {
  const bool fmod = call.node.flag("fmod", false);
  return binary(
      call, [](double a, double b) { return std::fmod(a, b); },
      [=](int64_t a, int64_t b) {
        need_divisor(b);
        const int64_t rest = b == -1 ? 0 : a % b;
        return !fmod && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
      });
}
Folded pow_of(const FoldCall& call) {
  const Constant &a = call.input(0), &b = call.input(1);
  const Dims dims = broadcast_dims(a.dims(), b.dims());
  HostTensor out = folded_tensor(call, a.type(), dims);
  Broadcast at_x(a.dims(), dims), at_y(b.dims(), dims);
  for (size_t i = 0; i < static_cast<size_t>(out.count()); ++i, at_x.next(), at_y.next()) {
    const double value = std::pow(a.value().at(at_x.place()), b.value().at(at_y.place()));
    if (out.real()) {
      out.reals[i] = round_to(out.type, value);
    } else {
      const bool fits = std::abs(value) < 9e18;
      out.integers[i] = wrap_to(out.type, fits ? static_cast<int64_t>(value) : 0);
    }
  }
  return {Constant(std::move(out))};
}
Folded equal(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a == b; }, [](int64_t a, int64_t b) { return a == b; }, true);
}
Folded less(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a < b; }, [](int64_t a, int64_t b) { return a < b; }, true);
}
Folded greater(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a > b; }, [](int64_t a, int64_t b) { return a > b; }, true);
}
Folded less_or_equal(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a <= b; }, [](int64_t a, int64_t b) { return a <= b; }, true);
}
Folded greater_or_equal(const FoldCall& call) {
  return binary(
      call, [](double a, double b) { return a >= b; }, [](int64_t a, int64_t b) { return a >= b; }, true);
}
Folded logical_and(const FoldCall& call) {
  return binary(
      call, [](double, double) { return 0.0; }, [](int64_t a, int64_t b) { return a & b; });
}
Folded logical_or(const FoldCall& call) {
  return binary(
      call, [](double, double) { return 0.0; }, [](int64_t a, int64_t b) { return a | b; });
}

// NaN wins, as numpy has it.
double larger(double a, double b) { return std::isnan(a) || a > b ? a : b; }
double smaller(double a, double b) { return std::isnan(a) || a < b ? a : b; }

// One, two or more inputs, from left to right.
template <typename Pair>
Folded many(const FoldCall& call, Pair pair) {
  Constant result = call.input(0);
  for (size_t i = 1; i < call.inputs.size(); ++i) {
    const std::vector<const Constant*> two{&result, &call.input(i)};
    Constant next = pair(FoldCall{call.node, two, call.budget})[0];
    result = std::move(next);
  }
  return {result};
}
Folded max_of(const FoldCall& call) {
  return many(call, [](const FoldCall& two) {
    return binary(two, larger, [](int64_t a, int64_t b) { return std::max(a, b); });
  });
}
Folded min_of(const FoldCall& call) {
  return many(call, [](const FoldCall& two) {
    return binary(two, smaller, [](int64_t a, int64_t b) { return std::min(a, b); });
  });
}
Folded sum(const FoldCall& call) { return many(call, add); }

template <typename Reals, typename Integers>
Folded unary(const FoldCall& call, Reals reals, Integers integers) {
  const Constant& x = call.input(0);
  HostTensor out = folded_tensor(call, x.type(), x.dims());
  const HostTensor& from = x.value();
  for (size_t i = 0; i < out.reals.size(); ++i) out.reals[i] = round_to(out.type, reals(from.reals[i]));
  for (size_t i = 0; i < out.integers.size(); ++i) out.integers[i] = wrap_to(out.type, integers(from.integers[i]));
  return {Constant(std::move(out))};
}
int64_t same(int64_t value) { return value; }

Folded neg(const FoldCall& call) {
  return unary(
      call, [](double x) { return -x; }, [](int64_t x) { return wrapped_sub(0, x); });
}
Folded abs_of(const FoldCall& call) {
  return unary(
      call, [](double x) { return std::abs(x); }, [](int64_t x) { return x < 0 ? wrapped_sub(0, x) : x; });
}
Folded floor_of(const FoldCall& call) {
  return unary(
      call, [](double x) { return std::floor(x); }, same);
}
Folded ceil_of(const FoldCall& call) {
  return unary(
      call, [](double x) { return std::ceil(x); }, same);
}
Folded sqrt_of(const FoldCall& call) {
  return unary(
      call, [](double x) { return std::sqrt(x); }, same);
}
Folded exp_of(const FoldCall& call) {
  return unary(
      call, [](double x) { return std::exp(x); }, same);
}
Folded log_of(const FoldCall& call) {
  return unary(
      call, [](double x) { return std::log(x); }, same);
}
Folded reciprocal(const FoldCall& call) {
  return unary(
      call, [](double x) { return 1 / x; }, same);
}
Folded logical_not(const FoldCall& call) {
  return unary(
      call, [](double x) { return x; }, [](int64_t x) { return int64_t{x == 0}; });
}

// Clip of whole numbers, whose bounds a float32 may not hold; min above max gives max.
Folded clip(const FoldCall& call) {
  const Constant& x = call.input(0);
  if (x.real() || call.node.opset() < 11) return {};
  int64_t low = std::numeric_limits<int64_t>::min(), high = std::numeric_limits<int64_t>::max();
  const bool large = x.type() == OnnxType::uint64;
  for (size_t i = 1; i <= 2; ++i) {
    if (!call.has(i)) continue;
    const Constant& bound = call.input(i);
    if (bound.real() || bound.count() != 1 || (large && bound.value().integers[0] < 0)) {
      throw Error("its bounds are not whole numbers of the input's type", kBroken);
    }
    (i == 1 ? low : high) = bound.value().integers[0];
  }
  if (large && std::any_of(x.value().integers.begin(), x.value().integers.end(), [](int64_t v) { return v < 0; })) {
    throw Error("it clips numbers above 2^63", "no picture classifier does");
  }
  return unary(
      call, [](double v) { return v; }, [=](int64_t v) { return std::min(std::max(v, low), high); });
}

Folded where(const FoldCall& call) {
  const Constant &condition = call.input(0), &a = call.input(1), &b = call.input(2);
  if (condition.type() != OnnxType::boolean || a.type() != b.type()) {
    throw Error("its condition is not bool, or its values are of two types", kBroken);
  }
  const Dims dims = broadcast_dims(condition.dims(), broadcast_dims(a.dims(), b.dims()));
  HostTensor out = folded_tensor(call, a.type(), dims);
  Broadcast at_c(condition.dims(), dims), at_a(a.dims(), dims), at_b(b.dims(), dims);
  for (size_t i = 0; i < static_cast<size_t>(out.count()); ++i, at_c.next(), at_a.next(), at_b.next()) {
    const bool first = condition.value().integers[static_cast<size_t>(at_c.place())] != 0;
    const HostTensor& from = first ? a.value() : b.value();
    const size_t place = static_cast<size_t>(first ? at_a.place() : at_b.place());
    if (out.real()) {
      out.reals[i] = from.reals[place];
    } else {
      out.integers[i] = from.integers[place];
    }
  }
  return {Constant(std::move(out))};
}

Constant cast_to(const FoldCall& call, const Constant& x, OnnxType type) {
  if (onnx_type_bytes(type) == 0) {
    throw Error(fmt::format("it casts to {}, which is not supported", onnx_type_name(type)),
                "striate knows float16, bfloat16, float32, float64, bool and integers of 8 to 64 bits");
  }
  if (x.type() == type) return x;
  if (x.real() && is_real(type)) return x.with_type(type);
  HostTensor out = folded_tensor(call, type, x.dims());
  const HostTensor& from = x.value();
  for (int64_t i = 0; i < x.count(); ++i) {
    const size_t k = static_cast<size_t>(i);
    if (out.real()) {
      out.reals[k] = round_to(type, from.at(i));
    } else if (x.real()) {
      const double value = std::trunc(from.reals[k]);
      // What lies outside is not defined by ONNX.
      const int64_t whole = std::isnan(value) ? 0 : static_cast<int64_t>(std::clamp(value, -9.2e18, 9.2e18));
      out.integers[k] = type == OnnxType::boolean ? int64_t{from.reals[k] != 0} : wrap_to(type, whole);
    } else {
      out.integers[k] = wrap_to(type, from.integers[k]);
    }
  }
  return Constant(std::move(out));
}

Folded cast(const FoldCall& call) {
  return {cast_to(call, call.input(0), static_cast<OnnxType>(call.node.integer("to", 0)))};
}
Folded cast_like(const FoldCall& call) { return {cast_to(call, call.input(0), call.input(1).type())}; }

// A reduction over axes from left to right: `start`, then join(so far, next).
template <typename Reals, typename Integers>
Folded reduce(const FoldCall& call, double real_start, Reals reals, int64_t integer_start, Integers integers,
              int64_t axes_input_since) {
  const Constant& x = call.input(0);
  std::optional<std::vector<int64_t>> axes;
  if (call.node.opset() >= axes_input_since) {
    if (call.has(1)) axes = call.input(1).integers("its axes", 32);
  } else {
    axes = call.node.integers("axes");
  }
  if ((!axes || axes->empty()) && call.node.flag("noop_with_empty_axes", false)) return {x};
  std::vector<char> reduced(x.dims().size(), !axes || axes->empty() ? 1 : 0);
  if (axes) {
    for (const int axis : normal_axes(*axes, x.dims().size())) reduced[static_cast<size_t>(axis)] = 1;
  }
  const bool keep = call.node.flag("keepdims", true);
  Dims kept, dims;
  for (size_t i = 0; i < reduced.size(); ++i) {
    kept.push_back(reduced[i] ? 1 : x.dims()[i]);
    if (keep || !reduced[i]) dims.push_back(kept.back());
  }
  HostTensor out = folded_tensor(call, x.type(), dims);
  std::fill(out.reals.begin(), out.reals.end(), real_start);
  std::fill(out.integers.begin(), out.integers.end(), integer_start);
  const HostTensor& from = x.value();
  Broadcast to(kept, x.dims());
  for (size_t i = 0; i < static_cast<size_t>(x.count()); ++i, to.next()) {
    const size_t k = static_cast<size_t>(to.place());
    if (out.real()) {
      out.reals[k] = reals(out.reals[k], from.reals[i]);
    } else {
      out.integers[k] = wrap_to(out.type, integers(out.integers[k], from.integers[i]));
    }
  }
  for (double& value : out.reals) value = round_to(out.type, value);
  return {Constant(std::move(out))};
}
Folded reduce_prod(const FoldCall& call) {
  return reduce(
      call, 1, [](double a, double b) { return a * b; }, 1, wrapped_mul, 18);
}
Folded reduce_sum(const FoldCall& call) {
  return reduce(
      call, 0, [](double a, double b) { return a + b; }, 0, wrapped_add, 13);
}
Folded reduce_max(const FoldCall& call) {
  return reduce(
      call, -std::numeric_limits<double>::infinity(), larger, std::numeric_limits<int64_t>::min(),
      [](int64_t a, int64_t b) { return std::max(a, b); }, 18);
}
Folded reduce_min(const FoldCall& call) {
  return reduce(
      call, std::numeric_limits<double>::infinity(), smaller, std::numeric_limits<int64_t>::max(),
      [](int64_t a, int64_t b) { return std::min(a, b); }, 18);
}

}  // namespace

const FoldList& arithmetic_folds() {
  static const FoldList list = {
      {"Abs", abs_of},
      {"Add", add},
      {"And", logical_and},
      {"Cast", cast},
      {"CastLike", cast_like},
      {"Ceil", ceil_of},
      {"Clip", clip},
      {"Div", div},
      {"Equal", equal},
      {"Exp", exp_of},
      {"Floor", floor_of},
      {"Greater", greater},
      {"GreaterOrEqual", greater_or_equal},
      {"Less", less},
      {"LessOrEqual", less_or_equal},
      {"Log", log_of},
      {"Max", max_of},
      {"Min", min_of},
      {"Mod", mod},
      {"Mul", mul},
      {"Neg", neg},
      {"Not", logical_not},
      {"Or", logical_or},
      {"Pow", pow_of},
      {"Reciprocal", reciprocal},
      {"ReduceMax", reduce_max},
      {"ReduceMin", reduce_min},
      {"ReduceProd", reduce_prod},
      {"ReduceSum", reduce_sum},
      {"Sqrt", sqrt_of},
      {"Sub", sub},
      {"Sum", sum},
      {"Where", where},
  };
  return list;
}

}  // namespace striate
