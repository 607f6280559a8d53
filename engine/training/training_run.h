// A training as a person runs it: begun from a config, changed while it runs, looked at in any earlier step, branched.
// Everything is a function of the config and of the changes, each of which belongs to a step: the same ones give the
// same bits, whenever and however fast it runs. No threads of its own.
//
// A branch goes another way from an earlier step. The way that was left is kept as a line of its own, whole, and can be
// gone back to; all lines together keep to the history's budget of memory.
//
// training_run.cpp: beginning, moving.  training_run_changes.cpp: changes.  training_run_lines.cpp: lines, files.
//
// A change belongs to the step after which it was made: it acts from the next step on. Going back to an earlier step
// takes the nearest keyframe before it and does the steps in between again, changes included, so that everything that
// the earlier step left in the network's tensors stands there again, bit for bit.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/training/history.h"
#include "engine/training/metrics.h"
#include "engine/training/schedule.h"
#include "engine/training/split.h"
#include "engine/training/trainer.h"
#include "engine/training/training_labels.h"

namespace striate {

class SafeTensors;
class SafeTensorsWriter;

// What a run begins with, as texts that commands, saved files and the command line use.
struct TrainingConfig {
  std::string data = "digits";     // engine/training/data/sources.h
  std::string model = "tiny";      // a name of engine/network/models.h or an architecture's text
  std::string optimizer = "adam";  // engine/training/optimizer_settings.h
  double rate = 0;                 // 0: the optimizer's usual one
  std::string schedule;            // engine/training/schedule.h; empty: the usual one
  std::string loss = "cross-entropy";
  double l1 = 0, label_smoothing = 0, clip_norm = 0;  // TrainerSettings; 0: nothing of the kind
  int batch = 64;
  uint64_t seed = 1;
  std::string split = "0.8,0.1,0.1";
  std::string augment;  // engine/training/data/augment.h; empty: none
  std::string initializer = "pytorch";
  std::string weights;        // a file of weights to begin with (starting_weights.h); empty: drawn from the seed
  bool partial = false;       // of them what fits
  int head = 0;               // a new last layer of so many outputs (engine/network/head.h); 0: the model's own
  std::string freeze;         // layers that keep their weights (engine/network/layer_set.h)
  std::string normalization;  // Normalization's text; empty: measured from the training part
  std::string split_by;       // "region" (split.h); empty: by sample
  std::string base;           // transfer/base_network.h: what `model` begins with, whose weights it begins with
  double wrong_labels = 0;    // share of the training part whose labels are made wrong on purpose (training_labels.h)
  std::string labels;         // of pictures that a person relabeled or left out, as text (training_labels.h)
  int64_t examples = 0;  // so many samples of each class are learned from, the rest is the test part; 0: as `split`
  friend bool operator==(const TrainingConfig&, const TrainingConfig&) = default;
};

// The data set of a config. Throws Error; `progress` as in SourceOptions.
std::shared_ptr<const Dataset> open_run_data(const TrainingConfig& config,
                                             const std::function<bool(int64_t, int64_t)>& progress = nullptr);
// Whether two configs read the very same samples.
bool same_data(const TrainingConfig& a, const TrainingConfig& b);
// The network of a config for these pictures, with its new head. Throws Error where they don't fit each other.
Architecture config_architecture(const TrainingConfig& config, const Dataset& data);
// What a config says of a training besides the network and the data.
TrainerSettings config_settings(const TrainingConfig& config, const Architecture& architecture,
                                int64_t training_samples);
Normalization config_normalization(const TrainingConfig& config, const Dataset& data, const Split& split);
Split config_split(const TrainingConfig& config, const Dataset& data);
// The data set with the labels that a config learns from. Throws Error: changed labels that the data has not.
std::shared_ptr<TrainingLabels> config_labels(const TrainingConfig& config, std::shared_ptr<const Dataset> data,
                                              const Split& split);
// Checks what can be checked without the data: every text parses. Throws Error.
void check_config(const TrainingConfig& config);

// The schedule of a config: its own, or the usual one for a training part of so many samples. Throws Error.
Schedule schedule_of(const TrainingConfig& config, int64_t training_samples);

// Something a person changed after `step` finished steps.
struct RunChange {
  enum class Kind { rate, schedule, edit, restore, labels };
  int64_t step = 0;
  Kind kind = Kind::rate;
  double rate = 0;    // rate
  std::string text;   // schedule, labels: its text. edit, restore: the weight's tensor, "0.weight"
  int64_t index = 0;  // in the tensor
  float value = 0;    // what was written there; restore: the trained value, again
  float before = 0;   // edit: what stood there
};

// One way through a training: the first, or what a branch began. A branch keeps the way that it left.
struct Branch {
  int number = 1;                  // 1: the first; every branch counts one up
  int parent = 0;                  // the line that it left; 0: none
  int64_t from = 0;                // after this step
  int64_t first = 0;               // the steps that it can show: 0, or that of the file it was opened from,
  int64_t newest = 0;              // to this one
  double first_rate = 0;           // of the step `first`
  Schedule first_schedule;         // likewise
  std::string first_labels;        // likewise
  std::vector<RunChange> changes;  // in the order of their steps
};

class TrainingRun {
 public:
  // Throws Error where config and data do not fit each other. `stream` must outlive the run.
  TrainingRun(Stream& stream, const TrainingConfig& config, std::shared_ptr<const Dataset> data,
              int64_t history_budget = int64_t{256} << 20);
  ~TrainingRun();
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  // What save() wrote: goes on with the same bits as if it had not stopped. `data`: opens the data set of the file's
  // config. Throws Error.
  static std::unique_ptr<TrainingRun> open(
      Stream& stream, const std::string& path,
      const std::function<std::shared_ptr<const Dataset>(const TrainingConfig&)>& data,
      int64_t history_budget = int64_t{256} << 20);
  // A model with its training state and the config (checkpoint.h), as the present step began; with the curves of all
  // steps and the newest step of every other line (history_file.h). Throws Error.
  void save(const std::string& path);

