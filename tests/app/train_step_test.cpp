// The view `step`: what it shows at every phase of a real training equals what stands in the trainer's memory, bit for
// bit; every state drawn; clicks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/worker/train_snapshot_maker.h"
#include "tests/app/page_driver.h"
#include "tests/app/train_view_host.h"
#include "tests/optimizers.h"

namespace striate {
namespace {

const char* const kPhases[] = {"batch", "forward", "loss", "backward", "update"};

// A real run, phase by phase, and the view that looks at it with what it subscribes to.
struct Host : TrainViewHost {
  // held: with an L1 penalty, smoothed labels and clipped gradients.
  explicit Host(const std::string& model = "tiny", const std::string& optimizer = "adam", int batch = 8,
                bool held = false)
      : view(make_step_view(*scene)) {
    if (held) config.l1 = 0.01, config.label_smoothing = 0.1, config.clip_norm = 0.2;
    config.data = "digits:120";
    config.model = model;
    config.optimizer = optimizer;
    config.batch = batch;
    run_of_it = std::make_unique<TrainingRun>(stream, config, open_run_data(config));
    maker = std::make_unique<TrainSnapshotMaker>(*run_of_it);
    use(*view);
    registry.add(
        Command{"train.unit.open", "opens a unit", {Parameter::text("WHERE", "which")}, [](const Arguments&) {}});
    take();
    take();
  }
  void take() {
    TrainSubscription wants;
    if (snapshot->architecture) view->subscribe(*snapshot, wants);
    maker->touch();
    const std::shared_ptr<TrainSnapshot> made = maker->make(wants);
    made->status = TrainSnapshot::Status::paused;
    made->device = "CPU, 1 thread";
    made->run = 1;
    made->version = ++version;
    snapshot = made;
    view->update(now);
  }
  // One phase; twice taken, since the first moment after a phase is made with the subscription of the one before.
  void phase() {
    run_of_it->advance();
    take();
    take();
  }
  float tensor(TensorKind kind, const std::string& name, int64_t index) {
    Network& network = run_of_it->network();
    return network.read_tensor(stream, *network.find(kind, name))[static_cast<size_t>(index)];
  }
  void set(const std::string& line) {
    registry.run(line);
    take();
    take();
  }

