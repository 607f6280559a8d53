// A clock on a wall, ten past ten: circles, lines at all angles, and a class that ImageNet has twice (analog clock,
// wall clock).
#include <algorithm>
#include <numbers>
#include <string_view>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

constexpr double kX = 325, kY = 236, kRadius = 168, kPi = std::numbers::pi;

double disc(double px, double py, double x, double y, double radius) {
  return 1 - smooth_step(radius - 0.7, radius + 0.7, std::hypot(px - x, py - y));
}

// How much of a line from a to b, `half` wide to each side, covers the place.
double stroke(double x, double y, double ax, double ay, double bx, double by, double half) {
  const double dx = bx - ax, dy = by - ay;
  const double t = clamp01(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy));
  return 1 - smooth_step(half - 0.6, half + 0.6, std::hypot(x - ax - t * dx, y - ay - t * dy));
}

// A numeral of seven bars in a box of 1 x 2: top, upper right, lower right, bottom, lower left, upper left, middle.
double numeral(double x, double y, int digit, double left, double top, double size) {
  static const std::string_view kBars[] = {"1111110", "0110000", "1101101", "1111001", "0110011",
                                           "1011011", "1011111", "1110000", "1111111", "1111011"};
  static const double kEnds[7][4] = {{0, 0, 1, 0}, {1, 0, 1, 1}, {1, 1, 1, 2}, {0, 2, 1, 2},
                                     {0, 1, 0, 2}, {0, 0, 0, 1}, {0, 1, 1, 1}};
  double cover = 0;
  for (size_t bar = 0; bar < 7; ++bar) {
    if (kBars[digit][bar] == '0') continue;
    const double* e = kEnds[bar];
    cover = std::max(cover,
                     stroke(x, y, left + e[0] * size, top + e[1] * size, left + e[2] * size, top + e[3] * size, 1.7));
  }
  return cover;
}

double dial(double x, double y) {
  double ink = 0;
  for (int minute = 0; minute < 60; ++minute) {
    const double angle = minute * kPi / 30, far = kRadius - 34, near = far - (minute % 5 == 0 ? 15 : 7);
    ink = std::max(ink, stroke(x, y, kX + near * std::cos(angle), kY + near * std::sin(angle),
                               kX + far * std::cos(angle), kY + far * std::sin(angle), minute % 5 == 0 ? 2.4 : 0.9));
  }
  const double size = 10;
  for (int hour = 1; hour <= 12; ++hour) {
    const double angle = hour * kPi / 6 - kPi / 2, r = kRadius - 66;
    const double cx = kX + r * std::cos(angle), top = kY + r * std::sin(angle) - size;
    if (hour < 10) {
      ink = std::max(ink, numeral(x, y, hour, cx - size / 2, top, size));
    } else {
      ink = std::max(ink, numeral(x, y, 1, cx - 1.3 * size, top, size));
      ink = std::max(ink, numeral(x, y, hour - 10, cx + 0.3 * size, top, size));
    }
  }
  return ink;
}

struct Hand {
  double angle, length, half;
  uint32_t color;
};

Vec hands(Vec color, double x, double y) {
  static const Hand kHands[] = {{(10 + 10 / 60.0) * kPi / 6, 74, 4.6, 0x151515},
                                {10 * kPi / 30, 110, 3.2, 0x151515},
                                {36 * kPi / 30, 116, 1.1, 0xA02020}};
  for (const Hand& hand : kHands) {
    const double c = std::cos(hand.angle - kPi / 2), s = std::sin(hand.angle - kPi / 2), back = -0.15 * hand.length;
    const auto cover = [&](double off) {
      return stroke(x - off, y - off, kX + back * c, kY + back * s, kX + hand.length * c, kY + hand.length * s,
                    hand.half);
    };
    color = mix(color, rgb(0x8A8475), 0.35 * cover(5));
    color = mix(color, rgb(hand.color), cover(0));
  }
  return mix(color, rgb(0x222222), disc(x, y, kX, kY, 7.5));
}

}  // namespace

std::shared_ptr<Image> clock() {
  return paint("clock", 640, 480, 3, [](double x, double y) {
    Vec color = rgb(0xB9A88E) * (0.85 + 0.15 * fractal(x / 36, y / 36, 4, 0));
    color = color * (1.08 - 0.35 * std::pow((x - 200) / 640, 2) - 0.25 * std::pow((y - 150) / 480, 2));
    color = color * (1 - 0.55 * (1 - smooth_step(kRadius - 10, kRadius + 56, std::hypot(x - kX - 24, y - kY - 32))));
    if (std::hypot(x - kX, y - kY) > kRadius + 2) return color;
    const double angle = std::atan2(y - kY, x - kX);
    const double light =
        0.35 + 0.5 * clamp01(std::cos(angle + 2.4)) + 0.35 * std::pow(clamp01(std::cos(angle - 0.7)), 4);
    color = mix(color, rgb(0x6B4A2E) * light, disc(x, y, kX, kY, kRadius));
    const double face = disc(x, y, kX, kY, kRadius - 24);
    color = mix(color, rgb(0xF4F0E4), face);
    color = color * (1 - 0.25 * face * smooth_step(kRadius - 66, kRadius - 18, std::hypot(x - kX + 9, y - kY + 13)));
    return hands(mix(color, rgb(0x1C1C1C), dial(x, y)), x, y);
  });
}

}  // namespace striate::samples
