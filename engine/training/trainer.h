// Training, one phase at a time: batch, forward, loss, backward, update. Synchronous, without threads of its own.
// Tests, the command line and slow motion in the window use this very machine.
//
// Words: a sample is one picture; a batch is the samples of one step; a step is one update of the weights; an epoch is
// as many samples as the training part has. Samples come in a stream of shuffled epochs: each is seen exactly once per
// epoch, and a batch may begin in one epoch and end in the next.
//
// Everything is a function of settings, data and seed: same seed, same device, same bits, whatever the number of
// threads and however often training stopped and went on (checkpoint.h).
//
// After the constructor no step allocates device memory. On a GPU the step is captured once as a graph and replayed by
// step().
//
// Checks for NaN are immediate or deferred (TrainerSettings::deferred_checks). Deferred ones wait for nothing: step()
// only queues work, and the results of many steps are read together, when somebody asks for them. A step that went
// wrong is then found late, so a copy of the whole state of the last reading lies on the device: the state of before
// that step is made from it again, bit for bit, by doing the steps in between once more. Keyframes that step() makes on
// a GPU stay there until then, too.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "engine/training/data/dataset.h"
#include "engine/training/history.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/schedule.h"
#include "kernels/error.h"
#include "kernels/graph.h"
#include "kernels/optimizer.h"

namespace striate {

enum class Phase { batch, forward, loss, backward, update };
const char* phase_name(Phase phase);

struct TrainerSettings {
  int batch = 64;
  Loss loss = Loss::cross_entropy;
  OptimizerSettings optimizer;
  double rate = 1e-3;
  Schedule schedule;
  // What stands beside the loss and the optimizer; 0: nothing of the kind. The loss that is shown and kept is the mean
  // over the batch with smoothed labels; penalties (this one and the optimizer's decay) are not in it. Evaluations
  // never smooth.
  double l1 = 0;               // penalty l1 * (sum of |w|) of all trained weights, biases included, as decay's
  double label_smoothing = 0;  // from 0 to 1, only with cross-entropy: a class's target is (1 - e) and e / K for each
  // The gradients, L1's with them and decay's not, are scaled to at most this norm of all of them together. It is
  // summed in double precision in the order of array_statistics() (kernels/metrics.h), whatever the number of threads.
  double clip_norm = 0;
  uint64_t seed = 1;
  Initializer initializer = Initializer::pytorch;
  LayerSet frozen = 0;  // these layers keep their weights and compute as in evaluation (Plan::frozen)
  Augment augment;      // may be empty
  int64_t history_budget = int64_t{256} << 20;
  bool keyframes = true;        // weights of earlier steps in the history
  int measure_norms_every = 0;  // steps between two measurements of the norms; 0: never
  // Whether step() reads results and looks for NaN only now and then. Unless set: on a GPU, where waiting costs most.
  std::optional<bool> deferred_checks;
};

// Throws Error: a value outside its range, label smoothing with another loss than cross-entropy.
void check_regularization(Loss loss, double l1, double label_smoothing, double clip_norm);

class Trainer {
 public:
  // Plans the network for this batch, checks that data, network and loss fit each other (throws Error that says what
  // does not), draws the starting weights. network and data must outlive the trainer. `training`: the samples to learn
  // from. Continue from weights that are there with keep_weights.
  Trainer(Stream& stream, Network& network, const Dataset& data, std::vector<int64_t> training,
          Normalization normalization, const TrainerSettings& settings, bool keep_weights = false);
  ~Trainer();

  Phase next_phase() const { return phase_; }
  // Does the next phase and returns which it was. Throws Error where a value is NaN or infinite: the step, the layer
  // where it first appeared, what usually helps; at the loss or the backward phase of that step, or, with deferred
  // checks, when it is found. All that a step changes is then as it was before that step: weights, buffers, optimizer,
  // counters, step, samples; so it can be begun again, and a state saved now resumes bit for bit.
  Phase advance();
  // The rest of the current step, or a whole one. Errors as of advance().
  void step();

  int64_t steps() const { return step_; }  // finished ones
  int64_t samples_seen() const { return samples_; }
  double epoch() const;                           // epochs finished, with the part of the current one
  int64_t steps_per_epochs(double epochs) const;  // the steps after which so many epochs are complete
  double images_per_second() const;               // over the last 50 steps; 0 before there are any

