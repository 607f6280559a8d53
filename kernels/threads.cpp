#include "kernels/threads.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <string>

#include "kernels/error.h"

namespace striate {
namespace {

std::atomic<int> order{static_cast<int>(ThreadOrder::forward)};
#ifdef NDEBUG
std::atomic<bool> checks{false};
#else
std::atomic<bool> checks{true};
#endif

struct Arena {
  std::mutex mutex;
  std::atomic<int> threads{0};
  std::shared_ptr<tbb::task_arena> arena;
};

Arena& the_arena() {
  static Arena* arena = new Arena;  // never destroyed: threads may outlive main's statics
  return *arena;
}

std::shared_ptr<tbb::task_arena> arena_now() {
  Arena& a = the_arena();
  const std::lock_guard<std::mutex> lock(a.mutex);
  if (!a.arena) {
    if (a.threads == 0) a.threads = tbb::this_task_arena::max_concurrency();
    a.arena = std::make_shared<tbb::task_arena>(a.threads.load(), 1);
  }
  return a.arena;
}

struct Scratch {
  void* memory[4] = {};
  size_t bytes[4] = {};
  ~Scratch() {
    for (void* m : memory) std::free(m);
  }
};

}  // namespace

void set_thread_count(int count) {
  if (count < 0) throw Error("cannot compute with " + std::to_string(count) + " threads", "give 0 for one per core");
  Arena& a = the_arena();
  const std::lock_guard<std::mutex> lock(a.mutex);
  a.threads = count;
  a.arena.reset();
}

int thread_count() {
  Arena& a = the_arena();
  if (a.threads == 0) arena_now();
  return a.threads;
}

void set_thread_order(ThreadOrder o) { order = static_cast<int>(o); }
ThreadOrder thread_order() { return static_cast<ThreadOrder>(order.load(std::memory_order_relaxed)); }

void set_debug_checks(bool on) { checks = on; }
bool debug_checks() { return checks.load(std::memory_order_relaxed); }

void run_pieces(int64_t pieces, void (*run)(void*, int64_t, int64_t), void* context) {
  if (pieces <= 0) return;
  if (pieces == 1 || thread_count() == 1) return run(context, 0, pieces);
  arena_now()->execute([&] {
    tbb::parallel_for(tbb::blocked_range<int64_t>(0, pieces),
                      [&](const tbb::blocked_range<int64_t>& range) { run(context, range.begin(), range.end()); });
  });
}

void* thread_scratch(int slot, size_t bytes) {
  static thread_local Scratch scratch;
  if (scratch.bytes[slot] < bytes) {
    std::free(scratch.memory[slot]);
    scratch.bytes[slot] = 0;
    const size_t rounded = (bytes + 4095) / 4096 * 4096;
    scratch.memory[slot] = std::aligned_alloc(64, rounded);
    if (!scratch.memory[slot]) {
      throw Error("not enough memory for " + std::to_string(rounded) + " bytes of scratch", "close other programs");
    }
    scratch.bytes[slot] = rounded;
  }
  return scratch.memory[slot];
}

namespace detail {
int64_t shuffle_step(int64_t n);
int64_t shuffle_step(int64_t n) {
  int64_t step = n * 5 / 8 + 1;
  while (std::gcd(step, n) != 1) ++step;
  return step;
}
}  // namespace detail

}  // namespace striate
