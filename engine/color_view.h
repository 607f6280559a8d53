// A picture as the numbers of a color space. The same function gives the numbers that stand in a cell and the color
// that the cell has on the screen, so picture and print cannot differ.
//
// Values are the stored, gamma-encoded 8-bit ones; kernels/color.h has the formulas and their sources.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/image.h"
#include "engine/number_types.h"
#include "kernels/color.h"

namespace striate {

enum class ColorSpace { rgb, gray, hsv, ycbcr };

// What is shown of a picture.
struct ColorView {
  ColorSpace space = ColorSpace::rgb;
  int component = 0;    // 0: all together; 1 to 3: one alone, as a gray picture (hue: as pure colors). gray has only 0
  GrayWeights weights;  // of ColorSpace::gray
  Change change;        // done to every red, green and blue value before anything else
};

// One pixel in a space, and the color that the screen shows for it.
struct PixelNumbers {
  int count = 0;        // 1 or 3 numbers
  int first = 0;        // component of value[0]: 0, or the single one that is shown (0 to 2)
  float value[3] = {};  // rgb 0..255; gray 0..255 times the sum of the weights, not rounded; hue in degrees,
                        // saturation 0..1, value 0..255; Y, Cb, Cr 0..255
  uint8_t color[3] = {};
};

// `pixel` holds `channels` (1 to 4) bytes; 1 and 2 stand for R = G = B, which has one number in rgb.
PixelNumbers numbers_of(const ColorView& view, const uint8_t* pixel, int channels);

// A tile as it is shown: n pixels of RGBA in place. Alpha keeps its value. Pixel i gets numbers_of(pixel i).color.
void show_in_space(const ColorView& view, uint8_t* rgba, int64_t n);

// True where show_in_space changes nothing: all three numbers of a space make the very pixel again.
bool shows_as_stored(const ColorView& view);

enum class NumberFormat { decimal, hex, unit };

// Component 0 to 2 of a space as it stands in a cell: decimal ("134"), hexadecimal ("86"), or 0 to 1 ("0.53").
// Hue and saturation are no bytes: in hexadecimal they are printed as decimals.
std::string cell_number(ColorSpace space, int component, float value, NumberFormat format);
// The most characters that cell_number gives for a space.
int cell_characters(ColorSpace space, int component, NumberFormat format);

// "Red", "Hue", "Cb"; component 0 to 2. gray: "Gray".
std::string_view component_name(ColorSpace space, int component);
int component_count(ColorSpace space);  // 1 for gray, else 3
// Where a component's values end; every one begins at 0.
double component_high(ColorSpace space, int component);

// The words of commands: "rgb", "gray", "hsv", "ycbcr"; "decimal", "hex", "unit".
std::string_view name_of(ColorSpace space);
std::string_view name_of(NumberFormat format);
ColorSpace color_space_of(std::string_view name);      // the name must be one of these
NumberFormat number_format_of(std::string_view name);  // the same

}  // namespace striate
