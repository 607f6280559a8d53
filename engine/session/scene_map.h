// A large picture classified tile by tile into a map of classes: what a network that learned from tiles makes of a
// whole scene.
//
//   SceneMap map(stream, read_model_file("tiles.safetensors"), scene, {.tile = 64, .overlap = 0.5});
//   while (map.step()) show(map.label(column, row));
//
// Tiles stand on a grid whose steps are a tile less the overlap; the last ones end with the picture. A cell of the map
// is one step wide: its probabilities are those of all tiles over it, weighted by a Hann window, sin^2 across the tile,
// so that a tile says most where its middle is and seams disappear. Tiles come in an order from coarse to fine; a cell
// over which none has been yet shows what the nearest of the coarser ones said. The picture is never copied; memory
// grows with the map's cells.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/session/session.h"

namespace striate {

struct SceneMapSettings {
  int tile = 0;          // pixels of its side; 0: as the network's pictures
  double overlap = 0.5;  // of neighbors, as a share of the tile's side: 0 to 0.9
};

class SceneMap {
 public:
  // Tiles are scaled to the network's size, but never made more than twice as large: then the network runs on a smaller
  // input, where its layers take one. Throws Error: a network for something else than pictures of classes, a scene
  // smaller than a tile, tiles so small that the network cannot take them, more cells than there is memory for.
  SceneMap(Stream& stream, ModelFile file, ImagePtr scene, const SceneMapSettings& settings);

  // Classifies the next tiles, some at once. False: there were none left.
  bool step();
  int64_t done() const { return next_; }  // tiles
  int64_t all() const { return static_cast<int64_t>(order_.size()); }

  int tile() const { return tile_; }
  int stride() const { return stride_; }
  int side() const { return side_; }  // of a tile as it enters the network
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  const std::vector<std::string>& classes() const { return session_->file().info.classes; }
  // Of a cell; -1: nothing is known yet.
  int label(int column, int row) const;
  // Of a cell's classes; all 0: nothing is known yet.
  std::vector<float> probabilities(int column, int row) const;

 private:
  struct Place {
    int32_t column = 0, row = 0;  // in the grid of tiles
  };
  int left(int column) const;  // of a tile, in pixels
  int top(int row) const;
  void make_order();
  void add(const Place& place, const float* probabilities);
  size_t cell(int column, int row) const;

  ImagePtr scene_;
  std::unique_ptr<Session> session_;
  int tile_ = 0, stride_ = 1, side_ = 0, channels_ = 3, batch_ = 1;
  int tile_columns_ = 0, tile_rows_ = 0, columns_ = 0, rows_ = 0, coarsest_ = 1;
  int64_t next_ = 0;
  size_t classes_ = 0;
  std::vector<Place> order_;
  std::vector<float> sums_, weights_;  // (rows, columns, classes), (rows, columns)
  std::vector<int16_t> said_;          // per tile: its class, -1 before
};

}  // namespace striate
