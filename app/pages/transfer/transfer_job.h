// What the page `transfer` has behind the window: the study, which opens its base and its data, computes features and
// lets both sides learn as long as it is asked to, and says in between how far it is. A pause loses nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/worker/moment_job.h"
#include "engine/error.h"
#include "engine/transfer/transfer_study.h"

namespace striate {

struct TransferRequest {
  std::string base, data;
  std::string folder;     // of the data "own"
  uint64_t revision = 0;  // of what is in it
  StudySettings settings;
  bool learn = false;
  int saves = 0;  // counts up with every file that is to be written
  std::string file;
  friend bool operator==(const TransferRequest&, const TransferRequest&) = default;
};

// All of one moment; immutable.
struct TransferMoment {
  TransferRequest of;
  StudyFacts facts;
  std::shared_ptr<const Dataset> tiles;
  std::shared_ptr<const Architecture> base;
  struct Side {
    StudyResult result;
    bool complete = false;
    std::vector<StudyRun> runs;  // of these examples, with the one that is under way
  };
  Side scratch, transfer;
  struct Point {
    int64_t examples = 0;
    StudyResult scratch, transfer;
  };
  std::vector<Point> curve;    // sizes of which something is known
  std::vector<int64_t> sizes;  // that the data have enough for
  int64_t features_done = -1;  // of how many; -1: none are being computed
  int64_t cached = 0, saved_passes = 0;
  double cached_seconds = 0;
  std::optional<FeatureSpace> before, after;
  std::optional<StudyRun> running;
  std::string saved;  // the file that was written last
  std::optional<Error> not_saved;
  bool whole = false;     // all that was asked for is there
  uint64_t material = 0;  // differs from data set to data set
  uint64_t version = 0;   // differs from moment to moment
};
using TransferMomentPtr = std::shared_ptr<const TransferMoment>;

class TransferWork {
 public:
  using Request = TransferRequest;
  using Moment = TransferMoment;
  void run(const TransferRequest& request, const Progress& progress,
           const std::function<void(TransferMoment)>& publish);

 private:
  void open(const TransferRequest& request, const Progress& progress);
  std::optional<Stream> stream_;
  std::unique_ptr<TransferStudy> study_;
  std::string base_, data_, folder_;
  uint64_t revision_ = 0;
  std::shared_ptr<const Architecture> architecture_;  // of the base
  uint64_t material_ = 0;
  int saves_ = 0;
  std::string saved_;
  std::optional<Error> not_saved_;
};
using TransferJob = MomentJob<TransferWork>;

}  // namespace striate
