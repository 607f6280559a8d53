// Color maps as tables of 256 colors: the shader reads them as a texture, legends and cells call the function. So
// there is one definition and no formula in GLSL.
#pragma once

#include "app/shell/theme.h"
#include "app/widgets/picture.h"

namespace striate {

inline constexpr int kColorMaps = 8;

// share: 0 (low end) to 1 (high end), clamped. Opaque.
Color map_color(ColorMap map, float share);
// All maps, one row of 256 RGBA pixels each, in the order of the enum.
const std::vector<uint8_t>& color_map_table();

}  // namespace striate
