// What a Trainer holds on its device. Private to trainer.cpp and trainer_data.cpp.
#pragma once

#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "engine/error.h"
#include "engine/training/loss_head.h"
#include "engine/training/trainer.h"
#include "kernels/graph.h"
#include "kernels/metrics.h"
#include "kernels/optimizer.h"
#include "kernels/staging.h"

namespace striate {

struct Trainer::Memory {
  Memory(Stream& stream, Loss loss, int n, int k, double smoothing) : head(stream, loss, n, k, smoothing) {}

  LossHead head;
  // Beside the loss and the correct predictions: 1 once a loss or a gradient was not finite.
  int32_t* found_inf() { return reinterpret_cast<int32_t*>(head.results() + LossHead::kResults); }
  float* gradient_norm() { return head.results() + LossHead::kResults + 1; }  // NaN where nothing is clipped
  static constexpr int kRow = 4;  // floats from head.results() that are kept for every step
  Buffer<StepState> state;
  Buffer<int32_t> pieces;          // of find_not_finite()
  Buffer<float> running;           // as they were before the step
  std::vector<uint64_t> counters;  // likewise; where the step's phases are done one by one
  Buffer<ArrayStatistics> statistics;
  Buffer<uint8_t> statistics_scratch;
  Buffer<float> changed;  // the gradients with an L1 penalty, clipped; empty where neither is asked for
  Buffer<ArrayStatistics> clipped_norm;
  float rate = std::numeric_limits<float>::quiet_NaN();  // what stands in `state`

  // With deferred checks.
  static constexpr int64_t kRows = 1024;
  Buffer<float> rows;               // results of the steps since the last fetch_results()
  std::vector<StepRecord> pending;  // their records, without the results
  struct Remembered {               // the state before the first of them
    Trainer::State state;
    Buffer<float> weights, running, optimizer;
  } remembered;
  std::optional<Error> found;  // by fetch_results(), to be thrown where training is advanced
  // Keyframes that step() makes stay on the device until results are fetched, so that no step waits for one.
  static constexpr int64_t kMostKept = int64_t{64} << 20;  // bytes of them
  struct Kept {
    int64_t step = 0, samples = 0;
  };
  std::vector<Kept> kept;
  std::deque<Keyframe> kept_read;  // of those that were read, what is not in the history yet
  void make_room_for_keyframes(const Network& network);
  int64_t kept_most = 0;  // how many there is room for; below 2: none stays
  struct {
    Buffer<float> weights, running, optimizer;
    Buffer<StepState> state;
    Buffer<uint64_t> counters;
  } kept_arrays;

  // Samples that are left out; both empty: none is.
  std::vector<int32_t> kept_samples;  // places in the training part that are not
  std::vector<bool> left_out;         // by place in it

  // On a GPU only.
  Graph graph;
  bool ran_once = false;  // every kernel was loaded: now a step can be captured
  // All training samples, normalized, with their labels; empty where they are read anew for each batch.
  Buffer<float> samples;
  Buffer<float> sample_labels;  // int32 values, moved as 4 bytes
  Buffer<int32_t> window;       // which sample stands at positions window_begin ... of the stream of samples
  int64_t window_begin = 0, window_end = 0;
  // Where they are: a batch's pictures and labels on their way to the GPU.
  Staging pictures, labels;
};

}  // namespace striate
