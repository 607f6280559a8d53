#include "engine/drawing/drawing.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {
namespace {

constexpr float kSoftEdge = 3;  // units: a third of a digit's pixel

bool same(Point a, Point b) { return a.x == b.x && a.y == b.y; }

}  // namespace

bool operator==(const PenStroke& a, const PenStroke& b) {
  return a.width == b.width && std::equal(a.points.begin(), a.points.end(), b.points.begin(), b.points.end(), same);
}

int Drawing::points() const {
  size_t count = 0;
  for (const PenStroke& stroke : strokes) count += stroke.points.size();
  return static_cast<int>(count);
}

Point Drawing::pen() const {
  return strokes.empty() ? Point{kPadSide / 2.0f, kPadSide / 2.0f} : strokes.back().points.back();
}

void Drawing::add(const Stroke& piece, float width) {
  check(!piece.empty(), "a stroke without points");
  if (points() + static_cast<int>(piece.size()) > kMaxPoints || static_cast<int>(strokes.size()) >= kMaxStrokes) {
    throw Error(fmt::format("the drawing is full: {} strokes, {} points", strokes.size(), points()),
                "clear the pad and draw again");
  }
  Stroke inside = piece;
  for (Point& p : inside) {
    p = {std::clamp(p.x, 0.0f, static_cast<float>(kPadSide)), std::clamp(p.y, 0.0f, static_cast<float>(kPadSide))};
  }
  width = std::clamp(width, kThinnestPen, kThickestPen);
  if (!strokes.empty() && strokes.back().width == width && same(strokes.back().points.back(), inside.front())) {
    strokes.back().points.insert(strokes.back().points.end(), inside.begin() + 1, inside.end());
  } else {
    strokes.push_back({std::move(inside), width});
  }
}

void Drawing::undo() {
  if (!strokes.empty()) strokes.pop_back();
}

std::vector<float> ink_of(const Drawing& drawing) {
  std::vector<float> ink(static_cast<size_t>(kPadSide) * kPadSide, 0.0f);
  for (const PenStroke& stroke : drawing.strokes) {
    draw_strokes({stroke.points}, stroke.width / 2, kSoftEdge, kPadSide, kPadSide, ink.data());
  }
  return ink;
}

}  // namespace striate
