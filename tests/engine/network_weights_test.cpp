// Weights that others made: names, number types, prefixes, shapes; and the answers of PyTorch.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/network/weights_file.h"
#include "engine/session/verify_weights.h"
#include "tests/engine/small_images.h"
#include "tests/reference.h"

namespace striate {
namespace {

// A file with every array of a network under the name that a style gives it; array i is filled with i + 1.
void write_weights(const std::string& path, const Architecture& architecture, const NameStyle& style,
                   const std::string& prefix) {
  SafeTensorsWriter writer;
  float fill = 0;
  for (const NamedTensor& tensor : plan_tensors(architecture, {}).tensors) {
    if (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer) continue;
    const std::vector<float> values(static_cast<size_t>(tensor.shape.count()), ++fill);
    writer.add(prefix + style.file_name(tensor.name), tensor.shape.sizes(), values.data(), values.size());
  }
  writer.write(path);
}

const NameStyle& style(const std::string& name) {
  for (const NameStyle& each : name_styles()) {
    if (name == each.name) return each;
  }
  throw Error("no such style", name);
}

Error failure(const std::string& path, const Architecture& architecture) {
  Stream stream(Device::cpu());
  Network network(stream, architecture);
  try {
    load_weights(stream, SafeTensors::open(path), path, network);
  } catch (const Error& error) {
    return error;
  }
  return Error("", "");
}

TEST(Weights, are_found_under_the_names_of_every_style) {
  TestFolder folder;
  Stream stream(Device::cpu());
  struct Row {
    const char *style, *model, *prefix, *one, *its_name;
  };
  for (const Row& row :
       {Row{"torchvision", "squeezenet1_1", "", "features.3.squeeze.weight", "features.3.squeeze.weight"},
        Row{"torchvision", "resnet18", "module.", "layer1.0.conv1.weight", "module.layer1.0.conv1.weight"},
        Row{"Caffe", "squeezenet1_1", "", "features.9.expand3x3.bias", "fire6.expand3x3.bias"},
        Row{"Caffe with slashes", "squeezenet1_1", "", "features.4.squeeze.weight", "fire3/squeeze1x1.weight"},
        Row{"transformers", "resnet18", "", "layer4.0.downsample.1.running_var",
            "resnet.encoder.stages.3.layers.0.shortcut.normalization.running_var"}}) {
    SCOPED_TRACE(row.style);
    const std::string path = folder / "weights.safetensors";
    const Architecture architecture = build_model(row.model);
    write_weights(path, architecture, style(row.style), row.prefix);
    Network network(stream, architecture);
    const SafeTensors file = SafeTensors::open(path);
    const WeightsFit fit = load_weights(stream, file, path, network);
    EXPECT_STREQ(fit.style->name, row.style);
    EXPECT_EQ(fit.prefix, row.prefix);
    EXPECT_EQ(fit.tensor.at(row.one), row.its_name);
    float fill = 0;
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer) continue;
      const std::vector<float> values = network.read_tensor(stream, tensor);
      ASSERT_EQ(values, std::vector<float>(values.size(), ++fill)) << tensor.name;
    }
  }
}

TEST(Weights, of_timm_are_taken_where_a_dense_layer_is_a_convolution) {
  SafeTensorsWriter writer;
  const std::vector<float> values(12, 2.0f);
  const NameStyle& timm = style("timm");
  EXPECT_EQ(timm.file_name("classifier.0.weight"), "pre_logits.fc1.weight");
  EXPECT_EQ(timm.file_name("classifier.6.bias"), "head.fc.bias");
  EXPECT_EQ(timm.file_name("features.28.weight"), "features.28.weight");
  writer.add("pre_logits.fc1.weight", {2, 3, 1, 2}, values.data(), 12);
  writer.add("pre_logits.fc1.bias", {2}, values.data(), 2);
  const std::vector<uint8_t> bytes = writer.to_memory();
  const SafeTensors file = SafeTensors::read(bytes.data(), bytes.size(), "timm");
  EXPECT_TRUE(fit_weights(file, Architecture::parse("input 6 | classifier.0: dense 2")).fits());
  EXPECT_FALSE(fit_weights(file, Architecture::parse("input 5 | classifier.0: dense 2")).fits());
}

TEST(Weights, of_another_model_say_of_which) {
  TestFolder folder;
  const std::string path = folder / "resnet18.safetensors";
  write_weights(path, build_model("resnet18"), name_styles()[0], "");
  const Error error = failure(path, build_model("squeezenet1_1"));
  EXPECT_EQ(std::string(error.what()),
            path +
                " does not fit the network: 52 missing: features.0.weight, features.0.bias, "
                "features.3.squeeze.weight and 49 more; 102 left over: conv1.weight, bn1.weight, bn1.bias and 99 "
                "more");
  EXPECT_EQ(error.hint(), "they fit resnet18: say --model resnet18");
  const Error classes = failure(path, build_model("resnet18", {}, 7));
  EXPECT_EQ(std::string(classes.what()), path +
                                             " does not fit the network: fc.weight is 1000 x 512 instead of 7 x "
                                             "512; fc.bias is 1000 instead of 7");
}

