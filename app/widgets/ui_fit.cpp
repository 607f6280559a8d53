#include "app/widgets/ui_fit.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "app/widgets/ui.h"
#include "engine/utf8.h"

namespace striate {
namespace {

constexpr float kGap = 6;     // between a note and what it is about
constexpr float kMargin = 8;  // to the window's edge

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

}  // namespace

bool gives_way_in_its_middle(std::string_view text) {
  if (text.find(" / ") != std::string_view::npos) return false;  // a division
  if (text.find('/') != std::string_view::npos)
    return text.starts_with('/') || text.starts_with('~') || std::count(text.begin(), text.end(), '/') > 1;
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() - dot > 12 || dot + 1 >= text.size()) return false;
  return is_letter(text[dot + 1]) && text.find(' ', dot) == std::string_view::npos;
}

std::string short_name(std::string_view name, size_t most) {
  const std::vector<size_t> begins = character_begins(name);
  if (begins.size() <= most || most < 3) return std::string(name);
  const size_t head = (most - 1) / 2, tail = most - 1 - head;
  return std::string(name.substr(0, begins[head])) + "…" + std::string(name.substr(begins[begins.size() - tail]));
}

std::string Ui::fitted(std::string_view text, Font font, float width, float size) const {
  if (size <= 0) size = text_size(font);
  if (text.empty() || measure(font, text, size).x <= width + 1) return std::string(text);
  std::vector<size_t> begins = character_begins(text);
  const size_t count = begins.size();
  begins.push_back(text.size());
  // The file's name with its slash stays whole where it can; else both ends keep half.
  const size_t slash = text.rfind('/', text.size() >= 2 ? text.size() - 2 : 0);
  size_t name = count;
  for (size_t i = 0; i < count; ++i) {
    if (begins[i] == slash) name = count - i;
  }
  const auto cut = [&](size_t kept) {
    const size_t half = (kept + 1) / 2, tail = name <= kept ? std::max(name, half) : half;
    return std::string(text.substr(0, begins[kept - tail])) + "…" + std::string(text.substr(begins[count - tail]));
  };
  size_t low = 0, high = count - 1;
  while (low < high) {
    const size_t middle = (low + high + 1) / 2;
    if (measure(font, cut(middle), size).x <= width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return cut(low);
}

// Below, above, at the right, at the left; on each side as near to the mouse as what lies there leaves room.
Rect Ui::place_note(const Rect& what, Vec size, Vec at, const Rect& within) const {
  const Rect room = within.inset(kMargin);
  if (size.x > room.w || size.y > room.h) return {};
  std::vector<Rect> taken = error_places_;
  for (const Region& region : blockers_) {
    // A dialog covers the window: what stands in it is explained over it.
    if (region.rect.w < frame_.size.x || region.rect.h < frame_.size.y) taken.push_back(region.rect);
  }
  const auto is_free = [&](const Rect& place) {
    return !place.overlaps(what) &&
           std::none_of(taken.begin(), taken.end(), [&](const Rect& other) { return place.overlaps(other); });
  };
  std::vector<float> xs{at.x + 12, room.x, room.right()}, ys{at.y - size.y / 2, room.y, room.bottom()};
  for (const Rect& other : taken) {
    xs.push_back(other.right() + kGap), xs.push_back(other.x - kGap - size.x);
    ys.push_back(other.bottom() + kGap), ys.push_back(other.y - kGap - size.y);
  }
  for (float& x : xs) x = std::clamp(x, room.x, room.right() - size.x);
  for (float& y : ys) y = std::clamp(y, room.y, room.bottom() - size.y);
  const auto by_distance = [](std::vector<float>& list, float wanted) {
    std::stable_sort(list.begin(), list.end(),
                     [&](float a, float b) { return std::abs(a - wanted) < std::abs(b - wanted); });
  };
  by_distance(xs, at.x + 12);
  by_distance(ys, at.y - size.y / 2);
  for (const float y : {what.bottom() + kGap, what.y - kGap - size.y}) {
    if (y < room.y || y + size.y > room.bottom()) continue;
    for (const float x : xs) {
      if (const Rect place{x, y, size.x, size.y}; is_free(place)) return place;
    }
  }
  for (const float x : {what.right() + kGap, what.x - kGap - size.x}) {
    if (x < room.x || x + size.x > room.right()) continue;
    for (const float y : ys) {
      if (const Rect place{x, y, size.x, size.y}; is_free(place)) return place;
    }
  }
  // Further away: at the edges of what is in the way.
  Rect nearest;
  float least = 1e9f;
  for (const float y : ys) {
    for (const float x : xs) {
      const Rect place{x, y, size.x, size.y};
      const float far = std::abs(place.center().x - at.x) + std::abs(place.center().y - at.y);
      if (far < least && is_free(place)) nearest = place, least = far;
    }
  }
  return nearest;
}

}  // namespace striate
