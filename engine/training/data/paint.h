// Colors and noise for the drawn data sets in color.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/random.h"

namespace striate {

struct Color {
  float r = 0, g = 0, b = 0;  // 0..1
};

inline Color mix(Color a, Color b, float t) {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}
inline Color scaled(Color c, float factor) { return {c.r * factor, c.g * factor, c.b * factor}; }
inline float luminance(Color c) { return 0.299f * c.r + 0.587f * c.g + 0.114f * c.b; }

// hue, saturation, value, each 0..1.
inline Color hsv(float h, float s, float v) {
  const auto channel = [&](float n) {
    const float k = std::fmod(n + h * 6, 6.0f);
    return v - v * s * std::max(0.0f, std::min({k, 4 - k, 1.0f}));
  };
  return {channel(5), channel(3), channel(1)};
}

// Into planes (3, side, side).
inline void put(float* pixels, int side, int x, int y, Color c) {
  const int plane = side * side, at = y * side + x;
  pixels[at] = std::clamp(c.r, 0.0f, 1.0f);
  pixels[plane + at] = std::clamp(c.g, 0.0f, 1.0f);
  pixels[2 * plane + at] = std::clamp(c.b, 0.0f, 1.0f);
}

// Smooth noise, 0..1: random values at whole coordinates, smoothly joined (value noise), repeated every 64.
class Noise {
 public:
  explicit Noise(Random& random) : values_(kSide * kSide) {
    for (float& value : values_) value = random.unit();
  }
  float at(float x, float y) const {
    const float fx = std::floor(x), fy = std::floor(y);
    const float tx = smooth(x - fx), ty = smooth(y - fy);
    const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
    const float top = value(ix, iy) + (value(ix + 1, iy) - value(ix, iy)) * tx;
    const float bottom = value(ix, iy + 1) + (value(ix + 1, iy + 1) - value(ix, iy + 1)) * tx;
    return top + (bottom - top) * ty;
  }
  // Several layers, each twice as fine and half as strong; 0..1.
  float layers(float x, float y, int count) const {
    float sum = 0, weight = 1, all = 0;
    for (int i = 0; i < count; ++i) {
      sum += weight * at(x, y);
      all += weight;
      weight /= 2;
      x = 2 * x + 17.3f;
      y = 2 * y + 31.7f;
    }
    return sum / all;
  }

 private:
  static constexpr int kSide = 64;
  static float smooth(float t) { return t * t * (3 - 2 * t); }
  float value(int x, int y) const {
    return values_[static_cast<size_t>((y & (kSide - 1)) * kSide + (x & (kSide - 1)))];
  }
  std::vector<float> values_;
};

}  // namespace striate
