#include "engine/explain/rank_correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <vector>

namespace striate {

TEST(RankCorrelation, ties_share_the_mean_of_their_ranks) {
  EXPECT_EQ(mean_ranks({10, 20, 20, 5}), (std::vector<double>{2, 3.5, 3.5, 1}));
  EXPECT_EQ(mean_ranks({7, 7, 7}), (std::vector<double>{2, 2, 2}));
  EXPECT_TRUE(mean_ranks({}).empty());
}

TEST(RankCorrelation, is_spearmans_of_absolute_values) {
  EXPECT_DOUBLE_EQ(*rank_correlation({1, 2, 3, 4}, {10, 100, 1000, 10000}), 1);
  EXPECT_DOUBLE_EQ(*rank_correlation({1, 2, 3, 4}, {-10, 8, -5, 1}), -1);
  // By hand: ranks 1 2 3 4 5 and 2 1 4 3 5, d^2 adds up to 4: 1 - 6 * 4 / (5 * 24).
  EXPECT_DOUBLE_EQ(*rank_correlation({1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}), 0.8);
  // Ties, as scipy.stats.spearmanr: ranks 1 2.5 2.5 4 and 1 2 3 4.
  EXPECT_NEAR(*rank_correlation({1, -2, 2, 3}, {1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5), 1e-15);
}

TEST(RankCorrelation, is_nothing_where_it_is_not_defined) {
  EXPECT_EQ(rank_correlation({1, -1, 1}, {1, 2, 3}), std::nullopt);
  EXPECT_EQ(rank_correlation({1}, {2}), std::nullopt);
  EXPECT_EQ(rank_correlation({1, 2, NAN}, {1, 2, 3}), std::nullopt);
}

}  // namespace striate
