// PReLU: a leaky ReLU whose slopes are learned (He and others 2015).
//
//   y = x > 0 ? x : slope * x      dx = dy * (x > 0 ? 1 : slope)      dslope = sum of dy * x over the x <= 0 it serves
//
// Slopes are spread over x as NumPy broadcasts: one for all, one for each channel, one for each value, or any other
// shape that fits x from the right. A NaN stays a NaN. y may be x, and dx may be dy (then with Result::overwrite).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

// How slopes lie over x, neighboring axes of one kind made one: in each of the axes the slopes either repeat or go on.
struct PreluShape {
  static constexpr int kMaxAxes = 8;
  int axes = 1;
  int64_t size[kMaxAxes] = {1};
  int64_t stride[kMaxAxes] = {0};  // of the slopes; 0: they repeat
  int64_t count() const;           // values of x
  int64_t slopes() const;
};
// Throws Error where the slopes' sizes don't fit those of x, or x has more than 8 axes.
PreluShape prelu_shape(const std::vector<int64_t>& x, const std::vector<int64_t>& slopes);

void prelu_forward(Stream& stream, const PreluShape& shape, const float* x, const float* slopes, float* y);
void prelu_backward_input(Stream& stream, const PreluShape& shape, const float* x, const float* slopes, const float* dy,
                          float* dx, Result result);
// dslopes is replaced. Its sums run in an order that depends on the sizes and the device alone.
void prelu_backward_slopes(Stream& stream, const PreluShape& shape, const float* x, const float* dy, float* dslopes);

}  // namespace striate
