#include "engine/walk/softmax_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/random.h"

namespace striate {

TEST(SoftmaxWalk, its_terms_give_the_operators_share_bit_for_bit) {
  Random random(5, 0);
  for (const int classes : {1, 2, 10, 1000}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<float> logits;
      for (int j = 0; j < classes; ++j) logits.push_back(20 * random.unit() - 10);
      double all = 0;
      for (const float z : logits) all += std::exp(static_cast<double>(z));
      double shares = 0;
      for (int of = 0; of < std::min(classes, 10); ++of) {
        const auto at = static_cast<size_t>(of);
        const SoftmaxWalk walk = walk_softmax(logits.data(), classes, of);
        ASSERT_EQ(walk.terms.size(), logits.size());
        EXPECT_EQ(walk.z, logits[at]);
        EXPECT_EQ(walk.share, walk.terms[at] * (1.0f / walk.sum));
        EXPECT_EQ(walk.minus_log, std::log(walk.sum) - walk.difference);
        const double want = std::exp(static_cast<double>(logits[at])) / all;
        EXPECT_NEAR(walk.share, want, 1e-5 * want + 1e-12);
        EXPECT_NEAR(walk.minus_log, -std::log(want), 1e-4);
        shares += static_cast<double>(walk.share);
      }
      if (classes <= 10) {
        EXPECT_NEAR(shares, 1, 1e-5);
      }
    }
  }
}

TEST(SoftmaxWalk, stays_finite_where_exp_of_a_logit_is_not) {
  const std::vector<float> logits = {1e4f, 0, -1e4f};
  EXPECT_EQ(walk_softmax(logits.data(), 3, 0).share, 1);
  EXPECT_EQ(walk_softmax(logits.data(), 3, 1).share, 0);
  EXPECT_EQ(walk_softmax(logits.data(), 3, 1).minus_log, 1e4f);
}

}  // namespace striate
