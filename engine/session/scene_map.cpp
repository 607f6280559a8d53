#include "engine/session/scene_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/error.h"
#include "engine/preprocess/prepare_picture.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr int64_t kMostValues = int64_t{1} << 28;  // of all cells' classes: 1 GiB
constexpr int kMostClasses = 32767, kMostBatch = 64;
constexpr int64_t kBatchPixels = int64_t{1} << 18;

// The window at a distance from the tile's middle; 0 outside of the tile.
float hann(double distance, int tile) {
  const double share = std::abs(distance) / tile;
  if (share >= 0.5) return 0;
  const double cosine = std::cos(std::numbers::pi * share);
  return static_cast<float>(cosine * cosine);
}

int steps(int length, int tile, int stride) { return (length - tile + stride - 1) / stride + 1; }

// The tile alone, as a picture.
Image cut(const Image& scene, int x, int y, int size) {
  Image tile;
  tile.width = tile.height = size;
  tile.channels = scene.channels;
  tile.name = scene.name;
  tile.bytes.resize(tile.value_count());
  const auto row = static_cast<size_t>(size) * static_cast<size_t>(scene.channels);
  for (int i = 0; i < size; ++i) std::copy_n(scene.at(x, y + i), row, tile.bytes.data() + static_cast<size_t>(i) * row);
  return tile;
}

}  // namespace

SceneMap::SceneMap(Stream& stream, ModelFile file, ImagePtr scene, const SceneMapSettings& settings)
    : scene_(std::move(scene)) {
  const Shape picture = file.picture();
  if (picture.rank() != 3)
    throw Error(fmt::format("{} takes {}, not pictures", file.path, file.info.architecture.input().text()),
                "choose a network that learned from tiles");
  classes_ = static_cast<size_t>(class_count(file));
  if (classes_ > kMostClasses)
    throw Error(fmt::format("{} tells {} classes apart", file.path, classes_), "a map shows up to 32767");
  tile_ = settings.tile > 0 ? settings.tile : static_cast<int>(std::max(picture[1], picture[2]));
  if (!(settings.overlap >= 0 && settings.overlap <= 0.9))
    throw Error(fmt::format("an overlap of {:g} is not possible", settings.overlap), "0 to 0.9 of a tile's side");
  if (scene_->width < tile_ || scene_->height < tile_)
    throw Error(fmt::format("{}: its {} x {} pixels are less than a tile of {}", scene_->name, scene_->width,
                            scene_->height, tile_),
                fmt::format("take tiles of {} or less, or a larger scene", std::min(scene_->width, scene_->height)));
  channels_ = static_cast<int>(picture[0]);
  const auto wanted = static_cast<int>(std::max(picture[1], picture[2]));
  side_ = std::min(wanted, 2 * tile_);
  if (side_ < wanted) {
    const std::string cannot = fmt::format("tiles of {} pixels would have to be enlarged {:.2g} times for {}", tile_,
                                           static_cast<double>(wanted) / tile_, file.path);
    const std::string larger = fmt::format("take tiles of {} or more", (wanted + 1) / 2);
    if (file.info.architecture.whole() || file.channels_last()) throw Error(cannot, larger);
    try {
      file.info.architecture.set_input(Shape{channels_, side_, side_});
      if (class_count(file) != static_cast<int64_t>(classes_)) throw Error(cannot, larger);
      session_ = std::make_unique<Session>(stream, file);
    } catch (const Error&) {
      throw Error(cannot, larger);
    }
  } else {
    session_ = std::make_unique<Session>(stream, std::move(file));
  }
  if (session_->file().info.classes.size() != classes_) {
    session_->file().info.classes.clear();
    for (size_t c = 0; c < classes_; ++c) session_->file().info.classes.push_back(fmt::format("{}", c));
  }
  stride_ = std::max(1, static_cast<int>(std::lround(tile_ * (1 - settings.overlap))));
  tile_columns_ = steps(scene_->width, tile_, stride_);
  tile_rows_ = steps(scene_->height, tile_, stride_);
  columns_ = (scene_->width + stride_ - 1) / stride_;
  rows_ = (scene_->height + stride_ - 1) / stride_;
  const int64_t cells = int64_t{columns_} * rows_;
  if (cells > kMostValues / static_cast<int64_t>(classes_))
    throw Error(fmt::format("{}: a map of {} x {} cells with {} classes needs more than 1 GiB", scene_->name, columns_,
                            rows_, classes_),
                "take larger tiles or less overlap");
  sums_.assign(static_cast<size_t>(cells) * classes_, 0);
  weights_.assign(static_cast<size_t>(cells), 0);
  said_.assign(static_cast<size_t>(tile_columns_) * static_cast<size_t>(tile_rows_), -1);
  batch_ = session_->architecture().whole()
               ? 1
               : static_cast<int>(std::clamp<int64_t>(kBatchPixels / (int64_t{side_} * side_), 1, kMostBatch));
  make_order();
}

