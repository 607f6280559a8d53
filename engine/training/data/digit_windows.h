// What a network sees that slides over a row of digits: windows of 32 x 32 with a digit in the middle, others beside
// it, or none in the middle. Sample i of a seed is always the same, however many there are: each is another picture,
// turned, scaled, slanted and moved, so that no digit comes twice as it was.
//
// A window without a digit in its middle has the label 10, one more than there are classes: the loss `map` knows it
// (kernels/loss.h).
#pragma once

#include <memory>
#include <vector>

#include "engine/training/data/dataset.h"

namespace striate {

constexpr int kWindowSide = 32;

// A row of digits, `height` 32, white on black.
struct DigitRow {
  int width = 0;
  std::vector<float> pixels;   // (32, width)
  std::vector<float> centers;  // columns of the digits' centers of mass
};
// Digits (28 x 28 each) side by side with gaps of about `gap` pixels between their ink, a margin of `margin` around.
DigitRow row_of_digits(const std::vector<std::vector<float>>& digits, float gap, int margin, uint64_t seed);

// Several sets of digits (1 x 28 x 28) as one.
struct DigitPool {
  std::vector<std::shared_ptr<const Dataset>> sets;
  std::vector<std::pair<int, int64_t>> samples;  // set, index there

  int label(int64_t i) const;
  std::vector<float> read(int64_t i) const;
};

struct WindowStyle {
  float turn = 9, scale = 0.12f, slant = 0.15f;  // deviations: degrees, logarithm, columns per row
  float shift = 2;                               // pixels to each side, at most
  float thicken = 0.3f;                          // how often lines are made thicker or thinner
  float neighbors = 0.5f;                        // how often others stand beside it
  float none = 0.2f;                             // share of windows without a digit in the middle
  float noise = 0.2f;                            // share of windows with noise, at most 0.25 of their pixels
  float plain = 0;                               // share of digits that are left as they are
};

class DigitWindows : public Dataset {
 public:
  // `side`: 32, or 28 for the middle of the window.
  DigitWindows(DigitPool pool, int64_t size, uint64_t seed, const WindowStyle& style, int side = kWindowSide);
  std::string name() const override { return "digit windows"; }
  Shape shape() const override { return Shape{1, side_, side_}; }
  int64_t size() const override { return size_; }
  const std::vector<std::string>& classes() const override { return classes_; }
  int label(int64_t index) const override;  // 10: none
  void read(int64_t index, float* pixels) const override;

 private:
  struct Chosen {
    bool none = false;
    int64_t digit = 0;
  };
  Chosen choose(int64_t index) const;

  DigitPool pool_;
  int64_t size_;
  uint64_t seed_;
  WindowStyle style_;
  int side_;
  std::vector<std::string> classes_;
};

}  // namespace striate
