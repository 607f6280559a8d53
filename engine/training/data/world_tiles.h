// `world[:TILE[:N]]`: tiles of the world from space (engine/world/world.h) with the land cover that fills them, N of
// each class, half of them west and half of them east, which are the regions. Split by region a network learns from the
// west and is tested on the east.
#pragma once

#include <string>
#include <vector>

#include "engine/training/data/byte_dataset.h"
#include "engine/training/data/sources.h"
#include "engine/world/world.h"

namespace striate {

class WorldTiles : public ByteDataset {
 public:
  // Throws Error for what cannot be sampled (World::sample).
  WorldTiles(const World& world, const WorldSampling& sampling);
  // Where a sample lies.
  const WorldTile& tile(int64_t index) const { return tiles_[static_cast<size_t>(index)]; }
  const WorldSampling& sampling() const { return sampling_; }

 private:
  WorldTiles(const World& world, const WorldSampling& sampling, std::vector<WorldTile> tiles);

  WorldSampling sampling_;
  std::vector<WorldTile> tiles_;
};

// Of "", "16" or "16:200". Throws Error.
WorldSampling parse_world(const std::string& argument);
std::unique_ptr<WorldTiles> open_world(const std::string& argument, const SourceOptions& options);

}  // namespace striate
