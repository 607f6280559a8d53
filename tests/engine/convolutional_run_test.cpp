// A network that is run once over a scene says what it says about each tile alone; what has padding, or moves by other
// steps, goes tile by tile.
#include "engine/network/convolutional_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/session/scene_map.h"
#include "kernels/random.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

// Two poolings of 2 x 2 and dense layers; a global average behind batch normalization; a convolution as its own head.
const char* const kNetworks[] = {
    "input 1x16x16 | conv 4 3x3 | relu | maxpool 2 | conv 6 4x4 | tanh | maxpool 2 | flatten | dense 9 | relu | dense "
    "3",
    "input 3x12x12 | conv 5 3x3 | batchnorm | prelu | avgpool 2 | conv 4 3x3 | lrn 3 | relu | globalavgpool | flatten "
    "| "
    "dropout 0.5 | dense 3",
    "input 1x12x12 | conv 3 5x5 stride 2 | mish | conv 3 4x4 | flatten",
    "input 3x16x16 | conv 4 3x3 dilation 2 | relu | maxpool 3 stride 1 | conv 4 3x3 stride 2 | relu | avgpool 4 | "
    "flatten | dense 3"};

ModelFile file_of(const std::string& text) {
  ModelFile file;
  file.path = "network";
  file.info.architecture = Architecture::parse(text);
  file.info.classes = {"a", "b", "c"};
  file.load = [](Stream& stream, Network& network) {
    network.initialize(stream, Initializer::he_normal, 7);
    Random random(9, 1);
    for (const NamedTensor& tensor : std::vector<NamedTensor>(network.tensors())) {
      if (tensor.kind != TensorKind::buffer) continue;
      std::vector<float> values(static_cast<size_t>(tensor.shape.count()));
      for (float& v : values) v = random.between(0.5f, 2);
      network.write_tensor(stream, tensor, values);
    }
  };
  return file;
}

ImagePtr scene(int width, int height, int channels) {
  auto image = std::make_shared<Image>();
  image->width = width, image->height = height, image->channels = channels;
  image->name = "scene";
  image->bytes.resize(image->value_count());
  Random random(5, 2);
  for (size_t i = 0; i < image->value_count(); ++i)
    image->bytes.data()[i] = static_cast<uint8_t>(random.between(0, 255.99f));
  return image;
}

std::string way(const std::string& text, const SceneMapSettings& settings) {
  Stream stream(Device::cpu());
  const ModelFile file = file_of(text);
  return SceneMap(stream, file, scene(60, 50, static_cast<int>(file.picture()[0])), settings).why_by_tiles();
}

}  // namespace

TEST(ConvolutionalRun, its_logits_are_those_of_each_tile_alone) {
  for (const char* text : kNetworks) {
    on_all_devices([&](Stream& stream) {
      SCOPED_TRACE(std::string(text) + " on " + stream.device().id());
      const ModelFile file = file_of(text);
      Network network(stream, file.info.architecture);
      file.load(stream, network);
      ConvolutionalRun run(stream, network);
      const Shape picture = network.picture();
      const int side = static_cast<int>(picture[1]), width = 53, height = 41;
      std::vector<float> pixels(static_cast<size_t>(picture[0] * width * height));
      Random random(3, 1);
      for (float& v : pixels) v = random.between(-1, 1);
      std::vector<ConvolutionalRun::Corner> corners;
      for (int y = 0; y + side <= height; y += run.step_y()) {
        for (int x = 0; x + side <= width; x += run.step_x()) corners.push_back({x, y});
      }
      ASSERT_GT(corners.size(), 50u);
      const std::vector<float> values = run.values(stream, pixels, width, height, corners);
      ASSERT_EQ(values.size(), corners.size() * 3);
      double spread = 0;
      for (size_t i = 0; i < corners.size(); ++i) {
        std::vector<float> tile;
        for (int64_t c = 0; c < picture[0]; ++c) {
          for (int y = 0; y < side; ++y) {
            const auto row = pixels.begin() + (c * height + corners[i].y + y) * width + corners[i].x;
            tile.insert(tile.end(), row, row + side);
          }
        }
        network.write_tensor(stream, network.input(), tile);
        network.forward(stream, Mode::evaluation);
        const std::vector<float> alone = network.read_tensor(stream, network.output());
        spread = std::max(spread, static_cast<double>(std::abs(alone[0] - values[0])));
        for (size_t k = 0; k < 3; ++k) {
          EXPECT_NEAR(values[3 * i + k], alone[k], 1e-4) << i;
        }
      }
      EXPECT_GT(spread, 0.01) << "all tiles say the same";
    });
  }
}

