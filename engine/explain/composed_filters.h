// Filters of a second convolution as patterns of the network's input: every slice of a layer-2 filter says how much it
// wants of one layer-1 filter at each of its taps, so the layer-1 filters, laid down at these taps and added, are what
// it looks for:
//
//   composed[k][c][r2*d2*t + r1*d1][s2*d2*t + s1*d1] += w2[k][j][r2][s2] * w1[j][c][r1][s1]     summed over j and taps
//
// d1 d2 dilations; t the distance of two neighboring inputs of the second convolution, in input pixels: the product of
// the strides of layer 1 and of the pooling between. Exact where only linear layers stand between; activations and
// pooling are left out, which whoever shows it has to say.
#pragma once

#include <vector>

#include "engine/network/architecture.h"
#include "engine/tensor.h"

namespace striate {

struct ComposedFilters {
  Shape shape;                // (K2, C, R, S)
  std::vector<float> values;  // in the shape
};

// Where a pair of convolutions stands in a network: the first that reads the input, and the next one that reads it
// through layers of one input each.
struct ConvolutionPair {
  int first = -1, second = -1;         // nodes; -1: none
  int distance_y = 1, distance_x = 1;  // t
  int dilation_y1 = 1, dilation_x1 = 1, dilation_y2 = 1, dilation_x2 = 1;
  bool activation = false, pooling = false, normalization = false;  // stand between, and are left out
  bool composable() const { return second > 0; }
};
// `first` is set where there is a convolution at all; `second` where composing makes sense: no groups, nothing but
// activations, pooling, normalization and dropout between.
ConvolutionPair find_convolution_pair(const Architecture& architecture);

// w1 (K1, C, R1, S1), w2 (K2, K1, R2, S2), both as large as their shapes say.
ComposedFilters compose_filters(const ConvolutionPair& pair, const Shape& shape1, const std::vector<float>& w1,
                                const Shape& shape2, const std::vector<float>& w2);

}  // namespace striate
