// The largest value of each channel, wherever it stands: N x C from any number of places. (The mean is in pool.h.)
//
//   y[n][c] = max over i of x[n][c][i];  argmax[n][c] = the first i that has it; a NaN wins over any number
//
// x, dx (N, C, pixels); y, dy, argmax (N, C); pixels at least 1 and below 2^31. Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

// argmax may be null: not kept.
void global_max_pool_forward(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y, int32_t* argmax);
// Each dy goes to its winner; the others get 0.
void global_max_pool_backward(Stream& stream, int n, int c, int64_t pixels, const float* dy, const int32_t* argmax,
                              float* dx, Result result);

}  // namespace striate
