#include "kernels/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace striate {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than the serial work between two loops of a training step, shorter than anything a battery would notice.
constexpr std::chrono::microseconds kKeepAwake{200};

thread_local int my_number = 0;  // a helper's; 0 for all other threads

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

constexpr uint64_t packed(uint64_t begin, uint64_t end) { return begin << 32 | end; }

}  // namespace

void ThreadPool::set_threads(int count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  threads_ = std::min(count, kMaxThreads);
  arena_.reset();
  limit_.reset();
  if (threads_ > tbb::this_task_arena::max_concurrency()) {
    limit_ = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                   static_cast<size_t>(threads_.load()));
  }
}

int ThreadPool::threads() {
  int count = threads_.load(std::memory_order_relaxed);
  if (count == 0) {
    count = std::min(tbb::this_task_arena::max_concurrency(), kMaxThreads);
    threads_ = count;
  }
  return count;
}

// The next pieces for thread `me`: a quarter of what its own share has left, so that shares stay together as long as
// nobody is late; then half of the back of somebody else's.
bool ThreadPool::take(Loop& loop, int me, int64_t* begin, int64_t* end) {
  std::atomic<uint64_t>& own = loop.shares[me].range;
  uint64_t range = own.load(std::memory_order_relaxed);
  for (;;) {
    const uint64_t first = range >> 32, last = range & 0xffffffffu;
    if (first >= last) break;
    const uint64_t next = first + std::max<uint64_t>(1, (last - first) / 4);
    if (own.compare_exchange_weak(range, packed(next, last), std::memory_order_relaxed)) {
      *begin = static_cast<int64_t>(first);
      *end = static_cast<int64_t>(next);
      return true;
    }
  }
  uint64_t empty = range;
  for (int i = 1; i < loop.threads; ++i) {
    std::atomic<uint64_t>& other = loop.shares[(me + i) % loop.threads].range;
    range = other.load(std::memory_order_relaxed);
    for (;;) {
      const uint64_t first = range >> 32, last = range & 0xffffffffu;
      if (first >= last) break;
      const uint64_t from = last - (last - first + 1) / 2;
      if (!other.compare_exchange_weak(range, packed(first, from), std::memory_order_relaxed)) continue;
      // The first unit at once; the rest is this thread's share from now on. After set_threads() to fewer, helpers that
      // are still awake share a number: where another one has filled the share, all of it is done at once.
      const bool kept = own.compare_exchange_strong(empty, packed(from + 1, last), std::memory_order_relaxed);
      *begin = static_cast<int64_t>(from);
      *end = static_cast<int64_t>(kept ? from + 1 : last);
      return true;
    }
  }
  return false;
}

void ThreadPool::work_on(Loop& loop, int me) {
  int64_t begin = 0, end = 0;
  while (!loop.failed.load(std::memory_order_relaxed) && take(loop, me, &begin, &end)) {
    try {
      loop.work(loop.context, begin * loop.unit, std::min(end * loop.unit, loop.pieces));
    } catch (...) {
      if (!loop.failed.exchange(true)) loop.error = std::current_exception();
    }
  }
}

void ThreadPool::run(int64_t pieces, void (*work)(void*, int64_t, int64_t), void* context) {
  Loop loop;
  loop.work = work;
  loop.context = context;
  loop.pieces = pieces;
  loop.threads = threads();
  loop.unit = (pieces >> 30) + 1;
  const int64_t units = (pieces + loop.unit - 1) / loop.unit;
  for (int t = 0; t < loop.threads; ++t) {
    loop.shares[t].range.store(
        packed(static_cast<uint64_t>(units * t / loop.threads), static_cast<uint64_t>(units * (t + 1) / loop.threads)),
        std::memory_order_relaxed);
  }
  int missing = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    loops_.push_back(&loop);
    posted_.fetch_add(1, std::memory_order_release);
    missing = static_cast<int>(std::min<int64_t>(loop.threads, units)) - 1 - awake_;
  }
  if (missing > 0) wake(missing);
  work_on(loop, my_number % loop.threads);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    loops_.erase(std::find(loops_.begin(), loops_.end(), &loop));
  }
  // Helpers that are still at their last pieces.
  for (int round = 0; loop.helpers.load(std::memory_order_acquire) > 0; ++round) {
    if (round < 2000) {
      pause();
    } else if (round < 4000) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
  if (loop.failed) std::rethrow_exception(loop.error);
}

// The oldest loop with something left to do, joined.
ThreadPool::Loop* ThreadPool::join() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Loop* loop : loops_) {
    if (loop->failed.load(std::memory_order_relaxed)) continue;
    for (int t = 0; t < loop->threads; ++t) {
      const uint64_t range = loop->shares[t].range.load(std::memory_order_relaxed);
      if (range >> 32 >= (range & 0xffffffffu)) continue;
      loop->helpers.fetch_add(1, std::memory_order_relaxed);
      return loop;
    }
  }
  return nullptr;
}

// The lowest free number, so that a thread mostly keeps its own from one waking to the next.
int ThreadPool::enter() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto place = std::find(present_.begin(), present_.end(), 0);
  const int number = static_cast<int>(place - present_.begin()) + 1;
  if (place == present_.end()) {
    present_.push_back(1);
  } else {
    *place = 1;
  }
  return number;
}

// Whether the helper may go. Under the lock under which loops are posted: a loop either finds it awake or wakes it.
bool ThreadPool::leave(int number, uint64_t seen) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (posted_.load(std::memory_order_relaxed) != seen) return false;
  present_[static_cast<size_t>(number) - 1] = 0;
  --awake_;
  return true;
}

void ThreadPool::help() {
  my_number = enter();
  for (auto until = Clock::now() + kKeepAwake;;) {
    const uint64_t seen = posted_.load(std::memory_order_acquire);
    if (Loop* loop = join()) {
      work_on(*loop, my_number % loop->threads);
      loop->helpers.fetch_sub(1, std::memory_order_release);  // from here on the loop may be gone
      until = Clock::now() + kKeepAwake;
      continue;
    }
    bool waits = true;
    while (waits && posted_.load(std::memory_order_relaxed) == seen) {
      for (int i = 0; i < 16; ++i) pause();
      waits = Clock::now() < until;
    }
    if (!waits && leave(my_number, seen)) break;
  }
  my_number = 0;
}

void ThreadPool::wake(int missing) {
  std::shared_ptr<tbb::task_arena> arena;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    missing = std::min(missing, threads() - 1 - awake_);
    if (missing <= 0) return;
    if (!arena_) arena_ = std::make_shared<tbb::task_arena>(threads(), 1);
    arena = arena_;
    awake_ += missing;
  }
  // The thread sanitizer does not see how TBB hands the lambda over; what help() does it sees.
  for (int i = 0; i < missing; ++i) arena->enqueue([this]() __attribute__((no_sanitize("thread"))) { help(); });
}

}  // namespace striate
