// What is counted while a kernel's own source runs.
#include "engine/hardware/observation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/hardware/observer.h"
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
  EXPECT_TRUE(teach(stream, task, version, settings, a.data(), b.data(), c.data(), scratch.data(), b.data()));
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

TEST(Observe, what_each_version_makes_better) {
  const auto in = [](TeachTask task) { return [task](const char* version) { return observed(task, version); }; };
  constexpr int64_t kPixels = 256 * 256;

  const auto copy = in(TeachTask::copy);
  EXPECT_EQ(copy("misaligned").worst_load, 5) << "one sector more";
  EXPECT_EQ(copy("misaligned").worst_store, 5);
  const Observation unrolled = copy("unrolled");
  EXPECT_EQ(unrolled.loads, kPixels);
  EXPECT_EQ(unrolled.worst_load, 4);
  EXPECT_EQ(unrolled.grid[0], kPixels / 256 / 4) << "a quarter of the warps";
  std::string order;
  for (const WarpStep& step : unrolled.steps) {
    if (step.kind != WarpStep::Kind::branch) order += step.kind == WarpStep::Kind::load ? 'l' : 's';
  }
  EXPECT_EQ(order, "llllssss") << "four are on their way at once";

  const auto transpose = in(TeachTask::transpose);
  const Observation padded = transpose("padded"), swizzled = transpose("swizzled"), turned = transpose("registers");
  EXPECT_EQ(swizzled.ways, 1);
  EXPECT_EQ(swizzled.worst_store, 4);
  EXPECT_EQ(padded.shared_bytes, 32 * 33 * 4u);
  EXPECT_EQ(swizzled.shared_bytes, 32 * 32 * 4u) << "no word is unused";
  EXPECT_EQ(turned.loads, kPixels / 4);
  EXPECT_EQ(turned.stores, kPixels / 4);
  EXPECT_EQ(turned.load_sectors, kPixels / 8) << "every byte of a sector is used";
  EXPECT_EQ(turned.store_sectors, kPixels / 8);
  EXPECT_EQ(turned.shared_bytes, 0u);
  EXPECT_EQ(turned.barriers, 0);

  const auto filter = in(TeachTask::filter);
  const Observation tiles = filter("tiled"), rows = filter("registers"), fours = filter("vectorized");
  EXPECT_EQ(tiles.shared_loads, 9 * kPixels);
  EXPECT_EQ(rows.shared_loads, 3 * (4 + 2) * kPixels / 4) << "three rows are kept, one more is read for each result";
  EXPECT_EQ(tiles.loads - rows.loads, 9 * kPixels * 3 / 4) << "weights once for four results";
  EXPECT_EQ(fours.loads, filter("naive").loads / 4);
  EXPECT_EQ(fours.stores, kPixels / 4);

  const auto reduce = in(TeachTask::reduce);
  const Observation whole = reduce("unrolled"), wide = reduce("vectorized");
  ASSERT_EQ(whole.phases.size(), 6u);
  for (size_t phase = 0; phase < 5; ++phase) EXPECT_EQ(whole.phases[phase].divergent, 0) << phase;
  EXPECT_EQ(whole.phases[5].divergent, 256) << "one thread writes";
  EXPECT_EQ(whole.ways, 1);
  EXPECT_LT(whole.barriers, reduce("sequential").barriers);
  EXPECT_EQ(wide.loads, kPixels / 4);
  EXPECT_EQ(wide.shared_loads + wide.shared_stores, 0);
  EXPECT_EQ(wide.barriers, 1);

  const auto convolution = in(TeachTask::convolution);
  const int64_t terms = int64_t{256 * 3 - 2} * (256 * 3 - 2) * kTeachInputs;  // that lie in the picture
  EXPECT_EQ(convolution("naive").loads, terms * kTeachOutputs * 2);
  EXPECT_EQ(convolution("registers").loads, terms * (1 + kTeachOutputs)) << "an input is used 8 times";
  const Observation block = convolution("tiled"), turned_weights = convolution("vectorized");
  EXPECT_EQ(block.loads - turned_weights.loads, 288 * 64 * (256 - 1)) << "weights once for a block, not for a thread";
  EXPECT_EQ(turned_weights.ways, 1);
}

