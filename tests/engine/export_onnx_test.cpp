// ONNX files that are written and read again: the same logits, the same names; every kind of layer has a writer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "engine/error.h"
#include "engine/export/onnx_nodes.h"
#include "engine/export/onnx_writer.h"
#include "engine/network/models.h"
#include "engine/onnx/onnx_model.h"
#include "tests/engine/export_cases.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

TEST(ExportOnnx, every_kind_of_layer_is_among_the_cases) {
  for (const LayerKind& kind : layer_kinds()) {
    bool found = false;
    for (const ExportCase& each : export_cases()) {
      const Architecture architecture = Architecture::parse(each.text);
      for (const Node& node : architecture.nodes()) {
        found = found || (node.layer && node.layer->kind() == kind.word);
      }
    }
    EXPECT_TRUE(found) << kind.word << ": add it to export_cases.h";
  }
}

// Every value of `got` within 1e-6 of the largest.
void expect_same(const std::vector<float>& expected, const std::vector<float>& got, const std::string& what) {
  ASSERT_EQ(expected.size(), got.size()) << what;
  float most = 0;
  for (const float value : expected) most = std::isfinite(value) ? std::max(most, std::abs(value)) : most;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == got[i] || (std::isnan(expected[i]) && std::isnan(got[i]))) continue;
    ASSERT_NEAR(expected[i], got[i], 1e-6f * most) << what << ", value " << i;
  }
}

std::vector<float> outputs_of(Stream& stream, Network& network) {
  network.write_tensor(stream, network.activation(0), formula_values(network.activation(0).shape.count()));
  network.forward(stream, Mode::evaluation);
  return network.read_tensor(stream, network.output());
}

void round_trip(const Architecture& architecture, const std::string& what, int64_t largest = 2'000'000'000) {
  SCOPED_TRACE(what);
  Stream stream{Device::cpu()};
  Network network(stream, architecture);
  fill_network(stream, network);
  const TestFolder folder;
  const std::string path = folder / "model.onnx";
  const OnnxWritten written = write_onnx(stream, network, {"a model", {}, "", {}}, path, largest);
  EXPECT_EQ(std::filesystem::exists(path + ".data"), !written.data.empty());

  const OnnxModel model = read_onnx(path);
  EXPECT_EQ(model.opset, written.opset);
  EXPECT_EQ(model.producer, "Striate");
  EXPECT_EQ(model.architecture.shapes(1).front(), architecture.shapes(1).front());
  // A batch of 1 that is part of the input may be read as one that is open.
  EXPECT_TRUE(architecture.whole() || !model.architecture.whole());
  Network again(stream, model.architecture);
  model.load_weights(stream, again);
  // Layers keep their names; there may be steps between them.
  for (const Node& node : architecture.nodes()) {
    const bool named = node.name.find_first_not_of("0123456789") != std::string::npos;
    if (!node.layer || node.layer->kind() == "constant" || !named) continue;
    EXPECT_GE(model.architecture.find(node.name), 0) << node.name;
  }
  expect_same(outputs_of(stream, network), outputs_of(stream, again), what);
  if (architecture.whole()) return;
  Plan two;
  two.batch = 2;
  network.replan(stream, two);
  again.replan(stream, two);
  expect_same(outputs_of(stream, network), outputs_of(stream, again), what + ", a batch of 2");
}

TEST(ExportOnnx, each_layer_comes_back_the_same) {
  for (const ExportCase& each : export_cases()) round_trip(Architecture::parse(each.text), each.text);
}

TEST(ExportOnnx, models_by_name_come_back_the_same) {
  for (const char* name : {"lenet5", "lenet5-tanh", "lenet5-1998", "lenet1989", "tinyvgg", "resnet20", "mlp", "tiny"}) {
    round_trip(build_model(name), name);
  }
  round_trip(build_model("squeezenet1_1", Shape{3, 64, 64}), "squeezenet1_1");
  round_trip(build_model("resnet18", Shape{3, 64, 64}), "resnet18");
}

TEST(ExportOnnx, weights_beyond_the_limit_go_into_a_second_file) {
  round_trip(build_model("lenet5"), "lenet5", 20'000);
}

TEST(ExportOnnx, classes_and_preprocessing_come_back) {
  Stream stream{Device::cpu()};
  const Network network(stream, Architecture::parse("input 1x4x4 | flatten | dense 2"));
  const TestFolder folder;
  const std::string path = folder / "model.onnx";
  write_onnx(stream, network, {"named", {"a \"cat\"", "dög"}, "shorter 256 | order bgr", {}}, path);
  const OnnxModel model = read_onnx(path);
  EXPECT_EQ(model.graph_name, "named");
  EXPECT_EQ(model.metadata.at("classes"), "[\"a \\\"cat\\\"\",\"dög\"]");
  EXPECT_EQ(model.metadata.at("preprocessing"), "shorter 256 | order bgr");
  EXPECT_EQ(model.input_sizes, (std::vector<int64_t>{-1, 1, 4, 4}));
}

TEST(ExportOnnx, takes_the_lowest_opset_that_has_its_operators) {
  Stream stream{Device::cpu()};
  const TestFolder folder;
  const auto opset = [&](const std::string& text) {
    const Network network(stream, Architecture::parse(text));
    return write_onnx(stream, network, {}, folder / "model.onnx").opset;
  };
  EXPECT_EQ(opset("input 1x4x4 | conv 2 3x3 | relu"), 13);
  EXPECT_EQ(opset("input 1x4x4 | hardswish"), 14);
  EXPECT_EQ(opset("input 1x4x4 | layernorm from 1 | relu"), 17);
  EXPECT_EQ(opset("input 1x4x4 | gelu | hardswish | reducemean 2"), 20);
}

TEST(ExportOnnx, further_outputs_are_written) {
  Stream stream{Device::cpu()};
  const Network network(stream, Architecture::parse("input 1x4x4 | a: relu | flatten | b: dense 2"));
  const TestFolder folder;
  const std::string path = folder / "model.onnx";
  write_onnx(stream, network, {"", {}, "", {1}}, path);
  const OnnxModel model = read_onnx(path);
  ASSERT_EQ(model.outputs.size(), 2u);
  EXPECT_EQ(model.outputs[0].name, "b");
  EXPECT_EQ(model.outputs[1].name, "a");
}

TEST(ExportOnnx, a_folder_that_is_not_there_is_told) {
  Stream stream{Device::cpu()};
  const Network network(stream, Architecture::parse("input 1x4x4 | relu"));
  EXPECT_THROW(write_onnx(stream, network, {}, "/nowhere/at/all/model.onnx"), Error);
}

}  // namespace
}  // namespace striate