  float loss();      // of the last loss phase; NaN before the first. Waits for it.
  float accuracy();  // of the same batch
  float rate() const { return current_rate_; }
  // The norm of the gradients before they were clipped, of the last backward phase; NaN where nothing is clipped or
  // before the first. Waits for it.
  float gradient_norm();
  const std::vector<int64_t>& batch_indices() const { return indices_; }  // samples of the current batch
  std::vector<int32_t> batch_labels() const { return labels_; }
  TensorView probabilities() const;  // (N, K), softmax of the logits; only with Loss::cross_entropy, else empty

  const TrainerSettings& settings() const { return settings_; }
  // From the next step on.
  void set_rate(double rate) { settings_.rate = rate; }
  void set_schedule(const Schedule& schedule) { settings_.schedule = schedule; }

  Network& network() { return *network_; }
  Stream& stream() { return *stream_; }
  const Dataset& data() const { return *data_; }
  const std::vector<int64_t>& training() const { return training_; }
  const Normalization& normalization() const { return normalization_; }
  // All steps so far, their results fetched. Never throws: an error that is found by fetching is thrown by the next
  // advance() or step(), and the state is at once that of before the step where it happened.
  History& history();
  // This moment, whole. Between two steps only.
  Keyframe keyframe();
  // Back to a keyframe of this training; what follows has the same bits as the first time. Activations and gradients
  // become 0, as before the first step. The history stays as it is: cut() it to go another way from here.
  void go_back(const Keyframe& keyframe);

  // To be called after labels of the data set became others, between two steps or before going back, with the samples
  // that are left out from then on. No step reads those: where the shuffled order has one, another of the training part
  // takes its place, drawn anew for each time from all that are not left out. Throws Error where none is.
  void labels_were_changed(const std::set<int64_t>& left_out);

  // To be called after somebody else wrote weights, between two steps: what deferred checks go back to has them, too.
  void weights_were_written();

  // The training state beside weights and running statistics: what checkpoint.h saves. Between two steps only.
  struct State {
    int64_t step = 0, samples = 0;
    int32_t optimizer_steps = 0;
    std::vector<uint64_t> counters;  // of Network::read_counters()
  };
  State state();
  void restore(const State& state);  // and the weights and optimizer tensors have been written to the network

  // Writes normalized samples, in parallel, to (size, shape): what a batch phase does.
  static void read_samples(const Dataset& data, const std::vector<int64_t>& indices, const Normalization& normalization,
                           const Augment& augment, uint64_t seed, uint64_t first_draw, float* pixels);

 private:
  struct Memory;  // device memory of the loop
  void check_fit() const;
  void do_batch();
  void do_forward();
  void do_loss();
  void do_backward();
  void do_update();
  bool changes_gradients() const { return settings_.l1 > 0 || settings_.clip_norm > 0; }
  void change_gradients();  // into Memory::changed: what the optimizer takes, the network's own stay as they are
  void finish_step();
  void fetch_results();  // deferred checks: the results of the steps since the last time
  void remember();       // deferred checks: the present state, to begin again from
  void go_before(const std::vector<StepRecord>& records, size_t broken, float loss);
  void throw_found();
  void keep_weights_if_due();
  void read_kept_keyframes(int64_t last_step = std::numeric_limits<int64_t>::max());  // later ones stay there
  void set_state(const State& state);
  void measure_norms_if_due(StepRecord& record);
  void write_rate();
  Error not_finite(float loss);
  [[noreturn]] void stop_not_finite();
  int64_t sample_at(int64_t position);  // its place in training_
  void make_resident();
  void send_labels();

  Stream* stream_;
  Network* network_;
  const Dataset* data_;
  std::vector<int64_t> training_;
  Normalization normalization_;
  TrainerSettings settings_;
  bool deferred_;  // checks for NaN
  Phase phase_ = Phase::batch;
  int64_t step_ = 0, samples_ = 0;
  float current_rate_ = 0;
  std::vector<int64_t> indices_;
  std::vector<int32_t> labels_;
  std::vector<int32_t> order_;  // of training_, in order_epoch_
  int64_t order_epoch_ = -1;
  std::vector<double> finished_at_;  // seconds, of the last 51 steps
  History history_;
  std::unique_ptr<Memory> memory_;
};

namespace detail {
// For tests: what TrainerSettings::deferred_checks means where it is not set. Empty: true on a GPU.
void defer_checks(std::optional<bool> deferred);
}  // namespace detail

}  // namespace striate
