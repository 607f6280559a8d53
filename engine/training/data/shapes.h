// `shapes`: circle, square, triangle, star, cross and ring, 32x32 in color, at random places, sizes and angles, in
// random colors on random backgrounds with a little noise. Only the outline tells the classes apart.
#pragma once

#include "engine/training/data/drawn.h"

namespace striate {

class Shapes : public DrawnDataset {
 public:
  static constexpr int64_t kUsualSize = 6'000;
  explicit Shapes(int64_t size = kUsualSize, uint64_t seed = 1);

 protected:
  void draw(int64_t index, int label, float* pixels) const override;
};

}  // namespace striate
