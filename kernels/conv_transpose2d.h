// Transposed 2-D convolution (also called deconvolution or up-convolution): every input value stamps the kernel, times
// itself, onto a larger picture, and where stamps overlap they add up.
//
//   y[n][k][i*stride_y - pad_top + r*dilation_y][j*stride_x - pad_left + s*dilation_x] += x[n][c][i][j] *
//   w[c][k'][r][s] for all c of k's group, i, j, r, s; places outside y are dropped; then b[k] is added.   k' = k
//   within its group P = (H-1)*stride_y + dilation_y*(R-1) + 1 + output_pad_y - pad_top - pad_bottom, Q likewise.
//
// It is the gradient by the input of the convolution that would make x's shape of y's (Zeiler et al. 2010; Dumoulin and
// Visin 2016), and runs at that one's speed: convolution() is its shape. N batch, C channels in, H W their size, K
// channels out, R S kernel size, P Q size out, G groups. Float32, NCHW, weights (C, K/G, R, S), as in PyTorch and ONNX.
//
// No operator allocates. `scratch` is at least conv_transpose2d_scratch(shape) floats on the stream's device, aligned
// to 64 bytes. No pointer may overlap another. Same inputs, same bits, whatever the number of threads.
#pragma once

#include <cstdint>

#include "kernels/conv2d.h"

namespace striate {

struct ConvTranspose2dShape {
  int n = 1, c = 1, h = 1, w = 1;  // x (n, c, h, w)
  int k = 1, r = 1, s = 1;         // w (c, k / groups, r, s)
  int stride_y = 1, stride_x = 1;
  int pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;  // rows and columns cut from y, 0 or more
  int dilation_y = 1, dilation_x = 1;
  int output_pad_y = 0, output_pad_x = 0;  // rows below and columns at the right that y has besides, 0 or more
  int groups = 1;                          // divides c and k

  int p() const { return stamped_height() + output_pad_y - pad_top - pad_bottom; }
  int q() const { return stamped_width() + output_pad_x - pad_left - pad_right; }
  int stamped_height() const { return (h - 1) * stride_y + dilation_y * (r - 1) + 1; }  // before anything is cut
  int stamped_width() const { return (w - 1) * stride_x + dilation_x * (s - 1) + 1; }
  int64_t x_size() const { return static_cast<int64_t>(n) * c * h * w; }
  int64_t w_size() const { return static_cast<int64_t>(c) * (k / groups) * r * s; }
  int64_t y_size() const { return static_cast<int64_t>(n) * k * p() * q(); }
  int64_t multiply_adds() const { return x_size() * (k / groups) * r * s; }
  // The convolution of which this is the gradient by the input: it reads y (K channels), writes x (C channels).
  Conv2dShape convolution() const;
};

// Throws Error that says which number does not fit: a size below 1, more cut off than there is, groups that don't
// divide c and k. Every function below calls it.
void check(const ConvTranspose2dShape& shape);

int64_t conv_transpose2d_scratch(const ConvTranspose2dShape& shape);

// `b` (K) may be null: no bias.
void conv_transpose2d_forward(Stream& stream, const ConvTranspose2dShape& shape, const float* x, const float* w,
                              const float* b, float* y, float* scratch);
void conv_transpose2d_backward_input(Stream& stream, const ConvTranspose2dShape& shape, const float* dy, const float* w,
                                     float* dx, Result result, float* scratch);
// dw and db from x and dy. Either may be null: not computed.
void conv_transpose2d_backward_weights(Stream& stream, const ConvTranspose2dShape& shape, const float* x,
                                       const float* dy, float* dw, float* db, Result result, float* scratch);

}  // namespace striate
