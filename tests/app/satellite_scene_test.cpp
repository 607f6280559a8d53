// A scene that is colored by a head while it learns: the same map whether all features are kept or few; what is not
// kept waits for the last head.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "app/pages/satellite/satellite_work.h"

namespace striate {
namespace {

class SatelliteSceneTest : public testing::Test {
 protected:
  SatelliteSceneTest() {
    Progress progress;
    SatelliteSetup setup;
    setup.tile = 32;
    tiles_ = load_tiles(setup, progress);
  }
  SatelliteMapPtr mapped(SatelliteScene& scene, const SatelliteLearning& learning) {
    Progress progress;
    scene.run(learning, progress, [this] { ++woken_; });
    return scene.map();
  }
  SatelliteTilesPtr tiles_;
  int woken_ = 0;
};

}  // namespace

// What the page says of its splits; what stands nearest across the line is ice, or the sea around it.
TEST(SatelliteSplits, test_tiles_lie_as_far_from_the_learned_ones_as_the_page_says) {
  Progress progress;
  const SatelliteTilesPtr tiles = load_tiles({}, progress);
  const auto measured = [&](SatelliteSplit split) {
    const SatelliteParts parts = parts_of(*tiles, split);
    return std::pair{kilometers_to_learned(tiles->places, parts.training, parts.test), parts.test};
  };
  const auto [far, test] = measured(SatelliteSplit::geographic);
  int near = 0;
  for (size_t i = 0; i < far.size(); ++i) {
    if (far[i] >= 300) continue;
    const WorldTile& place = tiles->places[static_cast<size_t>(test[i])];
    EXPECT_GT(std::abs(place.latitude()), 75) << place.place() << ", " << far[i] << " km";
    ++near;
  }
  EXPECT_GT(near, 0);
  EXPECT_LT(near, 25) << "of " << far.size();
  const TileNearness& random = tiles->nearness[0];
  const TileNearness& geographic = tiles->nearness[1];
  EXPECT_EQ(geographic.tested, static_cast<int64_t>(far.size()));
  EXPECT_EQ(geographic.sharing, 0);
  EXPECT_GT(geographic.least, 100) << "a tile is 119 km high";
  EXPECT_GT(geographic.median, 3000);
  EXPECT_GT(random.sharing, random.tested / 6);
  EXPECT_LT(random.median, 200);
  EXPECT_EQ(geographic.least, *std::min_element(far.begin(), far.end()));
}

TEST(SatelliteSplits, distances_are_measured_along_the_globe) {
  const auto at = [](double longitude, double latitude) {
    WorldTile tile;
    tile.size = 16;
    tile.x = static_cast<int>((longitude + 180) * 15) - 8, tile.y = static_cast<int>((90 - latitude) * 15) - 8;
    return tile;
  };
  const std::vector<WorldTile> places{at(-179, 0), at(179, 0), at(0, 80), at(180, 80), at(-178.6, 0.4)};
  EXPECT_NEAR(kilometers_to_learned(places, {0}, {1})[0], 2 * 111.19, 0.5) << "across the date line";
  EXPECT_NEAR(kilometers_to_learned(places, {2}, {3})[0], 20 * 111.19, 0.5) << "over the pole";
  EXPECT_EQ(tiles_that_share(places, {0}, {1, 4}), 1);
}

TEST_F(SatelliteSceneTest, few_kept_features_come_to_the_same_map_as_all) {
  SatelliteLearning first(tiles_, SatelliteSplit::random, 3), second(tiles_, SatelliteSplit::geographic, 3);
  SatelliteScene all("world", tiles_, 32, 0.5), few("world", tiles_, 32, 0.5, 6 * 5000);
  EXPECT_EQ(mapped(all, first), nullptr) << "no head yet";
  Progress progress;
  first.run(progress, false, [] {});
  second.run(progress, false, [] {});
  int64_t computed = 0;
  for (const SatelliteLearning* learning : {&first, &second, &first}) {
    const SatelliteMapPtr one = mapped(all, *learning), other = mapped(few, *learning);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->done, one->tiles);
    EXPECT_EQ(other->done, other->tiles);
    EXPECT_EQ(one->head, learning->now()->head);
    EXPECT_EQ(one->single, other->single);
    EXPECT_EQ(one->computed, one->tiles) << "each once, whatever heads ask";
    computed += computed == 0 ? other->tiles : other->tiles - 5000;
    EXPECT_EQ(other->computed, computed) << "each but the kept ones again";
    EXPECT_TRUE(one->keeps_all);
    EXPECT_FALSE(other->keeps_all);
  }
  EXPECT_GT(woken_, 5);
  EXPECT_TRUE(all.features_of(100, 60));
}

TEST_F(SatelliteSceneTest, what_is_not_kept_waits_for_the_last_head) {
  SatelliteLearning learning(tiles_, SatelliteSplit::random, 1'000'000);
  SatelliteScene few("world", tiles_, 32, 0.5, 6 * 3000);
  Progress training;
  std::thread learner([&] { learning.run(training, false, [] {}); });
  while (!learning.now()->head) std::this_thread::yield();
  const SatelliteMapPtr now = mapped(few, learning);
  EXPECT_TRUE(few.waits_for_the_last());
  ASSERT_TRUE(now);
  EXPECT_GE(now->done, 0);
  EXPECT_LT(now->done, now->tiles) << "it learns, so that there is no last head";
  training.canceled = true;
  learner.join();
  const SatelliteMapPtr whole = mapped(few, learning);
  EXPECT_FALSE(few.waits_for_the_last());
  EXPECT_EQ(whole->done, whole->tiles);
  EXPECT_EQ(whole->head, learning.now()->head);
}

}  // namespace striate
