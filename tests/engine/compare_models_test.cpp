// Two networks side by side: layers paired, weights and answers compared, against what is counted here by hand.
#include "engine/session/compare_models.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace striate {
namespace {

std::string pairs_of(const std::string& a, const std::string& b) {
  std::string text;
  for (const LayerPair& pair : align_layers(Architecture::parse(a), Architecture::parse(b))) {
    const auto number = [](int node) { return node < 0 ? std::string("-") : std::to_string(node); };
    text += (text.empty() ? "" : " ") + number(pair.a) + (pair.same ? "=" : "~") + number(pair.b);
  }
  return text;
}

AllWeights random_weights(Stream& stream, Network& network, uint64_t seed) {
  network.initialize(stream, Initializer::pytorch, seed);
  return read_all_weights(stream, network);
}

TEST(CompareModels, pair_layers_in_their_order) {
  const std::string lenet = "input 1x28x28 | conv 6 5x5 | relu | maxpool 2 | flatten | dense 10";
  EXPECT_EQ(pairs_of(lenet, lenet), "0=0 1=1 2=2 3=3 4=4 5=5");
  EXPECT_EQ(pairs_of(lenet, "input 1x28x28 | conv 8 5x5 | relu | maxpool 2 | flatten | dense 10"),
            "0=0 1~1 2=2 3=3 4=4 5=5");
  EXPECT_EQ(pairs_of(lenet, "input 1x32x32 | conv 6 5x5 | relu | maxpool 2 | flatten | dropout 0.5 | dense 10"),
            "0~0 1=1 2=2 3=3 4=4 -~5 5=6");
  EXPECT_EQ(pairs_of("input 1x28x28 | flatten | dense 10", "input 1x28x28 | conv 6 5x5 | relu"), "0=0 1~- 2~- -~1 -~2");
  // Of two that fit, the one with the same settings.
  EXPECT_EQ(pairs_of("input 1x28x28 | conv 6 5x5", "input 1x28x28 | conv 4 3x3 | conv 6 5x5"), "0=0 -~1 1=2");
}

TEST(CompareModels, differences_are_those_of_the_definition) {
  const std::vector<float> a = {3, 0, 4}, b = {3, 4, 0};
  const TensorDifference difference = tensor_difference(a, b);
  EXPECT_EQ(difference.largest, 4);
  EXPECT_DOUBLE_EQ(difference.rms, std::sqrt(32.0 / 3));
  EXPECT_DOUBLE_EQ(difference.cosine, 9.0 / 25);
  EXPECT_FALSE(difference.equal);
  EXPECT_TRUE(tensor_difference(a, a).equal);
  EXPECT_EQ(tensor_difference(a, a).cosine, 1);
  EXPECT_EQ(tensor_difference(a, {-6, 0, -8}).cosine, -1);
  EXPECT_TRUE(std::isnan(tensor_difference(a, {0, 0, 0}).cosine));
}

TEST(CompareModels, tensors_of_paired_layers_are_compared_whatever_their_numbers_are) {
  Stream stream(Device::cpu());
  const Architecture a = Architecture::parse("input 1x8x8 | conv 4 3x3 | batchnorm | relu | flatten | dense 3");
  const Architecture b =
      Architecture::parse("input 1x8x8 | conv 4 3x3 | batchnorm | relu | flatten | dropout 0.5 | dense 5 | dense 3");
  Network first(stream, a), second(stream, b);
  const AllWeights mine = random_weights(stream, first, 1), theirs = random_weights(stream, second, 1);
  const ModelDifference difference = compare_models(a, mine, b, theirs);
  EXPECT_EQ(difference.same, 5);
  EXPECT_EQ(difference.other_settings, 0);
  EXPECT_EQ(difference.layers_only_a, 0);
  EXPECT_EQ(difference.layers_only_b, 2);
  std::vector<std::string> names;
  for (const TensorDifference& each : difference.tensors) names.push_back(each.a + " " + each.b);
  // The last dense layers are a pair; its weights read other numbers of values, its biases are as many.
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight 0.weight", "0.bias 0.bias", "1.weight 1.weight", "1.bias 1.bias",
                                             "4.bias 6.bias", "1.running_mean 1.running_mean",
                                             "1.running_var 1.running_var"}));
  EXPECT_TRUE(difference.tensors[0].equal);  // from the same seed
  EXPECT_FALSE(difference.tensors[4].equal);
  EXPECT_EQ(difference.only_a.size(), 1u);
  EXPECT_EQ(difference.only_b.size(), 3u);
  const ModelDifference same = compare_models(a, mine, a, mine);
  for (const TensorDifference& each : same.tensors) EXPECT_TRUE(each.equal) << each.a;
  EXPECT_TRUE(same.only_a.empty() && same.only_b.empty());
}

TEST(CompareModels, answers_that_differ_are_counted_and_the_surest_come_first) {
  Evaluation a, b;
  a.predicted = {0, 1, 2, 0, 1};
  b.predicted = {0, 2, 1, 1, 0};
  a.probability = {0.9f, 0.6f, 0.99f, 0.8f, 0.7f};
  b.probability = {0.9f, 0.9f, 0.8f, 0.7f, 0.75f};
  EXPECT_EQ(different_answers(a, b), (std::vector<int32_t>{2, 3, 4, 1}));
  const AnswerCounts counts = count_answers(a, b, {0, 1, 1, 2, 1});
  EXPECT_EQ(counts.both_right, 1);
  EXPECT_EQ(counts.only_a, 2);
  EXPECT_EQ(counts.only_b, 1);
  EXPECT_EQ(counts.both_wrong, 1);
}

}  // namespace
}  // namespace striate
