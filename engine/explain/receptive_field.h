// The receptive field: which part of the picture a unit of a layer can see. Computed from the layers alone, by
// following the unit's window back to the input:
//
//   convolution, pooling   rows first .. last become  first * stride - pad .. last * stride - pad + dilation * (size-1)
//   functions, batch normalization, dropout, sums       the same place; of a join the box around all of them
//   concatenated channels                               the field of the branch that the unit's channel comes from
//   global pooling, dense, and whatever else looks far  the whole picture
//
// A box may reach outside of the picture: there the network sees padding. What of it the network really uses for one
// picture is the gradient's own extent, which never reaches further.
//
// Layers that no Follow describes say it themselves: Layer::cells_behind(), as LRN, padding, resizing and transposed
// convolutions do.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/network/architecture.h"
#include "engine/session/open_network.h"

namespace striate {

struct FieldBox {
  int64_t row = 0, column = 0;  // of the upper left pixel; negative: in the padding
  int64_t height = 1, width = 1;
  bool whole = false;  // it sees the whole picture, and the box is that
  friend bool operator==(const FieldBox&, const FieldBox&) = default;
};

// Of one unit. `channel` -1: of any channel there; rows and columns may lie beyond the map's end, as if it went on.
FieldBox receptive_field(const Architecture& architecture, int node, int64_t channel, int64_t row, int64_t column);

// Of a layer: the box of unit (0, 0), and how far the box of the next row or column lies from it.
struct FieldOfLayer {
  FieldBox first;
  int64_t jump_rows = 1, jump_columns = 1;  // 0 where every unit sees the whole picture
};
FieldOfLayer layer_field(const Architecture& architecture, int node);

// The pixels that one unit's value depends on for this very input: the box around all places where the gradient of the
// unit by the input is not 0, and its magnitudes there, summed over the channels.
struct FieldGradient {
  std::optional<FieldBox> box;    // none: no pixel changes the unit, as behind a ReLU that gives 0
  int64_t height = 0, width = 0;  // of the input
  std::vector<float> magnitude;   // (height, width)
};
// Throws Error: no such unit, a network that takes no pictures. Nothing where `progress` said false.
std::optional<FieldGradient> field_gradient(OpenNetwork& network, int node, int64_t channel, int64_t row,
                                            int64_t column, const std::vector<float>& input,
                                            const Session::Progress& progress = nullptr);

}  // namespace striate
