#include "engine/network/layers/activation_layer.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class Gelu : public layers::ActivationLayer {
 public:
  Gelu() { activation = {ActivationKind::gelu, 0, 0}; }
};

// "tanh" for the approximation.
struct Approximated {
  static constexpr auto kType = LayerField::Type::on_off;
  static void read(LayerWords&, const LayerField&, ActivationKind& kind) { kind = ActivationKind::gelu_tanh; }
  static std::string text(const ActivationKind& kind) { return kind == ActivationKind::gelu_tanh ? "on" : "off"; }
};
constexpr LayerField kFields[] = {
    layers::after_as<Approximated, &Gelu::activation, &Activation::kind>("tanh", "approximation", "")
        .called("approximate", "approximate", "approximate")
        .explained("The older formula with a tanh, which differs in the fourth digit")};

void to_torch(TorchPage& to, const ExportNode& n) {
  layers::torch_call(to, n, "F.gelu",
                     n.as<Gelu>().activation.kind == ActivationKind::gelu_tanh ? "approximate=\"tanh\"" : "");
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  to.need(20, "Gelu");
  const bool tanh = n.as<Gelu>().activation.kind == ActivationKind::gelu_tanh;
  to.op("Gelu", n, {to.input(n)}).with_text("approximate", tanh ? "tanh" : "none");
}

}  // namespace

extern const LayerKind kGelu{
    .word = "gelu",
    .title = N_("GELU"),
    .explanation = N_(
        "Every value times the share of a normal distribution that lies below it: a large value passes whole, a very "
        "negative one becomes 0, and one near 0 passes in part, in proportion to how unusual it would be. Like a ReLU "
        "without a corner; transformers and ConvNeXt use it. With tanh it is the older approximation, which differs in "
        "the fourth digit."),
    .make = layers::made<Gelu>,
    .fields = kFields,
    .follow = Follow::function,
    .torch = {"F.gelu", to_torch},
    .keras = {"ops.gelu"},
    .onnx = {.name = "Gelu", .write = to_onnx},
};

}  // namespace striate
