#include "engine/network/layers/activation_layer.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class Mish : public layers::ActivationLayer {
 public:
  Mish() { activation = {ActivationKind::mish, 0, 0}; }
};

void to_keras(KerasPage& to, const ExportNode& n) {
  layers::keras_pointwise(to, n, fmt::format("{0} * ops.tanh(ops.softplus({0}))", to.x(n)));
}

}  // namespace

extern const LayerKind kMish{
    .word = "mish",
    .title = N_("Mish"),
    .explanation = N_(
        "Every value times tanh(log(1 + exp(x))), which goes from 0 on the left to 1 on the right. Like GELU it passes "
        "large values, dips below 0 for small negative ones and has no corner; YOLO v4 made it known."),
    .make = layers::made<Mish>,
    .follow = Follow::function,
    .torch = {"F.mish"},
    .keras = {"ops.mish", to_keras},
    .onnx = {"Mish", 18},
};

}  // namespace striate
