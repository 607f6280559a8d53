// What made a cell: walks against the network's own values, products against a plain sort in double precision, and what
// holds of every trace back to the picture, whatever the network.
#include "engine/explain/strongest_inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "engine/network/find_layer.h"
#include "engine/network/per_picture.h"
#include "tests/engine/open_text.h"
#include "tests/engine/random_models.h"

namespace striate {
namespace {

bool same_bits(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (a == 0 && b == 0) ||
         (std::isnan(a) && std::isnan(b));
}

// Everything that a class of networks is made of: one text for each.
const char* const kTexts[] = {
    // LeNet-5
    "input 1x28x28 | conv 6 5x5 pad 2 | tanh | avgpool 2 | conv 16 5x5 | tanh | avgpool 2 | flatten | dense 30 | relu "
    "| dense 10 | softmax",
    // A residual block with batch normalization, groups, a depthwise convolution.
    "input 3x12x12 | conv 8 3x3 pad 1 no bias | batchnorm | a: relu | conv 8 3x3 pad 1 groups 2 | batchnorm | b: relu "
    "| conv 8 3x3 pad 1 groups 8 dilation 1 | add a | relu | maxpool 3 stride 2 pad 1 | globalavgpool | dense 5",
    // Fire modules: concatenated branches.
    "input 3x12x12 | s: conv 4 1x1 | relu | q: dropout 0.5 | conv 5 1x1 | e: relu | from q | conv 3 3x3 pad 1 | relu "
    "| concat e | lrn 3 | conv 4 1x1 | relu | globalmaxpool | flatten | dense 4 | logsoftmax",
    // A small U-Net.
    "input 1x12x12 | conv 4 3x3 pad 1 | a: relu | maxpool 2 | conv 6 3x3 pad 1 | relu | convtranspose 4 2x2 stride 2 | "
    "concat a | conv 3 3x3 pad 1 | leakyrelu 0.1 | resize linear batch,3,24,24 | avgpool 2 | conv 2 1x1 | softmax axis "
    "1",
    // A transformer's parts.
    "input 2x4x4 | conv 6 1x1 | reshape batch,6,16 | t: transpose 0,2,1 | c: constant 6x6 | from t | q: matmul c | "
    "transpose 0,2,1 | k: abs | from q | matmul k | p: softmax axis 2 | matmul t | layernorm from 2 | add t | gelu | "
    "reducemax 2 | dense 3",
    // What else has terms of its own.
    "input 2x9x9 | pad reflect 0,0,1,1,0,0,1,1 | conv 4 3x3 stride 2 pad 1 | prelu | groupnorm 2 | hardsigmoid | "
    "avgpool 3 stride 2 pad 1 | maxpool 2 stride 1 | flatten | dense 4 | sigmoid",
};

class StrongestInputsTest : public testing::TestWithParam<Device> {
 protected:
  StrongestInputsTest() : stream(GetParam()) {}

