// Color, pixel by pixel; see color.h. The form for one pixel and the form for a picture are the same function, and its
// sums are never fused, so that the CPU and the GPU give the same bits.
#include "kernels/color.h"

#include <cmath>
#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {
namespace color {

HD inline float product(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(a, b);
#else
  return a * b;
#endif
}
HD inline float sum(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fadd_rn(a, b);
#else
  return a + b;
#endif
}

HD inline float weighted(float a, float wa, float b, float wb, float c, float wc) {
  return sum(sum(product(a, wa), product(b, wb)), product(c, wc));
}

HD inline uint8_t byte_of(float value) {
  const float rounded = rintf(value);
  return static_cast<uint8_t>(rounded > 0 ? (rounded < 255 ? rounded : 255) : 0);
}

HD inline float gray_value(GrayWeights w, float r, float g, float b) {
  return weighted(r, w.red, g, w.green, b, w.blue);
}

HD inline void hsv_value(float r, float g, float b, float out[3]) {
  const float most = fmaxf(r, fmaxf(g, b)), least = fminf(r, fminf(g, b));
  const float spread = most - least;
  float hue = 0;
  if (spread > 0) {
    if (most == r) {
      hue = (g - b) / spread;
    } else if (most == g) {
      hue = sum((b - r) / spread, 2);
    } else {
      hue = sum((r - g) / spread, 4);
    }
    hue = product(hue, 60);
    if (hue < 0) hue = sum(hue, 360);
  }
  out[0] = hue;
  out[1] = most > 0 ? spread / most : 0;
  out[2] = most;
}

// JFIF 1.02, page 3.
HD inline void ycbcr_value(float r, float g, float b, float out[3]) {
  out[0] = weighted(r, 0.299f, g, 0.587f, b, 0.114f);
  out[1] = sum(weighted(r, -0.168736f, g, -0.331264f, b, 0.5f), 128);
  out[2] = sum(weighted(r, 0.5f, g, -0.418688f, b, -0.081312f), 128);
}

// Red, green and blue of a pixel; gray pictures have one value for all three.
struct Pixels {
  const uint8_t* data;  // (N, C)
  int channels;
  HD void rgb(int64_t i, float out[3]) const {
    const uint8_t* p = data + i * channels;
    out[0] = p[0];
    out[1] = channels >= 3 ? p[1] : p[0];
    out[2] = channels >= 3 ? p[2] : p[0];
  }
};

struct Gray {
  GrayWeights weights;
  Pixels pixels;
  float* gray;  // (N)
  HD void operator()(int64_t i) const {
    float p[3];
    pixels.rgb(i, p);
    gray[i] = gray_value(weights, p[0], p[1], p[2]);
  }
};

struct GrayBytes {
  GrayWeights weights;
  Pixels pixels;
  uint8_t* gray;  // (N)
  HD void operator()(int64_t i) const {
    float p[3];
    pixels.rgb(i, p);
    gray[i] = byte_of(gray_value(weights, p[0], p[1], p[2]));
  }
};

struct Hsv {
  Pixels pixels;
  float* planes;  // (3, N)
  int64_t n;
  HD void operator()(int64_t i) const {
    float p[3], out[3];
    pixels.rgb(i, p);
    hsv_value(p[0], p[1], p[2], out);
    for (int k = 0; k < 3; ++k) planes[k * n + i] = out[k];
  }
};

struct YCbCr {
  Pixels pixels;
  float* planes;  // (3, N)
  int64_t n;
  HD void operator()(int64_t i) const {
    float p[3], out[3];
    pixels.rgb(i, p);
    ycbcr_value(p[0], p[1], p[2], out);
    for (int k = 0; k < 3; ++k) planes[k * n + i] = out[k];
  }
};

struct SplitChannel {
  const uint8_t* pixels;  // (N, C)
  int channels, channel;
  uint8_t* plane;  // (N)
  HD void operator()(int64_t i) const { plane[i] = pixels[i * channels + channel]; }
};

struct JoinChannels {
  const uint8_t* planes;  // (C, N)
  int channels;
  int64_t n;
  uint8_t* pixels;  // (N, C)
  HD void operator()(int64_t i) const {
    for (int c = 0; c < channels; ++c) pixels[i * channels + c] = planes[c * n + i];
  }
};

struct ApplyGains {
  Gains gains;
  const uint8_t* pixels;  // (N, C)
  int channels;
  uint8_t* out;  // (N, C), may be `pixels`
  HD void operator()(int64_t i) const {
    const int colors = channels >= 3 ? 3 : 1;
    for (int c = 0; c < channels; ++c) {
      const uint8_t value = pixels[i * channels + c];
      out[i * channels + c] = c < colors ? byte_of(product(value, gains.of[c])) : value;
    }
  }
};

}  // namespace color

