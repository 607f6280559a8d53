// LeNet-5 of 1998 against reference/golden/lenet1998.safetensors: every layer, the outputs over a wide picture, the
// loss.
#include <algorithm>

#include "engine/network/connections.h"
#include "engine/network/digit_glyphs.h"
#include "engine/network/models.h"
#include "engine/network/network.h"
#include "engine/network/sliding_network.h"
#include "kernels/loss.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

void give(Stream& stream, Network& network, const std::string& name, const std::vector<float>& values) {
  for (const TensorKind kind : {TensorKind::weight, TensorKind::buffer}) {
    if (const NamedTensor* tensor = network.find(kind, name)) return network.write_tensor(stream, *tensor, values);
  }
  FAIL() << "no array " << name;
}

void give_all(Stream& stream, Network& network, const Golden& golden) {
  const std::pair<const char*, const char*> names[] = {
      {"c1.weight", "c1.weight"}, {"c1.bias", "c1.bias"},     {"s2.weight", "s2.coefficient"}, {"s2.bias", "s2.bias"},
      {"s4.bias", "s4.bias"},     {"c5.weight", "c5.weight"}, {"s4.weight", "s4.coefficient"}, {"c5.bias", "c5.bias"},
      {"f6.weight", "f6.weight"}, {"f6.bias", "f6.bias"},     {"rbf.weight", "rbf.weight"}};
  for (const auto& [ours, theirs] : names) give(stream, network, ours, golden.floats(theirs));
  std::vector<float> weights, biases;
  for (int k = 0; k < 16; ++k) {
    const std::string name = "c3." + std::to_string(k);
    const std::vector<float> each = golden.floats(name + ".weight");
    weights.insert(weights.end(), each.begin(), each.end());
    biases.push_back(golden.floats(name + ".bias")[0]);
  }
  give(stream, network, "c3.weight", weights);
  give(stream, network, "c3.bias", biases);
}

std::vector<float> prepared(const std::vector<float>& pixels) {
  std::vector<float> values;
  for (const float v : pixels) values.push_back(static_cast<float>(static_cast<double>(v) / 255 * 1.275 - 0.1));
  return values;
}

// The layer whose output a golden array is: the one behind the squashing function.
const char* const kLayers[][2] = {{"c1", "one.c1"}, {"s2", "one.s2"}, {"c3", "one.c3"},
                                  {"s4", "one.s4"}, {"c5", "one.c5"}, {"f6", "one.f6"}};

}  // namespace

TEST(Golden, lenet1998_computes_every_layer_and_its_distances) {
  STRIATE_NEEDS_REFERENCE("golden/lenet1998.safetensors");
  const Golden golden("lenet1998.safetensors");
  const Architecture architecture = build_model("lenet5-1998", Shape{1, 32, 32});
  const std::vector<float> wide = prepared(golden.floats("pixels"));
  std::vector<float> left;
  for (int y = 0; y < 32; ++y) left.insert(left.end(), wide.begin() + y * 48, wide.begin() + y * 48 + 32);
  on_all_devices([&](Stream& stream) {
    Network network(stream, architecture);
    give_all(stream, network, golden);
    network.write_tensor(stream, network.activation(0), left);
    network.forward(stream, Mode::evaluation);
    for (const auto& [layer, array] : kLayers) {
      int node = 0;
      while (architecture.nodes()[static_cast<size_t>(node)].name != layer) ++node;
      expect_golden(network.read_tensor(stream, network.activation(node + 1)), golden.floats(array), array);
    }
    std::vector<float> distances = network.read_tensor(stream, network.output());
    for (float& d : distances) d = -d;
    expect_golden(distances, golden.floats("one.rbf"), "one.rbf");
  });
}

TEST(Golden, lenet1998_answers_every_four_columns_of_a_wide_picture) {
  STRIATE_NEEDS_REFERENCE("golden/lenet1998.safetensors");
  const Golden golden("lenet1998.safetensors");
  Stream stream;
  Network network(stream, build_model("lenet5-1998"));
  give_all(stream, network, golden);
  SlidingNetwork sliding(stream, network);
  const SlidingNetwork::Answers answers = sliding.slide(stream, prepared(golden.floats("pixels")), 48);
  ASSERT_EQ(answers.columns, 5);
  const std::vector<float> want = golden.floats("wide.rbf");
  for (int column = 0; column < 5; ++column) {
    for (int k = 0; k < 10; ++k) {
      const float got = -answers.values[static_cast<size_t>(column * 10 + k)],
                  expected = want[static_cast<size_t>(k * 5 + column)];
      EXPECT_NEAR(got, expected, 1e-5 * std::max(1.0f, std::fabs(expected)));
    }
  }
}

TEST(Golden, lenet1998_loss_counts_what_is_no_digit) {
  STRIATE_NEEDS_REFERENCE("golden/lenet1998.safetensors");
  const Golden golden("lenet1998.safetensors");
  std::vector<float> scores = golden.floats("one.rbf");
  for (float& d : scores) d = -d;
  on_all_devices([&](Stream& stream) {
    DeviceArray x(stream, scores), loss(stream, 1), each(stream, 1);
    Buffer<int32_t> target(stream.device(), 1, "a class");
    const int32_t three = 3;
    upload(stream, target, &three, 1);
    maximum_a_posteriori(stream, 1, 10, 0.1f, x.data(), target.data(), loss.data(), each.data(), nullptr, nullptr);
    const float want = golden.floats("map_loss.class3")[0];
    EXPECT_NEAR(loss.read()[0], want, 1e-5 * std::max(1.0f, want));
  });
}

TEST(Lenet, has_the_parameters_and_connections_of_its_articles) {
  for (const auto& [model, parameters, links] :
       {std::tuple{"lenet5-1998", 60'000, 340'908}, std::tuple{"lenet1989", 9'760, 64'660}}) {
    for (const Shape& input : {Shape{1, 28, 28}, Shape{1, 32, 32}, Shape{1, 16, 16}}) {
      const Architecture architecture = build_model(model, input);
      EXPECT_EQ(architecture.totals().parameters, parameters) << model;
      EXPECT_EQ(connections(architecture), links) << model;
    }
  }
  EXPECT_EQ(build_model("lenet5").totals().parameters, 61'706);
  EXPECT_EQ(build_model("lenet5-tanh").totals().parameters, 61'706);
}

TEST(Lenet, compares_with_glyphs_that_differ) {
  Stream stream;
  Network network(stream, build_model("lenet5-1998"));
  network.initialize(stream, Initializer::pytorch, 1);
  const std::vector<float> centers = network.read_tensor(stream, *network.find(TensorKind::buffer, "rbf.weight"));
  ASSERT_EQ(centers.size(), 840u);
  for (int a = 0; a < 10; ++a) {
    for (int i = 0; i < kGlyphCells; ++i) {
      const char cell = digit_glyphs()[static_cast<size_t>(a)][static_cast<size_t>(i)];
      EXPECT_EQ(centers[static_cast<size_t>(a * 84 + i)], cell == '#' ? 1.0f : -1.0f);
    }
    for (int b = 0; b < a; ++b) {
      int apart = 0;
      for (int i = 0; i < 84; ++i)
        apart += centers[static_cast<size_t>(a * 84 + i)] != centers[static_cast<size_t>(b * 84 + i)];
      EXPECT_GE(apart, 8) << a << " and " << b;
    }
  }
}

}  // namespace striate
