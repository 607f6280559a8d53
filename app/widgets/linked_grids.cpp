#include "app/widgets/linked_grids.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/error.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

FigureStyle style_of(const Ui& ui) {
  FigureStyle style;
  style.line = 22.0f;
  style.gap = std::max(36.0f, 36.0f);
  style.index_height = ui.index_height();
  style.index_width = [&ui](int count) { return ui.index_width(count); };
  style.text_width = [&ui](std::string_view text) { return ui.measure(Font::caption, text).x; };
  return style;
}

}  // namespace

LinkedGrids::LinkedGrids(Ui& ui, FoundCell hovered) : ui_(ui), hovered_(std::move(hovered)), figure_(style_of(ui)) {}

Figure::Box LinkedGrids::add(LinkedGrid grid) {
  FigureGrid box;
  box.name = grid.name;
  box.rows = grid.cells.rows, box.columns = grid.cells.columns;
  box.index_rows = grid.cells.index_rows, box.index_columns = grid.cells.index_columns;
  for (const std::string& rest : grid.caption.rest) box.captions.push_back(grid.caption.name + rest);
  if (!grid.caption.name.empty()) box.captions.push_back(grid.caption.name);
  grid.caption.rest.emplace_back();
  box.notes = grid.notes;
  box.least = grid.least;
  box.wish = grid.wish;
  grids_.push_back(std::move(grid));
  return figure_.grid(std::move(box));
}

Figure::Placed LinkedGrids::draw(const Rect& area, const std::vector<Figure::Box>& arrangements,
                                 std::string_view focus) {
  // At once: the next key is already for the grid.
  for (const LinkedGrid& grid : grids_) {
    if (!grid.key.empty() && !ui_.editing() && ui_.take_key(grid.key)) ui_.focus_on(grid.name);
  }
  if (!focus.empty()) ui_.focus_on(focus);
  const float least = figure_.least_height(arrangements, area.w - 32) + 16;
  const bool scrolls = least > area.h;
  if (scrolls) ui_.begin_panel("grids", area, 0, true);
  const Rect room = scrolls ? ui_.take(least) : area;
  Figure::Placed placed = figure_.place(arrangements, room.inset(16, 8));
  responses_.assign(grids_.size(), {});
  for (size_t i = 0; i < grids_.size(); ++i) {
    const FigurePlace& place = placed.at(grids_[i].name);
    if (grids_[i].instead) {
      grids_[i].instead(ui_, place);
    } else {
      responses_[i] = draw_one(grids_[i], place);
    }
    draw_words(grids_[i], place);
  }
  if (scrolls) ui_.end_panel();
  return placed;
}

void LinkedGrids::draw_at(LinkedGrid grid, Vec origin, float cell) {
  FigurePlace place{.name = grid.name, .cell = cell};
  place.cells = {origin.x, origin.y, cell * static_cast<float>(grid.cells.columns),
                 cell * static_cast<float>(grid.cells.rows)};
  const auto wide = [&](const std::string& rest) { return ui_.measure(Font::caption, grid.caption.name + rest).x; };
  grid.caption.rest.emplace_back();
  while (place.caption + 1 < grid.caption.rest.size() &&
         wide(grid.caption.rest[place.caption]) > place.cells.w + 24.0f) {
    ++place.caption;
  }
  place.indices = cell >= Ui::kIndexed;
  place.caption_at = {place.cells.center().x,
                      origin.y - 13.0f - (place.indices && grid.cells.index_columns > 0 ? ui_.index_height() : 0)};
  grid.notes.clear();
  draw_one(grid, place);
  draw_words(grid, place);
}

void LinkedGrids::draw_words(const LinkedGrid& grid, const FigurePlace& place) {
  const Theme& theme = ui_.theme();
  const Color tone = grid.cells.tone == Concept::none ? theme.secondary : theme.of(grid.cells.tone);
  if (grid.outlined) ui_.stroke(place.cells.inset(-2), tone, 4, 2);
  if (!grid.caption.name.empty()) {
    ui_.caption(place.caption_at, grid.caption.name, grid.caption.rest[place.caption], tone);
  }
  for (size_t n = 0; n < grid.notes.size(); ++n) {
    ui_.caption(place.notes_at[n], grid.notes[n], "", grid.note_color ? grid.note_color : theme.secondary);
  }
}

GridResponse LinkedGrids::draw_one(const LinkedGrid& grid, const FigurePlace& place) {
  GridSpec spec = grid.cells;
  spec.origin = place.cells.min();
  spec.size = place.cell;
  if (!place.indices) spec.index_rows = spec.index_columns = 0;
  spec.tooltip = grid.tooltip;
  const std::string& sends = grid.on_edit.empty() ? grid.on_click : grid.on_edit;
  const std::string command = sends.substr(0, sends.find(' '));
  if (spec.command.empty()) spec.command = command;
  if (!spec.value) spec.takes_wheel = false, spec.takes_press = spec.takes_press && !spec.at;
  if (grid.characters > 0 && !ui_.grid_number_fits(place.cell, grid.characters)) {
    spec.cell = [&cell = grid.cells.cell](int row, int column) {
      GridCell look = cell(row, column);
      look.text.clear();
      return look;
    };
  }
  GridResponse r = ui_.grid(grid.name, spec);
  // Where the keyboard is at the page's own cursor the page shows it.
  if (!grid.family.grid.empty() && (r.hovered || (r.keyboard && !spec.at))) {
    ui_.found().cell = {grid.family.grid, grid.family.channel, r.row, r.column};
  }
  const bool takes = !grid.takes || grid.takes(r.row, r.column);
  if (!grid.on_click.empty() && takes && (r.clicked || r.moved)) send(grid, grid.on_click, r.row, r.column);
  if (!grid.on_pin.empty() && takes && (r.right_clicked || (r.keyboard && ui_.take_key("P")))) {
    send(grid, grid.on_pin, r.row, r.column);
  }
  for (const GridResponse::Edit& edit : r.edits) send(grid, grid.on_edit, edit.row, edit.column, edit.value);
  if (!grid.window) return r;
  const GridWindow& window = *grid.window;
  const float x = ui_.ease(grid.name + ".x", static_cast<float>(window.column), window.seconds);
  const float y = ui_.ease(grid.name + ".y", static_cast<float>(window.row), window.seconds);
  ui_.stroke({spec.origin.x + x * spec.size, spec.origin.y + y * spec.size,
              spec.size * static_cast<float>(window.columns), spec.size * static_cast<float>(window.rows)},
             ui_.theme().kernel, 4, 2.5f);
  return r;
}

void LinkedGrids::send(const LinkedGrid& grid, const std::string& line, int row, int column, double value) const {
  if (grid.stored) std::tie(row, column) = grid.stored(row, column);
  ui_.send(fmt::format(fmt::runtime(line), fmt::arg("row", row), fmt::arg("column", column),
                       fmt::arg("value", exact_text(value))));
}

const GridResponse& LinkedGrids::response(std::string_view name) const {
  const auto found = std::find_if(grids_.begin(), grids_.end(), [&](const LinkedGrid& g) { return g.name == name; });
  check(found != grids_.end() && !responses_.empty(), "no grid of this name was drawn");
  return responses_[static_cast<size_t>(found - grids_.begin())];
}

std::string size_of_grid(int columns, int rows) { return fmt::format("{} \u00d7 {}", columns, rows); }

}  // namespace striate
