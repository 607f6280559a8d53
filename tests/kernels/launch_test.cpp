// The base: devices, threads, buffers, the two launch forms on the CPU and the emulated GPU.
#include "kernels/launch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <set>

#include "kernels/error.h"
#include "kernels/memory.h"
#include "tests/kernels/on_every_device.h"

namespace striate {

struct TestDouble {
  const int* x;
  int* y;
  HD void operator()(int64_t i) const { y[i] = 2 * x[i]; }
};

// Reverses a row of 64 through shared memory: wrong without its phase boundary.
struct TestReverse {
  static constexpr int threads = 64;
  struct Shared {
    float values[threads];
  };
  const float* x;  // (blocks, 64)
  float* y;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) { shared.values[threads - 1 - thread] = x[block.x * threads + thread]; });
    block.phase([&](int thread) { y[block.x * threads + thread] = shared.values[thread]; });
  }
};

// Counts how often each block of a grid of 5 x 3 x 4 runs.
struct TestCount {
  static constexpr int threads = 1;
  struct Shared {};
  int* hits;
  void operator()(Block<1> block, Shared&) const {
    block.phase([&](int) { ++hits[(block.z * 3 + block.y) * 5 + block.x]; });
  }
};

// The same as TestReverse without the boundary, and one that reads shared memory that nobody wrote.
struct TestMissingPhase {
  static constexpr int threads = 64;
  struct Shared {
    float values[threads];
  };
  float* y;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) {
      shared.values[thread] = 1;
      y[block.x * threads + thread] = shared.values[threads - 1 - thread];
    });
  }
};

namespace {

struct OrderGuard {
  ~OrderGuard() {
    set_thread_order(ThreadOrder::forward);
    set_debug_checks(false);
    set_thread_count(0);
  }
};

// test(target, stream, order) for the two targets that run here without a GPU, in every thread order.
template <typename F>
void on_both_hosts(const F& test) {
  for (const ThreadOrder order : {ThreadOrder::forward, ThreadOrder::backward, ThreadOrder::shuffled}) {
    set_thread_order(order);
    Stream cpu(Device::cpu()), emulated(Device::emulated());
    test(CpuTarget{}, cpu, order);
    test(EmulatedTarget{}, emulated, order);
  }
}

}  // namespace

TEST(Launch, flat_visits_every_index_once_in_every_order) {
  const OrderGuard guard;
  on_both_hosts([](auto target, Stream& stream, ThreadOrder) {
    for (const int64_t n : {0, 1, 2, 7, 32768, 32769, 200003}) {
      std::vector<int> x(n), y(n, -1);
      for (int64_t i = 0; i < n; ++i) x[i] = static_cast<int>(i);
      for_each(target, stream, "double", n, TestDouble{x.data(), y.data()});
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(y[i], 2 * i);
    }
  });
}

TEST(Launch, phases_are_barriers) {
  const OrderGuard guard;
  on_both_hosts([](auto target, Stream& stream, ThreadOrder) {
    for (const int blocks : {1, 7, 300}) {
      std::vector<float> x(blocks * 64), y(blocks * 64, NAN);
      for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 977);
      for_each_block(target, stream, "reverse", Grid{blocks}, TestReverse{x.data(), y.data()});
      for (int i = 0; i < blocks * 64; ++i) ASSERT_EQ(y[i], x[i / 64 * 64 + 63 - i % 64]);
    }
  });
}

TEST(Launch, thread_orders_and_filled_memory_find_a_missing_phase) {
  const OrderGuard guard;
  set_debug_checks(true);
  on_both_hosts([](auto target, Stream& stream, ThreadOrder order) {
    if (order == ThreadOrder::shuffled) return;
    std::vector<float> y(64);
    for_each_block(target, stream, "wrong", Grid{1}, TestMissingPhase{y.data()});
    const int early = order == ThreadOrder::forward ? 0 : 63;
    EXPECT_TRUE(std::isnan(y[early]));
    EXPECT_FALSE(std::isnan(y[63 - early]));
  });
}

TEST(Launch, a_three_dimensional_grid_has_every_block_once) {
  const OrderGuard guard;
  on_both_hosts([](auto target, Stream& stream, ThreadOrder) {
    std::vector<int> hits(5 * 3 * 4);
    for_each_block(target, stream, "count", Grid{5, 3, 4}, TestCount{hits.data()});
    for (const int h : hits) EXPECT_EQ(h, 1);
  });
}

TEST(Launch, names_shapes_and_times_reach_the_log) {
  const auto shape_text = [](const LaunchShape& s) {
    return std::to_string(s.grid[0]) + "x" + std::to_string(s.grid[1]) + "x" + std::to_string(s.grid[2]) + " of " +
           std::to_string(s.block) + ", " + std::to_string(s.shared_bytes) + " bytes";
  };
  std::vector<int> x(40000), y(40000);
  std::vector<float> from(5 * 64), to(5 * 64);
  on_both_hosts([&](auto target, Stream& stream, ThreadOrder) {
    LaunchLog log;
    stream.set_log(&log);
    const auto n = static_cast<int64_t>(x.size());
    for_each(target, stream, "double", n, TestDouble{x.data(), y.data()});
    for_each(target, stream, "double", n, TestDouble{x.data(), y.data()});
    for_each(target, stream, "double", 3, TestDouble{x.data(), y.data()});
    for_each_block(target, stream, "reverse", Grid{5}, TestReverse{from.data(), to.data()});
    ASSERT_EQ(log.rows().size(), 3u);  // by name and shape
    EXPECT_EQ(log.rows()[0].name, "double");
    EXPECT_EQ(log.rows()[0].launches, 2);
    EXPECT_EQ(log.rows()[1].name, "double");
    EXPECT_EQ(log.rows()[1].launches, 1);
    const bool gpu = stream.device().is_gpu();
    EXPECT_EQ(shape_text(log.rows()[0].shape), gpu ? "157x1x1 of 256, 0 bytes" : "2x1x1 of 1, 0 bytes");
    EXPECT_EQ(shape_text(log.rows()[1].shape), gpu ? "1x1x1 of 256, 0 bytes" : "1x1x1 of 1, 0 bytes");
    EXPECT_EQ(log.rows()[2].name, "reverse");
    EXPECT_EQ(shape_text(log.rows()[2].shape), "5x1x1 of 64, 256 bytes");
    EXPECT_EQ(log.rows()[2].shape.registers, 0);
    EXPECT_STREQ(stream.last_launch(), "reverse");
  });
  const OrderGuard guard;
}

