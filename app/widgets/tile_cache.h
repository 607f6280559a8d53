// Textures of picture tiles, within a budget of bytes: the tile that was not seen for the longest time goes first.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/widgets/picture.h"
#include "app/widgets/textures.h"

namespace striate {

class TileCache {
 public:
  static constexpr int kTile = 256;                    // pixels of a level per tile, without its border
  static constexpr size_t kBudget = 48 * 1024 * 1024;  // bytes of textures
  static constexpr double kFrameBudget = 0.0025;       // seconds per frame for making tiles

  struct Tile {
    TextureId texture = 0;
    CellRect inner;  // the pixels it stands for
    CellRect outer;  // what is in the texture: inner and one pixel around, so that smooth sampling crosses no seam
    uint64_t version = 0;
    uint64_t used = 0;  // frame
    size_t bytes = 0;
    bool values = false;  // floats
  };

  void begin_frame(bool patient);
  // Throws out what is over the budget. True if a tile is missing: draw again.
  bool end_frame(Textures& textures);
  void clear(Textures& textures);
  void release_unseen(Textures& textures);  // what the last frame did not show

  // The tile in any version, null if it was never made. Asking for a missing or old one queues nothing.
  const Tile* find(const PictureSource& source, int level, int tx, int ty);
  // Makes it now if time is left in this frame (the first one of a frame always is); null otherwise.
  const Tile* make(const PictureSource& source, int level, int tx, int ty, Textures& textures);
  void note_missing() { missing_ = true; }

  // Lives until the next frame: what a draw list's callback points at.
  const PictureStyle* keep(const PictureStyle& style) { return &styles_.emplace_back(style); }

  size_t bytes() const { return bytes_; }
  int made() const { return made_; }  // tiles of this frame

 private:
  static uint64_t key_of(const PictureSource& source, int level, int tx, int ty);

  std::unordered_map<uint64_t, Tile> tiles_;
  std::deque<PictureStyle> styles_;
  size_t bytes_ = 0;
  uint64_t frame_ = 0;
  bool patient_ = false, missing_ = false;
  int made_ = 0;
  std::chrono::steady_clock::duration spent_{};
};

}  // namespace striate
