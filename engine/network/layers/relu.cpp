#include <limits>

#include "engine/network/layers/kinds.h"
#include "kernels/activation.h"

namespace striate {
namespace {

class Relu : public layers::Pointwise {
 public:
  bool in_place() const override { return true; }
  bool follows_rule() const override { return true; }
  bool join(const LayerCall&, size_t, Epilogue& epilogue) const override {
    if (epilogue.bend != Bend::none) return false;
    epilogue.bend = Bend::relu;
    return true;
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    relu_forward(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    if (call.rule == BackwardRule::gradient) {
      relu_backward(stream, call.y.count(), call.y.data, call.dy, call.dx[0], call.dx_result[0]);
    } else {
      relu_backward_by_rule(stream, call.rule, std::numeric_limits<float>::infinity(), call.y.count(), call.y.data,
                            call.dy, call.dx[0], call.dx_result[0]);
    }
  }
};

}  // namespace

extern const LayerKind kRelu{
    .word = "relu",
    .title = N_("ReLU"),
    .explanation = N_(
        "Negative values become 0, the others stay: max(x, 0). Without such a bend between them two layers would be no "
        "more than one, since sums of sums are sums. The gradient passes unchanged where the value was positive and is "
        "stopped where it was not; a unit that is negative for every picture gets none and no longer learns: it is "
        "dead."),
    .make = layers::made<Relu>,
    .first = "relu",
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .may_die = true,
    .exact = [](double x) { return x > 0 ? x : 0.0; },
    .torch = {"F.relu"},
    .keras = {"ops.relu"},
    .onnx = {"Relu"},
};

}  // namespace striate
