// How a picture becomes what a network receives, as data: a text that a file can carry, options can change and a page
// can show.
//
//   shorter 256 | order rgb | scale 1/255 | mean 0.485,0.456,0.406 | std 0.229,0.224,0.225
//
//   middle           the largest middle part with the network's proportions, resized to its size (where nothing is
//   said) shorter S        resized until the shorter side is S, then the middle of the network's size is cut out; a
//   picture
//                    that has the network's size already is taken as it is
//   stretch          resized to the network's size, proportions lost
//   digit            as MNIST's makers prepared theirs; for 1 x 28 x 28
//   order rgb|bgr    of the channels that the network receives
//   scale A or A/B   what the stored values, 0..255, are multiplied with: 1/255 (where nothing is said) gives 0..1
//   mean A,B,C       then taken from each of the network's channels, in its order
//   std A,B,C  and what is then divided by
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "engine/training/data/dataset.h"

namespace striate {

struct Preprocessing {
  enum class Fit { middle, shorter, stretch, digit };
  enum class Order { rgb, bgr };
  Fit fit = Fit::middle;
  int shorter = 256;
  // Somebody asked for this fit: it is also done to a picture that has the network's size already. Not part of the
  // text.
  bool asked = false;
  Order order = Order::rgb;
  double scale = 1.0 / 255;
  std::vector<float> mean, stddev;  // empty: 0, 1

  // Throws Error with the nearest word.
  static Preprocessing parse(const std::string& text);
  std::string text(int64_t channels = 3) const;  // of the network: gray pictures have no order

  // Throws Error: means or deviations that are not as many as channels, an order for gray pictures, a digit of another
  // size than 28 x 28.
  void check_fits(const Shape& input) const;
  // The same for values 0..1 in the order of the network, as data sets give them.
  Normalization normalization(int channels) const;
};

// torchvision's, for the 1000 classes of ImageNet.
Preprocessing imagenet_preprocessing();

// The same thing said in the words of people, as converters leave them in a file: "RGB/255, mean .485 .456 .406 std
// .229 .224 .225", "1x3x224x224 BGR minus (104,117,123)". False where that is not understood; `preprocessing` then
// stays as it was.
bool read_preprocessing_words(const std::string& words, Preprocessing& preprocessing);

// "1/255", "0.0078125": a number that may be written as a fraction. False where it is none.
bool parse_scale(const std::string& text, double& scale);

}  // namespace striate
