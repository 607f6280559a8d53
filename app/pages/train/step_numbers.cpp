// The numbers of the view `step`, and its readouts. Each comes from the operators and walks that the trainer's own
// numbers come from.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/training/loss_head.h"
#include "engine/training/schedule.h"

namespace striate {
namespace {

const char* const kPhases[] = {"batch", "forward", "loss", "backward", "update"};

int clamped(int value, int count) { return std::clamp(value, 0, std::max(0, count - 1)); }

const TensorValues& need(const TensorValues* tensor, const std::string& what) {
  if (tensor != nullptr) return *tensor;
  throw Error(what + " is not available", "show the view (train.view step) and train one step (train.step batch)");
}

}  // namespace

int StepView::done_phase(const TrainSnapshot& now) {
  if (now.next_phase != Phase::batch) return static_cast<int>(now.next_phase) - 1;
  return now.step > now.first_step || now.batch ? 4 : -1;
}

int StepView::shown_phase(const TrainSnapshot& now) const {
  if (state_.look > 0) return state_.look - 1;
  if (fast(now)) return static_cast<int>(Phase::loss);
  return std::max(0, done_phase(now));
}

int StepView::sample(const TrainSnapshot& now) const { return clamped(state_.sample, now.config->batch); }

StepView::Place StepView::place(const TrainSnapshot& now) const {
  Place at;
  const std::vector<int> weighted = weighted_nodes(now);
  if (weighted.empty()) return at;
  at.node = has_weights(now, state_.node) ? state_.node : weighted[0];
  const Node& node = now.architecture->nodes()[static_cast<size_t>(at.node)];
  at.input = node.inputs[0];
  at.conv = node.layer->info().follow == Follow::convolution;
  const std::vector<Shape> shapes = now.architecture->shapes(now.config->batch);
  const std::vector<Shape> in = now.architecture->input_shapes(at.node, shapes);
  if (at.conv) {
    at.g = node.layer->geometry(in).convolution;
  } else {
    at.g.n = static_cast<int>(in[0][0]), at.g.c = static_cast<int>(in[0][1]);
    at.g.k = static_cast<int>(shapes[static_cast<size_t>(at.node)][1]);
  }
  at.per_group = at.g.c / at.g.groups;
  at.filter = clamped(state_.filter, at.g.k);
  at.slice = clamped(state_.slice, at.per_group);
  at.weight_row = clamped(state_.weight_row, at.g.r);
  at.weight_column = clamped(state_.weight_column, at.g.s);
  at.channel = at.filter / (at.g.k / at.g.groups) * at.per_group + at.slice;
  at.index = ((int64_t{1} * at.filter * at.per_group + at.slice) * at.g.r + at.weight_row) * at.g.s + at.weight_column;
  at.sample = sample(now);
  at.weight_name = fmt::format("{}.{}", node.name, node.layer->parameters(in)[0].name);
  return at;
}

StepView::LossNumbers StepView::loss_numbers(const TrainSnapshot& now) {
  const std::string& output = node_name(now, now.architecture->size() - 1);
  const TensorValues& logits = need(now.tensor(TensorKind::activation, output), "the network's output");
  if (!now.batch) throw Error("there is no batch yet", "train one step: train.step batch");
  const auto n = static_cast<int>(now.batch->labels.size());
  const int k = n > 0 ? static_cast<int>(logits.values.size()) / n : 0;
  if (k < 1) throw Error("the output is of another batch", "train one step: train.step batch");
  Stream stream(Device::cpu());
  LossHead head(stream, parse_loss(now.config->loss), n, k, now.config->label_smoothing);
  std::copy(now.batch->labels.begin(), now.batch->labels.end(), head.labels());
  LossNumbers numbers;
  numbers.classes = k;
  numbers.gradient.resize(logits.values.size());
  head.queue(stream, logits.values.data(), numbers.gradient.data());
  numbers.mean = head.results()[0];
  const int each = head.values_per_sample();
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int j = 0; j < each; ++j) sum += static_cast<double>(head.per_sample().data()[i * each + j]);
    numbers.per_sample.push_back(static_cast<float>(sum / each));
  }
  for (int i = 0; i < n; ++i) {
    const std::vector<float> row =
        head.probabilities().size() > 0
            ? std::vector<float>(head.probabilities().data() + int64_t{1} * i * k,
                                 head.probabilities().data() + int64_t{1} * (i + 1) * k)
            : LossHead::class_probabilities(parse_loss(now.config->loss), logits.values.data() + int64_t{1} * i * k, k);
    numbers.probabilities.insert(numbers.probabilities.end(), row.begin(), row.end());
  }
  return numbers;
}

