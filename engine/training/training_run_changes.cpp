// What a person changes while it is trained: rate, schedule, weights, labels.
#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/training/training_run.h"

namespace striate {

void TrainingRun::need_newest() const {
  if (step() < line_.newest) {
    throw Error(fmt::format("step {} is over: {} more were done since", step(), line_.newest - step()),
                "branch here first, or go to the newest step");
  }
}

void TrainingRun::settings_at(int64_t step) {
  trainer_->set_rate(line_.first_rate);
  trainer_->set_schedule(line_.first_schedule);
  std::string labels = line_.first_labels;
  for (const RunChange& change : line_.changes) {
    if (change.step >= step) continue;
    if (change.kind == RunChange::Kind::rate || change.kind == RunChange::Kind::schedule) apply(change);
    if (change.kind == RunChange::Kind::labels) labels = change.text;
  }
  use_labels(labels);
}

void TrainingRun::apply(const RunChange& change) {
  switch (change.kind) {
    case RunChange::Kind::rate:
      trainer_->set_rate(change.rate);
      break;
    case RunChange::Kind::schedule:
      trainer_->set_schedule(Schedule::parse(change.text));
      break;
    case RunChange::Kind::edit:
    case RunChange::Kind::restore:
      write_weight(change.text, change.index, change.value);
      break;
    case RunChange::Kind::labels:
      use_labels(change.text);
      break;
  }
}

void TrainingRun::apply_changes_at(int64_t step) {
  const auto first = std::lower_bound(line_.changes.begin(), line_.changes.end(), step,
                                      [](const RunChange& change, int64_t s) { return change.step < s; });
  for (auto it = first; it != line_.changes.end() && it->step == step; ++it) apply(*it);
}

void TrainingRun::set_rate(double rate) {
  need_newest();
  if (!(rate > 0) || !std::isfinite(rate)) {
    throw Error(fmt::format("a learning rate of {}", rate), "use a small number above 0, such as 0.001");
  }
  if (rate == trainer_->settings().rate) return;
  RunChange change{step(), RunChange::Kind::rate, rate};
  apply(change);
  line_.changes.push_back(std::move(change));
}

void TrainingRun::set_schedule(const std::string& text) {
  need_newest();
  TrainingConfig wanted = config_;
  wanted.schedule = text;
  const Schedule schedule = schedule_of(wanted, static_cast<int64_t>(split_->training.size()));
  if (schedule == trainer_->settings().schedule) return;
  RunChange change{step(), RunChange::Kind::schedule, 0, schedule.text()};
  apply(change);
  line_.changes.push_back(std::move(change));
}

void TrainingRun::use_labels(const std::string& text) {
  if (text == labels_->text()) return;
  const LabelChanges before = labels_->changes();
  labels_->set_changes(parse_label_changes(text));
  try {
    trainer_->labels_were_changed(labels_->left_out());
  } catch (const Error&) {
    labels_->set_changes(before);
    throw;
  }
}

void TrainingRun::set_labels(const std::string& text) {
  need_newest();
  const std::string wanted = label_changes_text(parse_label_changes(text));
  if (wanted == labels_->text()) return;
  check_label_changes(parse_label_changes(wanted), *data_);
  if (next_phase() != Phase::batch) begin_again();
  RunChange change{step(), RunChange::Kind::labels, 0, wanted};
  apply(change);
  line_.changes.push_back(std::move(change));
}

const NamedTensor& TrainingRun::weight_tensor(const std::string& tensor, int64_t index) const {
  const NamedTensor* found = network_.find(TensorKind::weight, tensor);
  if (found == nullptr) {
    std::string names;
    for (const NamedTensor& each : network_.tensors()) {
      if (each.kind == TensorKind::weight) names += (names.empty() ? "" : ", ") + each.name;
    }
    throw Error(fmt::format("the network has no weights \"{}\"", tensor), "it has " + names);
  }
  if (index < 0 || index >= found->shape.count()) {
    throw Error(fmt::format("{} has no weight {}", tensor, index),
                fmt::format("it is {}: 0 to {}", found->shape.text(), found->shape.count() - 1));
  }
  return *found;
}

float TrainingRun::weight(const std::string& tensor, int64_t index) {
  const NamedTensor& place = weight_tensor(tensor, index);
  float value = 0;
  copy_bytes(*stream_, &value, Device::cpu(), network_.arena(TensorKind::weight) + place.offset + index,
             stream_->device(), sizeof value);
  return value;
}

void TrainingRun::write_weight(const std::string& tensor, int64_t index, float value) {
  const NamedTensor& place = weight_tensor(tensor, index);
  copy_bytes(*stream_, network_.arena(TensorKind::weight) + place.offset + index, stream_->device(), &value,
             Device::cpu(), sizeof value);
  trainer_->weights_were_written();
}

// A step that was begun is as if it had not been.
void TrainingRun::begin_again() {
  trainer_->go_back(begin_);
  apply_changes_at(step());
}

void TrainingRun::edit(const std::string& tensor, int64_t index, float value) {
  need_newest();
  weight_tensor(tensor, index);
  if (!std::isfinite(value)) throw Error("a weight that is not a number", "type a number");
  if (next_phase() != Phase::batch) begin_again();
  RunChange change{step(), RunChange::Kind::edit, 0, tensor, index, value, weight(tensor, index)};
  apply(change);
  line_.changes.push_back(std::move(change));
}

void TrainingRun::restore(const std::string& tensor, int64_t index) {
  need_newest();
  weight_tensor(tensor, index);
  const Edited now = edited();
  const auto found = now.find({tensor, index});
  if (found == now.end()) throw Error(fmt::format("{}[{}] was not edited", tensor, index), "it has its trained value");
  if (next_phase() != Phase::batch) begin_again();
  RunChange change{step(), RunChange::Kind::restore, 0, tensor, index, found->second};
  apply(change);
  line_.changes.push_back(std::move(change));
}

TrainingRun::Edited TrainingRun::edited() const {
  Edited result;
  for (const RunChange& change : line_.changes) {
    if (change.step > step()) break;
    if (change.kind == RunChange::Kind::edit) result.try_emplace({change.text, change.index}, change.before);
    if (change.kind == RunChange::Kind::restore) result.erase({change.text, change.index});
  }
  return result;
}

TrainingRun::Edited TrainingRun::edited_values() const {
  Edited result;
  for (const RunChange& change : line_.changes) {
    if (change.step > step()) break;
    if (change.kind == RunChange::Kind::edit) result[{change.text, change.index}] = change.value;
    if (change.kind == RunChange::Kind::restore) result.erase({change.text, change.index});
  }
  return result;
}

}  // namespace striate
