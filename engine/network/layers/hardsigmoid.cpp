// Curves made of straight pieces: hardsigmoid, hardswish, clip.
#include <cmath>
#include <limits>

#include "engine/network/layers/activation_layer.h"
#include "engine/network/layers/rows.h"
#include "kernels/activation.h"

namespace striate {
namespace {

using layers::kLargest, layers::place, layers::place_as;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class HardSigmoid : public layers::ActivationLayer {
 public:
  HardSigmoid() { activation = {ActivationKind::hard_sigmoid, 0.2f, 0.5f}; }
};

class HardSwish : public layers::ActivationLayer {
 public:
  HardSwish() { activation = {ActivationKind::hard_swish, 0, 0}; }
};

class Clip : public layers::ActivationLayer {
 public:
  Clip() { activation = {ActivationKind::clip, -kInfinity, kInfinity}; }
  bool join(const LayerCall&, size_t, Epilogue& epilogue) const override {
    if (epilogue.bend != Bend::none) return false;
    epilogue.bend = Bend::clip;
    epilogue.low = activation.a, epilogue.high = activation.b;
    return true;
  }
  // From 0 on it is a ReLU with an end, ReLU6.
  bool follows_rule() const override { return activation.a == 0 && activation.b > 0; }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.rule == BackwardRule::gradient || !follows_rule()) return ActivationLayer::backward(stream, call);
    if (call.dx[0] == nullptr) return;
    relu_backward_by_rule(stream, call.rule, activation.b, call.y.count(), call.x[0].data, call.dy, call.dx[0],
                          call.dx_result[0]);
  }
};

constexpr LayerField kHardSigmoidFields[] = {place<&HardSigmoid::activation, &Activation::a>("slope", "SLOPE")
                                                 .between(-kLargest, kLargest)
                                                 .usually(0, 1)
                                                 .called(kNoName, kNoName, "alpha")
                                                 .explained("How steep the line in the middle is"),
                                             place<&HardSigmoid::activation, &Activation::b>("middle", "VALUE_AT_0")
                                                 .said_as("value at 0")
                                                 .between(-kLargest, kLargest)
                                                 .usually(0, 1)
                                                 .called(kNoName, kNoName, "beta")
                                                 .explained("What 0 becomes")};
constexpr LayerField kClipFields[] = {
    place_as<layers::OpenEnd<-1>, &Clip::activation, &Activation::a>("low", "LOW|none")
        .must()
        .said_as("lower end")
        .between(-kLargest, kLargest)
        .usually(-10, 10)
        .called("min", "x_min", "min")
        .explained("The smallest value that comes out; none: there is no such end"),
    place_as<layers::OpenEnd<1>, &Clip::activation, &Activation::b>("high", "HIGH|none")
        .must()
        .said_as("upper end")
        .between(-kLargest, kLargest)
        .usually(-10, 10)
        .called("max", "x_max", "max")
        .explained("The largest value that comes out; none: there is no such end")};

// PyTorch's and Keras' own have other numbers.
void hard_sigmoid_to_torch(TorchPage& to, const ExportNode& n) {
  const Activation& activation = n.as<HardSigmoid>().activation;
  to.line(n, fmt::format("torch.clamp({} * {} + {}, 0, 1)", python_number(activation.a), to.x(n),
                         python_number(activation.b)));
}
void hard_sigmoid_to_keras(KerasPage& to, const ExportNode& n) {
  const Activation& activation = n.as<HardSigmoid>().activation;
  layers::keras_pointwise(
      to, n,
      fmt::format("ops.clip({} * {} + {}, 0, 1)", python_number(activation.a), to.x(n), python_number(activation.b)));
}
void hard_swish_to_keras(KerasPage& to, const ExportNode& n) {
  layers::keras_pointwise(to, n, fmt::format("{0} * ops.clip({0} / 6 + 0.5, 0, 1)", to.x(n)));
}

bool open_at(float end) { return std::isinf(end); }
void clip_to_torch(TorchPage& to, const ExportNode& n) {
  const Activation& activation = n.as<Clip>().activation;
  std::string bounds;
  if (!open_at(activation.a)) bounds += "min=" + python_number(activation.a);
  if (!open_at(activation.b)) bounds += (bounds.empty() ? "max=" : ", max=") + python_number(activation.b);
  if (bounds.empty()) return to.line(n, to.x(n));
  layers::torch_call(to, n, "torch.clamp", bounds);
}
void clip_to_keras(KerasPage& to, const ExportNode& n) {
  const Activation& activation = n.as<Clip>().activation;
  std::string value = to.x(n);
  if (!open_at(activation.a)) value = fmt::format("ops.maximum({}, {})", value, python_number(activation.a));
  if (!open_at(activation.b)) value = fmt::format("ops.minimum({}, {})", value, python_number(activation.b));
  layers::keras_pointwise(to, n, value);
}
void clip_to_onnx(OnnxPage& to, const ExportNode& n) {
  const Activation& activation = n.as<Clip>().activation;
  const auto bound = [&](float end, const char* what) { return open_at(end) ? "" : to.reals(n, what, {end}, true); };
  const std::string low = bound(activation.a, "low"), high = bound(activation.b, "high");
  std::vector<std::string> inputs{to.input(n), low, high};
  while (inputs.back().empty()) inputs.pop_back();
  to.op("Clip", n, inputs);
}

}  // namespace

extern const LayerKind kHardSigmoid{
    .word = "hardsigmoid",
    .title = N_("Hard sigmoid"),
    .explanation = N_(
        "A sigmoid made of three straight lines: 0 on the left, SLOPE * x + VALUE_AT_0 in the middle, 1 on the right. "
        "It needs no exponential, which small devices thank for; outside the middle its slope is exactly 0 and nothing "
        "is learned. 0.2 and 0.5 unless said otherwise; PyTorch's has 1/6 and 0.5."),
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
    .title = N_("Hard swish"),
    .explanation = N_(
        "Every value times its own hard sigmoid: x * (x/6 + 1/2 kept within 0 and 1). Large values pass, very negative "
        "ones become 0, and between -3 and 0 the line dips a little below 0. MobileNet V3 took it because it bends "
        "almost like the smooth curves and costs two multiplications."),
    .make = layers::made<HardSwish>,
    .follow = Follow::function,
    .torch = {"F.hardswish"},
    .keras = {"ops.hard_swish", hard_swish_to_keras},
    .onnx = {"HardSwish", 14},
};
extern const LayerKind kClip{
    .word = "clip",
    .title = N_("Clip"),
    .explanation = N_(
        "Values below LOW become LOW, values above HIGH become HIGH; the others stay. clip 0 6 is the ReLU6 of small "
        "networks for phones: a bounded activation can be stored in few bits. Where a value is cut off, no gradient "
        "passes."),
    .make = layers::made<Clip>,
    .fields = kClipFields,
    .follow = Follow::function,
    .torch = {"torch.clamp", clip_to_torch},
    .keras = {"ops.clip", clip_to_keras},
    .onnx = {.name = "Clip", .write = clip_to_onnx},
};

}  // namespace striate
