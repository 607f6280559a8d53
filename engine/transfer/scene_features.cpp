#include "engine/transfer/scene_features.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {
namespace {

constexpr int64_t kColorsAtOnce = 4096, kAtOnce = 128;  // tiles between two looks at whether it goes on

}  // namespace

SceneFeatures::SceneFeatures(std::shared_ptr<const TileFeatures> features, ImagePtr scene, const TileBlend& blend,
                             int channels, int64_t most_kept)
    : features_(std::move(features)),
      scene_(std::move(scene)),
      tiles_(std::make_shared<const SceneTiles>(scene_, blend, channels)),
      why_by_tiles_(features_->why_by_tiles()),
      most_kept_(most_kept),
      columns_(static_cast<size_t>(blend.tile_columns())),
      index_(static_cast<size_t>(blend.tiles()), -1) {
  places_.reserve(index_.size());
  // Once: growing would need twice as much for a moment.
  values_.reserve(static_cast<size_t>(std::min(most_kept_, blend.tiles() * features_->count())));
  const ConvolutionalRun* run = features_->run();
  if (run == nullptr) return;
  const Shape input = features_->input();
  if (input != Shape{channels, blend.tile(), blend.tile()}) {
    why_by_tiles_ = fmt::format("tiles of {0} x {0} are scaled to {1} x {2}", blend.tile(), input[2], input[1]);
  } else if (why_by_tiles_ = TileBlocks::why_not(blend, *run); why_by_tiles_.empty()) {
    blocks_.emplace(blend, *run);
  }
}

void SceneFeatures::take(const std::vector<TileBlend::Place>& places, const std::vector<float>& values) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < places.size(); ++i) {
    index_[at(places[i])] = static_cast<int32_t>(places_.size());
    if (kept_ == done() && !is_full()) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(i) * features_->count();
      values_.insert(values_.end(), from, from + features_->count());
      ++kept_;
    }
    places_.push_back(places[i]);
  }
  computed_ += static_cast<int64_t>(places.size());
}

std::vector<float> SceneFeatures::next(const TileBlend& blend, const std::function<bool()>& goes_on) {
  const int64_t coarse = blend.levels().front();
  while (blocks_ && next_ >= coarse && block_ < blocks_->size()) {
    if (!goes_on()) return {};
    const TileBlock block =
        blocks_->block(blend, block_++, [this](const auto& place) { return index_[at(place)] >= 0; });
    if (block.places.empty()) continue;
    std::vector<float> values = features_->of_block(*scene_, block);
    take(block.places, values);
    return values;
  }
  const int64_t most = features_->count() > 16 ? kAtOnce : kColorsAtOnce;
  // No further than the next finer grid, so that a coarse one is seen early.
  const int64_t end = blocks_ && block_ < blocks_->size()
                          ? coarse
                          : *std::upper_bound(blend.levels().begin(), blend.levels().end() - 1, next_);
  std::vector<int64_t> samples;
  std::vector<TileBlend::Place> places;
  int64_t next = next_;
  for (; (next < end || (places.empty() && next < blend.tiles())) && static_cast<int64_t>(places.size()) < most;
       ++next) {
    const TileBlend::Place& place = blend.place(next);
    if (index_[at(place)] >= 0) continue;
    samples.push_back(next);
    places.push_back(place);
  }
  if (places.empty()) {
    next_ = next;
    return {};
  }
  std::vector<float> values = features_->of(tiles_, samples, [&](int64_t, int64_t) { return goes_on(); });
  if (values.empty()) return {};
  next_ = next;
  take(places, values);
  return values;
}

void SceneFeatures::forget_unkept() {
  const std::lock_guard lock(mutex_);
  for (int64_t i = kept_; i < done(); ++i) index_[at(place(i))] = -1;
  places_.resize(static_cast<size_t>(kept_));
  next_ = block_ = 0;
}

std::optional<std::vector<float>> SceneFeatures::of(const TileBlend::Place& place) const {
  const std::lock_guard lock(mutex_);
  const int32_t i = index_[at(place)];
  if (i < 0 || i >= kept_) return std::nullopt;
  return std::vector<float>(values(i), values(i) + features_->count());
}

}  // namespace striate
