// Spheres, a block, a cone and a ring on a table, for edges: sharp ones, soft ones, and those of shadows.
// Drawn by walking along each ray by the distance to the nearest surface until there is none left.
#include <algorithm>

#include "assets/make_samples/paint.h"

namespace striate::samples {
namespace {

struct Nearest {
  double distance = 1e9;
  int body = 0;
};

double box(Vec p, Vec half, double round) {
  const Vec q{std::abs(p.x) - half.x, std::abs(p.y) - half.y, std::abs(p.z) - half.z};
  const Vec outside{std::max(q.x, 0.0), std::max(q.y, 0.0), std::max(q.z, 0.0)};
  return length(outside) + std::min(std::max({q.x, q.y, q.z}), 0.0) - round;
}

// A cone with its tip at the origin, opening downwards; `slope` is the unit vector along its side, `height` its height.
double cone(Vec p, double height, double radius) {
  const double along = std::hypot(height, radius);
  const double r = std::hypot(p.x, p.z);
  const double side = (r * height + p.y * radius) / along;
  return std::max(side, -p.y - height);
}

Nearest scene(Vec p) {
  Nearest nearest;
  const auto add = [&](double distance, int body) {
    if (distance < nearest.distance) nearest = {distance, body};
  };
  add(p.y, 0);                                        // table
  add(length(p - Vec{-1.25, 1.0, 0.35}) - 1.0, 1);    // large matte sphere
  add(length(p - Vec{0.12, 0.42, -1.05}) - 0.42, 2);  // small polished sphere
  const Vec b = p - Vec{0.95, 0.66, 0.75};
  const double c = std::cos(0.62), s = std::sin(0.62);
  add(box({c * b.x - s * b.z, b.y, s * b.x + c * b.z}, {0.62, 0.62, 0.62}, 0.04), 3);
  add(0.9 * (cone(p - Vec{2.25, 1.62, -0.35}, 1.58, 0.6) - 0.03), 4);
  const Vec t = p - Vec{-1.0, 0.14, -1.45};
  add(std::hypot(std::hypot(t.x, t.z) - 0.44, t.y) - 0.14, 5);
  add(length(p - Vec{1.3, 0.24, -1.35}) - 0.24, 6);
  return nearest;
}

Vec normal_at(Vec p) {
  const double e = 1e-4;
  return normalize({scene(p + Vec{e, 0, 0}).distance - scene(p - Vec{e, 0, 0}).distance,
                    scene(p + Vec{0, e, 0}).distance - scene(p - Vec{0, e, 0}).distance,
                    scene(p + Vec{0, 0, e}).distance - scene(p - Vec{0, 0, e}).distance});
}

const Vec kLight = normalize({-0.86, 0.72, -0.12});

// How much of a wide light is seen from p: the narrowest angle by which the way to it is missed.
double light_seen(Vec p) {
  double seen = 1, t = 0.02;
  for (int step = 0; step < 90 && t < 8; ++step) {
    const double d = scene(p + kLight * t).distance;
    seen = std::min(seen, 0.5 + 0.5 * d / (0.075 * t));
    if (seen < 0) break;
    t += std::clamp(d, 0.012, 0.25);
  }
  seen = std::max(seen, 0.0);
  return seen * seen * (3 - 2 * seen);
}

// How open the surroundings are: corners and contacts are darker.
double openness(Vec p, Vec n) {
  double closed = 0, weight = 1;
  for (int i = 1; i <= 5; ++i) {
    const double h = 0.09 * i;
    closed += weight * (h - scene(p + n * h).distance);
    weight *= 0.72;
  }
  return clamp01(1 - 0.95 * closed);
}

Vec backdrop(Vec direction) {
  return mix(rgb(0x2B4A57), rgb(0x9DB8B4), clamp01(0.42 - 1.5 * direction.y + 0.25 * direction.x));
}

Vec shade(Vec origin, Vec direction, int bounces) {
  double t = 0.05;
  Nearest nearest;
  for (int step = 0; step < 220; ++step) {
    nearest = scene(origin + direction * t);
    if (nearest.distance < 1e-4 * t || t > 22) break;
    t += nearest.distance;
  }
  if (t > 22) return backdrop(direction);
  const Vec p = origin + direction * t;
  const Vec n = normal_at(p);
  static const Vec kColors[] = {rgb(0xB99A77), rgb(0xC8502F), rgb(0xF4F1EA), rgb(0x1F7F86),
                                rgb(0xE9B23C), rgb(0x7A3E8E), rgb(0x274C9E)};
  static const double kGloss[] = {0.04, 0.05, 0.34, 0.06, 0.05, 0.16, 0.30};
  Vec color = kColors[nearest.body];
  if (nearest.body == 0) {  // boards, seen only as a change of tone
    const double board = std::floor((p.z + 20) / 0.85);
    const double grain = fractal(p.x * 0.7 + 13 * board, p.z * 7, 3, 5);
    color = color * (0.88 + 0.1 * hash01(static_cast<int64_t>(board), 3) + 0.14 * grain);
    const double joint = std::abs((p.z + 20) / 0.85 - board - 0.5);
    color = color * (1 - 0.35 * smooth_step(0.485, 0.497, joint));
  }
  const double open = openness(p, n);
  const double sun = std::max(dot(n, kLight), 0.0) * (dot(n, kLight) > 0 ? light_seen(p + n * 1e-3) : 0.0);
  const double sky = open * (0.55 + 0.45 * n.y);
  const double bounce = open * std::max(-n.y, 0.0) + 0.25 * open * (1 - std::abs(n.y));
  Vec light =
      Vec{1.0, 0.93, 0.82} * (1.3 * sun) + Vec{0.50, 0.62, 0.78} * (0.30 * sky) + rgb(0xB99A77) * (0.22 * bounce);
  Vec result = color * light;
  const double gloss = kGloss[nearest.body];
  const Vec mirrored = direction - n * (2 * dot(direction, n));
  const double fresnel =
      gloss + (1 - gloss) * std::pow(clamp01(1 + dot(direction, n)), 5) * (nearest.body ? 0.5 : 0.12);
  if (bounces > 0 && nearest.body != 0) {
    result = mix(result, shade(p + n * 2e-3, mirrored, bounces - 1), fresnel * 0.9);
    const double shine = std::pow(std::max(dot(mirrored, kLight), 0.0), gloss > 0.2 ? 260 : 40);
    result = result + Vec{1, 0.96, 0.9} * (shine * (gloss > 0.2 ? 2.2 : 0.16) * (sun > 0 ? 1 : 0));
  }
  return mix(result, backdrop(direction), smooth_step(5.5, 16, t));
}

}  // namespace

std::shared_ptr<Image> still_life() {
  const int width = 640, height = 480;
  const Vec eye{0.35, 2.15, -6.4}, target{0.42, 0.62, 0};
  const Vec forward = normalize(target - eye);
  const Vec right = normalize(cross({0, 1, 0}, forward));
  const Vec up = cross(forward, right);
  return paint("still-life", width, height, 3, [&](double x, double y) {
    const double u = (x - width / 2.0) / height, v = (height / 2.0 - y) / height;
    const Vec light = shade(eye, normalize(forward + right * (0.74 * u) + up * (0.74 * v)), 1);
    return Vec{1 - std::exp(-1.55 * light.x), 1 - std::exp(-1.55 * light.y), 1 - std::exp(-1.55 * light.z)};
  });
}

}  // namespace striate::samples
