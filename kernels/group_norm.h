// Normalization within one picture: each group of values gets mean 0 and deviation 1, then every channel its own scale
// and shift. Nothing depends on the other pictures of the batch or on the mode. One formula serves three layers:
//
//   group      x (N, G, K, P): G groups of K channels of P pixels                 Wu and He 2018
//   instance   K = 1: every channel of every picture on its own                   Ulyanov and others 2016
//   layer      G = 1, P = 1: all K values, each with its own scale and shift      Ba and others 2016
//
//   mean, variance = those of x[n][g][.][.] (divisor K*P)
//   y = (x - mean) * rstd * scale[g][k] + shift[g][k]        rstd = 1 / sqrt(variance +
//   epsilon)
//
// x, y, dx, dy (N, G, K, P); mean, rstd (N, G); the others (G, K). Nothing may overlap. Sums are added up
// in an order that depends on the sizes and the device alone.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct GroupNormShape {
  int64_t n = 1, groups = 1, channels = 1, pixels = 1;  // channels: per group
  float epsilon = 1e-5f;
  int64_t rows() const { return n * groups; }
  int64_t row() const { return channels * pixels; }
};

int64_t group_norm_scratch(const GroupNormShape& shape);  // floats of the backward pass

// Writes y, mean and rstd. scale or shift may be null: 1 and 0.
void group_norm_forward(Stream& stream, const GroupNormShape& shape, const float* x, const float* scale,
                        const float* shift, float* mean, float* rstd, float* y);
// dscale and dshift are replaced (either may be null), dx (may be null) is written or added to.
void group_norm_backward(Stream& stream, const GroupNormShape& shape, const float* x, const float* scale,
                         const float* mean, const float* rstd, const float* dy, float* dx, float* dscale, float* dshift,
                         Result result, float* scratch);

// The two numbers of each row of x (rows, count) alone, and the way back through each of them:
//   mean: dx += dy / count        rstd: dx += -dy * rstd^3 * (x - mean) / count
void row_statistics(Stream& stream, int64_t rows, int64_t count, float epsilon, const float* x, float* mean,
                    float* rstd);
void row_mean_backward(Stream& stream, int64_t rows, int64_t count, const float* dy, float* dx, Result result);
void row_rstd_backward(Stream& stream, int64_t rows, int64_t count, const float* x, const float* mean,
                       const float* rstd, const float* dy, float* dx, Result result);

}  // namespace striate