InputGradient StepView::input_gradient(const TrainSnapshot& now, const Place& at, int row, int column) const {
  return walk_input_gradient(batch_values(now), at.node,
                             {at.input, at.sample, at.channel, clamped(row, at.g.h), clamped(column, at.g.w)});
}

StepView::Update StepView::update_numbers(const TrainSnapshot& now) const {
  const bool coming = now.next_phase == Phase::update;
  const bool done = now.next_phase == Phase::batch && before_ && before_->run == now.run &&
                    before_->step + 1 == now.step && before_->next_phase == Phase::update;
  if (!coming && !done) {
    throw Error("the weights before the update are not available",
                "go step by step: press Phase until the update (train.step phase)");
  }
  const TrainSnapshot& from = coming ? now : *before_;
  const Place at = place(now);
  if (at.node < 1) throw Error("this network has no weights", "add a conv or dense layer");
  const auto value = [&](const TrainSnapshot& s, TensorKind kind, const std::string& name) {
    const TensorValues& tensor = need(s.tensor(kind, name), name);
    if (at.index >= static_cast<int64_t>(tensor.values.size()))
      throw Error(name + " is of another network", "step once");
    return tensor.values[static_cast<size_t>(at.index)];
  };
  const OptimizerSettings settings = OptimizerSettings::parse(now.config->optimizer);
  std::vector<float> states;
  for (const std::string& state : settings.states()) {
    states.push_back(value(from, TensorKind::optimizer_state, at.weight_name + '.' + state));
  }
  float rate = now.rate;
  if (coming) {
    const double base = now.config->rate > 0 ? now.config->rate : static_cast<double>(settings.usual_rate());
    const Schedule schedule = schedule_of(*now.config, static_cast<int64_t>(now.split->training.size()));
    rate = static_cast<float>(base * schedule.at(now.step));
  }
  const GradientChange change = {now.config->l1, now.config->clip_norm, now.gradient_norm};
  Update update;
  update.walk = walk_update(settings, rate, from.step + 1, value(from, TensorKind::weight, at.weight_name),
                            value(from, TensorKind::weight_gradient, at.weight_name), states, change);
  update.done = done;
  if (done) update.stored = value(now, TensorKind::weight, at.weight_name);
  return update;
}

