// What a tile of a satellite picture is as a row of numbers, for a head that learns from few of them: the mean and the
// deviation of each color, or the mean features of a trained network without its head.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/session/tile_blend.h"
#include "engine/session/tile_blocks.h"
#include "engine/training/data/dataset.h"
#include "engine/transfer/base_network.h"
#include "engine/transfer/feature_set.h"

namespace striate {

class TileFeatures {
 public:
  static constexpr const char* kColor = "color";
  // `base`: color, or what BaseNetwork::open() takes; `tile`: (C, H, W). Tiles enter a network at most doubled. Throws
  // Error.
  TileFeatures(const std::string& base, const Shape& tile);

  int64_t count() const { return count_; }  // numbers of one tile
  Shape input() const;                      // of a tile as it enters the network; rank 0: colors
  // Of a scene's tiles in one convolutional run; null: they go tile by tile, and why_by_tiles() says why.
  const ConvolutionalRun* run() const;
  const std::string& why_by_tiles() const { return why_by_tiles_; }
  // (corners, count()) of the tiles in a block, in one run. Throws Error.
  std::vector<float> of_block(const Image& scene, const TileBlock& block) const;
  // (samples, count()); empty: it was stopped. From any thread; a network runs in one at a time. Throws Error.
  std::vector<float> of(const std::shared_ptr<const Dataset>& tiles, const std::vector<int64_t>& samples,
                        const FeatureSet::Progress& progress = nullptr) const;

 private:
  struct Base;
  std::shared_ptr<Base> base_;  // null: colors
  int64_t count_ = 0;
  std::string why_by_tiles_ = "colors are counted in each";
};

// The tiles of a scene, in the order of TileBlend, as pictures of 1 or 3 channels.
class SceneTiles : public Dataset {
 public:
  SceneTiles(ImagePtr scene, const TileBlend& blend, int channels);
  std::string name() const override { return scene_->name; }
  Shape shape() const override { return shape_; }
  int64_t size() const override { return static_cast<int64_t>(corners_.size()); }
  const std::vector<std::string>& classes() const override { return classes_; }
  int label(int64_t) const override { return 0; }
  void read(int64_t index, float* pixels) const override;

 private:
  struct Corner {
    int32_t x = 0, y = 0;
  };
  ImagePtr scene_;
  Shape shape_;
  std::vector<Corner> corners_;
  std::vector<std::string> classes_;
};

// The square of a scene at a place, (channels, size, size), values 0 to 1: a gray scene has the same in all channels,
// a network for gray sees the mean of the colors.
void read_tile(const Image& scene, int x, int y, int size, int channels, float* pixels);
// The same of a rectangle.
void read_part(const Image& scene, int x, int y, int width, int height, int channels, float* pixels);

}  // namespace striate
