#include "engine/session/tile_blend.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/error.h"

namespace striate {
namespace {

constexpr int64_t kMostValues = int64_t{1} << 28;  // of all cells' classes: 1 GiB

// The window at a distance from the tile's middle; 0 outside of the tile.
float hann(double distance, int tile) {
  const double share = std::abs(distance) / tile;
  if (share >= 0.5) return 0;
  const double cosine = std::cos(std::numbers::pi * share);
  return static_cast<float>(cosine * cosine);
}

int steps(int length, int tile, int stride) { return (length - tile + stride - 1) / stride + 1; }

}  // namespace

TileBlend::TileBlend(const std::string& scene, int width, int height, int classes, int tile, double overlap)
    : width_(width), height_(height), tile_(tile), classes_(static_cast<size_t>(classes)) {
  if (!(overlap >= 0 && overlap <= 0.9))
    throw Error(fmt::format("an overlap of {:g} is not possible", overlap), "0 to 0.9 of a tile's side");
  if (width < tile || height < tile)
    throw Error(fmt::format("{}: its {} x {} pixels are less than a tile of {}", scene, width, height, tile),
                fmt::format("take tiles of {} or less, or a larger scene", std::min(width, height)));
  stride_ = std::max(1, static_cast<int>(std::lround(tile_ * (1 - overlap))));
  tile_columns_ = steps(width, tile_, stride_);
  tile_rows_ = steps(height, tile_, stride_);
  columns_ = (width + stride_ - 1) / stride_;
  rows_ = (height + stride_ - 1) / stride_;
  const int64_t cells = int64_t{columns_} * rows_;
  if (cells > kMostValues / static_cast<int64_t>(classes_))
    throw Error(fmt::format("{}: a map of {} x {} cells with {} classes needs more than 1 GiB", scene, columns_, rows_,
                            classes_),
                "take larger tiles or less overlap");
  sums_.assign(static_cast<size_t>(cells) * classes_, 0);
  weights_.assign(static_cast<size_t>(cells), 0);
  said_.assign(static_cast<size_t>(tile_columns_) * static_cast<size_t>(tile_rows_), -1);
  make_order();
}

// Every 2^n-th tile of each row and column first, then those between them, and so on.
void TileBlend::make_order() {
  while (2 * coarsest_ < std::max(tile_columns_, tile_rows_)) coarsest_ *= 2;
  order_.reserve(said_.size());
  for (int step = coarsest_; step >= 1; step /= 2) {
    for (int row = 0; row < tile_rows_; row += step) {
      for (int column = 0; column < tile_columns_; column += step) {
        const bool before = step < coarsest_ && row % (2 * step) == 0 && column % (2 * step) == 0;
        if (!before) order_.push_back({column, row});
      }
    }
    levels_.push_back(tiles());
  }
}

int TileBlend::left(int column) const { return std::min(column * stride_, width_ - tile_); }
int TileBlend::top(int row) const { return std::min(row * stride_, height_ - tile_); }

TileBlend::Place TileBlend::tile_of(int column, int row) const {
  return {std::min(column, tile_columns_ - 1), std::min(row, tile_rows_ - 1)};
}

size_t TileBlend::cell(int column, int row) const {
  check(column >= 0 && row >= 0 && column < columns_ && row < rows_, "cell {}, {} of {} x {}", column, row, columns_,
        rows_);
  return static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column);
}

bool TileBlend::asked(const Place& place) const {
  return said_[static_cast<size_t>(place.row) * static_cast<size_t>(tile_columns_) +
               static_cast<size_t>(place.column)] >= 0;
}

void TileBlend::clear() {
  std::fill(sums_.begin(), sums_.end(), 0.0f);
  std::fill(weights_.begin(), weights_.end(), 0.0f);
  std::fill(said_.begin(), said_.end(), static_cast<int16_t>(-1));
}

void TileBlend::add(const Place& place, const float* probabilities) {
  said_[static_cast<size_t>(place.row) * static_cast<size_t>(tile_columns_) + static_cast<size_t>(place.column)] =
      static_cast<int16_t>(std::max_element(probabilities, probabilities + classes_) - probabilities);
  const int x = left(place.column), y = top(place.row);
  const auto last = [&](int from, int count) { return std::min((from + tile_ - 1) / stride_, count - 1); };
  // The middle of what a cell covers of the picture.
  const auto middle = [&](int index, int length) {
    return (index * stride_ + std::min((index + 1) * stride_, length)) / 2.0;
  };
  for (int row = y / stride_; row <= last(y, rows_); ++row) {
    const float down = hann(middle(row, height_) - (y + tile_ / 2.0), tile_);
    for (int column = x / stride_; column <= last(x, columns_); ++column) {
      const float weight = down * hann(middle(column, width_) - (x + tile_ / 2.0), tile_);
      if (weight <= 0) continue;
      const size_t at = cell(column, row);
      weights_[at] += weight;
      for (size_t c = 0; c < classes_; ++c) sums_[at * classes_ + c] += weight * probabilities[c];
    }
  }
}

std::vector<float> TileBlend::probabilities(int column, int row) const {
  const size_t at = cell(column, row);
  std::vector<float> result(classes_);
  if (weights_[at] > 0) {
    for (size_t c = 0; c < classes_; ++c) result[c] = sums_[at * classes_ + c] / weights_[at];
  }
  return result;
}

int TileBlend::label(int column, int row) const {
  const size_t at = cell(column, row);
  if (weights_[at] > 0) {
    const auto first = sums_.begin() + static_cast<std::ptrdiff_t>(at * classes_);
    return static_cast<int>(std::max_element(first, first + static_cast<std::ptrdiff_t>(classes_)) - first);
  }
  return tile_label(column, row);
}

int TileBlend::tile_label(int column, int row) const {
  const Place tile = tile_of(column, row);
  for (int step = 1; step <= coarsest_; step *= 2) {
    const auto from = static_cast<size_t>(tile.row / step * step) * static_cast<size_t>(tile_columns_) +
                      static_cast<size_t>(tile.column / step * step);
    if (said_[from] >= 0) return said_[from];
  }
  return -1;
}

}  // namespace striate
