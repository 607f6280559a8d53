// A large picture that is classified tile by tile into a map of classes: where the tiles stand, in which order they
// come, and how their answers are blended.
//
// Tiles stand on a grid whose steps are a tile less the overlap; the last ones end with the picture. A cell of the map
// is one step wide: its probabilities are those of all tiles over it, weighted by a Hann window, sin^2 across the tile,
// so that a tile says most where its middle is and seams disappear. Tiles come in an order from coarse to fine; a cell
// over which none has been yet shows what the nearest of the coarser ones said. Memory grows with the map's cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

class TileBlend {
 public:
  // `scene`: its name, for errors. Throws Error: a scene smaller than a tile, an overlap beyond 0 to 0.9, more cells
  // than there is memory for.
  TileBlend(const std::string& scene, int width, int height, int classes, int tile, double overlap);

  struct Place {
    int32_t column = 0, row = 0;  // in the grid of tiles
  };
  int64_t tiles() const { return static_cast<int64_t>(order_.size()); }
  const Place& place(int64_t i) const { return order_[static_cast<size_t>(i)]; }  // from coarse to fine
  // After these first tiles every cell has an answer that is as coarse as that everywhere.
  const std::vector<int64_t>& levels() const { return levels_; }
  int left(int column) const;  // of a tile, in pixels
  int top(int row) const;
  int tile() const { return tile_; }
  int stride() const { return stride_; }
  int tile_columns() const { return tile_columns_; }  // of the grid of tiles
  int tile_rows() const { return tile_rows_; }
  int columns() const { return columns_; }  // of the map
  int rows() const { return rows_; }
  // The tile whose corner a cell has; beside the picture's end the last one.
  Place tile_of(int column, int row) const;

  void add(const Place& place, const float* probabilities);
  bool asked(const Place& place) const;  // whether it was added
  void clear();                          // as before the first tile

  // Of a cell; -1: nothing is known yet.
  int label(int column, int row) const;
  // What tile_of() said alone; where it has not been asked, as label().
  int tile_label(int column, int row) const;
  // Of a cell's classes; all 0: nothing is known yet.
  std::vector<float> probabilities(int column, int row) const;

 private:
  void make_order();
  size_t cell(int column, int row) const;

  int width_, height_, tile_, stride_ = 1;
  int tile_columns_ = 0, tile_rows_ = 0, columns_ = 0, rows_ = 0, coarsest_ = 1;
  size_t classes_;
  std::vector<Place> order_;
  std::vector<int64_t> levels_;
  std::vector<float> sums_, weights_;  // (rows, columns, classes), (rows, columns)
  std::vector<int16_t> said_;          // per tile: its class, -1 before
};

}  // namespace striate
