// The models by name: known numbers of parameters, torchvision's names and shapes, inputs of other sizes.
#include "engine/network/models.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/error.h"
#include "engine/network/network.h"

namespace striate {
namespace {

std::map<std::string, Shape> weights_of(const Architecture& architecture) {
  std::map<std::string, Shape> weights;
  for (const NamedTensor& tensor : plan_tensors(architecture, {}).tensors) {
    if (tensor.kind == TensorKind::weight || tensor.kind == TensorKind::buffer)
      weights.emplace(tensor.name, tensor.shape);
  }
  return weights;
}

std::string failure(const std::string& name, const Shape& input) {
  try {
    build_model(name, input);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Models, have_the_known_numbers_of_parameters) {
  EXPECT_EQ(build_model("alexnet").totals().parameters, 61'100'840);
  EXPECT_EQ(build_model("vgg16").totals().parameters, 138'357'544);
  EXPECT_EQ(build_model("resnet18").totals().parameters, 11'689'512);
  EXPECT_EQ(build_model("resnet50").totals().parameters, 25'557'032);
  EXPECT_EQ(build_model("squeezenet1_1").totals().parameters, 1'235'496);
}

TEST(Models, have_weights_with_the_names_and_shapes_of_torchvision) {
  struct Row {
    const char* model;
    size_t arrays;
    std::map<std::string, Shape> some;
  };
  const Row rows[] = {
      {"alexnet",
       16,
       {{"features.0.weight", {64, 3, 11, 11}}, {"features.10.bias", {256}}, {"classifier.6.weight", {1000, 4096}}}},
      {"vgg16",
       32,
       {{"features.0.weight", {64, 3, 3, 3}},
        {"features.28.weight", {512, 512, 3, 3}},
        {"classifier.0.weight", {4096, 25088}},
        {"classifier.6.bias", {1000}}}},
      {"resnet18",
       102,
       {{"conv1.weight", {64, 3, 7, 7}},
        {"layer1.0.conv1.weight", {64, 64, 3, 3}},
        {"layer2.0.downsample.0.weight", {128, 64, 1, 1}},
        {"layer4.1.bn2.running_var", {512}},
        {"fc.weight", {1000, 512}}}},
      {"resnet50",
       267,
       {{"bn1.running_mean", {64}},
        {"layer1.0.downsample.1.weight", {256}},
        {"layer3.5.conv2.weight", {256, 256, 3, 3}},
        {"layer4.2.conv3.weight", {2048, 512, 1, 1}},
        {"fc.bias", {1000}}}},
      {"squeezenet1_1",
       52,
       {{"features.0.weight", {64, 3, 3, 3}},
        {"features.3.squeeze.weight", {16, 64, 1, 1}},
        {"features.12.expand3x3.bias", {256}},
        {"classifier.1.weight", {1000, 512, 1, 1}}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.model);
    const std::map<std::string, Shape> weights = weights_of(build_model(row.model));
    EXPECT_EQ(weights.size(), row.arrays);
    for (const auto& [name, shape] : row.some) {
      ASSERT_TRUE(weights.contains(name)) << name;
      EXPECT_EQ(weights.at(name), shape) << name;
    }
  }
}

TEST(Models, large_ones_read_back_and_take_other_classes) {
  for (const Model& m : large_models()) {
    SCOPED_TRACE(m.name);
    const Architecture a = build_model(m.name);
    EXPECT_EQ(Architecture::parse(a.text("\n")).text(), a.text());
    EXPECT_EQ(a.shapes(2).back(), (Shape{2, 1000}));
    EXPECT_EQ(build_model(m.name, {}, 7).shapes(1).back(), (Shape{1, 7}));
    EXPECT_EQ(find_model(m.name), &model(m.name));
  }
}

TEST(Models, average_larger_pictures_or_say_why_not) {
  EXPECT_EQ(build_model("alexnet").find("avgpool"), -1) << "6 x 6 needs no averaging";
  EXPECT_GT(build_model("vgg16", {3, 448, 224}).find("avgpool"), 0);
  EXPECT_EQ(build_model("vgg16", {3, 448, 224}).totals().parameters, 138'357'544);
  EXPECT_EQ(build_model("resnet18", {3, 160, 97}).shapes(1).back(), (Shape{1, 1000}));
  EXPECT_NE(failure("vgg16", {3, 256, 256}).find("its convolutions give 8 x 8, and its dense layers need 7 x 7"),
            std::string::npos)
      << failure("vgg16", {3, 256, 256});
  EXPECT_NE(failure("alexnet", {3, 16, 16}).find("model alexnet does not fit an input of 3 x 16 x 16"),
            std::string::npos)
      << failure("alexnet", {3, 16, 16});
}

}  // namespace
}  // namespace striate
