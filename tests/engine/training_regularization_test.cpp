// L1, label smoothing and clipping in a training: what a step does follows the formulas, and what stops goes on with
// the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/training/checkpoint.h"
#include "engine/training/trainer.h"
#include "engine/training/training_run.h"
#include "engine/walk/update_walk.h"
#include "kernels/threads.h"
#include "tests/engine/small_images.h"
#include "tests/engine/training_data.h"

namespace striate {
namespace {

const char* kNetwork = "input 1x8x8 | conv 4 3x3 pad 1 | relu | maxpool 2 | flatten | dense 6 | relu | dense 4";

TrainerSettings regularized(const char* optimizer = "sgd") {
  TrainerSettings settings;
  settings.batch = 12;
  settings.rate = 0.01;
  settings.seed = 7;
  settings.optimizer = OptimizerSettings::parse(optimizer);
  settings.l1 = 0.01;
  settings.label_smoothing = 0.1;
  settings.clip_norm = 0.05;
  return settings;
}

struct Training {
  Training(const Device& device, const Dataset& data, const TrainerSettings& settings)
      : stream(device),
        network(stream, Architecture::parse(kNetwork)),
        trainer(stream, network, data, all_of(data), {}, settings) {}
  std::vector<float> arena(TensorKind kind) {
    std::vector<float> values(static_cast<size_t>(network.arena_size(kind)));
    copy_bytes(stream, values.data(), Device::cpu(), network.arena(kind), stream.device(),
               values.size() * sizeof(float));
    return values;
  }
  Stream stream;
  Network network;
  Trainer trainer;
};

std::string error_of(const TrainerSettings& settings) {
  const auto data = bars(40, 8, 4);
  try {
    Training(Device::cpu(), *data, settings);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(Regularization, a_step_follows_the_formulas_and_its_walk_has_the_same_bits) {
  const auto data = bars(40, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    for (const double limit : {0.05, 1e6}) {
      SCOPED_TRACE(device.id() + ", limit " + std::to_string(limit));
      TrainerSettings settings = regularized();
      settings.clip_norm = limit;
      Training training(device, *data, settings);
      for (int step = 0; step < 3; ++step) {
        while (training.trainer.next_phase() != Phase::update) training.trainer.advance();
        const std::vector<float> w = training.arena(TensorKind::weight),
                                 g = training.arena(TensorKind::weight_gradient);
        std::vector<double> changed;
        double squares = 0;
        for (const Network::TrainedRange& range : training.network.trained()) {
          for (int64_t i = 0; i < range.count; ++i) {
            const auto weight = static_cast<double>(w[static_cast<size_t>(range.weight + i)]);
            changed.push_back(static_cast<double>(g[static_cast<size_t>(range.gradient + i)]) + 0.01 * (weight > 0 ? 1
                                                                                                        : weight < 0
                                                                                                            ? -1
                                                                                                            : 0));
            squares += changed.back() * changed.back();
          }
        }
        const double norm = std::sqrt(squares);
        EXPECT_NEAR(training.trainer.gradient_norm(), norm, 1e-5 * norm);
        EXPECT_EQ(limit < norm, limit < 1) << "the case is no case";
        const float rate = training.trainer.rate(), measured = training.trainer.gradient_norm();
        training.trainer.advance();
        const std::vector<float> after = training.arena(TensorKind::weight);
        size_t at = 0;
        for (const Network::TrainedRange& range : training.network.trained()) {
          for (int64_t i = 0; i < range.count; ++i, ++at) {
            const auto place = static_cast<size_t>(range.weight + i);
            const double want = w[place] - 0.01 * changed[at] * std::min(1.0, limit / (norm + 1e-6));
            ASSERT_NEAR(after[place], want, 1e-6) << at;
            const UpdateWalk walk =
                walk_update(settings.optimizer, rate, step + 1, w[place], g[static_cast<size_t>(range.gradient + i)],
                            {}, {0.01, limit, measured});
            ASSERT_EQ(walk.after, after[place]) << at;
            ASSERT_EQ(walk.lines.size(), 3u);
            ASSERT_NEAR(walk.lines[1].value, changed[at] * std::min(1.0, limit / (norm + 1e-6)), 1e-6);
          }
        }
        // What the network holds as gradients is what the backward pass made.
        EXPECT_EQ(training.arena(TensorKind::weight_gradient), g);
        EXPECT_EQ(training.trainer.history().steps().back().gradient_norm, measured);
      }
    }
  }
}

TEST(Regularization, immediate_and_deferred_checks_threads_and_devices_agree) {
  const auto data = bars(60, 8, 4);
  const int before = thread_count();
  for (const Device& device : Device::all_for_tests()) {
    TrainerSettings settings = regularized("adam decay 0.01");
    std::vector<std::vector<float>> weights, norms;
    for (const bool deferred : {false, true}) {
      for (const int threads : {1, 3}) {
        set_thread_count(threads);
        settings.deferred_checks = deferred;
        Training training(device, *data, settings);
        for (int step = 0; step < 9; ++step) training.trainer.step();
        weights.push_back(training.arena(TensorKind::weight));
        norms.emplace_back();
        for (const StepRecord& record : training.trainer.history().steps())
          norms.back().push_back(record.gradient_norm);
      }
    }
    set_thread_count(before);
    for (size_t i = 1; i < weights.size(); ++i) {
      EXPECT_EQ(weights[i], weights[0]) << device.id();
      EXPECT_EQ(norms[i], norms[0]) << device.id();
    }
  }
}

TEST(Regularization, is_saved_and_goes_on_with_the_same_bits) {
  TestFolder folder;
  auto data = std::shared_ptr<const Dataset>(bars(60, 8, 4));
  Stream stream(Device::best());
  TrainingConfig config;
  config.model = kNetwork;
  config.batch = 8;
  config.optimizer = "sgd momentum 0.9";
  config.l1 = 0.003;
  config.label_smoothing = 0.2;
  config.clip_norm = 0.3;
  TrainingRun run(stream, config, data);
  for (int step = 0; step < 5; ++step) run.advance_step();
  run.save(folder / "half");
  for (int step = 0; step < 5; ++step) run.advance_step();
  const Keyframe whole = run.trainer().keyframe();
  const auto resumed = TrainingRun::open(stream, folder / "half", [&](const TrainingConfig&) { return data; });
  EXPECT_EQ(resumed->config().l1, 0.003);
  EXPECT_EQ(resumed->config().label_smoothing, 0.2);
  EXPECT_EQ(resumed->config().clip_norm, 0.3);
  for (int step = 0; step < 5; ++step) resumed->advance_step();
  EXPECT_EQ(resumed->trainer().keyframe().weights, whole.weights);
  EXPECT_EQ(resumed->trainer().keyframe().optimizer, whole.optimizer);
  EXPECT_EQ(resumed->scalars().gradient_norm, run.scalars().gradient_norm);
  // An earlier step again, by its keyframe.
  run.go_to(3);
  run.go_to(10);
  EXPECT_EQ(run.trainer().keyframe().weights, whole.weights);
}

TEST(Regularization, does_what_it_is_for) {
  const auto data = bars(80, 8, 4);
  const auto trained = [&](double l1, double smoothing) {
    TrainerSettings settings;
    settings.batch = 16;
    settings.rate = 0.01;
    settings.seed = 3;
    settings.l1 = l1;
    settings.label_smoothing = smoothing;
    auto training = std::make_unique<Training>(Device::cpu(), *data, settings);
    for (int step = 0; step < 200; ++step) training->trainer.step();
    return training;
  };
  const auto size = [](Training& of) {
    double sum = 0;
    for (const float w : of.arena(TensorKind::weight)) sum += std::fabs(static_cast<double>(w));
    return sum;
  };
  const auto plain = trained(0, 0), sparse = trained(0.003, 0), smooth = trained(0, 0.2);
  EXPECT_LT(size(*sparse), 0.5 * size(*plain));
  EXPECT_EQ(plain->trainer.accuracy(), 1);
  EXPECT_EQ(smooth->trainer.accuracy(), 1);
  const auto surest = [](Training& of) {
    const TensorView p = of.trainer.probabilities();
    return *std::max_element(p.data, p.data + p.count());
  };
  EXPECT_GT(surest(*plain), 0.99f);
  EXPECT_LT(surest(*smooth), 0.96f);         // it aims at 0.85
  EXPECT_GT(smooth->trainer.loss(), 0.58f);  // the least that smoothed labels of 4 classes allow: 0.5875
  EXPECT_TRUE(std::isnan(plain->trainer.gradient_norm()));
}

TEST(Regularization, values_that_are_none_have_an_error) {
  TrainerSettings settings = regularized();
  settings.l1 = -1;
  EXPECT_EQ(error_of(settings), "an L1 penalty of -1");
  settings = regularized();
  settings.label_smoothing = 1.5;
  EXPECT_EQ(error_of(settings), "label smoothing of 1.5");
  settings = regularized();
  settings.clip_norm = std::nan("");
  EXPECT_EQ(error_of(settings), "gradients clipped to a norm of nan");
  settings = regularized();
  settings.loss = Loss::mean_squared_error;
  EXPECT_EQ(error_of(settings), "label smoothing with the loss mse");
}

}  // namespace striate
