// Heat maps as pictures, to be written to files and laid over others: the colors of app/widgets/color_map.h, each map
// up to its own limit, at the size of the picture that it explains.
#pragma once

#include <optional>
#include <vector>

#include "app/widgets/picture.h"
#include "engine/explain/heat_map.h"
#include "engine/image.h"

namespace striate {

// Where the colors of a map end: at its largest size; of a map with a value for each pixel, where a few are far above
// all others, at what 99.5 % of those that are not 0 stay below. Above
// 0.
float heat_limit(const HeatMap& map);
// Unsigned from 0 to the limit; signed from its negative to it, 0 in the middle.
ColorMap heat_colors(bool has_sign);
// The share of the colors, 0 to 1, where a value lies.
float heat_share(float value, float limit, bool has_sign);

// The value that is drawn at a place of the picture, in pixels; none: no cell is drawn there, or it is not there yet.
// Cells that overlap, as the places of an occlusion do, are drawn around their middle.
std::optional<float> heat_at(const HeatMap& map, double y, double x);

// How many pixels each of the picture's gets so that it can be looked at: 1 for 224 x 224, 8 for 28 x 28.
int shown_scale(const Shape& picture);

// (C, H, W) in RGB or gray, 0..1, every pixel `scale` times as wide and tall.
Image shown_picture(const Shape& picture, const std::vector<float>& pixels, int scale);
// A map at the picture's size. What no cell covers and what is not computed is gray.
Image shown_heat(const HeatMap& map, bool has_sign, const Shape& picture, int scale);
// A map over the picture in gray: both are mixed, `opacity` of the map.
Image heat_over(const Image& picture, const Image& heat, float opacity);
// From left to right with a gap between, all as tall as the tallest.
Image beside(const std::vector<Image>& panels, int gap);

}  // namespace striate
