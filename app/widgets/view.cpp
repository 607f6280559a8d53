#include "app/widgets/view.h"

#include <algorithm>

namespace striate {
namespace {

float fit_zoom(int width, int height, const Rect& area, float margin) {
  Rect inner = area.inset(margin);
  float zoom =
      std::min(inner.w / static_cast<float>(std::max(1, width)), inner.h / static_cast<float>(std::max(1, height)));
  return std::clamp(zoom, 1e-6f, kZoomMost);
}

}  // namespace

View fit_view(int width, int height, const Rect& area, float margin) {
  return {{width / 2.0f, height / 2.0f}, fit_zoom(width, height, area, margin)};
}

View view_of(const View& view, int width, int height, const Rect& area, float margin) {
  return view.zoom > 0 ? view : fit_view(width, height, area, margin);
}

View clamp_view(View view, int width, int height, const Rect& area) {
  float least = std::min(1.0f, fit_zoom(width, height, area, 0) / 2);
  view.zoom = std::clamp(view.zoom, least, kZoomMost);
  view.center.x = std::clamp(view.center.x, 0.0f, static_cast<float>(width));
  view.center.y = std::clamp(view.center.y, 0.0f, static_cast<float>(height));
  return view;
}

Vec to_image(const View& view, const Rect& area, Vec screen) {
  Vec middle = area.center();
  return {view.center.x + (screen.x - middle.x) / view.zoom, view.center.y + (screen.y - middle.y) / view.zoom};
}

Vec to_screen(const View& view, const Rect& area, Vec image) {
  Vec middle = area.center();
  return {middle.x + (image.x - view.center.x) * view.zoom, middle.y + (image.y - view.center.y) * view.zoom};
}

View zoom_about(View view, float factor, Vec at, int width, int height, const Rect& area) {
  Vec fixed = to_image(view, area, at);
  View zoomed = view;
  zoomed.zoom *= factor;
  zoomed.zoom = clamp_view(zoomed, width, height, area).zoom;
  Vec middle = area.center();
  zoomed.center = {fixed.x - (at.x - middle.x) / zoomed.zoom, fixed.y - (at.y - middle.y) / zoomed.zoom};
  return clamp_view(zoomed, width, height, area);
}

View pan_by(View view, Vec delta, int width, int height, const Rect& area) {
  view.center = view.center - delta * (1 / view.zoom);
  return clamp_view(view, width, height, area);
}

Rect picture_rect(const View& view, int width, int height, const Rect& area) {
  Vec corner = to_screen(view, area, {0, 0});
  return {corner.x, corner.y, static_cast<float>(width) * view.zoom, static_cast<float>(height) * view.zoom};
}

CellRect visible_pixels(const View& view, int width, int height, const Rect& area) {
  Vec first = to_image(view, area, area.min());
  Vec last = to_image(view, area, area.max());
  int x0 = std::clamp(static_cast<int>(std::floor(first.x)), 0, width);
  int y0 = std::clamp(static_cast<int>(std::floor(first.y)), 0, height);
  int x1 = std::clamp(static_cast<int>(std::ceil(last.x)), 0, width);
  int y1 = std::clamp(static_cast<int>(std::ceil(last.y)), 0, height);
  return {x0, y0, std::max(0, x1 - x0), std::max(0, y1 - y0)};
}

Rect pixel_rect(const View& view, const Rect& area, int x, int y) {
  Vec corner = to_screen(view, area, {static_cast<float>(x), static_cast<float>(y)});
  return {corner.x, corner.y, view.zoom, view.zoom};
}

PixelAt pixel_at(const View& view, int width, int height, const Rect& area, Vec screen) {
  if (!area.contains(screen)) return {};
  Vec at = to_image(view, area, screen);
  int x = static_cast<int>(std::floor(at.x));
  int y = static_cast<int>(std::floor(at.y));
  return {x >= 0 && y >= 0 && x < width && y < height, x, y};
}

View mix_views(const View& from, const View& to, float t) {
  if (t <= 0 || from.zoom <= 0) return t <= 0 ? from : to;
  if (t >= 1 || to.zoom <= 0) return to;
  float ratio = to.zoom / from.zoom;
  View mixed;
  mixed.zoom = from.zoom * std::pow(ratio, t);
  // The share of the way that the center has gone so that one image point stays fixed on the screen throughout.
  float share = std::abs(ratio - 1) < 1e-3f ? t : (1 - from.zoom / mixed.zoom) / (1 - from.zoom / to.zoom);
  mixed.center = from.center + (to.center - from.center) * share;
  return mixed;
}

int level_for(float zoom, float scale, int levels) {
  int level = 0;
  float pixels = zoom * scale;  // screen pixels per image pixel
  while (level + 1 < levels && pixels <= 0.5f) {
    pixels *= 2;
    ++level;
  }
  return level;
}

}  // namespace striate
