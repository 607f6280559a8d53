// 2-D convolution as networks use the word (cross-correlation: the kernel is not flipped), forward and backward.
//
//   y[n][k][p][q] = b[k] + sum over c, r, s of  x[n][g*C/G + c][p*stride_y - pad_top + r*dilation_y]
//                                                              [q*stride_x - pad_left + s*dilation_x] * w[k][c][r][s]
//   where g = k / (K/G) is k's group, c runs over 0 .. C/G-1, and x is 0 outside the picture.
//   P = floor((H + pad_top + pad_bottom - dilation_y*(R-1) - 1) / stride_y) + 1, Q likewise.
//
// N batch, C channels in, H W their size, K channels out, R S kernel size, P Q size out, G groups.
// Everything is float32, NCHW, weights (K, C/G, R, S); sums are float32, in an order that depends on the shape and the
// device only: same inputs, same bits, whatever the number of threads.
//
// No operator allocates. `scratch` is at least conv2d_scratch(shape) floats on the stream's device, aligned to 64
// bytes, with no meaning before or after; calls on one stream may share it. No pointer may overlap another.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/implicit_gemm.h"
#include "kernels/result.h"
#include "kernels/stream.h"
#include "kernels/summation.h"

namespace striate {

struct Conv2dShape {
  int n = 1, c = 1, h = 1, w = 1;  // x (n, c, h, w)
  int k = 1, r = 1, s = 1;         // w (k, c / groups, r, s)
  int stride_y = 1, stride_x = 1;
  // Rows and columns of zeros. Those at the end may be negative: so many rows or columns of x that nothing reads.
  int pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  int dilation_y = 1, dilation_x = 1;
  int groups = 1;  // divides c and k

  int p() const { return (h + pad_top + pad_bottom - dilation_y * (r - 1) - 1) / stride_y + 1; }
  int q() const { return (w + pad_left + pad_right - dilation_x * (s - 1) - 1) / stride_x + 1; }
  int64_t x_size() const { return static_cast<int64_t>(n) * c * h * w; }
  int64_t w_size() const { return static_cast<int64_t>(k) * (c / groups) * r * s; }
  int64_t y_size() const { return static_cast<int64_t>(n) * k * p() * q(); }
  int64_t multiply_adds() const { return y_size() * (c / groups) * r * s; }
};

// Throws Error that says which number does not fit: a size below 1, a kernel larger than the padded picture, groups
// that don't divide c and k. Every function below calls it.
void check(const Conv2dShape& shape);

// Floats of scratch that the three functions below need at most, on any device.
int64_t conv2d_scratch(const Conv2dShape& shape);

// y = x * w + b, and to each value what the epilogue says (only with Result::overwrite). `b` (K) may be null: no bias.
// `packed`: w as conv2d_pack() laid it out, or null. The bits are the same.
void conv2d_forward(Stream& stream, const Conv2dShape& shape, const float* x, const float* w, const float* b, float* y,
                    float* scratch, Result result = Result::overwrite, const Epilogue& epilogue = {},
                    const float* packed = nullptr);

// Weights that are used many times are laid out once, in the order in which the sums use them. Floats of that, the same
// for every batch size; 0: nothing is gained here. `packed` is aligned to 64 bytes.
int64_t conv2d_packed_size(const Stream& stream, const Conv2dShape& shape);
void conv2d_pack(Stream& stream, const Conv2dShape& shape, const float* w, float* packed);

// What conv2d_forward() sums first, of as many images as go at once: copies x with its padding, lays out the weights,
// and gives the sum itself instead of running it. For who observes it (engine/hardware).
ImplicitGemmArguments conv2d_forward_sum(Stream& stream, const Conv2dShape& shape, const float* x, const float* w,
                                         float* y, float* scratch);

// dx from dy: what each input value would change in the sum over all of dy[..] * y[..]. `b` (C), where there is one, is
// added to each channel of dx: that makes it the forward pass of a transposed convolution (conv_transpose2d.h).
void conv2d_backward_input(Stream& stream, const Conv2dShape& shape, const float* dy, const float* w, float* dx,
                           Result result, float* scratch, const float* b = nullptr);

// How the sums of the gradient by the weights are cut up (see kernels/summation.h): so many images are summed at a
// time, and the pieces' sums are added in their order; an output plane counts as P rows of Q columns, or as one row.
struct Conv2dWeightOrder {
  int64_t images_per_piece = 1;
  bool plane_is_row = false;
  bool in_order = false;  // one term after the other; the gradient by the bias is summed as always
};
Conv2dWeightOrder conv2d_weight_order(const SummationOrder& of_device, const Conv2dShape& shape);

// dw and db from x and dy. Either may be null: not computed.
void conv2d_backward_weights(Stream& stream, const Conv2dShape& shape, const float* x, const float* dy, float* dw,
                             float* db, Result result, float* scratch);

}  // namespace striate
