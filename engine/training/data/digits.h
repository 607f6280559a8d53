// `digits`: handwriting-like digits, white on black, 28x28, drawn from our own strokes (digit_glyphs.cpp) as
// handwriting.h says, so that what is learned from them reads real handwriting.
#pragma once

#include <vector>

#include "engine/training/data/drawn.h"
#include "engine/training/data/handwriting.h"

namespace striate {

using DigitStyle = WritingStyle;

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
