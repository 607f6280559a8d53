// Dense (fully connected, linear) layer, forward and backward.
//
//   y[n][k] = b[k] + sum over c of x[n][c] * w[k][c]
//
// N batch, C values in, K values out. x (N, C), w (K, C) as PyTorch has it, b (K), y (N, K). float32.
// `scratch` is at least dense_scratch(n, c, k) floats on the stream's device, aligned to 64 bytes, with no meaning
// before or after. Nothing may overlap. Same inputs, same bits, whatever the number of threads.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

// In which order a GPU adds up a value of y (summation.h): this many terms one after the other, the pieces' sums in
// their order and then the bias; 0: as dot_product(). It depends on nothing but the layer, not on the batch.
int dense_forward_piece(int c, int k);

// Floats of scratch that the three functions need at most, on any device.
int64_t dense_scratch(int n, int c, int k);

// `b` may be null: no bias.
void dense_forward(Stream& stream, int n, int c, int k, const float* x, const float* w, const float* b, float* y,
                   float* scratch);
// dx = dy * w
void dense_backward_input(Stream& stream, int n, int c, int k, const float* dy, const float* w, float* dx,
                          Result result, float* scratch);
// dw = dy^T * x, db = sum of dy over the batch. Either may be null: not computed.
void dense_backward_weights(Stream& stream, int n, int c, int k, const float* x, const float* dy, float* dw, float* db,
                            Result result, float* scratch);

}  // namespace striate
