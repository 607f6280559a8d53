#include "app/pages/satellite/satellite_work.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>
#include <thread>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/shuffle.h"
#include "engine/training/data/sources.h"
#include "engine/training/data/world_tiles.h"

namespace striate {
namespace {

constexpr int64_t kDrawn = 800;
constexpr uint64_t kSplitSequence = uint64_t{0x3B} << 56;
constexpr size_t kMostKept = size_t{64} << 20;  // floats of features that a scene keeps
constexpr int64_t kChunk = 4096;                // tiles of a scene between two looks at the newest head
constexpr auto kWatchedEpoch = std::chrono::milliseconds(25);

uint64_t next_serial() {
  static std::atomic<uint64_t> serial{0};
  return ++serial;
}

}  // namespace

std::vector<float> SatelliteTiles::pixels(int64_t tile) const {
  std::vector<float> picture(static_cast<size_t>(data->shape().count()));
  data->read(tile, picture.data());
  return picture;
}

SatelliteTilesPtr load_tiles(const SatelliteSetup& setup, Progress& progress) {
  auto tiles = std::make_shared<SatelliteTiles>();
  tiles->of = setup;
  tiles->serial = next_serial();
  if (setup.data == "world") {
    WorldSampling sampling;
    sampling.size = setup.tile;
    sampling.seed = setup.seed;
    sampling.boundary = kSatelliteBoundary;
    sampling.step = std::max(1, setup.tile / 2);
    tiles->world = World::open();
    auto cut = std::make_shared<WorldTiles>(*tiles->world, sampling);
    for (int64_t i = 0; i < cut->size(); ++i) tiles->places.push_back(cut->tile(i));
    tiles->data = std::move(cut);
  } else {
    SourceOptions options;
    options.seed = setup.seed;
    options.progress = [&](int64_t, int64_t) { return !progress.canceled.load(); };
    tiles->data = open_dataset(setup.data == "drawn" ? fmt::format("satellite:{}", kDrawn) : setup.data, options);
  }
  if (tiles->classes().size() < 2) {
    throw Error(fmt::format("{} has one class", setup.data), "a folder for each of two classes, or more");
  }
  tiles->channels = static_cast<int>(tiles->data->shape()[0]);
  tiles->features = std::make_shared<TileFeatures>(setup.base, tiles->data->shape());
  std::vector<int64_t> all(static_cast<size_t>(tiles->size()));
  std::iota(all.begin(), all.end(), 0);
  tiles->values = tiles->features->of(tiles->data, all, [&](int64_t done, int64_t of) {
    progress.share = static_cast<float>(done) / static_cast<float>(of);
    return !progress.canceled.load();
  });
  return tiles;
}

SatelliteParts parts_of(const SatelliteTiles& tiles, SatelliteSplit split) {
  SatelliteParts parts;
  const Dataset& data = *tiles.data;
  if (split == SatelliteSplit::random) {
    std::vector<int64_t> order(static_cast<size_t>(data.size()));
    std::iota(order.begin(), order.end(), 0);
    Random random(tiles.of.seed, kSplitSequence);
    shuffle(std::span(order), random);
    std::vector<int> seen(data.classes().size());
    for (const int64_t tile : order) {
      (seen[static_cast<size_t>(data.label(tile))]++ % 2 == 0 ? parts.training : parts.test).push_back(tile);
    }
    std::sort(parts.training.begin(), parts.training.end());
    std::sort(parts.test.begin(), parts.test.end());
  } else {
    const auto regions = static_cast<int>(data.regions().size());
    if (regions < 2) {
      throw Error(fmt::format("the tiles of {} don't say where they were taken", tiles.of.data),
                  "take the world: satellite.data world; a folder has a file regions.csv for that");
    }
    const int learned = data.learned_regions() > 0 ? data.learned_regions() : regions / 2;
    for (int64_t tile = 0; tile < data.size(); ++tile) {
      if (data.region(tile) < 0) continue;
      const bool first = data.region(tile) < learned;
      (first == (split == SatelliteSplit::geographic) ? parts.training : parts.test).push_back(tile);
    }
  }
  if (parts.training.empty() || parts.test.empty()) {
    throw Error("one of the two parts would have no tiles", "more tiles are needed, at least two of each class");
  }
  return parts;
}

double judge(const SatelliteTiles& tiles, const TileHead& head, const std::vector<int64_t>& part,
             std::vector<int>* said) {
  std::vector<float> rows;
  for (const int64_t tile : part) rows.insert(rows.end(), tiles.row(tile), tiles.row(tile) + tiles.features->count());
  const std::vector<float> probabilities = head.probabilities(rows.data(), static_cast<int64_t>(part.size()));
  const auto classes = static_cast<std::ptrdiff_t>(head.classes());
  int64_t right = 0;
  for (size_t i = 0; i < part.size(); ++i) {
    const auto first = probabilities.begin() + static_cast<std::ptrdiff_t>(i) * classes;
    const auto best = static_cast<int>(std::max_element(first, first + classes) - first);
    right += best == tiles.data->label(part[i]);
    if (said != nullptr) said->push_back(best);
  }
  return static_cast<double>(right) / static_cast<double>(part.size());
}

SatelliteLearning::SatelliteLearning(SatelliteTilesPtr tiles, SatelliteSplit split, int epochs)
    : tiles_(std::move(tiles)),
      split_(split),
      epochs_(epochs),
      parts_(parts_of(*tiles_, split)),
      now_(std::make_shared<Now>()) {}

std::shared_ptr<const SatelliteLearning::Now> SatelliteLearning::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

std::unique_ptr<TileTraining> SatelliteLearning::begin(const std::vector<int64_t>& part) const {
  std::vector<int> labels;
  for (int64_t tile = 0; tile < tiles_->size(); ++tile) labels.push_back(tiles_->data->label(tile));
  return std::make_unique<TileTraining>(tiles_->values, tiles_->features->count(), std::move(labels), tiles_->classes(),
                                        part, tiles_->of.seed);
}

void SatelliteLearning::run(Progress& progress, bool seen, const std::function<void()>& wake) {
  if (!training_) training_ = begin(parts_.training);
  while (!now()->done && !progress.canceled) {
    const auto until = std::chrono::steady_clock::now() + kWatchedEpoch;
    training_->epoch();
    auto next = std::make_shared<Now>(*now());
    next->epoch = training_->epochs();
    next->loss = static_cast<double>(training_->loss());
    next->head = training_->head();
    next->said.clear();
    next->training.emplace_back(next->epoch, judge(*tiles_, *next->head, parts_.training, nullptr));
    next->test.emplace_back(next->epoch, judge(*tiles_, *next->head, parts_.test, &next->said));
    const size_t classes = tiles_->classes().size();
    next->confusion.assign(classes * classes, 0);
    for (size_t i = 0; i < parts_.test.size(); ++i) {
      const auto truth = static_cast<size_t>(tiles_->data->label(parts_.test[i]));
      ++next->confusion[truth * classes + static_cast<size_t>(next->said[i])];
    }
    if (next->epoch >= epochs_) {
      if (split_ == SatelliteSplit::geographic) {
        const std::unique_ptr<TileTraining> other = begin(parts_.test);
        while (other->epochs() < epochs_ && !progress.canceled) other->epoch();
        next->reversed = judge(*tiles_, *other->head(), parts_.training, nullptr);
      }
      next->done = !progress.canceled;
    }
    progress.share = static_cast<float>(next->epoch) / static_cast<float>(epochs_);
    {
      const std::lock_guard lock(mutex_);
      now_ = std::move(next);
    }
    wake();
    if (seen) std::this_thread::sleep_until(until);
  }
}

SatelliteScene::SatelliteScene(std::string scene, SatelliteTilesPtr tiles, int tile, double overlap)
    : name_(std::move(scene)), tiles_(std::move(tiles)), tile_(tile), overlap_(overlap) {}

SatelliteMapPtr SatelliteScene::map() const {
  const std::lock_guard lock(mutex_);
  return map_;
}

void SatelliteScene::open() {
  if (name_ == "world") world_ = World::open();
  scene_ = world_ ? world_->picture() : read_image(name_);
  blend_.emplace(scene_->name, scene_->width, scene_->height, static_cast<int>(tiles_->classes().size()), tile_,
                 overlap_);
  pictures_ = std::make_shared<const SceneTiles>(scene_, *blend_, tiles_->channels);
  auto photo = std::make_shared<std::vector<uint8_t>>();
  photo->reserve(3 * static_cast<size_t>(blend_->columns()) * static_cast<size_t>(blend_->rows()));
  for (int row = 0; row < blend_->rows(); ++row) {
    const int y = std::min(row * blend_->stride() + blend_->stride() / 2, scene_->height - 1);
    for (int column = 0; column < blend_->columns(); ++column) {
      const int x = std::min(column * blend_->stride() + blend_->stride() / 2, scene_->width - 1);
      const uint8_t* pixel = scene_->at(x, y);
      for (int c = 0; c < 3; ++c) photo->push_back(pixel[scene_->color_channels() == 3 ? c : 0]);
    }
  }
  photo_ = std::move(photo);
}

void SatelliteScene::publish(const std::shared_ptr<const TileHead>& head) {
  auto map = std::make_shared<SatelliteMap>();
  map->serial = next_serial();
  map->scene = scene_;
  map->columns = blend_->columns(), map->rows = blend_->rows();
  map->stride = blend_->stride(), map->tile = tile_;
  map->tiles = blend_->tiles(), map->done = done_;
  map->photo = photo_;
  map->world = world_;
  map->head = head;
  const auto cells = static_cast<size_t>(map->columns) * static_cast<size_t>(map->rows);
  map->blended.reserve(cells), map->single.reserve(cells);
  for (int row = 0; row < map->rows; ++row) {
    for (int column = 0; column < map->columns; ++column) {
      map->blended.push_back(static_cast<int16_t>(blend_->label(column, row)));
      map->single.push_back(static_cast<int16_t>(blend_->tile_label(column, row)));
    }
  }
  const std::lock_guard lock(mutex_);
  map_ = std::move(map);
}

void SatelliteScene::run(const SatelliteLearning& learning, Progress& progress, const std::function<void()>& wake) {
  if (!scene_) open();
  const int64_t count = tiles_->features->count();
  const bool keeps = static_cast<size_t>(blend_->tiles() * count) <= kMostKept;
  const auto classes = static_cast<int64_t>(tiles_->classes().size());
  const auto add = [&](int64_t first, const std::vector<float>& probabilities) {
    const auto n = static_cast<int64_t>(probabilities.size()) / classes;
    for (int64_t i = 0; i < n; ++i) blend_->add(blend_->place(first + i), probabilities.data() + i * classes);
  };
  auto shown = std::chrono::steady_clock::now();
  while (!progress.canceled) {
    const std::shared_ptr<const TileHead> head = learning.now()->head;
    if (!head) return;
    if (head != head_) {
      blend_->clear();
      head_ = head;
      if (!keeps) done_ = 0;
      for (int64_t first = 0; first < done_ && !progress.canceled; first += kChunk) {
        const int64_t used = std::min(kChunk, done_ - first);
        add(first, head->probabilities(kept_.data() + first * count, used));
      }
      if (progress.canceled) {
        head_ = nullptr;
        return;
      }
      publish(head_);
      wake();
    }
    if (done_ == blend_->tiles()) return;
    const int64_t first = done_;
    const auto level = std::upper_bound(blend_->levels().begin(), blend_->levels().end(), first);
    const int64_t used = std::min(kChunk, *level - first);
    std::vector<int64_t> samples(static_cast<size_t>(used));
    std::iota(samples.begin(), samples.end(), first);
    const std::vector<float> values =
        tiles_->features->of(pictures_, samples, [&](int64_t, int64_t) { return !progress.canceled.load(); });
    if (values.empty() || progress.canceled) return;
    if (keeps) kept_.insert(kept_.end(), values.begin(), values.end());
    add(first, head_->probabilities(values.data(), used));
    done_ += used;
    progress.share = static_cast<float>(done_) / static_cast<float>(blend_->tiles());
    const auto now = std::chrono::steady_clock::now();
    if (done_ < blend_->tiles() && now - shown < std::chrono::milliseconds(100)) continue;
    shown = now;
    publish(head_);
    wake();
  }
}

SatelliteCell look_at_cell(const SatelliteMap& map, const SatelliteLearning& learning, int x, int y) {
  const SatelliteTiles& tiles = *learning.tiles();
  SatelliteCell cell;
  cell.x = x, cell.y = y;
  cell.of_map = map.serial;
  cell.left = std::min(x * map.stride, map.scene->width - map.tile);
  cell.top = std::min(y * map.stride, map.scene->height - map.tile);
  const Shape shape{tiles.channels, map.tile, map.tile};
  cell.pixels.resize(static_cast<size_t>(shape.count()));
  read_tile(*map.scene, cell.left, cell.top, map.tile, tiles.channels, cell.pixels.data());
  const auto alone = std::make_shared<MemoryDataset>("cell", shape, cell.pixels, std::vector<int>{0},
                                                     std::vector<std::string>{"cell"});
  const std::vector<float> values = tiles.features->of(alone, {0});
  cell.probabilities = map.head->probabilities(values.data(), 1);
  const std::vector<float> own = map.head->normalized(values.data());
  for (const int64_t tile : learning.parts().training) {
    const std::vector<float> other = map.head->normalized(tiles.row(tile));
    double squares = 0;
    for (size_t i = 0; i < own.size(); ++i) {
      const auto difference = static_cast<double>(own[i]) - static_cast<double>(other[i]);
      squares += difference * difference;
    }
    cell.nearest.push_back({tile, std::sqrt(squares)});
  }
  const auto end = cell.nearest.begin() + static_cast<std::ptrdiff_t>(std::min(kSatelliteNearest, cell.nearest.size()));
  std::partial_sort(cell.nearest.begin(), end, cell.nearest.end(),
                    [](const auto& a, const auto& b) { return a.distance < b.distance; });
  cell.nearest.erase(end, cell.nearest.end());
  if (map.world) {
    const WorldTile tile = map.world->tile(cell.left, cell.top, map.tile);
    cell.truth = tile.label < 0 ? "none of them" : kWorldClasses[static_cast<size_t>(tile.label)];
  }
  return cell;
}

}  // namespace striate
