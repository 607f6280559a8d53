// A tennis ball and an orange, side by side: two classes of ImageNet in one picture, to ask why this and not that.
#include <algorithm>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

struct Ball {
  double x, y, radius;
  double bump, finer;  // height of its surface's roughness in radii, and how fine it is
  double shine;
};
const Ball kTennis{190, 285, 116, 0.03, 40, 0.02};
const Ball kOrange{450, 285, 108, 0.012, 22, 0.35};
const Vec kLight = normalize({-0.5, -0.65, 0.58});

double roughness(const Ball& ball, double nx, double ny) {
  return ball.bump * fractal(nx * ball.finer + 50, ny * ball.finer + 50, 2, 8);
}

Vec felt(Vec n) {
  const double fuzz = fractal(n.x * 45 + 60, n.y * 45 + 60, 3, 4);
  const Vec turned{0.8 * n.x + 0.6 * n.z, n.y, 0.8 * n.z - 0.6 * n.x};
  const double around = std::atan2(turned.y, turned.x), up = std::asin(std::clamp(turned.z, -1.0, 1.0));
  const bool seam = std::abs(up - 0.75 * std::sin(2 * around)) < 0.075;
  return seam ? rgb(0xF2F2E8) : rgb(0xC6DB2F) * (0.75 + 0.5 * fuzz);
}

Vec peel(Vec n) {
  Vec color = rgb(0xF58A0C) * (0.92 + 0.12 * fractal(n.x * 6 + 9, n.y * 6 + 9, 3, 5));
  const double stalk = 1 - smooth_step(0.02, 0.09, std::hypot(n.x - 0.28, n.y + 0.52));
  return mix(color, rgb(0x5C7A2A), 0.8 * stalk);
}

Vec put(Vec behind, const Ball& ball, Vec (*surface)(Vec), double x, double y) {
  const double nx = (x - ball.x) / ball.radius, ny = (y - ball.y) / ball.radius, r2 = nx * nx + ny * ny;
  if (r2 > 1.03) return behind;
  const double nz = std::sqrt(std::max(1 - r2, 0.0)), e = 0.5 / ball.radius, here = roughness(ball, nx, ny);
  const Vec n =
      normalize({nx - (roughness(ball, nx + e, ny) - here) / e, ny - (roughness(ball, nx, ny + e) - here) / e, nz});
  const double lit = std::max(dot(n, kLight), 0.0);
  const double mirrored = std::pow(std::max(dot(n, normalize(kLight + Vec{0, 0, 1})), 0.0), 40);
  const Vec color = surface({nx, ny, nz}) * (0.16 + 0.95 * lit) + Vec{1, 1, 1} * (ball.shine * mirrored);
  return mix(behind, color, 1 - smooth_step(1 - 1.4 / ball.radius, 1, std::sqrt(r2)));
}

}  // namespace

std::shared_ptr<Image> ball_and_orange() {
  return paint("ball-and-orange", 640, 480, 3, [](double x, double y) {
    const Vec wood = rgb(0x8B5A33) * (0.7 + 0.5 * fractal(x / 150, y / 6.5, 5, 3));
    Vec color = mix(rgb(0xC9CDD2) * (1 - 0.25 * x / 640), wood, smooth_step(141, 147, y));
    for (const Ball& ball : {kTennis, kOrange}) {
      const double d =
          std::hypot((x - ball.x - 34) / (1.3 * ball.radius), (y - ball.y - 0.9 * ball.radius) / (0.34 * ball.radius));
      color = color * (1 - 0.6 * (1 - smooth_step(0.5, 1.1, d)));
    }
    return put(put(color, kTennis, felt, x, y), kOrange, peel, x, y);
  });
}

}  // namespace striate::samples
