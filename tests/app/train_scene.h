// A moment of a real training for tests of views, made by the engine alone, without a thread: everything that a view
// can subscribe to is in it. Cached by what it was made from, so that many tests share one short training.
//
//   TrainSnapshotPtr now = train_scene();                                   // `tiny` on digits, 60 steps, paused
//   TrainSnapshotPtr other = train_scene({.model = "mlp", .steps = 5});
//   auto changed = std::make_shared<TrainSnapshot>(*now);                   // and then change what a test needs
//   changed->status = TrainSnapshot::Status::failed;
//
// scrubbed_scene() is the same run with an earlier moment shown. empty_scene(), preparing_scene(), failed_scene().
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "app/worker/train_snapshot.h"
#include "engine/network/models.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/sources.h"
#include "engine/training/loss_head.h"

namespace striate {

struct TrainSceneOptions {
  std::string model = "tiny";
  std::string data = "digits:600";
  int64_t steps = 60;
  int batch = 16;
  uint64_t seed = 1;
  int64_t probe = 0;  // position in the test part
  std::string augment = "shift 2 rotate 10";
  int64_t evaluate_every = 20;
  friend bool operator==(const TrainSceneOptions&, const TrainSceneOptions&) = default;
};

namespace train_scene_detail {

inline TensorValuesPtr values_of(Stream& stream, Network& network, const NamedTensor& tensor) {
  return std::make_shared<const TensorValues>(TensorValues{tensor, network.read_tensor(stream, tensor)});
}

inline std::shared_ptr<const TrainTest> test_of(Stream& stream, Evaluator& evaluator, const Network& network,
                                                const Dataset& data, const Split& split,
                                                const Normalization& normalization, int64_t step) {
  auto test = std::make_shared<TrainTest>();
  test->step = step;
  test->split = "test";
  test->indices = split.test;
  for (const int64_t index : split.test) test->labels.push_back(data.label(index));
  test->evaluation = evaluator.evaluate(stream, network, data, split.test, normalization);
  for (size_t i = 0; i < test->labels.size(); ++i) {
    if (test->evaluation.predicted[i] != test->labels[i]) test->mistakes.push_back(static_cast<int32_t>(i));
  }
  std::stable_sort(test->mistakes.begin(), test->mistakes.end(), [&](int32_t a, int32_t b) {
    return test->evaluation.probability[static_cast<size_t>(a)] > test->evaluation.probability[static_cast<size_t>(b)];
  });
  return test;
}

inline std::shared_ptr<const TrainProbe> probe_of(Stream& stream, const Network& weights, const Dataset& data,
                                                  int64_t index, const std::string& name,
                                                  const Normalization& normalization) {
  auto probe = std::make_shared<TrainProbe>();
  probe->name = name;
  probe->label = data.label(index);
  probe->shape = data.shape();
  probe->pixels.resize(static_cast<size_t>(data.shape().count()));
  data.read(index, probe->pixels.data());
  const Architecture& architecture = weights.architecture();
  Network network(stream, architecture, Plan{1, true, true, 0});
  network.copy_weights(stream, weights);
  std::vector<float> pixels = probe->pixels;
  normalization.apply(data.shape(), pixels.data());
  network.write_tensor(stream, network.activation(0), pixels);
  network.forward(stream, Mode::evaluation);
  const int k = static_cast<int>(network.output().shape.count());
  LossHead head(stream, Loss::cross_entropy, 1, k);
  const int32_t label = probe->label;
  copy_bytes(stream, head.labels(), stream.device(), &label, Device::cpu(), sizeof label);
  head.queue(stream, network.view(network.output()).data, network.view(*network.output_gradient()).data);
  network.backward(stream);
  for (int node = 0; node < architecture.size(); ++node) {
    probe->activations.push_back(values_of(stream, network, network.activation(node)));
    const NamedTensor* gradient = network.gradient(node);
    probe->gradients.push_back(gradient ? values_of(stream, network, *gradient) : nullptr);
  }
  const std::vector<float>& output = probe->activations.back()->values;
  probe->probabilities = LossHead::class_probabilities(Loss::cross_entropy, output.data(), k);
  return probe;
}

inline TrainSnapshotPtr make(const TrainSceneOptions& options) {
  auto now = std::make_shared<TrainSnapshot>();
  auto config = std::make_shared<TrainingConfig>();
  config->data = options.data, config->model = options.model, config->batch = options.batch;
  config->seed = options.seed, config->augment = options.augment;
  now->config = config;
  SourceOptions source;
  source.seed = options.seed;
  const std::shared_ptr<const Dataset> data = open_dataset(options.data, source);
  now->data = data;
  const auto parts = std::make_shared<Split>(split(*data, SplitShares::parse(config->split), options.seed));
  now->split = parts;
  now->normalization = Normalization::measure(*data, parts->training);
  const auto architecture = std::make_shared<Architecture>(
      architecture_from(options.model, data->shape(), static_cast<int>(data->classes().size())));
  if (architecture->input().rank() == 0) architecture->set_input(data->shape());
  now->architecture = architecture;

  Stream stream(Device::cpu());
  Network network(stream, *architecture);
  TrainerSettings settings;
  settings.batch = options.batch;
  settings.rate = settings.optimizer.usual_rate();
  settings.seed = options.seed;
  settings.augment = Augmentation::parse(options.augment).function();
  settings.measure_norms_every = 1;
  Trainer trainer(stream, network, *data, parts->training, now->normalization, settings);
  Evaluator evaluator(stream, *architecture, 32);
  auto evaluations = std::make_shared<std::vector<EvaluationRecord>>();
  const auto evaluate = [&] {
    now->test = test_of(stream, evaluator, network, *data, *parts, now->normalization, trainer.steps());
    const Evaluation& e = now->test->evaluation;
    evaluations->push_back({trainer.steps(), "test", e.loss, e.accuracy(), e.samples});
  };
  evaluate();
  while (trainer.steps() < options.steps) {
    trainer.step();
    if (trainer.steps() % options.evaluate_every == 0) evaluate();
  }
  now->version = 1, now->run = 1;
  now->status = TrainSnapshot::Status::paused;
  now->device = "CPU, 2 threads";
  now->step = now->newest_step = trainer.steps();
  now->epoch = trainer.epoch();
  now->steps_per_epoch = trainer.steps_per_epochs(1);
  now->images_per_second = 1000;
  now->rate = trainer.rate();
  for (const StepRecord& record : trainer.history().steps()) {
    if (now->curves.size % TrainCurves::kPiece == 0) {
      now->curves.pieces.push_back(std::make_shared<std::vector<StepRecord>>());
    }
    auto piece = std::make_shared<std::vector<StepRecord>>(*now->curves.pieces.back());
    piece->push_back(record);
    now->curves.pieces.back() = piece;
    ++now->curves.size;
  }
  now->curves.evaluations = evaluations;

  // The batch of the newest step, with its forward and backward pass still in the tensors.
  if (options.steps > 0) {
    now->loss = trainer.loss(), now->accuracy = trainer.accuracy();
    auto batch = std::make_shared<TrainBatch>();
    batch->shape = data->shape();
    batch->indices = trainer.batch_indices();
    batch->labels = trainer.batch_labels();
    const size_t all = batch->indices.size() * static_cast<size_t>(data->shape().count());
    batch->original.resize(all), batch->augmented.resize(all);
    const auto first_draw = static_cast<uint64_t>(trainer.samples_seen() - options.batch);
    Trainer::read_samples(*data, batch->indices, {}, nullptr, 0, 0, batch->original.data());
    Trainer::read_samples(*data, batch->indices, {}, settings.augment, settings.seed, first_draw,
                          batch->augmented.data());
    const TensorView probabilities = trainer.probabilities();
    batch->probabilities.assign(probabilities.data, probabilities.data + probabilities.count());
    now->batch = batch;
    now->dead_units = dead_units(stream, network);
  }
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind == TensorKind::saved || tensor.kind == TensorKind::buffer) continue;
    now->tensors[{tensor.kind, tensor.name}] = values_of(stream, network, tensor);
  }
  now->norms = norms(stream, network);
  now->probe = probe_of(stream, network, *data, parts->test[static_cast<size_t>(options.probe)],
                        "test picture " + std::to_string(options.probe), now->normalization);
  return now;
}

}  // namespace train_scene_detail

