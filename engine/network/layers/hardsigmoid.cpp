// Curves made of straight pieces: hardsigmoid, hardswish, clip.
#include <cmath>
#include <limits>

#include "engine/network/layers/activation_layer.h"

namespace striate {
namespace {

using layers::kLargest;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class HardSigmoid : public layers::ActivationLayer {
 public:
  HardSigmoid() { activation = {ActivationKind::hard_sigmoid, 0.2f, 0.5f}; }
  std::string kind() const override { return kHardSigmoid.word; }
  std::string text() const override {
    if (activation.a == 0.2f && activation.b == 0.5f) return kHardSigmoid.word;
    return fmt::format("hardsigmoid {} {}", number_text(activation.a), number_text(activation.b));
  }
};

class HardSwish : public layers::ActivationLayer {
 public:
  HardSwish() { activation = {ActivationKind::hard_swish, 0, 0}; }
  std::string kind() const override { return kHardSwish.word; }
  std::string text() const override { return kHardSwish.word; }
};

class Clip : public layers::ActivationLayer {
 public:
  Clip() { activation = {ActivationKind::clip, -kInfinity, kInfinity}; }
  std::string kind() const override { return kClip.word; }
  std::string text() const override { return fmt::format("clip {} {}", end(activation.a), end(activation.b)); }

 private:
  static std::string end(float value) { return std::isinf(value) ? "none" : number_text(value); }
};

std::shared_ptr<const Layer> parse_hard_sigmoid(LayerWords& words) {
  auto layer = std::make_shared<HardSigmoid>();
  if (words.more()) {
    layer->activation.a = static_cast<float>(words.number("slope", -kLargest, kLargest));
    layer->activation.b = static_cast<float>(words.number("value at 0", -kLargest, kLargest));
  }
  if (words.more()) words.unknown({});
  return layer;
}

std::shared_ptr<const Layer> parse_clip(LayerWords& words) {
  auto layer = std::make_shared<Clip>();
  if (!words.take("none")) layer->activation.a = static_cast<float>(words.number("lower end", -kLargest, kLargest));
  if (!words.take("none")) layer->activation.b = static_cast<float>(words.number("upper end", -kLargest, kLargest));
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kHardSigmoid{
    "hardsigmoid", "Hard sigmoid", "hardsigmoid [SLOPE VALUE_AT_0]",
    "A sigmoid made of three straight lines: 0 on the left, SLOPE * x + VALUE_AT_0 in the middle, 1 on the right. It "
    "needs no exponential, which small devices thank for; outside the middle its slope is exactly 0 and nothing is "
    "learned. 0.2 and 0.5 unless said otherwise; PyTorch's has 1/6 and 0.5.",
    parse_hard_sigmoid};
const LayerKind kHardSwish{
    "hardswish", "Hard swish", "hardswish",
    "Every value times its own hard sigmoid: x * (x/6 + 1/2 kept within 0 and 1). Large values pass, very negative "
    "ones "
    "become 0, and between -3 and 0 the line dips a little below 0. MobileNet V3 took it because it bends almost like "
    "the smooth curves and costs two multiplications.",
    layers::parse_plain<HardSwish>};
const LayerKind kClip{
    "clip", "Clip", "clip LOW|none HIGH|none",
    "Values below LOW become LOW, values above HIGH become HIGH; the others stay. clip 0 6 is the ReLU6 of small "
    "networks "
    "for phones: a bounded activation can be stored in few bits. Where a value is cut off, no gradient passes.",
    parse_clip};

}  // namespace striate
