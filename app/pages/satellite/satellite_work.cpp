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
constexpr int64_t kChunk = 4096;  // tiles that are colored anew at once
constexpr auto kWatchedEpoch = std::chrono::milliseconds(25);
constexpr auto kBetweenMaps = std::chrono::milliseconds(100), kBetweenColors = std::chrono::milliseconds(30);

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
  for (const SatelliteSplit split : {SatelliteSplit::random, SatelliteSplit::geographic}) {
    if (!tiles->world) break;
    const SatelliteParts parts = parts_of(*tiles, split);
    tiles->nearness[static_cast<size_t>(split)] = nearness_of(tiles->places, parts.training, parts.test);
  }
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
  const struct Runs {
    std::atomic<bool>& is;
    explicit Runs(std::atomic<bool>& runs) : is(runs) { is = true; }
    ~Runs() { is = false; }
  } runs(runs_);
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

SatelliteScene::SatelliteScene(std::string scene, SatelliteTilesPtr tiles, int tile, double overlap, int64_t most_kept)
    : name_(std::move(scene)), tiles_(std::move(tiles)), tile_(tile), overlap_(overlap), most_kept_(most_kept) {}

SatelliteMapPtr SatelliteScene::map() const {
  const std::lock_guard lock(mutex_);
  return map_;
}

void SatelliteScene::open() {
  if (name_ == "world") world_ = World::open();
  scene_ = world_ ? world_->picture() : read_image(name_);
  blend_.emplace(scene_->name, scene_->width, scene_->height, static_cast<int>(tiles_->classes().size()), tile_,
                 overlap_);
  features_ = std::make_unique<SceneFeatures>(tiles_->features, scene_, *blend_, tiles_->channels, most_kept_);
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

void SatelliteScene::publish() {
  auto map = std::make_shared<SatelliteMap>();
  map->serial = next_serial();
  map->scene = scene_;
  map->columns = blend_->columns(), map->rows = blend_->rows();
  map->stride = blend_->stride(), map->tile = tile_;
  map->tiles = blend_->tiles(), map->done = features_->done();
  map->photo = photo_;
  map->world = world_;
  map->head = head_;
  map->why_by_tiles = features_->why_by_tiles();
  map->computed = features_->computed(), map->keeps_all = features_->keeps_all();
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
  shown_features_ = features_.get();
}

// Of tiles from the first on, in the order of their features.
void SatelliteScene::add(int64_t first, const std::vector<float>& probabilities) {
  const auto classes = static_cast<int64_t>(tiles_->classes().size());
  const auto n = static_cast<int64_t>(probabilities.size()) / classes;
  for (int64_t i = 0; i < n; ++i) blend_->add(features_->place(first + i), probabilities.data() + i * classes);
}

void SatelliteScene::color_anew(const std::shared_ptr<const TileHead>& head, const Progress& progress) {
  features_->forget_unkept();
  blend_->clear();
  head_ = head;
  for (int64_t first = 0; first < features_->done(); first += kChunk) {
    if (progress.canceled) {
      head_ = nullptr;
      return;
    }
    add(first, head->probabilities(features_->values(first), std::min(kChunk, features_->done() - first)));
  }
}

void SatelliteScene::run(const SatelliteLearning& learning, Progress& progress, const std::function<void()>& wake) {
  using Clock = std::chrono::steady_clock;
  if (!scene_) open();
  waits_ = false;
  Clock::time_point shown = Clock::now(), colors = shown;
  const auto show = [&] {
    shown = Clock::now();
    publish();
    wake();
  };
  while (!progress.canceled) {
    const auto now = learning.now();
    if (!now->head) return;
    // While it learns there is a head every few milliseconds: half of the time goes to new tiles.
    const bool all = features_->done() == blend_->tiles();
    if (now->head != head_ && (!head_ || all || features_->is_full() || Clock::now() >= colors)) {
      const Clock::time_point begin = Clock::now();
      color_anew(now->head, progress);
      if (!head_) return;
      show();
      colors = Clock::now() + std::max<Clock::duration>(Clock::now() - begin, kBetweenColors);
    }
    if (features_->done() == blend_->tiles()) {
      if (learning.now()->head == head_) return;
      continue;
    }
    if (features_->is_full() && learning.runs()) {
      waits_ = true;
      return;
    }
    const int64_t first = features_->done();
    const std::vector<float> values = features_->next(*blend_, [&] { return !progress.canceled.load(); });
    if (values.empty()) return;
    add(first, head_->probabilities(values.data(), features_->done() - first));
    progress.share = static_cast<float>(features_->done()) / static_cast<float>(blend_->tiles());
    if (features_->done() == blend_->tiles() || Clock::now() - shown >= kBetweenMaps) show();
  }
}

std::optional<std::vector<float>> SatelliteScene::features_of(int column, int row) const {
  const SceneFeatures* features = nullptr;
  {
    const std::lock_guard lock(mutex_);
    features = shown_features_;
  }
  return features == nullptr ? std::nullopt : features->of(blend_->tile_of(column, row));
}

SatelliteCell look_at_cell(const SatelliteMap& map, const SatelliteScene& scene, const SatelliteLearning& learning,
                           int x, int y) {
  const SatelliteTiles& tiles = *learning.tiles();
  SatelliteCell cell;
  cell.x = x, cell.y = y;
  cell.of_map = map.serial;
  cell.left = std::min(x * map.stride, map.scene->width - map.tile);
  cell.top = std::min(y * map.stride, map.scene->height - map.tile);
  const Shape shape{tiles.channels, map.tile, map.tile};
  cell.pixels.resize(static_cast<size_t>(shape.count()));
  read_tile(*map.scene, cell.left, cell.top, map.tile, tiles.channels, cell.pixels.data());
  std::optional<std::vector<float>> kept = scene.features_of(x, y);
  if (!kept) {
    const auto alone = std::make_shared<MemoryDataset>("cell", shape, cell.pixels, std::vector<int>{0},
                                                       std::vector<std::string>{"cell"});
    kept = tiles.features->of(alone, {0});
  }
  const std::vector<float>& values = *kept;
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
