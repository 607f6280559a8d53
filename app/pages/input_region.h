// What the grids of the convolution and pooling pages are filled from: a named example, the portrait, a region of the
// open picture, or numbers that are typed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/image.h"
#include "engine/number_rows.h"

namespace striate {

struct InputRegion {
  std::string name;  // of an example, "portrait", "image" or "numbers"
  int x = 0, y = 0;  // image: the corner
  NumberRows cells;
};

// Reads what a page's `input` command was given. `examples` are names with their rows; `most` is the limit of columns
// and rows; `color` reads a region as red, green and blue planes instead of gray. Throws Error: an unknown name with
// the nearest right one, a region outside the picture, no picture, or what parse_number_planes() throws.
InputRegion read_input(const std::string& text, const std::vector<std::pair<std::string, std::string>>& examples,
                       const ImagePtr& image, int most, bool color);

// A region of a picture as numbers: gray is 0.299 R + 0.587 G + 0.114 B rounded to a whole number, so that it can be
// followed by hand.
NumberRows region_of(const Image& image, int x, int y, int width, int height, bool color);

}  // namespace striate