template struct CudaFlat<color::Gray>;
template struct CudaFlat<color::GrayBytes>;
template struct CudaFlat<color::Hsv>;
template struct CudaFlat<color::YCbCr>;
template struct CudaFlat<color::SplitChannel>;
template struct CudaFlat<color::JoinChannels>;
template struct CudaFlat<color::ApplyGains>;

#ifndef __CUDACC__

using namespace color;

namespace {

void check_channels(int channels) {
  if (channels >= 1 && channels <= 4) return;
  throw Error("a picture of " + std::to_string(channels) + " channels", "give one with 1 to 4");
}

}  // namespace

float gray_of(GrayWeights weights, float r, float g, float b) { return gray_value(weights, r, g, b); }
void hsv_of(float r, float g, float b, float out[3]) { hsv_value(r, g, b, out); }
void ycbcr_of(float r, float g, float b, float out[3]) { ycbcr_value(r, g, b, out); }

void rgb_of_hsv(float h, float s, float v, float out[3]) {
  h = std::fmod(h, 360.0f);
  if (h < 0) h += 360;
  for (int k = 0; k < 3; ++k) {
    // How far the hue is from this color's, in sixths of the circle: full within 1, nothing beyond 2.
    const float center = 120.0f * static_cast<float>(k);
    float away = std::fabs(h - center);
    away = std::fmin(away, 360 - away) / 60;
    const float share = std::fmin(std::fmax(2 - away, 0.0f), 1.0f);
    out[k] = v * (1 - s * (1 - share));
  }
}

void rgb_of_ycbcr(float y, float cb, float cr, float out[3]) {
  out[0] = y + 1.402f * (cr - 128);
  out[1] = y - 0.344136f * (cb - 128) - 0.714136f * (cr - 128);
  out[2] = y + 1.772f * (cb - 128);
}

void gray(Stream& stream, GrayWeights weights, const uint8_t* pixels, int channels, int64_t n, float* out) {
  check_channels(channels);
  for_each(stream, "gray", n, Gray{weights, {pixels, channels}, out});
}

void gray(Stream& stream, GrayWeights weights, const uint8_t* pixels, int channels, int64_t n, uint8_t* out) {
  check_channels(channels);
  for_each(stream, "gray", n, GrayBytes{weights, {pixels, channels}, out});
}

void hsv(Stream& stream, const uint8_t* pixels, int channels, int64_t n, float* planes) {
  check_channels(channels);
  for_each(stream, "hsv", n, Hsv{{pixels, channels}, planes, n});
}

void ycbcr(Stream& stream, const uint8_t* pixels, int channels, int64_t n, float* planes) {
  check_channels(channels);
  for_each(stream, "ycbcr", n, YCbCr{{pixels, channels}, planes, n});
}

void split_channel(Stream& stream, const uint8_t* pixels, int channels, int channel, int64_t n, uint8_t* plane) {
  check_channels(channels);
  if (channel < 0 || channel >= channels) {
    throw Error("no channel " + std::to_string(channel) + " in a picture of " + std::to_string(channels),
                "channels count from 0");
  }
  for_each(stream, "split_channel", n, SplitChannel{pixels, channels, channel, plane});
}

void join_channels(Stream& stream, const uint8_t* planes, int channels, int64_t n, uint8_t* pixels) {
  check_channels(channels);
  for_each(stream, "join_channels", n, JoinChannels{planes, channels, n, pixels});
}

void apply_gains(Stream& stream, Gains gains, const uint8_t* pixels, int channels, int64_t n, uint8_t* out) {
  check_channels(channels);
  for_each(stream, "apply_gains", n, ApplyGains{gains, pixels, channels, out});
}

#endif

}  // namespace striate
