// What happened while training: every scalar of every step, and the whole state of earlier steps ("keyframes") thinned
// to a memory budget, so that training can go back to any earlier step: to the nearest keyframe, and from there again
// (training_run.h). Thinning drops every second keyframe and doubles the distance between them; the first and the
// newest stay.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace striate {

constexpr float kNotMeasured = std::numeric_limits<float>::quiet_NaN();

// One training step, counted from 1: the step that turned the weights number step-1 into the weights number step.
struct StepRecord {
  int64_t step = 0;
  float loss = kNotMeasured;      // of its batch, before the update; mean over the batch
  float accuracy = kNotMeasured;  // of its batch
  float rate = kNotMeasured;
  // Where asked for. The gradients' where they are clipped: with their L1 penalty, before they were clipped.
  float gradient_norm = kNotMeasured, weight_norm = kNotMeasured;
};

// One evaluation of a split after `step` steps.
struct EvaluationRecord {
  int64_t step = 0;
  std::string split;  // "validation", "test", "training"
  double loss = 0, accuracy = 0;
  int64_t samples = 0;
};

// A moment between two steps, whole: what Trainer::go_back() needs to go on with the same bits.
struct Keyframe {
  int64_t step = 0;                                // after so many steps; 0: the starting weights
  std::vector<float> weights, running, optimizer;  // the network's arenas of these kinds
  int64_t samples = 0;                             // the rest is Trainer::State
  int32_t optimizer_steps = 0;
  std::vector<uint64_t> counters;
  int64_t bytes() const;
};

// Copies share their keyframes, which never change.
class History {
 public:
  using Keyframes = std::map<int64_t, std::shared_ptr<const Keyframe>>;

  explicit History(int64_t budget_bytes = int64_t{256} << 20) : budget_(budget_bytes) {}

  // A step that stands here already was only done again, and changes nothing: cut() first to go another way.
  void add(const StepRecord& record);
  void add(const EvaluationRecord& record);  // kept in the order of their steps; a second one of a step replaces it
  void set_steps(std::vector<StepRecord> steps) { steps_ = std::move(steps); }  // one after the other
  const std::vector<StepRecord>& steps() const { return steps_; }
  const StepRecord* find(int64_t step) const;  // null: not there
  const std::vector<EvaluationRecord>& evaluations() const { return evaluations_; }

  // Whether step `step` deserves a keyframe, as thin as they now are; then add_keyframe().
  bool wants_keyframe(int64_t step) const;
  void add_keyframe(Keyframe keyframe);
  const Keyframes& keyframes() const { return keyframes_; }
  const Keyframe* at_or_before(int64_t step) const;  // null: none
  int64_t keyframe_distance() const { return distance_; }
  int64_t bytes() const;  // of the keyframes and of the records
  int64_t budget() const { return budget_; }
  void set_budget(int64_t bytes);
  // Drops every second keyframe; the first and the newest stay. False: no other is left.
  bool thin();

  // Forgets everything after `step`: training goes on from there.
  void cut(int64_t step);
  // step,loss,accuracy,rate,gradient_norm,weight_norm with a header line; empty fields where nothing was measured.
  std::string csv() const;

 private:
  int64_t budget_, distance_ = 1, bytes_ = 0;
  std::vector<StepRecord> steps_;
  std::vector<EvaluationRecord> evaluations_;
  Keyframes keyframes_;
};

}  // namespace striate
