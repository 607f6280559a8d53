#include "engine/training/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace striate {
namespace {

int64_t bytes_of(const Keyframe& keyframe) {
  return static_cast<int64_t>((keyframe.weights.size() + keyframe.running.size()) * sizeof(float) + sizeof(Keyframe));
}

std::string field(float value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

}  // namespace

void History::add(const StepRecord& record) {
  if (!steps_.empty() && record.step <= steps_.back().step) cut(record.step - 1);
  steps_.push_back(record);
}

bool History::wants_keyframe(int64_t step) const { return step % distance_ == 0 && !keyframes_.contains(step); }

void History::add_keyframe(Keyframe keyframe) {
  const int64_t step = keyframe.step;
  const auto [place, fresh] = keyframes_.insert_or_assign(step, std::move(keyframe));
  if (fresh) bytes_ += bytes_of(place->second);
  while (bytes_ > budget_ && keyframes_.size() > 2) {
    distance_ *= 2;
    for (auto it = std::next(keyframes_.begin()); it != std::prev(keyframes_.end());) {
      if (it->first % distance_ == 0) {
        ++it;
        continue;
      }
      bytes_ -= bytes_of(it->second);
      it = keyframes_.erase(it);
    }
  }
}

const Keyframe* History::at_or_before(int64_t step) const {
  auto it = keyframes_.upper_bound(step);
  return it == keyframes_.begin() ? nullptr : &std::prev(it)->second;
}

void History::cut(int64_t step) {
  steps_.erase(std::upper_bound(steps_.begin(), steps_.end(), step,
                                [](int64_t s, const StepRecord& record) { return s < record.step; }),
               steps_.end());
  evaluations_.erase(std::remove_if(evaluations_.begin(), evaluations_.end(),
                                    [&](const EvaluationRecord& record) { return record.step > step; }),
                     evaluations_.end());
  for (auto it = keyframes_.upper_bound(step); it != keyframes_.end(); it = keyframes_.erase(it)) {
    bytes_ -= bytes_of(it->second);
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
