// A wet street at night with the noise of a small sensor: few photons, so their number varies (it grows with the root
// of the light), and a constant part from reading them out. What a blur removes and a sharpening filter brings out.
#include <algorithm>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

constexpr int kWidth = 360, kHeight = 270;
constexpr double kKerb = 196;  // where the houses end and the street begins

// The windows of one row of houses.
Vec houses(double x, double y, double unit, double low, double high, uint32_t seed, Vec wall, Vec behind) {
  const auto house = static_cast<int64_t>(std::floor(x / unit));
  const double top = kKerb - mix(low, high, hash01(house, 1, seed));
  if (y < top || y > kKerb) return behind;
  const double left = x - house * unit;
  Vec color = wall * (0.8 + 0.4 * hash01(house, 2, seed));
  const double cell_w = 7 + 3 * hash01(house, 3, seed), cell_h = 10 + 3 * hash01(house, 4, seed);
  const auto column = static_cast<int64_t>(std::floor(left / cell_w)),
             row = static_cast<int64_t>(std::floor((y - top - 4) / cell_h));
  const double u = left - column * cell_w, v = y - top - 4 - row * cell_h;
  const bool pane = u > 2 && u < cell_w - 1.6 && v > 2 && v < cell_h - 3.4 && left > 3 && left < unit - 3 &&
                    y > top + 5 && y < kKerb - 12;
  if (pane) {
    const double lit = hash01(house * 64 + column, row, seed + 7);
    if (lit > 0.56) {
      const Vec lamp = lit > 0.93 ? rgb(0x9FC6FF) : lit > 0.7 ? rgb(0xFFC566) : rgb(0xFF9C3F);
      return lamp * (0.35 + 0.75 * hash01(house * 64 + column, row, seed + 8));
    }
    return color * 0.55;
  }
  return color;
}

struct Lamp {
  double x, y, strength;
  uint32_t color;
};
constexpr Lamp kLamps[] = {{38, 128, 1.0, 0xFFB45A},   {128, 140, 0.75, 0xFFB45A}, {206, 148, 0.55, 0xFFC070},
                           {276, 140, 0.75, 0xFFB45A}, {366, 126, 1.0, 0xFFB45A},  {318, 178, 0.45, 0xFF3B30},
                           {330, 178, 0.45, 0xFF3B30}, {96, 181, 0.55, 0xF2F6FF},  {106, 181, 0.55, 0xF2F6FF}};

Vec above(double x, double y) {
  Vec color = mix(rgb(0x060A1C), rgb(0x33405E), smooth_step(0, 200, y));
  const double moon = std::hypot(x - 300, y - 44);
  color = color + rgb(0xF3EBD3) * (moon < 15 ? 0.86 - 0.25 * fractal(x / 7.0, y / 7.0, 2, 61) : 0.0);
  color = color + rgb(0x8FA6D8) * (0.20 * std::exp(-std::max(moon - 15, 0.0) / 24));
  const double star = hash01(static_cast<int64_t>(x / 2), static_cast<int64_t>(y / 2), 62);
  if (moon > 30 && star > 0.9965) color = color + Vec{0.5, 0.55, 0.65} * ((star - 0.9965) / 0.0035);
  color = houses(x + 20, y, 46, 60, 118, 71, rgb(0x1B2338), color);
  color = houses(x, y, 67, 34, 84, 72, rgb(0x0F1422), color);
  for (const Lamp& lamp : kLamps) {
    const double d = std::hypot(x - lamp.x, y - lamp.y);
    if (lamp.y < 160 && std::abs(x - lamp.x) < 0.9 && y > lamp.y) color = rgb(0x07090F);
    color = color + rgb(lamp.color) * (lamp.strength * (1.1 * std::exp(-d * d / 7) + 0.28 * std::exp(-d / 10) +
                                                        0.07 * std::exp(-d / 36)));
  }
  return color;
}

Vec street(double x, double y) {
  if (y < kKerb) return above(x, y);
  if (y < kKerb + 4) return rgb(0x2A2C33) + above(x, kKerb - 1) * 0.1;
  // The wet road mirrors what stands above it, stretched downwards and broken by ripples.
  const double depth = (y - kKerb - 4) / (kHeight - kKerb - 4);
  Vec sum;
  for (int i = -6; i <= 6; ++i) {
    const double ripple = (noise(x / 26.0, y / 3.4, 81) - 0.5) * (3 + 10 * depth) + 1.1 * i * (0.4 + depth);
    sum = sum + above(x + ripple, kKerb - 2 - (y - kKerb - 4) * 1.35 + 2.6 * i * (0.3 + depth));
  }
  const double wet = 0.42 + 0.35 * smooth_step(0.4, 0.7, fractal(x / 60.0, y / 14.0, 3, 82));
  Vec color = rgb(0x14161C) * (0.8 + 0.5 * fractal(x / 4.0, y / 2.0, 2, 83)) + sum * (wet / 13);
  return color;
}

// A number that is distributed as the normal distribution, from two hashed ones (Box and Muller, 1958).
double normal(int x, int y, uint32_t seed) {
  const double u = std::max(hash01(x, y, seed), 1e-12), v = hash01(x, y, seed + 1);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * v);
}

}  // namespace

std::shared_ptr<Image> night() {
  auto image = paint("night", kWidth, kHeight, 3, [](double x, double y) { return street(x, y) * 1.25; });
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        uint8_t& byte = image->bytes[(static_cast<size_t>(y) * kWidth + x) * 3 + channel];
        const double light = to_linear(byte / 255.0);
        const double photons = 1600 * light;
        const double read =
            light +
            (std::sqrt(photons) * normal(x, y, 90 + 2 * channel) + 2.4 * normal(x, y, 100 + 2 * channel)) / 1600;
        byte = static_cast<uint8_t>(std::lround(255 * to_srgb(read)));
      }
    }
  }
  return image;
}

}  // namespace striate::samples
