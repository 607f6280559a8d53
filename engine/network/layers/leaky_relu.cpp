#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class LeakyRelu : public layers::Pointwise {
 public:
  float slope = 0.01f;
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    leaky_relu_forward(stream, call.y.count(), slope, call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    leaky_relu_backward(stream, call.y.count(), slope, call.x[0].data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {layers::place<&LeakyRelu::slope>("slope", "SLOPE")
                                      .between(-1e6, 1e6)
                                      .usually(0, 1)
                                      .called("negative_slope", "negative_slope", "alpha")
                                      .explained("What negative values are multiplied by")};

}  // namespace

extern const LayerKind kLeakyRelu{
    .word = "leakyrelu",
    .title = N_("Leaky ReLU"),
    .explanation = N_(
        "Like ReLU, but negative values are not cut off, only made small: they are multiplied by a slope such as 0.01. "
        "So a little of the gradient always passes, and no unit can die."),
    .make = layers::made<LeakyRelu>,
    .fields = kFields,
    .first = "leakyrelu",
    .follow = Follow::function,
    .torch = {"F.leaky_relu"},
    .keras = {"ops.leaky_relu"},
    .onnx = {"LeakyRelu"},
};

}  // namespace striate
