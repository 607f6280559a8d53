#include "engine/session/tile_blocks.h"

#include <fmt/format.h>

#include <algorithm>

namespace striate {
namespace {

constexpr int kMostWide = 1024, kMostPixels = 1 << 18;

int tiles_within(int length, int tile, int stride) { return length < tile ? 1 : (length - tile) / stride + 1; }

}  // namespace

std::string TileBlocks::why_not(const TileBlend& blend, const ConvolutionalRun& run) {
  if (blend.stride() % run.step_x() == 0 && blend.stride() % run.step_y() == 0) return "";
  return fmt::format("tiles move by {} pixels, the network by {}", blend.stride(),
                     std::max(run.step_x(), run.step_y()));
}

TileBlocks::TileBlocks(const TileBlend& blend, const ConvolutionalRun& run) {
  columns_ = blend.tile_columns(), rows_ = blend.tile_rows();
  if (blend.left(columns_ - 1) % run.step_x() != 0) --columns_;
  if (blend.top(rows_ - 1) % run.step_y() != 0) --rows_;
  across_ = tiles_within(kMostWide, blend.tile(), blend.stride());
  const int width = blend.tile() + (std::min(across_, columns_) - 1) * blend.stride();
  down_ = tiles_within(kMostPixels / std::max(1, width), blend.tile(), blend.stride());
  blocks_across_ = (columns_ + across_ - 1) / across_;
  blocks_down_ = (rows_ + down_ - 1) / down_;
}

TileBlock TileBlocks::block(const TileBlend& blend, int64_t i,
                            const std::function<bool(const TileBlend::Place&)>& asked_before) const {
  const int first_column = static_cast<int>(i % blocks_across_) * across_;
  const int first_row = static_cast<int>(i / blocks_across_) * down_;
  const int end_column = std::min(first_column + across_, columns_), end_row = std::min(first_row + down_, rows_);
  TileBlock block;
  block.left = blend.left(first_column), block.top = blend.top(first_row);
  block.width = blend.left(end_column - 1) + blend.tile() - block.left;
  block.height = blend.top(end_row - 1) + blend.tile() - block.top;
  for (int row = first_row; row < end_row; ++row) {
    for (int column = first_column; column < end_column; ++column) {
      if (asked_before({column, row})) continue;
      block.places.push_back({column, row});
      block.corners.push_back({blend.left(column) - block.left, blend.top(row) - block.top});
    }
  }
  return block;
}

}  // namespace striate