TEST(ConvolutionalRun, it_gives_any_layer_behind_the_maps) {
  Stream stream(Device::cpu());
  const ModelFile file = file_of(kNetworks[0]);
  Network network(stream, file.info.architecture);
  file.load(stream, network);
  ConvolutionalRun hidden(stream, network, 8), flat(stream, network, 7), maps(stream, network, 6);
  EXPECT_EQ(hidden.count(), 9);
  EXPECT_EQ(flat.count(), 24);
  const std::vector<float> pixels(16 * 20, 0.5f);
  EXPECT_EQ(flat.values(stream, pixels, 20, 16, {{4, 0}}), maps.values(stream, pixels, 20, 16, {{4, 0}}));
}

TEST(ConvolutionalRun, a_scene_in_one_run_equals_the_scene_by_tiles) {
  Stream stream(Device::cpu());
  for (const char* text : kNetworks) {
    for (const auto& [width, height] : {std::pair{140, 90}, std::pair{1101, 333}, std::pair{16, 61}}) {
      SCOPED_TRACE(fmt::format("{} of {} x {}", text, width, height));
      const ModelFile file = file_of(text);
      const ImagePtr picture = scene(width, height, static_cast<int>(file.picture()[0]));
      const double overlap = file.picture()[1] == 16 ? 0.5 : 1.0 / 3;
      SceneMap once(stream, file, picture, {.overlap = overlap});
      SceneMap each(stream, file, picture, {.overlap = overlap, .by_tiles = true});
      EXPECT_EQ(once.why_by_tiles(), "");
      EXPECT_EQ(each.why_by_tiles(), "it was asked for");
      while (once.step()) {
        ASSERT_GE(once.label(0, 0), 0) << "a coarse map comes first";
      }
      while (each.step()) {
      }
      EXPECT_EQ(once.done(), once.all());
      EXPECT_EQ(each.done(), each.all());
      double largest = 0;
      for (int row = 0; row < each.rows(); ++row) {
        for (int column = 0; column < each.columns(); ++column) {
          const std::vector<float> a = once.probabilities(column, row), b = each.probabilities(column, row);
          for (size_t k = 0; k < 3; ++k) largest = std::max(largest, std::abs(static_cast<double>(a[k] - b[k])));
        }
      }
      EXPECT_LT(largest, 1e-4);
    }
  }
}

TEST(ConvolutionalRun, others_go_by_tiles_and_say_why) {
  const SceneMapSettings half{.overlap = 0.5};
  EXPECT_EQ(way(kNetworks[0], half), "");
  EXPECT_NE(way("input 1x16x16 | conv 4 3x3 pad 1 | relu | flatten | dense 3", half).find("has padding"),
            std::string::npos);
  EXPECT_NE(way("input 1x16x16 | conv 4 3x3 | maxpool 3 stride 2 pad 1 | flatten | dense 3", half).find("has padding"),
            std::string::npos);
  EXPECT_NE(way("input 1x16x16 | conv 4 4x4 | maxpool 2 ceil | flatten | dense 3", half).find("only partly fit"),
            std::string::npos);
  EXPECT_NE(way("input 1x16x16 | local 4 3x3 | relu | flatten | dense 3", half).find("is no convolution"),
            std::string::npos);
  EXPECT_NE(way("input 1x16x16 | a: conv 4 3x3 | relu | add a | flatten | dense 3", half).find("no chain"),
            std::string::npos);
  EXPECT_NE(way("input 1x16x16 | maxpool 2 | flatten | dense 3", half).find("no convolution stands"),
            std::string::npos);
  // Steps of 5 pixels, of tiles in a network that moves by 4.
  EXPECT_EQ(way(kNetworks[0], {.overlap = 0.69}), "tiles move by 5 pixels, the network by 4");
  EXPECT_NE(way(kNetworks[0], {.tile = 20}).find("tiles of 20 pixels are scaled to the network's 16 x 16"),
            std::string::npos);
  Stream stream(Device::cpu());
  Network padded(stream, Architecture::parse("input 1x16x16 | conv 4 3x3 pad 1 | flatten | dense 3"));
  EXPECT_THROW(ConvolutionalRun(stream, padded), Error);
}

}  // namespace striate
