// The shortcut without weights of a small ResNet (He et al. 2015, option A): every so-many-th row and column, and
// channels of zeros before and behind so that the result fits the wider block.
//
//   y[n][k][p][q] = x[n][k - before][p*stride][q*stride]   for 0 <= k - before < C, else 0         before = (K - C) / 2
//   P = ceil(H / stride), Q = ceil(W / stride)
// x, dx (N, C, H, W); y, dy (N, K, P, Q); K at least C. Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct SubsampleShape {
  int n = 1, c = 1, h = 1, w = 1;
  int k = 1, stride = 2;
  int p() const { return (h + stride - 1) / stride; }
  int q() const { return (w + stride - 1) / stride; }
  int64_t x_size() const { return static_cast<int64_t>(n) * c * h * w; }
  int64_t y_size() const { return static_cast<int64_t>(n) * k * p() * q(); }
};

void subsample_forward(Stream& stream, const SubsampleShape& shape, const float* x, float* y);
void subsample_backward(Stream& stream, const SubsampleShape& shape, const float* dy, float* dx, Result result);

}  // namespace striate