void StepView::declare_readouts(Registry& registry) {
  const auto add = [&](const char* name, const char* help, std::function<ReadoutValue(const TrainSnapshot&)> value) {
    registry.add(Readout{std::string("train.step.") + name, help, [this, value = std::move(value)] {
                           const TrainSnapshotPtr now = scene_.snapshot();
                           if (!has_network(*now)) throw Error("nothing is being trained", "start: train.start");
                           return value(*now);
                         }});
  };
  const auto real = [](double v) { return ReadoutValue(v); };
  add("shown", "the phase that is shown",
      [this](const TrainSnapshot& now) { return ReadoutValue(std::string(kPhases[shown_phase(now)])); });
  add("label", "class of the followed sample", [this](const TrainSnapshot& now) {
    if (!now.batch) throw Error("there is no batch yet", "train one step: train.step batch");
    const auto label = static_cast<size_t>(now.batch->labels[static_cast<size_t>(sample(now))]);
    return ReadoutValue(now.data->classes()[label]);
  });
  add("loss", "of the followed sample", [=, this](const TrainSnapshot& now) {
    return real(static_cast<double>(loss_numbers(now).per_sample[static_cast<size_t>(sample(now))]));
  });
  add("mean_loss", "of the batch, from its outputs",
      [=](const TrainSnapshot& now) { return real(static_cast<double>(loss_numbers(now).mean)); });
  add("gradient", "what the network holds as the chosen weight's gradient", [=, this](const TrainSnapshot& now) {
    const Place at = place(now);
    const WeightGradient walk = walk_weight_gradient(batch_values(now), {at.node, 0, at.index});
    return real(static_cast<double>(walk.stored ? *walk.stored : walk.value));
  });
  add("gradient.sum", "the same as the sum of its products, in double precision", [=, this](const TrainSnapshot& now) {
    const Place at = place(now);
    return real(walk_weight_gradient(batch_values(now), {at.node, 0, at.index}).sum);
  });
  add("gradient.added", "the same, added in the trainer's order", [=, this](const TrainSnapshot& now) {
    const Place at = place(now);
    return real(static_cast<double>(walk_weight_gradient(batch_values(now), {at.node, 0, at.index}).value));
  });
  add("gradient.sample", "what the followed sample gives to it", [=, this](const TrainSnapshot& now) {
    const Place at = place(now);
    const WeightGradient walk = walk_weight_gradient(batch_values(now), {at.node, 0, at.index});
    return real(walk.samples[static_cast<size_t>(at.sample)]);
  });
  add("input_gradient", "of the chosen input value: the flipped kernel over the output's gradients",
      [=, this](const TrainSnapshot& now) {
        const Place at = place(now);
        const int row = state_.row < 0 ? at.g.h / 2 : state_.row,
                  column = state_.column < 0 ? at.g.w / 2 : state_.column;
        return real(static_cast<double>(input_gradient(now, at, row, column).value));
      });
  add("taken", "what the optimizer takes as the chosen weight's gradient: with its L1 penalty, clipped",
      [=, this](const TrainSnapshot& now) { return real(static_cast<double>(update_numbers(now).walk.taken)); });
  add("before", "the chosen weight before the update",
      [=, this](const TrainSnapshot& now) { return real(static_cast<double>(update_numbers(now).walk.before)); });
  add("after", "and after it, as the optimizer computes it",
      [=, this](const TrainSnapshot& now) { return real(static_cast<double>(update_numbers(now).walk.after)); });
  const auto of_softmax = [&](const char* name, const char* help, float SoftmaxWalk::*part) {
    add(name, help, [=, this](const TrainSnapshot& now) {
      return real(static_cast<double>(softmax_walk(now, chosen_class(now)).*part));
    });
  };
  of_softmax("softmax.logit", "z: the output of the class that is looked at, for the followed sample", &SoftmaxWalk::z);
  of_softmax("softmax.difference", "z minus the largest output", &SoftmaxWalk::difference);
  of_softmax("softmax.sum", "of exp(z - the largest) of all classes", &SoftmaxWalk::sum);
  of_softmax("softmax.share", "exp(z - the largest) of the class, divided by that sum", &SoftmaxWalk::share);
  of_softmax("softmax.minus_log", "minus the natural logarithm of the share", &SoftmaxWalk::minus_log);
  Readout probability;
  probability.name = "train.step.probability";
  probability.help = "what the network says of the followed sample: softmax of its outputs";
  probability.parameters = {Parameter::integer("CLASS", "number of the class, from 0", 0, 1e6)};
  probability.value_of = [this](const Arguments& arguments) {
    const TrainSnapshotPtr now = scene_.snapshot();
    if (!has_network(*now)) throw Error("nothing is being trained", "start: train.start");
    const LossNumbers numbers = loss_numbers(*now);
    if (arguments.integer(0) >= numbers.classes) {
      throw Error(fmt::format("there is no class number {}", arguments.integer(0)),
                  fmt::format("they go from 0 to {}", numbers.classes - 1));
    }
    const int64_t at = int64_t{1} * sample(*now) * numbers.classes + arguments.integer(0);
    return ReadoutValue(static_cast<double>(numbers.probabilities[static_cast<size_t>(at)]));
  };
  registry.add(probability);
}

}  // namespace striate
