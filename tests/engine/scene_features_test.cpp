// Features of a scene's tiles: each once, coarse ones first, kept as far as there is room; in one convolutional run the
// same as tile by tile.
#include "engine/transfer/scene_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "engine/error.h"
#include "engine/training/checkpoint.h"
#include "kernels/random.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

ImagePtr scene(int width, int height) {
  auto image = std::make_shared<Image>();
  image->width = width, image->height = height, image->channels = 3;
  image->name = "scene";
  image->bytes.resize(image->value_count());
  Random random(5, 2);
  for (size_t i = 0; i < image->value_count(); ++i)
    image->bytes.data()[i] = static_cast<uint8_t>(random.between(0, 255.99f));
  return image;
}

std::string saved(const TestFolder& folder, const std::string& text) {
  Stream stream;
  Network network(stream, Architecture::parse(text));
  network.initialize(stream, Initializer::he_normal, 3);
  ModelInfo info;
  info.architecture = network.architecture();
  info.normalization = {{0.2f, 0.3f, 0.4f}, {0.5f, 0.6f, 0.7f}};
  save_model(folder / "base.safetensors", stream, info, network);
  return folder / "base.safetensors";
}

bool on() { return true; }

}  // namespace

TEST(SceneFeatures, in_one_run_they_are_those_of_each_tile) {
  const TestFolder folder;
  const struct {
    const char* text;
    int64_t count;
  } bases[] = {
      {"input 3x16x16 | conv 6 3x3 | relu | maxpool 2 | conv 7 4x4 | relu | globalavgpool | flatten | dense 3", 7},
      {"input 3x16x16 | conv 6 5x5 | relu | maxpool 2 | flatten | dense 20 | relu | dense 3", 20}};
  for (const auto& base : bases) {
    const auto features = std::make_shared<const TileFeatures>(saved(folder, base.text), Shape{3, 16, 16});
    EXPECT_EQ(features->count(), base.count);
    EXPECT_EQ(features->why_by_tiles(), "");
    const ImagePtr image = scene(133, 70);
    const TileBlend blend("scene", 133, 70, 3, 16, 0.5);
    SceneFeatures all(features, image, blend, 3);
    EXPECT_EQ(all.why_by_tiles(), "");
    while (!all.next(blend, on).empty()) {
    }
    EXPECT_EQ(all.done(), blend.tiles());
    EXPECT_EQ(all.computed(), blend.tiles());
    EXPECT_EQ(all.kept(), blend.tiles());
    const auto tiles = std::make_shared<const SceneTiles>(image, blend, 3);
    for (int64_t i = 0; i < blend.tiles(); ++i) {
      const std::vector<float> alone = features->of(tiles, {i});
      const auto kept = all.of(blend.place(i));
      ASSERT_TRUE(kept);
      for (size_t k = 0; k < alone.size(); ++k) EXPECT_NEAR((*kept)[k], alone[k], 1e-4);
    }
  }
}

TEST(SceneFeatures, padding_or_other_steps_go_by_tiles) {
  const TestFolder folder;
  const auto padded = std::make_shared<const TileFeatures>(
      saved(folder, "input 3x16x16 | conv 6 3x3 pad 1 | relu | globalavgpool | flatten | dense 3"), Shape{3, 16, 16});
  EXPECT_NE(padded->why_by_tiles().find("has padding"), std::string::npos);
  const auto other = std::make_shared<const TileFeatures>(
      saved(folder, "input 3x16x16 | conv 6 3x3 | relu | maxpool 2 | flatten | dense 3"), Shape{3, 16, 16});
  const TileBlend odd("scene", 133, 70, 3, 16, 0.3);
  EXPECT_EQ(SceneFeatures(other, scene(133, 70), odd, 3).why_by_tiles(), "tiles move by 11 pixels, the network by 2");
  const TileBlend larger("scene", 133, 70, 3, 24, 0.5);
  EXPECT_EQ(SceneFeatures(other, scene(133, 70), larger, 3).why_by_tiles(), "tiles of 24 x 24 are scaled to 16 x 16");
  const auto scaled = std::make_shared<const TileFeatures>(folder / "base.safetensors", Shape{3, 20, 20});
  EXPECT_EQ(scaled->why_by_tiles(), "tiles of 20 x 20 are scaled to 16 x 16");
  EXPECT_EQ(TileFeatures(TileFeatures::kColor, {3, 16, 16}).run(), nullptr);
}

TEST(SceneFeatures, each_is_computed_once_and_coarse_ones_come_first) {
  const auto features = std::make_shared<const TileFeatures>(TileFeatures::kColor, Shape{3, 8, 8});
  const TileBlend blend("scene", 200, 120, 3, 8, 0.5);
  SceneFeatures all(features, scene(200, 120), blend, 3);
  std::set<std::pair<int, int>> seen;
  int64_t done = 0;
  for (size_t level = 0; all.done() < blend.tiles(); ++level) {
    const std::vector<float> values = all.next(blend, on);
    ASSERT_EQ(all.done(), blend.levels()[level]) << "as far as the next finer grid";
    EXPECT_EQ(static_cast<int64_t>(values.size()), (all.done() - done) * 6);
    for (; done < all.done(); ++done) EXPECT_TRUE(seen.insert({all.place(done).column, all.place(done).row}).second);
  }
  EXPECT_TRUE(all.next(blend, on).empty());
  EXPECT_EQ(all.computed(), blend.tiles());
}

TEST(SceneFeatures, what_has_no_room_is_computed_again_and_nothing_else) {
  const auto features = std::make_shared<const TileFeatures>(TileFeatures::kColor, Shape{3, 8, 8});
  const TileBlend blend("scene", 200, 120, 3, 8, 0.5);
  SceneFeatures some(features, scene(200, 120), blend, 3, 6 * 100 + 5);
  EXPECT_FALSE(some.keeps_all());
  while (!some.next(blend, on).empty()) {
  }
  EXPECT_EQ(some.kept(), 100);
  EXPECT_TRUE(some.is_full());
  EXPECT_TRUE(some.of(blend.place(0)));
  EXPECT_FALSE(some.of(blend.place(blend.tiles() - 1)));
  some.forget_unkept();
  EXPECT_EQ(some.done(), 100);
  while (!some.next(blend, on).empty()) {
  }
  EXPECT_EQ(some.done(), blend.tiles());
  EXPECT_EQ(some.computed(), 2 * blend.tiles() - 100);
  // Stopped, and gone on with.
  SceneFeatures stopped(features, scene(200, 120), blend, 3);
  EXPECT_TRUE(stopped.next(blend, [] { return false; }).empty());
  EXPECT_EQ(stopped.done(), 0);
  EXPECT_FALSE(stopped.next(blend, on).empty());
}

}  // namespace striate
