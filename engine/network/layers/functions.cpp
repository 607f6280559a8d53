// Functions of one value as everybody knows them: erf, exp, log, sqrt, abs. Networks are seldom built from them by
// hand; exporters take newer layers apart into them.
#include "engine/network/layers/activation_layer.h"

namespace striate {
namespace {

template <ActivationKind which, const LayerKind& kind_of_it>
class Function : public layers::ActivationLayer {
 public:
  Function() { activation = {which, 0, 0}; }
  std::string kind() const override { return kind_of_it.word; }
  std::string text() const override { return kind_of_it.word; }
};

}  // namespace

const LayerKind kErf{"erf", "Error function", "erf",
                     "A smooth step from -1 to 1: how much of a bell curve lies between -x and x. GELU is made of it: "
                     "x/2 * (1 + erf(x / sqrt 2)). It looks like tanh, but comes to its ends sooner.",
                     layers::parse_plain<Function<ActivationKind::erf, kErf>>};
const LayerKind kExp{"exp", "Exponential", "exp",
                     "e to the power of every value: always positive, and a step of 0.69 doubles it. Its slope is the "
                     "value itself, so large values get very large gradients; above 88 there is no float for it.",
                     layers::parse_plain<Function<ActivationKind::exp, kExp>>};
const LayerKind kLog{"log", "Logarithm", "log",
                     "The natural logarithm of every value: products become sums, and very small probabilities become "
                     "numbers that can be compared. At 0 it is minus infinity, below there is none.",
                     layers::parse_plain<Function<ActivationKind::log, kLog>>};
const LayerKind kSqrt{"sqrt", "Square root", "sqrt",
                      "The square root of every value: a variance becomes a deviation. Its slope grows without end "
                      "towards 0, which is why a small number is added before; below 0 there is none.",
                      layers::parse_plain<Function<ActivationKind::sqrt, kSqrt>>};
const LayerKind kAbs{"abs", "Absolute value", "abs",
                     "Every value without its sign: how far from 0, whatever the direction. An edge from dark to light "
                     "then counts as much as one from light to dark. At 0, where the line has a corner, the gradient "
                     "is 0.",
                     layers::parse_plain<Function<ActivationKind::abs, kAbs>>};

}  // namespace striate
