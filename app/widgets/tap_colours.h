// A colour for each tap of a kernel, the same in the input, the kernel and the output's sum: hues go round the wheel in
// reading order, so neighbours differ, and each is light enough for black numbers and dark enough for white ground.
#pragma once

#include "app/shell/theme.h"

namespace striate {

// Tap `index` of `count`, on a dark or light theme.
Colour tap_colour(int index, int count, bool dark);

}  // namespace striate