// Two sizes that differ inside, and a last layer that reads another number of values, are not another number of
// classes.
TEST(Weights, of_other_sizes_inside_are_not_taken_for_another_number_of_classes) {
  TestFolder folder;
  const std::string path = folder / "weights.safetensors";
  const auto hint = [&](const char* saved, const char* wanted) {
    write_weights(path, Architecture::parse(saved), name_styles()[0], "");
    return failure(path, Architecture::parse(wanted)).hint();
  };
  EXPECT_NE(hint("input 8 | dense 6 | dense 3", "input 9 | dense 6 | dense 3").find("sizes inside are not"),
            std::string::npos);
  EXPECT_NE(hint("input 8 | flatten | dense 3", "input 9 | flatten | dense 3").find("sizes inside are not"),
            std::string::npos);
  for (const char* inner : {"dense 6", "dense 6 | batchnorm"}) {
    const std::string begin = fmt::format("input 8 | {} | ", inner);
    EXPECT_NE(hint((begin + "dense 3").c_str(), (begin + "dense 4").c_str()).find("another number of classes"),
              std::string::npos)
        << inner;
  }
}

TEST(Weights, stay_in_the_file_until_they_are_read) {
  TestFolder folder;
  const std::string path = folder / "weights.safetensors";
  const Architecture architecture = Architecture::parse("input 3 | dense 4");
  write_weights(path, architecture, name_styles()[0], "");
  const SafeTensors file = SafeTensors::open(path);
  float some[3] = {};
  file.floats(file.at("0.weight"), 9, 3, some);
  EXPECT_EQ(some[2], 1.0f);
  EXPECT_EQ(file.floats("0.bias"), std::vector<float>(4, 2.0f));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 8);
  EXPECT_THROW(file.floats("0.bias"), Error);
}

// A small network by hand: y = 2 a + 3 b + 1.
TEST(VerifyWeights, compares_with_the_stored_answers) {
  TestFolder folder;
  const std::string path = folder / "stored.safetensors";
  Stream stream(Device::cpu());
  const auto verify = [&](const std::vector<float>& logits) {
    SafeTensorsWriter writer;
    const float weight[] = {2, 3}, bias[] = {1}, input[] = {1, 1, 10, 20};
    writer.add("0.weight", {1, 2}, weight, 2);
    writer.add("0.bias", {1}, bias, 1);
    writer.add("input", {2, 2}, input, 4);
    writer.add("logits", {2, 1}, logits.data(), logits.size());
    writer.write(path);
    return verify_weights(stream, path, Architecture::parse("input 2 | dense 1"));
  };
  const WeightsVerification exact = verify({6, 81});
  EXPECT_EQ(exact.pictures, 2);
  EXPECT_EQ(exact.largest_error, 0);
  EXPECT_TRUE(exact.holds());
  EXPECT_TRUE(verify({6.008f, 81}).holds());
  const WeightsVerification wrong = verify({6.01f, 81});
  EXPECT_FALSE(wrong.holds());
  EXPECT_EQ(wrong.at, 0);
  EXPECT_EQ(wrong.computed, 6);
  EXPECT_NEAR(wrong.allowed(), 0.0081, 1e-9);
  EXPECT_FALSE(verify({NAN, 81}).holds());
  EXPECT_FALSE(verify({6, INFINITY}).holds());
  EXPECT_THROW(verify_weights(stream, path, Architecture::parse("input 3 | dense 1")), Error);
}

// The same weights, a formula, in PyTorch and here.
class VerifyWeightsWithPyTorch : public testing::TestWithParam<const char*> {};

TEST_P(VerifyWeightsWithPyTorch, logits_agree) {
  STRIATE_NEEDS_REFERENCE("peers/infer_pytorch.py");
  std::string python;
  for (const char* each : {"/usr/bin/python3", "python3"}) {
    if (python.empty() && std::system((std::string(each) + " -c 'import torch' >/dev/null 2>&1").c_str()) == 0)
      python = each;
  }
  if (python.empty()) GTEST_SKIP() << "needs python3-torch";
  TestFolder folder;
  const std::string path = folder / "stored.safetensors";
  const std::string command = python + " '" + reference_path("peers/infer_pytorch.py") + "' --runs 1 --model " +
                              GetParam() + " --dump '" + path + "' >/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  for (const Device& device : Device::all()) {
    Stream stream(device);
    const WeightsVerification result = verify_weights(stream, path, build_model(GetParam()));
    EXPECT_EQ(result.values, 1000);
    EXPECT_GT(result.largest_logit, 0.1);
    EXPECT_LE(result.largest_error, result.allowed()) << device.id();
  }
}

INSTANTIATE_TEST_SUITE_P(Models, VerifyWeightsWithPyTorch, testing::Values("alexnet", "resnet50"));

}  // namespace
}  // namespace striate
