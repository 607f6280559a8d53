// The editor of kernels: a grid of numbers under the hands.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

// As many digits as the cell has room for, never fewer than would tell the value from zero.
std::string cell_text(float value, size_t room) {
  std::string text = shortest_text(value);
  if (text.size() <= room) return text;
  for (int decimals = 3; decimals >= 0; --decimals) {
    text = number_text(value, decimals);
    if (text.size() <= room) break;
  }
  return text;
}

std::string rows_text(int rows, int columns, const std::vector<float>& values) {
  std::string text;
  for (int y = 0; y < rows; ++y) {
    if (y > 0) text += "; ";
    for (int x = 0; x < columns; ++x) {
      if (x > 0) text += ' ';
      text += shortest_text(values[static_cast<size_t>(y * columns + x)]);
    }
  }
  return text;
}

}  // namespace

// The indices stand where its cells have room for them.
Vec Ui::kernel_edge(int rows, int columns) const {
  const Vec edge{rows > 1 ? index_width(rows) : 0, columns > 1 ? index_height() : 0};
  return (width() - edge.x) / static_cast<float>(std::max(1, columns)) >= kIndexed ? edge : Vec{};
}

bool Ui::kernel_editor(std::string_view name, int rows, int columns, std::span<const float> values,
                       std::string_view prefix, Concept tone) {
  if (skipped(prefix)) return false;
  float most_cell = 44.0f;
  const Vec edge = kernel_edge(rows, columns);
  float cell = std::floor(std::min(most_cell, (width() - edge.x) / static_cast<float>(std::max(1, columns))));
  Rect rect = take(edge.y + cell * static_cast<float>(rows));
  cell = std::floor(
      std::min({cell, (rect.w - edge.x) / static_cast<float>(columns), (rect.h - edge.y) / static_cast<float>(rows)}));
  rect.cut_left(edge.x), rect.cut_top(edge.y);
  float left = std::round(rect.x + (rect.w - cell * static_cast<float>(columns)) / 2);
  push_id(name);
  const Theme& t = theme();
  std::vector<float> edited(values.begin(), values.end());
  float largest = 0;
  for (float v : values) largest = std::max(largest, std::abs(v));
  bool changed = false;
  int lit_row = -1, lit_column = -1;
  float size = std::min(text_size(Font::number), cell * 0.42f);
  size_t room = std::max<size_t>(1, static_cast<size_t>((cell - 4) / (size * 0.6f)));
  Rect grid{left, rect.y, cell * static_cast<float>(columns), cell * static_cast<float>(rows)};
  float glow = std::max(lit(tone), 0.0f);
  if (glow > 0) stroke(grid.inset(-4), faded(t.of(tone), glow), 8, 3);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      auto index = static_cast<size_t>(y * columns + x);
      float value = values[index];
      Rect place{left + cell * static_cast<float>(x), rect.y + cell * static_cast<float>(y), cell, cell};
      Rect inner{place.x + 1, place.y + 1, place.w - 2, place.h - 2};
      std::string cell_name = fmt::format("{} {},{}", name, y, x);
      uint64_t id = id_of(cell_name);
      Response r = interact(
          place, {.label = cell_name,
                  .command = prefix,
                  .kind = "cell",
                  .tooltip = N_("Drag up or down, type a number, or turn the wheel after a click. Shift is finer."),
                  .takes_wheel = focus_ == id});
      // The wash: amber above zero, blue below, as strong as the value.
      float strength = largest > 0 ? std::abs(value) / largest : 0;
      fill(inner, mixed(t.raised, value < 0 ? t.input : t.kernel, 0.62f * strength), 3);
      if (r.hovered || r.held || r.keyboard) lit_row = y, lit_column = x;
      if (r.hovered || r.held) {
        stroke(inner, t.secondary, 3);
        light(tone);
      }
      float step = std::abs(value - std::round(value)) < 1e-6f && largest >= 1 ? 1.0f : 0.1f;
      if (input_.shift) step *= 0.1f;
      auto give = [&](float v) {
        v = std::round(v * 1e4f) / 1e4f;
        if (v == value) return;
        edited[index] = v;
        changed = true;
      };
      bool editing_this = edit_.id == id;
      if (!editing_this && r.focused && !input_.text.empty() &&
          std::string("-+.0123456789").find(input_.text[0]) != std::string::npos) {
        start_edit(id, "", false);
        editing_this = true;
      }
      if (!editing_this && (r.double_clicked || (r.keyboard && r.clicked))) {
        start_edit(id, shortest_text(value), true);
        editing_this = true;
      }
      if (editing_this) {
        fill(inner, t.surface, 3);
        stroke(place, t.accent, 4, 2);
        bool canceled = false;
        bool done = edit_text(place, id, Font::number, {5, 2}, &canceled);
        bool lost = focus_ != id;
        if ((done || lost) && !canceled) {
          std::string text = edit_.line.text();
          for (char& c : text) {
            if (c == ',') c = '.';
          }
          const char* begin = text.c_str() + (text.starts_with("+") ? 1 : 0);
          float typed = 0;
          auto [end, problem] = std::from_chars(begin, text.c_str() + text.size(), typed);
          if (problem == std::errc() && std::isfinite(typed) && typed != value) edited[index] = typed, changed = true;
        }
        if (done && index + 1 < values.size()) {
          int next_x = (x + 1) % columns, next_y = x + 1 == columns ? y + 1 : y;
          focus_ = id_of(fmt::format("{} {},{}", name, next_y, next_x));
          keyboard_ = true;
        }
        if (done || lost || canceled) edit_ = {}, wants_frame_ = true;
        continue;
      }
      if (r.pressed) press_.value = value;
      if (r.held && r.drag.y != 0 && press_.moved) {
        press_.value -= r.drag.y * step * 0.12;
        give(step >= 1 ? static_cast<float>(std::round(press_.value)) : static_cast<float>(press_.value));
      }
      if (r.wheel != 0) give(value + r.wheel * step);
      if (r.focused) {
        int dx = take_key("Right") ? 1 : take_key("Left") ? -1 : 0, dy = take_key("Down") ? 1 : take_key("Up") ? -1 : 0;
        if ((dx || dy) && x + dx >= 0 && x + dx < columns && y + dy >= 0 && y + dy < rows) {
          focus_ = id_of(fmt::format("{} {},{}", name, y + dy, x + dx));
          keyboard_ = true;
          wants_frame_ = true;
        }
        draw_focus(place.inset(3), 1);
      }
      Color ground = mixed(t.raised, value < 0 ? t.input : t.kernel, 0.62f * strength);
      if (size >= 7) label(inner, cell_text(value, room), Font::number, ink_on(ground), Align::center, size);
    }
  }
  stroke(grid.inset(-1), t.line, 4);
  DrawnGrid drawn{std::string(name), grid, {cell, cell}, rows, columns, 0, 0, size >= 7};
  if (edge.x > 0) drawn.row_axis = row_indices(grid, rows, {}, rows, lit_row);
  if (edge.y > 0) drawn.column_axis = column_indices(grid, columns, {}, columns, lit_column);
  drew_grid(std::move(drawn));
  pop_id();
  if (changed) send(std::string(prefix) + " " + rows_text(rows, columns, edited));
  return changed;
}

}  // namespace striate
