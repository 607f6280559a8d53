// The trainer's thread: snapshots hold the engine's own bits, never hold training up, and what is asked for while it
// works is done at a step that is known.
#include "app/worker/trainer_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

using Clock = std::chrono::steady_clock;

TrainingConfig small_config() {
  TrainingConfig config;
  config.data = "digits:400";
  config.batch = 16;
  config.augment = "shift 1";
  return config;
}

void wait(const std::function<bool()>& holds) {
  const auto start = Clock::now();
  while (!holds()) {
    ASSERT_LT(Clock::now() - start, std::chrono::seconds(240));
    std::this_thread::sleep_for(std::chrono::microseconds(200));  // between two looks, not for an outcome
  }
}

TrainSnapshotPtr settled(TrainerThread& thread) {
  TrainSnapshotPtr now;
  wait([&] { return !thread.busy(*(now = thread.snapshot())); });
  return now;
}

TrainSubscription everything(TrainingRun& run) {
  TrainSubscription wanted;
  for (const NamedTensor& tensor : run.network().tensors()) wanted.tensors.insert({tensor.kind, tensor.name});
  wanted.probe = wanted.probe_gradients = wanted.batch = wanted.test = wanted.norms = wanted.dead_units = true;
  return wanted;
}

TEST(TrainerThread, snapshots_hold_the_bits_of_the_engine_alone) {
  Stream stream;
  const TrainingConfig config = small_config();
  TrainingRun alone(stream, config, open_run_data(config));
  TrainerThread thread(Device::cpu(), [] {});
  thread.post([&](TrainWorker& worker) { worker.begin(config); });
  const TrainSubscription wanted = everything(alone);
  thread.post([wanted](TrainWorker& worker) { worker.subscribe(wanted); });
  thread.post([](TrainWorker& worker) { worker.start(); });
  wait([&] { return thread.snapshot()->step >= 20; });
  thread.post([](TrainWorker& worker) { worker.pause(); });
  const int64_t newest = settled(thread)->newest_step;
  while (alone.step() < newest) alone.advance_step();
  std::mt19937 random(3);
  Evaluator one(stream, alone.architecture(), 1);
  for (int i = 0; i < 6; ++i) {
    const int64_t step = 1 + static_cast<int64_t>(random() % static_cast<uint32_t>(newest));
    const int phases = static_cast<int>(random() % 5);
    alone.go_to(step);
    thread.post([step](TrainWorker& worker) { worker.scrub(step); });
    for (int p = 0; p < phases; ++p) {
      thread.post([](TrainWorker& worker) { worker.step_phase(); });
      settled(thread);
      alone.advance();
    }
    const TrainSnapshotPtr now = settled(thread);
    ASSERT_EQ(now->step, step);
    ASSERT_EQ(now->next_phase, alone.next_phase());
    for (const NamedTensor& tensor : alone.network().tensors()) {
      const TensorValues* seen = now->tensor(tensor.kind, tensor.name);
      ASSERT_NE(seen, nullptr) << tensor.name;
      EXPECT_EQ(seen->values, alone.network().read_tensor(stream, tensor))
          << tensor_kind_name(tensor.kind) << " " << tensor.name;
    }
    ASSERT_NE(now->batch, nullptr);
    EXPECT_EQ(now->batch->indices, alone.trainer().batch_indices());
    std::vector<float> pixels = now->batch->augmented;
    const int64_t each = now->batch->shape.count();
    for (size_t n = 0; n < now->batch->indices.size(); ++n) {
      now->normalization.apply(now->batch->shape, pixels.data() + static_cast<int64_t>(n) * each);
    }
    EXPECT_EQ(pixels, alone.network().read_tensor(stream, alone.network().activation(0)));
    ASSERT_NE(now->probe, nullptr);
    std::vector<float> probe = now->probe->pixels;
    now->normalization.apply(now->probe->shape, probe.data());
    EXPECT_EQ(now->probe->probabilities, one.probabilities(stream, alone.network(), probe));
    EXPECT_EQ(now->probe->gradients.size(), static_cast<size_t>(alone.architecture().size()));
    EXPECT_EQ(now->curves.size, newest);
    EXPECT_EQ(now->curves.at(step - 1).step, step);
  }
}