  const TrainingConfig& config() const { return config_; }  // as it began
  const std::string& file() const { return file_; }  // that it was opened from; empty: it began with drawn weights
  TrainingConfig config_now();                       // with the rate and schedule of the present step
  const Architecture& architecture() const;
  const std::shared_ptr<const Dataset>& data() const { return data_; }
  // The same with the labels that the present step learns from. For who shares the run's thread.
  const TrainingLabels& labels() const { return *labels_; }
  const std::shared_ptr<const Split>& split() const { return split_; }
  const Normalization& normalization() const { return trainer_->normalization(); }
  Trainer& trainer() { return *trainer_; }
  Network& network() { return network_; }
  Stream& stream() { return *stream_; }
  // What accuracy is measured on: the test part, or the validation part where there is none, or the training part.
  const std::vector<int64_t>& test_indices() const;
  const char* test_split() const;

  int64_t first_step() const { return line_.first; }  // 0, or that of the file it was opened from
  int64_t step() const { return trainer_->steps(); }
  int64_t newest() const { return line_.newest; }
  Phase next_phase() const { return trainer_->next_phase(); }
  int64_t steps_per_epoch() const { return trainer_->steps_per_epochs(1); }
  // Of the batch that made the present step or, from the loss phase of a step on, of its own batch. NaN: none yet.
  struct Scalars {
    float loss = kNotMeasured, accuracy = kNotMeasured, rate = kNotMeasured;
    float gradient_norm = kNotMeasured;  // before clipping, from the backward phase on; only where it clips
  };
  Scalars scalars();
  // The draw number of the first sample of the batch that stands in the network: what augmentation is a function of.
  uint64_t batch_draw() const;

  // The next phase, or the rest of the present step. Beyond newest() the run grows; before it, steps are done again.
  // Where a loss or a gradient is no number: throws Error, and the run stands where the step began.
  Phase advance();
  void advance_step();
  // To this step, exactly. keep_going is asked after each step that is done again; false stops there. Returns whether
  // the step was reached. Throws Error: no step between first_step() and newest().
  bool go_to(int64_t step, const std::function<bool()>& keep_going = nullptr);
  // From the present step on it goes another way. What came after it is kept as a line (or not: forgotten).
  void branch(bool keep_future = true);
  const Branch& line() const { return line_; }  // the present one
  std::vector<Branch> other_branches() const;   // those that were left, in the order of their numbers
  // Goes on with another line; the present one is kept. It then stands at a keyframe of that line: go_to(newest())
  // shows where it was left. Throws Error: no such line.
  void take_line(int number);
  int64_t history_bytes();  // of all lines, never more than the budget (two keyframes of each are always kept)

  // Changes, only at the newest step: an earlier one throws Error and says to branch. In the middle of a step a rate or
  // schedule acts on the step's own update; editing a weight begins the step again.
  void set_rate(double rate);
  void set_schedule(const std::string& text);
  // The labels that a person changed, all of them, as text (training_labels.h); in the middle of a step it begins
  // again.
  void set_labels(const std::string& text);
  void edit(const std::string& tensor, int64_t index, float value);
  void restore(const std::string& tensor, int64_t index);  // back to what stood there before the first edit
  float weight(const std::string& tensor, int64_t index);  // throws Error: no such tensor or index
  const std::vector<RunChange>& changes() const { return line_.changes; }
  void set_changes(std::vector<RunChange> changes) {
    line_.changes = std::move(changes);
  }  // of a run that has not begun
  // Weights that differ from their trained values because of an edit, with the value to go back to.
  using Edited = std::map<std::pair<std::string, int64_t>, float>;
  Edited edited() const;
  Edited edited_values() const;  // the same, with the values that were written

 private:
  struct LeftBranch {
    Branch line;
    History history;
  };
  TrainingRun(Stream& stream, const TrainingConfig& config, std::shared_ptr<const Dataset> data, int64_t history_budget,
              const std::string& file);
  void begin_step();
  void step_is_done();
  bool do_again(int64_t step, const std::function<bool()>& keep_going);
  void recover();
  void apply(const RunChange& change);
  void apply_changes_at(int64_t step);
  void use_labels(const std::string& text);
  void settings_at(int64_t step);
  void need_newest() const;
  const NamedTensor& weight_tensor(const std::string& tensor, int64_t index) const;
  void write_weight(const std::string& tensor, int64_t index, float value);
  void begin_again();
  void keep_newest();
  LeftBranch leave();
  void share_budget();
  void add_lines(SafeTensorsWriter& writer);
  void read_lines(const SafeTensors& file, const std::string& path);

  Stream* stream_;
  TrainingConfig config_;
  std::string file_;
  int64_t history_budget_;
  std::shared_ptr<const Dataset> data_;
  std::shared_ptr<const Split> split_;
  std::shared_ptr<TrainingLabels> labels_;
  Network network_;
  std::unique_ptr<Trainer> trainer_;
  double config_rate_ = 0;  // what the config's rate and schedule mean
  Schedule config_schedule_;
  Branch line_;
  std::vector<LeftBranch> left_;
  int last_line_ = 1;  // the highest number of a line
  Keyframe begin_;     // where the present step began, once it is done by phases
};

}  // namespace striate
