// The pool behind the window, and the requests that stand in its line: the newest wins, what runs can be told to stop,
// nothing that a job throws ends the program, and nobody waits behind others' work to close.
#include "app/worker/jobs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/worker/latest.h"

namespace striate {
namespace {

// A job that waits until it is let go.
struct Gate {
  std::promise<void> begun, let_go;
  std::shared_future<void> go{let_go.get_future()};
  std::function<void()> job() {
    return [this] {
      begun.set_value();
      go.wait();
    };
  }
};

void wait_for(const std::function<bool()>& holds) {
  while (!holds()) std::this_thread::yield();
}

TEST(Jobs, what_is_seen_comes_before_what_is_made_behind) {
  Jobs jobs(1);
  Gate gate;
  jobs.post(gate.job());
  gate.begun.get_future().wait();
  std::vector<int> order;  // written by the one thread alone
  std::promise<void> last;
  jobs.post([&] { order.push_back(3); }, JobPriority::behind);
  jobs.post([&] { order.push_back(4), last.set_value(); }, JobPriority::behind);
  jobs.post([&] { order.push_back(1); });
  jobs.post([&] { order.push_back(2); });
  gate.let_go.set_value();
  last.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST(Jobs, what_is_in_line_is_run_before_the_pool_ends) {
  std::atomic<int> done{0};
  {
    Jobs jobs(2);
    for (int i = 0; i < 100; ++i) jobs.post([&] { ++done; }, i % 2 ? JobPriority::seen : JobPriority::behind);
  }
  EXPECT_EQ(done, 100);
}

TEST(Latest, only_the_newest_of_the_requests_that_wait_is_run) {
  Jobs jobs(1);
  Gate gate;
  jobs.post(gate.job());
  gate.begun.get_future().wait();
  std::atomic<int> runs{0}, woken{0};
  Latest<int> latest([&] { ++woken; }, JobPriority::seen, jobs);
  for (int i = 0; i < 10; ++i) latest.request([&, i](Progress&) { return ++runs, i; });
  EXPECT_TRUE(latest.busy());
  EXPECT_FALSE(latest.take());
  gate.let_go.set_value();
  wait_for([&] { return woken > 0; });
  EXPECT_EQ(latest.take(), 9);
  EXPECT_EQ(latest.take(), std::nullopt);
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(latest.busy());
}

TEST(Latest, a_newer_request_stops_the_one_that_runs_and_follows_it) {
  Jobs jobs(2);
  std::promise<void> begun;
  std::atomic<int> woken{0};
  Latest<std::string> latest([&] { ++woken; }, JobPriority::seen, jobs);
  latest.request([&](Progress& progress) {
    begun.set_value();
    wait_for([&] { return progress.canceled.load(); });
    return std::string("old");
  });
  begun.get_future().wait();
  latest.request([](Progress& progress) {
    progress.share = 1;
    return std::string("new");
  });
  wait_for([&] { return woken > 0; });
  EXPECT_EQ(latest.take(), "new");
  EXPECT_EQ(woken, 1) << "the canceled one woke the window, too";
}

TEST(Latest, whatever_work_throws_is_an_error_with_its_two_lines) {
  Jobs jobs(1);
  std::atomic<int> woken{0};
  Latest<int> latest([&] { ++woken; }, JobPriority::seen, jobs);
  const auto fail_with = [&](auto thrown) {
    const int before = woken;
    latest.request([thrown](Progress&) -> int { throw thrown; });
    wait_for([&] { return woken > before; });
    try {
      latest.take();
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_EQ(fail_with(Error("the file is gone", "open another")), "the file is gone");
  EXPECT_EQ(fail_with(std::bad_alloc()), "there is not enough memory for this");
  EXPECT_EQ(fail_with(std::runtime_error("seven")), "this failed: seven");
  EXPECT_EQ(fail_with(7), "this failed");
  EXPECT_FALSE(latest.busy());
}

TEST(Latest, closing_stops_what_runs_and_does_not_wait_for_the_line) {
  Jobs jobs(1);
  std::atomic<bool> stopped{false};
  {
    std::promise<void> begun;
    Latest<int> latest([] {}, JobPriority::seen, jobs);
    latest.request([&](Progress& progress) {
      begun.set_value();
      wait_for([&] { return progress.canceled.load(); });
      stopped = true;
      return 1;
    });
    begun.get_future().wait();
  }
  EXPECT_TRUE(stopped);
  Gate gate;
  jobs.post(gate.job());
  gate.begun.get_future().wait();
  std::atomic<int> runs{0};
  {
    Latest<int> latest([] {}, JobPriority::seen, jobs);
    latest.request([&](Progress&) { return ++runs; });
  }  // while its job is still in line
  gate.let_go.set_value();
  std::promise<void> after;
  jobs.post([&] { after.set_value(); });
  after.get_future().wait();
  EXPECT_EQ(runs, 0);
}

TEST(Latest, canceled_work_gives_nothing) {
  Jobs jobs(1);
  std::promise<void> begun;
  Latest<int> latest([] { FAIL() << "the window was woken for nothing"; }, JobPriority::seen, jobs);
  latest.request([&](Progress& progress) {
    begun.set_value();
    wait_for([&] { return progress.canceled.load(); });
    return 1;
  });
  begun.get_future().wait();
  latest.cancel();
  EXPECT_FALSE(latest.busy());
  EXPECT_FALSE(latest.take());
}

}  // namespace
}  // namespace striate
