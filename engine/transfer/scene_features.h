// The features of a scene's tiles, each computed once and kept while there is room, so that another head colors the
// scene anew at once (tile_head.h). A coarse grid of tiles comes first; then what is finer, or, where the base network
// allows that, block by block in one convolutional run.
//
// What is not kept is computed again for the next head: forget_unkept().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/session/tile_blocks.h"
#include "engine/transfer/tile_features.h"

namespace striate {

class SceneFeatures {
 public:
  static constexpr int64_t kMostKept = 30'000'000;  // floats: 120 MB
  SceneFeatures(std::shared_ptr<const TileFeatures> features, ImagePtr scene, const TileBlend& blend, int channels,
                int64_t most_kept = kMostKept);

  // Why tiles are asked one by one; empty: in one run.
  const std::string& why_by_tiles() const { return why_by_tiles_; }
  int64_t done() const { return static_cast<int64_t>(places_.size()); }
  const TileBlend::Place& place(int64_t i) const { return places_[static_cast<size_t>(i)]; }
  int64_t kept() const { return kept_; }  // the first tiles; their features are there
  const float* values(int64_t i) const { return values_.data() + i * features_->count(); }
  bool keeps_all() const { return most_kept_ >= static_cast<int64_t>(index_.size()) * features_->count(); }
  bool is_full() const { return (kept_ + 1) * features_->count() > most_kept_; }
  int64_t computed() const { return computed_; }  // how often a tile's features have been

  // Computes those of the next tiles, some at once: (n, count()), of the places from done() before on. Empty: there
  // were none left, or it was stopped. Throws Error.
  std::vector<float> next(const TileBlend& blend, const std::function<bool()>& goes_on);
  void forget_unkept();

  // Of one tile, if they are kept. From any thread.
  std::optional<std::vector<float>> of(const TileBlend::Place& place) const;

 private:
  size_t at(const TileBlend::Place& place) const {
    return static_cast<size_t>(place.row) * columns_ + static_cast<size_t>(place.column);
  }
  void take(const std::vector<TileBlend::Place>& places, const std::vector<float>& values);

  std::shared_ptr<const TileFeatures> features_;
  ImagePtr scene_;
  std::shared_ptr<const SceneTiles> tiles_;
  std::optional<TileBlocks> blocks_;
  std::string why_by_tiles_;
  int64_t most_kept_, kept_ = 0, computed_ = 0, next_ = 0, block_ = 0;
  size_t columns_;
  std::vector<TileBlend::Place> places_;
  std::vector<int32_t> index_;  // per tile, in places_; -1: not computed
  mutable std::mutex mutex_;    // of what of() reads
  std::vector<float> values_;
};

}  // namespace striate
