// What several kinds of layers share. The list of all kinds is in kinds.cpp.
#pragma once

#include <initializer_list>
#include <limits>
#include <utility>

#include "engine/error.h"
#include "engine/marked.h"
#include "engine/network/layers/fields.h"

namespace striate {
namespace layers {

// Kernels count along an axis in int: sizes stay far enough below for what padding and strides add. Throws Error.
inline void check_sizes(const Shape& shape) {
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] <= int64_t{1} << 30) continue;
    throw Error(fmt::format("got {}, a size above 1 billion", shape.text()), "use a smaller input");
  }
}

// The sizes of a batch of pictures. Throws Error where the shape is no such batch.
struct Pictures {
  int n, c, h, w;
};
inline Pictures pictures(const Shape& shape) {
  if (shape.rank() != 4) {
    throw Error(fmt::format("got {} values for each picture, needs channels x height x width",
                            shape.rank() == 2 ? std::to_string(shape[1]) : shape.text()),
                "put it before the flatten layer");
  }
  check_sizes(shape);
  return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2]),
          static_cast<int>(shape[3])};
}

// N, channels (or values), and the rest of a shape with two or more dimensions.
struct Channels {
  int n, c;
  int64_t pixels;
};
inline Channels channels(const Shape& shape) {
  check_sizes(shape);
  int64_t pixels = 1;
  for (int i = 2; i < shape.rank(); ++i) pixels *= shape[i];
  return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), pixels};
}

inline Shape pictures_shape(int n, int c, int h, int w) { return Shape{n, c, h, w}; }

// A product for a Counted: where it has no room, the largest number that has.
inline int64_t product(std::initializer_list<int64_t> factors) {
  int64_t result = 1;
  bool fits = true;
  for (const int64_t factor : factors) {
    if (factor == 0) return 0;
    fits = fits && !__builtin_mul_overflow(result, factor, &result);
  }
  return fits ? result : std::numeric_limits<int64_t>::max();
}

// A layer that keeps the shape and has no weights: relu and its like.
class Pointwise : public Layer {
 public:
  Shape output(const std::vector<Shape>& inputs) const override { return inputs[0]; }
};

}  // namespace layers
}  // namespace striate
