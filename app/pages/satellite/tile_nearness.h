// How near the tiles that test lie to those that were learned from: what a random split hides and a geographic one
// shows.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/world/world.h"

namespace striate {

// Of each test tile's middle to the nearest training tile's, along the globe.
std::vector<double> kilometers_to_learned(const std::vector<WorldTile>& places, const std::vector<int64_t>& training,
                                          const std::vector<int64_t>& test);
// Test tiles that have pixels in common with a training tile.
int64_t tiles_that_share(const std::vector<WorldTile>& places, const std::vector<int64_t>& training,
                         const std::vector<int64_t>& test);

struct TileNearness {
  int64_t tested = 0, sharing = 0;
  double least = 0, median = 0;  // kilometers
};
// `training` and `test` are not empty.
TileNearness nearness_of(const std::vector<WorldTile>& places, const std::vector<int64_t>& training,
                         const std::vector<int64_t>& test);

}  // namespace striate
