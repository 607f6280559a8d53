// From a picture, values 0..1 in RGB or gray, to what a network receives of it (normalized, in its order of channels),
// and from a gradient of that back to the picture: for whoever changes a picture by the network's gradient (maximize.h,
// adversarial.h).
#pragma once

#include <cstddef>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

class InputScale {
 public:
  // `picture`: (C, H, W) of the pictures, which need not be the network's own size.
  InputScale(const ModelFile& file, const Shape& picture);

  // (C, H, W) pixels to the network's input, one picture.
  std::vector<float> input(const std::vector<float>& pixels) const;
  // The gradient by the input to that by the pixels, (C, H, W).
  std::vector<float> back(const std::vector<float>& gradient) const;

 private:
  template <typename F>
  void each(const F& f) const;

  size_t plane_;
  bool last_ = false, swapped_ = false;  // channels lie last; the network takes blue first
  std::vector<float> mean_, stddev_;     // per channel of the network
};

// Throws Error: the network takes no pictures of 1 or 3 channels.
void need_pictures(const OpenNetworkInfo& info);

}  // namespace striate
