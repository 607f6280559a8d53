// Local response normalization across channels (Krizhevsky and others 2012, AlexNet): a strong response damps those of
// the channels beside it.
//
//   s[c] = k + alpha / size * sum of x[j]^2 over the `size` channels j around c:  c - (size-1)/2 .. c + size/2
//   y[c] = x[c] * s[c]^-beta
//   dx[c] = dy[c] * s[c]^-beta - 2 alpha beta / size * x[c] * sum of dy[j] * y[j] / s[j] over all j whose window has c
//
// ONNX's and PyTorch's definition: alpha is divided by the size, and channels beyond the first and last are 0.
// x, y, s, dx, dy (N, C, pixels). Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct LrnShape {
  int64_t n = 1;
  int c = 1;
  int64_t pixels = 1;
  int size = 5;
  float alpha = 1e-4f, beta = 0.75f, k = 1;
};

// s may be null: only the backward pass reads it.
void lrn_forward(Stream& stream, const LrnShape& shape, const float* x, float* s, float* y);
void lrn_backward(Stream& stream, const LrnShape& shape, const float* x, const float* s, const float* y,
                  const float* dy, float* dx, Result result);

}  // namespace striate