  Stream stream{Device::cpu()};
  std::unique_ptr<TrainView> view;
  std::unique_ptr<TrainingRun> run_of_it;
  std::unique_ptr<TrainSnapshotMaker> maker;
  uint64_t version = 0;
};

TEST(TrainStep, every_phase_shows_the_numbers_of_the_trainer_bit_for_bit) {
  for (const std::string& optimizer : test_optimizers()) {
    SCOPED_TRACE(optimizer);
    Host host("tiny", optimizer);
    unsigned random = 3;
    const auto pick = [&](int count) {
      return static_cast<int>((random = random * 1664525 + 1013904223) >> 8) % count;
    };
    for (int step = 0; step < 6; ++step) {
      const bool second = step % 2 == 1;
      const int filter = pick(second ? 16 : 8), slice = second ? pick(8) : 0, wx = pick(3), wy = pick(3);
      const int sample = pick(8);
      const std::string name = second ? "3.weight" : "0.weight";
      const int64_t index = ((int64_t{1} * filter * (second ? 8 : 1) + slice) * 3 + wy) * 3 + wx;
      host.set(fmt::format("train.step.layer {}", second ? 3 : 0));
      host.set(fmt::format("train.step.filter {}", filter));
      host.set(fmt::format("train.step.slice {}", slice));
      host.set(fmt::format("train.step.weight {} {}", wx, wy));
      host.set(fmt::format("train.step.sample {}", sample));
      host.set("train.step.cell 3 4");
      Trainer& trainer = host.run_of_it->trainer();

      host.phase();
      EXPECT_EQ(host.text("train.step.shown"), "batch");
      EXPECT_EQ(
          host.text("train.step.label"),
          host.run_of_it->data()->classes()[static_cast<size_t>(trainer.batch_labels()[static_cast<size_t>(sample)])]);
      host.phase();
      EXPECT_EQ(host.text("train.step.shown"), "forward");
      host.phase();
      EXPECT_EQ(host.text("train.step.shown"), "loss");
      EXPECT_EQ(host.number("train.step.mean_loss"), static_cast<double>(trainer.loss()));
      const TensorView p = trainer.probabilities();
      for (int c = 0; c < 10; ++c) {
        EXPECT_EQ(host.number(fmt::format("train.step.probability {}", c)),
                  static_cast<double>(p.data[sample * 10 + c]));
      }
      const int label = trainer.batch_labels()[static_cast<size_t>(sample)];
      EXPECT_NEAR(host.number("train.step.loss"), -std::log(static_cast<double>(p.data[sample * 10 + label])), 1e-5);

      host.phase();
      EXPECT_EQ(host.text("train.step.shown"), "backward");
      const auto gradient = static_cast<double>(host.tensor(TensorKind::weight_gradient, name, index));
      EXPECT_EQ(host.number("train.step.gradient"), gradient);
      EXPECT_EQ(host.number("train.step.gradient.added"), gradient);
      EXPECT_NEAR(host.number("train.step.gradient.sum"), gradient, 1e-6);
      if (second) {  // the input of layer 3 is what layer 2 (maxpool) gives: 8 x 13 x 13
        const int64_t at = ((int64_t{1} * sample * 8 + slice) * 13 + 4) * 13 + 3;
        EXPECT_EQ(host.number("train.step.input_gradient"),
                  static_cast<double>(host.tensor(TensorKind::activation_gradient, "2", at)));
      }
      const auto before = static_cast<double>(host.tensor(TensorKind::weight, name, index));
      EXPECT_EQ(host.number("train.step.before"), before);
      const double coming = host.number("train.step.after");

      host.phase();
      EXPECT_EQ(host.text("train.step.shown"), "update");
      const auto after = static_cast<double>(host.tensor(TensorKind::weight, name, index));
      EXPECT_EQ(coming, after);
      EXPECT_EQ(host.number("train.step.before"), before);
      EXPECT_EQ(host.number("train.step.after"), after);
    }
  }
}

TEST(TrainStep, a_penalty_and_a_limit_for_the_gradients_are_lines_of_the_update) {
  for (const std::string& optimizer : test_optimizers()) {
    SCOPED_TRACE(optimizer);
    Host host("tiny", optimizer, 8, true);
    Trainer& trainer = host.run_of_it->trainer();
    for (int step = 0; step < 3; ++step) {
      for (int i = 0; i < 3; ++i) host.phase();
      EXPECT_EQ(host.number("train.step.mean_loss"), static_cast<double>(trainer.loss()));
      host.phase();
      const auto gradient = static_cast<double>(host.tensor(TensorKind::weight_gradient, "0.weight", 4));
      const auto before = static_cast<double>(host.tensor(TensorKind::weight, "0.weight", 4));
      host.set("train.step.weight 1 1");
      EXPECT_EQ(host.number("train.step.gradient"), gradient);
      EXPECT_EQ(host.number("train.step.gradient.added"), gradient);
      const double norm = trainer.gradient_norm();
      EXPECT_GT(norm, 0.2);
      EXPECT_NEAR(host.number("train.step.taken"), (gradient + (before > 0 ? 0.01 : -0.01)) * 0.2 / (norm + 1e-6),
                  1e-7);
      const double coming = host.number("train.step.after");
      host.phase();
      EXPECT_EQ(coming, static_cast<double>(host.tensor(TensorKind::weight, "0.weight", 4)));
      EXPECT_EQ(host.number("train.step.after"), coming);
      for (const bool dark : {true, false}) host.dark = dark, host.settle();
    }
  }
}

TEST(TrainStep, every_term_of_a_softmax_is_there_for_the_class_that_is_looked_at) {
  Host host;
  for (int i = 0; i < 3; ++i) host.phase();
  host.set("train.step.sample 2");
  const Network& network = host.run_of_it->network();
  const std::vector<float> logits =
      network.read_tensor(host.stream, network.activation(network.architecture().size() - 1));
  const float* row = logits.data() + 2 * 10;
  const double most = *std::max_element(row, row + 10);
  double sum = 0;
  for (int j = 0; j < 10; ++j) sum += std::exp(row[j] - most);
  EXPECT_EQ(host.number("train.step.softmax.minus_log"), host.number("train.step.loss"));  // its own class
  for (int c = 0; c < 10; ++c) {
    host.set(fmt::format("train.step.class {}", c));
    EXPECT_EQ(host.number("train.step.softmax.logit"), static_cast<double>(row[c]));
    EXPECT_NEAR(host.number("train.step.softmax.difference"), row[c] - most, 1e-6);
    EXPECT_NEAR(host.number("train.step.softmax.sum"), sum, 1e-5);
    EXPECT_EQ(host.number("train.step.softmax.share"), host.number(fmt::format("train.step.probability {}", c)));
    EXPECT_NEAR(host.number("train.step.softmax.minus_log"), std::log(sum) - (row[c] - most), 1e-5);
  }
  host.click("class 3");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0], "train.step.class 3");
}

