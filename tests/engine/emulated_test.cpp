// What the engine does otherwise on a GPU, on the emulated one: filter chains that bring their pictures there, training
// with its samples on the device and its steps captured. (The device loops of other tests run there, too.)
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "engine/filter.h"
#include "engine/training/trainer.h"
#include "kernels/graph.h"
#include "kernels/launch.h"
#include "kernels/threads.h"
#include "tests/engine/training_data.h"
#include "tests/optimizers.h"

namespace striate {
namespace {

Image random_image(int width, int height, int channels) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.bytes.resize(static_cast<size_t>(width) * height * channels);
  std::mt19937 random(5);
  for (uint8_t& byte : image.bytes) byte = static_cast<uint8_t>(random() >> 9);
  return image;
}

TEST(EmulatedEngine, filter_chains_have_the_bytes_of_the_cpu) {
  const Image image = random_image(61, 47, 3);
  Stream cpu(Device::cpu()), emulated(Device::emulated());
  for (const Border border : all_borders()) {
    for (const Show show : all_shows()) {
      for (const int stages : {1, 2, 3}) {
        FilterChain chain;
        chain.border = border;
        chain.show = show;
        chain.stages.clear();
        for (const char* name : {"blur", "edge", "emboss"}) {
          if (static_cast<int>(chain.stages.size()) == stages) break;
          FilterStage stage;
          stage.kernel = parse_kernel(name);
          chain.stages.push_back(stage);
        }
        chain.repeat = stages == 2 ? 3 : 1;
        SCOPED_TRACE(border_name(border) + " " + show_name(show) + " " + std::to_string(stages));
        for (const Region region : {Region{0, 0, 61, 47}, Region{20, 11, 9, 17}, Region{0, 40, 33, 7}}) {
          const Range range = filter_chain_range(cpu, chain, picture_of(image), region);
          const Range range_there = filter_chain_range(emulated, chain, picture_of(image), region);
          EXPECT_EQ(range.low, range_there.low);
          EXPECT_EQ(range.high, range_there.high);
          const size_t row = static_cast<size_t>(region.width) * 3, count = row * static_cast<size_t>(region.height);
          std::vector<uint8_t> bytes(count), bytes_there(count);
          std::vector<float> values(count), values_there(count);
          filter_chain(cpu, chain, range, picture_of(image), region, bytes.data(), static_cast<int64_t>(row));
          filter_chain(emulated, chain, range, picture_of(image), region, bytes_there.data(),
                       static_cast<int64_t>(row));
          EXPECT_EQ(bytes, bytes_there);
          filter_chain_values(cpu, chain, picture_of(image), region, values.data());
          filter_chain_values(emulated, chain, picture_of(image), region, values_there.data());
          EXPECT_EQ(values, values_there);
        }
      }
    }
  }
}

constexpr const char* kNetwork =
    "input 1x8x8 | conv 4 3x3 pad 1 no bias | batchnorm | relu | maxpool 2 | flatten | dropout 0.2 | dense 4";

struct Learned {
  std::vector<float> weights, losses;
};
Learned learn(Device device, const Dataset& data, const std::string& optimizer, bool captured) {
  set_debug_checks(!captured && device.is_gpu());  // with them nothing is captured
  Stream stream(device);
  Network network(stream, Architecture::parse(kNetwork));
  TrainerSettings settings;
  settings.batch = 12;
  settings.rate = 0.01;
  settings.seed = 7;
  settings.optimizer = OptimizerSettings::parse(optimizer);
  settings.schedule = Schedule::parse("warm-up 3 cosine 20 least 0.1");  // another rate in every step
  Trainer trainer(stream, network, data, all_of(data), {}, settings);
  EXPECT_EQ(Graph::can_capture(stream), captured);
  for (int step = 0; step < 25; ++step) trainer.step();
  Learned learned;
  for (const StepRecord& step : trainer.history().steps()) learned.losses.push_back(static_cast<float>(step.loss));
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer) continue;
    const std::vector<float> values = network.read_tensor(stream, tensor);
    learned.weights.insert(learned.weights.end(), values.begin(), values.end());
  }
  set_debug_checks(false);
  return learned;
}

// A step that is recorded once and replayed must hold nothing that changes from step to step: rate, counters, samples.
TEST(EmulatedEngine, captured_steps_train_bit_for_bit_as_steps_that_are_not) {
  const auto data = bars(40, 8, 4);
  for (const std::string& optimizer : test_optimizers()) {
    SCOPED_TRACE(optimizer);
    const Learned captured = learn(Device::emulated(), *data, optimizer, true);
    const Learned one_by_one = learn(Device::emulated(), *data, optimizer, false);
    EXPECT_EQ(captured.weights, one_by_one.weights);
    EXPECT_EQ(captured.losses, one_by_one.losses);
    ASSERT_EQ(captured.losses.size(), 25U);
    // The CPU adds in another order, and learns the same.
    const Learned cpu = learn(Device::cpu(), *data, optimizer, false);
    for (size_t i = 0; i < cpu.losses.size(); ++i) EXPECT_NEAR(cpu.losses[i], captured.losses[i], 2e-3) << i;
  }
}

TEST(EmulatedEngine, every_thread_order_trains_to_the_same_bits) {
  const auto data = bars(40, 8, 4);
  const Learned forward = learn(Device::emulated(), *data, "adam", true);
  for (const ThreadOrder order : {ThreadOrder::backward, ThreadOrder::shuffled}) {
    set_thread_order(order);
    const Learned other = learn(Device::emulated(), *data, "adam", true);
    set_thread_order(ThreadOrder::forward);
    EXPECT_EQ(other.weights, forward.weights);
    EXPECT_EQ(other.losses, forward.losses);
  }
}

}  // namespace
}  // namespace striate
