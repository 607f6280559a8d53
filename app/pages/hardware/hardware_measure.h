// Times of versions, measured behind the window one after the other and kept as long as the program runs.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/worker/latest.h"
#include "engine/bench/kernel_bench.h"
#include "engine/error.h"
#include "engine/hardware/timing.h"

namespace striate {

struct MeasureRequest {
  TeachTask task = TeachTask::copy;
  std::string version;
  TeachSettings settings;
  bool sweep = false;
  std::string key() const;  // of a sweep: without the size
};

class HardwareMeasure {
 public:
  explicit HardwareMeasure(std::function<void()> wake);

  void begin(const MeasureRequest& request);
  void stop();
  bool update();  // true: there is something new
  bool busy() const { return !waiting_.empty() || running_.has_value(); }
  // It is being measured, or will be.
  bool comes(const MeasureRequest& request) const;
  float share() const { return work_.progress(); }

  const VersionTimes* times(const MeasureRequest& of) const;             // null: not measured
  const std::vector<SweepPoint>* sweep(const MeasureRequest& of) const;  // the same
  const std::optional<DeviceLimits>& limits() const { return limits_; }  // of all cores together
  const std::optional<Error>& failed() const { return failed_; }

 private:
  struct Result {
    std::string key;
    bool sweep = false;
    VersionTimes times;
    std::vector<SweepPoint> points;
    std::optional<DeviceLimits> limits;
  };
  void start_next();

  std::deque<MeasureRequest> waiting_;
  std::optional<MeasureRequest> running_;
  std::map<std::string, VersionTimes> times_;
  std::map<std::string, std::vector<SweepPoint>> sweeps_;
  std::optional<DeviceLimits> limits_;
  std::optional<Error> failed_;
  Latest<Result> work_;  // last: it uses the above
};

// The largest side of a sweep: what takes seconds, not minutes.
int largest_of_sweep(TeachTask task);

}  // namespace striate