TEST(TrainStep, dense_layers_have_sums_too) {
  Host host("mlp");
  host.set("train.step.layer 3");
  host.set("train.step.filter 2");
  host.set("train.step.slice 17");
  for (int i = 0; i < 4; ++i) host.phase();
  const int64_t index = 2 * 128 + 17;
  const std::string name = "3.weight";
  const auto gradient = static_cast<double>(host.tensor(TensorKind::weight_gradient, name, index));
  EXPECT_EQ(host.number("train.step.gradient"), gradient);
  EXPECT_EQ(host.number("train.step.gradient.added"), gradient);
  EXPECT_EQ(host.number("train.step.input_gradient"),
            static_cast<double>(host.tensor(TensorKind::activation_gradient, "2", 17)));
  // Its grids choose the sample, the neuron and the input.
  host.set("train.step.way weights");
  host.click("gradient products");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.step.sample ", 0), 0U);
  host.set("train.step.way input");
  host.click("products by neuron");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.step.filter ", 0), 0U);
  host.click("dx values");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.step.slice ", 0), 0U);
}

TEST(TrainStep, every_phase_of_every_network_is_drawn_in_both_themes) {
  for (const char* model : {"tiny", "lenet5-tanh", "mlp",
                            "conv 4 3x3 stride 2 pad 1 groups 1 | batchnorm | relu | "
                            "a: conv 4 3x3 pad 1 | relu | conv 4 3x3 pad 1 | add a | "
                            "dropout 0.2 | globalavgpool | dense 10"}) {
    SCOPED_TRACE(model);
    Host host(model);
    for (const bool dark : {true, false}) {
      host.dark = dark;
      for (const Vec size : {Vec{1024, 700}, Vec{1920, 1080}}) {
        host.size = size;
        for (int i = 0; i < 5; ++i) {
          for (const char* look : kPhases) {
            host.set(std::string("train.step.look ") + look);
            for (const char* way : {"layers", "weights", "input"}) {
              if (std::string(way) != "layers" && std::string(look) != "backward") continue;
              host.set(std::string("train.step.way ") + way);
              host.settle();
              EXPECT_TRUE(host.shows("phase loss"));
            }
          }
          host.phase();
        }
      }
    }
  }
}

TEST(TrainStep, before_the_first_phase_it_says_what_to_do) {
  Host host;
  host.settle();
  EXPECT_TRUE(host.shows("phase batch"));
  EXPECT_NE(host.failure("train.step.look sideways"), "");
  host.snapshot = empty_scene();
  host.settle();
  EXPECT_FALSE(host.shows("phase batch"));
}

TEST(TrainStep, while_training_is_fast_batch_and_loss_are_shown_and_little_is_asked_for) {
  Host host;
  for (int i = 0; i < 5; ++i) host.phase();
  EXPECT_EQ(host.text("train.step.shown"), "update");
  TrainSubscription calm;
  host.view->subscribe(*host.snapshot, calm);
  auto running = std::make_shared<TrainSnapshot>(*host.snapshot);
  running->status = TrainSnapshot::Status::running;
  host.snapshot = running;
  host.now += 10;
  host.settle();
  EXPECT_EQ(host.text("train.step.shown"), "loss");
  TrainSubscription wants;
  host.view->subscribe(*host.snapshot, wants);
  EXPECT_EQ(wants.tensors,
            (std::set<TensorKey>{{TensorKind::activation, "7"}, {TensorKind::activation_gradient, "7"}}));
  EXPECT_GT(calm.tensors.size(), wants.tensors.size());
  for (const char* look : kPhases) {
    host.registry.run(std::string("train.step.look ") + look);
    host.settle();
    EXPECT_TRUE(host.shows("phase loss"));
  }
}

