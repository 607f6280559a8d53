// Color: gray with editable weights, HSV, YCbCr, single channels, gains. Pictures are interleaved rows of 8-bit values
// without gaps between them (HWC), 1 to 4 channels; N is the number of pixels. Results are floats of one plane each, or
// 8-bit pictures. Values are the stored (gamma-encoded) ones; nothing is linearized.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

// Gray = red R + green G + blue B. The start values are those of ITU-R BT.601, as JPEG and OpenCV use them.
struct GrayWeights {
  float red = 0.299f, green = 0.587f, blue = 0.114f;
};

// Each has one form for pixels (N, C) and one for a single pixel, which computes the very same numbers.
// C = 1 and 2 (gray, gray + alpha) stand for R = G = B. Alpha is not used, and is carried through to 8-bit pictures.

// gray (N) in 0 .. 255 * (sum of the weights), not rounded.
void gray(Stream& stream, GrayWeights weights, const uint8_t* pixels, int channels, int64_t n, float* gray);
// gray (N) rounded half to even and clamped to 0 .. 255.
void gray(Stream& stream, GrayWeights weights, const uint8_t* pixels, int channels, int64_t n, uint8_t* gray);
float gray_of(GrayWeights weights, float r, float g, float b);

// HSV (Smith 1978): hue 0 .. 360 degrees (0 for grays), saturation 0 .. 1, value 0 .. 255. Planes (3, N) in that order.
void hsv(Stream& stream, const uint8_t* pixels, int channels, int64_t n, float* planes);
void hsv_of(float r, float g, float b, float out[3]);
// The way back: h in degrees (any, taken modulo 360), s 0 .. 1, v 0 .. 255; RGB 0 .. 255.
void rgb_of_hsv(float h, float s, float v, float out[3]);

// YCbCr as JFIF has it (ITU-R BT.601 weights, full range): Y 0 .. 255, Cb and Cr centered at 128. Planes (3, N).
void ycbcr(Stream& stream, const uint8_t* pixels, int channels, int64_t n, float* planes);
void ycbcr_of(float r, float g, float b, float out[3]);
void rgb_of_ycbcr(float y, float cb, float cr, float out[3]);

// One channel of 0 .. C-1 as a plane (N).
void split_channel(Stream& stream, const uint8_t* pixels, int channels, int channel, int64_t n, uint8_t* plane);
// C planes (C, N), one after the other, to interleaved pixels (N, C): CHW to HWC.
void join_channels(Stream& stream, const uint8_t* planes, int channels, int64_t n, uint8_t* pixels);
// Every channel times its gain, rounded half to even and clamped; alpha (the last of 2 or 4) keeps its value.
// out (N, C) may be `pixels` itself.
struct Gains {
  float of[3] = {1, 1, 1};  // red, green, blue; the first alone for gray
};
void apply_gains(Stream& stream, Gains gains, const uint8_t* pixels, int channels, int64_t n, uint8_t* out);

}  // namespace striate
