// The training loop: it learns, it stops and goes on with the same bits, it finds what is not a number.
#include "engine/training/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/metrics.h"
#include "tests/engine/golden.h"
#include "tests/engine/small_images.h"
#include "tests/engine/training_data.h"
#include "tests/optimizers.h"

namespace striate {
namespace {

const char* kSmall =
    "input 1x8x8 | conv 4 3x3 pad 1 no bias | bn: batchnorm | relu | maxpool 2 | conv 6 3x3 | relu | flatten | dropout "
    "0.2 "
    "| dense 4";

TrainerSettings small_settings() {
  TrainerSettings settings;
  settings.batch = 12;
  settings.rate = 0.01;
  settings.seed = 7;
  return settings;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

ModelInfo info_for(const Architecture& architecture, const Dataset& data) {
  ModelInfo info;
  info.model = "small";
  info.data = data.name();
  info.architecture = architecture;
  info.classes = data.classes();
  return info;
}

struct Caught {
  std::string what, hint;
};
template <typename F>
Caught caught(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return {error.what(), error.hint()};
  }
  return {"no error", ""};
}

}  // namespace

TEST(Trainer, every_optimizer_lowers_the_loss_at_its_usual_rate) {
  const auto data = bars(80, 8, 4);
  Stream stream(Device::best());
  for (const std::string& optimizer : test_optimizers()) {
    SCOPED_TRACE(optimizer);
    TrainerSettings settings = small_settings();
    settings.optimizer = OptimizerSettings::parse(optimizer);
    settings.rate = settings.optimizer.usual_rate();
    Network network(stream, Architecture::parse(kSmall));
    const Normalization normalization = Normalization::measure(*data, all_of(*data));
    Trainer trainer(stream, network, *data, all_of(*data), normalization, settings);
    trainer.step();
    const double before = trainer.loss();
    while (trainer.steps() < trainer.steps_per_epochs(20)) trainer.step();
    EXPECT_LT(trainer.loss(), 0.7 * before);
  }
}

TEST(Trainer, learns_the_bars_with_every_optimizer_and_loss) {
  const auto data = bars(80, 8, 4), two = bars(60, 8, 2);
  struct Way {
    const char* network;
    Loss loss;
    const char* optimizer;
    double rate;
    int classes = 4;
  };
  const Way ways[] = {
      {kSmall, Loss::cross_entropy, "adam", 0.01},
      {kSmall, Loss::maximum_a_posteriori, "adam", 0.01},
      {kSmall, Loss::cross_entropy, "adamw decay 0.1", 0.01},
      {kSmall, Loss::cross_entropy, "rmsprop", 0.003},
      {kSmall, Loss::cross_entropy, "sgd", 0.1},
      {kSmall, Loss::cross_entropy, "sgd momentum 0.9 nesterov decay 0.001", 0.03},
      {"input 1x8x8 | flatten | dense 4 | logsoftmax", Loss::negative_log_likelihood, "adam", 0.03},
      {"input 1x8x8 | flatten | dense 4", Loss::mean_squared_error, "adam", 0.03},
      {"input 1x8x8 | flatten | dense 4 | sigmoid", Loss::binary_cross_entropy, "adam", 0.03},
      {"input 1x8x8 | flatten | dense 1", Loss::binary_cross_entropy_logits, "adam", 0.03, 2},
      {"input 1x8x8 | flatten | dense 1 | sigmoid", Loss::mean_squared_error, "adam", 0.05, 2},
  };
  Stream stream(Device::best());
  for (const Way& way : ways) {
    SCOPED_TRACE(std::string(way.optimizer) + ", " + loss_name(way.loss));
    const Dataset& set = way.classes == 2 ? *two : *data;
    TrainerSettings settings = small_settings();
    settings.loss = way.loss;
    settings.optimizer = OptimizerSettings::parse(way.optimizer);
    settings.rate = way.rate;
    Network network(stream, Architecture::parse(way.network));
    const Normalization normalization = Normalization::measure(set, all_of(set));
    Trainer trainer(stream, network, set, all_of(set), normalization, settings);
    const int64_t steps = trainer.steps_per_epochs(20);
    while (trainer.steps() < steps) trainer.step();
    Evaluator evaluator(stream, network.architecture(), 32, way.loss);
    const Evaluation evaluation = evaluator.evaluate(stream, network, set, all_of(set), normalization);
    EXPECT_EQ(evaluation.samples, set.size());
    EXPECT_GE(evaluation.accuracy(), 0.95);
    EXPECT_LT(evaluation.loss, trainer.history().steps().front().loss);
    int64_t counted = 0;
    for (int t = 0; t < way.classes; ++t) counted += evaluation.samples_of(t);
    EXPECT_EQ(counted, set.size());
    EXPECT_EQ(evaluation.correct, static_cast<int64_t>(std::lround(evaluation.accuracy() * set.size())));
  }
}

TEST(Trainer, phases_come_in_order_and_a_step_is_all_five) {
  Stream stream;
  const auto data = bars(40, 8, 4);
  const Architecture architecture = Architecture::parse(kSmall);
  Network a(stream, architecture), b(stream, architecture);
  Trainer by_phase(stream, a, *data, all_of(*data), {}, small_settings());
  Trainer by_step(stream, b, *data, all_of(*data), {}, small_settings());
  EXPECT_TRUE(std::isnan(by_step.loss()));
  for (int s = 0; s < 5; ++s) {
    for (const Phase phase : {Phase::batch, Phase::forward, Phase::loss, Phase::backward, Phase::update}) {
      EXPECT_EQ(by_phase.next_phase(), phase);
      EXPECT_EQ(by_phase.advance(), phase);
    }
    by_step.step();
    EXPECT_EQ(by_phase.steps(), s + 1);
    EXPECT_EQ(by_phase.loss(), by_step.loss());
  }
  for (const NamedTensor& tensor : a.tensors()) {
    if (tensor.kind != TensorKind::weight) continue;
    EXPECT_EQ(a.read_tensor(stream, tensor), b.read_tensor(stream, tensor)) << tensor.name;
  }
  by_phase.advance();
  by_phase.step();  // the rest of the step that was begun
  EXPECT_EQ(by_phase.next_phase(), Phase::batch);
  EXPECT_EQ(by_phase.steps(), 6);
  EXPECT_EQ(by_phase.history().steps().size(), 6u);
  EXPECT_EQ(by_phase.history().steps()[2].rate, 0.01f);
  EXPECT_GT(by_phase.images_per_second(), 0);
}

TEST(Trainer, every_sample_is_met_once_per_epoch) {
  Stream stream;
  const auto data = bars(40, 8, 4);
  Network network(stream, Architecture::parse(kSmall));
  Trainer trainer(stream, network, *data, all_of(*data), {}, small_settings());
  std::vector<int64_t> met;
  for (int i = 0; i < 10; ++i) {  // 120 samples: three epochs of 40, not cut at 12
    trainer.step();
    met.insert(met.end(), trainer.batch_indices().begin(), trainer.batch_indices().end());
  }
  EXPECT_DOUBLE_EQ(trainer.epoch(), 3);
  EXPECT_EQ(trainer.steps_per_epochs(3), 10);
  EXPECT_EQ(trainer.steps_per_epochs(1), 4);
  for (int e = 0; e < 3; ++e) {
    EXPECT_EQ(std::set<int64_t>(met.begin() + e * 40, met.begin() + (e + 1) * 40).size(), 40u);
  }
  EXPECT_NE(std::vector<int64_t>(met.begin(), met.begin() + 40),
            std::vector<int64_t>(met.begin() + 40, met.begin() + 80));
}

TEST(Trainer, any_number_of_threads_saves_the_same_bytes) {
  TestFolder folder;
  const auto data = bars(300, 28, 10);
  const Architecture architecture = build_model("lenet5");
  const int before = thread_count();
  std::vector<std::string> saved;
  for (const int threads : {1, 2, 5}) {
    set_thread_count(threads);
    Stream stream;
    Network network(stream, architecture);
    TrainerSettings settings = small_settings();
    settings.batch = 64;
    settings.rate = 1e-3;
    Trainer trainer(stream, network, *data, all_of(*data), Normalization::measure(*data, all_of(*data)), settings);
    for (int s = 0; s < 8; ++s) trainer.step();
    save_training(folder / "model.safetensors", info_for(architecture, *data), trainer);
    saved.push_back(bytes_of(folder / "model.safetensors"));
  }
  set_thread_count(before);
  EXPECT_GT(saved[0].size(), 3u * 61706 * 4);
  EXPECT_TRUE(saved[0] == saved[1]);
  EXPECT_TRUE(saved[0] == saved[2]);
}

TEST(Trainer, stopping_and_going_on_gives_the_bits_of_not_stopping) {
  TestFolder folder;
  const auto data = bars(50, 8, 4);
  const Architecture architecture = Architecture::parse(kSmall);
  for (const std::string& optimizer : test_optimizers()) {
    SCOPED_TRACE(optimizer);
    Stream stream(Device::best());
    TrainerSettings settings = small_settings();
    settings.optimizer = OptimizerSettings::parse(optimizer);
    settings.schedule = Schedule::parse("warm-up 3 cosine 20 least 0.1");
    const std::string whole = folder / "whole", half = folder / "half", resumed = folder / "resumed";
    const Normalization normalization = Normalization::measure(*data, all_of(*data));
    {
      Network network(stream, architecture);
      Trainer trainer(stream, network, *data, all_of(*data), normalization, settings);
      for (int s = 0; s < 17; ++s) {
        if (s == 9) save_training(half, info_for(architecture, *data), trainer);
        trainer.step();
      }
      save_training(whole, info_for(architecture, *data), trainer);
    }
    const SafeTensors file = SafeTensors::read(half);
    const ModelInfo info = read_model_info(file, half);
    EXPECT_EQ(info.architecture.text(), architecture.text());
    EXPECT_EQ(info.classes, data->classes());
    EXPECT_EQ(info.step, 9);
    EXPECT_EQ(info.normalization.mean, normalization.mean);
    EXPECT_EQ(info.normalization.stddev, normalization.stddev);
    const TrainerSettings back = read_training_settings(file, half);
    EXPECT_EQ(back.optimizer, settings.optimizer);
    EXPECT_EQ(back.schedule, settings.schedule);
    EXPECT_EQ(back.rate, settings.rate);
    Network network(stream, info.architecture);
    load_weights(stream, file, half, network);
    Trainer trainer(stream, network, *data, all_of(*data), info.normalization, back, true);
    resume_training(file, half, trainer);
    EXPECT_EQ(trainer.steps(), 9);
    while (trainer.steps() < 17) trainer.step();
    save_training(resumed, info, trainer);
    EXPECT_TRUE(bytes_of(whole) == bytes_of(resumed));
  }
}

TEST(Trainer, frozen_layers_keep_their_weights) {
  Stream stream(Device::best());
  const auto data = bars(40, 8, 4);
  Network network(stream, Architecture::parse(kSmall));
  TrainerSettings settings = small_settings();
  settings.frozen = 4;
  settings.optimizer = OptimizerSettings::parse("adamw decay 0.1");
  Trainer trainer(stream, network, *data, all_of(*data), {}, settings);
  std::vector<std::vector<float>> before, after;
  const auto read = [&](std::vector<std::vector<float>>& to) {
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind == TensorKind::weight || tensor.kind == TensorKind::buffer)
        to.push_back(network.read_tensor(stream, tensor));
    }
  };
  read(before);
  for (int s = 0; s < 4; ++s) trainer.step();
  read(after);
  ASSERT_EQ(before.size(), 9u);  // conv, scale and shift; conv and dense with biases; two running statistics
  for (size_t i : {0, 1, 2, 7, 8}) EXPECT_EQ(before[i], after[i]) << i;
  for (size_t i : {3, 4, 5, 6}) EXPECT_NE(before[i], after[i]) << i;
  settings.frozen = 100;
  EXPECT_EQ(caught([&] { Trainer(stream, network, *data, all_of(*data), {}, settings); }).what,
            "no layer is left to train");
}

