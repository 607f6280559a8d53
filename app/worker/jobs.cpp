#include "app/worker/jobs.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <new>
#include <utility>

namespace striate {

Jobs::Jobs(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Jobs::~Jobs() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Jobs& Jobs::shared() {
  static Jobs jobs(std::max(3, static_cast<int>(std::thread::hardware_concurrency())));
  return jobs;
}

void Jobs::post(std::function<void()> job, JobPriority priority) {
  {
    std::lock_guard lock(mutex_);
    line_[static_cast<int>(priority)].push_back(std::move(job));
  }
  changed_.notify_one();
}

void Jobs::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !line_[0].empty() || !line_[1].empty(); });
    std::deque<std::function<void()>>& line = line_[0].empty() ? line_[1] : line_[0];
    if (line.empty()) return;
    std::function<void()> job = std::move(line.front());
    line.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

void trim_heap() {
#ifdef __GLIBC__
  Jobs::shared().post([] { malloc_trim(0); }, JobPriority::behind);
#endif
}

void keep_little_freed() {
#ifdef __GLIBC__
  // Both grow by themselves to tens of megabytes otherwise, for each thread.
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

Error as_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error("there is not enough memory for this", "close other programs, or use something smaller");
  } catch (const std::exception& other) {
    return Error(fmt::format("this failed: {}", other.what()), "what was there before is still there; try it again");
  } catch (...) {
    return Error("this failed", "what was there before is still there; try it again");
  }
}

}  // namespace striate
