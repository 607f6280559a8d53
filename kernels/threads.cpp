#include "kernels/threads.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"
#include "kernels/thread_pool.h"

namespace striate {
namespace {

std::atomic<int> order{static_cast<int>(ThreadOrder::forward)};
#ifdef NDEBUG
std::atomic<bool> checks{false};
#else
std::atomic<bool> checks{true};
#endif

ThreadPool& pool() {
  static ThreadPool* made = new ThreadPool;  // never destroyed: threads may outlive main's statics
  return *made;
}

thread_local int alone = 0;

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
  pool().set_threads(count);
}

int thread_count() { return pool().threads(); }

void set_thread_order(ThreadOrder o) { order = static_cast<int>(o); }
ThreadOrder thread_order() { return static_cast<ThreadOrder>(order.load(std::memory_order_relaxed)); }

void set_debug_checks(bool on) { checks = on; }
bool debug_checks() { return checks.load(std::memory_order_relaxed); }

void parallel_for(int64_t pieces, void (*run)(void*, int64_t, int64_t), void* context) {
  if (pieces <= 0) return;
  if (pieces == 1 || alone > 0 || thread_count() == 1) return run(context, 0, pieces);
  pool().run(pieces, run, context);
}

OnOneThread::OnOneThread() { ++alone; }
OnOneThread::~OnOneThread() { --alone; }

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
void check_grid(const char* name, Grid grid) {
  constexpr int kMax = 65535;
  if (grid.y <= kMax && grid.z <= kMax) return;
  std::fprintf(stderr, "striate: internal error: %s is launched on a grid of %d x %d x %d blocks; y and z end at %d\n",
               name, grid.x, grid.y, grid.z, kMax);
  std::abort();
}

int64_t shuffle_step(int64_t n) {
  int64_t step = n * 5 / 8 + 1;
  while (std::gcd(step, n) != 1) ++step;
  return step;
}
}  // namespace detail

}  // namespace striate
