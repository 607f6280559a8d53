// A logit unrolled into any layer of every family of networks: the parts add up to it, and what cannot is refused.
#include "engine/explain/contributions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/network/blocks.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"
#include "tests/engine/open_text.h"

namespace striate {
namespace {

class ContributionsTest : public testing::TestWithParam<Device> {
 protected:
  ContributionsTest() : stream(GetParam()) {}

  OpenNetwork opened(const std::string& text) { return open_with_statistics(stream, Architecture::parse(text)); }
  static std::vector<float> picture(const OpenNetwork& network) {
    std::vector<float> values(static_cast<size_t>(network.info()->picture.count()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(0.37f * static_cast<float>(i)) + 0.2f;
    return values;
  }
  static void adds_up(OpenNetwork& network, int of, int node) {
    const std::vector<float> input = picture(network);
    const Contributions made = *contributions(network, input, of, node);
    const NetworkAnswer answer = *network.run(input);
    double scale = 1;
    for (const double value : made.values) scale = std::max(scale, std::abs(value));
    for (const auto& part : made.biases) scale = std::max(scale, std::abs(part.value));
    EXPECT_NEAR(made.total(), static_cast<double>(answer.logits[static_cast<size_t>(of)]), 1e-5 * scale)
        << network.info()->layers[static_cast<size_t>(node)].name;
    EXPECT_EQ(made.logit, static_cast<double>(answer.logits[static_cast<size_t>(of)]));
  }
  static std::string failure(OpenNetwork& network, int of, int node) {
    try {
      contributions(network, picture(network), of, node);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  Stream stream;
};

INSTANTIATE_TEST_SUITE_P(Devices, ContributionsTest, testing::ValuesIn(Device::all_for_tests()));

TEST_P(ContributionsTest, of_every_layer_add_up_to_the_logit) {
  for (const char* text :
       {"input 3x12x12 | conv 6 3x3 pad 1 | relu | maxpool 2 | conv 8 3x3 | leakyrelu 0.1 | flatten | dense 7 | relu | "
        "dense 3",
        "input 3x12x12 | conv 6 3x3 pad 1 no bias | batchnorm | a: relu | conv 6 3x3 pad 1 | batchnorm | add a | relu "
        "| "
        "globalavgpool | dense 4",
        "input 3x12x12 | s: conv 4 1x1 | relu | q: dropout 0.5 | conv 5 1x1 | e: relu | from q | conv 3 3x3 pad 1 | "
        "relu "
        "| concat e | conv 4 1x1 | relu | globalavgpool",
        "input 3x12x12 | conv 6 3x3 stride 2 | clip 0 0.4 | avgpool 2 | prelu | conv 5 2x2 | abs | hardsigmoid | "
        "globalmaxpool | flatten | dense 3 | softmax"}) {
    SCOPED_TRACE(text);
    OpenNetwork network = opened(text);
    for (int node = 0; node < network.info()->logits; ++node) adds_up(network, 1, node);
  }
}

TEST_P(ContributionsTest, of_models_by_name_add_up_layer_after_layer) {
  OpenNetwork network = OpenNetwork::open(stream, "resnet20");
  int steps = 0;
  std::optional<int> node = contributing_layer(*network.info());
  EXPECT_EQ(cells_of(network.info()->layers[static_cast<size_t>(*node)].shape), (Shape{64, 8, 8}));
  for (; node && steps < 6; node = one_layer_up(*network.info(), *node), ++steps) adds_up(network, 7, *node);
  EXPECT_EQ(steps, 6);
  while (node) {
    const std::optional<int> next = one_layer_up(*network.info(), *node);
    if (!next) {
      EXPECT_EQ(*node, 0) << "the last step is the picture itself";
    }
    node = next;
  }
}

TEST_P(ContributionsTest, with_what_was_cut_out_they_are_those_of_the_answer_without_it) {
  OpenNetwork network = opened(
      "input 3x12x12 | conv 6 3x3 pad 1 | a: relu | conv 6 3x3 pad 1 | f: batchnorm | sum: add a | b: relu | "
      "globalavgpool | "
      "dense 4");
  const Architecture& architecture = network.info()->architecture;
  const int first = need_layer(architecture, "a");
  network.set_block_cuts({{need_layer(architecture, "sum"), false, true}});
  adds_up(network, 1, first);
  EXPECT_EQ(contributions(network, picture(network), 1, first)->past(), 0) << "nothing comes over the shortcut";
  EXPECT_NE(contributions(network, picture(network), 1, need_layer(architecture, "f"))->total(), 0);
  network.set_block_cuts({{need_layer(architecture, "sum"), true, false}});
  adds_up(network, 1, first);
}

TEST_P(ContributionsTest, before_anything_that_bends_them_are_refused) {
  OpenNetwork network = opened("input 1x8x8 | conv 4 3x3 | sigmoid | conv 4 3x3 | relu | flatten | dense 3");
  EXPECT_EQ(failure(network, 0, 1), "layer 1 (sigmoid) is no straight line, nor made of some");
  EXPECT_EQ(failure(network, 0, 2), "");
  EXPECT_EQ(failure(network, 0, 6), "");  // the logits themselves
  EXPECT_EQ(failure(network, 3, 2), "net.safetensors has no class 3");
  OpenNetwork soft = opened("input 1x8x8 | conv 4 3x3 | softmax axis 1 | flatten | dense 3");
  EXPECT_EQ(failure(soft, 0, 1), "layer 1 (softmax) does not only add up what it gets");
  OpenNetwork gated = opened("input 1x8x8 | a: conv 4 3x3 | sigmoid | mul a | flatten | dense 3");
  EXPECT_NE(failure(gated, 0, 1), "");
}

TEST(ContributingLayer, is_the_last_one_with_places_before_pooling_and_weights) {
  Stream stream(Device::cpu());
  const auto chosen = [&](const char* name) {
    const OpenNetwork network = OpenNetwork::open(stream, name);
    return network.info()->layers[static_cast<size_t>(contributing_layer(*network.info()))];
  };
  EXPECT_EQ(chosen("squeezenet1_1").shape, (Shape{512, 13, 13})) << "behind it channels are classes";
  EXPECT_EQ(chosen("alexnet").shape, (Shape{256, 13, 13}));
  EXPECT_EQ(chosen("lenet5").title, "ReLU");
}

}  // namespace
}  // namespace striate
