// A picture on its way into a network, as a Preparation says, with every step kept as numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/prepare/preparation.h"

namespace striate {

struct PreparationStep {
  std::string name;           // "picture", "resize", "crop", "order", "scale", "mean", "deviation", ...
  std::string words;          // what was done: "shorter side to 256, averaged over areas"
  std::string channels;       // one letter for each: "RGB", "BGR", "Y"
  int width = 0, height = 0;  // of what this step gives
  std::vector<double> minimum, maximum, mean;  // per channel
  std::vector<std::vector<float>> first;       // per channel: the first values of the first row, four at most
};

struct PreparedPicture {
  Shape shape;                         // (C, H, W) of the network's input
  std::vector<float> values;           // what it receives
  std::vector<PreparationStep> steps;  // the first is the picture as it came, the last is what the network receives
};

// Throws Error of Preparation::check_fits(). Transparent parts are laid over white; of 16 bits the upper 8 are used;
// grey is 0.299 R + 0.587 G + 0.114 B. Pictures are averaged over areas where they get smaller, interpolated where they
// get larger, and rounded to 0..255 as stored pictures are.
PreparedPicture prepare_picture(const Image& image, const Preparation& preparation, const Shape& input);

// The first half of it: (C, H, W) bytes of the network's size, resized and cut, in RGB or grey, before order, scale and
// means. Not for Fit::digit.
std::vector<uint8_t> fitted_bytes(const Image& image, const Preparation& preparation, const Shape& input);

}  // namespace striate
