// What happens on the trainer's thread, without the thread: the run, its second run to compare with, the pace, the
// measurement on the test part, snapshots. TrainerThread (trainer_thread.h) calls one function after the other; none is
// called from anywhere else.
//
// train_worker.cpp: beginning a run, changes.  train_worker_moving.cpp: moving, lines, the second run.
// train_worker_probe.cpp: the probe.  train_worker_export.cpp: for other programs.  train_worker_advance.cpp: what goes
// on by itself, snapshots, autosave.
//
// Every command takes effect between two units of work: between two steps, or in slow motion between two phases.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/worker/train_snapshot.h"
#include "app/worker/train_snapshot_maker.h"
#include "engine/export/export_file.h"
#include "engine/training/test_round.h"
#include "engine/training/training_run.h"

namespace striate {

struct TrainPace {
  enum class Kind { fastest, batches, phases };
  Kind kind = Kind::fastest;
  double per_second = 10;  // batches or phases; no meaning for the fastest
};

// Where a training stands: `step` finished steps, and the phase that comes next.
struct TrainPlace {
  int64_t step = 0;
  Phase phase = Phase::batch;
  friend bool operator==(const TrainPlace&, const TrainPlace&) = default;
  bool before(const TrainPlace& other) const {
    return step != other.step ? step < other.step : static_cast<int>(phase) < static_cast<int>(other.phase);
  }
};

class TrainWorker {
 public:
  struct Hooks {
    std::function<bool()> stop_reading;             // whether reading data shall end
    std::function<bool()> waiting;                  // whether a command waits: long work pauses for it
    std::function<bool()> taken;                    // whether somebody took the last snapshot
    std::function<void(TrainSnapshotPtr)> publish;  // a snapshot is there
    std::function<double()> clock = {};             // seconds that never fall; the machine's, unless it is given
  };
  TrainWorker(Device device, Hooks hooks);
  ~TrainWorker();

  // ---- commands; throw Error and change nothing then ----
  void begin(const TrainingConfig& config);  // a new run, paused at its start; the one before is gone
  void open(const std::string& file);
  void save(const std::string& file);
  void export_network(const ExportTarget& target);  // as it would be saved
  void reset();                                     // no run
  void start();
  void pause();
  void step_phase();
  void step_batch();
  void step_epoch();
  void until(TrainPlace place);  // trains up to there, as fast as possible, and pauses
  void scrub(int64_t step);
  void branch();               // another way from the step that is shown; what came after it is kept as a line
  void take_line(int number);  // goes on with a line that was left, at its newest step
  // The run is put aside as it is, with all its lines, so that another may take its place; there may be several. Does
  // nothing without a run.
  void set_aside();
  void take_back(size_t which);  // the which-th that was put aside takes the place of the run; that one is gone
  void forget_asides();
  void set_pace(const TrainPace& pace) { pace_ = pace, due_ = 0; }
  void set_rate(double rate);
  void set_schedule(const std::string& text);
  void set_labels(const std::string& text);  // all that a person changed (training_labels.h)
  void edit(const std::string& tensor, int64_t index, float value);
  void restore(const std::string& tensor, int64_t index);
  // Exactly these weights are edited, all others have their trained value.
  void set_edits(const std::vector<std::pair<std::pair<std::string, int64_t>, float>>& edits);
  void compare(const TrainingConfig& config, const std::string& change);
  void end_comparison();
  void probe_sample(int64_t n, bool of_data);  // of the test part, or of the whole data set
  void probe_file(const std::string& file);
  void probe_image(ImagePtr image);  // prepared as drawings are; also for the runs to come
  void probe_picture(ProbePicture picture);
  void subscribe(const TrainSubscription& subscription);
  // Every so often the run is saved to the first of these files that can be written; one that is put aside beside it,
  // as FILE-1.safetensors. The files are gone again when the worker ends in order, the run is left, or save() put the
  // whole of it into a file of a person's.
  void set_autosave(std::vector<std::string> files, double seconds = 60);
  // The run was opened from a file that another program had kept: that becomes the run's own autosave, so that it is
  // there until the next one, whatever happens.
  void adopt_autosave(const std::string& file);
  // The last that is called: what was not saved by a person is autosaved now, and its files stay when the worker ends.
  void keep_at_end(const std::function<void(const std::string& words)>& tell);

  void command_done() { ++commands_, changed_ = true; }  // called after each of the above, failed or not

