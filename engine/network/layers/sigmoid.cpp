#include <cmath>

#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class SigmoidLayer : public layers::Pointwise {
 public:
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    sigmoid_forward(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    sigmoid_backward(stream, call.y.count(), call.y.data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

extern const LayerKind kSigmoid{
    .word = "sigmoid",
    .title = N_("Sigmoid"),
    .explanation =
        N_("Every value is bent into the range from 0 to 1: 1 / (1 + exp(-x)), one half at 0. The classic activation, "
           "and still the one that turns a single output into a yes or no. Far from 0 the activation is flat, its "
           "slope nearly 0, so a stack of sigmoid layers passes hardly any gradient back."),
    .make = layers::made<SigmoidLayer>,
    .first = "sigmoid",
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .ending = Ending::probabilities,
    .exact = [](double x) { return 1 / (1 + std::exp(-x)); },
    .torch = {"torch.sigmoid"},
    .keras = {"ops.sigmoid"},
    .onnx = {"Sigmoid"},
};

}  // namespace striate
