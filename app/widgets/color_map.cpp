// Sources: viridis by Nathaniel Smith, Stefan van der Walt and Eric Firing (matplotlib, CC0); cividis by Nunez,
// Anderton and Renslow, "Optimizing colormaps with consideration for color vision deficiency", PLOS ONE 13(7), 2018.
// Evenly spaced control points of the published tables, joined by straight lines. The signed maps are our own: blue,
// white or black, orange.
#include "app/widgets/color_map.h"

#include <algorithm>
#include <span>

namespace striate {
namespace {

constexpr uint32_t kGray[] = {0x000000, 0xFFFFFF};
constexpr uint32_t kViridis[] = {0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E, 0x2A788E, 0x23888E,
                                 0x1F988B, 0x22A884, 0x35B779, 0x54C568, 0x7AD151, 0xA5DB36, 0xD2E21B, 0xFDE725};
constexpr uint32_t kCividis[] = {0x00204D, 0x00336F, 0x39486B, 0x575C6D, 0x707173,
                                 0x8A8779, 0xA69D75, 0xC4B56C, 0xE4CF5B, 0xFFEA46};
constexpr uint32_t kSigned[] = {0x1B5FA8, 0x5B9FDB, 0xB4D3EF, 0xFFFFFF, 0xF9D3A3, 0xEE9A3A, 0xB35D00};
constexpr uint32_t kSignedDark[] = {0x8FC6FA, 0x4C9BE8, 0x24496E, 0x0C0D10, 0x6E4A1C, 0xF2A541, 0xFFD596};
constexpr uint32_t kRed[] = {0x000000, 0xFF0000};
constexpr uint32_t kGreen[] = {0x000000, 0x00FF00};
constexpr uint32_t kBlue[] = {0x000000, 0x0000FF};

std::span<const uint32_t> points(ColorMap map) {
  switch (map) {
    case ColorMap::viridis:
      return kViridis;
    case ColorMap::cividis:
      return kCividis;
    case ColorMap::signed_blue_orange:
      return kSigned;
    case ColorMap::signed_dark:
      return kSignedDark;
    case ColorMap::red:
      return kRed;
    case ColorMap::green:
      return kGreen;
    case ColorMap::blue:
      return kBlue;
    case ColorMap::gray:
      break;
  }
  return kGray;
}

}  // namespace

Color map_color(ColorMap map, float share) {
  std::span<const uint32_t> table = points(map);
  if (!(share > 0)) share = 0;  // also what is not a number
  if (share > 1) share = 1;
  float at = share * static_cast<float>(table.size() - 1);
  auto index = std::min(static_cast<size_t>(at), table.size() - 2);
  return mixed(rgb(table[index]), rgb(table[index + 1]), at - static_cast<float>(index));
}

const std::vector<uint8_t>& color_map_table() {
  static const std::vector<uint8_t> table = [] {
    std::vector<uint8_t> bytes;
    bytes.reserve(kColorMaps * 256 * 4);
    for (int map = 0; map < kColorMaps; ++map) {
      for (int i = 0; i < 256; ++i) {
        Color c = map_color(static_cast<ColorMap>(map), static_cast<float>(i) / 255);
        for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<uint8_t>(c >> shift));
      }
    }
    return bytes;
  }();
  return table;
}

}  // namespace striate
