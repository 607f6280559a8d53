// Augmentation: pictures changed at random while training, so that a network sees each of them in many ways. A pure
// function of the picture, the seed and the draw's number: what a step saw can be looked at again.
//
//   shift 2 | rotate 10 | scale 0.1 | flip | brightness 0.2 | contrast 0.2      in any order, separated by blanks
#pragma once

#include <cstdint>
#include <string>

#include "engine/training/data/dataset.h"

namespace striate {

struct Augmentation {
  float shift = 0;       // pixels to each side, at most
  float rotate = 0;      // degrees to each side, at most
  float scale = 0;       // larger or smaller by this share, at most
  bool flip = false;     // left and right exchanged, every second time
  float brightness = 0;  // added to all values, at most, to each side
  float contrast = 0;    // values stretched around their mean by this share, at most

  bool empty() const;
  // Throws Error with the nearest word.
  static Augmentation parse(const std::string& text);
  std::string text() const;  // parses to the same; "" for nothing

  // What happens to draw number `draw`: the inverse map of the turn, and the rest.
  struct Change {
    float cosine = 1, sine = 0, shift_x = 0, shift_y = 0;  // of the output, in pixels; cosine and sine with the scale
    bool flip = false;
    float brightness = 0, contrast = 1;
  };
  Change change(uint64_t seed, uint64_t draw) const;
  // pixels (C, H, W), 0..1, in place. Between pixels: bilinear; outside: the nearest edge pixel; then clamped to 0..1.
  void apply(float* pixels, const Shape& shape, uint64_t seed, uint64_t draw) const;
  // For TrainerSettings::augment; empty where this is.
  Augment function() const;
  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

}  // namespace striate
