#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class LeakyRelu : public layers::Pointwise {
 public:
  float slope = 0.01f;
  std::string kind() const override { return kLeakyRelu.word; }
  std::string text() const override {
    return slope == 0.01f ? std::string(kLeakyRelu.word) : fmt::format("leakyrelu {}", number_text(slope));
  }
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    leaky_relu_forward(stream, call.y.count(), slope, call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    leaky_relu_backward(stream, call.y.count(), slope, call.x[0].data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<LeakyRelu>();
  if (words.more()) layer->slope = static_cast<float>(words.number("slope", -1e6, 1e6));
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kLeakyRelu{"leakyrelu", "Leaky ReLU", "leakyrelu [SLOPE]",
                           "Like ReLU, but negative values are not cut off, only made small: they are multiplied by a "
                           "slope such as 0.01. So a "
                           "little of the gradient always passes, and no unit can die.",
                           parse};

}  // namespace striate
