// Losses and their gradients. Each is the mean over the batch (over all values for mse and the binary ones), and the
// gradient is that of the mean.
//
//   softmax_cross_entropy  per_sample[n] = log(sum over j of exp(x[n][j])) - x[n][target[n]]    from logits
//                          dx[n][k] = (softmax(x[n])[k] - (k == target[n])) / N
//     with label smoothing e, as PyTorch's label_smoothing: (k == target[n]) is (1 - e) (k == target[n]) + e / K, and
//                          per_sample[n] = log(sum over j of exp(x[n][j])) - sum over k of that times x[n][k]
//   negative_log_likelihood per_sample[n] = -x[n][target[n]]                                    from log-probabilities
//                          dx[n][k] = -(k == target[n]) / N
//   maximum_a_posteriori   per_sample[n] = log(exp(-j) + sum over k of exp(x[n][k])) - x[n][target[n]]   (LeCun 1998)
//                          dx[n][k] = (exp(x[n][k]) / (exp(-j) + sum over i of exp(x[n][i])) - (k == target[n])) / N
//                          x: minus the distances from the classes; j: how far away is as good as no class
//   mean_squared_error     per_value = (x - target)^2              dx = 2 (x - target) / count
//   binary_cross_entropy   per_value = -(t log x + (1-t) log(1-x)), each log at least -100, as PyTorch clamps it
//                          dx = (x - t) / max(x (1-x), 1e-12) / count
//   binary_cross_entropy_with_logits  per_value = max(x, 0) - x t + log(1 + exp(-|x|));  dx = (sigmoid(x) - t) / count
// Stable for logits of any finite size.
//
// Targets of the first three are class numbers 0 .. K-1 (int32, N of them); a number outside gives a NaN loss, never a
// read outside x. For maximum_a_posteriori K stands for what is of no class: -j is then in place of x[n][target[n]].
// `loss` is one float on the device; `per_sample` (N) or `per_value` (count) are always written, since the mean is
// formed from them, in a fixed order. dx may be null: not computed. Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

// probabilities (N, K) = softmax(x); may be null. smoothing: e, from 0 to 1.
void softmax_cross_entropy(Stream& stream, int n, int k, const float* x, const int32_t* target, float* loss,
                           float* per_sample, float* probabilities, float* dx, float smoothing = 0);
void negative_log_likelihood(Stream& stream, int n, int k, const float* x, const int32_t* target, float* loss,
                             float* per_sample, float* dx);
// probabilities (N, K) of the classes, which leave a rest for none of them; may be null.
void maximum_a_posteriori(Stream& stream, int n, int k, float j, const float* x, const int32_t* target, float* loss,
                          float* per_sample, float* probabilities, float* dx);
void mean_squared_error(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                        float* per_value, float* dx);
void binary_cross_entropy(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                          float* per_value, float* dx);
void binary_cross_entropy_with_logits(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                                      float* per_value, float* dx);

}  // namespace striate
