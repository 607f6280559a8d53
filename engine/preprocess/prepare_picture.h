// A picture on its way into a network, as a Preprocessing says, with every step kept as numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/preprocess/preprocessing.h"

namespace striate {

struct PreprocessingStep {
  std::string name;                            // "picture", "resize", "crop", "order", "scale", "mean", "std", ...
  std::string words;                           // what was done: "shorter side to 256, averaged over areas"
  std::string channels;                        // one letter for each: "RGB", "BGR", "Y"
  int width = 0, height = 0;                   // of what this step gives
  std::vector<double> minimum, maximum, mean;  // per channel
  std::vector<std::vector<float>> first;       // per channel: the first values of the first row, four at most
};

struct PreparedPicture {
  Shape shape;                           // (C, H, W) of the network's input
  std::vector<float> values;             // what it receives
  std::vector<PreprocessingStep> steps;  // the first is the picture as it came, the last is what the network receives
};

// The part of a picture that somebody chose, in its pixels: `size` columns from `x` on, and rows from `y` on in the
// proportions of the network's input. Where it reaches beyond the picture it is moved inside, or made smaller.
struct PictureCrop {
  int x = 0, y = 0, size = 1;
  friend bool operator==(const PictureCrop&, const PictureCrop&) = default;
};
struct SeenPart {
  int x = 0, y = 0, width = 0, height = 0;
};
SeenPart part_of(const PictureCrop& crop, int width, int height, const Shape& input);
// What the preprocessing itself takes of a picture of this size, all of it where that is no rectangle of it (a digit).
SeenPart usual_part(const Preprocessing& preprocessing, int width, int height, const Shape& input);

// Throws Error of Preprocessing::check_fits(). Transparent parts are laid over white; of 16 bits the upper 8 are used;
// gray is 0.299 R + 0.587 G + 0.114 B. Pictures are averaged over areas where they get smaller, interpolated where they
// get larger, and rounded to 0..255 as stored pictures are.
// `crop`: taken out first and resized to the network's size, whatever the preprocessing would cut; null: as it says.
PreparedPicture prepare_picture(const Image& image, const Preprocessing& preprocessing, const Shape& input,
                                const PictureCrop* crop = nullptr);

// The first half of it: (C, H, W) bytes of the network's size, resized and cut, in RGB or gray, before order, scale and
// means. Not for Fit::digit.
std::vector<uint8_t> fitted_bytes(const Image& image, const Preprocessing& preprocessing, const Shape& input);

}  // namespace striate
