#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class Relu : public layers::Pointwise {
 public:
  std::string kind() const override { return kRelu.word; }
  std::string text() const override { return kRelu.word; }
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    relu_forward(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    relu_backward(stream, call.y.count(), call.y.data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

const LayerKind kRelu{
    "relu", "ReLU", "relu",
    "Negative values become 0, the others stay: max(x, 0). Without such a bend between them two layers would be no "
    "more "
    "than one, since sums of sums are sums. The gradient passes unchanged where the value was positive and is stopped "
    "where "
    "it was not; a unit that is negative for every picture gets none and no longer learns: it is dead.",
    layers::parse_plain<Relu>};

}  // namespace striate
