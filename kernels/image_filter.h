// Image filtering: every output value is the sum of the input values under the kernel times the kernel's numbers
// (cross-correlation: the kernel is not flipped), each channel on its own.
//
//   sum(y, x, c)   = sum over r, s of taps[r][s] * input(y + r - anchor_y, x + s - anchor_x, c)
//   value          = sum / divisor + offset
//   clip           value                        absolute    |value|
//   offset128      value + 128                  minmax      (value - low) * 255 / (high - low); 0 where high == low
//   8-bit result   the shown value rounded to nearest, half to even, then clamped to 0 .. 255
//
// The sum is the double-precision one, its terms added in row-major order, and the 8-bit result is exactly what follows
// from it, on every device, for every kernel: see image_filter.cu. No temporary as large as the picture is made.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/border.h"
#include "kernels/hd.h"
#include "kernels/stream.h"

namespace striate {

enum class Show { clip, absolute, offset128, minmax };

constexpr int kMaxFilterSize = 15;

struct FilterKernel {
  int width = 1;                // 1 .. 15
  int height = 1;               // 1 .. 15
  std::vector<double> taps{1};  // (height, width), finite
  // Where the output pixel sits in the kernel. -1 means the middle, and for an even size the one right of or below it:
  // size / 2, as OpenCV and SciPy have it.
  int anchor_x = -1;
  int anchor_y = -1;

  int anchor_column() const { return anchor_x < 0 ? width / 2 : anchor_x; }
  int anchor_row() const { return anchor_y < 0 ? height / 2 : anchor_y; }
  bool operator==(const FilterKernel& other) const {
    return width == other.width && height == other.height && taps == other.taps && anchor_x == other.anchor_x &&
           anchor_y == other.anchor_y;
  }
};

struct FilterOptions {
  Border border = Border::zero;
  Show show = Show::clip;
  double divisor = 1;  // not 0
  double offset = 0;
  double low = 0, high = 255;  // minmax only: what becomes 0 and 255; filter_range() finds the picture's own
};

// A picture on the stream's device: interleaved rows (HWC).
template <typename T>
struct Picture {
  T* data = nullptr;
  int64_t row_stride = 0;  // values from one row to the next, width * channels where rows are packed
  int width = 0, height = 0;
  int channels = 0;    // 1 .. 4
  bool alpha = false;  // the last channel is alpha: carried through unfiltered
  HD int filtered_channels() const { return channels - (alpha ? 1 : 0); }
};

struct Region {
  int x = 0, y = 0, width = 0, height = 0;
};

struct Range {
  double low = 0, high = 0;
};

// All of these compute the output rectangle `region` of the whole picture's result, so that a tile or one pixel comes
// from the same function. `input` is the whole picture; `output` points at the region's first value, has the input's
// channels and alpha, and must not overlap the input. Throw Error for a kernel or option out of range.

// 8-bit in, 8-bit out.
void filter(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const uint8_t> input,
            Region region, uint8_t* output, int64_t output_row_stride);

// float in, float out: the shown value, neither rounded nor clamped; alpha carried through.
void filter(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const float> input,
            Region region, float* output, int64_t output_row_stride);

// The raw result: value (sum / divisor + offset) before show, rounding and clamping. Alpha is the input's.
void filter_values(Stream& stream, const FilterKernel& kernel, const FilterOptions& options,
                   Picture<const uint8_t> input, Region region, float* output, int64_t output_row_stride);
void filter_values(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const float> input,
                   Region region, float* output, int64_t output_row_stride);

// The smallest and the largest value (sum / divisor + offset) in the region, over the filtered channels: exact.
Range filter_range(Stream& stream, const FilterKernel& kernel, const FilterOptions& options,
                   Picture<const uint8_t> input, Region region);
Range filter_range(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const float> input,
                   Region region);

// Whether a kernel is an outer product of a column and a row, taps[r][s] == column[r] * row[s] within 1e-6 of the
// largest tap. Fills both where it is.
bool separate(const FilterKernel& kernel, std::vector<double>* column, std::vector<double>* row);

}  // namespace striate
