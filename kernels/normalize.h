// Batch normalization, per channel over batch and pixels (Ioffe and Szegedy 2015).
//
//   training     mean, variance = those of x[.][c][.] (variance with divisor N*pixels)
//                y = gamma[c] * (x - mean) / sqrt(variance + epsilon) + beta[c]
//                running_mean += momentum * (mean - running_mean)
//                running_variance += momentum * (variance * N*pixels / (N*pixels - 1) - running_variance)
//   evaluation   the same formula for y with the running values, which stay as they are
// PyTorch's definitions, and its defaults: momentum 0.1, epsilon 1e-5. With N*pixels = 1 the unbiased variance is
// undefined; running_variance then takes the variance, 0.
//
// x, y, dx, dy (N, C, pixels); everything else (C). `scratch`: batch_norm_scratch() floats. Nothing may overlap, but
// in evaluation y may be x.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct BatchNormShape {
  int n = 1, c = 1;
  int64_t pixels = 1;  // H*W; 1 after a dense layer
  float epsilon = 1e-5f;
  float momentum = 0.1f;
};

int64_t batch_norm_scratch(const BatchNormShape& shape);

// Writes y, mean and rstd (1 / sqrt(variance + epsilon)), which the backward pass reads; updates the
// running values. gamma or beta may be null: 1 and 0.
void batch_norm_forward_training(Stream& stream, const BatchNormShape& shape, const float* x, const float* gamma,
                                 const float* beta, float* running_mean, float* running_variance, float* mean,
                                 float* rstd, float* y, float* scratch);
void batch_norm_forward_evaluation(Stream& stream, const BatchNormShape& shape, const float* x, const float* gamma,
                                   const float* beta, const float* running_mean, const float* running_variance,
                                   float* y);

// Through the training form: mean and variance depend on x. dgamma, dbeta (or both null) and dx (may be null).
void batch_norm_backward(Stream& stream, const BatchNormShape& shape, const float* x, const float* gamma,
                         const float* mean, const float* rstd, const float* dy, float* dx, float* dgamma, float* dbeta,
                         Result result, float* scratch);
// Through the evaluation form: the running values are constants. dx only.
void batch_norm_backward_evaluation(Stream& stream, const BatchNormShape& shape, const float* gamma,
                                    const float* running_variance, const float* dy, float* dx, Result result);

}  // namespace striate
