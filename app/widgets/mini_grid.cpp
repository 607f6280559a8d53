#include "app/widgets/mini_grid.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/color_map.h"

namespace striate {

Rect mini_grid_place(const Rect& area, int rows, int columns) {
  const float cell = std::floor(std::min(area.w / static_cast<float>(columns), area.h / static_cast<float>(rows)));
  const float side = std::max(1.0f, cell);
  Rect place = area.centered(side * static_cast<float>(columns), side * static_cast<float>(rows));
  place.x = std::round(place.x), place.y = std::round(place.y);
  return place;
}

Rect mini_cell(const Rect& place, int rows, int columns, int row, int column) {
  const float w = place.w / static_cast<float>(columns), h = place.h / static_cast<float>(rows);
  return {place.x + w * static_cast<float>(column), place.y + h * static_cast<float>(row), w, h};
}

namespace {

float number_size(const Ui& ui, float side) { return std::min(ui.text_size(Font::number), std::floor(side * 0.44f)); }

bool numbers_fit(const Ui& ui, const MiniGrid& grid, const Rect& place) {
  const float side = place.w / static_cast<float>(grid.columns), size = number_size(ui, side);
  bool fits = grid.text && size >= ui.least_number();
  for (int row = 0; row < grid.rows && fits; ++row) {
    for (int column = 0; column < grid.columns && fits; ++column) {
      fits = ui.measure(Font::number, grid.text(row, column), size).x <= side - 3;
    }
  }
  return fits;
}

}  // namespace

Rect mini_grid(Ui& ui, const Rect& area, const MiniGrid& grid) {
  // Numbers come first, then the indices.
  const bool row_axis = grid.text && grid.rows > 1, column_axis = grid.text && grid.columns > 1;
  Rect within = area;
  if (row_axis) within.cut_left(ui.index_width(std::min(grid.index_rows, grid.row_index.first + grid.rows)));
  if (column_axis) within.cut_top(ui.index_height());
  Rect place = mini_grid_place(within, grid.rows, grid.columns);
  const bool axes = place.w >= Ui::kIndexed * static_cast<float>(grid.columns) && numbers_fit(ui, grid, place);
  if (!axes) place = mini_grid_place(area, grid.rows, grid.columns);
  const bool fits = axes || numbers_fit(ui, grid, place);
  const float side = place.w / static_cast<float>(grid.columns), size = number_size(ui, side);
  const float gap = side >= 12 && grid.text ? 1.0f : 0.0f;
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      Rect cell = mini_cell(place, grid.rows, grid.columns, row, column);
      cell.w -= gap, cell.h -= gap;
      const Color fill = grid.fill ? grid.fill(row, column) : ui.theme().raised;
      if (grid.dashed && grid.dashed(row, column)) {
        ui.dashed(cell.inset(1), ui.theme().secondary, 2);
      } else {
        ui.fill(cell, fill);
      }
      if (!fits) continue;
      const bool open = grid.dashed && grid.dashed(row, column);
      ui.label(cell, grid.text(row, column), Font::number, open ? ui.theme().secondary : ink_on(fill), Align::center,
               size);
    }
  }
  DrawnGrid drawn{
      "mini grid", place, {side, side}, grid.rows, grid.columns, grid.row_index.first, grid.column_index.first, fits};
  if (axes && row_axis) drawn.row_axis = ui.row_indices(place, grid.rows, grid.row_index, grid.index_rows);
  if (axes && column_axis) {
    drawn.column_axis = ui.column_indices(place, grid.columns, grid.column_index, grid.index_columns);
  }
  ui.drew_grid(std::move(drawn));
  return place;
}

std::optional<std::pair<int, int>> mini_cell_at(const Rect& place, int rows, int columns, Vec point) {
  if (!place.contains(point)) return std::nullopt;
  const int row = static_cast<int>((point.y - place.y) / place.h * static_cast<float>(rows));
  const int column = static_cast<int>((point.x - place.x) / place.w * static_cast<float>(columns));
  return std::pair(std::clamp(row, 0, rows - 1), std::clamp(column, 0, columns - 1));
}

Color byte_gray(double value) {
  const auto v = static_cast<uint32_t>(std::clamp(std::lround(value), 0L, 255L));
  return rgb(v << 16 | v << 8 | v);
}

Color signed_color(const Theme& theme, double value, double most) {
  const ColorMap map = theme.dark ? ColorMap::signed_dark : ColorMap::signed_blue_orange;
  return map_color(map, most > 0 ? static_cast<float>(0.5 + 0.5 * value / most) : 0.5f);
}

}  // namespace striate
