// Two models of others as they are: the MNIST network of ONNX's zoo on all test images, SqueezeNet on photos.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "engine/files/idx.h"
#include "engine/files/image_file.h"
#include "engine/onnx/onnx_model.h"
#include "tests/reference.h"

namespace striate {
namespace {

TEST(OnnxZoo, mnist_reads_9891_of_the_test_images) {
  STRIATE_NEEDS_REFERENCE("data/models/mnist.onnx");
  STRIATE_NEEDS_REFERENCE("data/mnist/t10k-images-idx3-ubyte.gz");
  const OnnxModel model = read_onnx(reference_path("data/models/mnist.onnx"));
  EXPECT_FALSE(model.architecture.whole());
  EXPECT_EQ(model.architecture.input(), (Shape{1, 28, 28}));
  Stream stream(Device::cpu());
  Plan plan;
  plan.batch = 100;
  Network network(stream, model.architecture, plan);
  model.load_weights(stream, network);
  const IdxArray images = read_idx(reference_path("data/mnist/t10k-images-idx3-ubyte.gz"));
  const IdxArray labels = read_idx(reference_path("data/mnist/t10k-labels-idx1-ubyte.gz"));
  int right = 0;
  for (size_t first = 0; first < 10000; first += 100) {
    std::vector<float> batch(100 * 784);
    for (size_t i = 0; i < batch.size(); ++i) batch[i] = static_cast<float>(images.values[first * 784 + i]);
    network.write_tensor(stream, network.activation(0), batch);
    network.forward(stream, Mode::evaluation);
    const std::vector<float> scores = network.read_tensor(stream, network.output());
    for (size_t i = 0; i < 100; ++i) {
      const auto begin = scores.begin() + static_cast<int64_t>(10 * i);
      right += std::max_element(begin, begin + 10) - begin == labels.values[first + i] ? 1 : 0;
    }
  }
  EXPECT_EQ(right, 9891);
}

TEST(OnnxZoo, squeezenet_in_float16_sees_the_kitten) {
  STRIATE_NEEDS_REFERENCE("data/models/SqueezeNet_fp16.onnx");
  STRIATE_NEEDS_REFERENCE("data/images/photos/kitten_224.png");
  const OnnxModel model = read_onnx(reference_path("data/models/SqueezeNet_fp16.onnx"));
  EXPECT_EQ(model.input_type, OnnxType::float16);
  EXPECT_EQ(model.architecture.input(), (Shape{3, 224, 224}));
  Stream stream(Device::cpu());
  Network network(stream, model.architecture);
  model.load_weights(stream, network);
  const ImagePtr image = read_image(reference_path("data/images/photos/kitten_224.png"));
  ASSERT_EQ(image->width * image->height, 224 * 224);
  const float mean[3] = {104, 117, 123};  // blue, green, red
  std::vector<float> input(3 * 224 * 224);
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < 224 * 224; ++i) {
      const size_t place = i * static_cast<size_t>(image->channels) + (2 - c);
      input[c * 224 * 224 + i] = static_cast<float>(image->bytes[place]) - mean[c];
    }
  }
  network.write_tensor(stream, network.activation(0), input);
  network.forward(stream, Mode::evaluation);
  const std::vector<float> scores = network.read_tensor(stream, network.output());
  ASSERT_EQ(scores.size(), 1000u);
  const auto best = std::max_element(scores.begin(), scores.end());
  EXPECT_NEAR(*best, 0.94f, 0.01f);
  std::ifstream names(reference_path("data/models/synset_words.txt"));
  std::string line;
  for (auto i = scores.begin(); i <= best; ++i) std::getline(names, line);
  EXPECT_NE(line.find("tabby"), std::string::npos) << line;
}

}  // namespace
}  // namespace striate
