// The three networks of the page sharing: how many numbers they learn, that they learn, what tying does, gradients.
#include "engine/sharing/sharing_lab.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace striate {
namespace {

SharingLab lab(SharingTie tie = SharingTie::free) { return {Device::cpu(), open_sharing_data("digits"), tie, 1}; }

}  // namespace

TEST(Sharing, counts_what_each_layer_learns) {
  const auto count = [](SharingLayer layer, SharingTie tie) { return sharing_parameters(layer, tie).value; };
  EXPECT_EQ(count(SharingLayer::dense, SharingTie::free), 4'821'600);
  EXPECT_EQ(count(SharingLayer::local, SharingTie::free), 122'304);
  EXPECT_EQ(count(SharingLayer::local, SharingTie::quadrants), 624);
  EXPECT_EQ(count(SharingLayer::local, SharingTie::shared), 156);
  EXPECT_EQ(count(SharingLayer::convolution, SharingTie::free), 156);
  EXPECT_EQ(sharing_parameters(SharingLayer::local, SharingTie::free).formula, "28*28*(5*5*1 + 1)*6");
}

TEST(Sharing, moves_digits_by_whole_pixels_exactly_and_turns_them_about_their_middle) {
  std::vector<float> picture(1024, 0.0f);
  picture[10 * 32 + 12] = 0.5f, picture[31 * 32 + 31] = 1;
  const std::vector<float> moved = moved_digit(picture, {.dx = 3, .dy = -2});
  EXPECT_EQ(moved[8 * 32 + 15], 0.5f);
  double sum = 0;
  for (const float value : moved) sum += static_cast<double>(value);
  EXPECT_EQ(sum, 0.5);
  EXPECT_EQ(moved_digit(picture, {}), picture);
  // A quarter turn, clockwise: up becomes right.
  picture.assign(1024, 0.0f);
  picture[2 * 32 + 15] = 1;
  const std::vector<float> turned = moved_digit(picture, {.degrees = 90});
  EXPECT_NEAR(turned[15 * 32 + 29], 1, 1e-5);
  const std::vector<float> small = moved_digit(std::vector<float>(1024, 1.0f), {.scale = 0.5});
  EXPECT_EQ(small[0], 0);
  EXPECT_EQ(small[16 * 32 + 16], 1);
}

TEST(Sharing, takes_digits_alone) {
  EXPECT_THROW(open_sharing_data("shapes"), Error);
  EXPECT_THROW(open_sharing_data("mnist:/nowhere"), Error);
  EXPECT_THROW(open_sharing_data("digits:100"), Error);
  const SharingData data = open_sharing_data("digits");
  EXPECT_LT(data.training.back(), data.test.front());
  EXPECT_EQ(data.digits->shape(), (Shape{1, 32, 32}));
}

TEST(Sharing, learns_and_says_the_same_alone_and_in_a_row) {
  SharingLab it = lab();
  EXPECT_TRUE(std::isnan(it.loss(SharingLayer::dense)));
  it.step();
  const float first = it.loss(SharingLayer::convolution);
  for (int i = 0; i < 24; ++i) it.step();
  EXPECT_EQ(it.steps(), 25);
  EXPECT_LT(it.loss(SharingLayer::convolution), first);
  EXPECT_LT(it.loss(SharingLayer::dense), first);
  std::vector<std::vector<float>> pictures;
  for (int64_t i = 0; i < 31; ++i) pictures.push_back(it.data().test_digit(i));  // more than one row
  for (const SharingLayer layer : {SharingLayer::dense, SharingLayer::local, SharingLayer::convolution}) {
    const std::vector<int> row = it.classes(layer, pictures);
    ASSERT_EQ(row.size(), pictures.size());
    for (size_t i = 0; i < row.size(); i += 6) EXPECT_EQ(row[i], it.answer(layer, pictures[i]).label);
    const SharingAnswer answer = it.answer(layer, pictures[0]);
    EXPECT_EQ(answer.maps.size(), size_t{6} * 28 * 28);
    double sum = 0;
    for (const float share : answer.probabilities) sum += static_cast<double>(share);
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

TEST(Sharing, untied_weights_begin_with_what_they_shared_and_tied_ones_with_the_middle) {
  SharingLab it = lab(SharingTie::shared);
  for (int i = 0; i < 3; ++i) it.step();
  const std::vector<float> picture = it.data().test_digit(0);
  const SharingAnswer shared = it.answer(SharingLayer::local, picture);
  const auto expect_same = [&](const SharingAnswer& answer) {
    for (size_t i = 0; i < shared.maps.size(); i += 37) EXPECT_NEAR(answer.maps[i], shared.maps[i], 1e-5);
    for (size_t i = 0; i < 10; ++i) EXPECT_NEAR(answer.probabilities[i], shared.probabilities[i], 1e-5);
  };
  it.set_tie(SharingTie::quadrants);
  expect_same(it.answer(SharingLayer::local, picture));
  it.set_tie(SharingTie::free);
  expect_same(it.answer(SharingLayer::local, picture));
  it.set_tie(SharingTie::shared);
  expect_same(it.answer(SharingLayer::local, picture));
  // And goes its own ways from there.
  it.set_tie(SharingTie::free);
  it.step();
  const SharingAnswer apart = it.answer(SharingLayer::local, picture);
  EXPECT_NE(apart.maps, shared.maps);
  // Places that went their own ways and were tied come back as they were, unless something was learned in between.
  const SharingAnswer free = it.answer(SharingLayer::local, picture);
  it.set_tie(SharingTie::shared);
  EXPECT_NE(it.answer(SharingLayer::local, picture).maps, free.maps);
  it.set_tie(SharingTie::free);
  EXPECT_EQ(it.answer(SharingLayer::local, picture).maps, free.maps);
  it.set_tie(SharingTie::shared);
  it.step();
  it.set_tie(SharingTie::free);
  EXPECT_NE(it.answer(SharingLayer::local, picture).maps, free.maps);
}

TEST(Sharing, local_gradients_of_tied_places_add_up_to_the_shared_one) {
  for (const SharingTie tie : {SharingTie::shared, SharingTie::quadrants, SharingTie::free}) {
    SharingLab it = lab(tie);
    for (int i = 0; i < 3; ++i) it.step();
    const SharingGradient gradient = it.gradient(it.data().test_digit(3), it.data().test_label(3));
    double largest = 0, off = 0;
    const int tiles = gradient.sets_y * gradient.sets_x;
    for (int tile = 0; tile < tiles; tile += std::max(1, tiles / 20)) {
      for (int filter = 0; filter < 6; ++filter) {
        for (int tap = 0; tap < 25; tap += 3) {
          const double shared = static_cast<double>(gradient.shared(tile, filter, tap / 5, tap % 5));
          largest = std::max(largest, std::fabs(shared));
          off = std::max(off, std::fabs(shared - gradient.sum(tile, filter, tap / 5, tap % 5)));
        }
      }
    }
    EXPECT_GT(largest, 0) << name_of(tie);
    EXPECT_LE(off, 1e-5 * largest) << name_of(tie);
  }
}

}  // namespace striate
