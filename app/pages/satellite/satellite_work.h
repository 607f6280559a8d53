// What page `satellite` computes behind the window: the tiles with their features, a head that learns from one part of
// them, and a scene that is classified with it into a map.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/pages/satellite/tile_nearness.h"
#include "app/worker/latest.h"
#include "engine/image.h"
#include "engine/transfer/scene_features.h"
#include "engine/transfer/tile_features.h"
#include "engine/transfer/tile_head.h"
#include "engine/world/world.h"

namespace striate {

// The Atlantic: the Americas learn, the rest of the world tests.
constexpr double kSatelliteBoundary = -30;

enum class SatelliteSplit { random, geographic, reversed };
constexpr size_t kSatelliteSplits = 3;

struct SatelliteSetup {
  std::string data = "world";  // or drawn, folder:DIR
  std::string base = TileFeatures::kColor;
  int tile = 16;  // of the world and of scenes
  uint64_t seed = 1;
  friend bool operator==(const SatelliteSetup&, const SatelliteSetup&) = default;
};

struct SatelliteTiles {
  SatelliteSetup of;
  std::shared_ptr<const Dataset> data;
  std::shared_ptr<const World> world;  // that they are cut out of; null: they are others
  std::vector<WorldTile> places;
  std::shared_ptr<const TileFeatures> features;
  std::vector<float> values;             // (tiles, features->count())
  std::array<TileNearness, 2> nearness;  // of the world: random, geographic
  int channels = 3;
  uint64_t serial = 0;

  int64_t size() const { return data->size(); }
  const std::vector<std::string>& classes() const { return data->classes(); }
  const float* row(int64_t tile) const { return values.data() + tile * features->count(); }
  std::vector<float> pixels(int64_t tile) const;
};
using SatelliteTilesPtr = std::shared_ptr<const SatelliteTiles>;
// Throws Error.
SatelliteTilesPtr load_tiles(const SatelliteSetup& setup, Progress& progress);

// Half of the tiles of each class to learn from, or one side. Geographic: throws Error where tiles have no regions.
struct SatelliteParts {
  std::vector<int64_t> training, test;
};
SatelliteParts parts_of(const SatelliteTiles& tiles, SatelliteSplit split);

// A training, while it goes on and after it. The job and the window both look at it.
class SatelliteLearning {
 public:
  SatelliteLearning(SatelliteTilesPtr tiles, SatelliteSplit split, int epochs);
  struct Now {
    int epoch = 0;
    std::vector<std::pair<double, double>> training, test;  // (epoch, accuracy)
    double loss = 0;                                        // of the last batch
    std::shared_ptr<const TileHead> head;
    std::vector<int> said;           // of each test tile
    std::vector<int64_t> confusion;  // (classes, classes): [true][predicted]
    bool done = false;
    double reversed = -1;  // geographic: the accuracy of who learned from the test part and is tested on the other
    double accuracy() const { return test.empty() ? 0 : test.back().second; }
  };
  const SatelliteTilesPtr& tiles() const { return tiles_; }
  const SatelliteParts& parts() const { return parts_; }
  SatelliteSplit split() const { return split_; }
  int epochs() const { return epochs_; }
  std::shared_ptr<const Now> now() const;
  bool runs() const { return runs_; }
  // Goes on until it is done or canceled. `seen`: somebody watches, so that an epoch takes its time.
  void run(Progress& progress, bool seen, const std::function<void()>& wake);

 private:
  std::unique_ptr<TileTraining> begin(const std::vector<int64_t>& part) const;
  SatelliteTilesPtr tiles_;
  SatelliteSplit split_;
  int epochs_;
  SatelliteParts parts_;
  std::unique_ptr<TileTraining> training_;  // the job's
  std::atomic<bool> runs_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const Now> now_;
};
using SatelliteLearningPtr = std::shared_ptr<SatelliteLearning>;
// The share of a part that is judged right; `said` is filled where it is not null.
double judge(const SatelliteTiles& tiles, const TileHead& head, const std::vector<int64_t>& part,
             std::vector<int>* said);

// A scene as a map of classes, as far as it is.
struct SatelliteMap {
  uint64_t serial = 0;
  ImagePtr scene;
  int columns = 0, rows = 0, stride = 1, tile = 16;
  int64_t tiles = 0, done = 0;                        // with the newest features
  std::vector<int16_t> blended, single;               // per cell; -1: nothing is known
  std::shared_ptr<const std::vector<uint8_t>> photo;  // RGB of each cell
  std::shared_ptr<const World> world;                 // that the scene is of; null: it is another
  std::shared_ptr<const TileHead> head;
  std::string why_by_tiles;  // empty: in one convolutional run
  int64_t computed = 0;      // tiles' features so far, those again that are not kept
  bool keeps_all = true;
  double share() const { return tiles == 0 ? 0 : static_cast<double>(done) / static_cast<double>(tiles); }
};
using SatelliteMapPtr = std::shared_ptr<const SatelliteMap>;

// One scene with one grid; keeps its tiles' features (scene_features.h), so that another head colors it anew at once.
class SatelliteScene {
 public:
  // `scene`: a file or "world". Throws Error.
  SatelliteScene(std::string scene, SatelliteTilesPtr tiles, int tile, double overlap,
                 int64_t most_kept = SceneFeatures::kMostKept);
  const std::string& name() const { return name_; }
  int tile() const { return tile_; }
  double overlap() const { return overlap_; }
  const SatelliteTilesPtr& tiles() const { return tiles_; }
  SatelliteMapPtr map() const;  // null: not yet
  // Up to the end, with the newest head that the learning has.
  void run(const SatelliteLearning& learning, Progress& progress, const std::function<void()>& wake);
  // What comes is not kept: worth its time for the last head alone.
  bool waits_for_the_last() const { return waits_; }
  // The features of the tile of a cell, where they are there.
  std::optional<std::vector<float>> features_of(int column, int row) const;

 private:
  void open();
  void publish();
  void color_anew(const std::shared_ptr<const TileHead>& head, const Progress& progress);
  void add(int64_t first, const std::vector<float>& probabilities);
  std::string name_;
  SatelliteTilesPtr tiles_;
  int tile_;
  double overlap_;
  int64_t most_kept_;
  std::shared_ptr<const World> world_;
  ImagePtr scene_;
  std::optional<TileBlend> blend_;
  std::unique_ptr<SceneFeatures> features_;
  std::atomic<bool> waits_{false};
  std::shared_ptr<const std::vector<uint8_t>> photo_;
  std::shared_ptr<const TileHead> head_;  // that the blend is of
  mutable std::mutex mutex_;
  SatelliteMapPtr map_;
  const SceneFeatures* shown_features_ = nullptr;  // as soon as there is a map
};

// One cell of a map, looked at.
struct SatelliteCell {
  int x = 0, y = 0;           // of the map
  int left = 0, top = 0;      // of its tile, in pixels of the scene
  std::vector<float> pixels;  // of its tile
  std::vector<float> probabilities;
  struct Near {
    int64_t tile = 0;
    double distance = 0;
  };
  std::vector<Near> nearest;  // training tiles, in the head's normalized features
  std::string truth;          // of the world: the land cover; empty: not known
  uint64_t of_map = 0;
};
SatelliteCell look_at_cell(const SatelliteMap& map, const SatelliteScene& scene, const SatelliteLearning& learning,
                           int x, int y);
constexpr size_t kSatelliteNearest = 5;

}  // namespace striate
