// Hot-air balloons over hills at dawn, for colors: red, yellow, green, blue and violet side by side, so that each
// channel alone looks like another picture.
#include <algorithm>
#include <vector>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

struct Balloon {
  double x, y, radius;          // center of the round part, in pixels
  int gores;                    // stripes from top to mouth, over the visible half
  std::vector<uint32_t> cloth;  // their colors, in turn
  bool rings;                   // a band of the last color around the middle
};

const std::vector<Balloon> kBalloons = {
    {520, 250, 30, 6, {0x7A4FB5, 0xF2E9DC}, false},
    {338, 92, 34, 7, {0x12A39A, 0xF5F0E6}, false},
    {86, 258, 42, 7, {0x2E9E4F, 0xF6D743}, false},
    {590, 108, 44, 8, {0x1C55C4, 0x58B6F0}, true},
    {205, 168, 96, 9, {0xD3222A, 0xF7A823, 0xF4E23B}, false},
    {430, 216, 74, 9, {0x1D62D0, 0xF4F1EA, 0xE2303B}, true},
};

// Half the width of the cloth at height y below the center, in radii: a circle above, a straight taper to the mouth.
double half_width(double y) {
  const double knee = 0.55;  // where the taper touches the circle
  if (y < -1 || y > 1.32) return -1;
  if (y < knee) return std::sqrt(std::max(0.0, 1 - y * y));
  const double at_knee = std::sqrt(1 - knee * knee), slope = -knee / at_knee;
  return std::max(at_knee + slope * (y - knee) + 0.10 * (y - knee) * (y - knee), 0.17);
}

double ridge(double x, double base, double height, uint32_t seed) {
  return base - height * (fractal(x / 150.0, 0.5, 4, seed) - 0.35);
}

Vec sky(double x, double y) {
  const double t = y / 480;
  Vec color = mix(rgb(0x2F6FC0), rgb(0x9CC9EA), smooth_step(0.0, 0.55, t));
  color = mix(color, rgb(0xFBD9A8), smooth_step(0.35, 0.78, t));
  const double stretch = fractal(x / 130.0 + 3, y / 34.0, 5, 21);
  const double cloud = smooth_step(0.52, 0.80, stretch) * smooth_step(0.05, 0.25, t) * smooth_step(0.75, 0.5, t);
  color = mix(color, rgb(0xFFF6EA), 0.75 * cloud);
  const double sun = std::exp(-(std::pow((x - 560) / 150.0, 2) + std::pow((y - 372) / 80.0, 2)));
  return mix(color, rgb(0xFFE7B0), 0.8 * sun);
}

Vec land(double x, double y, Vec behind) {
  struct Layer {
    double base, height;
    uint32_t color, seed;
  };
  static const Layer kLayers[] = {{372, 70, 0x8FA3C4, 31},
                                  {400, 80, 0x6C86A0, 32},
                                  {428, 84, 0x4D7468, 33},
                                  {456, 70, 0x35603D, 34},
                                  {482, 60, 0x1F4427, 35}};
  Vec color = behind;
  for (const Layer& layer : kLayers) {
    const double top = ridge(x * (layer.seed - 29.0) / 2.5, layer.base, layer.height, layer.seed);
    if (y < top) continue;
    const double mist = std::exp(-(y - top) / 26.0);
    color = mix(rgb(layer.color), rgb(0xF4DDBE), 0.10 + 0.28 * (1 - mist) * (layer.seed < 34 ? 1 : 0.3));
    color = color * (0.93 + 0.14 * fractal(x / 7.0, y / 3.0, 2, layer.seed + 9));
  }
  return color;
}

// Draws one balloon over `behind`, with its ropes and basket.
Vec balloon(const Balloon& b, double px, double py, Vec behind) {
  const double x = (px - b.x) / b.radius, y = (py - b.y) / b.radius;
  if (std::abs(x) > 1.05 || y < -1.05 || y > 2.0) return behind;
  const double half = half_width(y);
  if (half > 0 && std::abs(x) <= half) {
    const double across = x / half;
    const double angle = std::asin(std::clamp(across, -1.0, 1.0));
    const double gore = (angle / M_PI + 0.5) * b.gores;
    const auto index = static_cast<size_t>(std::floor(gore));
    Vec color = rgb(b.cloth[index % b.cloth.size()]);
    if (b.rings && y > -0.12 && y < 0.2) color = rgb(b.cloth.back());
    if (y < -0.93) color = rgb(b.cloth[0]);
    // Each gore bulges a little: darker at its seams.
    const double seam = std::abs(gore - std::floor(gore) - 0.5) * 2;
    const double tilt = y < 0.55 ? y : 0.55 + 0.25 * (y - 0.55);
    const Vec normal = normalize({across * std::sqrt(std::max(0.0, 1 - tilt * tilt)), tilt,
                                  -std::sqrt(std::max(0.02, (1 - across * across) * (1 - tilt * tilt)))});
    const double sun = std::max(dot(normal, normalize({0.62, -0.10, -0.62})), 0.0);
    const double light = 0.30 + 0.86 * sun + 0.10 * std::max(-normal.y, 0.0);
    color = color * (light * (1 - 0.22 * seam * seam * seam));
    return mix(color, rgb(0xFFE2B0), 0.10 * std::pow(1 + normal.z, 3));
  }
  if (y > 1.32 && y < 1.62) {  // ropes
    const double spread = mix(0.16, 0.11, (y - 1.32) / 0.3);
    if (std::abs(std::abs(x) - spread) < 0.012 + 0.4 / b.radius * 0.5) return rgb(0x4A3626);
  }
  if (y >= 1.62 && y < 1.84 && std::abs(x) < 0.135) {  // basket
    const double weave = 0.8 + 0.2 * std::sin(40 * y) * std::sin(50 * x);
    return rgb(0x7B4B25) * (weave * (0.75 + 1.9 * x + (y < 1.66 ? 0.3 : 0)));
  }
  return behind;
}

}  // namespace

std::shared_ptr<Image> balloons() {
  return paint("balloons", 640, 480, 3, [](double x, double y) {
    Vec color = land(x, y, sky(x, y));
    for (const Balloon& b : kBalloons) color = balloon(b, x, y, color);
    return color;
  });
}

}  // namespace striate::samples
