// Softmax and its logarithm over K, forward and backward: x, y, dy, dx (N, K, pixels); pixels = 1 after a dense layer.
//
//   softmax      y[k] = exp(x[k] - m) / sum over j of exp(x[j] - m)         m = max over j of x[j]
//                dx[k] = y[k] * (dy[k] - sum over j of dy[j] * y[j])
//   log_softmax  y[k] = x[k] - m - log(sum over j of exp(x[j] - m))
//                dx[k] = dy[k] - exp(y[k]) * sum over j of dy[j]
// No overflow for any finite x. y may be x, dx may be dy (then with Result::overwrite).
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

void softmax_forward(Stream& stream, int n, int k, int64_t pixels, const float* x, float* y);
void softmax_backward(Stream& stream, int n, int k, int64_t pixels, const float* y, const float* dy, float* dx,
                      Result result);
void log_softmax_forward(Stream& stream, int n, int k, int64_t pixels, const float* x, float* y);
void log_softmax_backward(Stream& stream, int n, int k, int64_t pixels, const float* y, const float* dy, float* dx,
                          Result result);

}  // namespace striate
