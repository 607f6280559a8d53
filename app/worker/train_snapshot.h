// What the window sees of a training: an immutable picture of one moment, made by the trainer thread between two phases
// (trainer_thread.h) and handed over whole. Holds copies of what was subscribed to and of nothing else; parts that did
// not change are shared with the snapshot before. The window never touches a live tensor.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/drawing/prepare_input.h"
#include "engine/error.h"
#include "engine/network/network.h"
#include "engine/session/trained_network.h"
#include "engine/training/data/dataset.h"
#include "engine/training/history.h"
#include "engine/training/metrics.h"
#include "engine/training/split.h"
#include "engine/training/trainer.h"
#include "engine/training/training_run.h"

namespace striate {

// A tensor by kind and name (network.h): {TensorKind::weight, "0.weight"}.
using TensorKey = std::pair<TensorKind, std::string>;

// What visible widgets want to see; only this is copied.
struct TrainSubscription {
  std::set<TensorKey> tensors;   // of the training batch; activations and their gradients: all samples of it
  bool probe = false;            // every activation of the probe picture
  bool probe_gradients = false;  // and the gradient of each, of the loss for the probe's own class
  bool batch = false;            // the pictures that are being learned
  bool test = false;             // predictions for the test part, renewed as time allows
  bool labels = false;           // predictions for the training part with its labels, renewed likewise
  bool norms = false;            // of weights and gradients
  bool dead_units = false;
  bool weights = false;  // all of them, with the running statistics
  bool kept = false;     // the same after every step that is kept
  friend bool operator==(const TrainSubscription&, const TrainSubscription&) = default;
};

struct TensorValues {
  NamedTensor tensor;
  std::vector<float> values;  // in the tensor's shape
};
using TensorValuesPtr = std::shared_ptr<const TensorValues>;

// The scalars of all steps so far, in pieces that never change once they are full, so that a snapshot is cheap.
struct TrainCurves {
  static constexpr int64_t kPiece = 1024;
  std::vector<std::shared_ptr<const std::vector<StepRecord>>> pieces;  // all full but the last
  int64_t size = 0;                                                    // steps in all
  std::shared_ptr<const std::vector<EvaluationRecord>> evaluations;    // never null
  const StepRecord& at(int64_t i) const {
    return (*pieces[static_cast<size_t>(i / kPiece)])[static_cast<size_t>(i % kPiece)];
  }
};

// One picture going through the network in evaluation mode, with the weights that are shown.
struct TrainProbe {
  std::string name;                                       // "test picture 12", or a file's name
  int label = -1;                                         // its class; -1: not known
  Shape shape;                                            // (C, H, W)
  std::vector<float> pixels;                              // 0..1, before normalization
  std::shared_ptr<const std::vector<InputStage>> stages;  // how a picture became these pixels; null: it is none
  std::vector<TensorValuesPtr> activations;               // per node, N = 1; [0] the normalized input
  std::vector<TensorValuesPtr> gradients;  // per node, of the loss for `label`; null where not asked for or no label
  std::vector<float> probabilities;        // of the classes
  int predicted() const;                   // the most likely class; -1: no probabilities
};

// A picture of the window's own that becomes the probe: a drawing, an opened file.
struct ProbePicture {
  std::string name;                                                 // "drawing", or a file's name
  int label = -1;                                                   // its class, where it is known
  Shape shape;                                                      // (C, H, W): the network's input
  std::vector<float> pixels;                                        // 0..1, before normalization
  std::shared_ptr<const std::vector<InputStage>> stages = nullptr;  // how it was prepared, where that is known
};

// The batch of the present step.
struct TrainBatch {
  Shape shape;                   // (C, H, W)
  std::vector<int64_t> indices;  // in the data set
  std::vector<int32_t> labels;
  std::vector<float> original;       // (N, shape) 0..1, as the data set has them
  std::vector<float> augmented;      // (N, shape) 0..1, as the network sees them, before normalization
  std::vector<float> probabilities;  // (N, K); empty before the forward and loss phases of this step
};

// The network's answers for the test part, after `step` steps.
struct TrainTest {
  int64_t step = 0;
  std::string split;              // "test", or "validation" where there is no test part
  std::vector<int64_t> indices;   // in the data set
  std::vector<int32_t> labels;    // per index
  Evaluation evaluation;          // predicted, probability per index; confusion
  std::vector<int32_t> mistakes;  // positions in `indices` that are wrong, the most certain first
};

// The network's answers for the training part, after `step` steps, judged by the labels that it learns from: what
// find_mislabeled() (engine/training/mislabeled.h) asks for, with the split's training part as samples.
struct TrainLabels {
  int64_t step = 0;
  Evaluation evaluation;                         // predicted, probability and loss per sample
  std::shared_ptr<const TrainingLabels> labels;  // as they were then
};

// A line of the run that was left (training_run.h).
struct TrainLine {
  int number = 1;
  int parent = 0;    // the line that it left; 0: none
  int64_t from = 0;  // after this step
  int64_t newest = 0;
};

struct TrainSnapshot {
  uint64_t version = 0;   // counts up
  uint64_t commands = 0;  // that were done before, of those that the thread was given

