// Pictures made to fit what a network reads.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/image.h"
#include "engine/tensor.h"
#include "kernels/resize.h"

namespace striate {

// RGB, 8 bits, interleaved: gray is repeated, transparent parts are laid over white.
std::vector<uint8_t> rgb_of(const Image& image);

// The middle part of a picture that has the shape's proportions, resized to it: averaged over areas where it gets
// smaller, interpolated where it gets larger. shape (C, H, W) with C 3 (gray is repeated) or 1 (0.299 R + 0.587 G +
// 0.114 B). Transparent parts are laid over white; of 16 bits the upper 8 are used. Returns (C, H, W) bytes.
std::vector<uint8_t> fit_image(const Image& image, const Shape& shape);

// The part of a picture that fit_image takes: the largest with the shape's proportions, in the middle.
Crop middle_part(int width, int height, const Shape& shape);

// Ink 0..1 of a picture with a digit in it, (height, width): gray, inverted where the border is bright, so that what is
// written is bright; the paper's brightness (the border's median) becomes 0, the strongest ink 1, and less than a tenth
// of it 0.
std::vector<float> ink_of(const Image& image);
struct InkOfImage {
  std::vector<float> values;  // (height, width)
  bool inverted = false;      // the border is bright
};
InkOfImage find_ink(const Image& image);  // the same, and what was done

// How MNIST's makers prepared their digits (LeCun, Bottou, Bengio and Haffner 1998), step by step: the box around the
// ink; fitted into 20 x 20, proportions kept; laid into 28 x 28 so that its center of mass is the middle.
struct DigitFit {
  int left = 0, top = 0, width = 0, height = 0;  // the box around the ink, in pixels of the drawing; all 0: no ink
  int fitted_width = 0, fitted_height = 0;       // 20 for the longer side
  std::vector<float> fitted;                     // (fitted_height, fitted_width)
  float mass_x = 0, mass_y = 0;                  // center of mass of `fitted`, in its pixels
  int x = 0, y = 0;                              // where `fitted` begins in the 28 x 28
  std::vector<float> pixels;                     // (28, 28)
};
DigitFit fit_digit(const float* ink, int width, int height);

}  // namespace striate
