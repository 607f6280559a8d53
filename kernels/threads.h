// The processor's threads: one oneTBB arena shared by all callers, so that training and the window's own work don't
// fight over the cores. No result depends on how many threads there are.
//
// A training step is a hundred loops of some ten microseconds each, and waking a sleeping thread costs more than most
// of them. So the arena's workers, once awake, keep looking for the next loop for kKeepAwake before they go back to
// sleep; and a loop's pieces are dealt out so that a thread gets the same share of every loop as long as nobody is
// late, since what one loop wrote then lies in the right core's cache for the next. Who has nothing left takes from the
// others. A window in which nothing moves costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace striate {

// How many threads compute on the CPU, the caller's included, at most 256. 0 means one per core, which is the start.
// Throws Error for a negative number. Not to be called while something is computing.
void set_thread_count(int count);
int thread_count();

// The order in which the CPU runs the threads of a phase, the blocks of a grid and the indices of a for_each. Results
// must not depend on it; tests run all three, which finds a missing phase boundary without a GPU.
enum class ThreadOrder { forward, backward, shuffled };
void set_thread_order(ThreadOrder order);
ThreadOrder thread_order();

// Fresh buffers and the shared memory of blocks filled with NaN, every CUDA launch synchronized and checked.
// On from the start in debug builds; tests switch it on in any build.
void set_debug_checks(bool on);
bool debug_checks();

// Calls run(context, begin, end) until every piece of 0 .. pieces-1 was in exactly one call, on the arena's threads
// and the caller's own. Several callers at once share the arena; a piece may itself call parallel_for().
// An exception that a call throws comes out of here (of several, one), after all calls that had begun have ended;
// pieces that had not begun are then left out.
void parallel_for(int64_t pieces, void (*run)(void* context, int64_t begin, int64_t end), void* context);

// The same for any callable f(begin, end).
template <typename F>
void parallel_for(int64_t pieces, const F& f) {
  parallel_for(
      pieces, [](void* context, int64_t begin, int64_t end) { (*static_cast<const F*>(context))(begin, end); },
      const_cast<F*>(&f));
}

// While one lives, what its thread computes is computed on that thread alone: to time one core.
class OnOneThread {
 public:
  OnOneThread();
  ~OnOneThread();
  OnOneThread(const OnOneThread&) = delete;
  OnOneThread& operator=(const OnOneThread&) = delete;
};

// Scratch memory of the calling thread, at least `bytes` large, aligned to 64 bytes and kept from call to call.
// Slot 0 belongs to for_each_block; slots 1 to 3 are free for operators.
void* thread_scratch(int slot, size_t bytes);

}  // namespace striate
