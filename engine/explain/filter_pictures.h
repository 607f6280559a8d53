// The filters of a layer as pictures: those that read the network's picture in color, those of the next convolution
// composed with the first into patterns of the picture (composed_filters.h), deeper ones by their strongest slice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/explain/composed_filters.h"
#include "engine/session/open_network.h"

namespace striate {

struct FilterPictures {
  int node = -1;              // whose filters: the layer's, or of the one whose values it passes on; -1: there are none
  Shape shape;                // (filters, slices, rows, columns)
  std::vector<float> values;  // in it
  bool color = false;         // the slices are red, green, blue of the picture, in this order
  ComposedFilters composed;   // in the same order; empty: none
  ConvolutionPair pair;
  // A picture of each filter: its colors, its composition, else its strongest slice.
  std::vector<float> units;
  Shape unit;                      // (C, H, W) of each
  std::vector<int64_t> strongest;  // per filter: that slice; empty: the picture is all of it

  bool in_color() const { return unit.rank() == 3 && unit[0] == 3; }
  const char* kind() const;  // "color", "composed", "slice", "whole"
  std::vector<float> picture(
      int64_t filter) const;          // of a unit, 0..1, gray where a weight is 0; (3, H, W) or (1, H, W)
  double norm(int64_t filter) const;  // of all its weights
};

// Reads the weights. Where there are none, node is -1.
FilterPictures filter_pictures(OpenNetwork& network, int node);

}  // namespace striate
