// What a network keeps to that is run on pictures: every layer gives something for each picture of a batch, the same
// for whatever else is in the batch, and no layer gives nothing at all. Wherever networks come from (a text, a file,
// the list in the window), this is asked before they are trained or judged: how many pictures are in a batch is known
// only then, and memory is laid out for outputs that begin with the batch.
//
// Where a layer works across axis 0 without changing its size, the layer says so itself: Layer::across_pictures().
#pragma once

#include <optional>

#include "engine/error.h"
#include "engine/network/architecture.h"

namespace striate {

struct PictureMistake {
  int node = -1;  // of the architecture; -1: no layer alone
  Error error;    // without the node's name
};

// What is wrong with it; nothing where all is well. For an input that is known; where it is whole, only sizes of 0 are
// looked for. `batch`: one that it is about to be run with, beside those of 1, 2 and 3 that are always tried. Throws
// Error where its shapes don't fit each other.
std::optional<PictureMistake> picture_mistake(const Architecture& architecture, int batch = 1);

// Throws it as an Error that names the layer.
void check_pictures(const Architecture& architecture, int batch = 1);

}  // namespace striate
