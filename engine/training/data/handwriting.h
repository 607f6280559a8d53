// Signs written by hand, white on black, 28x28: our own strokes with random slant, turn, width, bend, thickness, scale,
// shift and noise, then fitted as MNIST's digits are (digit_fit.h says how). What digits and letters have in common.
#pragma once

#include <vector>

#include "engine/training/data/strokes.h"
#include "kernels/random.h"

namespace striate {

constexpr int kWrittenSide = 28;

struct Glyph {
  const char* strokes;  // for parse_strokes()
  int weight;           // how often, among the ways of writing this sign
};

// How much each random change may do; 0 takes it away. One standard deviation unless it says otherwise.
struct WritingStyle {
  float jitter = 4.5f;                     // of each point of a stroke, in hundredths of the sign's height
  float slant = 0.24f;                     // columns per row, around slant_mean
  float slant_mean = 0.14f;                // to the right, as most people write
  float turn = 7;                          // degrees
  float narrow = 0.22f;                    // of the logarithm of width / height
  float bend = 4;                          // of a wave through the whole sign, in hundredths of its height
  float thinnest = 0.8f, thickest = 2.4f;  // radius of the pen in pixels of the 20 x 20 box: from, to
  float shift = 0.6f;                      // pixels, after centring
  float scale = 0.05f;                     // of the 20 pixels: up to so much smaller or larger
  float noise = 0.02f;                     // of each pixel, 0..1
  // Done on purpose to a sign that is fitted, around the middle of its 28 x 28 pixels; none of a training set has
  // it.
  float degrees = 0;  // clockwise
  float enlarged = 1, thickness = 1;
};

// One of them, as often as their weights say.
size_t choose_glyph(const std::vector<Glyph>& glyphs, Random& random);

// The pen's way, changed: about 100 high, not yet fitted into anything.
std::vector<Stroke> write_glyph(const std::vector<ControlStroke>& glyph, Random& random, const WritingStyle& style);

// What was written, fitted, in ink: (28, 28) values 0..1.
void ink_writing(std::vector<Stroke> strokes, Random& random, const WritingStyle& style, float* pixels);

}  // namespace striate
