// Makes TrainSnapshots of one run: copies what is subscribed to, and shares with the snapshot before what did not
// change. Lives on the trainer's thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/worker/train_snapshot.h"
#include "engine/session/session.h"
#include "engine/training/training_run.h"

namespace striate {

class TrainSnapshotMaker {
 public:
  explicit TrainSnapshotMaker(TrainingRun& run) : run_(run) {}

  // Something in the network's tensors is different from now on.
  void touch() { ++stamp_; }
  // The records after `step` are gone, or others.
  void cut(int64_t step);
  void set_test(std::shared_ptr<const TrainTest> test) {
    test_ = std::move(test);
    curves_.evaluations = nullptr;  // its record may have taken the place of another of the same step
  }
  const std::shared_ptr<const TrainTest>& test() const { return test_; }
  void set_labels(std::shared_ptr<const TrainLabels> labels) { labels_ = std::move(labels); }
  const std::shared_ptr<const TrainLabels>& labels() const { return labels_; }
  void set_probe(std::shared_ptr<const ProbePicture> probe);

  // Everything of the run; version, status, error, speed and the other run are the caller's.
  std::shared_ptr<TrainSnapshot> make(const TrainSubscription& subscription);

 private:
  void add_curves(TrainSnapshot& snapshot);
  void add_tensors(TrainSnapshot& snapshot, const TrainSubscription& subscription);
  void add_batch(TrainSnapshot& snapshot);
  void add_probe(TrainSnapshot& snapshot, bool gradients);
  void add_kept(TrainSnapshot& snapshot);

  TrainingRun& run_;
  uint64_t stamp_ = 1;
  uint64_t tensors_stamp_ = 0, batch_stamp_ = 0, probe_stamp_ = 0, norms_stamp_ = 0, dead_stamp_ = 0,
           weights_stamp_ = 0;
  std::map<TensorKey, TensorValuesPtr> tensors_;
  TrainCurves curves_;
  size_t evaluations_seen_ = 0;  // records that curves_.evaluations was made of
  std::shared_ptr<const TrainTest> test_;
  std::shared_ptr<const TrainLabels> labels_;
  std::shared_ptr<const TrainBatch> batch_;
  std::shared_ptr<const ProbePicture> probe_picture_;
  std::shared_ptr<const TrainProbe> probe_;
  bool probe_has_gradients_ = false;
  std::unique_ptr<Session> probe_session_;
  std::vector<Norm> norms_;
  std::vector<DeadUnits> dead_units_;
  std::shared_ptr<const AllWeights> weights_;
  History::Keyframes kept_of_;
  std::shared_ptr<const std::vector<KeptMoment>> kept_;
  std::shared_ptr<const TrainingConfig> config_, start_;
  std::shared_ptr<const std::vector<RunChange>> changes_;
  std::shared_ptr<const Architecture> architecture_;
};

}  // namespace striate
