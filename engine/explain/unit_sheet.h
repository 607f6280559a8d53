// Pictures of units side by side, as one picture: what `striate features` writes.
#pragma once

#include <vector>

#include "engine/image.h"
#include "engine/tensor.h"

namespace striate {

class UnitSheet {
 public:
  // 0..1, (C, H, W), C 1 or 3; all of one shape.
  void add(const Shape& shape, const std::vector<float>& pixels);
  // Up to nine of them as one tile, three in a row; the rest of it stays empty.
  void add_nine(const Shape& shape, const std::vector<std::vector<float>>& pictures);
  const Shape& shape() const { return shape_; }  // of a tile
  // About square; small tiles are enlarged, every pixel a square.
  ImagePtr image() const;

 private:
  Shape shape_{1, 1, 1};
  std::vector<std::vector<float>> tiles_;
};

}  // namespace striate
