// The strokes that the letters are drawn from: our own, two or three ways of writing each capital, in a box of 100 x
// 100 or so.
#pragma once

#include <vector>

#include "engine/training/data/handwriting.h"

namespace striate {

constexpr int kLetters = 26;

const std::vector<Glyph>& letter_glyphs(int letter);  // 0: A, 25: Z
// The glyph's points, parsed once.
const std::vector<ControlStroke>& letter_strokes(int letter, size_t glyph);

}  // namespace striate
