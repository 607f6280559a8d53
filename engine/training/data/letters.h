// `letters`: handwriting-like capitals from A to Z, white on black, 28x28, drawn as the digits are, from strokes of
// their own (letter_glyphs.cpp): what a network that reads digits is a base for.
#pragma once

#include "engine/training/data/drawn.h"
#include "engine/training/data/handwriting.h"

namespace striate {

// One letter (28, 28), 0..1: a function of its arguments alone. 0: A, 25: Z.
void draw_letter(int letter, uint64_t seed, uint64_t index, const WritingStyle& style, float* pixels);

class Letters : public DrawnDataset {
 public:
  static constexpr int64_t kUsualSize = 26'000;
  explicit Letters(int64_t size = kUsualSize, uint64_t seed = 1, const WritingStyle& style = {});

 protected:
  void draw(int64_t index, int label, float* pixels) const override;

 private:
  WritingStyle style_;
};

}  // namespace striate
