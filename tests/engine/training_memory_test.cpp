// What training takes: memory as plan_tensors() and `striate summary` say it, nothing allocated from step to step, time
// that grows with the batch and not faster.
#include <gtest/gtest.h>

#include <numeric>

#include "engine/network/batch_size.h"
#include "engine/network/models.h"
#include "engine/training/metrics.h"
#include "engine/training/test_round.h"
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
      const int64_t said = plan_tensors(architecture, plan, {"mean", "square"}).bytes();
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
    const Trainer trainer(stream, network, data, all_of(data), Normalization(), settings);
    const int64_t said = plan_tensors(network.architecture(), network.plan(), settings.optimizer.states()).bytes();
    EXPECT_EQ(network.bytes(), said);
    const int64_t taken = memory_use().bytes - before;
    EXPECT_GE(taken, said);
    EXPECT_LT(taken, said + said / 50) << name << ": " << taken << " bytes, " << said << " of them planned";
  }
}

// The whole of `striate train`: steps, and judging in between. What `striate summary` says for this batch is what it
// takes.
TEST(Memory, judging_while_it_trains_takes_none_beside) {
  Stream stream(Device::cpu());
  const Architecture architecture =
      Architecture::parse("input 3x96x96 | conv 16 3x3 | relu | conv 16 3x3 | relu | maxpool 2 | flatten | dense 7");
  std::vector<float> pixels(static_cast<size_t>(40 * 3 * 96 * 96), 0.25f);
  const MemoryDataset data("pictures", Shape{3, 96, 96}, std::move(pixels), std::vector<int>(40, 1),
                           {"a", "b", "c", "d", "e", "f", "g"});
  Network network(stream, architecture);
  TrainerSettings settings;
  settings.batch = 4;
  settings.keyframes = false;
  const int64_t before = memory_use().bytes - network.bytes();
  Trainer trainer(stream, network, data, all_of(data), Normalization(), settings);
  Evaluator evaluator(stream, network);
  const int64_t taken = memory_use().bytes - before;
  const int64_t said = plan_tensors(architecture, Plan{4, true, false, 0}, settings.optimizer.states()).bytes();
  EXPECT_GE(taken, said);
  EXPECT_LT(taken, said + said / 50) << taken << " bytes, " << said << " of them planned";
  trainer.step();
  const int64_t allocations = memory_use().allocations;
  evaluator.evaluate(stream, network, data, all_of(data), Normalization());
  EXPECT_EQ(memory_use().allocations, allocations);
}

TEST(Memory, a_batch_is_the_largest_that_a_budget_holds) {
  const Architecture architecture = build_model("tinyvgg");
  const auto bytes = [&](int batch) { return plan_tensors(architecture, Plan{batch, false, false, 0}).bytes(); };
  for (const int64_t budget : {bytes(1), bytes(9) - 1, bytes(9), bytes(9) + 1, bytes(100)}) {
    const int batch = batch_within(architecture, Plan{}, budget, 50);
    EXPECT_TRUE(batch == 1 || bytes(batch) <= budget) << batch;
    EXPECT_TRUE(batch == 50 || bytes(batch + 1) > budget) << batch;
  }
  EXPECT_EQ(batch_within(architecture, Plan{}, 1, 50), 1);
  EXPECT_EQ(batch_within(architecture, Plan{}, 1, 1), 1);
}

// Activations of 64 such pictures would take gigabytes.
TEST(Memory, a_test_round_of_a_large_network_keeps_to_a_budget) {
  Stream stream(Device::cpu());
  const Architecture architecture =
      Architecture::parse("input 3x256x256 | conv 24 3x3 | relu | globalavgpool | dense 4");
  const int64_t before = memory_use().bytes;
  const TestRound round(stream, architecture, Loss::cross_entropy);
  EXPECT_LE(memory_use().bytes - before, int64_t{260} << 20);
  EXPECT_GE(memory_use().bytes - before, int64_t{128} << 20);  // and makes use of it
}

TEST(Memory, no_step_of_training_allocates) {
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    for (const char* name : {"lenet5", "resnet20"}) {
      const Model& made = model(name);
      const MemoryDataset data = pictures_for(made, 40);
      Network network(stream, build_model(name));
      TrainerSettings settings;
      settings.batch = device.is_emulated() ? 1 : 8;  // it is slow
      settings.keyframes = false;
      Trainer trainer(stream, network, data, all_of(data), Normalization(), settings);
      for (int i = 0; i < 3; ++i) trainer.step();
      const int64_t before = memory_use().allocations;
      for (int i = 0; i < (device.is_emulated() ? 3 : 10); ++i) trainer.step();
      EXPECT_EQ(memory_use().allocations, before) << name << " on " << device.id();
    }
  }
}

}  // namespace
}  // namespace striate
