// Times are measured: nothing can be said of them but that they are there, and what is made of them.
#include "engine/hardware/timing.h"

#include <gtest/gtest.h>

#include "engine/error.h"

namespace striate {

TEST(Timing, of_a_version) {
  const VersionTimes times = time_version(TeachTask::copy, "coalesced", {}, 0.001);
  EXPECT_GT(times.cpu1, 0);
  EXPECT_GT(times.cpu, 0);
  bool has_cuda = false;
  for (const Device& device : Device::all()) has_cuda = has_cuda || device.is_cuda();
  EXPECT_EQ(times.cuda.has_value(), has_cuda);
  EXPECT_THROW(time_version(TeachTask::copy, "padded", {}, 0.001), Error);
  EXPECT_THROW(time_version(TeachTask::copy, "coalesced", {}, 0.001, [] { return false; }), TimingEnded);
}

TEST(Timing, a_sweep_doubles_the_side) {
  const std::vector<SweepPoint> points = sweep_version(TeachTask::transpose, "tiled", {}, 128, 0.001);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].n, 32);
  EXPECT_EQ(points[2].n, 128);
}

TEST(Timing, where_the_gpu_begins_to_win) {
  const auto point = [](int n, double cpu, double gpu) {
    SweepPoint one{n, {}};
    one.times.cpu = cpu, one.times.cuda_copies = gpu;
    return one;
  };
  EXPECT_FALSE(crossover({point(32, 1, 2), point(64, 2, 3)}));
  EXPECT_FALSE(crossover({SweepPoint{32, {}}})) << "there is no GPU";
  EXPECT_DOUBLE_EQ(*crossover({point(32, 2, 1)}), 32);
  // Twice as slow at 64, twice as fast at 256: equal in the middle of the logarithms.
  EXPECT_NEAR(*crossover({point(64, 1, 2), point(256, 2, 1)}), 128, 1e-9);
}

}  // namespace striate
