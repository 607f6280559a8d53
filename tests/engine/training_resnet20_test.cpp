// A network that others trained: ResNet-20 with weights from PyTorch answers as it does there.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/metrics.h"
#include "tests/engine/training_data.h"
#include "tests/reference.h"

namespace striate {

TEST(Reference, resnet20_weights_score_what_they_score_in_pytorch) {
  STRIATE_NEEDS_REFERENCE("data/models/resnet20_cifar10_f32.safetensors");
  STRIATE_NEEDS_REFERENCE("data/cifar10/test_batch_first1000.bin");
  const std::string path = reference_path("data/models/resnet20_cifar10_f32.safetensors");
  std::ifstream file(reference_path("data/cifar10/test_batch_first1000.bin"), std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  constexpr int kRow = 1 + 3 * 32 * 32;
  ASSERT_EQ(bytes.size(), 1000u * kRow);
  std::vector<float> pixels;
  std::vector<int> labels;
  for (int i = 0; i < 1000; ++i) {
    labels.push_back(bytes[static_cast<size_t>(i * kRow)]);
    for (int k = 1; k < kRow; ++k) {
      pixels.push_back(static_cast<float>(static_cast<uint8_t>(bytes[static_cast<size_t>(i * kRow + k)])) / 255.0f);
    }
  }
  const MemoryDataset data("cifar10", Shape{3, 32, 32}, std::move(pixels), std::move(labels),
                           {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"});
  const Normalization normalization{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
  for (const Device& device : Device::all()) {
    Stream stream(device);
    Network network(stream, build_model("resnet20"));
    load_weights(stream, SafeTensors::read(path), path, network);
    Evaluator evaluator(stream, network.architecture(), 50);
    const Evaluation evaluation = evaluator.evaluate(stream, network, data, all_of(data), normalization);
    EXPECT_EQ(evaluation.correct, 915) << device.id();
  }
}

}  // namespace striate
