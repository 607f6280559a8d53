// Where widgets stand: panels that scroll, columns, flows, rows; clipping.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "app/widgets/ui.h"
#include "engine/error.h"

namespace striate {

void Ui::push_clip(const Rect& rect) {
  Rect clipped = intersection(rect, clips_.back());
  clips_.push_back(clipped);
  draw_->PushClipRect(ImVec2(clipped.x, clipped.y), ImVec2(clipped.right(), clipped.bottom()), false);
}

void Ui::pop_clip() {
  clips_.pop_back();
  draw_->PopClipRect();
}

Rect Ui::clip() const { return clips_.back(); }

void Ui::begin_panel(std::string_view id, const Rect& area, float padding, bool scrolls) {
  push_id(id);
  has_next_ = false;  // a place that nobody took is no place in here
  Panel panel;
  panel.id = ids_.back();
  panel.area = area;
  panel.scrolls = scrolls;
  panel.padding = padding;
  panel.content = area.inset(padding);
  panel.layout = layouts_.size();
  float offset = 0;
  if (scrolls) {
    Scroll& scroll = scrolls_[panel.id];
    if (wheel_panel_ == panel.id && input_.wheel.y != 0) {
      scroll.target -= input_.wheel.y * 48;
      scroll.changed = frame_.now;
    }
    float most = std::max(0.0f, scroll.content - area.h);
    scroll.target = std::clamp(scroll.target, 0.0f, most);
    float step = frame_.motion && !frame_.patient ? 1 - std::exp(-ImGui::GetIO().DeltaTime * 22) : 1.0f;
    scroll.offset += (scroll.target - scroll.offset) * step;
    if (std::abs(scroll.target - scroll.offset) < 0.5f) {
      scroll.offset = scroll.target;
    } else {
      wants_frame_ = true;
    }
    offset = std::round(scroll.offset);
    building_panels_.push_back({panel.id, intersection(area, clips_.back()), layer_});
  }
  panels_.push_back(panel);
  push_clip(area);
  Layout column;
  column.area = panel.content;
  column.x = panel.content.x;
  column.y = panel.content.y - offset;
  layouts_.push_back(column);
}

void Ui::end_panel() {
  check(!panels_.empty() && layouts_.size() == panels_.back().layout + 1, "end_panel inside a flow, row or columns");
  Panel panel = panels_.back();
  float end = layouts_.back().y;
  layouts_.pop_back();
  if (panel.scrolls) {
    Scroll& scroll = scrolls_[panel.id];
    scroll.content = end + std::round(scroll.offset) - panel.area.y + panel.padding - 8;
    if (scroll.content > panel.area.h + 1) {
      float share = panel.area.h / scroll.content;
      float height = std::max(32.0f, panel.area.h * share);
      float most = scroll.content - panel.area.h;
      float y = panel.area.y + (panel.area.h - height) * std::clamp(scroll.offset / most, 0.0f, 1.0f);
      Rect bar{panel.area.right() - 9, y, 9, height};
      Response r = interact(bar, {.label = "scroll bar", .kind = "scroll", .focusable = false, .tooltip = " "});
      if (r.held) scroll.target = scroll.offset = std::clamp(scroll.target + r.drag.y / share, 0.0f, most);
      bool near = panel.area.contains(input_.mouse) && layer_ >= 0;
      float shown = ease("bar", r.hovered || r.held ? 1.0f : near ? 0.55f : 0.25f);
      fill({bar.x + 3, bar.y + 2, 4, bar.h - 4}, faded(theme().secondary, shown * 0.8f), 2);
    }
  }
  pop_clip();
  panels_.pop_back();
  pop_id();
}

float Ui::width() const {
  if (has_next_) return next_.w;
  if (layouts_.empty()) return 0;
  const Layout& l = layouts_.back();
  switch (l.kind) {
    case Layout::Kind::columns:
      return (l.area.w - l.gap * static_cast<float>(l.count - 1)) / static_cast<float>(l.count);
    case Layout::Kind::row:
      return remaining().w;
    default:
      return l.area.w;
  }
}

Rect Ui::take(float height) {
  if (has_next_) {
    has_next_ = false;
    return next_;
  }
  check(!layouts_.empty(), "a widget needs a panel, a row, or next(rect)");
  Layout& l = layouts_.back();
  if (l.kind == Layout::Kind::column) {
    Rect rect{l.x, l.y, l.area.w, height};
    l.y += height + l.gap;
    return rect;
  }
  if (l.kind == Layout::Kind::columns) {
    float w = width();
    int column = l.index % l.count;
    if (column == 0 && l.index > 0) l.y += l.line + std::min(l.gap, 8.0f), l.line = 0;
    ++l.index;
    l.line = std::max(l.line, height);
    return {l.x + static_cast<float>(column) * (w + l.gap), l.y, w, height};
  }
  if (l.kind == Layout::Kind::row) {
    Rect rest = remaining();
    l.x = rest.right();
    return {rest.x, rest.y + (rest.h - height) / 2, rest.w, height};
  }
  return take(l.area.w, height);
}

Rect Ui::take(float width, float height) {
  if (has_next_ || layouts_.empty()) return take(height);
  Layout& l = layouts_.back();
  if (l.kind == Layout::Kind::flow) {
    width = std::min(width, l.area.w);
    if (l.index > 0 && l.x + width > l.area.right() + 0.5f) {
      l.x = l.area.x;
      l.y += l.line + l.gap;
      l.line = 0;
    }
    Rect rect{l.x, l.y, width, height};
    l.x += width + l.gap;
    l.line = std::max(l.line, height);
    ++l.index;
    return rect;
  }
  if (l.kind == Layout::Kind::row) {
    float y = l.area.y + (l.area.h - height) / 2;
    if (l.from_right) {
      l.right -= width;
      Rect rect{l.right, y, width, height};
      l.right -= l.gap;
      return rect;
    }
    Rect rect{l.x, y, width, height};
    l.x += width + l.gap;
    return rect;
  }
  if (l.kind == Layout::Kind::column) {
    Rect rect{l.x, l.y, std::min(width, l.area.w), height};
    l.y += height + l.gap;
    return rect;
  }
  return take(height);
}

Rect Ui::take_wide(float natural, float height) {
  bool beside = !has_next_ && !layouts_.empty() &&
                (layouts_.back().kind == Layout::Kind::row || layouts_.back().kind == Layout::Kind::flow);
  return beside ? take(natural, height) : take(height);
}

void Ui::space(float height) {
  if (layouts_.empty()) return;
  Layout& l = layouts_.back();
  (l.kind == Layout::Kind::column ? l.y : l.x) += height;
}

void Ui::begin_flow(float gap) {
  check(!layouts_.empty(), "begin_flow outside a panel");
  Layout flow = layouts_.back();
  flow.kind = Layout::Kind::flow;
  flow.gap = gap;
  flow.line = 0;
  flow.index = 0;
  if (has_next_) {
    flow.area = next_;
    flow.x = next_.x, flow.y = next_.y;
    has_next_ = false;
  }
  layouts_.push_back(flow);
}

void Ui::end_flow() {
  Layout flow = layouts_.back();
  layouts_.pop_back();
  if (flow.index > 0 && !layouts_.empty()) layouts_.back().y = flow.y + flow.line + layouts_.back().gap;
}

void Ui::begin_columns(int count, float gap) {
  check(!layouts_.empty() && count > 0, "begin_columns outside a panel");
  Layout columns = layouts_.back();
  columns.kind = Layout::Kind::columns;
  columns.count = count;
  columns.gap = gap;
  columns.line = 0;
  columns.index = 0;
  layouts_.push_back(columns);
}

void Ui::end_columns() {
  Layout columns = layouts_.back();
  layouts_.pop_back();
  if (columns.index > 0) layouts_.back().y = columns.y + columns.line + layouts_.back().gap;
}

void Ui::begin_row(const Rect& area, float gap) {
  Layout row;
  row.kind = Layout::Kind::row;
  row.area = area;
  row.x = area.x;
  row.y = area.y;
  row.gap = gap;
  row.right = area.right();
  layouts_.push_back(row);
}

void Ui::pack_right() { layouts_.back().from_right = true; }

Rect Ui::remaining() const {
  const Layout& l = layouts_.back();
  return {l.x, l.area.y, std::max(0.0f, l.right - l.x), l.area.h};
}

void Ui::end_row() {
  check(!layouts_.empty() && layouts_.back().kind == Layout::Kind::row, "end_row without begin_row");
  layouts_.pop_back();
}

void Ui::begin_reserved(std::string_view id, uint64_t key) {
  check(!layouts_.empty(), "begin_reserved outside a panel");
  push_id(id);
  // Another width wraps words elsewhere.
  const float wide = width();
  uint32_t bits = 0;
  std::memcpy(&bits, &wide, sizeof bits);
  key = (key ^ bits) * 0x100000001b3ull;
  Reserved& place = reserved_[ids_.back()];
  if (place.key != key) place = {key, 0};
  reserving_.push_back(layouts_.back().y);
}

void Ui::end_reserved(float least) {
  Reserved& place = reserved_[ids_.back()];
  float& y = layouts_.back().y;
  place.height = std::max({place.height, least, y - reserving_.back()});
  y = reserving_.back() + place.height;
  reserving_.pop_back();
  pop_id();
}

float Ui::height_of(const std::function<void()>& draw) {
  check(!layouts_.empty(), "height_of outside a panel");
  const Layout before = layouts_.back();
  const bool outer = std::exchange(measuring_, true), wanted = wants_frame_;
  push_id("measured");  // so that nothing has the focus, is open or is edited
  push_clip({-1e6f, -1e6f, 0, 0});
  draw();
  pop_clip();
  pop_id();
  measuring_ = outer;
  wants_frame_ = wanted;  // what is only measured does not move: the same words may be so with several contents a frame
  const float height = layouts_.back().y - before.y;
  layouts_.back() = before;
  return height;
}

void Ui::begin_card(std::string_view id) {
  push_id(id);
  Layout card = layouts_.back();
  float height = card_heights_[ids_.back()];  // of the last frame: the surface lies under what follows
  if (height > 0) {
    fill({card.area.x, card.y, card.area.w, height}, theme().raised, 6);
  } else {
    wants_frame_ = true;
  }
  cards_.push_back(card.y);
  card.area = card.area.inset(12, 0);
  card.x = card.area.x;
  card.y += 12;
  layouts_.push_back(card);
}

void Ui::end_card() {
  float end = layouts_.back().y - layouts_.back().gap + 12;
  layouts_.pop_back();
  float& height = card_heights_[ids_.back()];
  if (std::abs(end - cards_.back() - height) > 0.5f) wants_frame_ = true;
  height = end - cards_.back();
  cards_.pop_back();
  pop_id();
  layouts_.back().y = end + layouts_.back().gap + 4;
}

}  // namespace striate
