// Occlusion (Zeiler and Fergus 2013): a square of one value is laid over every place of the picture in turn, and what
// the score loses is written down there. It asks the network itself and no derivative of it, and so depends on what the
// square shows: 0 in what the network receives is the mean color where its input is normalized.
//
//   places begin at 0, stride, 2 * stride ... as long as the square lies inside
//   map[r][c] = score(picture) - score(picture with the square at r * stride, c * stride)
//
// A plan of its places, several in one batch, row by row; the map is shown to whoever waits after every batch, with NaN
// where it is not done.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/explain/heat_map.h"
#include "engine/explain/target.h"

namespace striate {

struct OcclusionSettings {
  int size = 16, stride = 8;  // pixels; the square no larger than the picture
  float value = 0;            // of all channels, as the network receives them
};

struct Occlusion {
  HeatMap score;    // how much the score drops
  HeatMap softmax;  // how much the probability drops (of two classes: their difference); without cells where the score
                    // is no class
  double whole = 0, whole_softmax = 0;  // of the picture without a square
  int64_t done = 0, all = 0;            // places
};

// Asked at every layer; false cancels. The maps have changed since the last call where `done` has.
using OcclusionProgress = std::function<bool(const Occlusion& so_far)>;

// Nothing where it was canceled. Throws Error: a square or a stride that is not possible, a network without a picture.
std::optional<Occlusion> occlusion(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                   const OcclusionSettings& settings = {}, const OcclusionProgress& progress = nullptr);

}  // namespace striate
