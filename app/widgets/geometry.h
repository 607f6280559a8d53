// Points and rectangles of the screen, in logical units: one unit is one pixel at scale 1. Pure; no ImGui.
#pragma once

#include <algorithm>
#include <cmath>

namespace striate {

struct Vec {
  float x = 0;
  float y = 0;
};

inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
inline Vec operator*(Vec a, float s) { return {a.x * s, a.y * s}; }
inline bool operator==(Vec a, Vec b) { return a.x == b.x && a.y == b.y; }

struct Rect {
  float x = 0;  // left
  float y = 0;  // top
  float w = 0;
  float h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Vec min() const { return {x, y}; }
  Vec max() const { return {x + w, y + h}; }
  Vec center() const { return {x + w / 2, y + h / 2}; }
  bool empty() const { return w <= 0 || h <= 0; }
  bool contains(Vec p) const { return p.x >= x && p.y >= y && p.x < x + w && p.y < y + h; }
  bool contains(const Rect& r) const { return r.x >= x && r.y >= y && r.right() <= right() && r.bottom() <= bottom(); }
  bool overlaps(const Rect& r) const { return r.x < right() && x < r.right() && r.y < bottom() && y < r.bottom(); }

  Rect inset(float by) const { return inset(by, by); }
  Rect inset(float dx, float dy) const {
    return {x + dx, y + dy, std::max(0.0f, w - 2 * dx), std::max(0.0f, h - 2 * dy)};
  }
  Rect moved(Vec by) const { return {x + by.x, y + by.y, w, h}; }

  // Cuts a strip off this rectangle and returns it; the rest stays.
  Rect cut_left(float width) {
    width = std::clamp(width, 0.0f, w);
    Rect strip{x, y, width, h};
    x += width, w -= width;
    return strip;
  }
  Rect cut_right(float width) {
    width = std::clamp(width, 0.0f, w);
    w -= width;
    return {x + w, y, width, h};
  }
  Rect cut_top(float height) {
    height = std::clamp(height, 0.0f, h);
    Rect strip{x, y, w, height};
    y += height, h -= height;
    return strip;
  }
  Rect cut_bottom(float height) {
    height = std::clamp(height, 0.0f, h);
    h -= height;
    return {x, y + h, w, height};
  }
  // A rectangle of this size, in the middle of this one.
  Rect centered(float width, float height) const { return {x + (w - width) / 2, y + (h - height) / 2, width, height}; }
};

inline bool operator==(const Rect& a, const Rect& b) { return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h; }

inline Rect intersection(const Rect& a, const Rect& b) {
  float x = std::max(a.x, b.x);
  float y = std::max(a.y, b.y);
  return {x, y, std::max(0.0f, std::min(a.right(), b.right()) - x),
          std::max(0.0f, std::min(a.bottom(), b.bottom()) - y)};
}

// A rectangle of image cells or pixels: whole numbers.
struct CellRect {
  int x = 0;
  int y = 0;
  int w = 0;
  int h = 0;
};

inline bool operator==(const CellRect& a, const CellRect& b) {
  return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

}  // namespace striate
