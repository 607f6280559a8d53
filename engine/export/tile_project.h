// A head that learned from tiles of satellite pictures (transfer/tile_head.h) as a project for PyTorch: the same tiles
// and classes, the same two parts where they are regions, the same base without its head.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/export/training_project.h"

namespace striate {

struct TileProject {
  std::string base;  // as BaseNetwork::open() takes it
  std::shared_ptr<const Dataset> tiles;
  std::string data;        // what they are called
  bool by_region = false;  // the parts are regions; else half of each class is drawn
  int epochs = 50;
  uint64_t seed = 1;
};
// Throws Error.
TrainingProject training_project_of(const TileProject& tiles);

}  // namespace striate
