// The tiles of a scene in blocks that a network is run over at once (engine/network/convolutional_run.h): each as large
// as memory stays small with, and beside the next so that every tile lies whole in one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/network/convolutional_run.h"
#include "engine/session/tile_blend.h"

namespace striate {

struct TileBlock {
  int left = 0, top = 0, width = 0, height = 0;  // pixels of the scene
  std::vector<TileBlend::Place> places;          // tiles that lie in it
  std::vector<ConvolutionalRun::Corner> corners;
};

class TileBlocks {
 public:
  // Empty where the steps between tiles are whole steps of the network; else what they are.
  static std::string why_not(const TileBlend& blend, const ConvolutionalRun& run);
  // Tiles beside the scene's end that stand between two steps of the network are in no block.
  TileBlocks(const TileBlend& blend, const ConvolutionalRun& run);
  int64_t size() const { return int64_t{blocks_across_} * blocks_down_; }
  // Without tiles that were asked before: it may come without any.
  TileBlock block(const TileBlend& blend, int64_t i,
                  const std::function<bool(const TileBlend::Place&)>& asked_before) const;

 private:
  int columns_ = 0, rows_ = 0;  // tiles that fit
  int across_ = 1, down_ = 1;   // tiles of a block
  int blocks_across_ = 0, blocks_down_ = 0;
};

}  // namespace striate
