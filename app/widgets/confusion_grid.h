// What a network takes for what: rows are the true classes, columns the predicted ones. Right answers stand on the
// diagonal in blue, wrong ones in orange; brightness is the square root of a cell's share of its row, so that a single
// mistake among hundreds is seen.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"

namespace striate {

class Ui;

struct ConfusionGrid {
  int classes = 0;
  std::span<const int64_t> counts;      // (classes, classes): [true][predicted]
  std::vector<std::string> names;       // of the classes; fewer than `classes`: numbers stand in
  int true_class = -1, predicted = -1;  // the selected cell; -1: none
  bool totals = false;                  // beside the rows: how many, and the share that was found
  std::string command;                  // sent with "TRUE PREDICTED"; empty: nothing
  std::string hint;                     // "click: see these pictures"
  std::string tooltip = " ";
};

struct ConfusionAnswer {
  bool hovered = false;
  int true_class = 0, predicted = 0;
  HoverNote note;
  Rect cells;  // where they stand; empty: nowhere
};

// Where the cells lie in an area: squares as large as fit beside names and totals.
struct ConfusionLayout {
  Rect cells;
  float cell = 0;
  float names = 0, totals = 0;  // widths left and right of the cells
};
ConfusionLayout confusion_layout(const Rect& area, int classes, float names, float top, float totals);
// The height of `classes` rows with their head whose cells have room for a number as large as `most`.
float confusion_height_with_numbers(const Ui& ui, int classes, int64_t most);
// The color of a cell; `share` of its row, 0 to 1.
Color confusion_color(double share, bool right, const Theme& theme);

ConfusionAnswer draw_confusion(Ui& ui, std::string_view label, const Rect& area, const ConfusionGrid& grid);

}  // namespace striate
