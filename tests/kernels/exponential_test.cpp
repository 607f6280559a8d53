// exp and tanh of kernels/exponential.h against the library in double precision, over the whole range.
#include "kernels/exponential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace striate {
namespace {

// In units of the last place of the right value.
double distance(float got, double right) {
  const float nearest = std::fabs(static_cast<float>(right));
  const double unit = static_cast<double>(std::nextafter(nearest, std::numeric_limits<float>::infinity())) -
                      static_cast<double>(nearest);
  return std::fabs(static_cast<double>(got) - right) / unit;
}

TEST(Exponential, is_within_two_units_of_the_last_place) {
  double worst = 0;
  for (int i = 0; i <= 870000; ++i) {
    const float x = -1e-4f * static_cast<float>(i);
    if (x >= -87.0f) worst = std::fmax(worst, distance(exp_of_negative(x), std::exp(static_cast<double>(x))));
  }
  EXPECT_LE(worst, 2);
  EXPECT_EQ(exp_of_negative(0), 1.0f);
  EXPECT_EQ(exp_of_negative(-1e4f), 0.0f);
  EXPECT_EQ(exp_of_negative(-std::numeric_limits<float>::infinity()), 0.0f);
  EXPECT_TRUE(std::isnan(exp_of_negative(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Tanh, is_within_three_units_of_the_last_place_and_odd) {
  double worst = 0;
  for (int i = 1; i <= 1000000; ++i) {
    const float x = 1.2e-5f * static_cast<float>(i);
    worst = std::fmax(worst, distance(tanh_of(x), std::tanh(static_cast<double>(x))));
    ASSERT_EQ(tanh_of(-x), -tanh_of(x)) << x;
  }
  EXPECT_LE(worst, 3);
  for (float x = 1e-6f; x > 1e-37f; x /= 3) EXPECT_LE(distance(tanh_of(x), std::tanh(static_cast<double>(x))), 2) << x;
  EXPECT_EQ(tanh_of(0), 0.0f);
  EXPECT_EQ(tanh_of(std::numeric_limits<float>::infinity()), 1.0f);
  EXPECT_EQ(tanh_of(-1e4f), -1.0f);
  EXPECT_TRUE(std::isnan(tanh_of(std::numeric_limits<float>::quiet_NaN())));
}

}  // namespace
}  // namespace striate
