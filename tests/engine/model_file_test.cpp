// Every kind of file with a network in it is opened by the same function; what comes of it.
#include "engine/session/model_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/network/models.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/training/data/sources.h"
#include "engine/training/metrics.h"
#include "kernels/memory.h"
#include "tests/engine/onnx_builder.h"
#include "tests/engine/small_images.h"
#include "tests/reference.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

struct Answer {
  int best = 0;
  float probability = 0;
};

Answer answer(Stream& stream, OpenedModelFile& model, const std::string& picture) {
  const ModelFile& file = model.file;
  const PreparedPicture prepared =
      prepare_picture(*read_image(reference_path(picture)), file.preprocessing, file.picture());
  model.network.write_tensor(stream, model.network.activation(0), in_network_order(file, prepared.values));
  model.network.forward(stream, Mode::evaluation);
  const std::vector<float> p = class_probabilities(file.info.architecture, Loss::cross_entropy,
                                                   model.network.read_tensor(stream, model.network.output()));
  const auto best = std::max_element(p.begin(), p.end());
  return {static_cast<int>(best - p.begin()), *best};
}

// What the reference data's README states, for the ONNX file and its twin under Caffe's names.
TEST(ModelFile, squeezenet_and_its_twin_see_what_they_should) {
  STRIATE_NEEDS_REFERENCE("data/models/SqueezeNet_fp16.onnx");
  STRIATE_NEEDS_REFERENCE("data/models/squeezenet1_1_imagenet_f16.safetensors");
  STRIATE_NEEDS_REFERENCE("data/images/photos/kitten_224.png");
  struct Row {
    const char* picture;
    int best;
    float probability;
  };
  const Row rows[] = {{"data/images/photos/kitten_224.png", 281, 0.94f},
                      {"data/images/photos/coffee.png", 967, 0.95f},
                      {"data/images/photos/chelsea.png", 285, 0.39f},
                      {"data/images/photos/eagle.jpg", 21, 0.92f}};
  for (const Device& device : Device::all()) {
    Stream stream(device);
    OpenedModelFile onnx = open_model_file(stream, reference_path("data/models/SqueezeNet_fp16.onnx"));
    OpenedModelFile twin = open_model_file(stream, reference_path("data/models/squeezenet1_1_imagenet_f16.safetensors"),
                                           {"squeezenet1_1", {}});
    EXPECT_EQ(onnx.file.preprocessing.text(), "shorter 256 | order bgr | scale 1 | mean 104,117,123");
    EXPECT_EQ(twin.file.preprocessing.text(), onnx.file.preprocessing.text());
    EXPECT_EQ(twin.file.style, "Caffe");
    EXPECT_EQ(class_count(onnx.file), 1000);
    for (const Row& row : rows) {
      const Answer first = answer(stream, onnx, row.picture), second = answer(stream, twin, row.picture);
      EXPECT_EQ(first.best, row.best) << row.picture;
      EXPECT_NEAR(first.probability, row.probability, 0.01) << row.picture;
      EXPECT_EQ(second.best, row.best) << row.picture;
      EXPECT_NEAR(second.probability, first.probability, 1e-4) << row.picture;
    }
  }
}

TEST(ModelFile, the_zoos_mnist_network_is_right_as_often_as_stated) {
  STRIATE_NEEDS_REFERENCE("data/models/mnist.onnx");
  STRIATE_NEEDS_REFERENCE("data/mnist");
  Stream stream(Device::best());
  OpenedModelFile model = open_model_file(stream, reference_path("data/models/mnist.onnx"));
  EXPECT_EQ(model.file.preprocessing.text(1), "middle | scale 1") << "CNTK leaves pictures at 0..255";
  const std::unique_ptr<Dataset> data = open_dataset("mnist:" + reference_path("data/mnist"));
  std::vector<int64_t> test;
  for (int64_t i = data->training_size(); i < data->size(); ++i) test.push_back(i);
  ASSERT_EQ(test.size(), 10000u);
  Evaluator evaluator(stream, model.file.info.architecture, 250);
  EXPECT_EQ(evaluator.evaluate(stream, model.network, *data, test, model.file.info.normalization).correct, 9891);
}

