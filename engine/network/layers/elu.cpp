// The exponential units: elu, selu, celu.
#include "engine/network/layers/activation_layer.h"

namespace striate {
namespace {

using layers::kLargest;

class Elu : public layers::ActivationLayer {
 public:
  Elu() { activation = {ActivationKind::elu, 1, 0}; }
  std::string kind() const override { return kElu.word; }
  std::string text() const override {
    return activation.a == 1.0f ? std::string(kElu.word) : fmt::format("elu {}", number_text(activation.a));
  }
};

// Klambauer's two numbers, as ONNX and PyTorch have them.
constexpr float kSeluA = 1.67326319217681884765625f, kSeluB = 1.05070102214813232421875f;

class Selu : public layers::ActivationLayer {
 public:
  Selu() { activation = {ActivationKind::selu, kSeluA, kSeluB}; }
  std::string kind() const override { return kSelu.word; }
  std::string text() const override {
    if (activation.a == kSeluA && activation.b == kSeluB) return kSelu.word;
    return fmt::format("selu {} {}", number_text(activation.a), number_text(activation.b));
  }
};

class Celu : public layers::ActivationLayer {
 public:
  Celu() { activation = {ActivationKind::celu, 1, 0}; }
  std::string kind() const override { return kCelu.word; }
  std::string text() const override {
    return activation.a == 1.0f ? std::string(kCelu.word) : fmt::format("celu {}", number_text(activation.a));
  }
};

std::shared_ptr<const Layer> parse_elu(LayerWords& words) {
  auto layer = std::make_shared<Elu>();
  if (words.more()) layer->activation.a = static_cast<float>(words.number("a", -kLargest, kLargest));
  if (words.more()) words.unknown({});
  return layer;
}
std::shared_ptr<const Layer> parse_selu(LayerWords& words) {
  auto layer = std::make_shared<Selu>();
  if (words.more()) {
    layer->activation.a = static_cast<float>(words.number("a", -kLargest, kLargest));
    layer->activation.b = static_cast<float>(words.number("gain", -kLargest, kLargest));
  }
  if (words.more()) words.unknown({});
  return layer;
}
std::shared_ptr<const Layer> parse_celu(LayerWords& words) {
  auto layer = std::make_shared<Celu>();
  if (words.more()) layer->activation.a = static_cast<float>(words.number("a", 1e-30, kLargest));
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kElu{
    "elu", "ELU", "elu [A]",
    "Positive values stay, negative ones sink along A * (exp(x) - 1) towards -A. Unlike ReLU the line "
    "has no corner (for A = 1), negative values are not thrown away, and the mean of what comes out is "
    "nearer to 0, which helps the next layer to learn.",
    parse_elu};
const LayerKind kSelu{"selu", "SELU", "selu [A GAIN]",
                      "An ELU whose two numbers were worked out so that mean 0 and deviation 1 reproduce themselves: "
                      "in a deep stack of dense layers with suitable starting weights the values neither fade nor "
                      "explode, without any normalization layer between.",
                      parse_selu};
const LayerKind kCelu{
    "celu", "CELU", "celu [A]",
    "An ELU whose exponential is stretched by A as well as scaled: A * (exp(x/A) - 1) below 0. So its "
    "slope at 0 is 1 on both sides for every A, and the line never has a corner.",
    parse_celu};

}  // namespace striate
