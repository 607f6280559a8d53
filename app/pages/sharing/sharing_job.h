// What the page `sharing` has behind the window: the three networks, which learn side by side as long as they are asked
// to, say what they make of the digit in between, and then measure: unseen digits, and the map of shifts, row by row.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/worker/moment_job.h"
#include "engine/sharing/sharing_lab.h"

namespace striate {

constexpr int kShifts = 2 * kMostShift + 1;

struct SharingRequest {
  std::string data = "digits";
  uint64_t start = 1;  // counts up with every new beginning
  SharingTie tie = SharingTie::free;
  int64_t digit = 0;
  SharingMove move;
  int64_t steps = 0;  // to learn up to
  bool map = false;
  bool measure = true;
  friend bool operator==(const SharingRequest&, const SharingRequest&) = default;
};

// All of one moment; immutable.
struct SharingMoment {
  SharingRequest of;
  int64_t step = 0;
  int64_t digits = 0;          // unseen ones to choose from
  int label = 0;               // the digit's true class
  std::string source;          // where the digit comes from
  std::vector<float> picture;  // (32, 32), moved
  std::array<SharingAnswer, kSharingLayers> answers;
  std::array<float, kSharingLayers> loss{};
  SharingGradient gradient;
  bool has_accuracy = false;
  std::array<double, kSharingLayers> accuracy{};  // of SharingLab::kTestDigits unseen digits, moved as this one
  // The map of shifts: the class at each, row by row from the top left; -1: not tried yet.
  int map_rows = 0;  // finished ones
  std::array<std::vector<int>, kSharingLayers> map;
  uint64_t version = 0;  // differs from moment to moment
  bool learning = false;
  int known(SharingLayer layer) const;  // shifts at which the digit is still read
};
using SharingMomentPtr = std::shared_ptr<const SharingMoment>;

class SharingWork {
 public:
  using Request = SharingRequest;
  using Moment = SharingMoment;
  void run(const SharingRequest& request, const Progress& progress, const std::function<void(SharingMoment)>& publish);

 private:
  std::unique_ptr<SharingLab> lab_;
  std::string data_;
  uint64_t start_ = 0;
  // The last whole map, and what it is of: another shift of the same digit changes nothing of it.
  std::string map_of_;
  std::array<std::vector<int>, kSharingLayers> map_;
};
using SharingJob = MomentJob<SharingWork>;

}  // namespace striate
