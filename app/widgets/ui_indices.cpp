// The numbers of rows and columns at the edge of grids and of pictures whose pixels have become cells: what a lesson
// calls "row 2, column 9" is found by them. They count from 0, as everything here.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/widgets/ui.h"

namespace striate {
namespace {

constexpr float kType = 11;  // its size: it fits into the margin around a picture
constexpr float kMargin = 16;
constexpr float kGap = 4;  // between a row's number and its row

// Every so-manyth is numbered where cells are narrower than their numbers.
int step_for(float cell, float wide) {
  for (const int step : {1, 2, 5, 10, 20, 50, 100}) {
    if (cell * static_cast<float>(step) >= wide + 3) return step;
  }
  return 200;
}

}  // namespace

float Ui::index_height() const { return kMargin; }

float Ui::index_width(int count) const {
  return measure(Font::number, std::to_string(std::max(0, count - 1)), kType).x + kGap;
}

int Ui::column_indices(const Rect& cells, int columns, GridIndex first, int end, int lit) {
  const float cell = cells.w / static_cast<float>(std::max(1, columns));
  const int last = std::min(end - 1, std::max(first.first, first.first + (columns - 1) * first.step));
  const int every = step_for(cell, measure(Font::number, std::to_string(std::max(0, last)), kType).x);
  int begin = -1;
  for (int i = 0; i < columns; ++i) {
    const int index = first.first + i * first.step;
    if (index < 0 || index > last || index / first.step % every != 0) continue;
    if (begin < 0) begin = index;
    label({cells.x + (static_cast<float>(i) + 0.5f) * cell - 20, cells.y - kMargin, 40, kMargin - 1},
          std::to_string(index), Font::number, index == lit ? theme().text : theme().secondary, Align::center, kType);
  }
  return begin;
}

int Ui::row_indices(const Rect& cells, int rows, GridIndex first, int end, int lit) {
  const float cell = cells.h / static_cast<float>(std::max(1, rows));
  const int last = std::min(end - 1, std::max(first.first, first.first + (rows - 1) * first.step));
  const int every = step_for(cell, kType - 2);  // digits are lower than their line
  int begin = -1;
  for (int i = 0; i < rows; ++i) {
    const int index = first.first + i * first.step;
    if (index < 0 || index > last || index / first.step % every != 0) continue;
    if (begin < 0) begin = index;
    label({cells.x - 40 - kGap, cells.y + (static_cast<float>(i) + 0.5f) * cell - 10, 40, 20}, std::to_string(index),
          Font::number, index == lit ? theme().text : theme().secondary, Align::right, kType);
  }
  return begin;
}

void Ui::pixel_indices(const Rect& area, const View& view, int width, int height, int x, int y) {
  if (!numbers_fit(view.zoom, 3, 1)) return;
  const CellRect seen = visible_pixels(view, width, height, area);
  if (seen.w <= 0 || seen.h <= 0) return;
  push_clip(area);
  const Rect shown = intersection(area, picture_rect(view, width, height, area));
  const float size = kType;
  const float digits_x = measure(Font::number, std::to_string(seen.x + seen.w - 1), size).x;
  const float digits_y = measure(Font::number, std::to_string(seen.y + seen.h - 1), size).x;
  const float margin = digits_y + kGap + 2;
  const float top = std::max(area.y, shown.y - kMargin), left = std::max(area.x, shown.x - margin);
  // On the picture they need a ground of their own.
  const bool over_rows = top + kMargin > shown.y + 1, over_columns = left + margin > shown.x + 1;
  const Color ground = faded(theme().background, 0.94f);
  if (over_rows) fill({shown.x, top, shown.w, kMargin}, ground);
  if (over_columns) fill({left, shown.y, margin, shown.h}, ground);
  const int step_x = step_for(view.zoom, digits_x), step_y = step_for(view.zoom, size - 2);
  const auto ink = [&](bool lit) { return lit ? theme().text : theme().secondary; };
  int first_row = -1, first_column = -1;
  for (int column = seen.x; column < seen.x + seen.w; ++column) {
    const Rect cell = pixel_rect(view, area, column, seen.y);
    // Clear of the other ones, where these lie over the picture.
    const float from = over_columns ? left + margin + digits_x / 2 : cell.x, middle = std::max(cell.center().x, from);
    if (column % step_x != 0 || middle + digits_x / 2 > std::max(cell.right(), cell.center().x + digits_x / 2))
      continue;
    if (first_column < 0) first_column = column;
    label(Rect{middle - 30, top, 60, kMargin - 1}, std::to_string(column), Font::number, ink(column == x),
          Align::center, size);
  }
  for (int row = seen.y; row < seen.y + seen.h; ++row) {
    const Rect cell = pixel_rect(view, area, seen.x, row);
    const float from = over_rows ? top + kMargin + size / 2 : cell.y, middle = std::max(cell.center().y, from);
    if (row % step_y != 0 || middle + size / 2 > std::max(cell.bottom(), cell.center().y + size / 2)) continue;
    if (first_row < 0) first_row = row;
    label(Rect{left, middle - 10, margin - kGap, 20}, std::to_string(row), Font::number, ink(row == y), Align::right,
          size);
  }
  pop_clip();
  for (DrawnGrid& grid : building_grids_) {
    if (grid.name == kPixels && grid.cells.overlaps(area)) grid.row_axis = first_row, grid.column_axis = first_column;
  }
}

}  // namespace striate