TEST(Trainer, a_loss_that_is_no_number_stops_it_and_keeps_the_weights) {
  const auto data = bars(40, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    Network network(stream, Architecture::parse(kSmall));
    Trainer trainer(stream, network, *data, all_of(*data), {}, small_settings());
    for (int s = 0; s < 3; ++s) trainer.step();
    trainer.history();
    const NamedTensor w = *network.find(TensorKind::weight, "4.weight"),
                      mean = *network.find(TensorKind::buffer, "bn.running_mean");
    std::vector<float> weights = network.read_tensor(stream, w);
    const std::vector<float> good = weights, running = network.read_tensor(stream, mean);
    weights[5] = std::numeric_limits<float>::quiet_NaN();
    network.write_tensor(stream, w, weights);
    trainer.weights_were_written();
    const Caught error = caught([&] {
      trainer.step();
      trainer.history();  // deferred checks find it here and tell it with the next step
      trainer.step();
    });
    EXPECT_EQ(error.what,
              "step 4: loss is NaN; the first value that is not a number: weight 4.weight of layer 4 (conv 6 3x3)");
    EXPECT_NE(error.hint.find("lower learning rate"), std::string::npos);
    EXPECT_EQ(network.read_tensor(stream, mean), running);
    EXPECT_EQ(trainer.next_phase(), Phase::batch);
    EXPECT_EQ(trainer.steps(), 3);
    network.write_tensor(stream, w, good);
    trainer.weights_were_written();
    trainer.step();  // and it goes on
    EXPECT_EQ(trainer.history().steps().size(), 4u);
    EXPECT_TRUE(std::isfinite(trainer.loss()));
  }
}

