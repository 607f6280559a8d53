#include "kernels/dropout.h"

#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class DropoutLayer : public layers::Pointwise {
 public:
  float rate = 0.5f;

  std::string kind() const override { return kDropout.word; }
  std::string text() const override { return fmt::format("dropout {}", number_text(rate)); }
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

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<DropoutLayer>();
  layer->rate = static_cast<float>(words.number("rate", 0, 0.99));
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kDropout{"dropout", "Dropout", "dropout RATE",
                         "While training, each value is set to 0 with this probability, anew at every step, and the "
                         "others are scaled up so that "
                         "the expected sum stays. No unit can rely on another being there, which keeps a network from "
                         "learning its pictures by "
                         "heart. For use nothing is dropped. It has no weights.",
                         parse};

}  // namespace striate
