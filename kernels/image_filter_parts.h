// What the shared form of image filtering (image_filter.cu) and the CPU's special forms (image_filter_cpu.cpp) have in
// common: the arguments, the borders, the exact sum and what is made of it. Not for other callers.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/hd.h"
#include "kernels/image_filter.h"

namespace striate {
namespace filtering {

constexpr int kMaxTaps = kMaxFilterSize * kMaxFilterSize;

// A kernel and its options as plain values. It travels by value in a launch (CUDA allows 4 KiB of arguments).
struct Arguments {
  double taps[kMaxTaps];  // (height, width)
  float fast[kMaxTaps];   // the same, rounded
  int width, height, anchor_x, anchor_y;
  Border border;
  Show show;
  double divisor, offset, low, high;
  // The shown value is within `bound` of fast_scale * (sum of fast[i] * input) + fast_offset, its absolute value taken
  // for Show::absolute, for 8-bit input. A bound of 0.25 or more means that floats are of no use here.
  float fast_scale, fast_offset, bound;
};

// Throws Error for anything out of range.
Arguments make_arguments(const FilterKernel& kernel, const FilterOptions& options);

// Throws Error for a picture without pixels or with other than 1 to 4 channels, and for a region that is not inside it.
void check_picture(int width, int height, int channels, Region region);

// The bound of Arguments when the sum is made of floats in any order, with `deviation` more in the sum.
float rounding_bound(const Arguments& a, int terms, double deviation);

// A product and a sum, each rounded: never fused, so that the sum is the same on every device.
HD inline double add_product(double sum, double a, double b) {
#ifdef __CUDA_ARCH__
  return __dadd_rn(sum, __dmul_rn(a, b));
#else
  return sum + a * b;  // the build's -ffp-contract=off keeps it so
#endif
}

template <typename Double>
HD inline Double value_of_sum(const Arguments& a, Double sum) {
  return sum / a.divisor + a.offset;
}

HD inline double shown_of_value(const Arguments& a, double value) {
  switch (a.show) {
    case Show::clip:
      return value;
    case Show::absolute:
      return fabs(value);
    case Show::offset128:
      return value + 128;
    case Show::minmax:
      return a.high > a.low ? (value - a.low) * 255 / (a.high - a.low) : 0;
  }
  return value;
}

// Rounded to nearest, half to even, then clamped.
HD inline uint8_t byte_of(double shown) {
  const double rounded = rint(shown);
  return static_cast<uint8_t>(rounded > 0 ? (rounded < 255 ? rounded : 255) : 0);
}

// The CPU's special forms for 8-bit pictures. They return false where they have none for this case.
bool filter_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, uint8_t* output,
                   int64_t output_row_stride);
// Floats as the result: the raw value, or the shown one.
void values_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, bool shown, float* output,
                   int64_t output_row_stride);
void values_on_cpu(const Arguments& a, Picture<const float> input, Region region, bool shown, float* output,
                   int64_t output_row_stride);
// The exact smallest and largest value.
bool range_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, Range* range);

}  // namespace filtering
}  // namespace striate
