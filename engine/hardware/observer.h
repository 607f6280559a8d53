// Notes what the threads of a block do and adds it up, warp by warp. One for each thread of the processor that runs
// blocks; observed.h calls it, observe_kernel.h brings the sums together.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "engine/hardware/observation.h"

namespace striate {

// Who wrote which words of c, shared by the observers of a launch. Two blocks are a race, whatever lies between; two
// threads of a block are one where no barrier does.
class WrittenWords {
 public:
  struct Writer {
    int block, stretch, thread;  // stretch: of the block, between two barriers
  };
  explicit WrittenWords(int64_t count);
  // The thread that `writer` races with, or -1; once for each word.
  int write(int64_t word, const Writer& writer);
  // The same of one who reads; what it reads before somebody writes it is not noticed.
  int read(int64_t word, const Writer& reader);

 private:
  int touch(int64_t word, const Writer& by, bool store);
  std::vector<std::atomic<uint64_t>> writers_;  // 0: nobody yet
};

// Where an array lies. Addresses are counted from its begin, as if that were a multiple of 256.
struct ArrayMemory {
  const void* begin;
  int64_t bytes;
  Array array;
};

class Observer {
 public:
  Observer(const std::vector<ArrayMemory>& arrays, WrittenWords& written, int threads, size_t shared_bytes,
           const ObserveSettings& how);

  // The one of this thread of the processor, while it runs a block.
  static Observer*& here() {
    static thread_local Observer* observer = nullptr;
    return observer;
  }

  // ------------------------------------------------------------------ what observe_kernel.h says

  void begin_block(int block);
  // From here on the kernel is run for these warps and for phases first to last - 1; a new pass over the block.
  void begin_pass(int first_warp, int last_warp, int first_phase, int last_phase);
  // The lines of a block's phases in the order of their execution; known after the first pass.
  const std::vector<int>& phase_lines() const { return lines_; }
  // The barrier behind phases of this line is left out; 0: none.
  void remove_barrier(int line) { removed_ = line; }
  void* shared_memory() { return shared_.data(); }
  Observation take();

  // ------------------------------------------------------------------ what observed.h says

  int64_t flops = 0;

  void* own(size_t bytes);
  bool runs() const { return phase_ >= first_phase_ && phase_ < last_phase_; }
  int first_warp() const { return first_warp_; }
  int last_warp() const { return last_warp_; }
  void begin_phase(int line);
  void end_phase(int line);
  void begin_thread(int thread) {
    thread_ = thread;
    ++thread_serial_;
    sequence_ = 0;
  }
  void end_warp(int warp);
  // False: in none of the arrays; the caller must leave it alone.
  bool global(const void* word, bool store, int bytes, int line) {
    for (const ArrayMemory& memory : arrays_) {
      const int64_t at = static_cast<const std::byte*>(word) - static_cast<const std::byte*>(memory.begin);
      if (at < 0 || at + bytes > memory.bytes) continue;
      note(static_cast<int>(memory.array) * 2 + store, static_cast<int32_t>(at), bytes, line);
      if (memory.array == Array::c) touched(at / 4, bytes, store);
      return true;
    }
    ++sum_.outside;
    return false;
  }
  void shared(const float* word, bool store, int bytes, int line) {
    const auto at = static_cast<int32_t>(reinterpret_cast<const unsigned char*>(word) -
                                         reinterpret_cast<const unsigned char*>(shared_.data()));
    note(static_cast<int>(Array::shared) * 2 + store, at, bytes, line);
    for (int i = 0; i < bytes / 4; ++i) check_race(static_cast<size_t>(at / 4 + i), store);
  }
  bool branch(bool taken, int line) {
    note(kBranch, taken ? 1 : 0, 0, line);
    return taken;
  }

 private:
  static constexpr int kBranch = 10, kKinds = 11;

  // One instruction of the source: what the threads of the warp that runs now do by it, time after time.
  struct Site {
    int line, kind, bytes;
    uint64_t thread = 0;  // serial number of the thread that was here last
    size_t times = 0;     // that this thread has been here
    size_t rows = 0;      // the most times of a thread of this warp
    std::vector<std::array<int32_t, kWarp>> at;
    std::vector<uint32_t> lanes;
    std::vector<uint32_t> order;  // of a thread's instructions, where this time came first
  };
  struct Word {  // of shared memory
    uint64_t write_stretch = 0, read_stretch = 0, raced_stretch = 0;
    int writer = 0, reader = 0;
    bool readers = false;  // more than one
  };

  void note(int kind, int32_t at, int bytes, int line);
  void check_race(size_t word, bool store);
  void touched(int64_t word, int bytes, bool store);
  void found_race(Array array, int32_t at, int first, int second);
  void count(const Site& site, size_t time, WarpStep& step);
  PhaseCounts& phase_counts();

  const std::vector<ArrayMemory>& arrays_;
  WrittenWords& written_;
  const ObserveSettings& how_;
  int threads_, removed_ = 0;
  std::vector<std::array<float, 4>> shared_;  // aligned to 16 bytes
  std::vector<std::unique_ptr<std::byte[]>> owned_;
  size_t own_count_ = 0;
  std::vector<int> lines_;
  bool lines_known_ = false;

  int block_ = 0, thread_ = 0;
  int first_warp_ = 0, last_warp_ = 0, first_phase_ = 0, last_phase_ = 0, phase_ = 0;
  uint64_t thread_serial_ = 0, stretch_ = 0, first_stretch_ = 0;
  uint32_t sequence_ = 0;
  std::vector<int16_t> site_of_;  // line * kKinds + kind -> site, -1
  std::vector<Site> sites_;
  std::vector<Word> words_;
  Observation sum_;
};

}  // namespace striate