TEST(TrainerThread, nothing_waits_for_who_does_not_look) {
  TrainerThread thread(Device::cpu(), [] {});
  const TrainingConfig config = small_config();
  thread.post([&](TrainWorker& worker) { worker.begin(config); });
  thread.post([](TrainWorker& worker) {
    worker.subscribe(everything(*worker.run()));
    worker.start();
  });
  wait([&] { return thread.snapshot()->step >= 1; });
  const uint64_t version = thread.snapshot()->version;
  wait([&] { return thread.effect().place.step >= 60; });
  EXPECT_LE(thread.snapshot()->version, version + 1);  // one more, and then none until it is taken
  const uint64_t begin = thread.snapshot()->version;
  wait([&] { return thread.snapshot()->version > begin; });  // whoever looks again gets the next one
}

// A worker by a clock that goes on by so much whenever it is read.
struct ClockedWorker {
  explicit ClockedWorker(double tick)
      : worker(Device::cpu(),
               {[] { return false; }, [] { return false; }, [] { return true; },
                [this](const TrainSnapshotPtr&) { published.push_back(now); }, [this, tick] { return now += tick; }}) {
    worker.begin(small_config());
  }
  // Everything that there is to do in so many seconds.
  void pass(double seconds) {
    for (const double end = now + seconds; now < end; now = std::max(now, std::min(end, worker.next_time())))
      worker.advance(now);
  }
  double now = 1;
  std::vector<double> published;
  TrainWorker worker;
};

TEST(TrainWorker, publishes_at_most_thirty_snapshots_a_second) {
  for (const TrainPace pace : {TrainPace{}, TrainPace{TrainPace::Kind::batches, 200}, {TrainPace::Kind::phases, 500}}) {
    ClockedWorker clocked(0.001);
    clocked.worker.set_pace(pace);
    clocked.worker.start();
    clocked.pass(0.2);
    clocked.published.clear();
    clocked.pass(2);
    EXPECT_GE(clocked.published.size(), 30u);
    for (size_t i = 1; i < clocked.published.size(); ++i)
      EXPECT_GE(clocked.published[i] - clocked.published[i - 1], 1 / 30.0 - 1e-9) << i;
  }
}

// With everything subscribed to and every snapshot taken: what is alive does not grow.
TEST(TrainerThread, snapshots_of_all_tensors_leave_nothing_behind) {
  TrainerThread thread(Device::cpu(), [] {});
  const TrainingConfig config = small_config();
  thread.post([&](TrainWorker& worker) {
    worker.begin(config);
    worker.subscribe(everything(*worker.run()));
    worker.start();
  });
  const auto values_in = [](const TrainSnapshot& s) {
    size_t count = 0;
    for (const auto& [key, tensor] : s.tensors) count += tensor->values.size();
    for (const TensorValuesPtr& tensor : s.probe->activations) count += tensor->values.size();
    for (const TensorValuesPtr& tensor : s.probe->gradients) count += tensor ? tensor->values.size() : 0;
    return count + s.batch->original.size() + s.batch->augmented.size() + s.batch->probabilities.size();
  };
  std::vector<std::weak_ptr<const TrainSnapshot>> seen;
  std::vector<std::weak_ptr<const TensorValues>> weights;
  TrainSnapshotPtr now;
  wait([&] { return (now = thread.snapshot())->step >= 1 && now->batch && now->probe; });
  const size_t values = values_in(*now);
  const int64_t first = now->step;
  wait([&] {
    TrainSnapshotPtr next = thread.snapshot();
    if (next == now) return false;
    now = std::move(next);
    seen.emplace_back(now);
    weights.emplace_back(now->tensors.at({TensorKind::weight, "0.weight"}));
    EXPECT_EQ(values_in(*now), values);
    EXPECT_GT(now->step, first);  // training goes on meanwhile
    return seen.size() >= 40;
  });
  // The one that is held here, the newest of the thread, and the one that it makes.
  const auto alive = [](const auto& all) {
    return std::count_if(all.begin(), all.end(), [](const auto& each) { return !each.expired(); });
  };
  EXPECT_LE(alive(seen), 3);
  EXPECT_LE(alive(weights), 3);
}

