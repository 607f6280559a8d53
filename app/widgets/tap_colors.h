// A color for each tap of a kernel, the same in the input, the kernel and the output's sum: hues go round the wheel in
// reading order, past green and red (which many people can't tell apart), and are light enough for black numbers.
#pragma once

#include "app/shell/theme.h"

namespace striate {

// Tap `index` of `count`, on a dark or light theme.
Color tap_color(int index, int count, bool dark);

}  // namespace striate