// Every 2^n-th tile of each row and column first, then those between them, and so on.
void SceneMap::make_order() {
  while (2 * coarsest_ < std::max(tile_columns_, tile_rows_)) coarsest_ *= 2;
  order_.reserve(said_.size());
  for (int step = coarsest_; step >= 1; step /= 2) {
    for (int row = 0; row < tile_rows_; row += step) {
      for (int column = 0; column < tile_columns_; column += step) {
        const bool before = step < coarsest_ && row % (2 * step) == 0 && column % (2 * step) == 0;
        if (!before) order_.push_back({column, row});
      }
    }
  }
}

int SceneMap::left(int column) const { return std::min(column * stride_, scene_->width - tile_); }
int SceneMap::top(int row) const { return std::min(row * stride_, scene_->height - tile_); }

size_t SceneMap::cell(int column, int row) const {
  check(column >= 0 && row >= 0 && column < columns_ && row < rows_, "cell {}, {} of {} x {}", column, row, columns_,
        rows_);
  return static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column);
}

bool SceneMap::step() {
  if (next_ == all()) return false;
  const auto count = static_cast<int>(std::min<int64_t>(batch_, all() - next_));
  Preprocessing preprocessing = session_->file().preprocessing;
  preprocessing.fit = Preprocessing::Fit::stretch;
  preprocessing.asked = true;
  const Shape shape = session_->file().picture();
  SessionRequest request;
  request.batch = count;
  const auto values = static_cast<size_t>(shape.count());
  request.input.resize(static_cast<size_t>(count) * values);
  parallel_for(count, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Place& place = order_[static_cast<size_t>(next_ + i)];
      const Image tile = cut(*scene_, left(place.column), top(place.row), tile_);
      const std::vector<float> prepared =
          in_network_order(session_->file(), prepare_picture(tile, preprocessing, shape).values);
      std::copy_n(prepared.data(), values, request.input.data() + static_cast<size_t>(i) * values);
    }
  });
  const SessionResult result = *session_->run(request);
  const size_t each = result.output.values.size() / static_cast<size_t>(count);
  for (int i = 0; i < count; ++i) {
    const auto from = result.output.values.begin() + static_cast<std::ptrdiff_t>(each) * i;
    const std::vector<float> probabilities = session_->probabilities({from, from + static_cast<std::ptrdiff_t>(each)});
    add(order_[static_cast<size_t>(next_ + i)], probabilities.data());
  }
  next_ += count;
  return true;
}

void SceneMap::add(const Place& place, const float* probabilities) {
  said_[static_cast<size_t>(place.row) * static_cast<size_t>(tile_columns_) + static_cast<size_t>(place.column)] =
      static_cast<int16_t>(std::max_element(probabilities, probabilities + classes_) - probabilities);
  const int x = left(place.column), y = top(place.row);
  const auto last = [&](int from, int count) { return std::min((from + tile_ - 1) / stride_, count - 1); };
  // The middle of what a cell covers of the picture.
  const auto middle = [&](int index, int length) {
    return (index * stride_ + std::min((index + 1) * stride_, length)) / 2.0;
  };
  for (int row = y / stride_; row <= last(y, rows_); ++row) {
    const float down = hann(middle(row, scene_->height) - (y + tile_ / 2.0), tile_);
    for (int column = x / stride_; column <= last(x, columns_); ++column) {
      const float weight = down * hann(middle(column, scene_->width) - (x + tile_ / 2.0), tile_);
      if (weight <= 0) continue;
      const size_t at = cell(column, row);
      weights_[at] += weight;
      for (size_t c = 0; c < classes_; ++c) sums_[at * classes_ + c] += weight * probabilities[c];
    }
  }
}

std::vector<float> SceneMap::probabilities(int column, int row) const {
  const size_t at = cell(column, row);
  std::vector<float> result(classes_);
  if (weights_[at] > 0) {
    for (size_t c = 0; c < classes_; ++c) result[c] = sums_[at * classes_ + c] / weights_[at];
  }
  return result;
}

int SceneMap::label(int column, int row) const {
  const size_t at = cell(column, row);
  if (weights_[at] > 0) {
    const auto first = sums_.begin() + static_cast<std::ptrdiff_t>(at * classes_);
    return static_cast<int>(std::max_element(first, first + static_cast<std::ptrdiff_t>(classes_)) - first);
  }
  const int tile_column = std::min(column, tile_columns_ - 1), tile_row = std::min(row, tile_rows_ - 1);
  for (int step = 1; step <= coarsest_; step *= 2) {
    const auto from = static_cast<size_t>(tile_row / step * step) * static_cast<size_t>(tile_columns_) +
                      static_cast<size_t>(tile_column / step * step);
    if (said_[from] >= 0) return said_[from];
  }
  return -1;
}

}  // namespace striate