TEST(TrainWorker, keeps_to_its_pace) {
  ClockedWorker clocked(0.0001);
  clocked.worker.set_pace({TrainPace::Kind::batches, 50});
  clocked.worker.start();
  clocked.pass(2);
  EXPECT_NEAR(static_cast<double>(clocked.worker.place().step), 100, 2);
  // Five phases are a step.
  const int64_t before = clocked.worker.place().step;
  clocked.worker.set_pace({TrainPace::Kind::phases, 20});
  clocked.pass(3);
  EXPECT_NEAR(static_cast<double>(clocked.worker.place().step - before), 12, 1);
}

TEST(TrainerThread, goes_by_phases) {
  TrainerThread thread(Device::cpu(), [] {});
  const TrainingConfig config = small_config();
  thread.post([&](TrainWorker& worker) {
    worker.begin(config);
    worker.set_pace({TrainPace::Kind::phases, 200});
    worker.start();
  });
  bool between = false;
  wait([&] { return (between |= thread.snapshot()->next_phase != Phase::batch); });
}

TEST(TrainerThread, a_command_takes_effect_at_the_step_that_it_is_told) {
  TrainerThread thread(Device::cpu(), [] {});
  const TrainingConfig config = small_config();
  thread.post([&](TrainWorker& worker) {
    worker.begin(config);
    worker.start();
  });
  for (int i = 0; i < 20; ++i) {
    wait([&] { return thread.effect().moving; });
    TrainPlace place;
    std::atomic<bool> done{false};
    const TrainerThread::Effect told = thread.post([&](TrainWorker& worker) {
      place = worker.place();
      done = true;
    });
    wait([&] { return done.load(); });
    EXPECT_EQ(told.place, place);
  }
}