  // ---- what goes on by itself ----
  // The next unit of work. `now` in seconds.
  void advance(double now);
  double next_time() const { return next_time_; }  // when advance() wants to be called; infinity: not by itself
  bool running() const { return running_; }        // by start(): without an end
  bool moving() const { return running_ || target_; }
  bool working() const;    // towards a place that a command named
  bool measuring() const;  // paused, and the test part is not measured yet
  TrainPlace place() const;
  TrainPlace next_place(double now) const;                                               // after the next unit of work
  std::optional<Error> take_problem() { return std::exchange(problem_, std::nullopt); }  // of what goes on by itself
  bool changed() const { return changed_; }                                              // since the last snapshot
  void publish(double now);
  bool has_run() const { return run_ != nullptr; }
  TrainingRun* run() { return run_.get(); }
  TrainingRun* other() { return other_.get(); }

 private:
  void need_run() const;
  void finish_seek();
  void do_unit(double now);
  void one_step(bool phase);
  void follow();  // the other run, to the same step
  bool follow_some();
  bool other_follows() const;  // it is not yet at the same step, and can get there
  int64_t other_wanted() const;
  bool waits(double now) const;  // for the pace
  void fail(const Error& error);
  void install(std::unique_ptr<TrainingRun> run);
  void leave_run();
  void new_line();
  void second_run(const TrainingConfig& config, const std::string& change);
  std::shared_ptr<const Dataset> data_of(const TrainingConfig& config);
  void renew_probe();
  void show_probe(std::shared_ptr<const ProbePicture> probe);
  std::shared_ptr<const ProbePicture> prepared_probe() const;
  void try_to_measure(double now);  // an error of it stops the training and is shown
  void measure(double now);
  bool measures_early() const;
  bool measure_some(TrainingRun& run, TestRound& round, TrainSnapshotMaker& maker, bool anew);
  bool measure_other_here();
  bool labels_due() const;  // somebody looks, and those of the present step are not measured yet
  bool measure_labels(bool anew);
  void touched();
  void weights_changed();
  bool has_unkept() const;  // what the newest autosave does not have
  void autosave_if_due(double now);
  void note_kept();
  void remove_autosave();
  std::optional<std::string> save_to_first(TrainingRun& run, const std::vector<std::string>& files);
  void keep_aside_file(TrainingRun& run);
  double seconds_now() const;
  static constexpr double kMaxCredit = 0.05;  // seconds
  bool by_phase() const { return pace_.kind == TrainPace::Kind::phases && !target_; }

  Stream stream_;
  Hooks hooks_;
  std::string device_;
  std::unique_ptr<TrainingRun> run_, other_;
  std::unique_ptr<TrainSnapshotMaker> maker_, other_maker_;
  std::unique_ptr<TestRound> round_, other_round_;
  std::unique_ptr<TestRound> labels_round_;  // of the training part, while somebody looks
  std::string labels_measured_;              // what was changed of its labels when that round began
  std::optional<Error> other_error_;         // it stands where this happened
  std::string other_change_;
  struct Aside {
    std::unique_ptr<TrainingRun> run, other;
    std::unique_ptr<TrainSnapshotMaker> maker, other_maker;
    std::unique_ptr<TestRound> round, other_round;
    std::optional<Error> error, other_error;
    std::string other_change, file;  // kept against a crash; empty: not
  };
  std::vector<Aside> asides_;
  std::shared_ptr<const Dataset> data_;  // and what it was read for
  TrainingConfig data_config_;
  std::shared_ptr<const TrainingConfig> preparing_;
  float progress_ = 0;
  std::optional<Error> error_;
  uint64_t run_count_ = 0, version_ = 0, commands_ = 0;
  TrainSubscription subscription_;
  TrainPace pace_;
  bool running_ = false;
  std::optional<TrainPlace> target_;
  std::optional<int64_t> seek_;
  double due_ = 0;  // when the pace allows the next unit
  double next_time_ = 0;
  double credit_ = 0;  // seconds that measuring may take while training runs
  bool changed_ = true;
  double published_ = -1, copy_seconds_ = 0;
  TrainSnapshotPtr last_;  // that was published
  struct SpeedPoint {
    double time = 0;
    int64_t steps = 0;
  };
  std::vector<SpeedPoint> speed_points_;
  double images_per_second_ = 0;
  std::vector<std::string> autosaves_;  // places, the best first
  double autosave_seconds_ = 60, autosaved_at_ = 0;
  std::vector<std::string> autosaved_;  // files that there are now
  bool leave_files_ = false;            // to be recovered, when the worker ends
  int64_t kept_step_ = -1;              // what stands in a file: an autosave or a person's; -1: nothing
  uint64_t kept_run_ = 0;
  size_t kept_changes_ = 0;
  std::string autosave_problem_;  // that was told
  int aside_files_ = 0;           // that there were
  std::optional<Error> problem_;
  std::shared_ptr<const ProbePicture> probe_;
  ImagePtr probe_image_;      // that it was made from; null: something else
  int64_t probe_number_ = 0;  // of the test part, renewed with every run; -1: a picture from elsewhere
  bool probe_of_data_ = false;
};

}  // namespace striate
