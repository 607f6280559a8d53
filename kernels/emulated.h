// The emulated GPU: a kernel's CUDA form run by the processor. launch.h launches on it; who only launches never sees
// it.
//
// What it holds a kernel and its callers to, as a GPU would, on every machine and in every build:
//   - one index belongs to one thread, threads to blocks, and both may come in any order (set_thread_order());
//   - fresh shared memory holds NaN in every block, so that a value that nobody wrote shows;
//   - a launch that a GPU of compute capability 7.5 could not take ends the program: a block of more than 1024 threads,
//     more than 64 KB of shared memory, more than 4 KB of arguments, a grid of more than 65535 in y or z;
//   - a captured step (graph.h) is a list of launches that is replayed: whatever a launch was given is as it was then,
//     and to allocate, release, wait or copy from or to the host while a step is captured ends the program.
// The program ends, and does not throw, because each of them is a mistake in the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/threads.h"

namespace striate {

class Stream;

namespace emulated {

constexpr int kMaxThreads = 1024;               // of a block
constexpr size_t kMaxSharedBytes = 64 * 1024;   // of a block, on compute capability 7.5
constexpr size_t kMaxArgumentBytes = 4 * 1024;  // of a kernel

struct Kernel {
  const char* name;
  const void* arguments;  // the kernel itself, trivially copyable
  size_t bytes;
  int64_t work;  // of one index or one block: launch.h
};
struct Blocks {
  int x, y, z;
};

// Runs, or records, indices 0 .. n-1 by `blocks` blocks of kFlatThreads threads: thread t calls run(kernel, t, n,
// number of threads), which takes t and every index one number of threads further on.
using RunThread = void (*)(const void* kernel, int64_t first, int64_t n, int64_t stride);
void launch_flat(Stream& stream, const Kernel& kernel, int64_t n, int blocks, RunThread run);

using RunBlock = void (*)(const void* kernel, int x, int y, int z, ThreadOrder order, void* shared);
void launch_blocks(Stream& stream, const Kernel& kernel, Blocks grid, int threads, size_t shared_bytes, RunBlock run);

// Copies between two places of the device, in the order of the launches.
void copy(Stream& stream, void* to, const void* from, size_t bytes);

// Ends the program where the calling thread captures a step: `what` must not be done then.
void refuse_while_capturing(const char* what);

// What was launched during a capture. One at a time on a thread.
using Recording = std::vector<std::function<void()>>;
void begin_capture(Stream& stream, Recording* recording);
void end_capture();

}  // namespace emulated
}  // namespace striate
