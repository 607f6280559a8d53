#include "kernels/emulated.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "kernels/launch.h"

namespace striate {
namespace emulated {
namespace {

// Of the calling thread, as CUDA's thread-local capture is.
thread_local Recording* recording = nullptr;
thread_local const Stream* captured_stream = nullptr;

[[noreturn]] void end_program(const std::string& what) {
  std::fprintf(stderr, "striate: internal error: %s\n", what.c_str());
  std::abort();
}

void check(const Kernel& kernel, int threads, size_t shared_bytes) {
  const std::string name = std::string(kernel.name) + " is launched with ";
  if (threads > kMaxThreads) {
    end_program(name + "blocks of " + std::to_string(threads) + " threads; a GPU takes at most " +
                std::to_string(kMaxThreads));
  }
  if (shared_bytes > kMaxSharedBytes) {
    end_program(name + std::to_string(shared_bytes) + " bytes of shared memory; a GPU of compute capability 7.5 has " +
                std::to_string(kMaxSharedBytes));
  }
  if (kernel.bytes > kMaxArgumentBytes) {
    end_program(name + std::to_string(kernel.bytes) + " bytes of arguments; a GPU takes at most " +
                std::to_string(kMaxArgumentBytes));
  }
}

void run_flat(const void* kernel, int64_t work, int64_t n, int blocks, RunThread run) {
  const int64_t threads = static_cast<int64_t>(blocks) * kFlatThreads;
  detail::in_order(std::min(n, threads), detail::grain_of(work), [&](int64_t begin, int64_t end) {
    for (int64_t thread = begin; thread < end; ++thread) run(kernel, thread, n, threads);
  });
}

void run_blocks(const void* kernel, int64_t work, Blocks grid, size_t shared_bytes, RunBlock run) {
  const ThreadOrder order = thread_order();
  detail::in_order(static_cast<int64_t>(grid.x) * grid.y * grid.z, detail::grain_of(work),
                   [&](int64_t begin, int64_t end) {
                     void* shared = thread_scratch(0, shared_bytes);
                     for (int64_t b = begin; b < end; ++b) {
                       std::memset(shared, 0xff, shared_bytes);
                       run(kernel, static_cast<int>(b % grid.x), static_cast<int>(b / grid.x % grid.y),
                           static_cast<int>(b / grid.x / grid.y), order, shared);
                     }
                   });
}

bool records(const Stream& stream) {
  if (recording == nullptr) return false;
  if (captured_stream != &stream) end_program("a launch on another stream while a step is captured");
  return true;
}

// A launch takes a copy of its arguments.
std::shared_ptr<const void> copy_of(const Kernel& kernel) {
  std::shared_ptr<void> copy(std::aligned_alloc(64, (kernel.bytes + 63) / 64 * 64), [](void* p) { std::free(p); });
  std::memcpy(copy.get(), kernel.arguments, kernel.bytes);
  return copy;
}

}  // namespace

void launch_flat(Stream& stream, const Kernel& kernel, int64_t n, int blocks, RunThread run) {
  check(kernel, kFlatThreads, 0);
  if (!records(stream)) return run_flat(kernel.arguments, kernel.work, n, blocks, run);
  recording->push_back([arguments = copy_of(kernel), work = kernel.work, n, blocks, run] {
    run_flat(arguments.get(), work, n, blocks, run);
  });
}

void launch_blocks(Stream& stream, const Kernel& kernel, Blocks grid, int threads, size_t shared_bytes, RunBlock run) {
  check(kernel, threads, shared_bytes);
  if (!records(stream)) return run_blocks(kernel.arguments, kernel.work, grid, shared_bytes, run);
  recording->push_back([arguments = copy_of(kernel), work = kernel.work, grid, shared_bytes, run] {
    run_blocks(arguments.get(), work, grid, shared_bytes, run);
  });
}

void copy(Stream& stream, void* to, const void* from, size_t bytes) {
  if (!records(stream)) {
    std::memcpy(to, from, bytes);
    return;
  }
  recording->push_back([=] { std::memcpy(to, from, bytes); });
}

void refuse_while_capturing(const char* what) {
  if (recording != nullptr) end_program(std::string(what) + " while a step is captured");
}

void begin_capture(Stream& stream, Recording* into) {
  refuse_while_capturing("a capture");
  recording = into;
  captured_stream = &stream;
}

void end_capture() {
  recording = nullptr;
  captured_stream = nullptr;
}

}  // namespace emulated
}  // namespace striate
