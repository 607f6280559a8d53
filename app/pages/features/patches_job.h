// What the method `patches` has behind the window: one sweep at a time, of one moment of the network or of all of a
// film, whose findings so far can be taken at any moment, and which is ended between two batches.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "app/network/network_worker.h"
#include "app/pages/page.h"
#include "app/worker/latest.h"
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

class PatchesJob {
 public:
  explicit PatchesJob(const PageContext& context);
  ~PatchesJob() { stop(); }

  void start(PatchesRequest request);
  void forget();  // ends it, and nothing of it is taken any more, also what it was about to give
  void stop();
  bool busy() const { return work_.busy(); }
  // What is new since the last time. Throws what the work threw.
  std::vector<PatchesResult> take();
  std::pair<int64_t, int64_t> pictures() const;  // seen, of all
  // The source that the newest sweep looks through; null: none yet.
  std::shared_ptr<const PatchSource> source() const;

 private:
  struct Live {
    std::atomic<bool> stop{false};
    std::atomic<int64_t> seen{0}, all{0};
    std::mutex mutex;
    std::vector<PatchesResult> results;
    std::shared_ptr<const PatchSource> source;
  };
  static void run(NetworkWorker& worker, PatchesRequest request, Live& live, const Progress& progress,
                  const std::function<void()>& wake);
  std::function<void()> wake_;
  std::shared_ptr<NetworkWorker> worker_;
  std::shared_ptr<Live> live_;
  Latest<bool> work_;  // last: it uses the above
};

}  // namespace striate
