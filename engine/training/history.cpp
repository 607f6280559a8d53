#include "engine/training/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace striate {
namespace {

std::string field(float value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

}  // namespace

int64_t Keyframe::bytes() const {
  return static_cast<int64_t>((weights.size() + running.size() + optimizer.size()) * sizeof(float) +
                              counters.size() * sizeof(uint64_t) + sizeof(Keyframe));
}

void History::add(const StepRecord& record) {
  if (!steps_.empty() && record.step <= steps_.back().step) return;
  steps_.push_back(record);
}

void History::add(const EvaluationRecord& record) {
  const auto place = std::lower_bound(evaluations_.begin(), evaluations_.end(), record,
                                      [](const EvaluationRecord& a, const EvaluationRecord& b) {
                                        return a.step != b.step ? a.step < b.step : a.split < b.split;
                                      });
  if (place != evaluations_.end() && place->step == record.step && place->split == record.split) {
    *place = record;
  } else {
    evaluations_.insert(place, record);
  }
}

int64_t History::bytes() const {
  // Twice the records: whoever draws the curves has a copy of them.
  return bytes_ + static_cast<int64_t>(2 * steps_.size() * sizeof(StepRecord) +
                                       2 * evaluations_.size() * sizeof(EvaluationRecord));
}

bool History::wants_keyframe(int64_t step) const { return step % distance_ == 0 && !keyframes_.contains(step); }

void History::add_keyframe(Keyframe keyframe) {
  const int64_t step = keyframe.step;
  std::shared_ptr<const Keyframe>& place = keyframes_[step];
  if (place) bytes_ -= place->bytes();
  place = std::make_shared<const Keyframe>(std::move(keyframe));
  bytes_ += place->bytes();
  set_budget(budget_);
}

void History::set_budget(int64_t bytes) {
  budget_ = bytes;
  while (this->bytes() > budget_ && thin()) {
  }
}

bool History::thin() {
  if (keyframes_.size() <= 2) return false;
  distance_ *= 2;
  for (auto it = std::next(keyframes_.begin()); it != std::prev(keyframes_.end());) {
    if (it->first % distance_ == 0) {
      ++it;
      continue;
    }
    bytes_ -= it->second->bytes();
    it = keyframes_.erase(it);
  }
  return true;
}

const Keyframe* History::at_or_before(int64_t step) const {
  auto it = keyframes_.upper_bound(step);
  return it == keyframes_.begin() ? nullptr : std::prev(it)->second.get();
}

const StepRecord* History::find(int64_t step) const {
  if (steps_.empty() || step < steps_.front().step || step > steps_.back().step) return nullptr;
  return &steps_[static_cast<size_t>(step - steps_.front().step)];
}

void History::cut(int64_t step) {
  steps_.erase(std::upper_bound(steps_.begin(), steps_.end(), step,
                                [](int64_t s, const StepRecord& record) { return s < record.step; }),
               steps_.end());
  evaluations_.erase(std::remove_if(evaluations_.begin(), evaluations_.end(),
                                    [&](const EvaluationRecord& record) { return record.step > step; }),
                     evaluations_.end());
  for (auto it = keyframes_.upper_bound(step); it != keyframes_.end(); it = keyframes_.erase(it)) {
    bytes_ -= it->second->bytes();
  }
}

std::string History::csv() const {
  std::string text = "step,loss,accuracy,rate,gradient_norm,weight_norm\n";
  for (const StepRecord& r : steps_) {
    text += fmt::format("{},{},{},{},{},{}\n", r.step, field(r.loss), field(r.accuracy), field(r.rate),
                        field(r.gradient_norm), field(r.weight_norm));
  }
  return text;
}

}  // namespace striate
