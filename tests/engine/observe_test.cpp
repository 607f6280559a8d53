// What is counted while a kernel's own source runs.
#include "engine/hardware/observation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/hardware/teach_grid.h"
#include "kernels/memory.h"
#include "kernels/threads.h"

namespace striate {
namespace {

std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<int>(i * 37 % 11) - 5);
  return values;
}

Observation observed(TeachTask task, const std::string& version, const TeachSettings& settings = {},
                     const ObserveSettings& how = {}) {
  return observe(task, version, settings, numbers(teach_a(task, settings)), numbers(teach_b(task, settings)), how);
}

std::vector<float> computed(TeachTask task, const std::string& version, const TeachSettings& settings) {
  Stream stream(Device::cpu());
  const std::vector<float> a = numbers(teach_a(task, settings)), b = numbers(teach_b(task, settings));
  std::vector<float> c(static_cast<size_t>(teach_c(task, settings)));
  Buffer<float> scratch(Device::cpu(), teach_scratch(task, version, settings) + 1, "a test's scratch");
  EXPECT_TRUE(teach(stream, task, version, settings, a.data(), b.data(), c.data(), scratch.data()));
  return c;
}

}  // namespace

TEST(Observe, sectors_of_a_request) {
  int32_t at[kWarp];
  const auto by = [&](int step) {
    for (int lane = 0; lane < kWarp; ++lane) at[lane] = 4 * lane * step;
    return sectors_of(~0u, at, 4);
  };
  EXPECT_EQ(by(1), 4);
  EXPECT_EQ(by(2), 8);
  EXPECT_EQ(by(8), 32);
  EXPECT_EQ(by(0), 1);
  for (int lane = 0; lane < kWarp; ++lane) at[lane] = 4 * lane + 4;  // begins in the middle of a sector
  EXPECT_EQ(sectors_of(~0u, at, 4), 5);
  for (int lane = 0; lane < kWarp; ++lane) at[lane] = 16 * lane;
  EXPECT_EQ(sectors_of(~0u, at, 16), 16);
  EXPECT_EQ(sectors_of(3u, at, 16), 1);
  EXPECT_EQ(sectors_of(0u, at, 4), 0);
}

TEST(Observe, ways_of_a_request) {
  int32_t at[kWarp];
  const auto by = [&](int step) {
    for (int lane = 0; lane < kWarp; ++lane) at[lane] = 4 * lane * step;
    return ways_of(~0u, at, 4);
  };
  EXPECT_EQ(by(1), 1);
  EXPECT_EQ(by(2), 2);
  EXPECT_EQ(by(32), 32) << "a column of a tile of 32 x 32";
  EXPECT_EQ(by(33), 1) << "padded to 33";
  EXPECT_EQ(by(0), 1) << "a broadcast";
  for (int lane = 0; lane < kWarp; ++lane) at[lane] = 16 * lane;
  EXPECT_EQ(ways_of(~0u, at, 16), 1) << "a quarter of a warp at a time";
}

TEST(Observe, requests_of_the_versions) {
  EXPECT_EQ(observed(TeachTask::copy, "coalesced").worst_load, 4);
  EXPECT_EQ(observed(TeachTask::copy, "coalesced").worst_store, 4);
  for (const auto& [stride, sectors] : {std::pair{1, 4}, {2, 8}, {4, 16}, {8, 32}, {32, 32}}) {
    TeachSettings settings;
    settings.stride = stride;
    const Observation copy = observed(TeachTask::copy, "strided", settings);
    EXPECT_EQ(copy.worst_load, sectors) << "stride " << stride;
    EXPECT_EQ(copy.worst_store, sectors) << "stride " << stride;
  }
  const Observation naive = observed(TeachTask::transpose, "naive");
  EXPECT_EQ(naive.worst_load, 4);
  EXPECT_EQ(naive.worst_store, 32);
  EXPECT_EQ(naive.ways, 0) << "no shared memory";
  const Observation tiled = observed(TeachTask::transpose, "tiled");
  EXPECT_EQ(tiled.worst_store, 4);
  EXPECT_EQ(tiled.ways, 32);
  EXPECT_EQ(observed(TeachTask::transpose, "padded").ways, 1);
  EXPECT_EQ(observed(TeachTask::matmul, "naive").worst_load, 32);
  EXPECT_EQ(observed(TeachTask::matmul, "coalesced").worst_load, 4);
}

TEST(Observe, what_a_launch_loads_stores_and_computes) {
  const Observation copy = observed(TeachTask::copy, "coalesced");
  EXPECT_EQ(copy.loads, 65536);
  EXPECT_EQ(copy.stores, 65536);
  EXPECT_EQ(copy.bytes, 2 * 4 * 65536);
  EXPECT_EQ(copy.flops, 0);
  const Observation wide = observed(TeachTask::copy, "vectorized");
  EXPECT_EQ(wide.loads, 65536 / 4);
  EXPECT_EQ(wide.bytes, copy.bytes);
  const Observation naive = observed(TeachTask::matmul, "naive");
  EXPECT_EQ(naive.loads, 2 * 256 * 256 * 256);
  EXPECT_EQ(naive.flops, 2 * 256 * 256 * 256);
  const Observation tiled = observed(TeachTask::matmul, "tiled");
  EXPECT_EQ(tiled.loads, naive.loads / 32) << "a tile of 32 x 32 is read once for each of 8 blocks";
  EXPECT_EQ(tiled.flops, naive.flops);
  EXPECT_EQ(tiled.barriers, 16) << "two for each of eight tiles; behind the last phase nobody waits";
}

