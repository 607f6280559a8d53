// Which values of a layer's inputs make one value of its output, found with the layer's own operators: for every layer
// that network_walk.cpp has no words of its own for. One backward pass of that value alone says what it changes with.
//
// Exact for layers that move, repeat or add values: a slope is the number that a value is multiplied with. For the
// others (products of two inputs, normalizations, a maximum) only which values take part: passes at several made-up
// inputs, so that no chance zero hides one, and again with those that are known pushed aside, so that a maximum shows
// who stands behind its winner.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/network/layer.h"

namespace striate {

struct FollowedCell {
  int input = 0;      // which of the layer's inputs
  int64_t index = 0;  // in it, flat
  float slope = 0;    // what it is multiplied with; of a layer that is not linear: as it is for these inputs
};

struct FollowedValue {
  float value = 0;
  float rest = 0;                   // linear: what is there where every input is 0
  std::vector<FollowedCell> cells;  // by input, then by index
};

// What the layer reads: a batch of one picture, all on the CPU. `at`: flat, in the output that layer.output() says.
struct LayerInputs {
  std::vector<Shape> shapes;
  std::vector<const float*> values;
  std::vector<const float*> weights, buffers;  // as parameters() and running() list them
};
enum class FollowedAs {
  linear,
  slopes,    // linear, without the value and the rest: a backward pass alone
  computed,  // all that can take part
  moving     // those alone whose slope is not 0
};
// `device`: the CPU or the emulated GPU, whichever adds in the order that the value was made in.
FollowedValue follow_value(Device device, const Layer& layer, const LayerInputs& inputs, int64_t at, FollowedAs as);

}  // namespace striate
