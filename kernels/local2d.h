// A locally connected layer: a convolution (conv2d.h) that need not use the same weights everywhere. The map is cut
// into sets_y x sets_x tiles, and each has weights and biases of its own: one tile is a convolution, as many as places
// is a layer that shares nothing.
//
//   y[n][k][p][q] = b[t][k] + sum over c, r, s of  x[n][c][p*stride_y - pad_top + r*dilation_y]
//                                                         [q*stride_x - pad_left + s*dilation_x] * w[t][k][c][r][s]
//   where t = (p*sets_y / P) * sets_x + q*sets_x / Q, rounded down, is the tile of a place.
//
// Sizes as in conv2d.h, without groups. Everything is float32; sums are double, in an order that depends on the shape
// only: same inputs, same bits, on every device. Nothing allocates; no pointer may overlap another.
#pragma once

#include <cstdint>

#include "kernels/conv2d.h"

namespace striate {

struct Local2dShape {
  Conv2dShape plane;           // groups 1
  int sets_y = 1, sets_x = 1;  // 1 .. P, 1 .. Q

  int64_t sets() const { return static_cast<int64_t>(sets_y) * sets_x; }
  int64_t w_size() const { return sets() * plane.w_size(); }
  int64_t b_size() const { return sets() * plane.k; }
};

// Throws Error as check(Conv2dShape) does, and for groups or more tiles than places. Every function below calls it.
void check(const Local2dShape& shape);

// `b` (sets, K) may be null: no bias.
void local2d_forward(Stream& stream, const Local2dShape& shape, const float* x, const float* w, const float* b,
                     float* y);
void local2d_backward_input(Stream& stream, const Local2dShape& shape, const float* dy, const float* w, float* dx,
                            Result result);
// dw (sets, K, C, R, S) and db (sets, K): a tile's gradient is the sum of those of its places. Either may be null.
void local2d_backward_weights(Stream& stream, const Local2dShape& shape, const float* x, const float* dy, float* dw,
                              float* db, Result result);

}  // namespace striate
