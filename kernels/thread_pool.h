// What stands behind parallel_for() of threads.h: loops, their pieces, and the oneTBB workers that help with them.
//
// A caller posts its loop, works on it itself, and leaves when all of it is done; it never needs a helper, so nothing
// can wait for ever. A helper is a task in the arena: it joins the oldest loop that has pieces left, and when there is
// none it looks for another for kKeepAwake, then ends, and its thread goes to sleep.
//
// Why not tbb::parallel_for: LeNet-5 trains faster with this, the more so the shorter its loops. Milliseconds a step
// of `striate bench train --model lenet5 --threads 2`, the middle of 7 to 9 runs taken in turn on two cores of a server
// (x86-64 with AVX-512, 2026), this | static_partitioner | affinity_partitioner, both in a task_arena:
//   batch 1    0.107 | 0.123 | 0.126      batch 16   0.563 | 0.548 | 0.561      batch 64   1.82 | 1.88 | 1.85
// With a batch of 1 that is 15 % and 18 % more time; at 16 and 64 they are within 3 %.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

namespace striate {

class ThreadPool {
 public:
  static constexpr int kMaxThreads = 256;

  // 0: one per core; at most kMaxThreads. Not while something is computing.
  void set_threads(int count);
  int threads();
  // As parallel_for(); pieces at least 2, threads() at least 2.
  void run(int64_t pieces, void (*work)(void*, int64_t, int64_t), void* context);

 private:
  // Units begin .. end-1 of a loop that belong to one thread; the others may take from the back.
  struct alignas(64) Share {
    std::atomic<uint64_t> range;  // begin in the upper half
  };
  struct Loop {
    void (*work)(void*, int64_t, int64_t);
    void* context;
    int64_t pieces, unit;  // a unit is so many pieces
    int threads;
    std::atomic<bool> failed{false};
    std::atomic<int> helpers{0};
    std::exception_ptr error;  // of whoever set `failed`
    Share shares[kMaxThreads];
  };

  static bool take(Loop& loop, int me, int64_t* begin, int64_t* end);
  static void work_on(Loop& loop, int me);
  Loop* join();
  void help();
  int enter();
  bool leave(int number, uint64_t seen);
  void wake(int missing);

  alignas(64) std::atomic<uint64_t> posted_{0};  // counts the loops; helpers watch it
  alignas(64) std::mutex mutex_;                 // of what follows
  std::vector<Loop*> loops_;                     // oldest first
  std::vector<char> present_;                    // whether helper 1, 2, ... is awake
  int awake_ = 0;                                // helpers, those on their way included
  std::unique_ptr<tbb::global_control> limit_;   // for more threads than cores
  std::shared_ptr<tbb::task_arena> arena_;
  std::atomic<int> threads_{0};
};

}  // namespace striate
