// Residual blocks, fire modules and their like, found in networks; and a block with one of its sides taken away.
#include "engine/network/blocks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/explain/part_network.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"
#include "engine/session/open_network.h"

namespace striate {
namespace {

std::string failure(const auto& what) {
  try {
    what();
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "";
}

}  // namespace

TEST(Blocks, of_residual_networks_are_their_sums) {
  for (const auto& [name, count, identity] : {std::tuple("resnet18", 8, 5), std::tuple("resnet50", 16, 12)}) {
    const Architecture architecture = build_model(name);
    const std::vector<NetworkBlock> blocks = find_blocks(architecture);
    ASSERT_EQ(static_cast<int>(blocks.size()), count) << name;
    int identities = 0;
    for (const NetworkBlock& block : blocks) {
      EXPECT_TRUE(block.is_residual()) << block.name;
      EXPECT_GE(block.after, 0) << block.name;
      identities += block.is_identity();
      EXPECT_GT(block.residual().nodes.size(), block.straight().nodes.size());
    }
    EXPECT_EQ(identities, identity) << name;
    EXPECT_EQ(blocks.front().name, "layer1.0");
    EXPECT_EQ(need_block(architecture, blocks, need_layer(architecture, "layer2.1.conv1")).name, "layer2.1");
    EXPECT_EQ(need_block(architecture, blocks, need_layer(architecture, "layer2.1")).name, "layer2.1");
  }
  EXPECT_EQ(find_blocks(build_model("resnet20")).size(), 9u);
  EXPECT_TRUE(find_blocks(build_model("vgg16")).empty());
}

TEST(Blocks, of_fire_modules_are_joined_and_have_no_shortcut) {
  const Architecture architecture = build_model("squeezenet1_1");
  const std::vector<NetworkBlock> blocks = find_blocks(architecture);
  ASSERT_EQ(blocks.size(), 8u);
  const NetworkBlock& fire = blocks.front();
  EXPECT_FALSE(fire.is_residual());
  EXPECT_EQ(fire.branches.size(), 2u);
  EXPECT_TRUE(fire.contains(need_layer(architecture, "features.3.squeeze"))) << "the squeeze belongs to it";
  EXPECT_EQ(fire.name, "features.3");
  EXPECT_NE(failure([&] {
              need_residual(architecture, blocks, fire.join);
            }).find("features.3 has no shortcut: it puts its branches side by side / a residual block adds"),
            std::string::npos);
  EXPECT_NE(failure([&] { need_block(architecture, blocks, 1); }).find("is in no block / choose a layer of one"),
            std::string::npos);
  const std::vector<NetworkBlock> none;
  EXPECT_NE(failure([&] { need_block(build_model("lenet5"), none, 1); }).find("the network has no branches"),
            std::string::npos);
}

TEST(Blocks, are_named_by_what_their_layers_names_begin_with) {
  const Architecture exported = Architecture::parse(
      "input 3x8x8 | /l1/l1.0/conv1/Conv_0: conv 4 3x3 pad 1 | /l1/l1.0/relu/Relu_0: relu | from input | "
      "/l1/l1.0/side/Conv_0: conv 4 1x1 | /l1/l1.0/Concat_0: concat /l1/l1.0/relu/Relu_0 | relu");
  EXPECT_EQ(find_blocks(exported).front().name, "l1.0") << "as PyTorch names layers in ONNX files";
  const Architecture plain = Architecture::parse("input 3x8x8 | a: relu | conv 3 3x3 pad 1 | batchnorm | add a | relu");
  EXPECT_EQ(find_blocks(plain).front().name, "layers 1 to 4");
}

TEST(Blocks, without_a_side_give_what_the_other_gives_and_come_back_whole) {
  for (const Device device : Device::all_for_tests()) {
    SCOPED_TRACE(device.name());
    Stream stream(device);
    OpenNetwork network = OpenNetwork::open(stream, "resnet20");
    const Architecture& architecture = network.info()->architecture;
    std::vector<float> input(3 * 32 * 32);
    for (size_t i = 0; i < input.size(); ++i) input[i] = std::sin(static_cast<float>(i));
    const NetworkAnswer whole = *network.run(input);
    for (const NetworkBlock& block : {find_blocks(architecture)[1], find_blocks(architecture)[3]}) {
      const auto values = [&](const NetworkAnswer& answer, int node) {
        return answer.activations[static_cast<size_t>(node)].values;
      };
      // Who runs a part of the layers by a network of its own has the same.
      const auto part_too = [&](const NetworkAnswer& answer) {
        PartNetwork part(network, block.join + 1, {}, Plan::inference(1));
        EXPECT_EQ(part.forward(input), values(answer, block.join + 1)) << block.name;
      };
      network.set_block_cuts({{block.join, true, false}});
      const NetworkAnswer skipped = *network.run(input);
      EXPECT_EQ(values(skipped, block.join), values(whole, block.straight().end)) << block.name;
      EXPECT_NE(skipped.logits, whole.logits);
      part_too(skipped);
      network.set_block_cuts({{block.join, false, true}});
      const NetworkAnswer alone = *network.run(input);
      EXPECT_EQ(values(alone, block.join), values(whole, block.residual().end)) << block.name;
      EXPECT_EQ(values(alone, block.start), values(whole, block.start)) << "what goes in is as it was";
      part_too(alone);
      network.set_block_cuts({{block.join, true, true}});
      const std::vector<float> nothing = values(*network.run(input), block.join);
      EXPECT_EQ(std::accumulate(nothing.begin(), nothing.end(), 0.0), 0);
      network.set_block_cuts({});
      EXPECT_EQ(network.run(input)->logits, whole.logits);
    }
    EXPECT_NE(failure([&] { network.set_block_cuts({{1, true, false}}); }), "");
  }
}

}  // namespace striate
