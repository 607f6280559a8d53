// Work behind the window that says how far it is: one request at a time, of which moments come, each an immutable
// whole. The window takes the newest; a request that another replaces ends soon.
//
// `Work` keeps what is needed again from request to request, and has
//   using Request, Moment;  // Moment::version differs from moment to moment
//   void run(const Request&, const Progress&, const std::function<void(Moment)>& publish);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "app/worker/latest.h"

namespace striate {

template <typename Work>
class MomentJob {
 public:
  using Request = typename Work::Request;
  using Moment = typename Work::Moment;
  using MomentPtr = std::shared_ptr<const Moment>;

  explicit MomentJob(std::function<void()> wake)
      : wake_(wake), live_(std::make_shared<Live>()), work_(std::move(wake)) {}

  void begin(const Request& request) {
    work_.request([live = live_, request, wake = wake_](Progress& progress) {
      const std::lock_guard whole(live->work_mutex);
      live->work.run(request, progress, [&](Moment now) {
        now.version = ++live->version;
        {
          const std::lock_guard lock(live->mutex);
          live->moment = std::make_shared<const Moment>(std::move(now));
        }
        wake();
      });
      return true;
    });
  }
  void stop() { work_.cancel(); }
  bool busy() const { return work_.busy(); }
  // The newest moment, where it is newer than the last one taken; null: none. Throws what the work threw.
  MomentPtr take() {
    work_.take();
    const std::lock_guard lock(live_->mutex);
    if (!live_->moment || live_->moment->version == taken_) return nullptr;
    taken_ = live_->moment->version;
    return live_->moment;
  }

 private:
  struct Live {
    std::mutex mutex;  // of the moment
    MomentPtr moment;
    std::mutex work_mutex;  // of what is below
    Work work;
    uint64_t version = 0;
  };

  std::function<void()> wake_;
  std::shared_ptr<Live> live_;
  uint64_t taken_ = 0;
  Latest<bool> work_;  // last: it uses the above
};

}  // namespace striate