TEST(Trainer, too_large_a_rate_is_found_before_the_weights_are_lost) {
  Stream stream;
  const auto data = bars(40, 8, 4);
  Network network(stream, Architecture::parse("input 1x8x8 | flatten | dense 50 | relu | dense 50 | relu | dense 4"));
  TrainerSettings settings = small_settings();
  settings.loss = Loss::mean_squared_error;
  settings.optimizer = OptimizerSettings::parse("sgd");
  settings.rate = 1e4;
  Trainer trainer(stream, network, *data, all_of(*data), {}, settings);
  const Caught error = caught([&] {
    for (int s = 0; s < 200; ++s) trainer.step();
  });
  EXPECT_EQ(error.what.rfind("step ", 0), 0u) << error.what;
  EXPECT_NE(error.what.find("the loss"), std::string::npos) << error.what;
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != TensorKind::weight) continue;
    for (const float v : network.read_tensor(stream, tensor)) EXPECT_TRUE(std::isfinite(v)) << tensor.name;
  }
}

TEST(Trainer, data_network_and_loss_that_do_not_fit_are_named) {
  Stream stream;
  const auto data = bars(40, 8, 4);
  const auto error = [&](const char* text, Loss loss = Loss::cross_entropy) {
    return caught([&] {
             Network network(stream, Architecture::parse(text));
             TrainerSettings settings = small_settings();
             settings.loss = loss;
             Trainer(stream, network, *data, all_of(*data), {}, settings);
           })
        .what;
  };
  EXPECT_EQ(error("input 1x8x8 | flatten | dense 3"), "the network gives 3 values, the data set has 4 classes");
  EXPECT_EQ(error("input 1x8x8 | conv 4 1x1"),
            "the network's output is 1 x 4 x 8 x 8, a loss needs one value for each class");
  EXPECT_EQ(error("input 1x7x8 | flatten | dense 4"), "the network takes 1 x 7 x 8, bars has 1 x 8 x 8");
  EXPECT_EQ(error("input 1x8x8 | flatten | dense 4 | softmax"),
            "the network ends with softmax, and cross-entropy applies softmax itself");
  EXPECT_EQ(error("input 1x8x8 | flatten | dense 4", Loss::negative_log_likelihood),
            "the loss nll needs log-probabilities, the network does not end with logsoftmax");
  EXPECT_EQ(error("input 1x8x8 | flatten | dense 4", Loss::binary_cross_entropy),
            "the loss bce needs values from 0 to 1, the network does not end with sigmoid");
}

