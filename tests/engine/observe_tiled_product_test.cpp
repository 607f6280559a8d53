// What products in tiles do to a GPU's memory, counted while they run: those of dense layers, of matrices, and of
// convolutions' gradients by their weights.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "engine/hardware/observe_kernel.h"
#include "kernels/tiled_product_kernel.h"

namespace striate {
namespace {

std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<int>(i * 37 % 11) - 5);
  return values;
}

struct Shape {
  int m, n, lines, places;
  int a_pitch, b_pitch;  // floats from a row (a line of a shifted b) to the next one
  bool shifted = false;
};

// Small whole numbers: sums are exact.
template <bool AT, bool BT, bool Shifts>
Observation observed(const Shape& s, bool barrier = true) {
  TiledProductArguments g;
  g.m = s.m, g.n = s.n, g.lines = s.lines, g.places = s.places, g.terms_per_part = s.lines * s.places;
  const int terms = s.lines * s.places;
  g.a.terms_are_neighbors = AT, g.b.terms_are_neighbors = BT;
  g.a.apart = s.a_pitch, g.b.apart = s.b_pitch;
  g.a.of_line = s.places, g.b.of_line = Shifts ? s.b_pitch : s.places;
  std::vector<int32_t> shifts;
  for (int j = 0; Shifts && j < s.n; ++j) shifts.push_back(j * 37 % 101);
  const std::vector<float> a = numbers(int64_t{AT ? s.m : terms} * s.a_pitch),
                           b = numbers(Shifts ? int64_t{s.lines} * s.b_pitch + 101
                                              : int64_t{BT ? s.n : terms} * s.b_pitch);
  std::vector<float> c(static_cast<size_t>(s.m) * static_cast<size_t>(s.n), std::numeric_limits<float>::quiet_NaN());
  g.a.data = a.data(), g.b.data = b.data(), g.out = c.data();
  if (Shifts) g.b.shifts = shifts.data();
  EXPECT_TRUE(tiled_product_fits(g));
  const auto bytes = [](size_t floats) { return static_cast<int64_t>(floats * 4); };
  const std::vector<ArrayMemory> arrays = {{a.data(), bytes(a.size()), Array::a},
                                           {b.data(), bytes(b.size()), Array::b},
                                           {c.data(), bytes(c.size()), Array::c},
                                           {shifts.data(), bytes(shifts.size()), Array::offsets}};
  ObserveSettings how;
  how.barrier = barrier;
  const auto kernel = TiledProduct<Observed, AT, BT, Shifts>::of(g);
  Observation seen = observe_kernel(kernel, kernel.grid(), arrays, how);
  EXPECT_EQ(seen.outside, 0);
  for (int i = 0; barrier && i < s.m; ++i) {
    for (int j = 0; j < s.n; ++j) {
      float want = 0;
      for (int t = 0; t < terms; ++t) {
        const int line = t / s.places, place = t % s.places;
        const int at_a = AT ? i * s.a_pitch + t : t * s.a_pitch + i;
        const int at_b = Shifts ? shifts[static_cast<size_t>(j)] + line * s.b_pitch + place
                         : BT   ? j * s.b_pitch + t
                                : t * s.b_pitch + j;
        want += a[static_cast<size_t>(at_a)] * b[static_cast<size_t>(at_b)];
      }
      if (c[static_cast<size_t>(i * s.n + j)] != want) {
        ADD_FAILURE() << i << ", " << j << " is " << c[static_cast<size_t>(i * s.n + j)] << ", not " << want;
        return seen;
      }
    }
  }
  return seen;
}

// Each request of a float: `worst` sectors at most, 4 of them where what a warp reads begins with a sector.
void expect_requests(const Observation& seen, int worst) {
  EXPECT_EQ(seen.races, 0);
  EXPECT_EQ(seen.ways, 1);
  ASSERT_TRUE(seen.all_steps);
  int requests = 0;
  for (const WarpStep& step : seen.steps) {
    if (step.kind == WarpStep::Kind::branch || step.array == Array::offsets || step.array == Array::c) continue;
    if (step.array == Array::shared) {
      EXPECT_EQ(step.bytes, step.kind == WarpStep::Kind::load ? 16 : 4);
      continue;
    }
    EXPECT_LE(step.cost, worst) << "line " << step.line;
    ++requests;
  }
  EXPECT_GT(requests, 0);
}

}  // namespace

TEST(ObserveTiledProduct, every_request_is_of_neighbors_and_no_bank_is_asked_twice) {
  expect_requests(observed<true, true, false>({64, 64, 1, 96, 96, 96}), 4);      // rows of whole sectors
  expect_requests(observed<true, true, false>({70, 50, 1, 83, 83, 85}), 5);      // rows that begin anywhere
  expect_requests(observed<true, false, false>({64, 128, 1, 64, 64, 128}), 4);   // a product of matrices
  expect_requests(observed<false, false, false>({128, 64, 1, 64, 128, 64}), 4);  // the left one turned round
  expect_requests(observed<false, false, false>({67, 35, 1, 50, 67, 35}), 5);
  // A gradient by weights: lines of a picture, which lie apart in b; a request that goes on in the next line may touch
  // two sectors more.
  expect_requests(observed<true, true, true>({30, 40, 6, 40, 240, 42}), 6);
}

TEST(ObserveTiledProduct, each_number_is_read_once_for_64_results) {
  const Observation seen = observed<true, true, false>({128, 192, 1, 160, 160, 160});
  EXPECT_EQ(seen.loads, int64_t{2 * 3} * 160 * (64 + 64));
  EXPECT_EQ(seen.load_sectors, seen.loads / 8);
  EXPECT_EQ(seen.stores, 128 * 192);
  EXPECT_EQ(seen.flops, int64_t{2} * 128 * 192 * 160);
  EXPECT_EQ(seen.barriers, 2 * (160 / 32) - 1) << "two a step, but for the first one";
  // 12 requests of four for every four terms.
  EXPECT_EQ(seen.shared_loads, int64_t{2 * 3} * 128 * 160 / 4 * 12);
}

TEST(ObserveTiledProduct, both_barriers_of_a_step_are_needed) {
  EXPECT_GT((observed<true, true, false>({64, 64, 1, 96, 96, 96}, false).races), 0);
  EXPECT_GT((observed<true, false, false>({64, 64, 1, 96, 96, 96}, false).races), 0);
}

}  // namespace striate
