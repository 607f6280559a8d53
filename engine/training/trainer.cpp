#include "engine/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/network/per_picture.h"
#include "engine/steady_seconds.h"
#include "engine/training/metrics.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "engine/training/trainer_memory.h"
#include "kernels/elementwise.h"
#include "kernels/guard.h"
#include "kernels/threads.h"

namespace striate {
namespace {

std::optional<bool> deferred_checks;  // detail::defer_checks()

void check_settings(const TrainerSettings& settings) {
  check_regularization(settings.loss, settings.l1, settings.label_smoothing, settings.clip_norm);
  if (!(settings.rate > 0) || !std::isfinite(settings.rate)) {
    throw Error(fmt::format("a learning rate of {}", settings.rate), "use a small number above 0, such as 0.001");
  }
}

}  // namespace

const char* phase_name(Phase phase) {
  switch (phase) {
    case Phase::batch:
      return "batch";
    case Phase::forward:
      return "forward";
    case Phase::loss:
      return "loss";
    case Phase::backward:
      return "backward";
    case Phase::update:
      return "update";
  }
  return "";
}

void check_regularization(Loss loss, double l1, double label_smoothing, double clip_norm) {
  const auto in_range = [](double value, double most) { return value >= 0 && value <= most; };
  if (!in_range(l1, 1)) throw Error(fmt::format("an L1 penalty of {}", l1), "from 0 to 1; 0.0001 is usual");
  if (!in_range(label_smoothing, 1)) {
    throw Error(fmt::format("label smoothing of {}", label_smoothing), "from 0 to 1; 0.1 is usual");
  }
  if (!in_range(clip_norm, 1e9)) {
    throw Error(fmt::format("gradients clipped to a norm of {}", clip_norm), "from 0 on; 0: not clipped, 1 is usual");
  }
  if (label_smoothing > 0 && loss != Loss::cross_entropy) {
    throw Error(fmt::format("label smoothing with the loss {}", loss_name(loss)),
                "it is for cross-entropy; leave it at 0 with other losses");
  }
}

Trainer::Trainer(Stream& stream, Network& network, const Dataset& data, std::vector<int64_t> training,
                 Normalization normalization, const TrainerSettings& settings, bool keep_weights)
    : stream_(&stream),
      network_(&network),
      data_(&data),
      training_(std::move(training)),
      normalization_(std::move(normalization)),
      settings_(settings),
      deferred_(settings.deferred_checks.value_or(deferred_checks.value_or(stream.device().is_gpu()))),
      history_(settings_.history_budget) {
  check_settings(settings_);
  check_fit();
  Plan plan{settings_.batch, true, network.plan().explaining, settings_.frozen};
  plan.from = network.plan().from;
  network.replan(stream, plan);
  if (network.trained().empty() || network.output_gradient() == nullptr) {
    throw Error("no layer is left to train", "freeze fewer layers, or use a network that has weights");
  }
  network.set_optimizer_states(stream, settings_.optimizer.states());
  if (keep_weights) {
    network.set_seed(stream, settings_.seed);
  } else {
    network.initialize(stream, settings_.initializer, settings_.seed);
  }
  const Device device = stream.device();
  const int64_t weights = network.arena_size(TensorKind::weight), running = network.arena_size(TensorKind::buffer);
  memory_ = std::make_unique<Memory>(stream, settings_.loss, settings_.batch,
                                     static_cast<int>(network.output().shape.count() / settings_.batch),
                                     settings_.label_smoothing);
  Memory& m = *memory_;
  m.state = Buffer<StepState>(device, 1, "the optimizer's step");
  const StepState first;
  upload(stream, m.state, &first, 1);
  m.pieces = Buffer<int32_t>(device, find_not_finite_scratch(weights), "a check for NaN");
  m.running = Buffer<float>(device, running, "running statistics");
  m.statistics = Buffer<ArrayStatistics>(device, 2, "statistics");
  m.statistics_scratch = Buffer<uint8_t>(device, array_statistics_scratch(weights), "statistics");
  fill(stream, 1, kNotMeasured, m.gradient_norm());
  if (changes_gradients()) {
    const int64_t gradients = network.arena_size(TensorKind::weight_gradient);
    m.changed = Buffer<float>(device, gradients, "gradients with their penalty, clipped");
    fill(stream, gradients, 0, m.changed.data());
    m.clipped_norm = Buffer<ArrayStatistics>(device, 1, "the norm of the gradients");
  }
  if (deferred_) {
    m.rows = Buffer<float>(device, Memory::kRows * Memory::kRow, "results");
    m.pending.reserve(Memory::kRows);
    m.remembered.weights = Buffer<float>(device, weights, "weights to begin again from");
    m.remembered.running = Buffer<float>(device, running, "running statistics to begin again from");
    m.remembered.optimizer = Buffer<float>(device, network.arena_size(TensorKind::optimizer_state),
                                           "an optimizer's state to begin again from");
    if (settings_.keyframes && device.is_gpu()) m.make_room_for_keyframes(network);
  }
  make_resident();
  current_rate_ = static_cast<float>(settings_.rate * settings_.schedule.at(0));
  remember();
  keep_weights_if_due();
}

void Trainer::Memory::make_room_for_keyframes(const Network& network) {
  const Device device = network.device();
  const auto size = [&](TensorKind kind) { return network.arena_size(kind); };
  const int64_t each = size(TensorKind::weight) + size(TensorKind::buffer) + size(TensorKind::optimizer_state);
  constexpr int64_t kMost = 32;
  kept_most = std::min(kMost, kMostKept / std::max<int64_t>(1, each * 4));
  if (kept_most < 2) return;
  constexpr const char* kWhat = "keyframes";
  kept_arrays.weights = Buffer<float>(device, kept_most * size(TensorKind::weight), kWhat);
  kept_arrays.running = Buffer<float>(device, kept_most * size(TensorKind::buffer), kWhat);
  kept_arrays.optimizer = Buffer<float>(device, kept_most * size(TensorKind::optimizer_state), kWhat);
  kept_arrays.state = Buffer<StepState>(device, kept_most, kWhat);
  kept_arrays.counters = Buffer<uint64_t>(device, kept_most * network.counters().size(), kWhat);
  kept.reserve(static_cast<size_t>(kept_most));
}

Trainer::~Trainer() = default;

void Trainer::check_fit() const {
  const Architecture& architecture = network_->architecture();
  if (training_.empty()) throw Error("no samples to learn from", "give the training part a larger share");
  for (const int64_t index : training_) {
    check(index >= 0 && index < data_->size(), "sample {} of {}", index, data_->size());
  }
  const Shape takes = network_->picture();
  if (data_->shape() != takes) {
    throw Error(fmt::format("the network takes {}, {} has {}", takes.text(), data_->name(), data_->shape().text()),
                "change the network's input, or use another data set");
  }
  if (!normalization_.empty() && static_cast<int64_t>(normalization_.mean.size()) != data_->shape()[0]) {
    throw Error(
        fmt::format("a normalization of {} channels for pictures of {}", normalization_.mean.size(), data_->shape()[0]),
        "measure it from this data set");
  }
  if (architecture.whole()) {
    throw Error("an input that is whole can't be trained in batches",
                "leave \"whole\" out: input CHANNELSxHEIGHTxWIDTH");
  }
  check_pictures(architecture, settings_.batch);
  check_loss_fits(architecture, settings_.loss, static_cast<int>(data_->classes().size()));
}

double Trainer::epoch() const { return static_cast<double>(samples_) / static_cast<double>(training_.size()); }

int64_t Trainer::steps_per_epochs(double epochs) const {
  return static_cast<int64_t>(std::ceil(epochs * static_cast<double>(training_.size()) / settings_.batch - 1e-9));
}

double Trainer::images_per_second() const {
  if (finished_at_.size() < 2) return 0;
  const double seconds = finished_at_.back() - finished_at_.front();
  return seconds > 0 ? static_cast<double>(finished_at_.size() - 1) * settings_.batch / seconds : 0;
}

// ---------------------------------------------------------------------------------------------------- the phases

namespace detail {
void defer_checks(std::optional<bool> deferred) { deferred_checks = deferred; }
}  // namespace detail

Phase Trainer::advance() {
  throw_found();
  const Phase now = phase_;
  switch (now) {
    case Phase::batch:
      do_batch();
      break;
    case Phase::forward:
      memory_->counters = network_->read_counters(*stream_);
      do_forward();
      break;
    case Phase::loss:
      do_loss();
      if (!std::isfinite(loss())) stop_not_finite();
      break;
    case Phase::backward: {
      do_backward();
      int32_t found_inf = 0;
      copy_bytes(*stream_, &found_inf, Device::cpu(), memory_->found_inf(), stream_->device(), sizeof found_inf);
      if (found_inf != 0) stop_not_finite();
      break;
    }
    case Phase::update:
      write_rate();
      do_update();
      finish_step();
      break;
  }
  phase_ = now == Phase::update ? Phase::batch : static_cast<Phase>(static_cast<int>(now) + 1);
  return now;
}

void Trainer::step() {
  throw_found();
  Memory& m = *memory_;
  if (phase_ == Phase::batch && m.ran_once && deferred_) {
    do_batch();
    write_rate();
    const auto work = [&] {
      do_forward();
      do_loss();
      do_backward();
      do_update();
    };
    if (Graph::can_capture(*stream_)) {
      if (!m.graph.captured()) m.graph.capture(*stream_, work);
      m.graph.launch(*stream_);
    } else {
      work();
    }
    finish_step();
    return;
  }
  while (advance() != Phase::update) {
  }
  m.ran_once = true;
}

void Trainer::do_forward() {
  Memory& m = *memory_;
  // Training may go wrong in what follows: what a forward pass changes is put aside.
  const int64_t running = m.running.size();
  if (running > 0) {
    keep_unless(*stream_, running, m.found_inf(), network_->arena(TensorKind::buffer), m.running.data());
  }
  network_->forward(*stream_, Mode::training);
}

void Trainer::do_loss() {
  memory_->head.queue(*stream_, network_->view(network_->output()).data,
                      network_->view(*network_->output_gradient()).data);
}

void Trainer::do_backward() {
  Memory& m = *memory_;
  network_->backward(*stream_);
  find_not_finite(*stream_, network_->arena_size(TensorKind::weight_gradient),
                  network_->arena(TensorKind::weight_gradient), m.pieces.data(), m.found_inf());
  if (deferred_) find_not_finite(*stream_, 1, m.head.results(), m.pieces.data(), m.found_inf());
  if (changes_gradients()) change_gradients();
}

void Trainer::change_gradients() {
  Memory& m = *memory_;
  for (const Network::TrainedRange& range : network_->trained()) {
    l1_gradient(*stream_, static_cast<float>(settings_.l1), range.count,
                network_->arena(TensorKind::weight_gradient) + range.gradient,
                network_->arena(TensorKind::weight) + range.weight, m.changed.data() + range.gradient);
  }
  if (settings_.clip_norm == 0) return;
  array_statistics(*stream_, m.changed.size(), m.changed.data(), m.clipped_norm.data(), m.statistics_scratch.data());
  const float* norm = &m.clipped_norm.data()->norm;
  clip_by_norm(*stream_, static_cast<float>(settings_.clip_norm), norm, m.changed.size(), m.changed.data());
  copy(*stream_, 1, norm, m.gradient_norm());
}

void Trainer::write_rate() {
  current_rate_ = static_cast<float>(settings_.rate * settings_.schedule.at(step_));
  Memory& m = *memory_;
  if (m.rate == current_rate_) return;
  fill(*stream_, 1, current_rate_, &m.state.data()->rate);  // by a launch, so that nothing waits
  m.rate = current_rate_;
}

void Trainer::do_update() {
  Memory& m = *memory_;
  const OptimizerSettings& o = settings_.optimizer;
  const StepState* state = m.state.data();
  begin_update(*stream_, o, m.state.data());
  std::vector<float*> own(network_->optimizer_states().size());
  const float* gradients = changes_gradients() ? m.changed.data() : network_->arena(TensorKind::weight_gradient);
  for (const Network::TrainedRange& range : network_->trained()) {
    for (size_t i = 0; i < own.size(); ++i) own[i] = network_->optimizer_state(static_cast<int>(i)) + range.gradient;
    o.kind->update(*stream_, o, range.count, state, gradients + range.gradient,
                   network_->arena(TensorKind::weight) + range.weight, own.data());
  }
}

void Trainer::finish_step() {
  Memory& m = *memory_;
  phase_ = Phase::batch;
  ++step_;
  samples_ += settings_.batch;
  StepRecord record;
  record.step = step_;
  record.rate = current_rate_;
  measure_norms_if_due(record);
  if (deferred_) {
    copy(*stream_, Memory::kRow, m.head.results(),
         m.rows.data() + static_cast<int64_t>(m.pending.size()) * Memory::kRow);
    m.pending.push_back(record);
    if (static_cast<int64_t>(m.pending.size()) == Memory::kRows) fetch_results();
  } else {
    record.loss = loss();
    record.accuracy = accuracy();
    if (settings_.clip_norm > 0) record.gradient_norm = gradient_norm();
    history_.add(record);
  }
  if (finished_at_.size() > 50) finished_at_.erase(finished_at_.begin());
  finished_at_.push_back(steady_seconds());
  keep_weights_if_due();
  throw_found();
}

void Trainer::measure_norms_if_due(StepRecord& record) {
  if (settings_.measure_norms_every < 1 || (step_ - 1) % settings_.measure_norms_every != 0) return;
  Memory& m = *memory_;
  const auto measure = [&](TensorKind kind, ArrayStatistics* to) {
    array_statistics(*stream_, network_->arena_size(kind), network_->arena(kind), to, m.statistics_scratch.data());
  };
  measure(TensorKind::weight_gradient, m.statistics.data());
  measure(TensorKind::weight, m.statistics.data() + 1);
  ArrayStatistics both[2];
  download(*stream_, both, m.statistics, 2);
  record.gradient_norm = both[0].norm;
  record.weight_norm = both[1].norm;
}

// ---------------------------------------------------------------------------------------------------- results

float Trainer::loss() {
  if (indices_.empty()) return kNotMeasured;
  float value = 0;
  copy_bytes(*stream_, &value, Device::cpu(), memory_->head.results(), stream_->device(), sizeof value);
  return value;
}

float Trainer::accuracy() {
  if (indices_.empty()) return kNotMeasured;
  int32_t correct = 0;
  copy_bytes(*stream_, &correct, Device::cpu(), memory_->head.results() + 1, stream_->device(), sizeof correct);
  return static_cast<float>(correct) / static_cast<float>(settings_.batch);
}

float Trainer::gradient_norm() {
  float value = 0;
  copy_bytes(*stream_, &value, Device::cpu(), memory_->gradient_norm(), stream_->device(), sizeof value);
  return value;
}

TensorView Trainer::probabilities() const {
  const Buffer<float>& p = memory_->head.probabilities();
  if (p.size() == 0) return {nullptr, Shape{0}, stream_->device()};
  return {const_cast<float*>(p.data()), network_->output().shape, stream_->device()};
}

void Trainer::fetch_results() {
  Memory& m = *memory_;
  if (m.pending.empty()) return read_kept_keyframes();
  std::vector<float> rows(m.pending.size() * Memory::kRow);
  download(*stream_, rows.data(), m.rows, static_cast<int64_t>(rows.size()));
  std::vector<StepRecord> records = m.pending;
  // Each keyframe after the records of its steps: what the history thins depends on what it holds.
  read_kept_keyframes(records[0].step - 1);
  for (size_t i = 0; i < records.size(); ++i) {
    const float* row = rows.data() + i * Memory::kRow;
    int32_t correct = 0, found_inf = 0;
    std::memcpy(&correct, row + 1, sizeof correct);
    std::memcpy(&found_inf, row + LossHead::kResults, sizeof found_inf);
    if (found_inf != 0) {
      go_before(records, i, row[0]);
      return;
    }
    records[i].loss = row[0];
    records[i].accuracy = static_cast<float>(correct) / static_cast<float>(settings_.batch);
    if (settings_.clip_norm > 0) records[i].gradient_norm = row[LossHead::kResults + 1];
    history_.add(records[i]);
    read_kept_keyframes(records[i].step);
  }
  // In the middle of a step there is no state to remember: these results will be read once more.
  if (phase_ != Phase::batch) return;
  m.pending.clear();
  remember();
}

void Trainer::remember() {
  if (!deferred_) return;
  Memory::Remembered& r = memory_->remembered;
  StepState optimizer;
  download(*stream_, &optimizer, memory_->state, 1);
  r.state = {step_, samples_, optimizer.step, network_->read_counters(*stream_)};
  const auto keep = [&](TensorKind kind, Buffer<float>& to) {
    if (to.size() > 0) copy(*stream_, to.size(), network_->arena(kind), to.data());
  };
  keep(TensorKind::weight, r.weights);
  keep(TensorKind::buffer, r.running);
  keep(TensorKind::optimizer_state, r.optimizer);
}

// Back to what was remembered, the good steps after it again, with their rates, and the broken one as far as it goes.
void Trainer::go_before(const std::vector<StepRecord>& records, size_t broken, float loss) {
  Memory& m = *memory_;
  const auto back = [&](TensorKind kind, const Buffer<float>& from) {
    if (from.size() > 0) copy(*stream_, from.size(), from.data(), network_->arena(kind));
  };
  back(TensorKind::weight, m.remembered.weights);
  back(TensorKind::buffer, m.remembered.running);
  back(TensorKind::optimizer_state, m.remembered.optimizer);
  fill(*stream_, 1, 0, m.head.results() + LossHead::kResults);  // no longer broken
  set_state(m.remembered.state);
  for (size_t i = 0; i <= broken; ++i) {
    do_batch();
    current_rate_ = records[i].rate;
    fill(*stream_, 1, current_rate_, &m.state.data()->rate);
    m.rate = current_rate_;
    if (i == broken) break;
    do_forward();
    do_loss();
    do_backward();
    do_update();
    ++step_;
    samples_ += settings_.batch;
  }
  history_.cut(step_);
  remember();
  m.counters = m.remembered.state.counters;
  do_forward();
  do_loss();
  do_backward();
  m.found = not_finite(loss);
}

void Trainer::throw_found() {
  if (!memory_->found) return;
  const Error error = *memory_->found;
  memory_->found.reset();
  throw error;
}

History& Trainer::history() {
  try {
    fetch_results();
  } catch (const Error& error) {  // of the device itself
    memory_->found = error;
  }
  return history_;
}

void Trainer::keep_weights_if_due() {
  if (!settings_.keyframes || !history_.wants_keyframe(step_)) return;
  Memory& m = *memory_;
  if (m.found) return;
  if (m.kept_most > 1 && m.ran_once) {
    const auto at = static_cast<int64_t>(m.kept.size());
    const auto keep = [&](TensorKind kind, Buffer<float>& to) {
      const int64_t size = network_->arena_size(kind);
      if (size > 0) copy(*stream_, size, network_->arena(kind), to.data() + at * size);
    };
    keep(TensorKind::weight, m.kept_arrays.weights);
    keep(TensorKind::buffer, m.kept_arrays.running);
    keep(TensorKind::optimizer_state, m.kept_arrays.optimizer);
    const Device device = stream_->device();
    const Buffer<uint64_t>& counters = network_->counters();
    copy_bytes(*stream_, m.kept_arrays.state.data() + at, device, m.state.data(), device, sizeof(StepState));
    copy_bytes(*stream_, m.kept_arrays.counters.data() + at * counters.size(), device, counters.data(), device,
               static_cast<size_t>(counters.size()) * sizeof(uint64_t));
    m.kept.push_back({step_, samples_});
    if (at + 1 == m.kept_most) fetch_results();
    return;
  }
  fetch_results();  // a step that went wrong makes no keyframe
  if (memory_->found) return;
  history_.add_keyframe(keyframe());
}

void Trainer::read_kept_keyframes(int64_t last_step) {
  Memory& m = *memory_;
  if (!m.kept.empty()) {
    const auto count = static_cast<int64_t>(m.kept.size());
    const auto read = [&](const Buffer<float>& from) {
      std::vector<float> values(static_cast<size_t>(from.size() / m.kept_most * count));
      download(*stream_, values.data(), from, static_cast<int64_t>(values.size()));
      return values;
    };
    const std::vector<float> weights = read(m.kept_arrays.weights), running = read(m.kept_arrays.running),
                             optimizer = read(m.kept_arrays.optimizer);
    std::vector<StepState> states(m.kept.size());
    download(*stream_, states.data(), m.kept_arrays.state, count);
    std::vector<uint64_t> counters(static_cast<size_t>(count * network_->counters().size()));
    download(*stream_, counters.data(), m.kept_arrays.counters, static_cast<int64_t>(counters.size()));
    for (size_t i = 0; i < m.kept.size(); ++i) {
      const auto share = [&](const auto& all) {
        const auto each = static_cast<std::ptrdiff_t>(all.size() / m.kept.size());
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i) * each;
        return std::decay_t<decltype(all)>(begin, begin + each);
      };
      Keyframe one;
      one.step = m.kept[i].step, one.samples = m.kept[i].samples;
      one.weights = share(weights), one.running = share(running), one.optimizer = share(optimizer);
      one.optimizer_steps = states[i].step;
      one.counters = share(counters);
      m.kept_read.push_back(std::move(one));
    }
    m.kept.clear();
  }
  for (; !m.kept_read.empty() && m.kept_read.front().step <= last_step; m.kept_read.pop_front()) {
    // They may have become thinner since.
    if (history_.wants_keyframe(m.kept_read.front().step)) history_.add_keyframe(std::move(m.kept_read.front()));
  }
}

