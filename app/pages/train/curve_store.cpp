#include "app/pages/train/curve_store.h"

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
      // Going back and on again may measure a step twice.
      if (!split.loss.empty() && split.loss.back().first >= step) continue;
      split.loss.emplace_back(step, record.loss);
      split.accuracy.emplace_back(step, record.accuracy);
    }
  }
}

}  // namespace striate
