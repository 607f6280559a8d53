// Work behind the window where only the newest request counts: a request that has not begun is replaced by a newer
// one, one that runs is told to stop. So dragging a slider over a 33-megapixel picture never blocks a frame.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

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
  explicit Latest(std::function<void()> wake) : wake_(std::move(wake)), thread_([this] { run(); }) {}
  ~Latest() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
      if (running_) running_->canceled = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Latest(const Latest&) = delete;
  Latest& operator=(const Latest&) = delete;

  void request(Work work) {
    {
      std::lock_guard lock(mutex_);
      waiting_ = std::move(work);
      result_.reset();
      error_ = nullptr;
      if (running_) running_->canceled = true;
    }
    changed_.notify_all();
  }

  // Forgets the request, the running work and its result.
  void cancel() {
    std::lock_guard lock(mutex_);
    waiting_ = nullptr;
    result_.reset();
    error_ = nullptr;
    if (running_) running_->canceled = true;
  }

  bool busy() const {
    std::lock_guard lock(mutex_);
    return waiting_ || (running_ && !running_->canceled) || result_ || error_;
  }
  // 0 to 1, of the running work.
  float progress() const {
    std::lock_guard lock(mutex_);
    return running_ ? running_->share.load() : 0.0f;
  }

  // The newest result, once. Rethrows what its work threw.
  std::optional<Result> take() {
    std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return std::exchange(result_, std::nullopt);
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || waiting_; });
      if (stop_) return;
      Work work = std::exchange(waiting_, nullptr);
      auto progress = std::make_shared<Progress>();
      running_ = progress;
      lock.unlock();
      std::optional<Result> result;
      std::exception_ptr error;
      try {
        result.emplace(work(*progress));
      } catch (...) {
        error = std::current_exception();
      }
      work = nullptr;
      lock.lock();
      running_ = nullptr;
      if (progress->canceled) {
        result.reset();
        continue;
      }
      result_ = std::move(result);
      error_ = error;
      lock.unlock();
      wake_();
      lock.lock();
    }
  }

  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Work waiting_;
  std::shared_ptr<Progress> running_;
  std::optional<Result> result_;
  std::exception_ptr error_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace striate
