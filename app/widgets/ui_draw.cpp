// Shapes, icons and single lines of text.
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/shell/fonts.h"
#include "app/widgets/ui.h"
#include "app/widgets/ui_fit.h"
#include "engine/utf8.h"

namespace striate {
namespace {

ImVec2 im(Vec v) { return {v.x, v.y}; }

// A thin line's place and thickness in whole pixels of the screen: lines of one kind are equally thick at every scale.
struct Thin {
  float at, thick;
};
Thin thin(float at, float thick, float scale) {
  return {std::round(at * scale) / scale, std::max(1.0f, std::floor(thick * scale + 0.499f)) / scale};
}

constexpr float kThin = 2;

}  // namespace

void Ui::fill(const Rect& rect, Color color, float radius) {
  if (rect.empty() || !rect.overlaps(clip())) return;  // most of a long panel is scrolled out of it
  if (radius == 0 && std::min(rect.w, rect.h) <= kThin) {
    const bool lies = rect.h <= rect.w;
    const Thin edge = thin(lies ? rect.y : rect.x, lies ? rect.h : rect.w, frame_.scale);
    const Rect whole = lies ? Rect{rect.x, edge.at, rect.w, edge.thick} : Rect{edge.at, rect.y, edge.thick, rect.h};
    draw_->AddRectFilled(im(whole.min()), im(whole.max()), color);
    return;
  }
  draw_->AddRectFilled(im(rect.min()), im(rect.max()), color, radius);
}

void Ui::stroke(const Rect& rect, Color color, float radius, float thickness) {
  if (rect.empty()) return;
  // On the middle of the edge's own pixels, so that a hairline is one pixel and not two half ones; Dear ImGui has moved
  // half a unit inwards already.
  float half = thickness / 2 - 0.5f;
  draw_->AddRect(ImVec2(rect.x + half, rect.y + half), ImVec2(rect.right() - half, rect.bottom() - half), color, radius,
                 0, thickness);
}

void Ui::dashed(const Rect& rect, Color color, float dash) {
  auto run = [&](Vec from, Vec to) {
    float length = std::hypot(to.x - from.x, to.y - from.y);
    Vec step = (to - from) * (1 / std::max(length, 1e-3f));
    for (float at = 0; at < length; at += 2 * dash)
      line(from + step * at, from + step * std::min(at + dash, length), color);
  };
  run({rect.x, rect.y}, {rect.right(), rect.y});
  run({rect.right(), rect.y}, {rect.right(), rect.bottom()});
  run({rect.x, rect.bottom()}, {rect.right(), rect.bottom()});
  run({rect.x, rect.y}, {rect.x, rect.bottom()});
}

void Ui::hatch(const Rect& rect, Color color, float spacing) {
  push_clip(rect);
  for (float x = rect.x - rect.h; x < rect.right(); x += spacing) {
    line({x, rect.bottom()}, {x + rect.h, rect.y}, color);
  }
  pop_clip();
}

void Ui::line(Vec from, Vec to, Color color, float thickness) {
  if (from.x == to.x || from.y == to.y) {  // straight ones as rectangles: exactly as thick as they should be
    const bool stands = from.x == to.x;
    const Thin edge = thin((stands ? from.x : from.y) - thickness / 2, thickness, frame_.scale);
    const Rect r = stands ? Rect{edge.at, std::min(from.y, to.y), edge.thick, std::abs(to.y - from.y)}
                          : Rect{std::min(from.x, to.x), edge.at, std::abs(to.x - from.x), edge.thick};
    draw_->AddRectFilled(im(r.min()), im(r.max()), color);
    return;
  }
  draw_->AddLine(im(from), im(to), color, thickness);
}

void Ui::icon(Icon what, const Rect& rect, Color color) {
  Vec c = rect.center();
  c = {std::round(c.x), std::round(c.y)};
  float s = std::min(rect.w, rect.h) / 16;  // icons are drawn on a grid of 16
  auto at = [&](float x, float y) { return ImVec2(c.x + (x - 8) * s, c.y + (y - 8) * s); };
  float thick = std::max(1.0f, 1.5f * s);
  ImDrawList& d = *draw_;
  auto path = [&](std::initializer_list<ImVec2> points, bool closed = false) {
    d.AddPolyline(points.begin(), static_cast<int>(points.size()), color,
                  closed ? ImDrawFlags_Closed : ImDrawFlags_None, thick);
  };
  switch (what) {
    case Icon::none:
      break;
    case Icon::play:
      d.AddTriangleFilled(at(4.5f, 2.5f), at(13.5f, 8), at(4.5f, 13.5f), color);
      break;
    case Icon::pause:
      d.AddRectFilled(at(4, 3), at(7, 13), color);
      d.AddRectFilled(at(9, 3), at(12, 13), color);
      break;
    case Icon::step:
      d.AddTriangleFilled(at(3, 3), at(10, 8), at(3, 13), color);
      d.AddRectFilled(at(11, 3), at(13, 13), color);
      break;
    case Icon::back:
      path({at(10, 3), at(5, 8), at(10, 13)});
      break;
    case Icon::forward:
      path({at(6, 3), at(11, 8), at(6, 13)});
      break;
    case Icon::up:
      path({at(3, 10), at(8, 5), at(13, 10)});
      break;
    case Icon::down:
      path({at(4, 6), at(8, 10), at(12, 6)});
      break;
    case Icon::tick:
      path({at(3, 8.5f), at(6.5f, 12), at(13, 4.5f)});
      break;
    case Icon::cross:
      path({at(4, 4), at(12, 12)});
      path({at(12, 4), at(4, 12)});
      break;
    case Icon::plus:
      path({at(8, 3), at(8, 13)});
      path({at(3, 8), at(13, 8)});
      break;
    case Icon::minus:
      path({at(3, 8), at(13, 8)});
      break;
    case Icon::menu:
      for (float y : {4.0f, 8.0f, 12.0f}) path({at(2, y), at(14, y)});
      break;
    case Icon::panel:
      d.AddRect(at(2, 3), at(14, 13), color, 2 * s, 0, thick);
      path({at(10, 3), at(10, 13)});
      break;
    case Icon::folder:
      path({at(2, 13), at(2, 3.5f), at(6, 3.5f), at(8, 5.5f), at(14, 5.5f), at(14, 13)}, true);
      break;
    case Icon::file:
      path({at(4, 2), at(9.5f, 2), at(12.5f, 5), at(12.5f, 14), at(4, 14)}, true);
      break;
    case Icon::picture:
      d.AddRect(at(2, 3), at(14, 13), color, 1.5f * s, 0, thick);
      d.AddCircleFilled(at(5.5f, 6.2f), 1.3f * s, color, 12);
      path({at(3, 12), at(7, 8.5f), at(9, 10.5f), at(11, 8), at(13.5f, 11)});
      break;
    case Icon::search:
      d.AddCircle(at(7, 7), 4.2f * s, color, 24, thick);
      path({at(10.2f, 10.2f), at(14, 14)});
      break;
    case Icon::help:
      label(rect, "?", Font::strong, color, Align::center);
      break;
    case Icon::sun:
      d.AddCircleFilled(at(8, 8), 3 * s, color, 20);
      for (int i = 0; i < 8; ++i) {
        float a = static_cast<float>(i) * 0.785398f;
        path({at(8 + 4.8f * std::cos(a), 8 + 4.8f * std::sin(a)), at(8 + 6.6f * std::cos(a), 8 + 6.6f * std::sin(a))});
      }
      break;
    case Icon::moon: {
      // What is left of a disc when another one is taken away: they meet at 11 and 259 degrees of the first.
      auto outer = [&](float t) {
        float a = 0.192f + t * 4.328f;
        return at(7.5f + 5.5f * std::cos(a), 8.5f + 5.5f * std::sin(a));
      };
      auto inner = [&](float t) {
        float a = 0.916f + t * 2.880f;
        return at(10.1f + 4.6f * std::cos(a), 5.9f + 4.6f * std::sin(a));
      };
      constexpr int kSteps = 16;
      for (int i = 0; i < kSteps; ++i) {
        float t = static_cast<float>(i) / kSteps, u = static_cast<float>(i + 1) / kSteps;
        d.AddQuadFilled(outer(t), outer(u), inner(u), inner(t), color);
      }
      break;
    }
    case Icon::reset:
      d.PathClear();
      d.PathArcTo(at(8, 8.5f), 4.8f * s, -1.2f, 3.9f, 20);
      d.PathStroke(color, ImDrawFlags_None, thick);
      d.AddTriangleFilled(at(7.4f, 1.2f), at(11.6f, 3.8f), at(7.6f, 6.4f), color);
      break;
    case Icon::lock:
      d.AddRectFilled(at(3.5f, 7.5f), at(12.5f, 14), color, 1.5f * s);
      d.PathArcTo(at(8, 7.5f), 3 * s, -3.14159265f, 0);
      d.PathStroke(color, ImDrawFlags_None, thick);
      break;
    case Icon::eye:
      d.PathClear();
      d.PathArcTo(at(8, 12), 7 * s, -2.5f, -0.64f, 14);
      d.PathArcTo(at(8, 4), 7 * s, 0.64f, 2.5f, 14);
      d.PathStroke(color, ImDrawFlags_Closed, thick);
      d.AddCircleFilled(at(8, 8), 2 * s, color, 16);
      break;
  }
}

// ---- text ---------------------------------------------------------------------------------------------------------

float Ui::text_size(Font font) const { return role_size(font); }

Vec Ui::measure(Font font, std::string_view text, float size) const {
  if (size <= 0) size = text_size(font);
  Fonts::Choice type = fonts_->face(font, size, text);
  ImVec2 m = type.face->CalcTextSizeA(type.height, 1e9f, 0, text.data(), text.data() + text.size());
  return {m.x, m.y};
}

void Ui::keep_whole(std::string text, Font font, const Rect& place, bool cut) {
  if (!whole_texts_ || measuring_ || in_whole_ || text.empty()) return;
  const Rect seen = intersection(place, clips_.back());
  if (seen.empty()) return;
  whole_texts_->push_back({std::move(text), font, cut || seen.w + 2 < place.w, place});
}

void Ui::label(Vec at, std::string_view text, Font font, Color color, float size) {
  if (whole_texts_ && !in_whole_) {
    const Vec extent = measure(font, text, size);
    keep_whole(std::string(text), font, {at.x, at.y, extent.x, extent.y}, false);
  }
  if (texts_ && !measuring_) texts_->emplace_back(text);
  if (size <= 0) size = text_size(font);
  if (seen_texts_ && !measuring_ && layer_ == 0 && clip().contains(Vec{at.x + 1, at.y + size / 2})) {
    seen_texts_->emplace_back(text);
  }
  if (glossary_ && !in_words_ && !measuring_) look_for_term(at, text, font, size);
  fonts_->want(text);
  Fonts::Choice type = fonts_->face(font, size, text);
  draw_->AddText(type.face, type.height,
                 ImVec2(std::round(at.x * frame_.scale) / frame_.scale, std::round(at.y * frame_.scale) / frame_.scale),
                 color, text.data(), text.data() + text.size());
}

void Ui::label(const Rect& rect, std::string_view text, Font font, Color color, Align align, float size) {
  if (size <= 0) size = text_size(font);
  Vec extent = measure(font, text, size);
  std::string cut;
  if (whole_texts_ && !in_whole_) {
    keep_whole(std::string(text), font, rect.centered(std::min(extent.x, rect.w), extent.y), extent.x > rect.w + 1);
  }
  const bool outer = std::exchange(in_whole_, true);
  if (extent.x > rect.w + 1 && gives_way_in_its_middle(text)) {
    cut = fitted(text, font, rect.w, size);
    text = cut;
    extent = measure(font, text, size);
  } else if (extent.x > rect.w + 1 && !text.empty()) {
    // Drop whole characters from the end until the rest and an ellipsis fit.
    size_t low = 0, high = text.size();
    while (low < high) {
      size_t middle = (low + high + 1) / 2;
      if (measure(font, std::string(text.substr(0, middle)) + "…", size).x <= rect.w) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    while (low > 0 && continues_character(text[low < text.size() ? low : low - 1])) --low;
    cut = std::string(text.substr(0, low)) + "…";
    text = cut;
    extent = measure(font, text, size);
  }
  float x = align == Align::left    ? rect.x
            : align == Align::right ? rect.right() - extent.x
                                    : rect.center().x - extent.x / 2;
  label(Vec{x, rect.y + (rect.h - extent.y) / 2}, text, font, color, size);
  in_whole_ = outer;
}

}  // namespace striate
