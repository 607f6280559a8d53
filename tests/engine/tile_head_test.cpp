// Tiles as rows of numbers and the head that learns from them: features are the network's own, a step of the head is
// the one that softmax cross-entropy asks for.
#include "engine/transfer/tile_head.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "engine/network/network.h"
#include "engine/session/tile_blend.h"
#include "engine/training/data/sources.h"
#include "engine/training/trainer.h"
#include "engine/transfer/tile_features.h"
#include "kernels/loss.h"
#include "kernels/random.h"

namespace striate {
namespace {

std::vector<int64_t> numbers(int64_t count) {
  std::vector<int64_t> all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

TEST(TileFeatures, colors_are_means_and_deviations) {
  const std::shared_ptr<const Dataset> tiles = open_dataset("satellite:16");
  const TileFeatures features(TileFeatures::kColor, tiles->shape());
  ASSERT_EQ(features.count(), 6);
  const std::vector<float> found = features.of(tiles, {5, 2});
  ASSERT_EQ(found.size(), 12u);
  std::vector<float> pixels(static_cast<size_t>(tiles->shape().count()));
  for (const size_t k : {0u, 1u}) {
    tiles->read(k == 0 ? 5 : 2, pixels.data());
    const size_t each = pixels.size() / 3;
    for (size_t c = 0; c < 3; ++c) {
      double mean = 0, squares = 0;
      for (size_t i = 0; i < each; ++i) mean += static_cast<double>(pixels[c * each + i]) / static_cast<double>(each);
      for (size_t i = 0; i < each; ++i) {
        squares += std::pow(static_cast<double>(pixels[c * each + i]) - mean, 2) / static_cast<double>(each);
      }
      EXPECT_NEAR(found[6 * k + c], mean, 1e-5);
      EXPECT_NEAR(found[6 * k + 3 + c], std::sqrt(squares), 1e-5);
    }
  }
}

// In another order, one at a time, behind others: the same bits; and the same as the whole network's own activation.
TEST(TileFeatures, of_a_network_are_the_same_bits_whenever_they_are_computed) {
  const std::shared_ptr<const Dataset> tiles = open_dataset("digits:30");
  const TileFeatures features("lenet5-digits", tiles->shape());
  ASSERT_EQ(features.count(), 84);
  const std::vector<float> all = features.of(tiles, numbers(30));
  for (const int64_t i : {29, 0, 7, 13}) {
    const std::vector<float> one = features.of(tiles, {i});
    EXPECT_EQ(one, std::vector<float>(all.begin() + i * 84, all.begin() + (i + 1) * 84)) << i;
  }
  const BaseNetwork base = BaseNetwork::open("lenet5-digits");
  Stream stream;
  Network whole(stream, base.with_head("", 2));
  base.load(stream, whole);
  const auto fitted = fitted_to(base.picture(), base.preprocessing(), tiles);
  std::vector<float> pixels(static_cast<size_t>(fitted->shape().count()));
  for (const int64_t i : {0, 17}) {
    Trainer::read_samples(*fitted, {i}, base.normalization(), nullptr, 0, 0, pixels.data());
    whole.write_tensor(stream, whole.input(), pixels);
    whole.forward(stream, Mode::evaluation);
    EXPECT_EQ(whole.read_tensor(stream, whole.activation(base.layers())),
              std::vector<float>(all.begin() + i * 84, all.begin() + (i + 1) * 84));
  }
  int64_t asked = 0;
  EXPECT_TRUE(features.of(tiles, numbers(30), [&](int64_t done, int64_t) { return asked = done, false; }).empty());
  EXPECT_LT(asked, 30);
}

TEST(SceneTiles, are_the_squares_of_the_scene_in_the_order_of_the_blend) {
  auto scene = std::make_shared<Image>();
  scene->width = 23, scene->height = 17, scene->channels = 3;
  scene->bytes.resize(scene->value_count());
  for (size_t i = 0; i < scene->bytes.size(); ++i) scene->bytes[i] = static_cast<uint8_t>(i * 7 % 251);
  const TileBlend blend("scene", 23, 17, 2, 6, 0.5);
  for (const int channels : {1, 3}) {
    const SceneTiles tiles(scene, blend, channels);
    ASSERT_EQ(tiles.size(), blend.tiles());
    std::vector<float> pixels(static_cast<size_t>(channels * 36));
    for (int64_t i = 0; i < tiles.size(); ++i) {
      tiles.read(i, pixels.data());
      const uint8_t* from = scene->at(blend.left(blend.place(i).column) + 5, blend.top(blend.place(i).row) + 2);
      const float expected =
          channels == 3 ? static_cast<float>(from[1]) / 255 : static_cast<float>(from[0] + from[1] + from[2]) / 765;
      EXPECT_NEAR(pixels[(channels == 3 ? 36u : 0u) + 2 * 6 + 5], expected, 1e-6);
    }
  }
}

// One epoch of one batch, from zero epochs: the change of each weight is -rate * sign of the gradient for Adam's first
// step, and the gradient is that of the engine's own softmax cross-entropy, written out in double precision.
TEST(TileHead, a_step_is_the_one_that_softmax_cross_entropy_asks_for) {
  constexpr int64_t kFeatures = 80, kTiles = 30;  // more than 64: no hidden layer
  constexpr int kClasses = 3;
  Random random(4, 0);
  std::vector<float> features;
  std::vector<int> labels;
  for (int64_t i = 0; i < kTiles; ++i) {
    labels.push_back(static_cast<int>(i % kClasses));
    for (int64_t k = 0; k < kFeatures; ++k) {
      features.push_back(random.unit() + (k % kClasses == i % kClasses ? 0.6f : 0.0f));
    }
  }
  TileTraining training(features, kFeatures, labels, {"a", "b", "c"}, numbers(kTiles), 5);
  const auto before = training.head();
  const std::vector<float> p = before->probabilities(features.data(), kTiles);
  // Its probabilities are the softmax of the kernel that training uses; the loss of the first batch is theirs.
  double loss = 0;
  for (int64_t i = 0; i < kTiles; ++i) {
    loss -=
        std::log(static_cast<double>(p[static_cast<size_t>(i * kClasses + labels[static_cast<size_t>(i)])])) / kTiles;
  }
  training.epoch();  // 30 tiles are one batch
  EXPECT_NEAR(training.loss(), loss, 1e-5);
  // The gradient of a logit is softmax - target; of the bias its mean over the batch. Adam's first step moves each
  // weight by the rate against its sign, which moves every logit by the rate times the sum of |x| + 1 where signs
  // agree.
  std::vector<double> bias(kClasses), weight(static_cast<size_t>(kClasses * kFeatures));
  for (int64_t i = 0; i < kTiles; ++i) {
    const std::vector<float> x = before->normalized(features.data() + i * kFeatures);
    for (int c = 0; c < kClasses; ++c) {
      const double d = (static_cast<double>(p[static_cast<size_t>(i * kClasses + c)]) -
                        (labels[static_cast<size_t>(i)] == c ? 1 : 0)) /
                       kTiles;
      bias[static_cast<size_t>(c)] += d;
      for (int64_t k = 0; k < kFeatures; ++k) {
        weight[static_cast<size_t>(c * kFeatures + k)] += d * static_cast<double>(x[static_cast<size_t>(k)]);
      }
    }
  }
  const auto after = training.head();
  const std::vector<float> q = after->probabilities(features.data(), kTiles);
  const auto step = [](double gradient) { return -1e-2 * gradient / (std::abs(gradient) + 1e-8); };
  for (int64_t i = 0; i < kTiles; ++i) {
    const std::vector<float> x = before->normalized(features.data() + i * kFeatures);
    // Logits are known up to one number for each tile: differences from class 0 are compared.
    for (int c = 1; c < kClasses; ++c) {
      double expected = step(bias[static_cast<size_t>(c)]) - step(bias[0]);
      for (int64_t k = 0; k < kFeatures; ++k) {
        expected += (step(weight[static_cast<size_t>(c * kFeatures + k)]) - step(weight[static_cast<size_t>(k)])) *
                    static_cast<double>(x[static_cast<size_t>(k)]);
      }
      const auto logit = [&](const std::vector<float>& of, int k) {
        return std::log(static_cast<double>(of[static_cast<size_t>(i * kClasses + k)]));
      };
      EXPECT_NEAR(logit(q, c) - logit(q, 0) - (logit(p, c) - logit(p, 0)), expected, 1e-3) << i << " " << c;
    }
  }
  for (int e = 0; e < 30; ++e) training.epoch();
  const std::vector<float> learned = training.head()->probabilities(features.data(), kTiles);
  for (int64_t i = 0; i < kTiles; ++i) {
    EXPECT_GT(learned[static_cast<size_t>(i * kClasses + labels[static_cast<size_t>(i)])], 0.5f);
  }
}

}  // namespace striate
