// How a GPU adds up a large convolution's gradient by its weights (conv2d.h, summation.h): through tiles of shared
// memory (tiled_product.h), in pieces whose sums are then added in their order. conv2d_weight_order() says it of what
// is left: the processor, small convolutions, and the gradient by the bias.
#pragma once

#include <cstdint>

#include "kernels/conv2d.h"

namespace striate {

// Places (image, row, column) of dy one after the other: so many of a piece, which ends with its images at the latest.
struct Conv2dWeightTiles {
  int64_t images_per_piece = 1;
  int64_t terms = 0;  // 0: this convolution does not go through tiles
};
Conv2dWeightTiles conv2d_weight_tiles(const Conv2dShape& shape);

}  // namespace striate
