// Colors by meaning (one token per concept, everywhere) and sizes. Dark and light sets with the same meaning; every
// text color has a contrast of at least 4.5 to 1 on background, surface and raised (tested).
#pragma once

#include <cstdint>
#include <string_view>

namespace striate {

using Color = uint32_t;  // 0xAABBGGRR, as Dear ImGui has it

constexpr Color rgb(uint32_t hex, float alpha = 1) {
  return ((hex >> 16) & 255) | (hex & 0xFF00) | ((hex & 255) << 16) | (static_cast<uint32_t>(alpha * 255 + 0.5f) << 24);
}
// The same color, its alpha multiplied.
Color faded(Color color, float alpha);
// Between two colors, channel by channel.
Color mixed(Color from, Color to, float t);
// WCAG 2.1: relative luminance (0 to 1) and contrast ratio (1 to 21) of opaque colors.
double luminance(Color color);
double contrast(Color a, Color b);
// Black or white, whichever reads better on this color.
Color ink_on(Color color);

// What a color stands for, in words, plots, grids and 3-D alike.
enum class Concept { none, input, kernel, bias, activation, gradient };
// "input", "kernel", "bias", "activation" or "output", "gradient"; none for any other word.
Concept concept_of(std::string_view name);

struct Theme {
  bool dark = true;
  Color background;  // the stage
  Color surface;     // navigation, inspector, transport, cards
  Color raised;      // buttons, the current line
  Color hovered;     // a raised thing under the cursor
  Color line;        // hairlines
  Color text;
  Color secondary;
  Color accent;     // primary buttons, sliders, links, focus
  Color on_accent;  // text on accent
  Color input, kernel, bias, activation, gradient;
  Color warning;                 // an error's mark
  Color red, green, blue, gray;  // planes of a picture: histograms, row marks
  Color shadow;

  Color of(Concept what) const;  // text for none
};

const Theme& dark_theme();
const Theme& light_theme();

}  // namespace striate
