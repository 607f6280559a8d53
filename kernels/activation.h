// Activation functions, value by value, forward and backward. All arrays hold `count` floats.
//
//   relu        y = max(x, 0)                  dx = dy where x > 0, else 0
//   leaky_relu  y = x > 0 ? x : slope * x      dx = dy where x > 0, else slope * dy
//   sigmoid     y = 1 / (1 + exp(-x))          dx = dy * y * (1 - y)
//   tanh        y = tanh(x)                    dx = dy * (1 - y*y)
// A NaN stays a NaN, so that it can be found where it arose. At 0, relu's slope is 0 (as in PyTorch).
// y may be x, and dx may be dy (then with Result::overwrite); other overlaps are not allowed.
#pragma once

#include <cstdint>

#include "kernels/backward_rule.h"
#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

void relu_forward(Stream& stream, int64_t count, const float* x, float* y);
// `y_or_x`: the output or the input, which give the same answer.
void relu_backward(Stream& stream, int64_t count, const float* y_or_x, const float* dy, float* dx, Result result);
// By the rules `deconvnet` and `guided` (backward_rule.h). `high`: where the line ends above, 6 of a ReLU6, infinity of
// a ReLU; with that y gives the same answer as x.
void relu_backward_by_rule(Stream& stream, BackwardRule rule, float high, int64_t count, const float* x,
                           const float* dy, float* dx, Result result);

void leaky_relu_forward(Stream& stream, int64_t count, float slope, const float* x, float* y);
void leaky_relu_backward(Stream& stream, int64_t count, float slope, const float* x, const float* dy, float* dx,
                         Result result);

void sigmoid_forward(Stream& stream, int64_t count, const float* x, float* y);
void sigmoid_backward(Stream& stream, int64_t count, const float* y, const float* dy, float* dx, Result result);

void tanh_forward(Stream& stream, int64_t count, const float* x, float* y);
void tanh_backward(Stream& stream, int64_t count, const float* y, const float* dy, float* dx, Result result);

}  // namespace striate
