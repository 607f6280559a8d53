// The emulated GPU: what it refuses, how a flat launch is dealt out, captured steps, and that nobody gets it unasked.
#include "kernels/emulated.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "kernels/elementwise.h"
#include "kernels/graph.h"
#include "kernels/launch.h"
#include "kernels/memory.h"
#include "tests/kernels/on_every_device.h"

namespace striate {

template <int Threads, int Bytes, int ArgumentBytes = 4>
struct TestSize {
  static constexpr int threads = Threads;
  struct Shared {
    unsigned char bytes[Bytes];
  };
  unsigned char arguments[ArgumentBytes] = {};
  HD void operator()(Block<threads> block, Shared&) const {
    block.phase([](int) {});
  }
};

// What a block finds in its shared memory, before and after it wrote there.
struct TestFresh {
  static constexpr int threads = 32;
  struct Shared {
    float values[threads];
  };
  float* y;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) {
      y[block.x * threads + thread] = shared.values[thread];
      shared.values[thread] = 1;
    });
  }
};

namespace {

template <typename K>
void launch_size() {
  Stream stream(Device::emulated());
  for_each_block(EmulatedTarget{}, stream, "sized", Grid{2}, K{});
}

TEST(Emulated, takes_what_compute_capability_7_5_takes) {
  launch_size<TestSize<1024, 64>>();
  launch_size<TestSize<32, 64 * 1024>>();
  launch_size<TestSize<32, 64, 4096>>();
}

TEST(EmulatedDeathTest, a_launch_that_a_gpu_could_not_take_ends_the_program) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH((launch_size<TestSize<2048, 64>>()), "sized is launched with blocks of 2048 threads");
  EXPECT_DEATH((launch_size<TestSize<32, 64 * 1024 + 1>>()), "sized is launched with 65537 bytes of shared memory");
  EXPECT_DEATH((launch_size<TestSize<32, 64, 4097>>()), "sized is launched with 4097 bytes of arguments");
  Stream stream(Device::emulated());
  EXPECT_DEATH(for_each_block(EmulatedTarget{}, stream, "sized", Grid{1, 65536}, TestSize<32, 64>{}),
               "sized is launched on a grid");
}

TEST(Emulated, shared_memory_is_nan_in_every_block_in_every_build) {
  Stream stream(Device::emulated());
  ASSERT_FALSE(stream.device().is_cpu());
  set_debug_checks(false);
  std::vector<float> y(5 * 32);
  for_each_block(EmulatedTarget{}, stream, "fresh", Grid{5}, TestFresh{y.data()});
  for (const float value : y) EXPECT_TRUE(std::isnan(value));
}

// More indices than threads: thread t takes t, then every index one number of threads further on.
TEST(Emulated, a_flat_launch_goes_in_strides_of_the_grid) {
  struct Seen {
    int64_t n;
    int* thread;  // of each index
  };
  for (const ThreadOrder order : {ThreadOrder::forward, ThreadOrder::backward, ThreadOrder::shuffled}) {
    set_thread_order(order);
    for (const int64_t n : {1, 255, 512, 513, 5000}) {
      std::vector<int> thread(static_cast<size_t>(n), -1);
      const Seen seen{n, thread.data()};
      Stream stream(Device::emulated());
      emulated::launch_flat(stream, {"strides", &seen, sizeof(seen), 1}, n, 2,
                            [](const void* kernel, int64_t first, int64_t count, int64_t stride) {
                              EXPECT_EQ(stride, 2 * kFlatThreads);
                              const auto* to = static_cast<const Seen*>(kernel);
                              for (int64_t i = first; i < count; i += stride) to->thread[i] = static_cast<int>(first);
                            });
      for (int64_t i = 0; i < n; ++i) {
        ASSERT_EQ(thread[static_cast<size_t>(i)], i % (2 * kFlatThreads)) << "index " << i << " of " << n;
      }
    }
  }
  set_thread_order(ThreadOrder::forward);
  EXPECT_EQ(flat_blocks(1), 1);
  EXPECT_EQ(flat_blocks(257), 2);
  EXPECT_EQ(flat_blocks(int64_t{1} << 40), 1 << 20);
}

