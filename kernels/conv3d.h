// 3-D convolution (films, scans) and its transpose, forward and backward, by one plain loop: for networks that somebody
// brings along, at a speed to look at them. Pictures go through conv2d.h.
//
//   y[n][k][o] = b[k] + sum over c, t of x[n][g*C/G + c][o*stride - before + t*dilation] * w[k][c][t]
//
// o and t stand for three indices each, and the line holds on every axis: 0 depth, 1 height, 2 width. g = k / (K/G) is
// k's group; x is 0 outside. Per axis: out = floor((in + before + after - dilation*(kernel-1) - 1) / stride) + 1.
// x (N, C, D, H, W), weights (K, C/G, kernel sizes), y (N, K, out sizes); float32.
//
// The transpose (see conv_transpose2d.h) is the gradient by the input of convolution(): weights (C, K/G, kernel sizes).
//
// No operator allocates. `scratch` is scratch_size() floats. No pointer may overlap another. Same inputs, same bits,
// whatever the number of threads.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct Conv3dShape {
  int n = 1, c = 1, k = 1, groups = 1;  // groups divides c and k
  int in[3] = {1, 1, 1};
  int kernel[3] = {1, 1, 1};
  int stride[3] = {1, 1, 1};
  int dilation[3] = {1, 1, 1};
  int before[3] = {0, 0, 0};  // zeros in front, 0 or more
  int after[3] = {0, 0, 0};   // and behind; negative: so many values of x that nothing reads

  int out(int axis) const {
    return (in[axis] + before[axis] + after[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1;
  }
  int64_t in_volume() const { return static_cast<int64_t>(in[0]) * in[1] * in[2]; }
  int64_t out_volume() const { return static_cast<int64_t>(out(0)) * out(1) * out(2); }
  int64_t taps() const { return static_cast<int64_t>(kernel[0]) * kernel[1] * kernel[2]; }
  int64_t x_size() const { return n * (c * in_volume()); }
  int64_t w_size() const { return static_cast<int64_t>(k) * (c / groups) * taps(); }
  int64_t y_size() const { return n * (k * out_volume()); }
  int64_t multiply_adds() const { return y_size() * (c / groups) * taps(); }
  int64_t scratch_size() const { return c > k ? c : k; }
};

struct ConvTranspose3dShape {
  int n = 1, c = 1, k = 1, groups = 1;
  int in[3] = {1, 1, 1};
  int kernel[3] = {1, 1, 1};
  int stride[3] = {1, 1, 1};
  int dilation[3] = {1, 1, 1};
  int before[3] = {0, 0, 0}, after[3] = {0, 0, 0};  // cut from y, 0 or more
  int output_pad[3] = {0, 0, 0};                    // what y has besides, behind; 0 or more

  int64_t stamped(int axis) const {  // before anything is cut
    return static_cast<int64_t>(in[axis] - 1) * stride[axis] +
           static_cast<int64_t>(dilation[axis]) * (kernel[axis] - 1) + 1;
  }
  int out(int axis) const { return static_cast<int>(stamped(axis) + output_pad[axis] - before[axis] - after[axis]); }
  // The convolution of which this is the gradient by the input: it reads y (K channels), writes x (C channels).
  Conv3dShape convolution() const;
};

// Throws Error that says which number does not fit. Every function below calls it.
void check(const Conv3dShape& shape);
void check(const ConvTranspose3dShape& shape);

// `b` (K) may be null: no bias.
void conv3d_forward(Stream& stream, const Conv3dShape& shape, const float* x, const float* w, const float* b, float* y,
                    Result result = Result::overwrite);
// `b` (C) may be null; it is added to each channel of dx, as a transposed convolution wants it.
void conv3d_backward_input(Stream& stream, const Conv3dShape& shape, const float* dy, const float* w, float* dx,
                           Result result, const float* b = nullptr);
// dw and db from x and dy. Either may be null: not computed.
void conv3d_backward_weights(Stream& stream, const Conv3dShape& shape, const float* x, const float* dy, float* dw,
                             float* db, Result result, float* scratch);

void conv_transpose3d_forward(Stream& stream, const ConvTranspose3dShape& shape, const float* x, const float* w,
                              const float* b, float* y);
void conv_transpose3d_backward_input(Stream& stream, const ConvTranspose3dShape& shape, const float* dy, const float* w,
                                     float* dx, Result result);
void conv_transpose3d_backward_weights(Stream& stream, const ConvTranspose3dShape& shape, const float* x,
                                       const float* dy, float* dw, float* db, Result result, float* scratch);

}  // namespace striate
