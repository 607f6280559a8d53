// What the sample pictures share: colors in linear light, value noise from a seed, and the way a function of
// position becomes a picture. Pure arithmetic, no random device and no clock: the same bytes on every machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "engine/image.h"

namespace striate::samples {

struct Vec {
  double x = 0, y = 0, z = 0;
};
inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec operator*(Vec a, Vec b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline Vec operator*(Vec a, double s) { return {a.x * s, a.y * s, a.z * s}; }
inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline double length(Vec a) { return std::sqrt(dot(a, a)); }
inline Vec normalize(Vec a) { return a * (1 / std::max(length(a), 1e-12)); }
inline Vec cross(Vec a, Vec b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline Vec mix(Vec a, Vec b, double t) { return a * (1 - t) + b * t; }
inline double mix(double a, double b, double t) { return a + (b - a) * t; }
inline double clamp01(double t) { return std::clamp(t, 0.0, 1.0); }

// 0 below a, 1 above b, smooth between them.
inline double smooth_step(double a, double b, double t) {
  const double s = clamp01((t - a) / (b - a));
  return s * s * (3 - 2 * s);
}

// sRGB 0xRRGGBB as linear light, and one linear value as an sRGB byte (IEC 61966-2-1).
inline double to_linear(double s) { return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4); }
inline Vec rgb(uint32_t hex) {
  return {to_linear(((hex >> 16) & 255) / 255.0), to_linear(((hex >> 8) & 255) / 255.0),
          to_linear((hex & 255) / 255.0)};
}
inline double to_srgb(double v) {
  v = clamp01(v);
  return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
}

// A number in [0, 1) for every pair of whole numbers: a small integer hash.
inline double hash01(int64_t x, int64_t y, uint32_t seed = 0) {
  uint64_t h = static_cast<uint64_t>(x) * 0x9E3779B97F4A7C15ull ^ static_cast<uint64_t>(y) * 0xC2B2AE3D27D4EB4Full ^
               (static_cast<uint64_t>(seed) + 1) * 0x165667B19E3779F9ull;
  h = (h ^ (h >> 31)) * 0xD6E8FEB86659FD93ull;
  h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93ull;
  return static_cast<double>((h ^ (h >> 32)) >> 11) * 0x1p-53;
}

// Value noise: hashed numbers at whole coordinates, smooth between them; 0..1. `fractal` adds finer octaves.
inline double noise(double x, double y, uint32_t seed = 0) {
  const double fx = std::floor(x), fy = std::floor(y);
  const auto ix = static_cast<int64_t>(fx), iy = static_cast<int64_t>(fy);
  const double u = smooth_step(0, 1, x - fx), v = smooth_step(0, 1, y - fy);
  return mix(mix(hash01(ix, iy, seed), hash01(ix + 1, iy, seed), u),
             mix(hash01(ix, iy + 1, seed), hash01(ix + 1, iy + 1, seed), u), v);
}
inline double fractal(double x, double y, int octaves, uint32_t seed = 0) {
  double sum = 0, weight = 0.5, total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += weight * noise(x, y, seed + static_cast<uint32_t>(octave));
    total += weight;
    weight *= 0.5;
    x *= 2.03;
    y *= 2.03;
  }
  return sum / total;
}

// Calls color(x, y) at samples * samples places of every pixel (x to the right, y down, in pixels; linear light) and
// writes the means.
template <typename Color>
std::shared_ptr<Image> paint(const char* name, int width, int height, int samples, Color color) {
  auto image = std::make_shared<Image>();
  image->width = width;
  image->height = height;
  image->channels = 3;
  image->name = name;
  image->bytes.resize(static_cast<size_t>(width) * height * 3);
  uint8_t* byte = image->bytes.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      Vec sum;
      for (int j = 0; j < samples; ++j) {
        for (int i = 0; i < samples; ++i) {
          const Vec c = color(x + (i + 0.5) / samples, y + (j + 0.5) / samples);
          sum = sum + Vec{clamp01(c.x), clamp01(c.y), clamp01(c.z)};
        }
      }
      const Vec mean = sum * (1.0 / (samples * samples));
      *byte++ = static_cast<uint8_t>(std::lround(255 * to_srgb(mean.x)));
      *byte++ = static_cast<uint8_t>(std::lround(255 * to_srgb(mean.y)));
      *byte++ = static_cast<uint8_t>(std::lround(255 * to_srgb(mean.z)));
    }
  }
  return image;
}

std::shared_ptr<Image> still_life();  // edges: shaded bodies and their shadows
std::shared_ptr<Image> balloons();    // colors: saturated hues against a sky
std::shared_ptr<Image> textures();    // textures: cloth, wood, bricks, and every frequency
std::shared_ptr<Image> night();       // noise: a wet street as a small sensor sees it
// For networks of ImageNet, which know them:
std::shared_ptr<Image> clock();            // analog clock, wall clock
std::shared_ptr<Image> traffic_light();    // traffic light
std::shared_ptr<Image> ball_and_orange();  // tennis ball and orange, in one picture

}  // namespace striate::samples
