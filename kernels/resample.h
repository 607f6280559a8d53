// Resizing along one axis as ONNX's Resize (opset 19) has it, and its gradient. Several axes are resized one after the
// other: linear weights of several axes are the products of those of each.
//
// Output q of Q lies at x of the input's N values (s: the scale, as given; Q is about s*N, and L = s*N):
//   half_pixel            (q + 0.5)/s - 0.5
//   half_pixel_symmetric  N/2 * (1 - Q/L) + (q + 0.5)/s - 0.5
//   pytorch_half_pixel    as half_pixel; 0 where Q is 1
//   asymmetric            q/s
//   align_corners         q * (N - 1)/(L - 1); 0 where L is 1
//   tf_crop_and_resize    b*(N - 1) + q * (e - b)*(N - 1)/(L - 1), or 0.5*(b + e)*(N - 1) where L is 1, of the region
//                         [b, e]; outside 0 .. N-1 the result is `outside`
// nearest takes one value: x where that is whole, else the one before or behind it, as `rounding` says. linear weighs
// the two around it. antialias, where s is below 1, weighs all within 1/s by their distance. Values beyond the border
// are those of the border, or, with exclude_outside, count for nothing and the other weights are raised to a sum of 1.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

enum class Coordinates {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  asymmetric,
  align_corners,
  tf_crop_and_resize
};
enum class NearestRounding { round_prefer_floor, round_prefer_ceil, floor, ceil };

struct ResampleAxis {
  int64_t in = 1, out = 1;  // N, Q: 1 to 2^30
  double scale = 1;         // above 0
  bool linear = false;
  Coordinates coordinates = Coordinates::half_pixel;
  NearestRounding rounding = NearestRounding::round_prefer_floor;
  bool antialias = false, exclude_outside = false;
  double region_begin = 0, region_end = 1;  // b, e
  float outside = 0;
};

// How many values of the input make one of the output, at most.
int64_t resample_taps(const ResampleAxis& axis);
// The first and the last value of the input that output q is made of; the last before the first: of none.
std::pair<int64_t, int64_t> resample_reads(const ResampleAxis& axis, int64_t q);
// Floats of a table that resample_table() fills: on the stream's device, aligned to 4 bytes. The same table serves both
// directions.
int64_t resample_table_size(const ResampleAxis& axis);
// `gradients`: whether the table is for resample_backward(), too.
void resample_table(Stream& stream, const ResampleAxis& axis, bool gradients, float* table);

// x (outer, N, inner) to y (outer, Q, inner). Nothing may overlap.
void resample_forward(Stream& stream, const ResampleAxis& axis, int64_t outer, int64_t inner, const float* table,
                      const float* x, float* y);
void resample_backward(Stream& stream, const ResampleAxis& axis, int64_t outer, int64_t inner, const float* table,
                       const float* dy, float* dx, Result result);

}  // namespace striate