  enum class Status {
    empty,      // no run yet
    preparing,  // data are read: see progress
    paused,
    running,
    failed,  // training stopped with `error`; what was learned is kept, and it can go on after a change
  };
  Status status = Status::empty;
  float progress = 0;          // of preparing, 0 to 1
  std::optional<Error> error;  // of preparing or of training
  std::string device;          // "CPU, 2 threads", "NVIDIA ..."

  // The run. Null and empty while there is none.
  uint64_t run = 0;  // counts up with every new run or branch
  std::shared_ptr<const TrainingConfig> config;
  std::shared_ptr<const Architecture> architecture;
  std::shared_ptr<const Dataset> data;  // for pictures of samples; const functions may be called from any thread
  std::shared_ptr<const Split> split;
  Normalization normalization;

  // Where it is. Everything below belongs to this step.
  int64_t first_step = 0;           // 0, or that of the file that the run was opened from
  int64_t step = 0;                 // finished steps
  int64_t newest_step = 0;          // > step: an earlier moment is shown
  Phase next_phase = Phase::batch;  // the one that comes next; batch: between two steps
  double epoch = 0;
  int64_t steps_per_epoch = 0;
  float loss = kNotMeasured, accuracy = kNotMeasured, rate = kNotMeasured;  // of the step's batch
  float gradient_norm = kNotMeasured;  // before it was clipped; only where gradients are
  double images_per_second = 0;
  TrainCurves curves;                         // of all steps up to newest_step
  std::shared_ptr<const TrainTest> test;      // may be null, or of an earlier step (test->step)
  std::shared_ptr<const TrainLabels> labels;  // likewise; null: nobody asked

  std::map<TensorKey, TensorValuesPtr> tensors;
  std::shared_ptr<const TrainProbe> probe;
  std::shared_ptr<const TrainBatch> batch;
  std::vector<Norm> norms;
  std::vector<DeadUnits> dead_units;
  std::shared_ptr<const AllWeights> weights;  // null: nobody asked
  std::shared_ptr<const std::vector<KeptMoment>> kept;
  std::set<TensorKey> edited;  // weights that a person changed: they have a trained value to go back to
  std::map<std::pair<std::string, int64_t>, float> edits;  // the same one by one: tensor and index, what was written

  // How it came here: the same once more gives the same bits. Empty `file`: from `start`.
  std::shared_ptr<const TrainingConfig> start;
  std::string file;
  std::shared_ptr<const std::vector<RunChange>> changes;

  int line = 1;                  // the number of the line that is shown and goes on
  std::vector<TrainLine> lines;  // the others

  // A second run from the same start with one thing changed, kept at the same step; null: none. Its status failed: it
  // stands where `error` happened, and this one goes on.
  std::shared_ptr<const TrainSnapshot> other;
  std::string other_change;  // "rate 0.1": what is different in it

  const TensorValues* tensor(TensorKind kind, const std::string& name) const {
    const auto found = tensors.find({kind, name});
    return found == tensors.end() ? nullptr : found->second.get();
  }
};
using TrainSnapshotPtr = std::shared_ptr<const TrainSnapshot>;

}  // namespace striate
