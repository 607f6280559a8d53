// What a ReLU passes back to its input, of the gradient g that reaches its output y = max(x, 0):
//
//   gradient   g where x > 0, else 0                  the derivative
//   deconvnet  g where g > 0, else 0                  Zeiler and Fergus 2013: a ReLU on the way back, too
//   guided     g where both are, else 0               Springenberg and others 2014
//
// All else is the same for the three. Only layers that are a ReLU follow the rule: those that cut off what is below 0
// and leave the rest (relu; a clip from 0, as ReLU6, which under `gradient` and `guided` stops what is above its end,
// too). What lets something through below 0 (leaky ReLU, PReLU, ELU, GELU) has its own derivative under every rule.
#pragma once

namespace striate {

enum class BackwardRule { gradient, deconvnet, guided };

}  // namespace striate