TEST(TrainStep, clicks_follow_a_sample_a_weight_and_an_input_value) {
  Host host;
  for (int i = 0; i < 4; ++i) host.phase();
  host.click("phase loss");
  EXPECT_EQ(host.text("train.step.shown"), "loss");
  host.take();
  host.click("loss of every sample");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.step.sample ", 0), 0U);
  host.click("phase backward");
  host.set("train.step.way weights");
  host.click("gradient of the kernel");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0], "train.step.weight 1 1");
  host.click("gradient products");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.step.cell ", 0), 0U);
  host.set("train.step.way input");
  host.click("dx values");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.step.cell ", 0), 0U);
  host.click("sum of filter 3");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0], "train.step.filter 3");
  EXPECT_EQ(host.failure("train.step.layer 1"), "layer 1 has no weights that multiply / choose one of 0, 3, 7");
}

// Through the page and its thread: at any step and phase, what is opened is what is held; an edited weight is seen.
TEST(TrainStep, the_page_shows_what_its_training_holds) {
  PageDriver driver("train");
  for (const char* line :
       {"train.data digits:160", "train.batch 8", "train.seed 5", "train.view unit",
        "train.layers conv 4 3x3 | batchnorm | relu | dropout 0.3 | maxpool 2 | flatten | dense 10"}) {
    driver.run(line);
  }
  for (const int step : {1, 4, 11}) {
    driver.run(fmt::format("train.until {}", step));
    for (int node = 1; node <= 7; ++node) {
      driver.run(fmt::format("train.unit.open {} 1", node - 1));
      EXPECT_EQ(driver.number("train.unit.sum"), driver.number("train.unit.value")) << "layer " << node;
    }
    driver.run("train.unit.source batch");
    driver.run("train.unit.sample 3");
    for (int i = 0; i < 2; ++i) driver.run("train.step phase");
    for (int node = 1; node <= 7; ++node) {
      driver.run(fmt::format("train.unit.open {} 1", node - 1));
      EXPECT_EQ(driver.number("train.unit.sum"), driver.number("train.unit.value")) << "of the batch, layer " << node;
    }
    driver.run("train.unit.source probe");
    driver.run("train.view step");
    for (int i = 0; i < 2; ++i) driver.run("train.step phase");
    EXPECT_EQ(driver.text("train.step.shown"), "backward");
    for (const int node : {1, 7}) {
      driver.run(fmt::format("train.step.layer {}", node - 1));
      driver.run("train.step.filter 2");
      EXPECT_EQ(driver.number("train.step.gradient"), driver.number("train.step.gradient.added"));
      const double coming = driver.number("train.step.after");
      if (node == 1) {
        EXPECT_NE(coming, driver.number("train.step.before"));
      }
      if (node != 7) continue;
      driver.run("train.step phase");
      EXPECT_EQ(driver.number("train.step.after"), coming);
    }
  }
  driver.run("train.unit.open 0 2");
  driver.run("train.unit.weight 1 2");
  const double trained = driver.number("train.unit.weight.value");
  const std::string name = driver.text("train.unit.weight.name");
  driver.run("train.edit " + name + " 0.75");
  EXPECT_EQ(driver.number("train.unit.weight.value"), 0.75);
  EXPECT_EQ(driver.number("train.unit.sum"), driver.number("train.unit.value"));
  driver.run("train.restore " + name);
  EXPECT_EQ(driver.number("train.unit.weight.value"), trained);
}

TEST(TrainStep, its_state_brings_another_one_to_the_same_place) {
  Host host, other;
  for (const char* line : {"train.step.look backward", "train.step.way input", "train.step.layer 3",
                           "train.step.filter 5", "train.step.slice 2", "train.step.cell 4 6", "train.step.weight 2 0",
                           "train.step.sample 3", "train.step.walk 4"}) {
    host.registry.run(line);
  }
  for (const std::string& line : host.view->state()) other.registry.run(line);
  EXPECT_EQ(host.view->state(), other.view->state());
}

}  // namespace
}  // namespace striate
