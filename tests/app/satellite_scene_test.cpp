// A scene that is colored by a head while it learns: the same map whether all features are kept or few; what is not
// kept waits for the last head.
#include <gtest/gtest.h>

#include <thread>

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
