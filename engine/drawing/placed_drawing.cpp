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
constexpr int kMargin = 12;  // columns before and behind what stands in a row
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

void add_noise(const Placement& placement, std::vector<float>& pixels) {
  if (placement.noise <= 0) return;
  Random random(placement.seed, kNoise);
  for (float& v : pixels) {
    const float chance = random.unit(), gray = random.unit();
    if (chance < placement.noise) v = gray;
  }
}

void move(std::vector<Line>& lines, float dx, float dy) {
  for (Line& line : lines) {
    for (Point& p : line.points) p = {p.x + dx, p.y + dy};
  }
}

void turn_and_scale(std::vector<Line>& lines, Point around, const Placement& placement) {
  for (Line& line : lines) {
    for (Point& p : line.points) p = turned_and_scaled(p, around, placement.degrees, placement.scale);
    line.radius *= placement.scale;
  }
}

// The digit that is put beside, fitted, its center of mass there.
std::vector<Line> second_digit(const Placement& placement, Point at) {
  std::vector<Line> lines = lines_of(drawing_of_digit(placement.second, placement.seed + 7));
  fit(lines, 20, false);
  const Point mass = mass_of(lines);
  move(lines, at.x - mass.x, at.y - mass.y);
  return lines;
}

// The lines of each digit: those that stand above each other, from the left.
std::vector<std::vector<Line>> digits_of(std::vector<Line> lines) {
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return box_of({a}).left < box_of({b}).left; });
  std::vector<std::vector<Line>> digits;
  float right = -1e9f;
  for (Line& line : lines) {
    const Box box = box_of({line});
    if (box.left > right) digits.emplace_back();
    right = std::max(right, box.right);
    digits.back().push_back(std::move(line));
  }
  return digits;
}

// A row for which `left` columns more are needed before it.
void widen(RowPicture& row, int left, int right) {
  const int width = (row.width + left + right + 3) / 4 * 4;
  std::vector<float> wider(static_cast<size_t>(kWindowSide) * static_cast<size_t>(width), 0.0f);
  for (int y = 0; y < kWindowSide; ++y) {
    std::copy_n(row.pixels.begin() + static_cast<int64_t>(y) * row.width, row.width,
                wider.begin() + static_cast<int64_t>(y) * width + left);
  }
  row = {width, std::move(wider)};
}

}  // namespace

std::vector<float> place_drawing(const Drawing& drawing, const Placement& placement) {
  constexpr float kMiddle = kSide / 2.0f;
  std::vector<float> pixels(kSide * kSide, 0.0f);
  std::vector<Line> lines = lines_of(drawing);
  if (!lines.empty() && placement.center) {
    fit(lines, 20, false);
    const Point mass = mass_of(lines);
    move(lines, kMiddle - mass.x, kMiddle - mass.y);
  }
  if (placement.second >= 0) {
    for (Line& line : second_digit(placement, {kMiddle + placement.second_dx, kMiddle}))
      lines.push_back(std::move(line));
  }
  turn_and_scale(lines, {kMiddle, kMiddle}, placement);
  move(lines, placement.dx, placement.dy);
  draw(lines, placement.thickness, kSide, kSide, pixels.data());
  add_noise(placement, pixels);
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

RowPicture row_of_text(const std::string& text, uint64_t seed, const Placement& placement) {
  DigitStyle style;
  style.degrees = placement.degrees, style.enlarged = placement.scale, style.thickness = placement.thickness;
  std::vector<std::vector<float>> digits;
  for (size_t i = 0; i < text.size(); ++i) {
    std::vector<float> digit(kSide * kSide, 0.0f);
    if (text[i] >= '0' && text[i] <= '9') draw_digit(text[i] - '0', seed, i, style, digit.data());
    digits.push_back(std::move(digit));
  }
  Random random(seed, kGaps);
  DigitRow made = row_of_digits(digits, random.between(1.5f, 8), kMargin, seed);
  RowPicture row{made.width, std::move(made.pixels)};
  if (placement.second >= 0 && !made.centers.empty()) {
    const bool before = placement.second_dx < 0;
    const float at = (before ? made.centers.front() : made.centers.back()) + placement.second_dx;
    const int left = before ? std::max(0, static_cast<int>(std::ceil(kMargin + 10 - at))) : 0;
    widen(row, left, before ? 0 : std::max(0, static_cast<int>(std::ceil(at + 10 + kMargin)) - row.width));
    std::vector<Line> second = second_digit(placement, {at + static_cast<float>(left), kWindowSide / 2.0f});
    turn_and_scale(second, {at + static_cast<float>(left), kWindowSide / 2.0f}, placement);
    draw(second, placement.thickness, row.width, kWindowSide, row.pixels.data());
  }
  // Pixels move by whole ones.
  const auto dx = static_cast<int>(std::lround(placement.dx)), dy = static_cast<int>(std::lround(placement.dy));
  if (dx != 0) widen(row, std::max(0, dx), std::max(0, -dx));
  if (dy != 0) {
    const auto away = std::min(std::abs(dy), kWindowSide) * row.width;
    if (dy > 0) {
      row.pixels.insert(row.pixels.begin(), static_cast<size_t>(away), 0.0f);
      row.pixels.resize(row.pixels.size() - static_cast<size_t>(away));
    } else {
      row.pixels.erase(row.pixels.begin(), row.pixels.begin() + away);
      row.pixels.resize(row.pixels.size() + static_cast<size_t>(away), 0.0f);
    }
  }
  add_noise(placement, row.pixels);
  return row;
}

RowPicture row_of_drawing(const Drawing& drawing, const Placement& placement) {
  std::vector<Line> lines = lines_of(drawing);
  if (!lines.empty() && placement.center) fit(lines, 20, true);
  const float top = placement.center && !lines.empty() ? box_of(lines).top - 6 : -2.0f;
  move(lines, 0, -top);
  std::vector<std::vector<Line>> digits = digits_of(std::move(lines));
  if (placement.second >= 0 && !digits.empty()) {
    const bool before = placement.second_dx < 0;
    const Point beside = mass_of(before ? digits.front() : digits.back());
    digits.push_back(second_digit(placement, {beside.x + placement.second_dx, kWindowSide / 2.0f}));
  }
  lines.clear();
  for (std::vector<Line>& digit : digits) {
    const Box box = box_of(digit);
    turn_and_scale(digit, {(box.left + box.right) / 2, (box.top + box.bottom) / 2}, placement);
    for (Line& line : digit) lines.push_back(std::move(line));
  }
  RowPicture row;
  if (!lines.empty()) {
    const Box box = box_of(lines);
    const float room = box.width() + 2 * (kMargin + std::fabs(placement.dx));
    row.width = std::clamp((static_cast<int>(room) + 3) / 4 * 4, kWindowSide, 640);
    move(lines, (static_cast<float>(row.width) - box.width()) / 2 - box.left + placement.dx, placement.dy);
  }
  row.pixels.assign(static_cast<size_t>(kWindowSide) * static_cast<size_t>(row.width), 0.0f);
  draw(lines, placement.thickness, row.width, kWindowSide, row.pixels.data());
  add_noise(placement, row.pixels);
  return row;
}

}  // namespace striate
