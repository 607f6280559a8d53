// LeNet-5 learning on the golden batches: the same activations, gradients, losses and weights as PyTorch in double
// precision, step after step.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/network/models.h"
#include "engine/training/trainer.h"
#include "tests/engine/golden.h"
#include "tests/engine/training_data.h"

namespace striate {

TEST(Golden, lenet5_training) {
  STRIATE_NEEDS_REFERENCE("golden/lenet5_training.safetensors");
  const Golden golden("lenet5_training.safetensors");
  const std::vector<int> shape = golden.shape("images");
  const int steps = shape[0], batch = shape[1], samples = steps * batch;
  const int64_t each = 28 * 28;
  const std::vector<float> images = golden.floats("images");
  const std::vector<int32_t> labels = golden.ints("labels");
  const std::vector<float> losses = golden.floats("losses");
  const std::vector<std::string> classes{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  on_all_devices([&](Stream& stream) {
    TrainerSettings settings;
    settings.batch = batch;
    settings.keyframes = false;
    Network network(stream, build_model("lenet5"), Plan{batch, true, false, 0});

    // The trainer shuffles: lay the pictures out so that its first epoch meets them in the golden order.
    std::vector<int64_t> met;
    {
      const MemoryDataset blank("golden", Shape{1, 28, 28}, std::vector<float>(images.size()),
                                std::vector<int>(static_cast<size_t>(samples)), classes);
      Trainer trainer(stream, network, blank, all_of(blank), {}, settings);
      for (int s = 0; s < steps; ++s) {
        trainer.step();
        met.insert(met.end(), trainer.batch_indices().begin(), trainer.batch_indices().end());
      }
    }
    std::vector<float> laid(images.size());
    std::vector<int> laid_labels(static_cast<size_t>(samples));
    for (int i = 0; i < samples; ++i) {
      std::copy_n(images.begin() + i * each, each, laid.begin() + met[i] * each);
      laid_labels[static_cast<size_t>(met[i])] = labels[i];
    }
    const MemoryDataset data("golden", Shape{1, 28, 28}, laid, laid_labels, classes);

    const std::vector<NamedTensor> tensors = network.tensors();
    for (const NamedTensor& tensor : tensors) {
      if (tensor.kind == TensorKind::weight)
        network.write_tensor(stream, tensor, golden.floats("before." + tensor.name));
    }
    Trainer trainer(stream, network, data, all_of(data), {}, settings, true);
    for (int s = 0; s < steps; ++s) {
      if (s == 0) {
        while (trainer.advance() != Phase::backward) {
        }
        int compared = 0;
        for (const NamedTensor& tensor : network.tensors()) {
          if (tensor.kind == TensorKind::activation && golden.has("activation." + tensor.name)) {
            expect_golden(network.read_tensor(stream, tensor), golden.floats("activation." + tensor.name), tensor.name,
                          1e-4);
            ++compared;
          } else if (tensor.kind == TensorKind::weight_gradient) {
            expect_golden(network.read_tensor(stream, tensor), golden.floats("gradient." + tensor.name), tensor.name,
                          1e-4);
            ++compared;
          }
        }
        EXPECT_EQ(compared, 12 + 10);
        EXPECT_EQ(trainer.advance(), Phase::update);
      } else {
        trainer.step();
      }
      EXPECT_NEAR(trainer.loss(), losses[s], 1e-4 * losses[0]) << "step " << s;
    }
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind != TensorKind::weight) continue;
      expect_golden(network.read_tensor(stream, tensor), golden.floats("after." + tensor.name), tensor.name, 1e-4);
    }
  });
}

}  // namespace striate
