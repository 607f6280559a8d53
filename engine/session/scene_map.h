// A large picture classified into a map of classes: what a network that learned from tiles makes of a whole scene.
// Where its layers allow that and the tiles have its size, it is run once over large parts of the scene, and each
// tile's answer is read out of its map (engine/network/convolutional_run.h); else it is asked tile by tile.
//
//   SceneMap map(stream, read_model_file("tiles.safetensors"), scene, {.tile = 64, .overlap = 0.5});
//   while (map.step()) show(map.label(column, row));
//
// Where the tiles stand and how their answers are blended: tile_blend.h. The picture is never copied; memory grows with
// the map's cells.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/session/session.h"
#include "engine/session/tile_blend.h"
#include "engine/session/tile_blocks.h"

namespace striate {

struct SceneMapSettings {
  int tile = 0;           // pixels of its side; 0: as the network's pictures
  double overlap = 0.5;   // of neighbors, as a share of the tile's side: 0 to 0.9
  bool by_tiles = false;  // even where one run is possible
};

class SceneMap {
 public:
  // Tiles are scaled to the network's size, but never made more than twice as large: then the network runs on a smaller
  // input, where its layers take one. Throws Error: a network for something else than pictures of classes, a scene
  // smaller than a tile, tiles so small that the network cannot take them, more cells than there is memory for.
  SceneMap(Stream& stream, ModelFile file, ImagePtr scene, const SceneMapSettings& settings);

  // Classifies the next tiles, some at once. False: there were none left.
  bool step();
  int64_t done() const { return done_; }  // tiles
  int64_t all() const { return blend_->tiles(); }

  // Why it goes tile by tile; empty: in one convolutional run.
  const std::string& why_by_tiles() const { return why_by_tiles_; }

  int tile() const { return blend_->tile(); }
  int stride() const { return blend_->stride(); }
  int side() const { return side_; }  // of a tile as it enters the network
  int columns() const { return blend_->columns(); }
  int rows() const { return blend_->rows(); }
  const std::vector<std::string>& classes() const { return session_->file().info.classes; }
  // Of a cell; -1: nothing is known yet.
  int label(int column, int row) const { return blend_->label(column, row); }
  // Of a cell's classes; all 0: nothing is known yet.
  std::vector<float> probabilities(int column, int row) const { return blend_->probabilities(column, row); }

 private:
  void choose_way(const SceneMapSettings& settings);
  std::vector<float> prepared(int x, int y, int width, int height) const;
  void run_block();
  void add(const TileBlend::Place& place, const std::vector<float>& output);

  ImagePtr scene_;
  std::unique_ptr<Session> session_;
  std::optional<TileBlend> blend_;
  int side_ = 0, channels_ = 3, batch_ = 1;
  std::optional<ConvolutionalRun> run_;
  std::optional<TileBlocks> blocks_;
  std::string why_by_tiles_;
  int64_t next_ = 0, done_ = 0, block_ = 0;  // next_: in the order from coarse to fine
};

}  // namespace striate
