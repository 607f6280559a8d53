// `satellite`: tiles of 64x64 pixels in color that look like the ground from above: desert, field, forest, industry,
// residential, river, sea, snow. Made of noise, stripes and rectangles with random colors, angles, sizes and light, so
// that neither color nor texture alone gives a class away every time.
//
// To add a class: a function in satellite.cpp and a line in its list.
#pragma once

#include "engine/training/data/drawn.h"

namespace striate {

class Satellite : public DrawnDataset {
 public:
  static constexpr int64_t kUsualSize = 4'000;
  explicit Satellite(int64_t size = kUsualSize, uint64_t seed = 1);

 protected:
  void draw(int64_t index, int label, float* pixels) const override;
};

}  // namespace striate
