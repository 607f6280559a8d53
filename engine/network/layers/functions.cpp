// Functions of one value as everybody knows them: erf, exp, log, sqrt, abs. Networks are seldom built from them by
// hand; exporters take newer layers apart into them.
#include "engine/network/layers/activation_layer.h"

namespace striate {
namespace {

template <ActivationKind which>
class Function : public layers::ActivationLayer {
 public:
  Function() { activation = {which, 0, 0}; }
};

}  // namespace

extern const LayerKind kErf{
    .word = "erf",
    .title = N_("Error function"),
    .explanation =
        N_("A smooth step from -1 to 1: how much of a bell curve lies between -x and x. GELU is made of it: x/2 * (1 + "
           "erf(x / sqrt 2)). It looks like tanh, but comes to its ends sooner."),
    .make = layers::made<Function<ActivationKind::erf>>,
    .follow = Follow::function,
    .torch = {"torch.erf"},
    .keras = {"ops.erf"},
    .onnx = {"Erf"},
};
extern const LayerKind kExp{
    .word = "exp",
    .title = N_("Exponential"),
    .explanation = N_(
        "e to the power of every value: always positive, and a step of 0.69 doubles it. Its slope is the value itself, "
        "so large values get very large gradients; above 88 there is no float for it."),
    .make = layers::made<Function<ActivationKind::exp>>,
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .torch = {"torch.exp"},
    .keras = {"ops.exp"},
    .onnx = {"Exp"},
};
extern const LayerKind kLog{
    .word = "log",
    .title = N_("Logarithm"),
    .explanation = N_(
        "The natural logarithm of every value: products become sums, and very small probabilities become numbers that "
        "can be compared. At 0 it is minus infinity, below there is none."),
    .make = layers::made<Function<ActivationKind::log>>,
    .follow = Follow::function,
    .torch = {"torch.log"},
    .keras = {"ops.log"},
    .onnx = {"Log"},
};
extern const LayerKind kSqrt{
    .word = "sqrt",
    .title = N_("Square root"),
    .explanation = N_(
        "The square root of every value: a variance becomes a deviation. Its slope grows without end towards 0, which "
        "is why a small number is added before; below 0 there is none."),
    .make = layers::made<Function<ActivationKind::sqrt>>,
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .torch = {"torch.sqrt"},
    .keras = {"ops.sqrt"},
    .onnx = {"Sqrt"},
};
extern const LayerKind kAbs{
    .word = "abs",
    .title = N_("Absolute value"),
    .explanation = N_(
        "Every value without its sign: how far from 0, whatever the direction. An edge from dark to light then counts "
        "as much as one from light to dark. At 0, where the line has a corner, the gradient is 0."),
    .make = layers::made<Function<ActivationKind::abs>>,
    .follow = Follow::function,
    .sign = Sign::never_negative,
    .torch = {"torch.abs"},
    .keras = {"ops.abs"},
    .onnx = {"Abs"},
};

}  // namespace striate
