// A traffic light against the sky, at red: one thing in the middle that a network of ImageNet knows.
#include <algorithm>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

constexpr double kX = 320, kMiddle = 225, kLamps[] = {112, 225, 338};

// 1 inside a disc about (x, y), 0 outside, soft at its edge.
double disc(double px, double py, double x, double y, double radius) {
  return 1 - smooth_step(radius - 0.7, radius + 0.7, std::hypot(px - x, py - y));
}

double housing(double x, double y) {
  const double outside = std::hypot(std::max(std::abs(x - kX) - 48, 0.0), std::max(std::abs(y - kMiddle) - 158, 0.0));
  return 1 - smooth_step(18, 20, outside);
}

Vec sky(double x, double y) {
  const double cloud = 0.8 * smooth_step(0.5, 0.75, fractal(x / 122, y / 56, 5, 7));
  return mix(mix(rgb(0x6FA8DC), rgb(0xDCE9F5), 0.5 * y / 480), {0.9, 0.9, 0.92}, cloud);
}

Vec lamp(Vec color, double x, double y, int which) {
  const double cy = kLamps[which], d = std::hypot(x - kX, y - cy);
  static const uint32_t kGlass[] = {0xFF2A1A, 0x5A4300, 0x063D1C};
  color = mix(color, rgb(0x0B0D0C), disc(x, y, kX, cy, 47));
  color = mix(color, rgb(kGlass[which]), disc(x, y, kX, cy, 41));
  if (which == 0) {  // it is on
    color = color + Vec{1, 0.55, 0.4} * (0.7 * disc(x, y, kX, cy, 41) * std::exp(-d * d / 580));
    color = color + rgb(kGlass[0]) * (0.35 * std::exp(-d * d / 4900));
  } else {
    const double shine = std::exp(-(std::pow(x - kX + 13, 2) + std::pow(y - cy + 15, 2)) / 220);
    color = color + Vec{1, 1, 1} * (0.1 * disc(x, y, kX, cy, 41) * shine);
  }
  const bool hood = d > 41 && d < 52 && y < cy + 6;
  return hood ? rgb(0x0F1411) : color;
}

}  // namespace

std::shared_ptr<Image> traffic_light() {
  return paint("traffic-light", 640, 480, 3, [](double x, double y) {
    Vec color = sky(x, y);
    if (std::abs(x - kX) < 9 && y > 390) color = rgb(0x50565C) * (1.1 - 0.04 * std::abs(x - kX));
    const double body = housing(x, y);
    color = mix(color, rgb(0x1D2420), body) + Vec{1, 1, 1} * (0.02 * body * (1 - std::abs(x - kX) / 80));
    for (int which = 0; which < 3; ++which) color = lamp(color, x, y, which);
    return color;
  });
}

}  // namespace striate::samples
