#include "engine/points/point_training.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/shuffle.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr uint64_t kEpochs = 1000;  // sequence of the seed for epoch 0; the next ones follow
constexpr size_t kMostFrames = 256, kMostPoints = 400;

struct Optimizer {
  const char *name, *title, *text;
};
const Optimizer kOptimizers[] = {
    {"sgd", "SGD", "sgd"},
    {"momentum", "Momentum", "sgd momentum 0.9"},
    {"nesterov", "Nesterov", "sgd momentum 0.9 nesterov"},
    {"rmsprop", "RMSprop", "rmsprop"},
    {"adagrad", "Adagrad", "adagrad"},
    {"adam", "Adam", "adam"},
};

}  // namespace

const std::vector<std::string>& point_optimizer_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Optimizer& each : kOptimizers) all.emplace_back(each.name);
    return all;
  }();
  return names;
}
const char* name_of(PointOptimizer optimizer) { return kOptimizers[static_cast<size_t>(optimizer)].name; }
const char* title_of(PointOptimizer optimizer) { return kOptimizers[static_cast<size_t>(optimizer)].title; }
PointOptimizer parse_point_optimizer(const std::string& name) {
  for (size_t i = 0; i < std::size(kOptimizers); ++i) {
    if (name == kOptimizers[i].name) return static_cast<PointOptimizer>(i);
  }
  throw Error("there is no optimizer called " + name, nearest_hint(name, point_optimizer_names()));
}
OptimizerSettings settings_of(PointOptimizer optimizer) {
  return OptimizerSettings::parse(kOptimizers[static_cast<size_t>(optimizer)].text);
}

void step_weights(PointOptimizer optimizer, double rate, int64_t step, const std::vector<double>& gradient,
                  std::vector<double>& weights, std::vector<double>& first, std::vector<double>& second) {
  const size_t count = weights.size();
  constexpr double momentum = 0.9, rho = 0.99, beta1 = 0.9, beta2 = 0.999;
  switch (optimizer) {
    case PointOptimizer::sgd:
      for (size_t i = 0; i < count; ++i) weights[i] -= rate * gradient[i];
      break;
    case PointOptimizer::momentum:
      for (size_t i = 0; i < count; ++i) {
        first[i] = momentum * first[i] + gradient[i];
        weights[i] -= rate * first[i];
      }
      break;
    case PointOptimizer::nesterov:
      for (size_t i = 0; i < count; ++i) {
        first[i] = momentum * first[i] + gradient[i];
        weights[i] -= rate * (gradient[i] + momentum * first[i]);
      }
      break;
    case PointOptimizer::rmsprop:
      for (size_t i = 0; i < count; ++i) {
        first[i] = rho * first[i] + (1 - rho) * gradient[i] * gradient[i];
        weights[i] -= rate * gradient[i] / (std::sqrt(first[i]) + 1e-8);
      }
      break;
    case PointOptimizer::adagrad:
      for (size_t i = 0; i < count; ++i) {
        first[i] += gradient[i] * gradient[i];
        weights[i] -= rate * gradient[i] / (std::sqrt(first[i]) + 1e-10);
      }
      break;
    case PointOptimizer::adam: {
      const auto t = static_cast<double>(step);
      const double mean_rest = 1 - std::pow(beta1, t), root = std::sqrt(1 - std::pow(beta2, t));
      for (size_t i = 0; i < count; ++i) {
        first[i] = beta1 * first[i] + (1 - beta1) * gradient[i];
        second[i] = beta2 * second[i] + (1 - beta2) * gradient[i] * gradient[i];
        weights[i] -= rate * (first[i] / mean_rest) / (std::sqrt(second[i]) / root + 1e-8);
      }
      break;
    }
  }
}

double batch_gradient(const PointNetwork& network, const std::vector<double>& parameters, const PointData& data,
                      std::span<const int> samples, PointPass& pass, std::vector<double>& gradient) {
  gradient.assign(parameters.size(), 0);
  const double share = 1.0 / static_cast<double>(samples.size());
  double loss = 0;
  for (const int i : samples) {
    const double target = data.targets[static_cast<size_t>(i)];
    network.forward(parameters.data(), data.sample(i), pass);
    loss += network.loss(pass, target);
    network.backward(parameters.data(), target, pass, share, gradient.data());
  }
  return loss * share;
}

std::vector<int> epoch_order(const PointData& data, uint64_t seed, int64_t epoch) {
  std::vector<int> order = data.train;
  Random random(seed, kEpochs + static_cast<uint64_t>(epoch));
  shuffle(std::span(order), random);
  return order;
}

PointTraining::PointTraining(PointDataPtr data, const PointModel& model, const PointLearning& learning, uint64_t seed)
    : data_(std::move(data)),
      network_(std::make_shared<const PointNetwork>(model, *data_)),
      seed_(seed),
      learning_(learning) {
  state_.parameters = network_->initial(seed);
  state_.first.assign(state_.parameters.size(), 0);
  state_.second = state_.first;
  keep();
  curve_.push_back(point());
}

PointTraining::Point PointTraining::point() const {
  return {state_.step, score(*network_, state_.parameters.data(), *data_, data_->train),
          score(*network_, state_.parameters.data(), *data_, data_->test)};
}

void PointTraining::keep() {
  if (frames_.size() >= kMostFrames) {
    for (size_t i = 1; 2 * i < frames_.size(); ++i) frames_[i] = frames_[2 * i];
    frames_.resize((frames_.size() + 1) / 2);
    frame_every_ *= 2;
    if (state_.step % frame_every_ != 0) return;
  }
  frames_.push_back(std::make_shared<const Frame>(Frame{state_, learning_}));
}

