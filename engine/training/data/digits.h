// `digits`: handwriting-like digits, white on black, 28x28, drawn from our own strokes (digit_glyphs.cpp) with random
// slant, turn, width, bend, thickness, scale, shift and noise, then fitted as MNIST's are (digit_fit.h says how), so
// that what is learned from them reads real handwriting.
#pragma once

#include <vector>

#include "engine/training/data/drawn.h"
#include "engine/training/data/strokes.h"

namespace striate {

// How much each random change may do; 0 takes it away. One standard deviation unless it says otherwise.
struct DigitStyle {
  float jitter = 4.5f;                     // of each point of a stroke, in hundredths of the digit's height
  float slant = 0.24f;                     // columns per row, around slant_mean
  float slant_mean = 0.14f;                // to the right, as most people write
  float turn = 7;                          // degrees
  float narrow = 0.22f;                    // of the logarithm of width / height
  float bend = 4;                          // of a wave through the whole digit, in hundredths of its height
  float thinnest = 0.8f, thickest = 2.4f;  // radius of the pen in pixels of the 20 x 20 box: from, to
  float shift = 0.6f;                      // pixels, after centring
  float scale = 0.05f;                     // of the 20 pixels: up to so much smaller or larger
  float noise = 0.02f;                     // of each pixel, 0..1
  // Done on purpose to a digit that is fitted, around the middle of its 28 x 28 pixels; no digit of a training set has it.
  float degrees = 0;  // clockwise
  float enlarged = 1, thickness = 1;
};

// One digit (28, 28), 0..1: a function of its arguments alone.
void draw_digit(int digit, uint64_t seed, uint64_t index, const DigitStyle& style, float* pixels);

// The way of the pen for such a digit, about 100 high, x to the right and y down; not yet fitted into anything.
std::vector<Stroke> pen_of_digit(int digit, uint64_t seed, uint64_t index, const DigitStyle& style = {});

class Digits : public DrawnDataset {
 public:
  static constexpr int64_t kUsualSize = 20'000;
  explicit Digits(int64_t size = kUsualSize, uint64_t seed = 1, const DigitStyle& style = {});

 protected:
  void draw(int64_t index, int label, float* pixels) const override;

 private:
  DigitStyle style_;
};

}  // namespace striate
