// Small grids of cells for pictures beside words: cards of the home page, figures of the glossary. No hands of their
// own: whoever draws one asks which cell the mouse is over.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "app/widgets/ui.h"

namespace striate {

struct MiniGrid {
  int rows = 1, columns = 1;
  GridIndex row_index = {}, column_index = {};        // of its upper left cell; less than 0 in a padding
  int index_rows = 1 << 20, index_columns = 1 << 20;  // those below this stand at the edges of cells with numbers
  std::function<Color(int row, int column)> fill = {};
  std::function<std::string(int row, int column)> text = {};  // drawn where every one of them fits; may be empty
  std::function<bool(int row, int column)> dashed = {};       // padding: an outline alone
};

// Where one without numbers stands in an area: square cells, centered.
Rect mini_grid_place(const Rect& area, int rows, int columns);
// Draws it; returns its place.
Rect mini_grid(Ui& ui, const Rect& area, const MiniGrid& grid);
Rect mini_cell(const Rect& place, int rows, int columns, int row, int column);
// (row, column) under a point, none outside.
std::optional<std::pair<int, int>> mini_cell_at(const Rect& place, int rows, int columns, Vec point);

// Gray of a byte; a signed value from blue through the ground's neutral to orange, `most` at its ends.
Color byte_gray(double value);
Color signed_color(const Theme& theme, double value, double most);

}  // namespace striate
