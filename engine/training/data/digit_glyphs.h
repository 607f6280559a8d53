// The strokes that the digits are drawn from: our own, several ways of writing each, in a box of 100 x 100 or so.
#pragma once

#include <vector>

#include "engine/training/data/handwriting.h"

namespace striate {

const std::vector<Glyph>& digit_glyphs(int digit);  // 0..9
// The glyph's points, parsed once.
const std::vector<ControlStroke>& digit_strokes(int digit, size_t glyph);

}  // namespace striate
