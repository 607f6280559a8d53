// What a version is launched with: known without a run.
#pragma once

#include <cstdint>
#include <string>

#include "engine/hardware/observation.h"
#include "kernels/access.h"

namespace striate {

struct TeachGrid {
  int grid[3] = {1, 1, 1};  // blocks
  int threads = 0;          // of a block
  TeachPart part;           // of the picture, that a block works on
  int64_t blocks() const { return static_cast<int64_t>(grid[0]) * grid[1] * grid[2]; }
  int64_t warps() const { return blocks() * (threads / kWarp); }
  void check_warp(int64_t warp) const;  // throws Error: the launch does not have it
};

// Throws Error: no such version, or blocks cannot be of that size.
TeachGrid teach_grid(TeachTask task, const std::string& version, const TeachSettings& settings);

// Throws Error where threads of a block are none of kTeachThreads.
void check_block(int width, int height);

}  // namespace striate