inline TrainSnapshotPtr train_scene(const TrainSceneOptions& options = {}) {
  static std::vector<std::pair<TrainSceneOptions, TrainSnapshotPtr>> made;
  for (const auto& [key, scene] : made) {
    if (key == options) return scene;
  }
  return made.emplace_back(options, train_scene_detail::make(options)).second;
}

inline TrainSnapshotPtr empty_scene() {
  auto now = std::make_shared<TrainSnapshot>();
  now->curves.evaluations = std::make_shared<std::vector<EvaluationRecord>>();
  now->device = "CPU, 2 threads";
  return now;
}

inline TrainSnapshotPtr preparing_scene(float progress = 0.4f) {
  auto now = std::make_shared<TrainSnapshot>(*empty_scene());
  now->status = TrainSnapshot::Status::preparing;
  now->progress = progress;
  now->config = std::make_shared<TrainingConfig>();
  return now;
}

inline TrainSnapshotPtr failed_scene(const TrainSceneOptions& options = {}) {
  auto now = std::make_shared<TrainSnapshot>(*train_scene(options));
  now->status = TrainSnapshot::Status::failed;
  now->error = Error("step 61: the loss is not a number; it first appeared in layer \"0\" (conv 8 3x3)",
                     "the learning rate is often too large: try a tenth of it");
  return now;
}

// The weights, probe and tensors of an earlier step, the curves of the whole run.
inline TrainSnapshotPtr scrubbed_scene(TrainSceneOptions options = {}, int64_t step = 20) {
  const TrainSnapshotPtr newest = train_scene(options);
  options.steps = step;
  auto now = std::make_shared<TrainSnapshot>(*train_scene(options));
  now->newest_step = newest->newest_step;
  now->curves = newest->curves;
  return now;
}

}  // namespace striate
