// The sum of products as chips: x * w = product for every tap, in the kernel's shape and the taps' colors, walked with
// the arrow keys while a running total fills. What stands on the chips adds up to the printed result (printed_sum.h).
#pragma once

#include <string>
#include <vector>

#include "app/widgets/ui.h"
#include "engine/walk/printed_sum.h"

namespace striate {

struct SumChip {
  const PrintedTerm* term = nullptr;  // without a second factor: its first one alone stands over the product
  Color color = 0;
  bool dashed = false;  // a value of the padding
  std::string about;    // tooltip
};

struct SumRow {
  int columns = 3;  // chips per line: the kernel's width
  // Where the chips are one channel of a longer sum: the number of terms before them, and of all. total 0: they are
  // all.
  int first = 0, total = 0;
  std::vector<SumChip> chips;
  int walked = -1;  // how many of these chips are counted; -1: the walk has not begun, all are
  int lit = -1;     // the chip that is hovered elsewhere
  // Arrow keys and clicks send "prefix N": N terms of the whole sum are counted. Empty: they send nothing.
  std::string_view prefix;
};

// Draws into the column. Returns the chip under the mouse or the keyboard, -1 for none.
int sum_row(Ui& ui, std::string_view label, const SumRow& row);

}  // namespace striate
