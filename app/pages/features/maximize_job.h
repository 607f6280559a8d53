// What the method `maximize` has behind the window: one request at a time, whose newest picture can be taken at any
// moment, and which is ended between two steps and keeps what it has.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "app/network/network_worker.h"
#include "app/pages/page.h"
#include "app/worker/latest.h"
#include "engine/explain/maximize.h"

namespace striate {

struct MaximizeRequest {
  std::vector<NetworkRequest> moments;  // one, or those of a film
  int node = 0;
  std::vector<int64_t> channels;  // one after the other; of a film one
  Objective::Over over = Objective::Over::map;
  MaximizeOptions options;
};

struct MaximizeResult {
  size_t moment = 0;  // in the request
  int64_t channel = 0;
  MaximizedPicture picture;
};

class MaximizeJob {
 public:
  explicit MaximizeJob(const PageContext& context);
  ~MaximizeJob() { stop(); }

  void start(MaximizeRequest request);
  void forget();  // ends it, and nothing of it is taken any more, also what it was about to give
  void stop();    // ends it; what it has comes with take(), not finished
  bool busy() const { return work_.busy(); }
  // What is new since the last time: whole pictures, and the one that is being made, not finished. Throws what the work
  // threw.
  std::vector<MaximizeResult> take();
  float share() const;  // of all that was asked for, 0 to 1

 private:
  struct Live {
    std::atomic<bool> stop{false};
    std::atomic<float> share{0};
    std::mutex mutex;
    std::vector<MaximizeResult> results;  // the last one may be of a picture that is being made
    void put(MaximizeResult result);
  };
  static void run(NetworkWorker& worker, const MaximizeRequest& request, Live& live, const Progress& progress,
                  const std::function<void()>& wake);
  std::function<void()> wake_;
  std::shared_ptr<NetworkWorker> worker_;
  std::shared_ptr<Live> live_;
  Latest<bool> work_;  // last: it uses the above
};

}  // namespace striate
