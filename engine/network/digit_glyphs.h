// The ten digits as pictures of 7 x 12 black and white cells: what the outputs of LeNet-5 (1998) compare the 84 values
// of their layer F6 with. The article shows such glyphs and prints no table; these were drawn for this program.
#pragma once

#include <array>

namespace striate {

constexpr int kGlyphWidth = 7, kGlyphHeight = 12, kGlyphCells = kGlyphWidth * kGlyphHeight;

// Row after row, '#' for 1 and '.' for -1.
const std::array<const char*, 10>& digit_glyphs();

}  // namespace striate
