// A run that is gone back in, edited and branched against one that only ever went forward: the same bits.
#include "engine/training/training_run.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "engine/error.h"
#include "engine/training/test_round.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

TrainingConfig config_of(const std::string& optimizer, const std::string& model) {
  TrainingConfig config;
  config.data = "digits:300";
  config.model = model;
  config.optimizer = optimizer;
  config.batch = 16;
  config.split = "0.8,0.1,0.1";
  config.augment = "shift 2";
  config.seed = 5;
  return config;
}

constexpr const char* kPlain = "conv 4 5x5 stride 2 | relu | maxpool 2 | flatten | dense 10";
constexpr const char* kRandom =
    "conv 4 5x5 stride 2 | batchnorm | relu | maxpool 2 | flatten | dropout 0.4 | dense 16 | relu | dense 10";

// Every value that a step leaves.
std::vector<std::vector<float>> all_tensors(TrainingRun& run) {
  std::vector<std::vector<float>> values;
  for (const NamedTensor& tensor : run.network().tensors())
    values.push_back(run.network().read_tensor(run.stream(), tensor));
  return values;
}

struct Case {
  const char* optimizer;
  const char* model;
};
class TrainingRuns : public testing::TestWithParam<Case> {};

TEST_P(TrainingRuns, go_back_to_any_step_with_its_exact_bits) {
  Stream stream;
  const TrainingConfig config = config_of(GetParam().optimizer, GetParam().model);
  const auto data = open_run_data(config);
  TrainingRun run(stream, config, data, 100 << 10);  // so little that keyframes are thinned
  std::vector<std::vector<std::vector<float>>> seen{all_tensors(run)};
  std::vector<float> losses{0};
  const auto change = [](TrainingRun& r, int64_t step) {
    if (step == 7) r.set_rate(0.01);
    if (step == 9) r.edit("0.weight", 3, 0.75f);
    if (step == 12) r.set_schedule("step 5 0.5");
    if (step == 15) r.restore("0.weight", 3);
  };
  for (int step = 1; step <= 30; ++step) {
    run.advance_step();
    change(run, step);
    seen.push_back(all_tensors(run));
    losses.push_back(run.scalars().loss);
  }
  EXPECT_GT(run.trainer().history().keyframe_distance(), 1);
  for (const int64_t step : {30, 3, 15, 14, 0, 9, 10, 29, 8, 1, 30}) {
    ASSERT_TRUE(run.go_to(step));
    EXPECT_EQ(run.step(), step);
    EXPECT_EQ(run.newest(), 30);
    EXPECT_EQ(all_tensors(run), seen[static_cast<size_t>(step)]) << "step " << step;
    if (step > 0) {
      EXPECT_EQ(run.scalars().loss, losses[static_cast<size_t>(step)]);
    }
    EXPECT_EQ(run.edited().size(), step >= 9 && step < 15 ? 1u : 0u);
  }
  // Forward again from an earlier step, phase by phase, beyond the newest.
  run.go_to(11);
  while (run.step() < 30) run.advance();
  EXPECT_EQ(all_tensors(run), seen[30]);
  EXPECT_EQ(run.trainer().history().steps().size(), 30u);
  run.advance_step();
  TrainingRun alone(stream, config, data);
  for (int step = 1; step <= 31; ++step) {
    alone.advance_step();
    change(alone, step);
  }
  EXPECT_EQ(all_tensors(run), all_tensors(alone));
}

TEST_P(TrainingRuns, a_branch_equals_a_run_that_went_that_way_at_once) {
  Stream stream;
  const TrainingConfig config = config_of(GetParam().optimizer, GetParam().model);
  const auto data = open_run_data(config);
  TrainingRun run(stream, config, data), alone(stream, config, data);
  for (int i = 0; i < 20; ++i) run.advance_step();
  run.set_rate(0.5);
  run.advance_step();
  run.go_to(8);
  EXPECT_THROW(run.set_rate(0.02), Error);
  EXPECT_THROW(run.edit("0.weight", 0, 1), Error);
  run.branch();
  EXPECT_EQ(run.newest(), 8);
  run.set_rate(0.02);
  run.edit("0.bias", 1, -0.5f);
  for (int i = 0; i < 8; ++i) alone.advance_step();
  alone.set_rate(0.02);
  alone.edit("0.bias", 1, -0.5f);
  for (int i = 0; i < 6; ++i) {
    run.advance_step();
    alone.advance_step();
  }
  EXPECT_EQ(all_tensors(run), all_tensors(alone));
  EXPECT_EQ(run.trainer().history().steps().size(), 14u);
}

