#include "engine/training/data/shapes.h"

#include <algorithm>
#include <cmath>

#include "engine/training/data/paint.h"

namespace striate {
namespace {

constexpr uint64_t kShapeSequence = uint64_t{0x5A} << 56;
constexpr int kSide = 32;
constexpr int kSamples = 3;  // per pixel and direction

// Whether (x, y) is inside a shape of radius 1 around the origin, y down. The areas are similar, so that the amount of
// color does not give the class away.
bool inside_circle(float x, float y) { return x * x + y * y < 0.72f; }
bool inside_square(float x, float y) { return std::max(std::abs(x), std::abs(y)) < 0.74f; }
bool inside_triangle(float x, float y) { return y < 0.62f && y > 1.732f * std::abs(x) - 1.05f; }
bool inside_star(float x, float y) {
  const float fifth = 1.2566371f;
  float angle = std::atan2(x, -y);
  angle = std::abs(angle - fifth * std::round(angle / fifth));
  const float radius = std::sqrt(x * x + y * y);
  // The edge runs from the tip (radius 1.15 at angle 0) to the notch (0.5 at a tenth of a turn).
  const float px = radius * std::cos(angle), py = radius * std::sin(angle);
  const float notch_x = 0.5f * 0.8090170f, notch_y = 0.5f * 0.5877853f;
  return (px - 1.15f) * notch_y - (notch_x - 1.15f) * py < 0;
}
bool inside_cross(float x, float y) {
  const float a = std::min(std::abs(x), std::abs(y)), b = std::max(std::abs(x), std::abs(y));
  return a < 0.32f && b < 1;
}
bool inside_ring(float x, float y) {
  const float square = x * x + y * y;
  return square < 1 && square > 0.3f;
}

struct ShapeKind {
  const char* name;
  bool (*inside)(float x, float y);
};
constexpr ShapeKind kShapes[] = {{"circle", inside_circle}, {"cross", inside_cross}, {"ring", inside_ring},
                                 {"square", inside_square}, {"star", inside_star},   {"triangle", inside_triangle}};

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const ShapeKind& kind : kShapes) all.push_back(kind.name);
  return all;
}

}  // namespace

Shapes::Shapes(int64_t size, uint64_t seed) : DrawnDataset("shapes", Shape{3, kSide, kSide}, names(), size, seed) {}

void Shapes::draw(int64_t index, int label, float* pixels) const {
  Random random(seed(), kShapeSequence + static_cast<uint64_t>(index));
  const float radius = random.between(5.5f, 12.5f);
  const float reach = std::min(radius * 1.15f, kSide / 2.0f - 0.5f);
  const float cx = random.between(reach, kSide - reach), cy = random.between(reach, kSide - reach);
  const float angle = random.between(0, 6.2831853f), cosine = std::cos(angle), sine = std::sin(angle);
  const Color front = hsv(random.unit(), random.between(0.3f, 1), random.between(0.45f, 1));
  Color back = front, far = front;
  // Colors that can be told apart, also by somebody who does not see some of them.
  for (int tries = 0; tries < 20 && std::abs(luminance(back) - luminance(front)) < 0.22f; ++tries)
    back = hsv(random.unit(), random.between(0, 0.8f), random.between(0.05f, 1));
  for (int tries = 0; tries < 20 && std::abs(luminance(far) - luminance(front)) < 0.22f; ++tries)
    far = mix(back, hsv(random.unit(), random.between(0, 0.8f), random.between(0.05f, 1)), 0.6f);
  if (std::abs(luminance(back) - luminance(front)) < 0.22f) back = luminance(front) > 0.5f ? Color{} : Color{1, 1, 1};
  if (std::abs(luminance(far) - luminance(front)) < 0.22f) far = back;
  const float fade = random.between(0, 6.2831853f), fade_x = std::cos(fade), fade_y = std::sin(fade);
  const float noise = random.between(0, 0.06f);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      int hits = 0;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const float px = static_cast<float>(x) + (static_cast<float>(s % kSamples) + 0.5f) / kSamples - cx;
        const float py = static_cast<float>(y) + (static_cast<float>(s / kSamples) + 0.5f) / kSamples - cy;
        hits += kShapes[label].inside((cosine * px + sine * py) / radius, (cosine * py - sine * px) / radius) ? 1 : 0;
      }
      const float across = (fade_x * (static_cast<float>(x) - 16) + fade_y * (static_cast<float>(y) - 16)) / 45 + 0.5f;
      const Color ground = mix(back, far, std::clamp(across, 0.0f, 1.0f));
      Color color = mix(ground, front, static_cast<float>(hits) / (kSamples * kSamples));
      const float grain = noise * static_cast<float>(random.normal());
      put(pixels, kSide, x, y, {color.r + grain, color.g + grain, color.b + grain});
    }
  }
}

}  // namespace striate
