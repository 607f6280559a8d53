// Bent activations, prelu, softmax along any axis and the normalizations as layers: their words, their errors, their
// shapes, and that a network without gradients keeps nothing and computes the same.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/error.h"
#include "engine/network/network.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

std::string message(const std::string& text) {
  try {
    const Architecture architecture = Architecture::parse(text);
    architecture.shapes(architecture.whole() ? 1 : 2);
    return "no error";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty()) << text;
    return error.what();
  }
}

std::vector<float> run(Stream& stream, const std::string& text, const std::vector<float>& x, bool gradients,
                       const std::vector<std::pair<std::string, std::vector<float>>>& weights = {}) {
  const Architecture architecture = Architecture::parse(text);
  Network network(stream, architecture, Plan{1, gradients, gradients, 0});
  network.initialize(stream, Initializer::pytorch, 1);
  for (const auto& [name, values] : weights) {
    network.write_tensor(stream, *network.find(TensorKind::weight, name), values);
  }
  network.write_tensor(stream, network.activation(0), x);
  network.forward(stream, Mode::evaluation);
  return network.read_tensor(stream, network.output());
}

void expect_near(const std::vector<float>& got, const std::vector<double>& want, double tolerance = 1e-6) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(static_cast<double>(got[i]), want[i], tolerance) << i;
}

}  // namespace

TEST(NormLayers, words_are_printed_as_they_were_read) {
  for (const std::string text : {"elu",
                                 "elu 0.3",
                                 "selu",
                                 "selu 1.5 2",
                                 "celu",
                                 "celu 2",
                                 "hardsigmoid",
                                 "hardsigmoid 0.16666667 0.5",
                                 "hardswish",
                                 "gelu",
                                 "gelu tanh",
                                 "mish",
                                 "softplus",
                                 "clip 0 6",
                                 "clip none 6",
                                 "clip -1 none",
                                 "clip none none",
                                 "clip -3.4028235e+38 3.4028235e+38",
                                 "prelu",
                                 "prelu shared",
                                 "prelu shape 3x1x1",
                                 "softmax",
                                 "softmax axis 2",
                                 "softmax from 1",
                                 "logsoftmax axis 0",
                                 "logsoftmax from 2",
                                 "groupnorm 4",
                                 "groupnorm 4 epsilon 0.001",
                                 "instancenorm",
                                 "instancenorm epsilon 0.1",
                                 "layernorm from 1",
                                 "layernorm from 2 epsilon 0.1 no scale no bias",
                                 "layernormmean from 3",
                                 "layernormrstd from 0 epsilon 1",
                                 "lrn 5",
                                 "lrn 3 alpha 0.0005 beta 0.5 k 2",
                                 "leakyrelu -2",
                                 "batchnorm epsilon 0"}) {
    EXPECT_EQ(parse_layer(text)->text(), text);
  }
  EXPECT_EQ(parse_layer("softmax axis 1")->text(), "softmax");
}

TEST(NormLayers, mistakes_have_their_place_and_reason) {
  EXPECT_EQ(message("input 4 | celu 0"), "line 1, column 16: invalid a \"0\" for celu");
  EXPECT_EQ(message("input 4 | clip 1"), "line 1, column 17: clip needs its upper end");
  EXPECT_EQ(message("input 4 | gelu tanhh"), "line 1, column 16: \"tanhh\" is not understood after gelu");
  EXPECT_EQ(message("input 4 | layernorm 1"), "line 1, column 21: \"1\" is not understood after layernorm");
  EXPECT_EQ(message("input 4 | softmax axis 8"), "line 1, column 24: invalid axis \"8\" for softmax");
  EXPECT_EQ(message("input 4 | softmax axis 2"), "layer 0 (softmax axis 2): got 2 x 4, which has no axis 2");
  EXPECT_EQ(message("input 4 | layernorm from 3"), "layer 0 (layernorm from 3): got 2 x 4, which has no axis 3");
  EXPECT_EQ(message("input whole scalar | softmax axis 0"),
            "layer 0 (softmax axis 0): got one value, which has no axis 0");
  EXPECT_EQ(message("input whole 4 | softmax"), "layer 0 (softmax): got 4, which has no axis 1");
  EXPECT_EQ(message("input whole 4 | batchnorm"), "layer 0 (batchnorm): got 4, needs channels behind the batch");
  EXPECT_EQ(message("input whole 4 | prelu"), "layer 0 (prelu): got 4, needs channels behind the batch");
  EXPECT_EQ(message("input whole 4 | lrn 3"), "layer 0 (lrn 3): got 4, needs channels behind the batch");
  EXPECT_EQ(message("input 4 | instancenorm"), "layer 0 (instancenorm): got 2 x 4, needs batch x channels x pixels");
  EXPECT_EQ(message("input 6x2x2 | groupnorm 4"),
            "layer 0 (groupnorm 4): 6 channels don't fall into 4 groups of one size");
  EXPECT_EQ(message("input 6x2x2 | prelu shape 5"), "layer 0 (prelu shape 5): slopes of 5 for 2 x 6 x 2 x 2");
}