TEST_P(TrainingRuns, a_saved_run_goes_on_as_if_it_had_not_stopped) {
  Stream stream;
  const TrainingConfig config = config_of(GetParam().optimizer, GetParam().model);
  const auto data = open_run_data(config);
  // Tests may run at the same time: each has its own file.
  const std::string file = test_path("run.safetensors");
  TrainingRun run(stream, config, data);
  for (int i = 0; i < 5; ++i) run.advance_step();
  run.set_rate(0.004);
  run.advance_step();
  run.advance();  // in the middle of a step: saved as it began
  run.advance();
  run.save(file);
  EXPECT_EQ(run.next_phase(), Phase::loss);
  const auto open = [&](const TrainingConfig& saved) {
    EXPECT_EQ(saved.data, config.data);
    EXPECT_EQ(saved.augment, config.augment);
    return std::shared_ptr<const Dataset>(data);
  };
  const auto opened = TrainingRun::open(stream, file, open);
  EXPECT_EQ(opened->first_step(), 6);
  for (int i = 0; i < 4; ++i) opened->advance_step();
  while (run.step() < 10) run.advance_step();
  opened->go_to(7);
  opened->go_to(10);
  EXPECT_EQ(all_tensors(run), all_tensors(*opened));
  EXPECT_THROW(opened->go_to(5), Error);
  std::filesystem::remove(file);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, TrainingRuns,
                         testing::Values(Case{"adam", kPlain}, Case{"sgd momentum 0.9", kPlain}, Case{"adam", kRandom},
                                         Case{"rmsprop", kRandom}));

TEST(TrainingRun, an_edit_in_the_middle_of_a_step_begins_the_step_again) {
  Stream stream;
  const TrainingConfig config = config_of("adam", kRandom);
  const auto data = open_run_data(config);
  TrainingRun run(stream, config, data), alone(stream, config, data);
  for (int i = 0; i < 3; ++i) run.advance_step(), alone.advance_step();
  run.advance();
  run.advance();
  run.edit("0.weight", 2, 1.5f);
  EXPECT_EQ(run.next_phase(), Phase::batch);
  alone.edit("0.weight", 2, 1.5f);
  run.advance_step();
  alone.advance_step();
  EXPECT_EQ(all_tensors(run), all_tensors(alone));
  run.go_to(3);
  EXPECT_EQ(run.weight("0.weight", 2), 1.5f);
  EXPECT_THROW(run.edit("7.weight", 0, 0), Error);
  run.go_to(4);
  EXPECT_THROW(run.edit("0.weight", 100000, 0), Error);
  EXPECT_THROW(run.restore("0.weight", 0), Error);
  EXPECT_THROW(run.go_to(5), Error);
}

TEST(TrainingRun, stands_where_the_step_began_after_a_loss_that_is_no_number) {
  Stream stream;
  TrainingConfig config = config_of("sgd", kRandom);
  const auto data = open_run_data(config);
  TrainingRun run(stream, config, data), alone(stream, config, data);
  for (int i = 0; i < 4; ++i) run.advance_step(), alone.advance_step();
  run.set_rate(1e30);
  run.advance_step();  // its update ruins the weights
  EXPECT_THROW(run.advance_step(), Error);
  EXPECT_EQ(run.step(), 5);
  run.go_to(4);
  run.branch();
  run.set_rate(0.01);
  alone.set_rate(0.01);
  run.advance_step();
  alone.advance_step();
  EXPECT_EQ(all_tensors(run), all_tensors(alone));
}

TEST(TrainingRun, looking_at_an_earlier_step_can_be_interrupted) {
  Stream stream;
  const TrainingConfig config = config_of("adam", kPlain);
  TrainingRun run(stream, config, open_run_data(config), 1);  // no budget: two keyframes
  for (int i = 0; i < 20; ++i) run.advance_step();
  const auto at_15 = [&] {
    run.go_to(15);
    return all_tensors(run);
  }();
  run.go_to(2);
  EXPECT_FALSE(run.go_to(15, [] { return false; }));
  EXPECT_LT(run.step(), 15);
  EXPECT_TRUE(run.go_to(15));
  EXPECT_EQ(all_tensors(run), at_15);
}

TEST(TestRound, in_pieces_it_has_the_bits_of_one_go_and_leaves_the_training_alone) {
  Stream stream;
  TrainingConfig config = config_of("adam", kRandom);
  config.split = "0.4,0.1,0.5";
  TrainingRun run(stream, config, open_run_data(config));
  for (int i = 0; i < 5; ++i) run.advance_step();
  const auto before = all_tensors(run);
  TestRound round(stream, run.architecture(), Loss::cross_entropy);
  round.begin(stream, run.network(), run.step());
  EXPECT_EQ(round.step(), 5);
  while (!round.advance(stream, *run.data(), run.test_indices(), run.normalization())) {
    EXPECT_EQ(all_tensors(run), before);
  }
  EXPECT_FALSE(round.under_way());
  Evaluator evaluator(stream, run.architecture(), 64);
  const Evaluation whole =
      evaluator.evaluate(stream, run.network(), *run.data(), run.test_indices(), run.normalization());
  EXPECT_EQ(round.result().loss, whole.loss);
  EXPECT_EQ(round.result().confusion, whole.confusion);
  EXPECT_EQ(round.result().predicted, whole.predicted);
  EXPECT_EQ(static_cast<int64_t>(round.mistakes(*run.data(), run.test_indices()).size()),
            whole.samples - whole.correct);
}

}  // namespace
}  // namespace striate
