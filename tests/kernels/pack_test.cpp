// Packs of every width that a target or a tile takes, one value included: what the CUDA form of Pack does, the host's
// does.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/launch.h"
#include "kernels/pack_math.h"
#include "kernels/summation.h"

namespace striate {
namespace {

template <int W>
void check_pairs() {
  SCOPED_TRACE(std::to_string(W) + " values");
  std::vector<float> from(2 * W);
  for (int i = 0; i < 2 * W; ++i) from[static_cast<size_t>(i)] = static_cast<float>(i + 1);
  for (int pairs = 1; pairs <= W; ++pairs) {
    Pack<float, W> even, odd;
    split_pairs(from.data(), pairs, &even, &odd);
    for (int i = 0; i < W; ++i) {
      EXPECT_EQ(even[i], i < pairs ? from[static_cast<size_t>(2 * i)] : 0.0f);
      EXPECT_EQ(odd[i], i < pairs ? from[static_cast<size_t>(2 * i + 1)] : 0.0f);
    }
    std::vector<float> to(2 * W + 1, -1.0f);
    store_pairs(even, odd, pairs, to.data());
    for (int i = 0; i <= 2 * W; ++i) {
      EXPECT_EQ(to[static_cast<size_t>(i)], i < 2 * pairs ? from[static_cast<size_t>(i)] : -1.0f);
    }
  }
}

template <int W>
void check_sum_and_fma(bool fused) {
  SCOPED_TRACE(std::to_string(W) + " values");
  std::vector<float> a(W), b(W), c(W);
  for (int i = 0; i < W; ++i) {
    const auto at = static_cast<size_t>(i);
    a[at] = 1.0f + 1.0f / static_cast<float>(3 + i), b[at] = 1.0f + 1.0f / static_cast<float>(7 + i);
    c[at] = -a[at] * b[at];
  }
  const auto got = fma(Pack<float, W>::load(a.data()), Pack<float, W>::load(b.data()), Pack<float, W>::load(c.data()));
  for (int i = 0; i < W; ++i) {
    const auto at = static_cast<size_t>(i);
    EXPECT_EQ(got[i], fused ? std::fma(a[at], b[at], c[at]) : a[at] * b[at] + c[at]);
  }
  std::vector<float> halves = a;
  EXPECT_EQ(sum_of(Pack<float, W>::load(a.data())), add_halves(halves));
}

TEST(Pack, pairs_are_split_and_stored_in_every_width) {
  check_pairs<1>();
  check_pairs<2>();
  check_pairs<4>();
  check_pairs<8>();
  check_pairs<16>();
}

TEST(Pack, products_are_rounded_once_or_twice_alike_in_the_widths_of_all_targets) {
  const bool fused = summation_order(Device::cpu()).fused;
  EXPECT_EQ(summation_order(Device::emulated()).fused, fused);
  EXPECT_EQ(summation_order(Device::emulated()).lanes, 1);
  EXPECT_EQ(summation_order(Device::emulated()).threads, 128);
  check_sum_and_fma<1>(fused);
  check_sum_and_fma<CudaTarget::width>(fused);
  check_sum_and_fma<CpuTarget::width>(fused);
}

}  // namespace
}  // namespace striate