TEST(Checkpoint, tensors_that_do_not_fit_are_listed) {
  TestFolder folder;
  Stream stream;
  const auto data = bars(40, 8, 4);
  const Architecture architecture = Architecture::parse("input 1x8x8 | a: conv 4 3x3 | flatten | dense 4");
  Network network(stream, architecture);
  network.initialize(stream, Initializer::pytorch, 1);
  const std::string path = folder / "m.safetensors";
  save_model(path, stream, info_for(architecture, *data), network);
  Network other(stream, Architecture::parse("input 1x8x8 | b: conv 4 3x3 | flatten | dense 5"));
  const SafeTensors file = SafeTensors::read(path);
  const Caught error = caught([&] { load_weights(stream, file, path, other); });
  EXPECT_EQ(error.what, path +
                            " does not fit the network: b.weight is missing; b.bias is missing; 2.weight is 4 x 144 "
                            "instead of 5 x 144; 2.bias is 4 instead of 5; a.weight is left over; a.bias is left over");
  Network same(stream, architecture);
  load_weights(stream, file, path, same);
  EXPECT_EQ(same.read_tensor(stream, *same.find(TensorKind::weight, "2.weight")),
            network.read_tensor(stream, *network.find(TensorKind::weight, "2.weight")));
  EXPECT_FALSE(has_training_state(file));
  EXPECT_NE(caught([&] { read_training_settings(file, path); }).what.find("not the state of its training"),
            std::string::npos);
}

