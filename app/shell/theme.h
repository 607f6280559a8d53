// Colours by meaning (one token per concept, everywhere) and sizes. Dark and light sets with the same meaning; every
// text colour has a contrast of at least 4.5 to 1 on background, surface and raised (tested).
#pragma once

#include <cstdint>
#include <string_view>

namespace striate {

using Colour = uint32_t;  // 0xAABBGGRR, as Dear ImGui has it

constexpr Colour rgb(uint32_t hex, float alpha = 1) {
  return ((hex >> 16) & 255) | (hex & 0xFF00) | ((hex & 255) << 16) | (static_cast<uint32_t>(alpha * 255 + 0.5f) << 24);
}
// The same colour, its alpha multiplied.
Colour faded(Colour colour, float alpha);
// Between two colours, channel by channel.
Colour mixed(Colour from, Colour to, float t);
// WCAG 2.1: relative luminance (0 to 1) and contrast ratio (1 to 21) of opaque colours.
double luminance(Colour colour);
double contrast(Colour a, Colour b);
// Black or white, whichever reads better on this colour.
Colour ink_on(Colour colour);

// What a colour stands for, in words, plots, grids and 3-D alike.
enum class Concept { none, input, kernel, bias, activation, gradient };
// "input", "kernel", "bias", "activation" or "output", "gradient"; none for any other word.
Concept concept_of(std::string_view name);

struct Theme {
  bool dark = true;
  Colour background;  // the stage
  Colour surface;     // navigation, inspector, transport, cards
  Colour raised;      // buttons, the current line
  Colour hovered;     // a raised thing under the cursor
  Colour line;        // hairlines
  Colour text;
  Colour secondary;
  Colour accent;     // primary buttons, sliders, links, focus
  Colour on_accent;  // text on accent
  Colour input, kernel, bias, activation, gradient;
  Colour warning;                 // an error's mark
  Colour red, green, blue, grey;  // planes of a picture: histograms, row marks
  Colour shadow;

  Colour of(Concept what) const;  // text for none
};

const Theme& dark_theme();
const Theme& light_theme();

}  // namespace striate
