#include "engine/transfer/tile_features.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "engine/error.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr int64_t kAtOnce = 4096;  // tiles whose pixels are in memory

// (C, H, W) to C means and C deviations.
void color_numbers(const float* pixels, const Shape& shape, float* out) {
  const int64_t channels = shape[0], each = shape[1] * shape[2];
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < each; ++i) {
      const auto value = static_cast<double>(pixels[c * each + i]);
      sum += value, squares += value * value;
    }
    const double mean = sum / static_cast<double>(each);
    out[c] = static_cast<float>(mean);
    out[channels + c] = static_cast<float>(std::sqrt(std::max(0.0, squares / static_cast<double>(each) - mean * mean)));
  }
}

}  // namespace

struct TileFeatures::Base {
  Base(const std::string& name, const Shape& tile) : base(BaseNetwork::open(name)), stream(Device::cpu()) {
    input = base.picture();
    const int64_t wanted = std::max(input[1], input[2]), most = 2 * std::max(tile[1], tile[2]);
    Architecture whole = base.with_head("", 2);
    if (most < wanted) {
      input = Shape{input[0], most, most};
      try {
        whole.set_input(input);
      } catch (const Error&) {
        throw Error(fmt::format("tiles of {} pixels are too small for {}", tile[2], name),
                    "take larger tiles, or the colors alone: satellite.base color");
      }
    }
    network.emplace(stream, whole);
    base.load(stream, *network);
    node = last_fixed_node(whole, base.frozen("all", whole));
    count = network->activation(node).shape.count();
    if (input != tile) {
      why_by_tiles = fmt::format("tiles of {} x {} are scaled to {} x {}", tile[2], tile[1], input[2], input[1]);
    } else {
      why_by_tiles = ConvolutionalRun::why_not(whole, node);
    }
    if (why_by_tiles.empty()) run.emplace(stream, *network, node);
  }

  BaseNetwork base;
  std::mutex mutex;
  Stream stream;
  Shape input;
  std::optional<Network> network;
  int node = 0;
  int64_t count = 0;
  std::optional<ConvolutionalRun> run;
  std::string why_by_tiles;
};

TileFeatures::TileFeatures(const std::string& base, const Shape& tile) {
  if (base == kColor) {
    count_ = 2 * tile[0];
    return;
  }
  base_ = std::make_shared<Base>(base, tile);
  count_ = base_->count;
  why_by_tiles_ = base_->why_by_tiles;
}

Shape TileFeatures::input() const { return base_ ? base_->input : Shape(); }

const ConvolutionalRun* TileFeatures::run() const { return base_ && base_->run ? &*base_->run : nullptr; }

std::vector<float> TileFeatures::of_block(const Image& scene, const TileBlock& block) const {
  const Shape shape{base_->input[0], block.height, block.width};
  std::vector<float> pixels(static_cast<size_t>(shape.count()));
  read_part(scene, block.left, block.top, block.width, block.height, static_cast<int>(shape[0]), pixels.data());
  if (shape[0] == 3 && base_->base.preprocessing().order == Preprocessing::Order::bgr) {
    const auto plane = static_cast<std::ptrdiff_t>(shape[1] * shape[2]);
    std::swap_ranges(pixels.begin(), pixels.begin() + plane, pixels.end() - plane);
  }
  base_->base.normalization().apply(shape, pixels.data());
  const std::lock_guard lock(base_->mutex);
  std::vector<float> values = base_->run->values(base_->stream, pixels, block.width, block.height, block.corners);
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(fmt::format("the features of {} are not finite", scene.name),
                "its base network has weights that are no numbers, or was made for other pictures");
  }
  return values;
}

std::vector<float> TileFeatures::of(const std::shared_ptr<const Dataset>& tiles, const std::vector<int64_t>& samples,
                                    const FeatureSet::Progress& progress) const {
  std::vector<float> values(samples.size() * static_cast<size_t>(count_));
  const auto all = static_cast<int64_t>(samples.size());
  if (base_) {
    const std::lock_guard lock(base_->mutex);
    const std::unique_ptr<FeatureSet> made = FeatureSet::compute(
        base_->stream, *base_->network, base_->node, fitted_to(base_->input, base_->base.preprocessing(), tiles),
        base_->base.normalization(), samples, progress);
    if (!made) return {};
    for (size_t i = 0; i < samples.size(); ++i) {
      std::copy_n(made->features(samples[i]), count_, values.begin() + static_cast<std::ptrdiff_t>(i) * count_);
    }
    return values;
  }
  const Shape shape = tiles->shape();
  for (int64_t first = 0; first < all; first += kAtOnce) {
    const int64_t used = std::min(kAtOnce, all - first);
    parallel_for(used, [&](int64_t begin, int64_t end) {
      std::vector<float> pixels(static_cast<size_t>(shape.count()));
      for (int64_t i = first + begin; i < first + end; ++i) {
        tiles->read(samples[static_cast<size_t>(i)], pixels.data());
        color_numbers(pixels.data(), shape, values.data() + i * count_);
      }
    });
    if (progress && !progress(first + used, all)) return {};
  }
  return values;
}

SceneTiles::SceneTiles(ImagePtr scene, const TileBlend& blend, int channels)
    : scene_(std::move(scene)), shape_{channels, blend.tile(), blend.tile()}, classes_{"scene"} {
  corners_.reserve(static_cast<size_t>(blend.tiles()));
  for (int64_t i = 0; i < blend.tiles(); ++i) {
    corners_.push_back({blend.left(blend.place(i).column), blend.top(blend.place(i).row)});
  }
}

void SceneTiles::read(int64_t index, float* pixels) const {
  const Corner& corner = corners_[static_cast<size_t>(index)];
  read_tile(*scene_, corner.x, corner.y, static_cast<int>(shape_[1]), static_cast<int>(shape_[0]), pixels);
}

void read_tile(const Image& scene, int x, int y, int size, int channels, float* pixels) {
  read_part(scene, x, y, size, size, channels, pixels);
}

void read_part(const Image& scene, int x, int y, int width, int height, int channels, float* pixels) {
  const int colors = scene.color_channels();
  const auto each = static_cast<size_t>(width) * static_cast<size_t>(height);
  for (int row = 0; row < height; ++row) {
    const uint8_t* from = scene.at(x, y + row);
    for (int column = 0; column < width; ++column, from += scene.channels) {
      float* to = pixels + static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column);
      if (channels == 1 && colors == 3) {
        *to = static_cast<float>(from[0] + from[1] + from[2]) / (3 * 255.0f);
        continue;
      }
      for (int c = 0; c < channels; ++c)
        to[static_cast<size_t>(c) * each] = static_cast<float>(from[colors == 3 ? c : 0]) / 255.0f;
    }
  }
}

}  // namespace striate
