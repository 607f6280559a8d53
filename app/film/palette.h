// Few colors in place of many: the palette of a GIF. Where there are no more colors than the palette has, they stay as
// they are. Else they are divided into boxes, the one with the largest spread first, across its longest side at its
// mean; a color that is rare, as a word's on a page with a photo, counts more than its pixels.
#pragma once

#include <cstdint>
#include <vector>

namespace striate {

class ColorPalette {
 public:
  // `pixels`: 0xRRGGBB, in any order, as often as they are there. `most`: 1 to 256.
  ColorPalette(std::vector<uint32_t> pixels, int most);

  const std::vector<uint32_t>& colors() const { return colors_; }
  uint8_t index_of(uint32_t color) const;  // one of `pixels`

 private:
  std::vector<uint32_t> known_;  // the different colors, sorted,
  std::vector<uint8_t> places_;  // and the place of each in colors_
  std::vector<uint32_t> colors_;
};

}  // namespace striate
