// What training takes: memory as plan_slots() and `striate summary` say it, nothing allocated from step to step, time
// that grows with the batch and not faster.
#include <gtest/gtest.h>

#include <numeric>

#include "engine/network/models.h"
#include "engine/training/trainer.h"
#include "kernels/memory.h"
#include "kernels/random.h"

namespace striate {
namespace {

MemoryDataset pictures_for(const Model& model, int64_t count) {
  const Shape shape{model.channels, model.height, model.width};
  std::vector<float> pixels(static_cast<size_t>(count * shape.count()));
  std::vector<int> labels(static_cast<size_t>(count));
  Random random(1, 2);
  for (float& pixel : pixels) pixel = static_cast<float>(random.normal());
  for (int& label : labels) label = static_cast<int>(random.below(static_cast<uint32_t>(model.classes)));
  std::vector<std::string> names;
  for (int i = 0; i < model.classes; ++i) names.push_back(std::to_string(i));
  return {"pictures", shape, std::move(pixels), std::move(labels), std::move(names)};
}

std::vector<int64_t> all_of(const Dataset& data) {
  std::vector<int64_t> all(static_cast<size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

TEST(Memory, of_every_model_is_what_its_plan_says) {
  Stream stream(Device::cpu());
  for (const Model& each : models()) {
    for (const Plan& plan : {Plan{1, false, false, 0}, Plan{7, true, false, 0}, Plan{3, true, true, 2}}) {
      const Architecture architecture = build_model(each.name);
      const int64_t before = memory_use().bytes;
      Network network(stream, architecture, plan);
      network.set_optimizer_states(stream, {"mean", "square"});
      const int64_t taken = memory_use().bytes - before;
      const int64_t said = plan_slots(architecture, plan, {"mean", "square"}).bytes();
      EXPECT_EQ(network.bytes(), said) << each.name;
      // Beside it, a counter of random numbers for each node.
      EXPECT_EQ(taken, said + 8 * architecture.size()) << each.name << ", batch " << plan.batch;
    }
  }
}

TEST(Memory, of_training_is_the_networks_and_little_beside) {
  Stream stream(Device::cpu());
  for (const char* name : {"lenet5", "tinyvgg", "resnet20"}) {
    const Model& made = model(name);
    const MemoryDataset data = pictures_for(made, 40);
    Network network(stream, build_model(name));
    TrainerSettings settings;
    settings.batch = 32;
    settings.keyframes = false;
    const int64_t before = memory_use().bytes - network.bytes();
    const Trainer trainer(stream, network, data, all_of(data), Normalisation(), settings);
    const int64_t said = plan_slots(network.architecture(), network.plan(), settings.optimizer.states()).bytes();
    EXPECT_EQ(network.bytes(), said);
    const int64_t taken = memory_use().bytes - before;
    EXPECT_GE(taken, said);
    EXPECT_LT(taken, said + said / 50) << name << ": " << taken << " bytes, " << said << " of them planned";
  }
}

TEST(Memory, no_step_of_training_allocates) {
  for (const Device& device : Device::all()) {
    Stream stream(device);
    for (const char* name : {"lenet5", "resnet20"}) {
      const Model& made = model(name);
      const MemoryDataset data = pictures_for(made, 40);
      Network network(stream, build_model(name));
      TrainerSettings settings;
      settings.batch = 8;
      settings.keyframes = false;
      Trainer trainer(stream, network, data, all_of(data), Normalisation(), settings);
      for (int i = 0; i < 3; ++i) trainer.step();
      const int64_t before = memory_use().allocations;
      for (int i = 0; i < 10; ++i) trainer.step();
      EXPECT_EQ(memory_use().allocations, before) << name << " on " << device.id();
    }
  }
}

}  // namespace
}  // namespace striate
