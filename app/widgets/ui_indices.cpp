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

void Ui::draw_grid_indices(const GridSpec& spec, int lit_row, int lit_column) {
  const float size = kType, cell = spec.size;
  const int columns = std::min(spec.index_columns, spec.first_column + spec.columns);
  const int rows = std::min(spec.index_rows, spec.first_row + spec.rows);
  const float wide = measure(Font::number, std::to_string(std::max(0, columns - 1)), size).x;
  const int step_x = step_for(cell, wide), step_y = step_for(cell, size);
  for (int x = std::max(0, spec.first_column); x < columns; ++x) {
    if (x % step_x != 0) continue;
    const Rect place{grid_cell_rect(spec, 0, x).center().x - 20, spec.origin.y - kMargin, 40, kMargin - 1};
    label(place, std::to_string(x), Font::number, x == lit_column ? theme().text : theme().secondary, Align::center,
          size);
  }
  for (int y = std::max(0, spec.first_row); y < rows; ++y) {
    if (y % step_y != 0) continue;
    const Rect place{spec.origin.x - 40 - kGap, grid_cell_rect(spec, y, 0).center().y - 10, 40, 20};
    label(place, std::to_string(y), Font::number, y == lit_row ? theme().text : theme().secondary, Align::right, size);
  }
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
  const int step_x = step_for(view.zoom, digits_x), step_y = step_for(view.zoom, size);
  const auto ink = [&](bool lit) { return lit ? theme().text : theme().secondary; };
  for (int column = seen.x; column < seen.x + seen.w; ++column) {
    const float middle = pixel_rect(view, area, column, seen.y).center().x;
    if (column % step_x != 0 || (over_columns && middle - digits_x / 2 < left + margin)) continue;
    label(Rect{middle - 30, top, 60, kMargin - 1}, std::to_string(column), Font::number, ink(column == x),
          Align::center, size);
  }
  for (int row = seen.y; row < seen.y + seen.h; ++row) {
    const float middle = pixel_rect(view, area, seen.x, row).center().y;
    if (row % step_y != 0 || (over_rows && middle - size / 2 < top + kMargin)) continue;
    label(Rect{left, middle - 10, margin - kGap, 20}, std::to_string(row), Font::number, ink(row == y), Align::right,
          size);
  }
  pop_clip();
}

}  // namespace striate