  OpenNetwork opened(const Architecture& architecture) { return open_with_statistics(stream, architecture); }
  OpenNetwork opened(const std::string& text) { return opened(Architecture::parse(text)); }
  static std::vector<float> picture(const OpenNetwork& network) {
    std::vector<float> values(static_cast<size_t>(network.info()->layers[0].shape.count()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(0.37f * static_cast<float>(i)) + 0.2f;
    return values;
  }
  static std::vector<CellPlace> some_cells(const OpenNetworkInfo& info, int node, unsigned seed, int count) {
    std::mt19937 random(seed);
    const Shape cells = cells_of(info, node);
    const auto any = [&](int axis) { return std::uniform_int_distribution<int64_t>(0, cells[axis] - 1)(random); };
    std::vector<CellPlace> places = {{node, 0, 0, 0}, {node, cells[0] - 1, cells[1] - 1, cells[2] - 1}};
    while (static_cast<int>(places.size()) < count) places.push_back({node, any(0), any(1), any(2)});
    return places;
  }

  Stream stream;
};

INSTANTIATE_TEST_SUITE_P(Devices, StrongestInputsTest, testing::ValuesIn(Device::all_for_tests()));

// What holds of every trace.
void check_trace(const OpenNetworkInfo& info, const NetworkAnswer& answer, const StrongestInputs& made,
                 const CellPlace& place, int k) {
  using Cell = StrongestInputs::Cell;
  using Link = StrongestInputs::Link;
  ASSERT_FALSE(made.cells.empty());
  EXPECT_EQ(made.cells[0].place, place);
  EXPECT_EQ(made.cells[0].share, 1);
  EXPECT_LE(static_cast<int>(made.inputs.size()), k);
  std::map<int, int> at_node;
  std::map<int, double> share_of;
  std::vector<int64_t> hidden(info.layers.size());
  for (size_t i = 0; i < made.cells.size(); ++i) {
    const Cell& cell = made.cells[i];
    const CellPlace& at = cell.place;
    EXPECT_TRUE(same_bits(cell.value, value_at(info, answer, at.node, at.channel, at.row, at.column)));
    EXPECT_LE(++at_node[at.node], std::max(1, k));
    EXPECT_GE(cell.share, 0);
    EXPECT_LE(cell.share, 1 + 1e-9);
    EXPECT_GE(cell.hidden(), 0);
    hidden[static_cast<size_t>(at.node)] += cell.hidden();
    if (i == 0) continue;
    const Cell& before = made.cells[i - 1];
    EXPECT_LE(at.node, before.place.node);
    if (at.node == before.place.node) {
      EXPECT_LE(cell.share, before.share);
    }
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(made.cells[j].place == at) << "a cell is there twice";
  }
  EXPECT_EQ(hidden, made.hidden);
  std::vector<int64_t> shown(made.cells.size());
  for (size_t i = 0; i < made.links.size(); ++i) {
    const Link& link = made.links[i];
    const Cell &from = made.cells[static_cast<size_t>(link.from)], &to = made.cells[static_cast<size_t>(link.to)];
    const std::vector<int>& inputs = info.layers[static_cast<size_t>(to.place.node)].inputs;
    EXPECT_NE(std::find(inputs.begin(), inputs.end(), from.place.node), inputs.end());
    EXPECT_TRUE(same_bits(link.x, from.value)) << info.layers[static_cast<size_t>(to.place.node)].text;
    EXPECT_LE(++shown[static_cast<size_t>(link.to)], k);
    share_of[link.from] += link.share;
    if (i > 0) {
      EXPECT_LE(made.links[i - 1].to, link.to);
    }
  }
  for (size_t i = 0; i < made.cells.size(); ++i) {
    EXPECT_EQ(made.cells[i].shown, shown[i]);
    if (i > 0) {
      EXPECT_NEAR(share_of[static_cast<int>(i)], made.cells[i].share, 1e-9);
    }
  }
}

// Every node's cells, as the network holds them, and what is followed from there.
void follow_everywhere(OpenNetwork& network, const std::vector<float>& input, int cells, int k) {
  const OpenNetworkInfoPtr info = network.info();
  const NetworkAnswer answer = *network.run(input);
  CellWalks walks(network, answer);
  std::mt19937 random(3);
  for (int node = 0; node < static_cast<int>(info->layers.size()); ++node) {
    SCOPED_TRACE(info->layers[static_cast<size_t>(node)].name + ": " + info->layers[static_cast<size_t>(node)].text);
    const Shape all = cells_of(info->layers[static_cast<size_t>(node)].shape);
    for (int i = 0; i < cells; ++i) {
      const auto any = [&](int axis) { return std::uniform_int_distribution<int64_t>(0, all[axis] - 1)(random); };
      const CellPlace place{node, any(0), any(1), any(2)};
      const UnitWalk walk = walks.walk(place);
      ASSERT_TRUE(same_bits(walk.value, walks.value(place))) << walk.value << ", stored " << walks.value(place);
      ASSERT_TRUE(walk.agrees());
      ASSERT_TRUE(same_bits(walk.value, walks.walk(place, Followed::moving).value));
      if (i > 0) continue;
      const StrongestInputs made = *strongest_inputs(network, answer, place, k);
      check_trace(*info, answer, made, place, k);
      ASSERT_TRUE(same_bits(made.walk.value, walk.value));
    }
  }
}

TEST_P(StrongestInputsTest, walks_give_the_networks_own_values_everywhere) {
  for (const char* text : kTexts) {
    SCOPED_TRACE(text);
    OpenNetwork network = opened(text);
    follow_everywhere(network, picture(network), 6, 4);
  }
}

TEST(StrongestInputs, of_the_networks_that_the_program_brings_and_of_resnet18) {
  Stream stream(Device::cpu());
  for (const char* name : {"squeezenet1_1", "resnet18"}) {
    SCOPED_TRACE(name);
    OpenNetwork network = OpenNetwork::open(stream, name);
    std::vector<float> input(static_cast<size_t>(network.info()->picture.count()));
    for (size_t i = 0; i < input.size(); ++i) input[i] = std::sin(0.013f * static_cast<float>(i));
    follow_everywhere(network, input, 2, 5);
    const NetworkAnswer answer = *network.run(input);
    const int last = static_cast<int>(network.info()->layers.size()) - 1;
    const StrongestInputs made = *strongest_inputs(network, answer, {last, answer.order[0], 0, 0}, 5);
    EXPECT_EQ(made.cells.back().place.node, 0) << "it ends at the picture";
    for (const StrongestInputs::Cell& cell : made.cells) EXPECT_EQ(cell.why, "");
  }
}

TEST_P(StrongestInputsTest, of_a_convolution_are_the_largest_products) {
  OpenNetwork network = opened("input 3x9x9 | conv 4 3x3 | relu | conv 5 3x3 pad 1 stride 2");
  const NetworkAnswer answer = *network.run(picture(network));
  const int node = 3;
  const NamedTensor* tensor = network.session().network().find(TensorKind::weight, "2.weight");
  ASSERT_NE(tensor, nullptr);
  const std::vector<float> w = network.session().network().read_tensor(stream, *tensor);
  for (const CellPlace& place : some_cells(*network.info(), node, 1, 20)) {
    struct Product {
      double value;
      CellPlace from;
    };
    std::vector<Product> products;
    for (int64_t c = 0; c < 4; ++c) {
      for (int64_t r = 0; r < 3; ++r) {
        for (int64_t s = 0; s < 3; ++s) {
          const CellPlace from{2, c, place.row * 2 - 1 + r, place.column * 2 - 1 + s};
          if (from.row < 0 || from.column < 0 || from.row >= 7 || from.column >= 7) continue;
          const double x = value_at(*network.info(), answer, 2, c, from.row, from.column);
          const double weight = w[static_cast<size_t>(((place.channel * 4 + c) * 3 + r) * 3 + s)];
          if (x * weight != 0) products.push_back({x * weight, from});
        }
      }
    }
    double all = 0;
    for (const Product& each : products) all += std::abs(each.value);
    std::stable_sort(products.begin(), products.end(),
                     [](const Product& a, const Product& b) { return std::abs(a.value) > std::abs(b.value); });
    for (const int k : {1, 3, 1000}) {
      const StrongestInputs made = *strongest_inputs(network, answer, place, k);
      check_trace(*network.info(), answer, made, place, k);
      ASSERT_EQ(made.inputs.size(), std::min(static_cast<size_t>(k), products.size()));
      EXPECT_EQ(made.cells[0].inputs, static_cast<int64_t>(products.size()));
      EXPECT_EQ(made.cells[0].shown + made.cells[0].hidden(), static_cast<int64_t>(products.size()));
      int64_t links = 0;
      for (const StrongestInputs::Link& link : made.links) {
        if (link.to != 0) continue;
        const StrongestInputs::Input& input = made.inputs[static_cast<size_t>(links++)];
        EXPECT_EQ(made.cells[static_cast<size_t>(link.from)].place, input.place);
        EXPECT_EQ(link.product, input.product);
      }
      EXPECT_EQ(links, static_cast<int64_t>(made.inputs.size())) << "a chain keeps all inputs of the selected cell";
      for (size_t i = 0; i < made.inputs.size(); ++i) {
        EXPECT_EQ(made.inputs[i].product, products[i].value);
        EXPECT_EQ(made.inputs[i].place, products[i].from);
        EXPECT_NEAR(made.inputs[i].share, std::abs(products[i].value) / all, 1e-12);
      }
    }
  }
}

TEST_P(StrongestInputsTest, of_a_maximum_are_its_winner_even_where_that_is_0) {
  OpenNetwork network = opened("input 1x6x6 | relu | maxpool 2 | flatten");
  std::vector<float> input(36, -1.0f);
  input[0] = 2, input[1] = 5, input[7] = 4;
  const NetworkAnswer answer = *network.run(input);
  const StrongestInputs made = *strongest_inputs(network, answer, {2, 0, 0, 0}, 4);
  ASSERT_EQ(made.inputs.size(), 1U);
  EXPECT_EQ(made.inputs[0].place, (CellPlace{1, 0, 0, 1}));
  EXPECT_EQ(made.inputs[0].product, 5);
  EXPECT_EQ(made.walk.winner, 1);
  EXPECT_EQ(made.walk.terms.size(), 4U) << "the sum names every candidate";
  ASSERT_EQ(made.cells.size(), 3U);
  EXPECT_EQ(made.cells[2].place, (CellPlace{0, 0, 0, 1}));
  EXPECT_EQ(made.cells[2].share, 1);
  // All four are 0 behind the ReLU: the first of them wins, and its own input says why it is 0.
  const StrongestInputs nothing = *strongest_inputs(network, answer, {3, 8, 0, 0}, 4);
  ASSERT_EQ(nothing.cells.size(), 4U);
  EXPECT_EQ(nothing.cells[3].place, (CellPlace{0, 0, 4, 4}));
  EXPECT_EQ(nothing.cells[3].value, -1);
  EXPECT_EQ(nothing.hidden, std::vector<int64_t>(4));
}

TEST_P(StrongestInputsTest, ties_go_by_place) {
  OpenNetwork network = opened("input 2x4x4 | avgpool 2 | flatten");
  const NetworkAnswer answer = *network.run(std::vector<float>(32, 0.5f));
  const StrongestInputs made = *strongest_inputs(network, answer, {1, 1, 1, 0}, 3);
  ASSERT_EQ(made.inputs.size(), 3U);
  EXPECT_EQ(made.inputs[0].place, (CellPlace{0, 1, 2, 0}));
  EXPECT_EQ(made.inputs[1].place, (CellPlace{0, 1, 2, 1}));
  EXPECT_EQ(made.inputs[2].place, (CellPlace{0, 1, 3, 0}));
  EXPECT_EQ(made.inputs[0].weight, 0.25);
  EXPECT_EQ(made.cells[0].hidden(), 1);
  EXPECT_EQ(made.hidden[1], 1);
}

TEST_P(StrongestInputsTest, of_a_softmax_begin_with_its_own_logit) {
  OpenNetwork network = opened("input 1x1x3 | flatten | softmax");
  const NetworkAnswer answer = *network.run({0.5f, 2.0f, 0.5f});
  const StrongestInputs made = *strongest_inputs(network, answer, {2, 0, 0, 0}, 5);
  ASSERT_EQ(made.inputs.size(), 3U);
  const double p0 = answer.activations[2].values[0], p1 = answer.activations[2].values[1];
  EXPECT_EQ(made.inputs[0].place.channel, 0);
  EXPECT_NEAR(made.inputs[0].product, 1 - p0, 1e-6);
  EXPECT_EQ(made.inputs[1].place.channel, 1);
  EXPECT_NEAR(made.inputs[1].product, -p1, 1e-6);
  EXPECT_EQ(made.inputs[2].place.channel, 2);
  EXPECT_NEAR(made.inputs[0].share, 0.5, 1e-12);
}

TEST_P(StrongestInputsTest, follow_both_sides_of_a_join_within_the_number_that_was_asked_for) {
  OpenNetwork network = opened("input 2x5x5 | a: conv 4 3x3 pad 1 | b: conv 4 3x3 pad 1 | add a | relu");
  const NetworkAnswer answer = *network.run(picture(network));
  for (const int k : {0, 1, 2, 7}) {
    for (const CellPlace& place : some_cells(*network.info(), 4, 2, 8)) {
      const StrongestInputs made = *strongest_inputs(network, answer, place, k);
      check_trace(*network.info(), answer, made, place, k);
      if (k == 0) {
        EXPECT_EQ(made.cells.size(), 1U);
        EXPECT_EQ(made.cells[0].hidden(), 1);
      }
      if (k != 7) continue;
      std::set<int> nodes;
      for (const StrongestInputs::Cell& cell : made.cells) nodes.insert(cell.place.node);
      EXPECT_EQ(nodes.size(), 5U);
    }
  }
}

TEST_P(StrongestInputsTest, end_at_what_was_cut_out) {
  OpenNetwork network = opened("input 2x5x5 | conv 4 3x3 | c: conv 4 1x1 | add 0 | relu | conv 2 3x3");
  const std::vector<float> input = picture(network);
  network.set_lesions({{1, 2}, {0, 1}});
  const NetworkAnswer answer = *network.run(input);
  const StrongestInputs cut = *strongest_inputs(network, answer, {1, 2, 1, 1}, 5);
  EXPECT_TRUE(cut.cells[0].cut);
  EXPECT_EQ(cut.cells[0].value, 0);
  EXPECT_EQ(cut.cells.size(), 1U);
  EXPECT_EQ(cut.walk.terms.size(), 18U) << "its sum can still be read";
  const StrongestInputs made = *strongest_inputs(network, answer, {5, 1, 0, 0}, 30);
  check_trace(*network.info(), answer, made, {5, 1, 0, 0}, 30);
  for (const StrongestInputs::Link& link : made.links) {
    const CellPlace& from = made.cells[static_cast<size_t>(link.from)].place;
    EXPECT_FALSE(from.node == 0 && from.channel == 1) << "a channel of zeros counts for nothing";
    EXPECT_FALSE(made.cells[static_cast<size_t>(link.to)].cut);
  }
}

TEST_P(StrongestInputsTest, of_a_block_without_its_shortcut_are_its_layers_alone) {
  OpenNetwork network = opened(
      "input 3x8x8 | conv 6 3x3 pad 1 | a: relu | conv 6 3x3 pad 1 | f: batchnorm | sum: add a | relu | globalavgpool "
      "| dense 4");
  const Architecture& architecture = network.info()->architecture;
  const int sum = need_layer(architecture, "sum"), first = need_layer(architecture, "a"),
            f = need_layer(architecture, "f");
  const auto inputs_of_sum = [&] {
    const NetworkAnswer answer = *network.run(picture(network));
    CellPlace place{sum, 2, 0, 0};
    while (value_at(*network.info(), answer, first, 2, place.row, place.column) <= 0) ++place.column;
    const StrongestInputs made = *strongest_inputs(network, answer, place, 5);
    check_trace(*network.info(), answer, made, place, 5);
    EXPECT_TRUE(same_bits(made.walk.value, made.cells[0].value));
    std::set<int> nodes;
    for (const StrongestInputs::Input& each : made.inputs) nodes.insert(each.place.node);
    return nodes;
  };
  network.set_block_cuts({{sum, false, true}});
  EXPECT_EQ(inputs_of_sum(), (std::set<int>{f}));
  network.set_block_cuts({{sum, true, false}});
  EXPECT_EQ(inputs_of_sum(), (std::set<int>{first}));
}

TEST_P(StrongestInputsTest, put_what_is_no_number_first) {
  OpenNetwork network = opened("input 1x3x3 | conv 2 3x3 | relu");
  Network& layers = network.session().network();
  const NamedTensor* tensor = layers.find(TensorKind::weight, "0.weight");
  std::vector<float> w = layers.read_tensor(stream, *tensor);
  w[4] = std::numeric_limits<float>::quiet_NaN();
  w[7] = std::numeric_limits<float>::infinity();
  layers.write_tensor(stream, *tensor, w);
  network.set_lesions({{2, 0}});  // nothing of it reaches the output
  const NetworkAnswer answer = *network.run(picture(network));
  const StrongestInputs made = *strongest_inputs(network, answer, {1, 0, 0, 0}, 3);
  check_trace(*network.info(), answer, made, {1, 0, 0, 0}, 3);
  ASSERT_EQ(made.inputs.size(), 3U);
  EXPECT_EQ(made.inputs[0].place, (CellPlace{0, 0, 1, 1}));
  EXPECT_EQ(made.inputs[1].place, (CellPlace{0, 0, 2, 1}));
  EXPECT_EQ(made.inputs[0].share, 0.5);
  EXPECT_EQ(made.inputs[2].share, 0);
  EXPECT_TRUE(std::isnan(made.walk.value));
}

TEST_P(StrongestInputsTest, of_a_network_whose_channels_come_last_are_named_as_the_picture_has_them) {
  OpenNetwork network = opened("input 5x6x3 | transpose 0,3,1,2 | conv 2 3x3 | relu");
  if (!network.info()->channels_last) GTEST_SKIP() << "such an input is no picture here";
  const NetworkAnswer answer = *network.run(picture(network));
  const StrongestInputs made = *strongest_inputs(network, answer, {2, 1, 2, 3}, 40);
  check_trace(*network.info(), answer, made, {2, 1, 2, 3}, 40);
  for (const StrongestInputs::Cell& cell : made.cells) {
    if (cell.place.node > 1) continue;
    EXPECT_LT(cell.place.channel, 3);
    EXPECT_GE(cell.place.row, 2);
    EXPECT_GE(cell.place.column, 3);
  }
}

TEST_P(StrongestInputsTest, stop_at_every_step_where_somebody_asks_for_it) {
  OpenNetwork network = opened(kTexts[1]);
  const NetworkAnswer answer = *network.run(picture(network));
  const CellPlace place{static_cast<int>(network.info()->layers.size()) - 1, 2, 0, 0};
  int steps = 0, last = -1;
  ASSERT_TRUE(strongest_inputs(network, answer, place, 3, [&](int done, int all) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, all);
    last = done;
    return ++steps > 0;
  }));
  ASSERT_GT(steps, 10);
  for (int stop = 0; stop < steps - 1; ++stop) {
    int step = 0;
    EXPECT_FALSE(strongest_inputs(network, answer, place, 3, [&](int, int) { return step++ < stop; })) << stop;
    EXPECT_EQ(step, stop + 1);
  }
}

TEST_P(StrongestInputsTest, say_what_is_wrong) {
  OpenNetwork network = opened("input 1x4x4 | conv 2 3x3 | relu");
  NetworkAnswer answer = *network.run(picture(network));
  const auto failure = [&](const CellPlace& place, int k = 3) -> std::string {
    try {
      strongest_inputs(network, answer, place, k);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(failure({2, 1, 1, 1}), "");
  EXPECT_EQ(failure({3, 0, 0, 0}), "there is no layer 2");
  EXPECT_EQ(failure({2, 2, 0, 0}), "layer 1 has no channel 2");
  EXPECT_EQ(failure({2, 1, 2, 0}), "layer 1 has no row 2");
  EXPECT_EQ(failure({2, 1, 0, -1}), "layer 1 has no column -1");
  EXPECT_EQ(failure({2, 1, 1, 1}, -1), "-1 strongest inputs");
  for (SessionTensor& each : answer.activations) each.values.clear();
  EXPECT_EQ(failure({2, 1, 1, 1}), "the activations of this network are too many to be kept");
}

TEST_P(StrongestInputsTest, of_random_networks_are_there_or_refused_with_words) {
  int traced = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const Shape shape{3, 9, 8};
    const std::string text = RandomModel(seed, shape).text();
    SCOPED_TRACE(fmt::format("seed {}: {}", seed, text));
    try {
      Architecture architecture = Architecture::parse("input 3x9x8 | " + text);
      if (plan_tensors(architecture, Plan::inference(1)).bytes() > int64_t{4} << 20) continue;
      if (architecture.totals().multiply_adds > 1'000'000) continue;
      OpenNetwork network = opened(architecture);
      const NetworkAnswer answer = *network.run(picture(network));
      for (int node = 0; node < static_cast<int>(network.info()->layers.size()); ++node) {
        if (network.info()->layers[static_cast<size_t>(node)].shape.count() == 0) continue;
        for (const CellPlace& place : some_cells(*network.info(), node, static_cast<unsigned>(seed), 3)) {
          const StrongestInputs made = *strongest_inputs(network, answer, place, 3);
          check_trace(*network.info(), answer, made, place, 3);
          ++traced;
        }
      }
    } catch (const Error& error) {
      EXPECT_FALSE(std::string(error.what()).empty());
    }
  }
  EXPECT_GT(traced, 300);
}

}  // namespace
}  // namespace striate
