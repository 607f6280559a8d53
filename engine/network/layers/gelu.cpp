// The smooth curves that look like ReLU from afar: gelu, mish, softplus.
#include "engine/network/layers/activation_layer.h"

namespace striate {
namespace {

class Gelu : public layers::ActivationLayer {
 public:
  Gelu() { activation = {ActivationKind::gelu, 0, 0}; }
  std::string kind() const override { return kGelu.word; }
  std::string text() const override { return activation.kind == ActivationKind::gelu ? kGelu.word : "gelu tanh"; }
};
class Mish : public layers::ActivationLayer {
 public:
  Mish() { activation = {ActivationKind::mish, 0, 0}; }
  std::string kind() const override { return kMish.word; }
  std::string text() const override { return kMish.word; }
};
class Softplus : public layers::ActivationLayer {
 public:
  Softplus() { activation = {ActivationKind::softplus, 0, 0}; }
  std::string kind() const override { return kSoftplus.word; }
  std::string text() const override { return kSoftplus.word; }
};

std::shared_ptr<const Layer> parse_gelu(LayerWords& words) {
  auto layer = std::make_shared<Gelu>();
  if (words.take("tanh")) layer->activation.kind = ActivationKind::gelu_tanh;
  if (words.more()) words.unknown({"tanh"});
  return layer;
}

}  // namespace

const LayerKind kGelu{
    "gelu", "GELU", "gelu [tanh]",
    "Every value times the share of a normal distribution that lies below it: a large value passes whole, a very "
    "negative one becomes 0, and one near 0 passes in part, in proportion to how unusual it would be. Like a ReLU "
    "without "
    "a corner; transformers and ConvNeXt use it. With tanh it is the older approximation, which differs in the fourth "
    "digit.",
    parse_gelu};
const LayerKind kMish{"mish", "Mish", "mish",
                      "Every value times tanh(log(1 + exp(x))), which goes from 0 on the left to 1 on the right. Like "
                      "GELU it passes large "
                      "values, dips below 0 for small negative ones and has no corner; YOLO v4 made it known.",
                      layers::parse_plain<Mish>};
const LayerKind kSoftplus{
    "softplus", "Softplus", "softplus",
    "log(1 + exp(x)): a ReLU with its corner rounded off, always positive. Its slope is the sigmoid. Networks use it "
    "where an output must be positive, such as a width or a variance.",
    layers::parse_plain<Softplus>};

}  // namespace striate
