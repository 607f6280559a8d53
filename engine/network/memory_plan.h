// Inference in little memory: which activations live at the same time, and where each stands in one arena whose places
// are used again. A value is needed from the layer that computes it to the last one that reads it; values whose spans
// don't meet may share a place.
//
// Places are chosen largest first, each in the smallest gap that holds it between those that live at the same time:
// "greedy by size" of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference" (2020), as in
// TensorFlow Lite. A layer whose contract allows it (Layer::in_place) writes over an input that nobody reads any more;
// what a concatenation puts one behind the other is written where it will stand.
//
// tensor_plan.cpp uses it where a Plan asks for it (Plan::reuse); the other plan keeps every activation.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/network/architecture.h"

namespace striate {

struct ActivationPlan {
  struct Place {
    int64_t offset = 0;  // in the arena, in values, a multiple of 16
    int64_t size = 0;    // of the place, which may be larger than the value
    int written = 0;     // the value stands there from this node's run on
    int until = 0;       // to this one's; afterwards another value may stand there
    bool freed = false;  // whether the place is free after `until`; else a layer in place has it
  };
  std::vector<Place> places;  // per node
  int64_t size = 0;           // of the arena, in values
};

// A count of values rounded up to a whole cache line: 16 floats, 64 bytes. Every tensor begins on one.
constexpr int64_t aligned(int64_t count) { return (count + 15) / 16 * 16; }

// `kept`: per node, whether its value is to stand there when the last layer has run; that of the input and of the last
// node always does.
ActivationPlan plan_activations(const Architecture& architecture, const std::vector<Shape>& shapes,
                                const std::vector<char>& kept);

}  // namespace striate
