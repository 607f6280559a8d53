// The card of any cell: a small picture of its formula, the formula, the same with its numbers, the result, the shape
// it belongs to; pinned until it is taken away. Plain data: a page fills it from whatever it shows.
#pragma once

#include <string>
#include <vector>

#include "app/widgets/ui.h"

namespace striate {

// One of the small grids of the picture, with the sign that stands before it.
struct CardGrid {
  std::string sign;  // "", "\u00d7", "="
  int rows = 1, columns = 1;
  std::vector<Color> cells;  // row by row
  Concept tone = Concept::none;
};

struct CellCard {
  std::string title;             // "output, row 3, column 3": unique on the page
  std::string words = {};        // the same in the language that is shown
  Concept tone = Concept::none;  // what kind of cell it is
  std::vector<CardGrid> picture;
  std::string formula;  // in words or letters: "sum of input \u00d7 kernel"
  std::string numbers;  // the same with the actual numbers; empty where they are too many to be read
  std::string result;
  std::string exact;  // the exact value where `result` is rounded, else empty
  std::string shape;  // "one of 6 \u00d7 6"
  std::string unpin;  // the command that takes the card away; empty: it is not pinned
};

// Draws into the column.
void cell_card(Ui& ui, const CellCard& card);

}  // namespace striate