TEST(Observe, two_who_write_a_word_of_the_result_are_a_race) {
  WrittenWords words(4);
  EXPECT_EQ(words.write(0, {0, 0, 5}), -1);
  EXPECT_EQ(words.write(0, {0, 0, 5}), -1) << "the same thread";
  EXPECT_EQ(words.write(0, {0, 1, 6}), -1) << "behind a barrier";
  EXPECT_EQ(words.write(0, {0, 1, 7}), 6);
  EXPECT_EQ(words.write(0, {0, 1, 8}), -1) << "once for each word";
  EXPECT_EQ(words.write(1, {3, 0, 1023}), -1);
  EXPECT_EQ(words.write(1, {4, 2, 1023}), 1023) << "of two blocks, whatever lies between";
  EXPECT_EQ(words.read(2, {0, 0, 1}), -1) << "nobody wrote it";
  EXPECT_EQ(words.write(2, {0, 0, 2}), -1);
  EXPECT_EQ(words.read(2, {0, 0, 2}), -1);
  EXPECT_EQ(words.read(2, {0, 1, 3}), -1);
  EXPECT_EQ(words.read(2, {0, 0, 3}), 2);
  EXPECT_EQ(words.write(3, {0, 0, 0}), -1);
  EXPECT_EQ(words.read(3, {1, 0, 0}), 0);
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

TEST(Observe, what_is_shipped_does_the_same_work) {
  const Observation copy = observed(TeachTask::copy, "shipped");
  EXPECT_EQ(copy.loads, 256 * 256);
  EXPECT_EQ(copy.worst_load, 4);
  EXPECT_EQ(copy.worst_store, 4);
  const Observation product = observed(TeachTask::matmul, "shipped");
  EXPECT_EQ(product.flops, 2 * 256 * 256 * 256);
  // A block has 64 x 64 results: 64 numbers of a and of b for each of 256 terms.
  EXPECT_EQ(product.loads, int64_t{16} * 256 * 128);
  EXPECT_EQ(product.load_sectors, product.loads / 8) << "each request 32 neighbors, from the beginning of a sector on";
  EXPECT_EQ(product.worst_load, 4);
  EXPECT_EQ(product.stores, 256 * 256 / 4);
  EXPECT_EQ(product.ways, 1);
  EXPECT_EQ(product.barriers, 15) << "before and behind the numbers of each step but the first";
  const Observation turned = observed(TeachTask::transpose, "shipped");
  EXPECT_EQ(turned.loads, 256 * 256);
  EXPECT_EQ(turned.worst_load, 32) << "a warp writes a row and reads a column";
  EXPECT_EQ(turned.worst_store, 4);
  const Observation filter = observed(TeachTask::filter, "shipped");
  EXPECT_EQ(filter.loads, int64_t{34 * 18} * 8 * 16)
      << "each block its tile with one pixel around; weights are arguments";
  EXPECT_EQ(filter.shared_loads, 9 * 256 * 256);
  EXPECT_EQ(filter.ways, 2) << "a warp that goes on in the next row of the tile, 46 words further, meets its own banks";
  EXPECT_EQ(filter.flops, (2 * 9 + 2) * 256 * 256) << "nine terms, a divisor, an offset";
  EXPECT_EQ(filter.barriers, 1);
  const Observation sums = observed(TeachTask::reduce, "shipped");
  EXPECT_EQ(sums.loads, 256 * 256);
  EXPECT_EQ(sums.stores, 256);
  EXPECT_EQ(sums.worst_load, 16) << "four neighbors a thread, one after the other";
  EXPECT_EQ(sums.barriers, 8) << "behind the sums of threads and seven times halves onto halves";
  for (const TeachTask task : kTeachTasks) {
    const TeachSettings settings{70, 32, 8, 8};
    const Observation odd = observed(task, "shipped", settings);
    EXPECT_EQ(odd.result, computed(task, "shipped", settings));
    EXPECT_EQ(odd.races + odd.outside, 0);
    const TeachGrid known = teach_grid(task, "shipped", settings);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(odd.grid[i], known.grid[i]) << i;
    EXPECT_EQ(odd.threads, known.threads);
  }
}

// The large convolution of page hardware goes through the tiles of the program's own kernel.
TEST(Observe, the_shipped_layer_reads_in_four_sectors_a_request_and_meets_no_bank_three_times) {
  const Observation layer = observed(TeachTask::layer, "shipped"), naive = observed(TeachTask::layer, "naive", {64});
  EXPECT_EQ(layer.result, computed(TeachTask::layer, "shipped", {}));
  EXPECT_EQ(layer.threads, 128);
  EXPECT_GT(layer.shared_bytes, 16384u);
  EXPECT_EQ(layer.races + layer.outside, 0);
  EXPECT_EQ(layer.barriers, 3) << "36 terms, 16 a step";
  EXPECT_LE(layer.ways, 2);
  ASSERT_TRUE(layer.all_steps);
  int requests = 0, sectors = 0;
  for (const WarpStep& step : layer.steps) {
    if (step.kind != WarpStep::Kind::load || step.array == Array::offsets) continue;
    if (step.array == Array::shared) {
      EXPECT_LE(step.cost, 2);
      continue;
    }
    // Of the picture a row begins anywhere in a sector; weights are read four by each lane.
    const int floats = step.bytes / 4;
    EXPECT_LE(step.cost, floats == 4 ? 16 : 5) << "line " << step.line;
    requests += floats, sectors += step.cost;
  }
  EXPECT_GT(requests, 0);
  EXPECT_LE(sectors * 4, requests * 17) << "a request of four may take one sector more";
  // A value of the picture is read once for 32 channels, not once for each.
  EXPECT_LT(layer.loads * 8, naive.loads * 16);
  // Without the last barrier it gives something else.
  ObserveSettings without;
  without.barrier = false;
  EXPECT_GT(observed(TeachTask::layer, "shipped", {}, without).races, 0);
  for (const WarpStep& step : layer.steps) {
    if (step.array != Array::c) continue;
    EXPECT_GT(step.line, 190) << "where the tiled kernel's own source stores";
    EXPECT_LT(step.line, 225);
  }
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
