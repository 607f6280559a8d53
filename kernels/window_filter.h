// Filters of a neighborhood that are no sum of products: median, erosion (the smallest) and dilation (the largest value
// under a structuring element), the bilateral filter (Tomasi and Manduchi 1998), and unsharp masking.
//
//   v(r, s)    the input at (y + r - anchor_y, x + s - anchor_x), continued outside by the border; w(r, s) the window's
//              number there. Where w is 0 the value does not count; a zero that stands outside counts like any other.
//   median     the values in ascending order: the one at place count / 2, from 0
//   minimum    the smallest value             maximum    the largest
//   bilateral  (sum of w * g * v) / (sum of w * g), g = exp(-d^2 / (2 range^2)), where d is the sum over the filtered
//              channels of |v - the pixel's own value|: a pixel counts the same in every channel
//   unsharp    v + amount * (v - b) where |v - b| >= threshold, else v; v the pixel itself, b = sum of w * v / sum of w
//
// Median, minimum and maximum are exact. The others are computed in double precision (g is rounded to a float) and
// rounded to a float once. All work on each channel alone, but for d.
//
// Beside OpenCV 4 (its documentation says so of each function, "Image Filtering"): medianBlur continues the picture by
// replicate, bilateralFilter by reflect (BORDER_DEFAULT, the edge not repeated), and looks at a disk only (its weights
// are those of engine/nonlinear_filter.h). erode and dilate leave out what stands outside; for elements that are
// symmetric and without holes that is replicate, which repeats only values that the element covers.
#pragma once

#include <cstdint>

#include "kernels/image_filter.h"

namespace striate {

enum class WindowRule { median, minimum, maximum, bilateral, unsharp };

struct WindowFilter {
  WindowRule rule = WindowRule::median;
  FilterKernel window;   // its numbers are w: 1 .. 15 columns and rows, not all of them 0, none negative
  double range = 30;     // bilateral: above 0, in gray values
  double amount = 1;     // unsharp
  double threshold = 0;  // unsharp: 0 or more, in gray values
};

// Computes the rectangle `region` of the whole picture's result, as floats, neither rounded nor clamped; alpha is
// carried through. `input` is the whole picture; `output` points at the region's first value and must not overlap the
// input. Throw Error for what is out of range.
void window_filter(Stream& stream, const WindowFilter& filter, Border border, Picture<const uint8_t> input,
                   Region region, float* output, int64_t output_row_stride);
void window_filter(Stream& stream, const WindowFilter& filter, Border border, Picture<const float> input, Region region,
                   float* output, int64_t output_row_stride);

// g of the bilateral filter, as the kernel has it.
float range_weight(double distance, double range);

}  // namespace striate
