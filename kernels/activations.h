// Activation functions beyond those of activation.h: one bent line each, forward and backward. Arrays hold `count`
// floats.
//
//   elu           x > 0 ? x : a * (exp(x) - 1)                        Clevert and others 2015
//   selu          b * (x > 0 ? x : a * (exp(x) - 1))                  Klambauer and others 2017
//   celu          x > 0 ? x : a * (exp(x / a) - 1)                    Barron 2017; a > 0
//   hard_sigmoid  a * x + b, kept within 0 .. 1
//   hard_swish    x * (x / 6 + 1/2 kept within 0 .. 1)                Howard and others 2019
//   gelu          x * (share of a normal distribution below x)        Hendrycks and Gimpel 2016
//   gelu_tanh     x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))   the same paper's approximation
//   silu          x / (1 + exp(-x)), also called swish                Elfwing and others 2017
//   mish          x * tanh(log(1 + exp(x)))                           Misra 2019
//   softplus      log(1 + exp(x))
//   erf           2/sqrt(pi) times the integral of exp(-t^2) from 0 to x
//   exp, log      e^x; the natural logarithm
//   sqrt, abs     the square root; the size without its sign
//   scaled_tanh   a * tanh(b * x)                                     LeCun 1989
//   clip          min(max(x, a), b): b wherever a > b                 ONNX's Clip; relu6 is a = 0, b = 6
// A NaN stays a NaN. dx = dy * the activation's slope at x; in a corner it is PyTorch's: elu and its like exp's side,
// the ends of hard_sigmoid 0, those of hard_swish the middle's x / 3 + 1/2, those of a clip 1, that of abs 0; infinity
// where sqrt and log begin. y may be x, and dx may be dy
// (then with Result::overwrite); other overlaps are not allowed.
//
// To add one: its name here, its struct with value() and slope() in the .cu, its line in the two lists there.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

enum class ActivationKind {
  elu,
  selu,
  celu,
  hard_sigmoid,
  hard_swish,
  gelu,
  gelu_tanh,
  silu,
  mish,
  softplus,
  scaled_tanh,
  clip,
  erf,
  exp,
  log,
  sqrt,
  abs
};

struct Activation {
  ActivationKind kind = ActivationKind::elu;
  float a = 0, b = 0;  // as the list above says; an end of a clip may be infinite
};

void activation_forward(Stream& stream, const Activation& activation, int64_t count, const float* x, float* y);
void activation_backward(Stream& stream, const Activation& activation, int64_t count, const float* x, const float* dy,
                         float* dx, Result result);

}  // namespace striate
