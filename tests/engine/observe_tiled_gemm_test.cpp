// What the tiled sums of a large convolution do to a GPU's memory, counted while they run.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "engine/hardware/observe_kernel.h"
#include "kernels/conv2d.h"
#include "kernels/memory.h"
#include "kernels/tiled_gemm_kernel.h"

namespace striate {
namespace {

std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<int>(i * 37 % 11) - 5) / 7;
  return values;
}

Conv2dShape shape(int c, int k, int side, int kernel) {
  Conv2dShape s;
  s.c = c, s.k = k, s.h = s.w = side, s.r = s.s = kernel;
  s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = kernel / 2;
  return s;
}

struct Seen {
  Observation all;
  int blocks, terms, step;
};

// Checks what is computed, too.
template <int PT>
Seen observed(const Conv2dShape& s, bool barrier = true) {
  using Kernel = TiledGemm<Observed, PT>;
  const std::vector<float> x = numbers(s.x_size()), w = numbers(s.w_size());
  std::vector<float> y(static_cast<size_t>(s.y_size()), std::numeric_limits<float>::quiet_NaN()), computed(y.size());
  Stream stream(Device::emulated());
  Buffer<float> scratch(stream.device(), conv2d_scratch(s), "scratch");
  conv2d_forward(stream, s, x.data(), w.data(), nullptr, computed.data(), scratch.data());
  const ImplicitGemmArguments sum = conv2d_forward_sum(stream, s, x.data(), w.data(), y.data(), scratch.data());
  stream.synchronize();
  EXPECT_TRUE(tiled_gemm_fits(sum));
  const Kernel kernel = Kernel::of(sum);
  const std::vector<ArrayMemory> arrays = {{sum.x, sum.x_image * 4, Array::a},
                                           {sum.weights, int64_t{kernel.k_tiles} * 8 * sum.j * 4, Array::b},
                                           {y.data(), static_cast<int64_t>(y.size() * 4), Array::c},
                                           {sum.offsets, int64_t{sum.j} * 4, Array::offsets}};
  ObserveSettings how;
  how.barrier = barrier;
  Seen seen{observe_kernel(kernel, kernel.grid(), arrays, how), static_cast<int>(kernel.blocks()), sum.j,
            Kernel::kTerms};
  EXPECT_EQ(seen.all.outside, 0);
  if (barrier) {
    EXPECT_EQ(std::memcmp(y.data(), computed.data(), y.size() * 4), 0);
  }
  return seen;
}

}  // namespace

TEST(ObserveTiledGemm, no_bank_is_asked_more_than_twice_and_no_barrier_is_missing) {
  for (const Seen& seen : {observed<8>(shape(4, 64, 22, 3)), observed<4>(shape(5, 40, 19, 3))}) {
    EXPECT_LE(seen.all.ways, 2) << "where a row's head is written with its tail";
    EXPECT_EQ(seen.all.races, 0);
    EXPECT_EQ(seen.all.barriers, (seen.terms + seen.step - 1) / seen.step) << "one a step";
  }
  EXPECT_EQ(observed<8>(shape(32, 64, 32, 1)).all.ways, 1) << "rows that begin with a line of memory";
  EXPECT_GT(observed<8>(shape(4, 64, 22, 3), false).all.races, 0) << "the last barrier is needed";
}

TEST(ObserveTiledGemm, rows_are_read_in_four_sectors_a_request) {
  // 1x1: rows of 1024 positions, all of whose lines are whole.
  const Seen whole = observed<8>(shape(32, 64, 32, 1));
  int rows = 0, weights = 0, stores = 0;
  const auto count = [&](const Seen& seen, const auto& f) {
    for (const WarpStep& step : seen.all.steps) {
      if (step.kind != WarpStep::Kind::branch && step.array != Array::shared) f(step);
    }
  };
  ASSERT_TRUE(whole.all.all_steps);
  count(whole, [&](const WarpStep& step) {
    EXPECT_EQ(step.lanes, ~0u);
    const bool fours = step.array == Array::b;
    EXPECT_EQ(step.bytes, fours ? 16 : 4);
    EXPECT_EQ(step.cost, fours ? 16 : step.array == Array::offsets ? 1 : 4);
    rows += step.array == Array::a, weights += fours, stores += step.array == Array::c;
  });
  EXPECT_EQ(rows, 32 / 8 * 2 * 4);
  EXPECT_EQ(weights, 32 / 8);
  EXPECT_EQ(stores, 8 * 8);
  // 3x3: a row begins anywhere in a line. Only its head and tail, read by one request of four, may take one more.
  const Seen shifted = observed<8>(shape(4, 64, 64, 3));
  int requests = 0, sectors = 0, five = 0;
  count(shifted, [&](const WarpStep& step) {
    if (step.array != Array::a) return;
    EXPECT_LE(step.cost, 5);
    ++requests, sectors += step.cost, five += step.cost == 5;
  });
  EXPECT_EQ(requests, (4 * 9 + 7) / 8 * 8) << "two rows a step, four requests each";
  EXPECT_LE(five * 4, requests);
  EXPECT_LE(sectors * 4, requests * 17);
}

TEST(ObserveTiledGemm, each_value_is_read_once_for_64_outputs) {
  const Conv2dShape s = shape(8, 64, 32, 3);
  const Seen seen = observed<8>(s);
  const int64_t positions = (s.h - 1) * (s.w + 2) + s.w;
  // Every term of every position, each weight once a block, the offsets by each thread of a warp, a step ahead.
  EXPECT_EQ(seen.all.loads,
            seen.terms * positions + int64_t{seen.blocks} * (seen.terms * 64 / 4 + (seen.terms + seen.step) * 32));
  EXPECT_EQ(seen.all.stores, s.y_size());
  EXPECT_EQ(seen.all.flops, int64_t{2} * 64 * seen.terms * seen.blocks * 128);
}

}  // namespace striate
