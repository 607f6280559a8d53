// Losses and their gradients. Each is the mean over the batch (over all values for mse and the binary ones), and the
// gradient is that of the mean.
//
//   softmax_cross_entropy  per_sample[n] = log(sum over j of exp(x[n][j])) - x[n][target[n]]    from logits
//                          dx[n][k] = (softmax(x[n])[k] - (k == target[n])) / N
//   negative_log_likelihood per_sample[n] = -x[n][target[n]]                                    from log-probabilities
//                          dx[n][k] = -(k == target[n]) / N
//   mean_squared_error     per_value = (x - target)^2              dx = 2 (x - target) / count
//   binary_cross_entropy   per_value = -(t log x + (1-t) log(1-x)), each log at least -100, as PyTorch clamps it
//                          dx = (x - t) / max(x (1-x), 1e-12) / count
//   binary_cross_entropy_with_logits  per_value = max(x, 0) - x t + log(1 + exp(-|x|));  dx = (sigmoid(x) - t) / count
// Stable for logits of any finite size.
//
// Targets of the first two are class numbers 0 .. K-1 (int32, N of them); a number outside gives a NaN loss, never a
// read outside x. `loss` is one float on the device; `per_sample` (N) or `per_value` (count) are always written, since
// the mean is formed from them, in a fixed order. dx may be null: not computed. Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

// probabilities (N, K) = softmax(x); may be null.
void softmax_cross_entropy(Stream& stream, int n, int k, const float* x, const int32_t* target, float* loss,
                           float* per_sample, float* probabilities, float* dx);
void negative_log_likelihood(Stream& stream, int n, int k, const float* x, const int32_t* target, float* loss,
                             float* per_sample, float* dx);
void mean_squared_error(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                        float* per_value, float* dx);
void binary_cross_entropy(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                          float* per_value, float* dx);
void binary_cross_entropy_with_logits(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                                      float* per_value, float* dx);

}  // namespace striate