TEST(NormLayers, values_worked_out_by_hand) {
  on_all_devices([&](Stream& stream) {
    for (const bool gradients : {false, true}) {
      const auto e = [](double x) { return std::exp(x); };
      // Each column shares, then each row, then all four.
      const double a = 1 / (1 + e(2)), b = 1 / (1 + e(1)), all = 1 + e(1) + e(2) + e(3);
      expect_near(run(stream, "input whole 2x2 | softmax axis 0", {0, 1, 2, 3}, gradients), {a, a, 1 - a, 1 - a});
      expect_near(run(stream, "input whole 2x2 | softmax axis 1", {0, 1, 2, 3}, gradients), {b, 1 - b, b, 1 - b});
      expect_near(run(stream, "input whole 2x2 | softmax from 0", {0, 1, 2, 3}, gradients),
                  {1 / all, e(1) / all, e(2) / all, e(3) / all});
      // Mean 3, variance 4; times the scale, plus the bias.
      expect_near(run(stream, "input whole 1x2 | layernorm from 1 epsilon 0", {1, 5}, gradients,
                      {{"0.weight", {2, 3}}, {"0.bias", {10, 20}}}),
                  {8, 23});
      expect_near(run(stream, "input whole 1x2 | layernormmean from 1", {1, 5}, gradients), {3});
      expect_near(run(stream, "input whole 1x2 | layernormrstd from 1 epsilon 0", {1, 5}, gradients), {0.5});
      expect_near(run(stream, "input whole 1x2x2 | instancenorm epsilon 0", {1, 5, 7, 7.5f}, gradients,
                      {{"0.weight", {2, 3}}, {"0.bias", {10, 20}}}),
                  {8, 12, 17, 23});
      expect_near(run(stream, "input whole 1x2x2 | groupnorm 1 epsilon 0", {0, 4, 4, 0}, gradients,
                      {{"0.weight", {1, 3}}, {"0.bias", {0, 20}}}),
                  {-1, 1, 23, 17});
      expect_near(run(stream, "input whole 1x3x1 | lrn 3 alpha 3 beta 1 k 1", {1, 2, 3}, gradients),
                  {1.0 / 6, 2.0 / 15, 3.0 / 14});
      expect_near(run(stream, "input whole 1x2x2 | prelu", {-1, 2, -3, 4}, gradients), {-0.25, 2, -0.75, 4});
      expect_near(run(stream, "input whole 1x2x2 | prelu shape 2", {-1, 2, -3, -4}, gradients, {{"0.weight", {3, 5}}}),
                  {-3, 2, -9, -20});
      expect_near(run(stream, "input whole 4 | clip 2 1", {-1, 1.5f, 3, 0}, gradients), {1, 1, 1, 1});
      expect_near(run(stream, "input whole scalar | hardswish", {1.5f}, gradients), {1.125});
    }
  });
}

TEST(NormLayers, without_gradients_nothing_is_kept) {
  Stream stream;
  const Architecture architecture = Architecture::parse(
      "input 4x6x6 | groupnorm 2 | lrn 3 | instancenorm | layernorm from 1 | layernormrstd from 2 | prelu");
  Network lean(stream, architecture, Plan{2, false, false, 0});
  EXPECT_EQ(lean.arena_size(TensorKind::saved), 0);
  Network full(stream, architecture, Plan{2, true, true, 0});
  EXPECT_GT(full.arena_size(TensorKind::saved), 0);
}

TEST(NormLayers, empty_tensors_stay_empty) {
  Stream stream;
  for (const char* layer :
       {"gelu", "softmax axis 0", "softmax axis 1", "layernorm from 1", "prelu shared", "lrn 3", "softmax from 0"}) {
    EXPECT_TRUE(run(stream, std::string("input whole 0x3 | ") + layer, {}, false).empty()) << layer;
    EXPECT_TRUE(run(stream, std::string("input whole 3x0 | ") + layer, {}, false).empty()) << layer;
  }
}

}  // namespace striate
