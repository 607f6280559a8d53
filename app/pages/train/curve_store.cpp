#include "app/pages/train/curve_store.h"

#include "app/command/registry.h"

namespace striate {

void CurveStore::sync(const TrainSnapshot& now) {
  const TrainCurves& curves = now.curves;
  if (now.run != run_ || curves.size < loss_.size()) {
    loss_.clear();
    accuracy_.clear();
    run_ = now.run;
  }
  if (curves.size > 0) first_ = static_cast<double>(curves.at(0).step);
  for (int64_t i = loss_.size(); i < curves.size; ++i) {
    const StepRecord& record = curves.at(i);
    loss_.push(record.loss);
    accuracy_.push(record.accuracy);
  }
  if (evaluations_ != now.curves.evaluations) {
    evaluations_ = now.curves.evaluations;
    splits_.clear();
    if (!evaluations_) return;
    for (const EvaluationRecord& record : *evaluations_) {
      Split& split = splits_[record.split];
      const auto step = static_cast<double>(record.step);
      // Whoever goes back measures earlier steps later, and some twice.
      const int64_t before = at_or_before(split.loss, step);
      if (before >= 0 && split.loss[static_cast<size_t>(before)].first == step) continue;
      split.loss.insert(split.loss.begin() + (before + 1), {step, record.loss});
      split.accuracy.insert(split.accuracy.begin() + (before + 1), {step, record.accuracy});
    }
  }
}

std::string window_text(const CurveWindow& window) {
  return window.all() ? "all" : to_text(window.from) + ' ' + to_text(window.to);
}

std::optional<CurveWindow> parse_window(const std::string& text) {
  const std::vector<std::string> words = split_words(text);
  if (words.size() == 1 && words[0] == "all") return CurveWindow();
  CurveWindow window;
  if (words.size() == 2 && parse_number(words[0], &window.from) && parse_number(words[1], &window.to) &&
      window.from < window.to) {
    return window;
  }
  return std::nullopt;
}

}  // namespace striate