TEST(ModelFile, of_this_program_brings_everything_itself) {
  TestFolder folder;
  Stream stream(Device::cpu());
  ModelInfo info;
  info.architecture = Architecture::parse("input 3x8x8 | conv 2 3x3 | relu | flatten | dense 2");
  info.classes = {"cat", "dog"};
  info.normalization = {{0.1f, 0.2f, 0.3f}, {1, 2, 3}};
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 1);
  const std::string path = folder / "own.safetensors";
  save_model(path, stream, info, network);
  OpenedModelFile opened = open_model_file(stream, path);
  EXPECT_EQ(opened.file.kind, ModelFile::Kind::striate);
  EXPECT_EQ(opened.file.info.classes, info.classes);
  EXPECT_EQ(opened.file.preprocessing.text(), "middle | order rgb | scale 1/255 | mean 0.1,0.2,0.3 | std 1,2,3");
  EXPECT_EQ(opened.file.prepared_as, "the file");
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != TensorKind::weight) continue;
    EXPECT_EQ(opened.network.read_tensor(stream, *opened.network.find(TensorKind::weight, tensor.name)),
              network.read_tensor(stream, tensor));
  }
}

TEST(ModelFile, wrong_files_say_what_to_do) {
  TestFolder folder;
  EXPECT_NE(failure([&] { read_model_file(folder / "a.pth"); }).find("there is no such file"), std::string::npos);
  EXPECT_EQ(failure([&] { read_model_file(folder / "a.h5"); }), (folder / "a.h5") + " is a Keras or TensorFlow file");
  EXPECT_NE(failure([&] { read_model_file(folder / "none.onnx"); }).find("there is no such file"), std::string::npos);
  SafeTensorsWriter writer;
  const float one = 1;
  writer.add("weight", {1}, &one, 1);
  writer.write(folder / "weights.safetensors");
  EXPECT_EQ(failure([&] { read_model_file(folder / "weights.safetensors"); }),
            (folder / "weights.safetensors") + " holds weights but not the network that they belong to");
}

TEST(ModelFile, names_of_classes_are_found_in_metadata) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(classes_in_metadata({{"classes", R"(["a", "b, c"])"}}), (Names{"a", "b, c"}));
  EXPECT_EQ(classes_in_metadata({{"names", "{0: 'tench', 1: \"hen's egg\", 2: 'x'}"}}),
            (Names{"tench", "hen's egg", "x"}));
  EXPECT_EQ(classes_in_metadata({{"classes", "[1, 2]"}, {"labels", R"(["y"])"}}), Names{"y"});
  EXPECT_TRUE(classes_in_metadata({{"author", "nobody"}, {"names", "no list"}}).empty());
}

TEST(ModelFile, answers_are_probabilities_whatever_the_last_layer_is) {
  const std::vector<float> logits = {0, std::log(3.0f)};
  const auto of = [&](const char* text, const std::vector<float>& output) {
    return class_probabilities(Architecture::parse(text), Loss::cross_entropy, output);
  };
  EXPECT_NEAR(of("input 2 | dense 2", logits)[1], 0.75, 1e-6);
  EXPECT_EQ(of("input 2x1x1 | softmax | flatten", {0.25f, 0.75f})[1], 0.75f);
  EXPECT_NEAR(of("input 2 | logsoftmax", {std::log(0.2f), std::log(0.8f)})[1], 0.8, 1e-6);
}

TEST(ModelFile, outputs_that_are_no_numbers_are_an_error) {
  const float nan = std::nanf(""), infinite = INFINITY;
  for (const std::vector<float>& output : {std::vector<float>{nan, 1}, {0, infinite}, {-infinite, 0}, {nan, nan}}) {
    for (const char* text : {"input 2 | dense 2", "input 2 | softmax"}) {
      const std::string error =
          failure([&] { class_probabilities(Architecture::parse(text), Loss::cross_entropy, output); });
      EXPECT_NE(error.find("the network's output is not a number: value "), std::string::npos) << error;
    }
  }
  Stream stream(Device::cpu());
  const Architecture architecture = Architecture::parse("input 1x1x2 | flatten | dense 2");
  Network network(stream, architecture);
  network.initialize(stream, Initializer::ones, 1);
  const MemoryDataset data("odd", {1, 1, 2}, {0, 1, nan, 1}, {0, 1}, {"a", "b"});
  Evaluator evaluator(stream, architecture, 2, Loss::cross_entropy);
  EXPECT_EQ(evaluator.evaluate(stream, network, data, {0}, {}).samples, 1);
  EXPECT_NE(failure([&] {
              evaluator.evaluate(stream, network, data, {0, 1}, {});
            }).find("value 0 of 2 is nan"),
            std::string::npos);
  EXPECT_NE(failure([&] { evaluator.probabilities(stream, network, {nan, 0}); }), "");
  // A training that goes wrong is still judged: wrong, and never class 0.
  evaluator.accept_no_numbers();
  const Evaluation judged = evaluator.evaluate(stream, network, data, {0, 1}, {});
  EXPECT_EQ(judged.samples, 2);
  EXPECT_EQ(judged.predicted[1], -1);
  EXPECT_LE(judged.correct, 1);
}