TEST(TrainWorker, is_saved_every_so_often_and_the_file_goes_when_it_ends_in_order) {
  const std::string file = test_path("autosave.safetensors");
  std::filesystem::remove(file);
  const TrainingConfig config = small_config();
  const TrainWorker::Hooks hooks{[] { return false; }, [] { return false; }, [] { return true; },
                                 [](const TrainSnapshotPtr&) {}};
  {
    TrainWorker worker(Device::cpu(), hooks);
    worker.set_autosave({file}, 0);
    worker.begin(config);
    worker.advance(1);
    EXPECT_FALSE(std::filesystem::exists(file));  // nothing was learned yet
    worker.step_batch();
    while (worker.working()) worker.advance(1);
    ASSERT_TRUE(std::filesystem::exists(file));
    std::filesystem::copy_file(file, file + ".kept", std::filesystem::copy_options::overwrite_existing);
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  TrainWorker again(Device::cpu(), hooks);
  again.open(file + ".kept");
  EXPECT_EQ(again.place(), (TrainPlace{1, Phase::batch}));
  std::filesystem::remove(file + ".kept");
}

// On CUDA a loss that is NaN is found when results are fetched, which publishing and measuring do: it is told like any
// other error, and the thread and its autosave go on.
TEST(TrainWorker, a_loss_that_is_found_late_is_told_and_the_training_goes_on) {
  struct Deferred {
    Deferred() { detail::defer_checks(true); }
    ~Deferred() { detail::defer_checks(std::nullopt); }
  };
  const Deferred deferred;
  TrainSnapshotPtr last;
  TrainWorker worker(Device::cpu(), {[] { return false; }, [] { return false; }, [] { return true; },
                                     [&](const TrainSnapshotPtr& snapshot) { last = snapshot; }});
  const std::string file = test_path("late.safetensors");
  worker.set_autosave({file}, 0);
  TrainingConfig config = small_config();
  config.optimizer = "sgd";
  worker.begin(config);
  worker.until({8, Phase::batch});
  while (worker.working()) worker.advance(1);
  worker.set_rate(1e38);
  worker.until({2000, Phase::batch});
  while (worker.working()) ASSERT_NO_THROW(worker.advance(1));
  ASSERT_NE(last, nullptr);
  ASSERT_EQ(last->status, TrainSnapshot::Status::failed);
  ASSERT_TRUE(last->error);
  EXPECT_NE(std::string(last->error->what()).find("not a number"), std::string::npos) << last->error->what();
  EXPECT_TRUE(std::filesystem::exists(file));
  worker.scrub(8);  // before the rate that ruined the weights
  while (worker.working()) worker.advance(1);
  worker.branch();
  worker.set_rate(0.01);
  worker.until({11, Phase::batch});
  while (worker.working()) worker.advance(1);
  EXPECT_EQ(worker.place().step, 11);
  worker.publish(1);
  EXPECT_EQ(last->status, TrainSnapshot::Status::paused);
}

// A worker whose snapshots are kept; everything is done at once.
struct KeptWorker {
  TrainSnapshotPtr now;
  TrainWorker worker{Device::cpu(),
                     {[] { return false; }, [] { return false; }, [] { return true; },
                      [this](const TrainSnapshotPtr& s) { now = s; }}};
  void rest() {
    while (worker.working() || worker.measuring()) worker.advance(1);
    worker.publish(1);
  }
};

std::vector<int64_t> tested_steps(const TrainSnapshot& now) {
  std::vector<int64_t> steps;
  for (const EvaluationRecord& record : *now.curves.evaluations) steps.push_back(record.step);
  return steps;
}

TEST(TrainWorker, a_second_run_is_measured_wherever_the_first_was_so_both_curves_are_whole) {
  KeptWorker kept;
  TrainWorker& worker = kept.worker;
  const TrainingConfig config = small_config();
  worker.begin(config);
  kept.rest();
  worker.until({30, Phase::batch});
  kept.rest();
  TrainingConfig changed = config;
  changed.optimizer = "sgd";
  worker.compare(changed, "optimizer sgd");
  kept.rest();
  const auto check = [&] {
    const std::vector<int64_t> first = tested_steps(*kept.now), second = tested_steps(*kept.now->other);
    EXPECT_GE(first.size(), 3U);
    for (const int64_t step : first) {
      EXPECT_TRUE(std::find(second.begin(), second.end(), step) != second.end()) << "step " << step;
    }
  };
  check();
  worker.until({70, Phase::batch});
  kept.rest();
  check();
  EXPECT_GT(tested_steps(*kept.now).back(), 60);
}

TEST(TrainWorker, after_an_edit_every_place_has_the_same_accuracy) {
  KeptWorker kept;
  TrainWorker& worker = kept.worker;
  worker.begin(small_config());
  worker.until({20, Phase::batch});
  kept.rest();
  const double before = kept.now->test->evaluation.loss;
  const auto same_everywhere = [&] {
    ASSERT_TRUE(kept.now->test);
    const EvaluationRecord& last = kept.now->curves.evaluations->back();
    EXPECT_EQ(last.step, 20);
    EXPECT_EQ(last.loss, kept.now->test->evaluation.loss);
    EXPECT_EQ(last.accuracy, kept.now->test->evaluation.accuracy());
  };
  same_everywhere();
  worker.edit("0.weight", 0, 9);
  worker.publish(1);
  EXPECT_NE(kept.now->curves.evaluations->empty() ? -1 : kept.now->curves.evaluations->back().step, 20)
      << "what was measured with other weights is gone until it is measured again";
  kept.rest();
  same_everywhere();
  EXPECT_NE(kept.now->test->evaluation.loss, before);
  worker.restore("0.weight", 0);
  kept.rest();
  same_everywhere();
  EXPECT_EQ(kept.now->test->evaluation.loss, before);
}

TEST(TrainWorker, silent_units_are_counted_on_a_batch_that_was_seen) {
  KeptWorker kept;
  TrainWorker& worker = kept.worker;
  TrainSubscription wanted;
  wanted.dead_units = true;
  worker.subscribe(wanted);
  worker.begin(small_config());
  kept.rest();
  EXPECT_TRUE(kept.now->dead_units.empty()) << "no batch was seen";
  worker.step_phase();
  kept.rest();
  EXPECT_EQ(kept.now->next_phase, Phase::forward);
  EXPECT_TRUE(kept.now->dead_units.empty()) << "the batch is there, nothing was computed";
  worker.step_phase();
  kept.rest();
  ASSERT_FALSE(kept.now->dead_units.empty());
  int64_t dead = 0, units = 0;
  for (const DeadUnits& each : kept.now->dead_units) dead += each.dead, units += each.units;
  EXPECT_LT(dead, units) << "a network at its start is not dead";
}

TEST(TrainWorker, a_second_run_is_kept_at_the_same_step) {
  TrainWorker worker(Device::cpu(),
                     {[] { return false; }, [] { return false; }, [] { return true; }, [](const TrainSnapshotPtr&) {}});
  const TrainingConfig config = small_config();
  TrainingConfig changed = config;
  changed.optimizer = "sgd";
  worker.begin(config);
  worker.until({10, Phase::batch});
  while (worker.working()) worker.advance(1);
  worker.set_schedule("constant");
  worker.compare(changed, "optimizer sgd");
  const auto rest = [&] {
    while (worker.working()) worker.advance(1);
  };
  rest();
  ASSERT_NE(worker.other(), nullptr);
  EXPECT_EQ(worker.other()->step(), 10);
  worker.until({17, Phase::batch});
  rest();
  EXPECT_EQ(worker.other()->step(), 17);
  worker.scrub(4);
  rest();
  EXPECT_EQ(worker.other()->step(), 4);
  Stream stream;
  TrainingRun alone(stream, changed, open_run_data(changed));
  for (int i = 0; i < 4; ++i) alone.advance_step();
  for (const NamedTensor& tensor : alone.network().tensors()) {
    EXPECT_EQ(worker.other()->network().read_tensor(stream, tensor), alone.network().read_tensor(stream, tensor))
        << tensor.name;
  }
  worker.branch();
  EXPECT_EQ(worker.other()->newest(), 4);
  worker.end_comparison();
  EXPECT_EQ(worker.other(), nullptr);
}

// Whatever is thrown while a training goes on by itself: it rests, with the error shown, and loses nothing.
TEST(TrainerThread, an_exception_on_the_way_leaves_the_training_as_it_is) {
  std::atomic<bool> throws{false};
  std::atomic<int> thrown{0};
  TrainerThread thread(Device::cpu(), [&] {
    if (!throws.exchange(false)) return;
    ++thrown;
    throw std::bad_alloc();
  });
  thread.post([](TrainWorker& worker) { worker.begin(small_config()); });
  thread.post([](TrainWorker& worker) { worker.start(); });
  wait([&] { return thread.snapshot()->step >= 3; });
  throws = true;
  wait([&] { return thread.snapshot(), thrown > 0; });
  std::optional<Error> error;
  wait([&] { return (error = thread.take_error()).has_value(); });
  EXPECT_STREQ(error->what(), "there is not enough memory for this training");
  EXPECT_FALSE(error->hint().empty());
  const int64_t step = settled(thread)->newest_step;
  EXPECT_GE(step, 3);
  thread.post([](TrainWorker& worker) { worker.step_batch(); });
  EXPECT_EQ(settled(thread)->newest_step, step + 1);
}

}  // namespace
}  // namespace striate
