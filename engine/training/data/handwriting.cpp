#include "engine/training/data/handwriting.h"

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

constexpr int kSide = kWrittenSide;
constexpr float kBox = 20;

float normal(Random& random) { return static_cast<float>(std::clamp(random.normal(), -2.5, 2.5)); }

}  // namespace

size_t choose_glyph(const std::vector<Glyph>& glyphs, Random& random) {
  int sum = 0;
  for (const Glyph& glyph : glyphs) sum += glyph.weight;
  int left = static_cast<int>(random.below(static_cast<uint32_t>(sum)));
  size_t chosen = 0;
  while (left >= glyphs[chosen].weight) left -= glyphs[chosen++].weight;
  return chosen;
}

std::vector<Stroke> write_glyph(const std::vector<ControlStroke>& glyph, Random& random, const WritingStyle& style) {
  const float slant = style.slant_mean + style.slant * normal(random);
  const float angle = style.turn * normal(random) * 3.14159265f / 180;
  const float width = std::exp(style.narrow * normal(random));
  const float bend_x = style.bend * normal(random), bend_y = style.bend * normal(random);
  const float phase_x = random.between(0, 6.2831853f), phase_y = random.between(0, 6.2831853f);
  const float waves = random.between(0.6f, 1.4f) * 3.14159265f / 50;
  const float cosine = std::cos(angle), sine = std::sin(angle);
  std::vector<Stroke> strokes;
  for (const ControlStroke& control : glyph) {
    ControlStroke moved = control;
    for (ControlPoint& point : moved) {
      point.at.x += style.jitter * normal(random);
      point.at.y += style.jitter * normal(random);
    }
    // A corner is rounded or not, as the pen happens to move.
    for (ControlPoint& point : moved) point.corner = point.corner && random.unit() < 0.7f;
    Stroke line = spline(moved);
    for (Point& p : line) {
      const float x = p.x - 42 + bend_x * std::sin(waves * p.y + phase_x);
      const float y = p.y - 50 + bend_y * std::sin(waves * p.x + phase_y);
      const float wide = width * x - slant * y;
      p = {cosine * wide - sine * y, sine * wide + cosine * y};
    }
    strokes.push_back(std::move(line));
  }
  return strokes;
}

void ink_writing(std::vector<Stroke> strokes, Random& random, const WritingStyle& style, float* pixels) {
  Point low = strokes[0][0], high = low;
  for (const Stroke& stroke : strokes) {
    for (const Point& p : stroke) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }
  // A pen draws lines of one width whatever the size of the sign; small signs are enlarged more.
  const float radius = style.thinnest + (style.thickest - style.thinnest) * random.unit() * random.between(0.35f, 1);
  const float inner = kBox * (1 + style.scale * random.between(-1, 1)) - 2 * radius;
  const float factor = inner / std::max({high.x - low.x, high.y - low.y, 1.0f});
  for (Stroke& stroke : strokes)
    for (Point& p : stroke) p = {(p.x - low.x) * factor, (p.y - low.y) * factor};

  // Centered by its mass: that of the line, each piece weighing as much as it is long.
  double mass = 1e-6, sum_x = 0, sum_y = 0;
  for (const Stroke& stroke : strokes) {
    for (size_t i = 0; i + 1 < stroke.size(); ++i) {
      const Point a = stroke[i], b = stroke[i + 1];
      const double length = std::hypot(static_cast<double>(b.x - a.x), static_cast<double>(b.y - a.y));
      mass += length;
      sum_x += length * static_cast<double>(a.x + b.x) / 2;
      sum_y += length * static_cast<double>(a.y + b.y) / 2;
    }
  }
  const float shift_x = kSide / 2.0f - static_cast<float>(sum_x / mass) + style.shift * normal(random);
  const float shift_y = kSide / 2.0f - static_cast<float>(sum_y / mass) + style.shift * normal(random);
  for (Stroke& stroke : strokes)
    for (Point& p : stroke) p = {p.x + shift_x, p.y + shift_y};

  if (style.degrees != 0 || style.enlarged != 1) {
    for (Stroke& stroke : strokes)
      for (Point& p : stroke) p = turned_and_scaled(p, {kSide / 2.0f, kSide / 2.0f}, style.degrees, style.enlarged);
  }

  std::fill_n(pixels, kSide * kSide, 0.0f);
  draw_strokes(strokes, radius * style.enlarged * style.thickness, random.between(0.8f, 1.5f), kSide, kSide, pixels);
  // Scanned ink is either there or not: only its edges are gray.
  const float ink = random.between(0.9f, 1.4f);
  for (int i = 0; i < kSide * kSide; ++i) {
    float value = std::min(1.0f, pixels[i] * ink);
    if (style.noise > 0) value += style.noise * normal(random) * (pixels[i] > 0 ? 1.0f : 0.3f);
    pixels[i] = std::clamp(value, 0.0f, 1.0f);
  }
}

}  // namespace striate
