// Pooling: each channel shrinks on its own; no weights.
//
//   maximum   y[p][q] = the largest value of the window; padding never wins. argmax[p][q] = where it stood.
//   average   y[p][q] = sum of the window / number of its places. Padding counts as zeros (count_include_pad) or not
//             at all. Places beyond the padded picture, which only ceil_mode reaches, never count.
//   global    y = mean of the whole channel.
// The window of (p, q) starts at row p*stride_y - pad_top, column q*stride_x - pad_left, and goes on in steps of the
// dilation. With dilation it may hold no value at all: pool3d.h says what is then.
//
// N batch, C channels, H W size in, R S window, P Q size out. x, dx (N, C, H, W); y, dy, argmax (N, C, P, Q).
// Nothing may overlap. Same bits whatever the number of threads.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct Pool2dShape {
  int n = 1, c = 1, h = 1, w = 1;
  int r = 2, s = 2;
  int stride_y = 2, stride_x = 2;
  int pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;  // less than the window covers
  bool ceil_mode = false;         // a last window that only partly fits counts, if it starts inside picture or padding
  bool count_include_pad = true;  // average only
  int dilation_y = 1, dilation_x = 1;

  int p() const { return size(h, pad_top, pad_bottom, dilation_y * (r - 1) + 1, stride_y); }
  int q() const { return size(w, pad_left, pad_right, dilation_x * (s - 1) + 1, stride_x); }
  int64_t x_size() const { return static_cast<int64_t>(n) * c * h * w; }
  int64_t y_size() const { return static_cast<int64_t>(n) * c * p() * q(); }

 private:
  int size(int in, int before, int after, int covers, int stride) const {
    const int room = in + before + after - covers;
    const int out = (ceil_mode && room > -stride ? (room + stride - 1) / stride : room / stride) + 1;
    return ceil_mode && (out - 1) * stride >= in + before ? out - 1 : out;
  }
};

// Throws Error that says which number does not fit. Every function below calls it.
void check(const Pool2dShape& shape);

// argmax: y*W + x inside the channel of the first of the largest values, in reading order; a NaN wins over any number.
// May be null: not kept.
void max_pool_forward(Stream& stream, const Pool2dShape& shape, const float* x, float* y, int32_t* argmax);
// Each dy goes to its winner; the others get 0.
void max_pool_backward(Stream& stream, const Pool2dShape& shape, const float* dy, const int32_t* argmax, float* dx,
                       Result result);

void average_pool_forward(Stream& stream, const Pool2dShape& shape, const float* x, float* y);
void average_pool_backward(Stream& stream, const Pool2dShape& shape, const float* dy, float* dx, Result result);

// y (N, C) = mean of each channel of `pixels` = H*W values.
void global_average_pool_forward(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y);
void global_average_pool_backward(Stream& stream, int n, int c, int64_t pixels, const float* dy, float* dx,
                                  Result result);

}  // namespace striate
