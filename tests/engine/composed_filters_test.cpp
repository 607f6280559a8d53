// Two convolutions after each other are one with the composed filters.
#include "engine/explain/composed_filters.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/network/models.h"
#include "engine/network/network.h"

namespace striate {
namespace {

TEST(ComposedFilters, give_what_two_linear_convolutions_give) {
  const char* const texts[] = {
      "input 2x19x17 | conv 3 3x5 | conv 4 2x3",
      "input 1x21x21 | conv 2 3x3 stride 2 | conv 3 3x3",
      "input 3x23x23 | conv 4 3x3 dilation 2 | conv 2 3x2 dilation 2",
      "input 1x20x20 | conv 3 1x1 | identity | conv 1 3x3",
  };
  std::mt19937 dice(4);
  std::normal_distribution<float> normal;
  for (const char* text : texts) {
    const Architecture architecture = Architecture::parse(text);
    const ConvolutionPair pair = find_convolution_pair(architecture);
    ASSERT_TRUE(pair.composable()) << text;
    Stream stream(Device::cpu());
    Network network(stream, architecture, Plan{});
    const auto random_tensor = [&](const NamedTensor& tensor) {
      std::vector<float> values(static_cast<size_t>(tensor.shape.count()));
      for (float& v : values) v = normal(dice);
      network.write_tensor(stream, tensor, values);
      return values;
    };
    const std::string name1 = architecture.nodes()[static_cast<size_t>(pair.first)].name,
                      name2 = architecture.nodes()[static_cast<size_t>(pair.second)].name;
    const NamedTensor slot1 = *network.find(TensorKind::weight, name1 + ".weight");
    const NamedTensor slot2 = *network.find(TensorKind::weight, name2 + ".weight");
    const std::vector<float> w1 = random_tensor(slot1), w2 = random_tensor(slot2);
    const std::vector<float> x = random_tensor(network.activation(0));
    network.forward(stream, Mode::evaluation);
    const std::vector<float> y = network.read_tensor(stream, network.output());
    const ComposedFilters composed = compose_filters(pair, slot1.shape, w1, slot2.shape, w2);
    const Shape in = architecture.input(), out = network.output().shape, f = composed.shape;
    for (int64_t k = 0; k < out[1]; ++k) {
      for (int64_t p = 0; p < out[2]; ++p) {
        for (int64_t q = 0; q < out[3]; ++q) {
          double sum = 0;
          for (int64_t c = 0; c < f[1]; ++c) {
            for (int64_t r = 0; r < f[2]; ++r) {
              for (int64_t s = 0; s < f[3]; ++s) {
                const int64_t row = p * pair.distance_y + r, column = q * pair.distance_x + s;
                ASSERT_LT(row, in[1]);
                ASSERT_LT(column, in[2]);
                sum +=
                    static_cast<double>(x[static_cast<size_t>((c * in[1] + row) * in[2] + column)]) *
                    static_cast<double>(composed.values[static_cast<size_t>(((k * f[1] + c) * f[2] + r) * f[3] + s)]);
              }
            }
          }
          ASSERT_NEAR(sum, static_cast<double>(y[static_cast<size_t>((k * out[2] + p) * out[3] + q)]), 1e-3) << text;
        }
      }
    }
  }
}

TEST(ComposedFilters, are_found_where_they_mean_something) {
  const ConvolutionPair tiny = find_convolution_pair(build_model("tiny"));
  EXPECT_TRUE(tiny.composable());
  EXPECT_EQ(tiny.distance_y, 2);
  EXPECT_TRUE(tiny.activation && tiny.pooling && !tiny.normalization);
  const ConvolutionPair resnet = find_convolution_pair(build_model("resnet20"));
  EXPECT_TRUE(resnet.composable());
  EXPECT_EQ(resnet.distance_x, 1);
  EXPECT_TRUE(resnet.normalization && !resnet.pooling);
  EXPECT_EQ(find_convolution_pair(build_model("mlp")).first, -1);
  const ConvolutionPair one =
      find_convolution_pair(Architecture::parse("input 1x8x8 | conv 2 3x3 | flatten | dense 2"));
  EXPECT_EQ(one.first, 1);
  EXPECT_FALSE(one.composable());
  EXPECT_FALSE(
      find_convolution_pair(Architecture::parse("input 4x8x8 | conv 4 3x3 | conv 4 3x3 groups 2")).composable());
  EXPECT_FALSE(find_convolution_pair(
                   Architecture::parse("input 1x8x8 | a: conv 2 3x3 pad 1 | conv 2 3x3 pad 1 | add a | conv 2 3x3"))
                   .second > 2);
}

}  // namespace
}  // namespace striate
