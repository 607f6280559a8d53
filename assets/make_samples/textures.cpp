// Four textures, for filters: cloth, wood, bricks, and rings whose frequency grows evenly from the center until
// neighboring pixels alternate (a zone plate). A blur takes the fine ones first; an edge filter keeps only them.
#include <algorithm>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

constexpr int kWidth = 256, kHeight = 192;  // of one texture

Vec cloth(double x, double y) {
  const double pitch = 12;
  const double u = x / pitch, v = y / pitch;
  const auto column = static_cast<int64_t>(std::floor(u)), row = static_cast<int64_t>(std::floor(v));
  const double a = u - std::floor(u) - 0.5, b = v - std::floor(v) - 0.5;  // place within the crossing
  const bool warp_on_top = ((column + row) & 1) == 0;
  const double across = warp_on_top ? a : b, along = warp_on_top ? b : a;
  if (std::abs(across) > 0.46) return rgb(0x101820);
  const double round = std::sqrt(std::max(0.0, 1 - std::pow(across / 0.5, 2)));
  const double arch = std::cos(M_PI * along);  // the thread dips under its neighbors
  const double twist = 0.9 + 0.1 * std::sin(2 * M_PI * (along * 2.5 + across * 1.4));
  const bool light_warp = (column / 2) % 4 == 0, light_weft = (row / 2) % 4 == 0;
  const Vec thread =
      warp_on_top ? (light_warp ? rgb(0xF0E4CC) : rgb(0x2C5A8C)) : (light_weft ? rgb(0xF0E4CC) : rgb(0xB23A48));
  return thread * ((0.22 + 0.78 * round * (0.45 + 0.55 * arch)) * twist);
}

Vec wood(double x, double y) {
  const double warp = 22 * fractal(x / 150.0, y / 38.0, 3, 41);
  const double knot = std::hypot((x - 165) / 1.9, y - 92);
  const double r = y + warp + 30 * std::exp(-knot * knot / 900) * (y > 92 ? 1 : -1);
  const double ring = r / 11.0 - std::floor(r / 11.0);
  const double late = smooth_step(0.35, 0.92, ring) * (1 - smooth_step(0.94, 1.0, ring));
  const double pores = smooth_step(0.62, 0.80, noise(x / 26.0, y / 1.3, 43)) * (0.25 + 0.5 * late);
  Vec color = mix(rgb(0xD9A566), rgb(0x9A5F2B), 0.75 * late + 0.25 * fractal(x / 90.0, y / 20.0, 2, 44));
  color = mix(color, rgb(0x4A2810), std::exp(-knot * knot / 190));
  return color * (1 - 0.4 * pores);
}

Vec bricks(double x, double y) {
  const double width = 64, height = 24;
  const auto row = static_cast<int64_t>(std::floor(y / height));
  const double shifted = x + (row & 1 ? width / 2 : 0) + 6;
  const auto column = static_cast<int64_t>(std::floor(shifted / width));
  const double u = shifted - column * width, v = y - row * height;
  const double rough = 2.2 * (fractal(x / 5.0, y / 5.0, 2, 51) - 0.5);
  const double inside = std::min({u, width - u, v, height - v}) + rough;
  const double grain = fractal(x / 3.2, y / 3.2, 2, 52);
  if (inside < 2.4) return rgb(0xB9AFA2) * (0.62 + 0.35 * grain);
  const double tone = hash01(column, row, 53);
  Vec color = mix(rgb(0x8E3B2A), rgb(0xC0694A), tone);
  if (hash01(column, row, 54) > 0.86) color = mix(color, rgb(0x4B2D30), 0.6);
  // Light from the upper left: bright upper and left faces, dark lower and right ones.
  const double bevel =
      smooth_step(5.5, 2.4, std::min(u, v) + rough) - smooth_step(5.5, 2.4, std::min(width - u, height - v) + rough);
  return color * (0.72 + 0.42 * grain + 0.30 * bevel);
}

// The phase is k r^2 / 2, so the frequency k r / (2 pi) reaches half a cycle a pixel at r = pi / k.
Vec zone_plate(double x, double y) {
  const double dx = x - kWidth / 2.0, dy = y - kHeight / 2.0, reach = std::hypot(kWidth, kHeight) / 2;
  const double value = to_linear(0.5 + 0.5 * std::cos(0.5 * (M_PI / reach) * (dx * dx + dy * dy)));
  return {value, value, value};
}

}  // namespace

std::shared_ptr<Image> textures() {
  return paint("textures", 2 * kWidth, 2 * kHeight, 3, [](double x, double y) {
    if (y < kHeight) return x < kWidth ? cloth(x, y) : wood(x - kWidth, y);
    return x < kWidth ? bricks(x, y - kHeight) : zone_plate(x - kWidth, y - kHeight);
  });
}

}  // namespace striate::samples
