// Too little memory at any place: every allocation of a thread is made to fail in turn, and what was there before is
// still there. A sanitizer has an operator new of its own: there these tests are passed over.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include "app/worker/jobs.h"
#include "app/worker/latest.h"
#include "app/worker/trainer_thread.h"
#include "engine/error.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIATE_OWN_NEW 0
#else
#define STRIATE_OWN_NEW 1
#endif

namespace {

thread_local int64_t allocations_left = -1;  // of this thread until one fails; negative: none does
std::atomic<int64_t> failed{0};

}  // namespace

// Not inlined: where the compiler sees only one half of the pair it takes malloc and delete for a mistake.
#if STRIATE_OWN_NEW
#define STRIATE_NOT_INLINED __attribute__((noinline))
STRIATE_NOT_INLINED void* operator new(std::size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) {
    ++failed;
    throw std::bad_alloc();
  }
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// As std::stable_sort asks; the library's own would not be that of this delete.
STRIATE_NOT_INLINED void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
STRIATE_NOT_INLINED void operator delete(void* memory) noexcept { std::free(memory); }
STRIATE_NOT_INLINED void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace striate {
namespace {

using Clock = std::chrono::steady_clock;

void wait(const std::function<bool()>& holds) {
  const auto start = Clock::now();
  while (!holds()) {
    ASSERT_LT(Clock::now() - start, std::chrono::seconds(240));
    std::this_thread::sleep_for(std::chrono::microseconds(100));  // between two looks, not for an outcome
  }
}

class NoMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (!STRIATE_OWN_NEW) GTEST_SKIP() << "a sanitizer's allocator takes no orders";
    failed = 0;
  }
};

TEST_F(NoMemory, a_job_gives_its_error_and_the_next_one_its_result) {
  Latest<int> latest([] {});
  const auto work = [&](int64_t fails_at) {
    latest.request([fails_at](Progress&) {
      allocations_left = fails_at;
      std::vector<int> numbers(100, 1);
      std::vector<int> more(100, 2);
      allocations_left = -1;
      return numbers[0] + more[0];
    });
    wait([&] { return latest.busy(); });
    std::optional<int> result;
    wait([&] { return (result = latest.take()).has_value(); });
    return *result;
  };
  for (const int64_t at : {0, 1}) {
    try {
      work(at);
      FAIL();
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "there is not enough memory for this");
      EXPECT_FALSE(error.hint().empty());
    }
    EXPECT_EQ(work(-1), 3);
  }
}

// The thread that trains: any allocation of a step, its measuring, its snapshot and its queue.
TEST_F(NoMemory, a_training_goes_on_after_any_allocation_that_failed) {
  TrainingConfig config;
  config.data = "digits:60";
  config.model = "flatten | dense 10";
  config.batch = 8;
  TrainerThread thread(Device::cpu(), [] {});
  thread.post([config](TrainWorker& worker) { worker.begin(config); });
  TrainSnapshotPtr now;
  const auto settle = [&] { wait([&] { return !thread.busy(*(now = thread.snapshot())) || thread.take_error(); }); };
  settle();
  ASSERT_EQ(now->step, 0);
  for (int64_t at = 0;; at += 1 + at / 12) {
    failed = 0;
    thread.post([at](TrainWorker& worker) {
      allocations_left = at;
      worker.step_batch();
    });
    settle();
    thread.post([](TrainWorker&) { allocations_left = -1; });
    settle();
    if (failed == 0) break;
    // It goes on from where it is.
    const int64_t before = now->newest_step;
    thread.post([before](TrainWorker& worker) { worker.scrub(before); });
    thread.post([](TrainWorker& worker) { worker.step_batch(); });
    settle();
    ASSERT_EQ(now->newest_step, before + 1) << "after the allocation number " << at;
  }
  EXPECT_GT(now->newest_step, 20);
}

}  // namespace
}  // namespace striate
