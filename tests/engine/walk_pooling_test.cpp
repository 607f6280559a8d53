// The walk of one pooling window against a plain reference and against the picture.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "engine/error.h"
#include "engine/walk/pooling_walk.h"

namespace striate {
namespace {

TEST(PoolingWalk, the_slides_grid_gives_9_7_8_6_on_every_device) {
  for (const Device& device : Device::all_for_tests()) {
    SCOPED_TRACE(device.id());
    Stream stream(device);
    Pooling pooling;
    pooling.geometry.height = pooling.geometry.width = 4;
    pooling.x = {2, 2, 7, 3, 9, 4, 6, 1, 8, 5, 2, 4, 3, 1, 2, 6};
    EXPECT_EQ(pool(stream, pooling).value, (std::vector<double>{9, 7, 8, 6}));
    EXPECT_EQ(pool(stream, pooling).winner, (std::vector<int32_t>{4, 2, 8, 15}));
    pooling.geometry.kind = PoolKind::average;
    EXPECT_EQ(pool(stream, pooling).value, (std::vector<double>{4.25, 4.25, 4.25, 3.5}));
    EXPECT_EQ(pool_gradient(stream, pooling, {4, 0, 0, 8}),
              (std::vector<double>{1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2}));
    pooling.geometry.kind = PoolKind::global;
    EXPECT_EQ(pool(stream, pooling).value, (std::vector<double>{65.0 / 16}));
  }
}

TEST(PoolingWalk, random_windows_agree_with_a_reference_and_the_picture) {
  Stream stream;
  std::mt19937 engine(3);
  const auto dice = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine); };
  int tried = 0;
  while (tried < 3000) {
    Pooling pooling;
    PoolGeometry& g = pooling.geometry;
    g.kind = static_cast<PoolKind>(dice(0, 2));
    g.channels = dice(1, 3);
    g.height = dice(1, 12);
    g.width = dice(1, 12);
    g.window_height = dice(1, 5);
    g.window_width = dice(1, 5);
    g.top = dice(0, g.window_height / 2);
    g.bottom = dice(0, g.window_height / 2);
    g.left = dice(0, g.window_width / 2);
    g.right = dice(0, g.window_width / 2);
    g.stride = dice(1, 5);
    g.count_padding = dice(0, 1) == 1;
    pooling.x.resize(static_cast<size_t>(g.channels) * g.height * g.width);
    for (double& x : pooling.x) x = dice(-4, 4);  // many ties
    const bool fits = g.kind == PoolKind::global ||
                      (g.window_height <= g.height + g.top + g.bottom && g.window_width <= g.width + g.left + g.right);
    if (!fits) {
      EXPECT_THROW(pool(stream, pooling), Error);
      continue;
    }
    ++tried;
    const PoolingPicture picture = pool(stream, pooling);
    const int c = dice(0, g.channels - 1), p = dice(0, picture.height - 1), q = dice(0, picture.width - 1);
    const bool global = g.kind == PoolKind::global;
    double sum = 0, best = -HUGE_VAL;
    int inside = 0, winner = -1;
    for (int r = 0; r < (global ? g.height : g.window_height); ++r) {
      for (int s = 0; s < (global ? g.width : g.window_width); ++s) {
        const int row = global ? r : p * g.stride - g.top + r, column = global ? s : q * g.stride - g.left + s;
        if (row < 0 || row >= g.height || column < 0 || column >= g.width) continue;
        const double x = pooling.x[(static_cast<size_t>(c) * g.height + row) * g.width + column];
        ++inside;
        sum += x;
        if (x > best) best = x, winner = row * g.width + column;
      }
    }
    const PoolingWalk walk = walk_pooling(pooling, c, p, q);
    ASSERT_EQ(walk.result.value, picture.value_at(c, p, q));
    if (g.kind == PoolKind::max) {
      ASSERT_EQ(walk.result.value, best);
      ASSERT_EQ(walk.result.winner_row * g.width + walk.result.winner_column, winner);
    } else {
      const int divisor = g.count_padding && !global ? g.window_height * g.window_width : inside;
      ASSERT_EQ(walk.result.divisor, divisor);
      ASSERT_EQ(walk.result.value, sum / divisor);
    }
    // The gradient that goes back is the gradient that came, and goes where the value came from.
    std::vector<double> dy(picture.value.size(), 1.0);
    const std::vector<double> dx = pool_gradient(stream, pooling, dy);
    double back = 0;
    for (const double value : dx) back += value;
    if (g.kind != PoolKind::average || !g.count_padding || (g.top | g.bottom | g.left | g.right) == 0) {
      ASSERT_NEAR(back, static_cast<double>(dy.size()), 1e-9 * static_cast<double>(dy.size()) + 1e-9);
    } else {
      ASSERT_LE(back, static_cast<double>(dy.size()) + 1e-9);
    }
  }
}

TEST(PoolingWalk, illegal_settings_name_the_rule) {
  Pooling pooling;
  pooling.geometry.height = pooling.geometry.width = 4;
  pooling.x.assign(16, 0);
  pooling.geometry.window_width = 5;
  EXPECT_THROW(check_pooling(pooling), Error);
  pooling.geometry.window_width = 2;
  pooling.geometry.left = 2;
  EXPECT_THROW(check_pooling(pooling), Error);
  pooling.geometry.left = 0;
  EXPECT_NO_THROW(check_pooling(pooling));
  EXPECT_THROW(walk_pooling(pooling, 0, 2, 0), Error);
}

TEST(PoolingWalk, shifting_moves_every_cell) {
  EXPECT_EQ(shifted({1, 2, 3, 4}, 1, 2, 2, 1, 0), (std::vector<double>{0, 1, 0, 3}));
  EXPECT_EQ(shifted({1, 2, 3, 4}, 1, 2, 2, 0, -1, 9), (std::vector<double>{3, 4, 9, 9}));
}

}  // namespace
}  // namespace striate
