// A drawing placed before a network of digits on purpose: moved, turned, scaled, with a thicker pen, noise and a second
// digit beside it, as in the demonstration that Bell Labs filmed in 1993. Before that it is centered, as
// large as MNIST's digits are, unless that is switched off. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/drawing/drawing.h"

namespace striate {

struct Placement {
  bool center = true;    // the ink's box fitted into 20 x 20, its center of mass in the middle; else the pad as it is
  float dx = 0, dy = 0;  // pixels of 28, to the right and down
  float degrees = 0;     // clockwise, around the middle
  float scale = 1;       //
  float thickness = 1;   // of the pen
  float noise = 0;       // share of the pixels that get a random gray
  uint64_t seed = 1;     // of the noise
  int second = -1;       // another digit, drawn by the program
  float second_dx = 13;  // pixels from the middle
  friend bool operator==(const Placement&, const Placement&) = default;
};

// (28, 28), 0..1, white on black.
std::vector<float> place_drawing(const Drawing& drawing, const Placement& placement);

// A digit that the program writes, 200 of the pad's 280 units high.
Drawing drawing_of_digit(int digit, uint64_t seed);

// A row for a network that slides: (32, width), 0..1.
struct RowPicture {
  int width = 32;
  std::vector<float> pixels;
};
// Both are placed, too: each digit is turned and scaled around its own middle, the second digit stands beside the last
// one (left of the first where its `second_dx` is negative), and the row grows by as much as it is moved.
//
// The digits of a text, as the program writes them, with gaps from the seed. Other signs are blanks.
RowPicture row_of_text(const std::string& text, uint64_t seed, const Placement& placement = {});
// All that is drawn as one row: 20 rows high, however wide it comes out; not centered: as high as it stands on the pad.
// Strokes above each other are one digit. Without ink an empty window.
RowPicture row_of_drawing(const Drawing& drawing, const Placement& placement = {});

}  // namespace striate
