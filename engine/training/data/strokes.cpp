#include "engine/training/data/strokes.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/error.h"

namespace striate {

std::vector<ControlStroke> parse_strokes(const std::string& text) {
  std::vector<ControlStroke> strokes(1);
  const char* at = text.data();
  const char* end = at + text.size();
  const auto skip = [&] {
    while (at < end && (*at == ' ' || *at == ',')) ++at;
  };
  for (skip(); at < end; skip()) {
    if (*at == '/') {
      strokes.emplace_back();
      ++at;
      continue;
    }
    ControlPoint point;
    for (float* value : {&point.at.x, &point.at.y}) {
      skip();
      int number = 0;
      const auto [stop, problem] = std::from_chars(at, end, number);
      check(problem == std::errc(), "strokes \"{}\": a number was expected at {}", text, at - text.data());
      *value = static_cast<float>(number);
      at = stop;
    }
    if (at < end && *at == '*') {
      point.corner = true;
      ++at;
    }
    strokes.back().push_back(point);
  }
  return strokes;
}

Stroke spline(const ControlStroke& control, int pieces) {
  Stroke line;
  const int n = static_cast<int>(control.size());
  if (n == 0) return line;
  // The direction at each point: along its neighbors; none at a corner, so that the pen turns on the spot.
  const auto at = [&](int i) { return control[static_cast<size_t>(std::clamp(i, 0, n - 1))].at; };
  const auto tangent = [&](int i, int from) {
    if (control[static_cast<size_t>(i)].corner) {
      const Point a = at(from), b = at(from + 1);
      return Point{(b.x - a.x) / 2, (b.y - a.y) / 2};
    }
    const Point a = at(i - 1), b = at(i + 1);
    return Point{(b.x - a.x) / 2, (b.y - a.y) / 2};
  };
  line.push_back(control[0].at);
  for (int i = 0; i + 1 < n; ++i) {
    const Point a = at(i), b = at(i + 1), da = tangent(i, i), db = tangent(i + 1, i);
    for (int k = 1; k <= pieces; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(pieces), t2 = t * t, t3 = t2 * t;
      const float h0 = 2 * t3 - 3 * t2 + 1, h1 = t3 - 2 * t2 + t, h2 = -2 * t3 + 3 * t2, h3 = t3 - t2;
      line.push_back({h0 * a.x + h1 * da.x + h2 * b.x + h3 * db.x, h0 * a.y + h1 * da.y + h2 * b.y + h3 * db.y});
    }
  }
  return line;
}

Point turned_and_scaled(Point point, Point around, float degrees, float factor) {
  const float angle = degrees * 3.14159265f / 180, cosine = std::cos(angle), sine = std::sin(angle);
  const float x = (point.x - around.x) * factor, y = (point.y - around.y) * factor;
  return {around.x + cosine * x - sine * y, around.y + sine * x + cosine * y};
}

void draw_strokes(const std::vector<Stroke>& strokes, float radius, float soft, int width, int height, float* plane) {
  const float reach = radius + soft / 2;
  for (const Stroke& stroke : strokes) {
    for (size_t i = 0; i + 1 < std::max<size_t>(stroke.size(), 2); ++i) {
      if (stroke.empty()) break;
      const Point a = stroke[i], b = stroke[std::min(i + 1, stroke.size() - 1)];
      const int x0 = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
      const int x1 = std::min(width - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + reach)));
      const int y0 = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
      const int y1 = std::min(height - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + reach)));
      const float dx = b.x - a.x, dy = b.y - a.y;
      const float length = dx * dx + dy * dy;
      const float inverse = length > 0 ? 1 / length : 0;
      for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
          const float px = static_cast<float>(x) + 0.5f - a.x, py = static_cast<float>(y) + 0.5f - a.y;
          const float t = std::clamp((px * dx + py * dy) * inverse, 0.0f, 1.0f);
          const float ex = px - t * dx, ey = py - t * dy;
          const float square = ex * ex + ey * ey;
          if (square >= reach * reach) continue;
          const float cover = std::clamp((reach - std::sqrt(square)) / soft, 0.0f, 1.0f);
          float& pixel = plane[y * width + x];
          pixel = std::max(pixel, cover);
        }
      }
    }
  }
}

}  // namespace striate