Keyframe Trainer::keyframe() {
  Keyframe result;
  const State now = state();
  result.step = now.step;
  result.samples = now.samples;
  result.optimizer_steps = now.optimizer_steps;
  result.counters = now.counters;
  const auto read = [&](TensorKind kind, std::vector<float>& to) {
    to.resize(static_cast<size_t>(network_->arena_size(kind)));
    copy_bytes(*stream_, to.data(), Device::cpu(), network_->arena(kind), stream_->device(), to.size() * sizeof(float));
  };
  read(TensorKind::weight, result.weights);
  read(TensorKind::buffer, result.running);
  read(TensorKind::optimizer_state, result.optimizer);
  return result;
}

void Trainer::go_back(const Keyframe& keyframe) {
  fetch_results();
  const auto write = [&](TensorKind kind, const std::vector<float>& from) {
    check(static_cast<int64_t>(from.size()) == network_->arena_size(kind), "a keyframe of another training");
    copy_bytes(*stream_, network_->arena(kind), stream_->device(), from.data(), Device::cpu(),
               from.size() * sizeof(float));
  };
  write(TensorKind::weight, keyframe.weights);
  write(TensorKind::buffer, keyframe.running);
  write(TensorKind::optimizer_state, keyframe.optimizer);
  for (const TensorKind kind :
       {TensorKind::activation, TensorKind::activation_gradient, TensorKind::weight_gradient, TensorKind::saved}) {
    if (network_->arena_size(kind) > 0) fill(*stream_, network_->arena_size(kind), 0, network_->arena(kind));
  }
  set_state({keyframe.step, keyframe.samples, keyframe.optimizer_steps, keyframe.counters});
  remember();
}

