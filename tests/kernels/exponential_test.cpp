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

TEST(Exponential, of_any_value_is_within_two_units_and_ends_where_floats_end) {
  double worst = 0;
  for (int i = -873000; i <= 887000; ++i) {
    const float x = 1e-4f * static_cast<float>(i);
    worst = std::fmax(worst, distance(exp_of(x), std::exp(static_cast<double>(x))));
  }
  EXPECT_LE(worst, 2);
  EXPECT_EQ(exp_of(0), 1.0f);
  EXPECT_EQ(exp_of(88.8f), std::numeric_limits<float>::infinity());
  EXPECT_EQ(exp_of(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_EQ(exp_of(-104.0f), 0.0f);
  EXPECT_EQ(exp_of(-std::numeric_limits<float>::infinity()), 0.0f);
  EXPECT_NEAR(exp_of(-95.0f), 5.52e-42, 0.01e-42) << "a float too small for all its digits";
  EXPECT_TRUE(std::isnan(exp_of(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Logarithm, is_within_three_units_of_the_last_place) {
  double worst = 0;
  for (float x = 1e-45f; x < 3e38f; x *= 1.0001f + 1e-45f / x) {
    worst = std::fmax(worst, distance(log_of(x), std::log(static_cast<double>(x))));
  }
  for (int i = 1; i <= 400000; ++i) {
    const float x = 5e-6f * static_cast<float>(i);  // around 1, where it is near 0
    worst = std::fmax(worst, distance(log_of(x), std::log(static_cast<double>(x))));
  }
  EXPECT_LE(worst, 3);
  EXPECT_EQ(log_of(1), 0.0f);
  EXPECT_EQ(log_of(0), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(log_of(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(log_of(-1)));
  EXPECT_TRUE(std::isnan(log_of(std::numeric_limits<float>::quiet_NaN())));
}

TEST(ErrorFunction, is_within_three_units_of_the_last_place_and_odd) {
  double worst = 0;
  for (int i = 1; i <= 600000; ++i) {
    const float x = 1e-5f * static_cast<float>(i);
    worst = std::fmax(worst, distance(erf_of(x), std::erf(static_cast<double>(x))));
    ASSERT_EQ(erf_of(-x), -erf_of(x)) << x;
  }
  for (float x = 1e-3f; x > 1e-36f; x /= 1.01f) {
    worst = std::fmax(worst, distance(erf_of(x), std::erf(static_cast<double>(x))));
  }
  EXPECT_LE(worst, 3);
  EXPECT_EQ(erf_of(0), 0.0f);
  EXPECT_EQ(erf_of(std::numeric_limits<float>::infinity()), 1.0f);
  EXPECT_EQ(erf_of(-50), -1.0f);
  EXPECT_TRUE(std::isnan(erf_of(std::numeric_limits<float>::quiet_NaN())));
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

TEST(Exponential, minus_1_keeps_its_digits_near_0) {
  double worst = 0;
  for (int i = 1; i <= 900000; ++i) {
    const float x = -1e-4f * static_cast<float>(i);
    worst = std::fmax(worst, distance(exp_minus_1_of_negative(x), std::expm1(static_cast<double>(x))));
  }
  for (float x = -1e-3f; x < -1e-37f; x /= 1.01f) {
    worst = std::fmax(worst, distance(exp_minus_1_of_negative(x), std::expm1(static_cast<double>(x))));
  }
  EXPECT_LE(worst, 3);
  EXPECT_EQ(exp_minus_1_of_negative(0), 0.0f);
  EXPECT_EQ(exp_minus_1_of_negative(-std::numeric_limits<float>::infinity()), -1.0f);
  EXPECT_TRUE(std::isnan(exp_minus_1_of_negative(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Logarithm, of_1_plus_a_share_is_within_three_units) {
  double worst = 0;
  for (int i = 1; i <= 1000000; ++i) {
    const float x = 1e-6f * static_cast<float>(i);
    worst = std::fmax(worst, distance(log_of_1_plus(x), std::log1p(static_cast<double>(x))));
  }
  for (float x = 1e-3f; x > 1e-37f; x /= 1.01f) {
    worst = std::fmax(worst, distance(log_of_1_plus(x), std::log1p(static_cast<double>(x))));
  }
  EXPECT_LE(worst, 3);
  EXPECT_EQ(log_of_1_plus(0), 0.0f);
  EXPECT_TRUE(std::isnan(log_of_1_plus(std::numeric_limits<float>::quiet_NaN())));
}

TEST(NormalTail, is_within_eight_units_of_the_last_place) {
  double above = 0, density = 0;
  for (int i = 0; i <= 1310000; ++i) {
    const float a = 1e-5f * static_cast<float>(i);
    const auto x = static_cast<double>(a);
    const NormalTail tail = normal_tail(a);
    above = std::fmax(above, distance(tail.above, 0.5 * std::erfc(x / std::sqrt(2.0))));
    density = std::fmax(density, distance(tail.density, std::exp(-x * x / 2) / std::sqrt(2 * 3.14159265358979323846)));
  }
  EXPECT_LE(above, 8);
  EXPECT_LE(density, 4);
  EXPECT_EQ(normal_tail(std::numeric_limits<float>::infinity()).above, 0.0f);
  EXPECT_TRUE(std::isnan(normal_tail(std::numeric_limits<float>::quiet_NaN()).above));
}

}  // namespace
}  // namespace striate
