#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class SigmoidLayer : public layers::Pointwise {
 public:
  std::string kind() const override { return kSigmoid.word; }
  std::string text() const override { return kSigmoid.word; }
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

const LayerKind kSigmoid{
    "sigmoid", "Sigmoid", "sigmoid",
    "Every value is bent into the range from 0 to 1: 1 / (1 + exp(-x)), one half at 0. The classic activation, and "
    "still the one that turns a single output into a yes or no. Far from 0 the activation is flat, its slope nearly 0, "
    "so a "
    "stack of sigmoid layers passes hardly any gradient back.",
    layers::parse_plain<SigmoidLayer>};

}  // namespace striate
