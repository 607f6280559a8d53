// The sum of each channel over a batch: the gradient by a bias, wherever a bias is added to every place of a channel.
//
//   y[c] = sum over n, i of x[n][c][i]          N batch, C channels, `pixels` places in each (H*W, or D*H*W)
//
// x (N, C, pixels); y (C), written or added to; `scratch` C floats without meaning before or after. Nothing may
// overlap. Same bits whatever the number of threads; the order is row_sum() of summation.h, all images in one piece.
#pragma once

#include <cstdint>

#include "kernels/reduction_gemm.h"
#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

void channel_sums(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y, Result result,
                  float* scratch);

// What channel_sums() runs to overwrite y. For who observes it (engine/hardware).
ReductionGemmArguments channel_sum_rows(int n, int c, int64_t pixels, const float* x, float* y);

}  // namespace striate
