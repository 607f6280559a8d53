#include "kernels/dropout.h"

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class DropoutLayer : public layers::Pointwise {
 public:
  float rate = 0.5f;

  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"mask", inputs[0], false}};
  }
  bool uses_random() const override { return true; }
  bool in_place() const override { return true; }

  void forward(Stream& stream, const LayerCall& call) const override {
    if (call.mode == Mode::evaluation && call.y.data == call.x[0].data) return;
    if (call.mode == Mode::evaluation) return copy(stream, call.y.count(), call.x[0].data, call.y.data);
    check(call.saved[0] != nullptr, "dropout in training mode in a network without gradients");
    dropout_forward(stream, call.y.count(), rate, call.seed, call.counter, call.x[0].data, call.saved[0], call.y.data);
    dropout_next(stream, call.counter);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    if (call.mode == Mode::evaluation) {
      return copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
    }
    dropout_backward(stream, call.y.count(), call.saved[0], call.dy, call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {layers::place<&DropoutLayer::rate>("probability", "RATE")
                                      .must()
                                      .said_as("rate")
                                      .between(0, 0.99)
                                      .called("p", "rate", "ratio")
                                      .explained("The share of values that is set to 0 in each step")};

void to_torch(TorchPage& to, const ExportNode& n) {
  layers::torch_call(to, n, "F.dropout", python_number(n.as<DropoutLayer>().rate) + ", self.training");
}
void to_keras(KerasPage& to, const ExportNode& n) {
  layers::keras_pointwise(to, n,
                          fmt::format("layers.Dropout({})({})", python_number(n.as<DropoutLayer>().rate), to.x(n)));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const std::string rate = to.reals(n, "rate", {n.as<DropoutLayer>().rate}, true);
  to.op("Dropout", n, {to.input(n), rate});
}

}  // namespace

extern const LayerKind kDropout{
    .word = "dropout",
    .title = N_("Dropout"),
    .explanation = N_(
        "While training, each value is set to 0 with this probability, anew at every step, and the others are scaled "
        "up so that the expected sum stays. No unit can rely on another being there, which keeps a network from "
        "learning its pictures by heart. For use nothing is dropped. It has no weights."),
    .make = layers::made<DropoutLayer>,
    .fields = kFields,
    .first = "dropout 0.5",
    .follow = Follow::dropped,
    .sign = Sign::as_it_came,
    .passes_on = true,
    .torch = {"F.dropout", to_torch},
    .keras = {"layers.Dropout", to_keras},
    .onnx = {.name = "Dropout", .write = to_onnx},
};

}  // namespace striate
