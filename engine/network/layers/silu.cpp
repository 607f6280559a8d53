#include "engine/network/layers/activation_layer.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class Silu : public layers::ActivationLayer {
 public:
  Silu() { activation = {ActivationKind::silu, 0, 0}; }
};

// ONNX has an operator for it since opset 24, which few programs read; the two that it is made of they all know.
void to_onnx(OnnxPage& to, const ExportNode& n) {
  std::string share;
  to.step("Sigmoid", n, "share", {to.input(n)}, share);
  to.op("Mul", n, {to.input(n), share});
}

}  // namespace

extern const LayerKind kSilu{
    .word = "silu",
    .title = N_("SiLU"),
    .explanation =
        N_("Every value times its own sigmoid: x / (1 + exp(-x)), also called swish. Like GELU it passes large values, "
           "dips a little below 0 for small negative ones and has no corner, and its sigmoid acts as a gate that each "
           "value opens for itself. EfficientNet and the newer YOLO networks use it."),
    .make = layers::made<Silu>,
    .follow = Follow::function,
    .exact = [](double x) { return x / (1 + std::exp(-x)); },
    .torch = {"F.silu"},
    .keras = {"ops.silu"},
    .onnx = {.name = "Swish", .write = to_onnx},
};

}  // namespace striate