void PointTraining::forget_future() {
  if (state_.step >= last_) return;
  last_ = state_.step;
  while (frames_.size() > 1 && frames_.back()->state.step > last_) frames_.pop_back();
  while (!done_.empty() && done_.back().event.step > last_) done_.pop_back();
  // A single sample that ends after this step has not been learned from yet.
  while (!done_.empty() && done_.back().after->state.step > last_) done_.pop_back();
  while (curve_.size() > 1 && curve_.back().step > last_) curve_.pop_back();
}

std::vector<int> PointTraining::next_samples(bool single) const {
  const std::vector<int> order = shuffled_ == state_.epoch ? order_ : epoch_order(*data_, seed_, state_.epoch);
  const auto count = static_cast<int>(order.size());
  const int take = std::min(single ? 1 : learning_.batch, count - state_.position);
  return {order.begin() + state_.position, order.begin() + state_.position + take};
}

void PointTraining::one_step(bool single) {
  if (shuffled_ != state_.epoch) {
    order_ = epoch_order(*data_, seed_, state_.epoch);
    shuffled_ = state_.epoch;
  }
  const auto count = static_cast<int>(order_.size());
  const int take = std::min(single ? 1 : learning_.batch, count - state_.position);
  const std::span<const int> samples(order_.data() + state_.position, static_cast<size_t>(take));
  batch_gradient(*network_, state_.parameters, *data_, samples, pass_, gradient_);
  ++state_.step;
  step_weights(learning_.optimizer, learning_.rate, state_.step, gradient_, state_.parameters, state_.first,
               state_.second);
  state_.position += take;
  if (state_.position >= count) {
    state_.position = 0;
    ++state_.epoch;
  }
}

void PointTraining::advance(int64_t steps) {
  forget_future();
  for (int64_t i = 0; i < steps; ++i) {
    one_step(false);
    last_ = state_.step;
    if (state_.step % frame_every_ == 0) keep();
    if (state_.step % curve_every_ != 0) continue;
    if (curve_.size() >= kMostPoints) {
      for (size_t k = 1; 2 * k < curve_.size(); ++k) curve_[k] = curve_[2 * k];
      curve_.resize((curve_.size() + 1) / 2);
      curve_every_ *= 2;
      if (state_.step % curve_every_ != 0) continue;
    }
    curve_.push_back(point());
  }
}

void PointTraining::note(Event event) {
  last_ = std::max(last_, state_.step);
  done_.push_back({event, std::make_shared<const Frame>(Frame{state_, learning_})});
}

void PointTraining::advance_sample() {
  forget_future();
  Event event{.kind = Event::Kind::sample, .step = state_.step, .learning = {}};
  one_step(true);
  note(event);
  if (state_.step % frame_every_ == 0) keep();
  if (state_.step % curve_every_ == 0) curve_.push_back(point());
}

void PointTraining::set_parameter(size_t at, double value) {
  forget_future();
  state_.parameters[at] = value;
  // A number that is dragged is one move.
  if (!done_.empty()) {
    const Event& before = done_.back().event;
    if (before.kind == Event::Kind::parameter && before.step == state_.step && before.parameter == at) done_.pop_back();
  }
  note({.kind = Event::Kind::parameter, .step = state_.step, .parameter = at, .value = value, .learning = {}});
  if (!curve_.empty() && curve_.back().step == state_.step) curve_.back() = point();
}

void PointTraining::set_learning(const PointLearning& next) {
  if (next == learning_) return;
  forget_future();
  if (next.optimizer != learning_.optimizer) {
    state_.first.assign(state_.first.size(), 0);
    state_.second = state_.first;
  }
  learning_ = next;
  if (state_.step == 0 && done_.empty()) {
    frames_ = {std::make_shared<const Frame>(Frame{state_, learning_})};
    return;
  }
  if (!done_.empty() && done_.back().event.kind == Event::Kind::learning && done_.back().event.step == state_.step) {
    done_.pop_back();
  }
  note({.kind = Event::Kind::learning, .step = state_.step, .learning = next});
}

void PointTraining::load(const Frame& frame) {
  state_ = frame.state;
  learning_ = frame.learning;
}

void PointTraining::scrub(int64_t step) {
  if (step > last_) {
    if (state_.step < last_) scrub(last_);
    advance(step - state_.step);
    return;
  }
  if (step == state_.step) return;
  const Frame* from = frames_.front().get();
  for (const FramePtr& frame : frames_) {
    if (frame->state.step <= step) from = frame.get();
  }
  // What was done by hand later, also at the same step, goes on from there.
  for (const Done& done : done_) {
    if (done.after->state.step <= step && done.after->state.step >= from->state.step) from = done.after.get();
  }
  load(*from);
  while (state_.step < step) one_step(false);
}

int64_t PointTraining::steps_to_epoch_end() const {
  const int64_t left = static_cast<int64_t>(data_->train.size()) - state_.position;
  return (left + learning_.batch - 1) / learning_.batch;
}

void PointTraining::keep_events(size_t count) {
  if (done_.size() <= count) return;
  const int64_t step = done_[count].event.step;
  done_.resize(count);
  while (frames_.size() > 1 && frames_.back()->state.step > step) frames_.pop_back();
  while (curve_.size() > 1 && curve_.back().step > step) curve_.pop_back();
  last_ = step;
  state_.step = -1;
  scrub(step);
  if (curve_.back().step == step) curve_.back() = point();
}

std::vector<PointTraining::Event> PointTraining::events() const {
  std::vector<Event> all;
  for (const Done& done : done_) {
    if (done.event.step <= last_) all.push_back(done.event);
  }
  return all;
}

}  // namespace striate
