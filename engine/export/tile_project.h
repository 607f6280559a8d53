// A head that learned on a trained base, on page satellite (transfer/tile_head.h) or transfer (transfer_study.h), as a
// project for PyTorch: the same pictures, classes and parts, the same base without its own head.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/export/training_project.h"

namespace striate {

struct TileProject {
  std::string base;  // as BaseNetwork::open() takes it
  std::shared_ptr<const Dataset> tiles;
  std::string data;            // what they are called
  std::optional<Split> parts;  // none: the regions, one half learned from, the other tested on
  std::string head = {};       // empty: the base's usual one
  bool at_own_size = true;     // the base reads tiles as large as they are (tile_features.h); else as large as its own
  int batch = 64;
  int epochs = 50;
  uint64_t seed = 1;
};
// Throws Error.
TrainingProject training_project_of(const TileProject& tiles);

}  // namespace striate
