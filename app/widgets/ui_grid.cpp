// The grid of numbers: one interactive item for all its cells, so that 46 x 46 of them cost no more than a picture.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/widgets/ui.h"
#include "engine/utf8.h"

namespace striate {
namespace {

constexpr float kLongShare =
    0.75f;                       // of the least size, for a number longer than the others: better small than missing
constexpr int kMaxAlike = 1024;  // cells of a grid whose numbers all have one size
constexpr float kLinesFrom = 8;  // size from which cells have a line between them

bool is_number_key(const std::string& text) {
  return !text.empty() && std::string_view("-+.0123456789").find(text[0]) != std::string_view::npos;
}

bool parse_typed(std::string text, double* value) {
  for (char& c : text) {
    if (c == ',') c = '.';
  }
  const char* begin = text.c_str() + (!text.empty() && text[0] == '+' ? 1 : 0);
  const auto [end, problem] = std::from_chars(begin, text.c_str() + text.size(), *value);
  return problem == std::errc() && end == text.c_str() + text.size() && std::isfinite(*value);
}

}  // namespace

Rect grid_cell_rect(const GridSpec& spec, int row, int column) {
  return {spec.origin.x + static_cast<float>(column - spec.first_column) * spec.size,
          spec.origin.y + static_cast<float>(row - spec.first_row) * spec.size, spec.size, spec.size};
}

// A number grows with its cell; on a projector it takes more of it, so that it is never smaller than on the desk.
float Ui::number_size(float cell) const {
  return frame_.presentation ? std::min(std::max(text_size(Font::number), cell * 0.42f), cell * 0.55f)
                             : std::min(std::max(text_size(Font::number), cell * 0.34f), cell * 0.42f);
}

float Ui::number_room(float inner) const {
  return inner - (frame_.presentation ? std::clamp((inner - 20.0f) * 0.15f, 0.6f, 8.0f) : 3.0f);
}

bool Ui::grid_number_fits(float cell, int characters) const {
  const float size = number_size(cell);
  if (size < least_number()) return false;
  const float inner = number_room(cell >= kLinesFrom ? cell - 1 : cell);
  const float wide = measure(Font::number, "0", size).x * static_cast<float>(characters);
  return wide <= inner || size * inner / wide >= least_number();
}

GridResponse Ui::grid(std::string_view name, const GridSpec& spec) {
  const Theme& t = theme();
  const Rect whole{spec.origin.x, spec.origin.y, spec.size * static_cast<float>(spec.columns),
                   spec.size * static_cast<float>(spec.rows)};
  Response r = interact(whole, {.label = name,
                                .command = spec.command,
                                .kind = "grid",
                                .tooltip = spec.tooltip,
                                .takes_wheel = spec.takes_wheel && focus_ == id_of(name),
                                .takes_press = false});
  // Enter alone: Space stays the page's, which plays and pauses with it, also between two numbers that are typed.
  if (spec.takes_press && r.keyboard && edit_.id != r.id && take_key("Enter")) r.clicked = true;
  const size_t own_item = building_.size() - 1;
  GridResponse out;
  out.focused = r.focused;
  GridFocus& at = grids_[r.id];
  if (spec.at) at.row = spec.at->first, at.column = spec.at->second;
  at.row = std::clamp(at.row, spec.first_row, spec.first_row + spec.rows - 1);
  at.column = std::clamp(at.column, spec.first_column, spec.first_column + spec.columns - 1);
  const auto cell_at = [&](Vec mouse, int* row, int* column) {
    *column = spec.first_column + static_cast<int>(std::floor((mouse.x - whole.x) / spec.size));
    *row = spec.first_row + static_cast<int>(std::floor((mouse.y - whole.y) / spec.size));
    return whole.contains(mouse);
  };
  const auto can_edit = [&](int row, int column) {
    return spec.value && (!spec.editable || spec.editable(row, column));
  };

  int row = 0, column = 0;
  const bool over = cell_at(input_.mouse, &row, &column);
  if (r.hovered && over) {
    out.hovered = true;
    out.row = row;
    out.column = column;
    if (spec.tone != Concept::none) light(spec.tone);
  }
  out.right_clicked = r.right_clicked && over;
  if (r.pressed) {
    at.row = row;
    at.column = column;
    if (can_edit(row, column)) press_.value = spec.value(row, column);
  }
  if (r.clicked && (over || r.keyboard)) {
    out.clicked = true;
    if (r.keyboard && !over) {
      out.row = at.row;
      out.column = at.column;
    }
  }
  const auto give = [&](int y, int x, double value) {
    if (!can_edit(y, x) || spec.value(y, x) == value) return;
    for (const GridResponse::Edit& edit : out.edits) {
      if (edit.row == y && edit.column == x) return;
    }
    out.edits.push_back({y, x, value});
  };

  // Hands: a drag paints, or moves the pressed cell's value up and down.
  if (spec.paint && (r.held || r.pressed)) {
    // Every cell on the way from the last frame's place: a fast hand leaves no gaps.
    const Vec from = r.pressed ? input_.mouse : before_.mouse, way = input_.mouse - from;
    const int points = 1 + static_cast<int>(2 * std::max(std::abs(way.x), std::abs(way.y)) / spec.size);
    for (int i = 0; i <= points; ++i) {
      int y = 0, x = 0;
      if (cell_at(from + way * (static_cast<float>(i) / static_cast<float>(points)), &y, &x)) {
        give(y, x, spec.paint_value);
      }
    }
  } else if (!spec.paint && r.held && press_.moved && r.drag.y != 0 && can_edit(at.row, at.column)) {
    const double step = spec.step * (input_.shift ? 0.1 : 1);
    press_.value -= r.drag.y * step * 0.25;
    give(at.row, at.column, step >= 1 ? std::round(press_.value) : std::round(press_.value * 1e4) / 1e4);
  }
  if (r.wheel != 0 && over && can_edit(row, column)) {
    give(row, column,
         std::round((spec.value(row, column) + r.wheel * spec.step * (input_.shift ? 0.1 : 1)) * 1e6) / 1e6);
  }

  // Keys: arrows walk the cells, a digit or Enter begins to type, Enter ends and goes on to the next cell.
  const bool typing = edit_.id == r.id;
  if (r.focused && !typing) {
    const int dx = take_key("Right") ? 1 : take_key("Left") ? -1 : 0;
    const int dy = take_key("Down") ? 1 : take_key("Up") ? -1 : 0;
    if (dx || dy) {
      at.column = std::clamp(at.column + dx, spec.first_column, spec.first_column + spec.columns - 1);
      at.row = std::clamp(at.row + dy, spec.first_row, spec.first_row + spec.rows - 1);
      keyboard_ = true;
      out.moved = true;
      wants_frame_ = true;
    }
    if (can_edit(at.row, at.column)) {
      if (is_number_key(input_.text)) {
        start_edit(r.id, "", false);
      } else if (r.double_clicked || (r.keyboard && r.clicked)) {
        start_edit(r.id, shortest_double(spec.value(at.row, at.column)), true);
      }
    }
  }
  if (r.focused && keyboard_) {
    out.keyboard = true;
    if (!out.hovered) {
      out.row = at.row;
      out.column = at.column;
    }
  }

  // Cells.
  float size = number_size(spec.size);
  const float least = least_number();
  float smallest = 0;  // of the numbers that are drawn
  const Rect seen = clips_.back();
  if (frame_.presentation && spec.rows * spec.columns <= kMaxAlike) {
    // Large numbers of different sizes beside each other look like different things: all as the longest that fits.
    const float room = number_room(spec.size >= kLinesFrom ? spec.size - 1 : spec.size);
    const float digit = measure(Font::number, "0", size).x;
    float alike = size;
    for (int y = spec.first_row; y < spec.first_row + spec.rows; ++y) {
      for (int x = spec.first_column; x < spec.first_column + spec.columns; ++x) {
        const std::string text = spec.cell(y, x).text;
        const auto signs = count_characters(text);
        const float wide = digit * static_cast<float>(signs);
        if (wide > room && size * room / wide >= least) alike = std::min(alike, size * room / wide);
      }
    }
    size = alike;
  }
  const float digit = measure(Font::number, "0", size).x;
  for (int y = spec.first_row; y < spec.first_row + spec.rows; ++y) {
    for (int x = spec.first_column; x < spec.first_column + spec.columns; ++x) {
      const Rect place = grid_cell_rect(spec, y, x);
      if (!place.overlaps(seen)) continue;
      const GridCell cell = spec.cell(y, x);
      const Rect inner = spec.size >= kLinesFrom ? Rect{place.x, place.y, place.w - 1, place.h - 1} : place;
      if (cell.fill) fill(inner, cell.fill);
      if (cell.hatched) hatch(inner, faded(t.secondary, 0.7f), std::max(4.0f, spec.size / 5));
      if (cell.dashed && spec.size >= 12) dashed(inner, faded(t.secondary, 0.3f), 3);
      if (!cell.text.empty() && size >= least) {
        // A number is drawn where it fits, smaller if it must, or not at all.
        float fitted = size;
        const auto signs = count_characters(cell.text);
        const float wide = digit * static_cast<float>(signs);
        const float room = number_room(inner.w);
        if (wide > room) fitted = size * room / wide;
        if (fitted < least) fitted = std::min(least, size * (inner.w - 1) / wide);
        if (fitted >= least * kLongShare) {
          smallest = smallest > 0 ? std::min(smallest, fitted) : fitted;
          const Color ink = cell.ink ? cell.ink : cell.fill ? ink_on(mixed(t.background, cell.fill, 1)) : t.secondary;
          label(inner, cell.text, Font::number, ink, Align::center, fitted);
        }
      }
    }
  }
  building_[own_item].number = smallest;
  for (int y = spec.first_row; y < spec.first_row + spec.rows && spec.frame; ++y) {
    for (int x = spec.first_column; x < spec.first_column + spec.columns; ++x) {
      const Color frame = spec.frame(y, x);
      if (frame) stroke(grid_cell_rect(spec, y, x).inset(0.5f), frame, 2, spec.size >= 16 ? 2.0f : 1.0f);
    }
  }
  stroke(whole, faded(t.secondary, 0.5f));
  const auto index_of = [](GridIndex i, int place) { return GridIndex{i.first + place * i.step, i.step}; };
  const GridIndex rows = index_of(spec.row_index, spec.first_row),
                  columns = index_of(spec.column_index, spec.first_column);
  DrawnGrid drawn{std::string(name), whole,      {spec.size, spec.size}, spec.rows,
                  spec.columns,      rows.first, columns.first,          smallest > 0};
  const bool here = out.hovered || out.keyboard || spec.at;
  const int lit_row = out.hovered ? out.row : at.row, lit_column = out.hovered ? out.column : at.column;
  if (spec.index_rows > 0) {
    drawn.row_axis =
        row_indices(whole, spec.rows, rows, spec.index_rows, here ? index_of(spec.row_index, lit_row).first : -1);
  }
  if (spec.index_columns > 0) {
    drawn.column_axis = column_indices(whole, spec.columns, columns, spec.index_columns,
                                       here ? index_of(spec.column_index, lit_column).first : -1);
  }
  drew_grid(std::move(drawn));
  if (const float glow = lit(spec.tone); glow > 0 && spec.tone != Concept::none) {
    stroke(whole.inset(-4), faded(t.of(spec.tone), glow), 8, 3);
  }
  if (r.focused && edit_.id == r.id) {
    const Rect cell = grid_cell_rect(spec, at.row, at.column);
    const Rect place = cell.centered(std::max(cell.w, 64.0f), std::max(cell.h, 30.0f));
    fill(place, t.surface, 4);
    stroke(place, t.accent, 4, 2);
    bool canceled = false;
    const bool done = edit_text(place, r.id, Font::number, {6, 2}, &canceled);
    if (done) {
      double value = 0;
      if (parse_typed(edit_.line.text(), &value)) give(at.row, at.column, value);
      // On to the next cell that can be edited.
      const int count = spec.rows * spec.columns;
      int index = (at.row - spec.first_row) * spec.columns + at.column - spec.first_column;
      for (int step = 0; step < count; ++step) {
        index = (index + 1) % count;
        const int next_row = spec.first_row + index / spec.columns,
                  next_column = spec.first_column + index % spec.columns;
        if (!can_edit(next_row, next_column)) continue;
        at.row = next_row;
        at.column = next_column;
        break;
      }
      keyboard_ = true;
    }
    if (done || canceled) edit_ = {}, wants_frame_ = true;
  } else if (edit_.id == r.id && focus_ != r.id) {
    double value = 0;
    if (parse_typed(edit_.line.text(), &value)) give(at.row, at.column, value);
    edit_ = {};
    wants_frame_ = true;
  } else if (r.keyboard) {
    draw_focus(grid_cell_rect(spec, at.row, at.column).inset(2), 0);
  }
  return out;
}

}  // namespace striate
