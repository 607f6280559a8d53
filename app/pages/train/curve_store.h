// The curves of a run, grown from snapshots: only what is new is copied, whatever the number of steps.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/widgets/curves.h"
#include "app/worker/train_snapshot.h"

namespace striate {

class CurveStore {
 public:
  using Points = std::vector<std::pair<double, double>>;  // (step, value)

  void sync(const TrainSnapshot& now);
  double first() const { return first_; }  // the step of value 0
  const CurveValues& loss() const { return loss_; }
  const CurveValues& accuracy() const { return accuracy_; }
  struct Split {
    Points loss, accuracy;
  };
  const std::map<std::string, Split>& splits() const { return splits_; }  // "test", "validation"

 private:
  uint64_t run_ = 0;
  double first_ = 1;
  CurveValues loss_, accuracy_;
  std::shared_ptr<const std::vector<EvaluationRecord>> evaluations_;
  std::map<std::string, Split> splits_;
};

// A window as commands write it: "all", or the first and the last step. None: the text is neither.
std::string window_text(const CurveWindow& window);
std::optional<CurveWindow> parse_window(const std::string& text);

}  // namespace striate
