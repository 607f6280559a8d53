// What the drawing files of the page `neuron` share.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "app/pages/neuron/neuron.h"
#include "app/widgets/color_map.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/sheet.h"
#include "app/widgets/ui.h"

namespace striate {

inline ColorMap neuron_colors(const Theme& theme) {
  return theme.dark ? ColorMap::signed_dark : ColorMap::signed_blue_orange;
}
// Of every place on the scale that a NeuronMoment holds, over the ground.
inline std::array<Color, 256> neuron_palette(const Theme& theme, float share = 1) {
  std::array<Color, 256> colors{};
  for (size_t i = 0; i < colors.size(); ++i) {
    const Color own = map_color(neuron_colors(theme), std::min(1.0f, static_cast<float>(i) / 254));
    colors[i] = mixed(theme.background, own, share);
  }
  return colors;
}
// Of a value on the scale, -1 to 1.
inline Color neuron_color(const Theme& theme, double share) {
  return map_color(neuron_colors(theme), static_cast<float>(0.5 + 0.5 * share));
}
// A line or a frame of this sign, that reads on the ground.
inline Color sign_color(const Theme& theme, double value) { return neuron_color(theme, value < 0 ? -0.67 : 0.67); }
// For numbers beside things: "0.312", "-12.4".
std::string short_number(double value);
// A loss beside curves: as their ends have it.
std::string loss_text(double value);

// The thing that a line of the code means: framed while the line is under the mouse, and it lights the line.
void mark_topic(Ui& ui, const Rect& place, int topic, int lit);

}  // namespace striate
