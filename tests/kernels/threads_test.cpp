// parallel_for() under several callers at once, nested, with exceptions, with more threads than cores: every piece
// exactly once.
#include "kernels/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace striate {
namespace {

// How many pieces were not run exactly once, over loops of all sizes.
int wrong_pieces_of_a_caller() {
  std::vector<int> runs(4000), nested(10);
  int wrong = 0;
  for (int round = 0; round < 200; ++round) {
    const int pieces = 2 + round * 37 % 3900;
    parallel_for(pieces, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++runs[static_cast<size_t>(i)];
      if (begin > 0) return;
      parallel_for(10, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) ++nested[static_cast<size_t>(i)];
      });
    });
    for (int i = 0; i < pieces; ++i) wrong += runs[static_cast<size_t>(i)] != 1;
    for (const int count : nested) wrong += count != 1;
    runs.assign(runs.size(), 0);
    nested.assign(nested.size(), 0);
    // Long enough for helpers to go to sleep now and then, so that they are woken as well.
    if (round % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return wrong;
}

TEST(Threads, several_callers_share_the_arena_and_pieces_may_nest) {
  for (const int threads : {2, 3, 7}) {
    set_thread_count(threads);
    std::atomic<int> wrong{0};
    std::vector<std::thread> callers;
    callers.reserve(3);
    for (int caller = 0; caller < 3; ++caller) callers.emplace_back([&] { wrong += wrong_pieces_of_a_caller(); });
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(wrong, 0) << threads << " threads";
  }
  set_thread_count(0);
}

// Helpers of the larger count are still awake then, more of them than the loop has shares.
TEST(Threads, fewer_threads_than_before_leave_no_piece_out) {
  int wrong = 0;
  for (int round = 0; round < 200; ++round) {
    set_thread_count(16);
    parallel_for(64, [](int64_t, int64_t) { std::this_thread::yield(); });
    set_thread_count(2 + round % 2);
    for (int loop = 0; loop < 20; ++loop) {
      std::vector<std::atomic<int>> runs(40);
      parallel_for(static_cast<int64_t>(runs.size()), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++runs[static_cast<size_t>(i)];
        std::this_thread::yield();
      });
      for (const std::atomic<int>& count : runs) wrong += count != 1 ? 1 : 0;
    }
  }
  set_thread_count(0);
  EXPECT_EQ(wrong, 0);
}

TEST(Threads, an_exception_comes_out_and_the_next_loop_is_whole) {
  set_thread_count(3);
  for (int round = 0; round < 50; ++round) {
    EXPECT_THROW(parallel_for(100,
                              [&](int64_t, int64_t end) {
                                if (end > 60) throw std::runtime_error("in a piece");
                              }),
                 std::runtime_error);
    std::atomic<int64_t> sum{0};
    parallel_for(100, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) sum += i;
    });
    EXPECT_EQ(sum, 4950);
  }
  set_thread_count(0);
}

}  // namespace
}  // namespace striate
