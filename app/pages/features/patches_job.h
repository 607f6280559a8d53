// What the method `patches` has behind the window: a sweep of one moment of the network or of all of a film, and its
// findings so far.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/pages/features/live_job.h"
#include "engine/explain/patches.h"

namespace striate {

struct PatchesRequest {
  std::vector<NetworkRequest> moments;  // one, or those of a film
  int node = 0;
  int64_t channel = 0;                        // of a film: the only one that is kept
  std::shared_ptr<const PatchSource> source;  // null: the folder
  std::string folder;
  PatchOptions options;
};

struct PatchesResult {
  size_t moment = 0;
  std::shared_ptr<const Patches> patches;
  std::vector<float> units;  // of the first kMostUnits the strongest, in colors from -1 to 1; of a film none
};

struct PatchesLive : LiveResults<PatchesResult> {
  std::atomic<int64_t> seen{0}, all{0};
  std::shared_ptr<const PatchSource> source;
};

class PatchesJob : public LiveJob<PatchesLive> {
 public:
  using LiveJob::LiveJob;
  void start(PatchesRequest request);
  std::pair<int64_t, int64_t> pictures() const;  // seen, of all
  // The source that the newest sweep looks through; null: none yet.
  std::shared_ptr<const PatchSource> source() const;
};

}  // namespace striate