void Trainer::weights_were_written() {
  history();
  remember();
}

// What there is to say of the present step, whose loss or gradient is no number; and all that the step changed is as
// before.
Error Trainer::not_finite(float value) {
  Memory& m = *memory_;
  const int64_t step = step_ + 1;
  const NotFinite where = find_not_finite(*stream_, *network_);
  if (m.running.size() > 0) copy(*stream_, m.running.size(), m.running.data(), network_->arena(TensorKind::buffer));
  network_->write_counters(*stream_, m.counters);
  fill(*stream_, 1, 0, m.head.results() + LossHead::kResults);  // no longer broken
  phase_ = Phase::batch;
  std::string place = "; every activation is a number, so it was the loss that grew too large";
  if (!where.name.empty()) {
    place = fmt::format("; the first value that is not a number: {} of {}", where.what,
                        network_->architecture().describe(network_->architecture().find(where.name)));
  }
  return Error(fmt::format("step {}: {} is {}{}", step, std::isfinite(value) ? "gradient" : "loss",
                           std::isfinite(value) ? "NaN or infinite"
                           : std::isnan(value)  ? "NaN"
                                                : "infinite",
                           place),
               fmt::format("the weights of before this step are kept; a lower learning rate (now {}) usually helps, or "
                           "normalized pictures",
                           number_text(current_rate_)));
}

