// The sum of one value of a network as a column of the inspector: its products as chips in the taps' colors, or the
// largest of them where they are too many; each slice's sum, the bias, the result. Or what else becomes of the values
// that come in: the largest, the mean, the share. The view `unit` of a training and the cells of page `architecture`
// draw it alike.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/widgets/ui.h"
#include "engine/walk/network_walk.h"
#include "engine/walk/printed_sum.h"

namespace striate {

struct UnitSum {
  const UnitWalk* walk = nullptr;
  const PrintedSum* printed = nullptr;  // of form `products`
  // A kernel's terms: runs of equal length, one for each slice, of which one is shown. Others are shown as they come.
  bool kernel = false;
  bool list = false;  // a kernel's slice is a plain list of values
  int slices = 1, slice = 0;
  int columns = 1;  // of a kernel
  // Where a value that comes in stands, as short as it is clear.
  std::function<std::string(const UnitTerm&)> name;
  std::string_view slice_command = {};  // "train.unit.slice": it gets the slice
  std::string_view walk_command = {};   // "train.unit.walk": it gets how many terms are counted; empty: nobody counts
  int walked = -1;                      // terms that are counted; -1: all
  int lit = -1;                         // the shown slice's chip that is hovered elsewhere
  bool of_batch = false;                // a batch normalization used the batch's mean

  int first() const { return kernel ? slice * shown() : 0; }  // of the shown terms
  int shown() const { return static_cast<int>(walk->terms.size()) / (kernel ? slices : 1); }
};

// Returns the chip of the shown slice that is under the mouse or the keyboard; -1: none.
int draw_unit_sum(Ui& ui, const UnitSum& sum);

}  // namespace striate