TEST(Threads, pieces_are_each_run_once_and_errors_come_out) {
  const OrderGuard guard;
  for (const int threads : {1, 2, 4}) {
    set_thread_count(threads);
    EXPECT_EQ(thread_count(), threads);
    std::vector<std::atomic<int>> hits(1000);
    parallel_for(1000, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++hits[i];
    });
    for (const auto& h : hits) EXPECT_EQ(h, 1);
    EXPECT_THROW(parallel_for(10, [](int64_t, int64_t) { throw Error("what", "hint"); }), Error);
  }
  EXPECT_THROW(set_thread_count(-1), Error);
}

TEST(Buffer, fresh_memory_is_nan_where_checks_are_on) {
  const OrderGuard guard;
  set_debug_checks(true);
  const Buffer<float> buffer(Device::cpu(), 100, "a test");
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(std::isnan(buffer.data()[i]));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0u);
}

TEST(Buffer, moves_and_does_not_leak_its_memory) {
  Buffer<int> a(Device::cpu(), 10, "a test");
  int* memory = a.data();
  Buffer<int> b = std::move(a);
  EXPECT_EQ(b.data(), memory);
  EXPECT_EQ(a.data(), nullptr);  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
  a = std::move(b);
  EXPECT_EQ(a.data(), memory);
}

TEST(Buffer, too_much_is_an_error_that_names_it) {
  try {
    const Buffer<double> buffer(Device::cpu(), int64_t{1} << 57, "the universe");
    FAIL() << "an exabyte was found";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the universe"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("1152921504606846976 bytes"), std::string::npos) << error.what();
  }
}

TEST(Device, words_name_devices) {
  EXPECT_EQ(Device::parse("cpu"), Device::cpu());
  EXPECT_EQ(Device::parse("auto"), Device::best());
  EXPECT_EQ(Device::all()[0], Device::cpu());
  EXPECT_EQ(Device::cpu().name().rfind("CPU, ", 0), 0u);
  EXPECT_THROW(Device::parse("gpu"), Error);
  if (Device::all().size() == 1) {
    EXPECT_THROW(Device::parse("cuda"), Error);
    EXPECT_NE(why_no_cuda(), "");
  }
}

TEST(Pack, arithmetic_and_conversions_are_those_of_single_values) {
  constexpr int W = kPackWidth<int16_t>;
  uint8_t bytes[W];
  for (int i = 0; i < W; ++i) bytes[i] = static_cast<uint8_t>(37 * i + 200);
  const auto shorts = Pack<uint8_t, W>::load(bytes).to<int16_t>();
  const auto back = (shorts + Pack<int16_t, W>::all(0)).to<uint8_t>();
  for (int i = 0; i < W; ++i) {
    EXPECT_EQ(shorts[i], bytes[i]);
    EXPECT_EQ(back[i], bytes[i]);
  }
  constexpr int F = kPackWidth<float>;
  const auto floats = Pack<uint8_t, F>::load(bytes).to<float>();
  const auto squared = fma(floats, floats, Pack<float, F>::all(0.5f));
  const auto ints = squared.to<int32_t>();
  for (int i = 0; i < F; ++i) {
    EXPECT_EQ(floats[i], bytes[i]);
    EXPECT_EQ(squared[i], bytes[i] * bytes[i] + 0.5f);
    EXPECT_EQ(ints[i], bytes[i] * bytes[i]);
    EXPECT_EQ(minimum(floats, Pack<float, F>::all(100))[i], std::min<float>(bytes[i], 100));
    EXPECT_EQ(maximum(floats, Pack<float, F>::all(100))[i], std::max<float>(bytes[i], 100));
  }
  constexpr int D = kPackWidth<double>;
  const auto doubles = Pack<uint8_t, D>::load(bytes).to<double>();
  for (int i = 0; i < D; ++i) EXPECT_EQ(doubles[i], bytes[i]);
  int16_t negative[F];
  for (int i = 0; i < F; ++i) negative[i] = static_cast<int16_t>(-300 * i);
  const auto wide = Pack<int16_t, F>::load(negative).to<float>();
  for (int i = 0; i < F; ++i) EXPECT_EQ(wide[i], negative[i]);
  int32_t small[F];
  for (int i = 0; i < F; ++i) small[i] = 255 - i;
  const auto narrow = Pack<int32_t, F>::load(small).to<uint8_t>();
  for (int i = 0; i < F; ++i) EXPECT_EQ(narrow[i], 255 - i);
}

}  // namespace striate
