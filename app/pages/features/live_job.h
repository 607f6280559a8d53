// Work of a method behind the window: one request at a time, whose newest results can be taken at any moment, and which
// is ended between two steps and keeps what it has. `Live` is what the work and the window share: at least what
// LiveResults has.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "app/network/network_worker.h"
#include "app/pages/page.h"
#include "app/worker/latest.h"

namespace striate {

template <typename Result>
struct LiveResults {
  std::atomic<bool> stop{false};
  mutable std::mutex mutex;
  std::vector<Result> results;
};

template <typename Live>
class LiveJob {
 public:
  using Results = decltype(Live::results);

  explicit LiveJob(const PageContext& context)
      : wake_(context.wake),
        worker_(std::make_shared<NetworkWorker>(context.document.stream.device())),
        live_(std::make_shared<Live>()),
        work_(context.wake) {}
  ~LiveJob() { stop(); }
  LiveJob(const LiveJob&) = delete;
  LiveJob& operator=(const LiveJob&) = delete;

  // Ends it; what it has comes with take(), not finished.
  void stop() { live_->stop = true; }
  // Ends it, and nothing of it is taken any more, also what it was about to give.
  void forget() {
    stop();
    live_ = std::make_shared<Live>();
  }
  bool busy() const { return work_.busy(); }
  // What is new since the last time. Throws what the work threw.
  Results take() {
    Results results;
    {
      const std::lock_guard lock(live_->mutex);
      results.swap(live_->results);
    }
    work_.take();
    return results;
  }

 protected:
  using Wake = std::function<void()>;
  template <typename Request>
  using Run = void (*)(NetworkWorker& worker, Request request, Live& live, const Progress& progress, const Wake& wake);

  // `run` does the work on the pool, and wakes the window for each result.
  template <typename Request>
  void begin(Request request, Run<Request> run) {
    forget();
    work_.request(
        [run, worker = worker_, request = std::move(request), live = live_, wake = wake_](Progress& progress) {
          run(*worker, request, *live, progress, wake);
          return true;
        });
  }
  const Live& live() const { return *live_; }

 private:
  Wake wake_;
  std::shared_ptr<NetworkWorker> worker_;
  std::shared_ptr<Live> live_;
  Latest<bool> work_;  // last: it uses the above
};

}  // namespace striate
