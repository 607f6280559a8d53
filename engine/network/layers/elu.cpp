// The exponential units: elu, selu, celu.
#include "engine/network/layers/activation_layer.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

using layers::kLargest, layers::place;

class Elu : public layers::ActivationLayer {
 public:
  Elu() { activation = {ActivationKind::elu, 1, 0}; }
};

// Klambauer's two numbers, as ONNX and PyTorch have them.
constexpr float kSeluA = 1.67326319217681884765625f, kSeluB = 1.05070102214813232421875f;

class Selu : public layers::ActivationLayer {
 public:
  Selu() { activation = {ActivationKind::selu, kSeluA, kSeluB}; }
};

class Celu : public layers::ActivationLayer {
 public:
  Celu() { activation = {ActivationKind::celu, 1, 0}; }
};

constexpr LayerField kEluFields[] = {place<&Elu::activation, &Activation::a>("a", "A")
                                         .between(-kLargest, kLargest)
                                         .usually(0, 2)
                                         .called("alpha", "alpha", "alpha")
                                         .explained("How far negative values sink")};
constexpr LayerField kSeluFields[] = {place<&Selu::activation, &Activation::a>("a", "A")
                                          .between(-kLargest, kLargest)
                                          .usually(0, 2)
                                          .called(kNoName, kNoName, "alpha")
                                          .explained("How far negative values sink, before the gain"),
                                      place<&Selu::activation, &Activation::b>("gain", "GAIN")
                                          .between(-kLargest, kLargest)
                                          .usually(0, 2)
                                          .called(kNoName, kNoName, "gamma")
                                          .explained("What all values are multiplied by in the end")};
constexpr LayerField kCeluFields[] = {place<&Celu::activation, &Activation::a>("a", "A")
                                          .between(1e-30, kLargest)
                                          .usually(0.05, 2)
                                          .called("alpha", "alpha", "alpha")
                                          .explained("How far negative values sink, and how slowly")};

// The two have SELU with Klambauer's numbers alone.
void selu_to_torch(TorchPage& to, const ExportNode& n) {
  const Activation& activation = n.as<Selu>().activation;
  if (activation.a == kSeluA && activation.b == kSeluB) return layers::torch_call(to, n, "F.selu");
  to.line(n, fmt::format("{} * F.elu({}, {})", python_number(activation.b), to.x(n), python_number(activation.a)));
}
void selu_to_keras(KerasPage& to, const ExportNode& n) {
  const Activation& activation = n.as<Selu>().activation;
  if (activation.a == kSeluA && activation.b == kSeluB) return layers::keras_call(to, n, "ops.selu");
  layers::keras_pointwise(
      to, n, fmt::format("{} * ops.elu({}, {})", python_number(activation.b), to.x(n), python_number(activation.a)));
}

}  // namespace

extern const LayerKind kElu{
    .word = "elu",
    .title = N_("ELU"),
    .explanation = N_(
        "Positive values stay, negative ones sink along A * (exp(x) - 1) towards -A. Unlike ReLU the line has no "
        "corner (for A = 1), negative values are not thrown away, and the mean of what comes out is nearer to 0, which "
        "helps the next layer to learn."),
    .make = layers::made<Elu>,
    .fields = kEluFields,
    .follow = Follow::function,
    .torch = {"F.elu"},
    .keras = {"ops.elu"},
    .onnx = {"Elu"},
};
extern const LayerKind kSelu{
    .word = "selu",
    .title = N_("SELU"),
    .explanation = N_(
        "An ELU whose two numbers were worked out so that mean 0 and deviation 1 reproduce themselves: in a deep stack "
        "of dense layers with suitable starting weights the values neither fade nor explode, without any normalization "
        "layer between."),
    .make = layers::made<Selu>,
    .fields = kSeluFields,
    .follow = Follow::function,
    .torch = {"F.selu", selu_to_torch},
    .keras = {"ops.selu", selu_to_keras},
    .onnx = {"Selu"},
};
extern const LayerKind kCelu{
    .word = "celu",
    .title = N_("CELU"),
    .explanation = N_(
        "An ELU whose exponential is stretched by A as well as scaled: A * (exp(x/A) - 1) below 0. So its slope at 0 "
        "is 1 on both sides for every A, and the line never has a corner."),
    .make = layers::made<Celu>,
    .fields = kCeluFields,
    .follow = Follow::function,
    .torch = {"F.celu"},
    .keras = {"ops.celu"},
    .onnx = {"Celu"},
};

}  // namespace striate
