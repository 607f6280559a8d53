// Resizing of interleaved pictures (HWC), 1 to 4 channels. Pixel centers are at half coordinates: the center of output
// column x lies at (x + 0.5) * (input width / output width) - 0.5 of the input, as in OpenCV, Pillow and ONNX's
// half_pixel.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

enum class Resample {
  // The mean over the part of the input that the output pixel covers, fractions of pixels weighted by their area: for
  // making pictures smaller. Where the output is larger it repeats pixels with sharp, area-true edges.
  area,
  // Interpolation between the four nearest pixels, edges repeated: for making pictures larger. Does not look at more
  // than four pixels, so that it aliases where the output is much smaller.
  bilinear
};

// The part of the input that is resized, in pixels of the input; it may be fractional and must lie inside.
struct Crop {
  double x = 0, y = 0, width = 0, height = 0;
};

// input (H, W, C) to output (P, Q, C), P rows of Q. Rows have no gaps. 8-bit results are rounded half to even.
// Throws Error for sizes below 1. The input must not overlap the output. Alpha is resized like any other channel.
void resize(Stream& stream, Resample method, const uint8_t* input, int height, int width, int channels, uint8_t* output,
            int out_height, int out_width);
void resize(Stream& stream, Resample method, const float* input, int height, int width, int channels, float* output,
            int out_height, int out_width);
// The same from a part of the input.
void resize(Stream& stream, Resample method, const uint8_t* input, int height, int width, int channels, Crop crop,
            uint8_t* output, int out_height, int out_width);

}  // namespace striate