TEST(Checkpoint, broken_metadata_has_an_error_that_names_the_key) {
  Stream stream;
  const auto data = bars(40, 8, 4);
  const Architecture architecture = Architecture::parse("input 1x8x8 | flatten | dense 4");
  Network network(stream, architecture);
  const auto error = [&](const std::string& key, const char* value) {
    SafeTensorsWriter writer;
    writer.metadata = {{"striate", "1"},       {"architecture", architecture.text()},
                       {"classes", "[\"a\"]"}, {"mean", "[0.5]"},
                       {"std", "[1]"},         {"seed", "1"},
                       {"step", "2"}};
    if (value == nullptr) {
      writer.metadata.erase(key);
    } else {
      writer.metadata[key] = value;
    }
    const float one = 1;
    writer.add("x", {1}, &one, 1);
    const std::vector<uint8_t> bytes = writer.to_memory();
    return caught([&] { read_model_info(SafeTensors::read(bytes.data(), bytes.size(), "f"), "f"); }).what;
  };
  EXPECT_EQ(error("step", "2"), "no error");
  EXPECT_EQ(error("architecture", nullptr), "f holds weights but not the network that they belong to");
  EXPECT_EQ(error("architecture", "relu | cnv 3"),
            "f: \"architecture\" in its metadata: line 1, column 8: unknown layer \"cnv\"");
  EXPECT_EQ(error("classes", "[1"), "f: \"classes\" in its metadata is not a list of names");
  EXPECT_EQ(error("mean", "[0.5, 1]"), "f: its normalization has 2 means and 1 standard deviations for 1 channels");
  EXPECT_EQ(error("std", "[0]"), "f: a standard deviation of 0 in its normalization");
  EXPECT_EQ(error("seed", "x"), "f: \"seed\" in its metadata is \"x\", not a number");
  EXPECT_EQ(error("step", nullptr), "f: its metadata has no \"step\"");
}

TEST(Metrics, dead_units_and_norms_are_counted) {
  Stream stream(Device::best());
  Network network(stream, Architecture::parse("input 1x2x2 | conv 3 1x1 | relu | flatten | dense 2"),
                  Plan{2, true, false, 0});
  network.write_tensor(stream, *network.find(TensorKind::weight, "0.weight"), {1, -1, 2});
  network.write_tensor(stream, *network.find(TensorKind::weight, "0.bias"), {0, 0, -100});
  network.write_tensor(stream, network.activation(0), {1, 2, 3, 4, 5, 6, 7, 8});
  network.forward(stream, Mode::training);
  const std::vector<DeadUnits> dead = dead_units(stream, network);
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].units, 3);
  EXPECT_EQ(dead[0].dead, 2);
  EXPECT_NEAR(norms(stream, network)[0].weight, std::sqrt(6.0), 1e-5);
  EXPECT_TRUE(find_not_finite(stream, network).name.empty());
}

TEST(History, keyframes_are_thinned_to_the_budget) {
  History history(40 * 4 * 100);
  for (int64_t step = 0; step <= 3000; ++step) {
    if (!history.wants_keyframe(step)) continue;
    Keyframe keyframe;
    keyframe.step = step;
    keyframe.weights.assign(100, static_cast<float>(step));
    history.add_keyframe(std::move(keyframe));
    EXPECT_LE(history.bytes(), history.budget());
  }
  EXPECT_GT(history.keyframes().size(), 10u);
  EXPECT_EQ(history.keyframes().begin()->first, 0);
  EXPECT_EQ(history.at_or_before(1000)->weights[0], static_cast<float>(history.at_or_before(1000)->step));
  EXPECT_LE(1000 - history.at_or_before(1000)->step, history.keyframe_distance());
  history.cut(500);
  EXPECT_LE(history.keyframes().rbegin()->first, 500);
}

TEST(History, training_can_be_looked_back_at) {
  Stream stream;
  const auto data = bars(40, 8, 4);
  Network network(stream, Architecture::parse(kSmall));
  TrainerSettings settings = small_settings();
  settings.measure_norms_every = 2;
  Trainer trainer(stream, network, *data, all_of(*data), {}, settings);
  const NamedTensor w = *network.find(TensorKind::weight, "4.weight");
  std::vector<std::vector<float>> seen{network.read_tensor(stream, w)};
  for (int s = 0; s < 4; ++s) {
    trainer.step();
    seen.push_back(network.read_tensor(stream, w));
  }
  for (int s = 4; s >= 0; --s) {
    trainer.go_back(*trainer.history().at_or_before(s));
    EXPECT_EQ(network.read_tensor(stream, w), seen[static_cast<size_t>(s)]);
  }
  EXPECT_GT(trainer.history().steps()[0].gradient_norm, 0);
  EXPECT_TRUE(std::isnan(trainer.history().steps()[1].gradient_norm));
  EXPECT_EQ(trainer.history().csv().rfind("step,loss,accuracy,rate,gradient_norm,weight_norm\n1,", 0), 0u);
}

}  // namespace striate