void Trainer::stop_not_finite() {
  fetch_results();  // with deferred checks an earlier step may be the one that went wrong
  throw_found();
  throw not_finite(loss());
}

// ---------------------------------------------------------------------------------------------------- state

Trainer::State Trainer::state() {
  check(phase_ == Phase::batch, "the state of training in the middle of a step");
  fetch_results();
  StepState optimizer;
  download(*stream_, &optimizer, memory_->state, 1);
  return {step_, samples_, optimizer.step, network_->read_counters(*stream_)};
}

void Trainer::restore(const State& state) {
  set_state(state);
  remember();
  history_ = History(settings_.history_budget);
  keep_weights_if_due();
}

void Trainer::set_state(const State& state) {
  network_->write_counters(*stream_, state.counters);
  StepState optimizer;
  optimizer.step = state.optimizer_steps;
  upload(*stream_, memory_->state, &optimizer, 1);
  memory_->rate = std::numeric_limits<float>::quiet_NaN();
  memory_->pending.clear();
  memory_->kept.clear();
  memory_->kept_read.clear();
  memory_->found.reset();
  step_ = state.step;
  samples_ = state.samples;
  phase_ = Phase::batch;
  indices_.clear();
  memory_->window_end = 0;
  current_rate_ = static_cast<float>(settings_.rate * settings_.schedule.at(step_));
}

}  // namespace striate
