// Why a layer's output has the size that it has: one line for each axis, with the layer's own numbers.
//
//   conv 6 5x5 pad 2 of 1 x 28 x 28    channels: 6 filters
//                                      rows: floor((28 + 2*2 - 5) / 1) + 1 = 28
//   flatten of 6 x 5 x 5               values: 6*5*5 = 150
//   concat of 64 and 64 channels       channels: 64 + 64 = 128
//
// What a kind's settings are called says which formula it has (fields.h): a new kind with a window needs no line here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/network/architecture.h"

namespace striate {

struct SizeFormula {
  std::string axis;  // "channels", "rows", "columns"; "values" of a list; "axis 3" of what has no such name
  int64_t size = 0;
  std::string text;     // "floor((28 + 2*2 - 5) / 1) + 1 = 28", or the number alone
  std::string counted;  // what the number counts: "filters", "neurons"; empty: nothing such
  bool same = false;    // as the (first) input's along this axis; `text` is the number
};

// Of one picture where `batched`: without axis 0. Inputs that the layer takes.
std::vector<SizeFormula> size_formulas(const Layer& layer, const std::vector<Shape>& inputs, bool batched = true);
// Of a node; the input's sizes are the numbers alone.
std::vector<SizeFormula> size_formulas(const Architecture& architecture, int node);

// In one line: "6 filters x (floor((28 + 2*2 - 5) / 1) + 1 = 28) x 28", a formula that comes twice once. Empty: every
// size is the same as the input's.
std::string size_text(const std::vector<SizeFormula>& formulas);

}  // namespace striate