// A network by name whose weights were trained for other classes than ImageNet's.
TEST(ModelFile, a_named_model_has_as_many_classes_as_its_weights) {
  const TestFolder folder;
  for (const auto& [name, prefix] : {std::pair{"resnet18", ""}, std::pair{"squeezenet1_1", "module."}}) {
    const Architecture seven = build_model(name, {}, 7);
    SafeTensorsWriter writer;
    for (const NamedTensor& tensor : plan_tensors(seven, {}).tensors) {
      if (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer) continue;
      const std::vector<float> values(static_cast<size_t>(tensor.shape.count()), 0.5f);
      writer.add(prefix + tensor.name, tensor.shape.sizes(), values.data(), values.size());
    }
    const std::string path = folder / (std::string(name) + ".safetensors");
    writer.write(path);
    ModelFileOptions options;
    options.model = name;
    const ModelFile file = read_model_file(path, options);
    EXPECT_EQ(class_count(file), 7) << name;
    EXPECT_EQ(file.info.architecture.text(), seven.text());
  }
}

void write(const std::string& path, const OnnxBuilder& builder) {
  const std::vector<uint8_t> bytes = builder.bytes();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// What --crop 24x20 asks for: channels and their place are the file's own.
TEST(ModelFile, a_size_is_taken_in_the_layout_of_the_file) {
  const TestFolder folder;
  const auto opened = [&](const OnnxDims& dims) {
    OnnxBuilder b(13);
    b.input("x", dims).output("y");
    with(b.node("ReduceMean", {"x"}, {"y"}), "axes", OnnxDims{2});
    write(folder / "m.onnx", b);
    ModelFileOptions options;
    options.input = Shape{0, 20, 24};
    return read_model_file(folder / "m.onnx", options);
  };
  EXPECT_EQ(opened({-1, 3, -1, -1}).info.architecture.input(), (Shape{3, 20, 24}));
  EXPECT_EQ(opened({-1, 1, -1, -1}).info.architecture.input(), (Shape{1, 20, 24}));
  const ModelFile last = opened({-1, -1, -1, 3});
  EXPECT_EQ(last.info.architecture.input(), (Shape{20, 24, 3}));
  EXPECT_TRUE(last.channels_last());
  EXPECT_EQ(opened({1, -1, -1, 1}).picture(), (Shape{1, 20, 24}));
  EXPECT_EQ(opened({-1, -1, -1, -1}).info.architecture.input(), (Shape{3, 20, 24}));
}

// These ended the program when they were classified.
TEST(ModelFile, an_onnx_model_with_sizes_of_0_is_refused) {
  const TestFolder folder;
  const auto refused = [&](const std::function<void(OnnxBuilder&)>& fill) {
    OnnxBuilder b(13);
    b.input("x", {1, 1, 4, 4}).output("y");
    fill(b);
    write(folder / "m.onnx", b);
    std::string error = failure([&] { read_model_file(folder / "m.onnx"); });
    EXPECT_NE(error.find("m.onnx: "), std::string::npos);
    return error;
  };
  EXPECT_NE(refused([](OnnxBuilder& b) {
              b.integers("five", {1}, {3}).integers("two", {1}, {2});
              b.node("Slice", {"x", "five", "five", "two"}, {"y"});
            }).find("gives 1 x 1 x 0 x 4: no values at all"),
            std::string::npos);
  EXPECT_NE(refused([](OnnxBuilder& b) {
              b.floats("one", {1}, {1}).integers("none", {4}, {0, 1, 1, 1});
              b.node("Expand", {"one", "none"}, {"e"});
              b.node("Mul", {"x", "e"}, {"y"});
            }).find("no values at all"),
            std::string::npos);
  EXPECT_NE(refused([](OnnxBuilder& b) {
              b.floats("one", {1}, {1}).integers("none", {2}, {0, 3});
              b.node("Expand", {"one", "none"}, {"y"});
            }).find("its output does not depend on a picture"),
            std::string::npos);
}

TEST(ModelFile, logits_are_what_stands_before_a_last_softmax) {
  const auto cut = [](const char* text) { return up_to_logits(Architecture::parse(text)).text(); };
  EXPECT_EQ(cut("input 2x4x4 | conv 3 1x1 | a: globalavgpool | softmax"),
            "input 2x4x4 | conv 3 1x1 | a: globalavgpool");
  EXPECT_EQ(cut("input 2x1x1 | conv 3 1x1 | softmax | identity | flatten"),
            "input 2x1x1 | conv 3 1x1 | logits: flatten");
  EXPECT_EQ(cut("input 2 | dense 3 | logsoftmax"), "input 2 | dense 3")
      << "its softmax is the softmax of what is before";
  EXPECT_EQ(cut("input 2 | dense 3 | relu"), "input 2 | dense 3 | relu");
  EXPECT_EQ(cut("input 2 | a: dense 3 | softmax | add a"), "input 2 | a: dense 3 | softmax | add a");
}

TEST(ModelFile, what_is_no_classifier_is_told) {
  ModelFile file;
  file.path = "detector.onnx";
  file.info.architecture = Architecture::parse("input 3x8x8 | conv 5 3x3");
  EXPECT_EQ(failure([&] { class_count(file); }), "detector.onnx gives 1 x 5 x 6 x 6, not one value for each class");
  file.info.architecture = Architecture::parse("input 3x8x8 | globalavgpool | dense 1");
  EXPECT_EQ(class_count(file), 2);
  file.info.architecture = Architecture::parse("input whole 1x8x9x3 | flatten | dense 4");
  EXPECT_EQ(file.picture(), (Shape{3, 8, 9}));
  EXPECT_TRUE(file.channels_last());
  file.info.architecture = Architecture::parse("input 2x1x3 | flatten | dense 4");
  EXPECT_EQ(file.picture(), (Shape{3, 2, 1}));
  EXPECT_EQ(in_network_order(file, {1, 2, 3, 4, 5, 6}), (std::vector<float>{1, 3, 5, 2, 4, 6}));
  file.info.architecture = Architecture::parse("input 4x8x8 | flatten | dense 4");
  EXPECT_EQ(file.picture().rank(), 0);
}

// All activations stay, under their layers' names, and a network for looking at takes nothing for gradients.
TEST(ModelFile, every_activation_can_be_read_by_name_and_gradients_take_nothing) {
  Stream stream(Device::cpu());
  for (const Model& m : large_models()) {
    SCOPED_TRACE(m.name);
    const Architecture architecture = build_model(m.name);
    const TensorPlan plan = plan_tensors(architecture, {});
    for (const TensorKind kind :
         {TensorKind::activation_gradient, TensorKind::weight_gradient, TensorKind::optimizer_state, TensorKind::saved})
      EXPECT_EQ(plan.arena[static_cast<size_t>(kind)], 0) << tensor_kind_name(kind);
    EXPECT_GE(plan.arena[static_cast<size_t>(TensorKind::weight)], architecture.totals().parameters);
  }
  const int64_t before = memory_use().bytes;
  Network network(stream, build_model("squeezenet1_1"));
  EXPECT_EQ(memory_use().bytes - before, network.bytes() + 8 * network.architecture().size());
  network.initialize(stream, Initializer::he_normal, 1);
  std::vector<float> input(static_cast<size_t>(network.activation(0).shape.count()));
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 7) - 3.0f;
  network.write_tensor(stream, network.activation(0), input);
  network.forward(stream, Mode::evaluation);
  const std::vector<Shape> shapes = network.architecture().shapes(1);
  for (int n = 0; n < network.architecture().size(); ++n) {
    const std::string& name = network.architecture().nodes()[static_cast<size_t>(n)].name;
    const NamedTensor* tensor = network.find(TensorKind::activation, name);
    ASSERT_NE(tensor, nullptr) << name;
    EXPECT_EQ(tensor->shape, shapes[static_cast<size_t>(n)]);
    const std::vector<float> values = network.read_tensor(stream, *tensor);
    EXPECT_TRUE(std::any_of(values.begin(), values.end(), [](float v) { return v != 0 && std::isfinite(v); })) << name;
  }
  // The input is still there, and a layer's relu is the relu of what its convolution left.
  EXPECT_EQ(network.read_tensor(stream, network.activation(0)), input);
  std::vector<float> rectified =
      network.read_tensor(stream, *network.find(TensorKind::activation, "features.12.expand3x3"));
  for (float& value : rectified) value = std::max(value, 0.0f);
  EXPECT_EQ(network.read_tensor(stream, *network.find(TensorKind::activation, "features.12.expand3x3_activation")),
            rectified);
}

}  // namespace
}  // namespace striate
