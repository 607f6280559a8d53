// Deferred checks for NaN, as on CUDA, tried on every device: the same bits as immediate ones, and after a step that
// went wrong the whole state of before it, however late it is found.
#include <gtest/gtest.h>

#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/training/trainer.h"
#include "engine/training/training_run.h"
#include "kernels/copy_count.h"
#include "kernels/memory.h"
#include "tests/engine/training_data.h"

namespace striate {
namespace {

// With buffers (batch normalization) and random counters (dropout): all that a step changes.
const char* kNetwork =
    "input 1x8x8 | conv 4 3x3 pad 1 no bias | batchnorm | relu | maxpool 2 | flatten | dropout 0.2 | dense 4";

TrainerSettings settings_with(const char* optimizer, bool deferred) {
  TrainerSettings settings;
  settings.batch = 12;
  settings.rate = 0.01;
  settings.seed = 7;
  settings.optimizer = OptimizerSettings::parse(optimizer);
  settings.deferred_checks = deferred;
  return settings;
}

struct Training {
  Training(const Device& device, const Dataset& data, const TrainerSettings& settings)
      : stream(device),
        network(stream, Architecture::parse(kNetwork)),
        trainer(stream, network, data, all_of(data), {}, settings) {}
  Stream stream;
  Network network;
  Trainer trainer;
};

// Everything that a saved state holds.
void expect_same_state(Training& a, Training& b) {
  const Keyframe one = a.trainer.keyframe(), two = b.trainer.keyframe();
  EXPECT_EQ(one.step, two.step);
  EXPECT_EQ(one.samples, two.samples);
  EXPECT_EQ(one.optimizer_steps, two.optimizer_steps);
  EXPECT_EQ(one.counters, two.counters);
  EXPECT_EQ(one.weights, two.weights);
  EXPECT_EQ(one.running, two.running);
  EXPECT_EQ(one.optimizer, two.optimizer);
}

void expect_same_keyframes(Training& a, Training& b) {
  const History::Keyframes &ones = a.trainer.history().keyframes(), &twos = b.trainer.history().keyframes();
  ASSERT_EQ(ones.size(), twos.size());
  for (auto one = ones.begin(), two = twos.begin(); one != ones.end(); ++one, ++two) {
    ASSERT_EQ(one->first, two->first);
    EXPECT_EQ(one->second->step, two->second->step);
    EXPECT_EQ(one->second->samples, two->second->samples);
    EXPECT_EQ(one->second->optimizer_steps, two->second->optimizer_steps);
    EXPECT_EQ(one->second->counters, two->second->counters);
    EXPECT_EQ(one->second->weights, two->second->weights);
    EXPECT_EQ(one->second->running, two->second->running);
    EXPECT_EQ(one->second->optimizer, two->second->optimizer);
  }
}

TEST(DeferredChecks, give_the_bits_of_immediate_ones) {
  const auto data = bars(40, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    for (const char* optimizer : {"sgd", "adam"}) {
      Training now(device, *data, settings_with(optimizer, false));
      Training later(device, *data, settings_with(optimizer, true));
      for (int step = 0; step < 30; ++step) {
        now.trainer.step();
        later.trainer.step();
        if (step % 7 == 3) later.trainer.history();
      }
      expect_same_state(now, later);
      ASSERT_EQ(later.trainer.history().steps().size(), 30u);
      for (size_t i = 0; i < 30; ++i) {
        EXPECT_EQ(now.trainer.history().steps()[i].loss, later.trainer.history().steps()[i].loss);
        EXPECT_EQ(now.trainer.history().steps()[i].accuracy, later.trainer.history().steps()[i].accuracy);
      }
      expect_same_keyframes(now, later);
    }
  }
}

// With room for a few keyframes the history is thinned while they are still on the device.
TEST(DeferredChecks, keyframes_that_stay_on_the_device_are_thinned_as_those_that_do_not) {
  const auto data = bars(40, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    TrainerSettings now_settings = settings_with("adam", false), later_settings = settings_with("adam", true);
    now_settings.history_budget = later_settings.history_budget = 40000;
    Training now(device, *data, now_settings), later(device, *data, later_settings);
    for (int step = 0; step < 70; ++step) now.trainer.step(), later.trainer.step();
    EXPECT_GT(now.trainer.history().keyframe_distance(), 1);
    EXPECT_GT(now.trainer.history().keyframes().size(), 3u);
    expect_same_keyframes(now, later);
    const int64_t back = std::next(now.trainer.history().keyframes().begin(), 2)->first;
    for (Training* each : {&now, &later}) {
      each->trainer.go_back(*each->trainer.history().at_or_before(back));
      each->trainer.step();
    }
    expect_same_state(now, later);
  }
}

TEST(DeferredChecks, no_step_waits_for_a_gpu) {
  const auto data = bars(40, 8, 4);
  for (const bool augments : {false, true}) {
    TrainerSettings settings = settings_with("adam", true);
    if (augments) settings.augment = [](float*, const Shape&, uint64_t, uint64_t) {};
    Training training(Device::emulated(), *data, settings);
    training.trainer.step();
    training.trainer.history();
    const int64_t copies = copies_to_host(), allocations = memory_use().allocations;
    for (int step = 0; step < 20; ++step) training.trainer.step();
    EXPECT_EQ(copies_to_host(), copies) << "keyframes, losses and checks stay there";
    EXPECT_EQ(memory_use().allocations, allocations);
    EXPECT_EQ(training.trainer.history().keyframes().size(), 22u) << "one for every step";
    EXPECT_LT(copies_to_host() - copies, 12);
    for (int step = 0; step < 100; ++step) training.trainer.step();
    EXPECT_LT(copies_to_host() - copies, 60) << "as many keyframes as there is room for are read at once";
  }
}

// A batch that is read anew each time takes another way to the device than samples that lie there.
TEST(DeferredChecks, batches_that_are_sent_are_those_that_lie_there) {
  const auto data = bars(40, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    TrainerSettings settings = settings_with("adam", true);
    Training there(device, *data, settings);
    settings.augment = [](float*, const Shape&, uint64_t, uint64_t) {};
    Training sent(device, *data, settings);
    for (int step = 0; step < 9; ++step) there.trainer.step(), sent.trainer.step();
    expect_same_state(there, sent);
    EXPECT_EQ(there.trainer.loss(), sent.trainer.loss());
  }
}

// The rate changes at step 5 and becomes absurd at step 11; the steps after the broken one are done all the same, until
// somebody asks.
TEST(DeferredChecks, a_step_that_goes_wrong_leaves_the_whole_state_of_before_it) {
  const auto data = bars(40, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    for (const char* optimizer : {"sgd", "adam"}) {
      const auto run = [&](Training& training, int more) {
        std::string what;
        for (int step = 0; step < 11; ++step) {
          if (step == 5) training.trainer.set_rate(0.003);
          if (step == 3) training.trainer.history();
          training.trainer.step();
        }
        training.trainer.set_rate(1e38);
        try {
          for (int step = 0; step < more; ++step) training.trainer.step();
          EXPECT_NO_THROW(training.trainer.history());
          training.trainer.step();
        } catch (const Error& error) {
          what = error.what();
        }
        return what;
      };
      Training now(device, *data, settings_with(optimizer, false));
      Training later(device, *data, settings_with(optimizer, true));
      const std::string first = run(now, 20), second = run(later, 20);
      ASSERT_NE(first, "");
      EXPECT_EQ(first, second);
      const int64_t step = now.trainer.steps();
      EXPECT_EQ(later.trainer.history().steps().size(), static_cast<size_t>(step));
      EXPECT_EQ(later.trainer.next_phase(), Phase::batch);
      expect_same_state(now, later);
      for (const auto& [at, keyframe] : later.trainer.history().keyframes()) EXPECT_LE(at, step);
    }
  }
}

// Counters and buffers are as before the step: whoever begins again from here has the bits of somebody who never
// failed.
TEST(DeferredChecks, what_is_saved_after_a_failure_resumes_as_if_nothing_had_been) {
  const auto data = bars(40, 8, 4);
  for (const bool deferred : {false, true}) {
    Training failed(Device::cpu(), *data, settings_with("adam", deferred));
    Training plain(Device::cpu(), *data, settings_with("adam", false));
    for (int step = 0; step < 6; ++step) failed.trainer.step(), plain.trainer.step();
    const NamedTensor w = *failed.network.find(TensorKind::weight, "0.weight");
    const std::vector<float> good = failed.network.read_tensor(failed.stream, w);
    std::vector<float> wrong = good;
    wrong[0] = std::numeric_limits<float>::infinity();
    failed.network.write_tensor(failed.stream, w, wrong);
    failed.trainer.weights_were_written();
    EXPECT_THROW(
        {
          failed.trainer.step();
          failed.trainer.history();
          failed.trainer.step();
        },
        Error);
    failed.network.write_tensor(failed.stream, w, good);
    failed.trainer.weights_were_written();
    expect_same_state(failed, plain);
    for (int step = 0; step < 4; ++step) failed.trainer.step(), plain.trainer.step();
    expect_same_state(failed, plain);
  }
}

// A run with changes of its weights: what is made again has them.
TEST(DeferredChecks, a_run_goes_back_with_its_edits) {
  struct Deferred {
    Deferred() { detail::defer_checks(true); }
    ~Deferred() { detail::defer_checks(std::nullopt); }
  };
  TrainingConfig config;
  config.data = "digits:200";
  config.batch = 8;
  config.optimizer = "sgd";
  config.model = "input 1x28x28 | flatten | dropout 0.1 | dense 10";
  const auto data = open_run_data(config);
  Stream stream;
  TrainingRun plain(stream, config, data);
  const Deferred deferred;
  TrainingRun run(stream, config, data);
  for (TrainingRun* each : {&plain, &run}) {
    for (int step = 0; step < 3; ++step) each->advance_step();
    each->edit("2.weight", 4, 0.75f);
    for (int step = 0; step < 2; ++step) each->advance_step();
  }
  run.set_rate(1e38);
  EXPECT_THROW(
      {
        for (int step = 0; step < 12; ++step) {
          run.advance_step();
          run.trainer().history();
        }
      },
      Error);
  run.go_to(5);
  EXPECT_EQ(run.weight("2.weight", 4), plain.weight("2.weight", 4));
  const auto weights = [](TrainingRun& each) { return each.trainer().keyframe().weights; };
  EXPECT_EQ(weights(run), weights(plain));
}

}  // namespace
}  // namespace striate