TEST(Emulated, a_captured_step_is_replayed_with_the_arguments_that_it_had) {
  set_debug_checks(false);
  for (const Device& device : Device::all_for_tests()) {
    if (device.is_cpu()) continue;
    Stream stream(device);
    ASSERT_TRUE(Graph::can_capture(stream));
    Buffer<float> x(device, 4, "a test"), y(device, 4, "a test");
    fill(stream, 4, 1, x.data());
    fill(stream, 4, 0, y.data());
    stream.synchronize();
    Graph graph;
    float factor = 2;
    graph.capture(stream, [&] {
      scale(stream, 4, factor, x.data(), x.data());
      copy_bytes(stream, y.data(), device, x.data(), device, 4 * sizeof(float));
    });
    EXPECT_TRUE(graph.captured());
    std::vector<float> host(4);
    download(stream, host.data(), y, 4);
    EXPECT_EQ(host, std::vector<float>(4, 0)) << "a capture runs nothing";
    factor = 100;  // too late
    for (int step = 0; step < 3; ++step) graph.launch(stream);
    download(stream, host.data(), y, 4);
    EXPECT_EQ(host, std::vector<float>(4, 8));
    Graph moved = std::move(graph);
    EXPECT_FALSE(graph.captured());  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
    moved.launch(stream);
    download(stream, host.data(), y, 4);
    EXPECT_EQ(host, std::vector<float>(4, 16));
    EXPECT_THROW(moved.capture(stream, [] { throw 1; }), int);
    fill(stream, 4, 3, y.data());  // runs at once again
    download(stream, host.data(), y, 4);
    EXPECT_EQ(host, std::vector<float>(4, 3));
  }
  Stream cpu;
  EXPECT_FALSE(Graph::can_capture(cpu));
}

TEST(EmulatedDeathTest, what_a_captured_step_must_not_do_ends_the_program) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  set_debug_checks(false);
  Stream stream(Device::emulated()), other(Device::emulated());
  Buffer<float> x(Device::emulated(), 4, "a test");
  float host[4] = {};
  const auto captured = [&](const std::function<void()>& work) {
    Graph graph;
    graph.capture(stream, work);
  };
  EXPECT_DEATH(captured([&] { const Buffer<float> more(Device::emulated(), 4, "a test"); }), "memory is allocated");
  EXPECT_DEATH(captured([&] { x = Buffer<float>(); }), "memory is released while a step is captured");
  EXPECT_DEATH(captured([&] { stream.synchronize(); }), "a stream is waited for while a step is captured");
  EXPECT_DEATH(captured([&] { upload(stream, x, host, 4); }), "memory is copied to or from the host");
  EXPECT_DEATH(captured([&] { download(stream, host, x, 4); }), "memory is copied to or from the host");
  EXPECT_DEATH(captured([&] { fill(other, 4, 1, x.data()); }), "a launch on another stream");
}

TEST(Emulated, is_asked_for_by_name_only) {
  EXPECT_EQ(Device::parse("emulated"), Device::emulated());
  EXPECT_EQ(Device::emulated().id(), "emulated");
  EXPECT_EQ(Device::emulated().name().rfind("Emulated GPU", 0), 0u);
  EXPECT_FALSE(Device::best().is_emulated());
  for (const Device& device : Device::all()) EXPECT_FALSE(device.is_emulated());
  EXPECT_EQ(Device::all_for_tests().size(), Device::all().size() + 1);
  EXPECT_EQ(Device::all_for_tests()[1], Device::emulated());
  EXPECT_TRUE(Device::emulated().is_gpu());
  EXPECT_FALSE(Device::emulated().is_cuda() || Device::emulated().is_cpu());
}

}  // namespace
}  // namespace striate
