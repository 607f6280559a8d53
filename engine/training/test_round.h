// One measurement of a network on the test part, in small pieces between training steps: with a copy of the weights as
// they were when it began, in a memory of its own, so that neither waits for the other and neither changes the other.
// The finished result has the same bits as Evaluator::evaluate() in one go.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/training/metrics.h"

namespace striate {

class TestRound {
 public:
  TestRound(Stream& stream, const Architecture& architecture, Loss loss);

  // Takes a copy of the weights; a round that was under way is dropped.
  void begin(Stream& stream, const Network& weights, int64_t step);
  bool under_way() const { return step_ >= 0; }
  int64_t step() const { return step_; }  // of the round that is under way; -1: none
  void drop() { step_ = -1; }
  // The next piece. True when that was the last one: result() is then whole and the round is over.
  bool advance(Stream& stream, const Dataset& data, const std::vector<int64_t>& indices,
               const Normalization& normalization);
  Evaluation& result() { return result_; }
  // Of a finished round: positions in `indices` whose class was not found, the most certain first.
  std::vector<int32_t> mistakes(const Dataset& data, const std::vector<int64_t>& indices) const;

 private:
  Evaluator evaluator_;
  int64_t step_ = -1;
  Evaluation result_;
};

}  // namespace striate
