// Pooling in its general form: three axes, dilation, any padding that a window reaches across. The plain poolings of
// pictures have a faster form in pool.h, which comes here for the rest; rows (C x L) are pictures of height 1.
//
//   maximum   y[o] = the largest value under the window; padding never wins. argmax[o] = where it stood. A window that
//             holds no value at all (dilation can do that at a border) gives -infinity and winner -1.
//   average   y[o] = sum under the window / number of its places. Padding counts as zeros (count_include_pad) or not at
//             all; places beyond the padded volume, which only ceil_mode reaches, never count. No place: 0.
// o stands for three indices. The window of o covers in[o*stride - before + t*dilation], t = 0 .. window-1, on each
// axis: 0 depth, 1 height, 2 width. As ONNX's MaxPool and AveragePool say it (opset 22).
//
// N batch, C channels. x, dx (N, C, in sizes); y, dy, argmax (N, C, out sizes). Nothing may overlap. Same bits
// whatever the number of threads.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct Pool3dShape {
  int n = 1, c = 1;
  int in[3] = {1, 1, 1};
  int window[3] = {1, 1, 1};
  int stride[3] = {1, 1, 1};
  int dilation[3] = {1, 1, 1};
  int before[3] = {0, 0, 0}, after[3] = {0, 0, 0};  // padding, less than a window covers
  bool ceil_mode = false;         // a last window that only partly fits counts, if it starts inside volume or padding
  bool count_include_pad = true;  // average only

  int covers(int axis) const { return dilation[axis] * (window[axis] - 1) + 1; }
  int out(int axis) const {
    const int room = in[axis] + before[axis] + after[axis] - covers(axis), step = stride[axis];
    const int count = (ceil_mode && room > -step ? (room + step - 1) / step : room / step) + 1;
    return ceil_mode && (count - 1) * step >= in[axis] + before[axis] ? count - 1 : count;
  }
  int64_t in_volume() const { return static_cast<int64_t>(in[0]) * in[1] * in[2]; }
  int64_t out_volume() const { return static_cast<int64_t>(out(0)) * out(1) * out(2); }
  int64_t x_size() const { return n * (c * in_volume()); }
  int64_t y_size() const { return n * (c * out_volume()); }
};

// Throws Error that says which number does not fit. Every function below calls it.
void check(const Pool3dShape& shape);

// argmax: (z*H + y)*W + x inside the channel of the first of the largest values, in reading order; a NaN wins over any
// number. May be null: not kept.
void max_pool3d_forward(Stream& stream, const Pool3dShape& shape, const float* x, float* y, int32_t* argmax);
// Each dy goes to its winner; the others get 0.
void max_pool3d_backward(Stream& stream, const Pool3dShape& shape, const float* dy, const int32_t* argmax, float* dx,
                         Result result);

// Where the largest values stood, as ONNX's MaxPool counts: places in the whole of x, first value 0, as floats (so x
// has at most 2^24 values: check_argmax() throws Error). columns_first: inside a channel the first axis runs fastest
// (ONNX's storage_order 1), else the last. -1 where a window holds no value.
void check_argmax(const Pool3dShape& shape);
void max_pool3d_argmax(Stream& stream, const Pool3dShape& shape, bool columns_first, const float* x, float* places);

void average_pool3d_forward(Stream& stream, const Pool3dShape& shape, const float* x, float* y);
void average_pool3d_backward(Stream& stream, const Pool3dShape& shape, const float* dy, float* dx, Result result);

}  // namespace striate
