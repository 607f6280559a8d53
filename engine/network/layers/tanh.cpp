#include <cmath>

#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class TanhLayer : public layers::Pointwise {
 public:
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    tanh_forward(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    tanh_backward(stream, call.y.count(), call.y.data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

extern const LayerKind kTanh{
    .word = "tanh",
    .title = N_("Hyperbolic tangent"),
    .explanation = N_(
        "Every value is bent into the range from -1 to 1, 0 staying 0. LeNet-5 of 1998 used a scaled form of it. Like "
        "the sigmoid it is flat far from 0, where little gradient passes, but its values lie around 0, which makes "
        "learning easier."),
    .make = layers::made<TanhLayer>,
    .first = "tanh",
    .follow = Follow::function,
    .exact = [](double x) { return std::tanh(x); },
    .torch = {"torch.tanh"},
    .keras = {"ops.tanh"},
    .onnx = {"Tanh"},
};

}  // namespace striate
