#include "engine/drawing/placed_drawing.h"

#include <algorithm>
#include <cmath>

#include "engine/training/data/digit_windows.h"
#include "engine/training/data/digits.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr int kSide = 28;
constexpr float kUnit = kPadSide / static_cast<float>(kSide);  // units of the pad in a pixel
constexpr float kThinnest = 0.75f, kThickest = 2.4f;           // radius of a pen that was fitted, in pixels
constexpr float kSoft = 1.1f;
constexpr uint64_t kNoise = uint64_t{0xC4} << 56, kGaps = uint64_t{0xC5} << 56;

// Strokes in pixels, each with its radius.
struct Line {
  Stroke points;
  float radius = 1;
};

std::vector<Line> lines_of(const Drawing& drawing) {
  std::vector<Line> lines;
  for (const PenStroke& stroke : drawing.strokes) {
    Line line{stroke.points, stroke.width / 2 / kUnit};
    for (Point& p : line.points) p = {p.x / kUnit, p.y / kUnit};
    lines.push_back(std::move(line));
  }
  return lines;
}

struct Box {
  float left = 1e9f, top = 1e9f, right = -1e9f, bottom = -1e9f;
  float width() const { return right - left; }
  float height() const { return bottom - top; }
};
Box box_of(const std::vector<Line>& lines) {
  Box box;
  for (const Line& line : lines) {
    for (const Point& p : line.points) {
      box.left = std::min(box.left, p.x - line.radius), box.right = std::max(box.right, p.x + line.radius);
      box.top = std::min(box.top, p.y - line.radius), box.bottom = std::max(box.bottom, p.y + line.radius);
    }
  }
  return box;
}

// Each piece of a line weighs as much as it is long; a dot as much as its pen.
Point mass_of(const std::vector<Line>& lines) {
  double mass = 0, x = 0, y = 0;
  for (const Line& line : lines) {
    const auto add = [&](Point at, double weight) {
      mass += weight, x += weight * static_cast<double>(at.x), y += weight * static_cast<double>(at.y);
    };
    add(line.points.front(), static_cast<double>(line.radius) * 0.1);
    for (size_t i = 1; i < line.points.size(); ++i) {
      const Point a = line.points[i - 1], b = line.points[i];
      add({(a.x + b.x) / 2, (a.y + b.y) / 2},
          std::hypot(static_cast<double>(b.x - a.x), static_cast<double>(b.y - a.y)));
    }
  }
  return {static_cast<float>(x / mass), static_cast<float>(y / mass)};
}

void scale(std::vector<Line>& lines, float factor) {
  for (Line& line : lines) {
    for (Point& p : line.points) p = {p.x * factor, p.y * factor};
    line.radius *= factor;
  }
}

// The pen's radius takes part in the size: a fitted pen is neither hair nor brush.
void fit(std::vector<Line>& lines, float room, bool height_alone) {
  const Box box = box_of(lines);
  const float size = std::max(height_alone ? box.height() : std::max(box.width(), box.height()), 0.5f);
  scale(lines, room / size);
  for (Line& line : lines) line.radius = std::clamp(line.radius, kThinnest, kThickest);
}

void draw(const std::vector<Line>& lines, float thickness, int width, int height, float* pixels) {
  for (const Line& line : lines) {
    draw_strokes({line.points}, std::max(0.3f, line.radius * thickness), kSoft, width, height, pixels);
  }
}

}  // namespace

std::vector<float> place_drawing(const Drawing& drawing, const Placement& placement) {
  std::vector<float> pixels(kSide * kSide, 0.0f);
  std::vector<Line> lines = lines_of(drawing);
  if (!lines.empty() && placement.center) {
    fit(lines, 20, false);
    const Point mass = mass_of(lines);
    for (Line& line : lines) {
      for (Point& p : line.points) p = {p.x - mass.x + kSide / 2.0f, p.y - mass.y + kSide / 2.0f};
    }
  }
  if (placement.second >= 0) {
    std::vector<Line> second = lines_of(drawing_of_digit(placement.second, placement.seed + 7));
    fit(second, 20, false);
    const Point mass = mass_of(second);
    for (Line& line : second) {
      for (Point& p : line.points) p = {p.x - mass.x + kSide / 2.0f + placement.second_dx, p.y - mass.y + kSide / 2.0f};
      lines.push_back(std::move(line));
    }
  }
  const float angle = placement.degrees * 3.14159265f / 180, cosine = std::cos(angle), sine = std::sin(angle);
  const float middle = kSide / 2.0f;
  for (Line& line : lines) {
    for (Point& p : line.points) {
      const float x = (p.x - middle) * placement.scale, y = (p.y - middle) * placement.scale;
      p = {middle + cosine * x - sine * y + placement.dx, middle + sine * x + cosine * y + placement.dy};
    }
    line.radius *= placement.scale;
  }
  draw(lines, placement.thickness, kSide, kSide, pixels.data());
  if (placement.noise > 0) {
    Random random(placement.seed, kNoise);
    for (float& v : pixels) {
      const float chance = random.unit(), gray = random.unit();
      if (chance < placement.noise) v = gray;
    }
  }
  return pixels;
}

Drawing drawing_of_digit(int digit, uint64_t seed) {
  DigitStyle calm;
  calm.jitter = 2.5f, calm.turn = 4, calm.slant = 0.1f, calm.narrow = 0.12f, calm.bend = 2.5f;
  std::vector<Line> lines;
  for (Stroke& stroke : pen_of_digit(digit, seed, 0, calm)) lines.push_back({std::move(stroke), 4});
  const Box box = box_of(lines);
  const float factor = 200 / std::max(box.height(), box.width());
  Drawing drawing;
  for (const Line& line : lines) {
    Stroke points;
    for (const Point& p : line.points) {
      const auto placed = [&](float v, float middle) {
        return std::round((kPadSide / 2.0f + (v - middle) * factor) * 10) / 10;
      };
      points.push_back({placed(p.x, (box.left + box.right) / 2), placed(p.y, (box.top + box.bottom) / 2)});
    }
    drawing.add(points, kPenWidth);
  }
  return drawing;
}

RowPicture row_of_text(const std::string& text, uint64_t seed) {
  std::vector<std::vector<float>> digits;
  for (size_t i = 0; i < text.size(); ++i) {
    std::vector<float> digit(kSide * kSide, 0.0f);
    if (text[i] >= '0' && text[i] <= '9') draw_digit(text[i] - '0', seed, i, DigitStyle{}, digit.data());
    digits.push_back(std::move(digit));
  }
  Random random(seed, kGaps);
  DigitRow row = row_of_digits(digits, random.between(1.5f, 8), 12, seed);
  return {row.width, std::move(row.pixels)};
}

RowPicture row_of_drawing(const Drawing& drawing, float thickness) {
  RowPicture row;
  std::vector<Line> lines = lines_of(drawing);
  if (!lines.empty()) {
    fit(lines, 20, true);
    const Box box = box_of(lines);
    constexpr float kMargin = 12;
    row.width = std::clamp((static_cast<int>(box.width() + 2 * kMargin) + 3) / 4 * 4, kWindowSide, 640);
    const float left = (static_cast<float>(row.width) - box.width()) / 2 - box.left;
    for (Line& line : lines) {
      for (Point& p : line.points) p = {p.x + left, p.y - box.top + 6};
    }
  }
  row.pixels.assign(static_cast<size_t>(kWindowSide) * static_cast<size_t>(row.width), 0.0f);
  draw(lines, thickness, row.width, kWindowSide, row.pixels.data());
  return row;
}

}  // namespace striate
