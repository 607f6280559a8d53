#include "engine/network/layers/activation_layer.h"

namespace striate {
namespace {

class Softplus : public layers::ActivationLayer {
 public:
  Softplus() { activation = {ActivationKind::softplus, 0, 0}; }
};

}  // namespace

extern const LayerKind kSoftplus{
    .word = "softplus",
    .title = N_("Softplus"),
    .explanation = N_(
        "log(1 + exp(x)): a ReLU with its corner rounded off, always positive. Its slope is the sigmoid. Networks use "
        "it where an output must be positive, such as a width or a variance."),
    .make = layers::made<Softplus>,
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .torch = {"F.softplus"},
    .keras = {"ops.softplus"},
    .onnx = {"Softplus"},
};

}  // namespace striate
