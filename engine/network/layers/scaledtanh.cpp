// The squashing function of the networks that read digits: A * tanh(S * x).
#include "engine/network/layers/activation_layer.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

using layers::kLargest, layers::place;

class ScaledTanh : public layers::ActivationLayer {
 public:
  ScaledTanh() { activation = {ActivationKind::scaled_tanh, 1.7159f, 2.0f / 3}; }
};

constexpr LayerField kFields[] = {place<&ScaledTanh::activation, &Activation::a>("gain", "GAIN")
                                      .between(-kLargest, kLargest)
                                      .usually(0.1, 4)
                                      .called(kNoName, kNoName, kNoName)
                                      .explained("What the tanh is multiplied by: where it ends"),
                                  place<&ScaledTanh::activation, &Activation::b>("slope", "SLOPE")
                                      .between(-kLargest, kLargest)
                                      .usually(0.1, 4)
                                      .called(kNoName, kNoName, kNoName)
                                      .explained("What comes in is multiplied by it before the tanh")};

std::string formula(const ExportNode& n, const char* tanh, const std::string& x) {
  const Activation& activation = n.as<ScaledTanh>().activation;
  return fmt::format("{} * {}({} * {})", python_number(activation.a), tanh, python_number(activation.b), x);
}
void to_torch(TorchPage& to, const ExportNode& n) { to.line(n, formula(n, "torch.tanh", to.x(n))); }
void to_keras(KerasPage& to, const ExportNode& n) { layers::keras_pointwise(to, n, formula(n, "ops.tanh", to.x(n))); }
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Activation& activation = n.as<ScaledTanh>().activation;
  std::string scaled, bent;
  to.step("Mul", n, "scaled", {to.input(n), to.reals(n, "slope", {activation.b}, true)}, scaled);
  to.step("Tanh", n, "tanh", {scaled}, bent);
  to.op("Mul", n, {bent, to.reals(n, "gain", {activation.a}, true)});
}

}  // namespace

extern const LayerKind kScaledTanh{
    .word = "scaledtanh",
    .title = N_("Scaled tanh"),
    .explanation = N_("A hyperbolic tangent that is stretched both ways: 1.7159 * tanh(2/3 * x). With these two "
                      "numbers 1 stays 1 and "
                      "-1 stays -1, so that outputs that are to be 1 or -1 lie where the curve still has a slope, and "
                      "the values keep "
                      "their size from layer to layer. It is the squashing function of LeNet-5 of 1998."),
    .make = layers::made<ScaledTanh>,
    .fields = kFields,
    .first = "scaledtanh",
    .follow = Follow::function,
    .torch = {"torch.tanh", to_torch},
    .keras = {"ops.tanh", to_keras},
    .onnx = {.name = "Tanh", .write = to_onnx},
};

}  // namespace striate
