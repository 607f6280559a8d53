// The nearest training pictures: those that comparing with every single one finds, by the same numbers; a training
// picture is its own nearest; and only the training part is looked among.
#include "engine/explain/nearest_pictures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/network/models.h"
#include "engine/training/data/sources.h"
#include "tests/engine/golden.h"
#include "tests/failure.h"

namespace striate {
namespace {

const char* kNet =
    "input 1x28x28 | conv 3 5x5 | tanh | maxpool 2 | conv 4 5x5 | relu | maxpool 2 | flatten | dense 12 | tanh | "
    "dense 10 | softmax";

std::shared_ptr<const AllWeights> some_weights(Stream& stream, const Architecture& architecture) {
  Network network(stream, architecture);
  network.initialize(stream, Initializer::pytorch, 3);
  return std::make_shared<const AllWeights>(read_all_weights(stream, network));
}

NearestPictures::Of digits(Stream& stream, const std::string& net = kNet) {
  NearestPictures::Of of;
  of.architecture = std::make_shared<const Architecture>(Architecture::parse(net));
  of.weights = some_weights(stream, *of.architecture);
  of.data = open_dataset("digits:300", SourceOptions{});
  of.normalization = {{0.13f}, {0.31f}};
  for (int64_t i = 0; i < 200; ++i) of.training.push_back((i * 7 + 3) % 300);
  return of;
}

std::vector<float> sample(const Dataset& data, int64_t index) {
  std::vector<float> pixels(static_cast<size_t>(data.shape().count()));
  data.read(index, pixels.data());
  return pixels;
}

// One picture through the network alone, up to the last tanh.
std::vector<double> hidden(Stream& stream, const NearestPictures::Of& of, std::vector<float> pixels) {
  Network network(stream, *of.architecture);
  write_all_weights(stream, *of.weights, network);
  for (float& each : pixels) each = (each - of.normalization.mean[0]) / of.normalization.stddev[0];
  network.write_tensor(stream, network.input(), pixels);
  network.forward(stream, Mode::evaluation);
  const std::vector<float> values = network.read_tensor(stream, network.activation(9));
  return {values.begin(), values.end()};
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

// Every training picture's distance, sorted.
std::vector<Neighbor> by_hand(const NearestPictures::Of& of, const std::function<double(int64_t)>& distance_of) {
  std::vector<Neighbor> all;
  for (const int64_t each : of.training) all.push_back({each, of.data->label(each), distance_of(each)});
  std::stable_sort(all.begin(), all.end(), [](const Neighbor& a, const Neighbor& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.sample < b.sample;
  });
  return all;
}

void check_same(const std::vector<Neighbor>& got, const std::vector<Neighbor>& expected, size_t count) {
  ASSERT_EQ(got.size(), count);
  for (size_t i = 0; i < count; ++i) {
    EXPECT_EQ(got[i].sample, expected[i].sample) << i;
    EXPECT_EQ(got[i].label, expected[i].label) << i;
    EXPECT_NEAR(got[i].distance, expected[i].distance, 1e-4 * (1 + expected[i].distance)) << i;
  }
}

}  // namespace

TEST(NearestPictures, are_those_that_comparing_with_every_one_finds) {
  on_all_devices([&](Stream& stream) {
    const NearestPictures::Of of = digits(stream);
    NearestPictures near(stream, of);
    EXPECT_EQ(near.node(), 9);
    EXPECT_EQ(near.layer(), "8");
    EXPECT_EQ(near.searched(), 200);
    int64_t other_part = 0;
    while (std::find(of.training.begin(), of.training.end(), other_part) != of.training.end()) ++other_part;
    for (const int64_t query : {other_part, of.training[5]}) {
      const std::vector<float> pixels = sample(*of.data, query);
      const std::vector<double> own(pixels.begin(), pixels.end()), features = hidden(stream, of, pixels);
      const NearestFound found = *near.find(pixels, 5);
      EXPECT_EQ(found.searched, 200);
      check_same(found.by_pixels,
                 by_hand(of,
                         [&](int64_t other) {
                           const std::vector<float> there = sample(*of.data, other);
                           return distance(own, {there.begin(), there.end()}) / static_cast<double>(0.31f);
                         }),
                 5);
      check_same(
          found.by_features,
          by_hand(of, [&](int64_t other) { return distance(features, hidden(stream, of, sample(*of.data, other))); }),
          5);
    }
  });
}

TEST(NearestPictures, a_training_picture_is_its_own_nearest_and_others_are_not_looked_at) {
  Stream stream(Device::cpu());
  const NearestPictures::Of of = digits(stream);
  NearestPictures near(stream, of);
  int in = 0, out = 0;
  for (int64_t query = 0; query < 300; query += 13) {
    const bool training = std::find(of.training.begin(), of.training.end(), query) != of.training.end();
    (training ? in : out) += 1;
    const NearestFound found = *near.find(sample(*of.data, query), 3);
    for (const std::vector<Neighbor>* list : {&found.by_pixels, &found.by_features}) {
      EXPECT_EQ((*list)[0].sample == query, training) << query;
      EXPECT_EQ((*list)[0].distance == 0, training) << query;
      EXPECT_GT((*list)[1].distance, 0);
      EXPECT_LE((*list)[1].distance, (*list)[2].distance);
    }
    if (training) {
      EXPECT_EQ(found.by_pixels[0].label, of.data->label(query));
    }
  }
  EXPECT_GT(in, 3);
  EXPECT_GT(out, 3);
}

TEST(NearestPictures, twins_come_in_the_order_of_their_numbers_and_no_more_than_there_are) {
  Stream stream(Device::cpu());
  NearestPictures::Of of;
  of.architecture = std::make_shared<const Architecture>(Architecture::parse("input 1x2x2 | flatten | dense 3"));
  of.weights = some_weights(stream, *of.architecture);
  of.data = std::make_shared<MemoryDataset>("few", Shape{1, 2, 2},
                                            std::vector<float>{0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1},
                                            std::vector<int>{0, 1, 2, 1}, std::vector<std::string>{"a", "b", "c"});
  of.training = {3, 2, 1, 0};
  NearestPictures near(stream, of);
  const NearestFound found = *near.find({0, 0, 0, 1}, 9);
  ASSERT_EQ(found.by_pixels.size(), 4u);
  const std::vector<int64_t> order{0, 1, 3, 2};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(found.by_pixels[i].sample, order[i]);
    EXPECT_EQ(found.by_features[i].sample, order[i]);  // flatten alone: its values are the pixels
    EXPECT_EQ(found.by_features[i].distance, found.by_pixels[i].distance);
  }
  EXPECT_NEAR(found.by_pixels[3].distance, std::sqrt(2.0), 1e-6);
}

TEST(NearestPictures, who_stops_it_can_ask_again_and_what_is_not_possible_says_why) {
  Stream stream(Device::cpu());
  const NearestPictures::Of of = digits(stream);
  NearestPictures near(stream, of);
  const std::vector<float> pixels = sample(*of.data, 5);
  EXPECT_FALSE(near.compute_features([](int64_t, int64_t) { return false; }));
  EXPECT_FALSE(near.find(pixels, 5, [](int64_t, int64_t) { return false; }));
  int64_t last = 0, told = 0;
  EXPECT_TRUE(near.compute_features([&](int64_t done, int64_t all) {
    EXPECT_GT(done, last);
    EXPECT_EQ(all, 200);
    last = done;
    return true;
  }));
  EXPECT_EQ(last, 200);
  // The features are there: only the comparison is left to stop.
  EXPECT_FALSE(near.find(pixels, 5, [&](int64_t done, int64_t) {
    EXPECT_EQ(done, 0);
    ++told;
    return false;
  }));
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(near.find(pixels, 5));
  EXPECT_EQ(failure([&] { near.find({1, 2}, 5); }), "2 values for a picture");
  NearestPictures::Of none = of;
  none.training.clear();
  EXPECT_EQ(failure([&] { NearestPictures(stream, none); }), "there are no training pictures to look among");
  none = digits(stream, "input 1x28x28 | conv 10 28x28 | flatten");
  EXPECT_NE(failure([&] { NearestPictures(stream, none); }).find("there is no hidden layer"), std::string::npos);
}

}  // namespace striate
