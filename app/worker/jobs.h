// One pool of threads for everything that is computed behind the window. A job has a place in line and nothing else;
// worker/latest.h gives it a request that can be replaced or canceled, a result and its errors. What a job computes on
// may itself run on several threads (kernels/threads.h): these here wait most of the time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/error.h"

namespace striate {

// What somebody looks at and waits for, before what is made ahead or written to a file.
enum class JobPriority { seen, behind };

class Jobs {
 public:
  explicit Jobs(int threads);
  ~Jobs();  // runs what is in line, then ends
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // The program's: as many threads as the processor has, but three at least, so that a file that is read slowly and one
  // that is written leave one for what is seen.
  static Jobs& shared();

  // Within a priority in the order in which they come. `job` throws nothing. Any thread.
  void post(std::function<void()> job, JobPriority priority = JobPriority::seen);
  int threads() const { return static_cast<int>(threads_.size()); }

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> line_[2];
  bool stop_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

// Gives freed memory back to the system, behind the window: after something large has gone.
void trim_heap();
// From now on what is freed in large pieces goes back to the system at once. For a program that runs long and now and
// then holds a photo; before its threads begin.
void keep_little_freed();

// What went wrong, for a person, whatever was thrown: an Error as it is, too little memory with what to do about it.
Error as_error(const std::exception_ptr& thrown);

}  // namespace striate
