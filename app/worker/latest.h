// Work behind the window where only the newest request counts: a request that has not begun is replaced by a newer
// one, one that runs is told to stop. So dragging a slider over a 33-megapixel picture never blocks a frame. It costs
// nothing while nothing is asked: the threads are the pool's (worker/jobs.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "app/worker/jobs.h"

namespace striate {

// What running work polls and reports to.
struct Progress {
  std::atomic<bool> canceled{false};
  std::atomic<float> share{0};  // 0 to 1
};

template <typename Result>
class Latest {
 public:
  using Work = std::function<Result(Progress&)>;  // throws Error; throws or returns anything once canceled

  // `wake` is called from the worker thread when a result is there.
  explicit Latest(std::function<void()> wake, JobPriority priority = JobPriority::seen, Jobs& jobs = Jobs::shared())
      : now_(std::make_shared<State>(std::move(wake), priority, jobs)) {}
  // What runs is told to stop, and waited for; what is in line finds nothing to do.
  ~Latest() {
    std::unique_lock lock(now_->mutex);
    now_->forget();
    now_->ended.wait(lock, [this] { return !now_->running; });
  }
  Latest(const Latest&) = delete;
  Latest& operator=(const Latest&) = delete;

  // Throws where there is no memory for the request itself: then nothing is asked for.
  void request(Work work) {
    auto progress = std::make_shared<Progress>();
    {
      std::lock_guard lock(now_->mutex);
      now_->forget();
      now_->waiting = std::move(work);
      now_->next = std::move(progress);
      if (now_->in_line || now_->running) return;
      now_->in_line = true;
    }
    State::stand_in_line(now_);
  }

  // Forgets the request, the running work and its result.
  void cancel() {
    std::lock_guard lock(now_->mutex);
    now_->forget();
  }

  bool busy() const {
    std::lock_guard lock(now_->mutex);
    return now_->waiting || (now_->running && !now_->done && !now_->running->canceled) || now_->result || now_->error;
  }
  // 0 to 1, of the running work.
  float progress() const {
    std::lock_guard lock(now_->mutex);
    return now_->running ? now_->running->share.load() : 0.0f;
  }

  // The newest result, once. Throws what its work threw, as an Error.
  std::optional<Result> take() {
    std::lock_guard lock(now_->mutex);
    if (now_->error) throw as_error(std::exchange(now_->error, nullptr));
    return std::exchange(now_->result, std::nullopt);
  }

 private:
  // Shared with the job in line, which may come to its turn when nobody waits for it any more.
  struct State {
    State(std::function<void()> wakes, JobPriority first, Jobs& pool)
        : wake(std::move(wakes)), priority(first), jobs(pool) {}

    void forget() {
      waiting = nullptr;
      result.reset();
      error = nullptr;
      if (running) running->canceled = true;
    }

    static void stand_in_line(const std::shared_ptr<State>& state) {
      state->jobs.post([state] { state->run(state); }, state->priority);
    }

    void run(const std::shared_ptr<State>& self) {
      std::unique_lock lock(mutex);
      in_line = false;
      if (!waiting) return;
      Work work = std::exchange(waiting, nullptr);
      const std::shared_ptr<Progress> progress = std::exchange(next, nullptr);
      running = progress;
      done = false;
      lock.unlock();
      std::optional<Result> made;
      std::exception_ptr thrown;
      try {
        made.emplace(work(*progress));
      } catch (...) {
        thrown = std::current_exception();
      }
      work = nullptr;
      lock.lock();
      if (!progress->canceled) {
        result = std::move(made);
        error = thrown;
        done = true;
        call_window(lock);
      }
      running = nullptr;
      const bool again = waiting != nullptr;
      in_line = again;
      ended.notify_all();
      lock.unlock();
      if (!again) return;
      try {
        stand_in_line(self);
      } catch (...) {  // no memory for its place
        lock.lock();
        error = std::current_exception();
        waiting = nullptr;
        in_line = false;
        call_window(lock);
      }
    }

    // A job has nobody to throw to. The next frame looks anyway.
    void call_window(std::unique_lock<std::mutex>& lock) {
      lock.unlock();
      try {
        wake();
      } catch (...) {  // NOLINT(bugprone-empty-catch)
      }
      lock.lock();
    }

    const std::function<void()> wake;
    const JobPriority priority;
    Jobs& jobs;
    std::mutex mutex;
    std::condition_variable ended;
    Work waiting;
    std::shared_ptr<Progress> next;     // of `waiting`
    bool in_line = false;               // a job of the pool will ask for `waiting`
    std::shared_ptr<Progress> running;  // of the work that runs
    bool done = false;                  // it has its result, and only wakes the window
    std::optional<Result> result;
    std::exception_ptr error;
  };

  std::shared_ptr<State> now_;
};

}  // namespace striate
