// Curves made of straight pieces: hardsigmoid, hardswish, clip.
#include <cmath>
#include <limits>

#include "engine/network/layers/curve.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

using layers::kLargest, layers::place, layers::place_as;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class HardSigmoid : public layers::CurveLayer {
 public:
  HardSigmoid() { curve = {CurveKind::hard_sigmoid, 0.2f, 0.5f}; }
};

class HardSwish : public layers::CurveLayer {
 public:
  HardSwish() { curve = {CurveKind::hard_swish, 0, 0}; }
};

class Clip : public layers::CurveLayer {
 public:
  Clip() { curve = {CurveKind::clip, -kInfinity, kInfinity}; }
};

constexpr LayerField kHardSigmoidFields[] = {place<&HardSigmoid::curve, &Curve::a>("slope", "SLOPE")
                                                 .between(-kLargest, kLargest)
                                                 .usually(0, 1)
                                                 .called(kNoName, kNoName, "alpha")
                                                 .explained("How steep the line in the middle is"),
                                             place<&HardSigmoid::curve, &Curve::b>("middle", "VALUE_AT_0")
                                                 .said_as("value at 0")
                                                 .between(-kLargest, kLargest)
                                                 .usually(0, 1)
                                                 .called(kNoName, kNoName, "beta")
                                                 .explained("What 0 becomes")};
constexpr LayerField kClipFields[] = {place_as<layers::OpenEnd<-1>, &Clip::curve, &Curve::a>("low", "LOW|none")
                                          .must()
                                          .said_as("lower end")
                                          .between(-kLargest, kLargest)
                                          .usually(-10, 10)
                                          .called("min", "x_min", "min")
                                          .explained("The smallest value that comes out; none: there is no such end"),
                                      place_as<layers::OpenEnd<1>, &Clip::curve, &Curve::b>("high", "HIGH|none")
                                          .must()
                                          .said_as("upper end")
                                          .between(-kLargest, kLargest)
                                          .usually(-10, 10)
                                          .called("max", "x_max", "max")
                                          .explained("The largest value that comes out; none: there is no such end")};

// PyTorch's and Keras' own have other numbers.
void hard_sigmoid_to_torch(TorchPage& to, const ExportNode& n) {
  const Curve& curve = n.as<HardSigmoid>().curve;
  to.line(n, fmt::format("torch.clamp({} * {} + {}, 0, 1)", python_number(curve.a), to.x(n), python_number(curve.b)));
}
void hard_sigmoid_to_keras(KerasPage& to, const ExportNode& n) {
  const Curve& curve = n.as<HardSigmoid>().curve;
  layers::keras_pointwise(
      to, n, fmt::format("ops.clip({} * {} + {}, 0, 1)", python_number(curve.a), to.x(n), python_number(curve.b)));
}
void hard_swish_to_keras(KerasPage& to, const ExportNode& n) {
  layers::keras_pointwise(to, n, fmt::format("{0} * ops.clip({0} / 6 + 0.5, 0, 1)", to.x(n)));
}

bool open_at(float end) { return std::isinf(end); }
void clip_to_torch(TorchPage& to, const ExportNode& n) {
  const Curve& curve = n.as<Clip>().curve;
  std::string bounds;
  if (!open_at(curve.a)) bounds += "min=" + python_number(curve.a);
  if (!open_at(curve.b)) bounds += (bounds.empty() ? "max=" : ", max=") + python_number(curve.b);
  if (bounds.empty()) return to.line(n, to.x(n));
  layers::torch_call(to, n, "torch.clamp", bounds);
}
void clip_to_keras(KerasPage& to, const ExportNode& n) {
  const Curve& curve = n.as<Clip>().curve;
  std::string value = to.x(n);
  if (!open_at(curve.a)) value = fmt::format("ops.maximum({}, {})", value, python_number(curve.a));
  if (!open_at(curve.b)) value = fmt::format("ops.minimum({}, {})", value, python_number(curve.b));
  layers::keras_pointwise(to, n, value);
}
void clip_to_onnx(OnnxPage& to, const ExportNode& n) {
  const Curve& curve = n.as<Clip>().curve;
  const auto bound = [&](float end, const char* what) { return open_at(end) ? "" : to.reals(n, what, {end}, true); };
  const std::string low = bound(curve.a, "low"), high = bound(curve.b, "high");
  std::vector<std::string> inputs{to.input(n), low, high};
  while (inputs.back().empty()) inputs.pop_back();
  to.op("Clip", n, inputs);
}

}  // namespace

extern const LayerKind kHardSigmoid{
    .word = "hardsigmoid",
    .title = "Hard sigmoid",
    .explanation =
        "A sigmoid made of three straight lines: 0 on the left, SLOPE * x + VALUE_AT_0 in the middle, 1 on the right. "
        "It needs no exponential, which small devices thank for; outside the middle its slope is exactly 0 and nothing "
        "is learned. 0.2 and 0.5 unless said otherwise; PyTorch's has 1/6 and 0.5.",
    .make = layers::made<HardSigmoid>,
    .fields = kHardSigmoidFields,
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .torch = {"torch.clamp", hard_sigmoid_to_torch},
    .keras = {"ops.clip", hard_sigmoid_to_keras},
    .onnx = {"HardSigmoid"},
};
extern const LayerKind kHardSwish{
    .word = "hardswish",
    .title = "Hard swish",
    .explanation =
        "Every value times its own hard sigmoid: x * (x/6 + 1/2 kept within 0 and 1). Large values pass, very negative "
        "ones become 0, and between -3 and 0 the line dips a little below 0. MobileNet V3 took it because it bends "
        "almost like the smooth curves and costs two multiplications.",
    .make = layers::made<HardSwish>,
    .follow = Follow::function,
    .torch = {"F.hardswish"},
    .keras = {"ops.hard_swish", hard_swish_to_keras},
    .onnx = {"HardSwish", 14},
};
extern const LayerKind kClip{
    .word = "clip",
    .title = "Clip",
    .explanation =
        "Values below LOW become LOW, values above HIGH become HIGH; the others stay. clip 0 6 is the ReLU6 of small "
        "networks for phones: a bounded activation can be stored in few bits. Where a value is cut off, no gradient "
        "passes.",
    .make = layers::made<Clip>,
    .fields = kClipFields,
    .follow = Follow::function,
    .torch = {"torch.clamp", clip_to_torch},
    .keras = {"ops.clip", clip_to_keras},
    .onnx = {.name = "Clip", .write = clip_to_onnx},
};

}  // namespace striate
