// A scene classified tile by tile: the blend is what the definition says, the order goes from coarse to fine, and what
// cannot be mapped is told.
#include "engine/session/scene_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "engine/error.h"
#include "engine/network/network.h"
#include "tests/engine/small_images.h"

namespace striate {
namespace {

// Two classes: bright and dark, by the mean of the picture; of any size.
constexpr const char* kBright = "input 1x8x8 | globalavgpool | flatten | dense 2";

// A file with that network, its answer exp(mean) / (exp(mean) + exp(1 - mean)).
ModelFile bright(const std::string& text = kBright) {
  ModelFile file;
  file.path = "bright";
  file.info.architecture = Architecture::parse(text);
  file.info.classes = {"bright", "dark"};
  file.load = [](Stream& stream, Network& network) {
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind != TensorKind::weight) continue;
      std::vector<float> values(static_cast<size_t>(tensor.shape.count()));
      if (values.size() != 2 && values.size() != 128) throw Error("weights of another size", "none");
      if (values.size() == 2) {  // dense 2 of one value: weights or biases
        values = tensor.name.ends_with("bias") ? std::vector<float>{0, 1} : std::vector<float>{1, -1};
      }
      network.write_tensor(stream, tensor, values);
    }
  };
  return file;
}

ImagePtr scene(int width, int height) {
  auto image = std::make_shared<Image>();
  image->width = width;
  image->height = height;
  image->channels = 1;
  image->name = "scene";
  image->bytes.resize(image->value_count());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image->bytes[static_cast<size_t>(y * width + x)] = static_cast<uint8_t>((x * 37 + y * 11 + x * y) % 256);
    }
  }
  return image;
}

double mean_of(const Image& image, int x, int y, int size) {
  double sum = 0;
  for (int v = 0; v < size; ++v) {
    for (int u = 0; u < size; ++u) sum += *image.at(x + u, y + v);
  }
  return sum / size / size / 255;
}

double answer_of(double mean) { return std::exp(mean) / (std::exp(mean) + std::exp(1 - mean)); }

std::string failure(ModelFile file, const ImagePtr& image, const SceneMapSettings& settings) {
  Stream stream(Device::cpu());
  try {
    SceneMap map(stream, std::move(file), image, settings);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(SceneMap, probabilities_are_those_of_all_tiles_weighted_by_their_window) {
  Stream stream(Device::cpu());
  const ImagePtr image = scene(45, 30);
  for (const double overlap : {0.0, 0.3, 0.5, 0.9}) {
    SceneMap map(stream, bright(), image, {.tile = 8, .overlap = overlap});
    const int stride = map.stride();
    EXPECT_EQ(stride, std::max(1, static_cast<int>(std::lround(8 * (1 - overlap)))));
    while (map.step()) {
    }
    EXPECT_EQ(map.done(), map.all());
    std::vector<int> lefts, tops;
    for (int x = 0; x < 45 - 8; x += stride) lefts.push_back(x);
    for (int y = 0; y < 30 - 8; y += stride) tops.push_back(y);
    lefts.push_back(45 - 8);
    tops.push_back(30 - 8);
    EXPECT_EQ(map.all(), static_cast<int64_t>(lefts.size() * tops.size()));
    for (int row = 0; row < map.rows(); ++row) {
      for (int column = 0; column < map.columns(); ++column) {
        const double x = (column * stride + std::min((column + 1) * stride, 45)) / 2.0;
        const double y = (row * stride + std::min((row + 1) * stride, 30)) / 2.0;
        double sum = 0, weights = 0;
        for (const int top : tops) {
          for (const int left : lefts) {
            const double across = std::abs(x - left - 4) / 8, down = std::abs(y - top - 4) / 8;
            if (across >= 0.5 || down >= 0.5) continue;
            const double weight = std::pow(std::cos(std::numbers::pi * across) * std::cos(std::numbers::pi * down), 2);
            weights += weight;
            sum += weight * answer_of(mean_of(*image, left, top, 8));
          }
        }
        ASSERT_GT(weights, 0) << column << ' ' << row << ' ' << overlap;
        EXPECT_NEAR(map.probabilities(column, row)[0], sum / weights, 1e-5) << column << ' ' << row << ' ' << overlap;
        const bool tie = std::abs(sum / weights - 0.5) < 1e-5;
        EXPECT_TRUE(tie || map.label(column, row) == (sum / weights > 0.5 ? 0 : 1));
      }
    }
  }
}

TEST(SceneMap, a_coarse_map_of_everything_is_there_early) {
  Stream stream(Device::cpu());
  SceneMap map(stream, bright(), scene(400, 400), {.tile = 8, .overlap = 0});
  EXPECT_EQ(map.all(), 2500);
  EXPECT_EQ(map.label(0, 0), -1);
  ASSERT_TRUE(map.step());
  EXPECT_LE(map.done(), 100);
  for (int row = 0; row < map.rows(); ++row) {
    for (int column = 0; column < map.columns(); ++column) ASSERT_GE(map.label(column, row), 0) << column << row;
  }
  while (map.step()) {
  }
  EXPECT_FALSE(map.step());
}

TEST(SceneMap, tiles_are_enlarged_to_twice_their_size_at_most) {
  Stream stream(Device::cpu());
  EXPECT_EQ(SceneMap(stream, bright(), scene(20, 20), {.tile = 16}).side(), 8);
  EXPECT_EQ(SceneMap(stream, bright(), scene(20, 20), {.tile = 5}).side(), 8);
  EXPECT_EQ(SceneMap(stream, bright(), scene(20, 20), {.tile = 3}).side(), 6);
  EXPECT_EQ(SceneMap(stream, bright(), scene(20, 20), {}).tile(), 8);
  // A dense layer that reads pixels has one size only.
  EXPECT_EQ(failure(bright("input 1x8x8 | flatten | dense 2"), scene(20, 20), {.tile = 3}),
            "tiles of 3 pixels would have to be enlarged 2.7 times for bright");
}

TEST(SceneMap, what_cannot_be_mapped_is_told) {
  EXPECT_EQ(failure(bright(), scene(20, 7), {}), "scene: its 20 x 7 pixels are less than a tile of 8");
  EXPECT_EQ(failure(bright(), scene(20, 20), {.tile = 8, .overlap = 0.95}), "an overlap of 0.95 is not possible");
  EXPECT_NE(failure(bright("input 5 | dense 2"), scene(20, 20), {}).find("not pictures"), std::string::npos);
  EXPECT_EQ(failure(bright(), scene(8, 8), {.overlap = 0}), "no error");
}

}  // namespace striate