TEST(Observe, races_are_found_where_a_barrier_is_missing_and_nowhere_else) {
  ObserveSettings without;
  without.barrier = false;
  for (const TeachTask task : kTeachTasks) {
    for (const std::string& version : teach_versions(task)) {
      SCOPED_TRACE(version);
      const TeachSettings settings{96, 32, 8, 8};
      const std::vector<float> right = computed(task, version, settings);
      const Observation whole = observed(task, version, settings);
      EXPECT_EQ(whole.races, 0);
      EXPECT_EQ(whole.outside, 0);
      EXPECT_EQ(whole.result, right);
      const Observation missing = observed(task, version, settings, without);
      if (whole.barriers == 0) {
        EXPECT_EQ(missing.races, 0);
        EXPECT_EQ(missing.result, right);
      }
    }
  }
  const Observation product = observed(TeachTask::matmul, "tiled", {}, without);
  EXPECT_GT(product.races, 0);
  EXPECT_NE(product.result, computed(TeachTask::matmul, "tiled", {}));
  ASSERT_FALSE(product.some_races.empty());
  EXPECT_NE(product.some_races[0].first, product.some_races[0].second);
  EXPECT_EQ(product.some_races[0].array, Array::shared);
  const Observation turned = observed(TeachTask::transpose, "padded", {}, without);
  EXPECT_GT(turned.races, 0);
  EXPECT_TRUE(std::any_of(turned.result.begin(), turned.result.end(), [](float v) { return v != v; }))
      << "who is first reads what nobody wrote yet";
}

TEST(Observe, divergence_of_the_trees) {
  const Observation divergent = observed(TeachTask::reduce, "divergent");
  const Observation sequential = observed(TeachTask::reduce, "sequential");
  EXPECT_GT(divergent.divergent, sequential.divergent);
  // Phase 0 reads, 1 to 8 are the levels with 128, 64, 32, 16, ... sums left, 9 writes.
  ASSERT_EQ(sequential.phases.size(), 10u);
  for (int phase = 0; phase <= 3; ++phase) EXPECT_EQ(sequential.phases[static_cast<size_t>(phase)].divergent, 0);
  for (int phase = 4; phase <= 8; ++phase)
    EXPECT_EQ(sequential.phases[static_cast<size_t>(phase)].divergent, 256) << "fewer sums than a warp has threads";
  EXPECT_EQ(observed(TeachTask::reduce, "strided").ways, 8);
  EXPECT_EQ(observed(TeachTask::reduce, "sequential").ways, 1);
}

TEST(Observe, what_the_program_ships_runs_observed) {
  const Observation shipped = observed(TeachTask::convolution, "shipped");
  EXPECT_EQ(shipped.result, computed(TeachTask::convolution, "shipped", {}));
  EXPECT_EQ(shipped.races, 0);
  EXPECT_EQ(shipped.outside, 0);
  // Two operations for each of 36 terms, and those between two rows of the padded picture, which are computed along.
  EXPECT_GE(shipped.flops, int64_t{2} * 256 * 256 * 8 * 36);
  EXPECT_LT(shipped.flops, int64_t{2} * 256 * 260 * 8 * 36);
  EXPECT_LT(shipped.loads, observed(TeachTask::convolution, "naive").loads / 4);
  EXPECT_FALSE(shipped.steps.empty());
  const TeachGrid known = teach_grid(TeachTask::convolution, "shipped", {});
  EXPECT_EQ(shipped.grid[0], known.grid[0]);
  EXPECT_EQ(shipped.threads, known.threads);
}

TEST(Observe, counts_do_not_depend_on_threads) {
  const TeachSettings settings{100, 16, 16, 4};
  for (const TeachTask task : kTeachTasks) {
    for (const std::string& version : teach_versions(task)) {
      SCOPED_TRACE(version);
      set_thread_count(1);
      const Observation one = observed(task, version, settings);
      set_thread_count(0);
      const Observation all = observed(task, version, settings);
      EXPECT_EQ(one.loads, all.loads);
      EXPECT_EQ(one.load_sectors, all.load_sectors);
      EXPECT_EQ(one.divergent, all.divergent);
      EXPECT_EQ(one.flops, all.flops);
      EXPECT_EQ(one.result, all.result);
      EXPECT_EQ(one.steps.size(), all.steps.size());
    }
  }
}

TEST(Observe, steps_of_a_warp_name_the_lines_of_the_source) {
  ObserveSettings last;
  last.warp = 256 * 8 - 1;
  const Observation copy = observed(TeachTask::copy, "coalesced", {}, last);
  ASSERT_EQ(copy.steps.size(), 3u);
  EXPECT_EQ(copy.steps[0].kind, WarpStep::Kind::branch);
  EXPECT_EQ(copy.steps[1].kind, WarpStep::Kind::load);
  EXPECT_EQ(copy.steps[2].kind, WarpStep::Kind::store);
  EXPECT_EQ(copy.steps[1].line, copy.steps[2].line);
  EXPECT_EQ(copy.steps[2].lanes, ~0u);
  EXPECT_EQ(copy.steps[2].at[31], 4 * (256 * 256 - 1));
  EXPECT_TRUE(copy.all_steps);
}

TEST(Observe, what_is_not_there_is_refused) {
  EXPECT_THROW(observed(TeachTask::copy, "tiled"), Error);
  EXPECT_THROW(observed(TeachTask::copy, "strided", {64, 31, 1, 8}), Error);
  ObserveSettings how;
  how.warp = 100000;
  EXPECT_THROW(observed(TeachTask::copy, "coalesced", {}, how), Error);
  how.warp = 0;
  how.goes_on = [](double) { return false; };
  EXPECT_THROW(observed(TeachTask::copy, "coalesced", {}, how), ObservationEnded);
}

}  // namespace striate
