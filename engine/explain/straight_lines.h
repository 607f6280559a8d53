// Whether a layer is a weighted sum of its input plus a constant, for one picture at least: sums, products with
// weights, a maximum (of whichever is the largest), functions made of straight lines. And what that constant, the
// intercept, contributes to something whose slopes at the layer's output are known.
//
// Functions are asked themselves: a layer's own operator gives value and slope at many places, and where value - slope
// * place takes only a few values the function is made of straight lines.
#pragma once

#include <vector>

#include "engine/network/network.h"

namespace striate {

enum class Intercept {
  none,        // 0: everything is 0 where the input is
  of_weights,  // biases, what a batch normalization adds
  of_function  // depends on where the input lies: a line that does not go through zero
};
// Throws Error: the layer is nothing of the kind.
Intercept need_straight(Stream& stream, const Network& network, int node);
// The sum over the layer's output of intercept * slope. `slopes`: as many as its output has; `x`: its input, where the
// intercept is that of a function.
double intercept_of(Stream& stream, const Network& network, int node, Intercept kind, const std::vector<float>& slopes,
                    const std::vector<float>& x);

}  // namespace striate
