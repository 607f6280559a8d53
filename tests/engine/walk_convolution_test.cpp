// The walk of one output cell against a plain reference and against the picture, over thousands of random shapes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "engine/error.h"
#include "engine/walk/convolution_walk.h"
#include "engine/walk/printed_sum.h"
#include "kernels/threads.h"

namespace striate {
namespace {

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  double real(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine_); }
  bool coin() { return between(0, 1) == 1; }

 private:
  std::mt19937 engine_;
};

constexpr Border kBorders[] = {Border::zero, Border::replicate, Border::reflect, Border::wrap};

Convolution random_convolution(Dice& dice) {
  Convolution c;
  ConvolutionGeometry& g = c.geometry;
  g.groups = dice.between(1, 3);
  g.channels = g.groups * dice.between(1, 3);
  g.outputs = g.groups * dice.between(1, 2);
  g.height = dice.between(1, 12);
  g.width = dice.between(1, 12);
  g.kernel_height = dice.between(1, 5);
  g.kernel_width = dice.between(1, 5);
  g.top = dice.between(0, 4);
  g.bottom = dice.between(0, 4);
  g.left = dice.between(0, 4);
  g.right = dice.between(0, 4);
  g.border = kBorders[dice.between(0, 3)];
  g.stride = dice.between(1, 5);
  g.dilation = dice.between(1, 4);
  g.flip = dice.coin();
  g.has_bias = dice.coin();
  g.clamp = dice.coin();
  g.divisor = dice.coin() ? 1 : dice.real(0.5, 20);
  g.offset = dice.coin() ? 0 : dice.real(-100, 100);
  c.x.resize(static_cast<size_t>(g.channels) * g.height * g.width);
  for (double& x : c.x) x = dice.between(0, 255);
  c.w.resize(static_cast<size_t>(g.outputs) * g.group_channels() * g.kernel_height * g.kernel_width);
  for (double& w : c.w) w = dice.coin() ? dice.between(-9, 9) : dice.real(-2, 2);
  if (g.has_bias) {
    c.bias.resize(static_cast<size_t>(g.outputs));
    for (double& b : c.bias) b = dice.real(-50, 50);
  }
  return c;
}

bool is_legal(const ConvolutionGeometry& g) {
  if (g.dilation * (g.kernel_height - 1) + 1 > g.height + g.top + g.bottom) return false;
  if (g.dilation * (g.kernel_width - 1) + 1 > g.width + g.left + g.right) return false;
  if (g.border == Border::reflect) {
    if (g.top >= g.height || g.bottom >= g.height || g.left >= g.width || g.right >= g.width) return false;
  }
  return true;
}

// The padded input written out as a grid, the way a student would draw it, cell by cell outwards.
std::vector<std::vector<double>> padded_plane(const Convolution& c, int channel) {
  const ConvolutionGeometry& g = c.geometry;
  const auto pick = [&](int i, int n) {
    switch (g.border) {
      case Border::zero:
        return i < 0 || i >= n ? -1 : i;
      case Border::replicate:
        return std::min(std::max(i, 0), n - 1);
      case Border::reflect:
        while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
        return i;
      case Border::wrap:
        while (i < 0) i += n;
        while (i >= n) i -= n;
        return i;
    }
    return -1;
  };
  std::vector<std::vector<double>> plane;
  for (int row = -g.top; row < g.height + g.bottom; ++row) {
    std::vector<double> line;
    for (int column = -g.left; column < g.width + g.right; ++column) {
      const int r = pick(row, g.height), s = pick(column, g.width);
      line.push_back(r < 0 || s < 0 ? 0 : c.x[(static_cast<size_t>(channel) * g.height + r) * g.width + s]);
    }
    plane.push_back(line);
  }
  return plane;
}

double reference_total(const Convolution& c, int k, int p, int q) {
  const ConvolutionGeometry& g = c.geometry;
  const int per_group = g.channels / g.groups;
  const int group = k / (g.outputs / g.groups);
  long double sum = 0;
  for (int i = 0; i < per_group; ++i) {
    const auto plane = padded_plane(c, group * per_group + i);
    for (int r = 0; r < g.kernel_height; ++r) {
      for (int s = 0; s < g.kernel_width; ++s) {
        const int kr = g.flip ? g.kernel_height - 1 - r : r, ks = g.flip ? g.kernel_width - 1 - s : s;
        const double w = c.w[((static_cast<size_t>(k) * per_group + i) * g.kernel_height + kr) * g.kernel_width + ks];
        sum += static_cast<long double>(plane[p * g.stride + r * g.dilation][q * g.stride + s * g.dilation]) * w;
      }
    }
  }
  if (g.has_bias) sum += c.bias[k];
  return static_cast<double>(sum);
}

TEST(ConvolutionWalk, terms_add_up_to_the_picture_bit_for_bit_and_to_the_reference) {
  Stream stream;
  Dice dice(7);
  int legal = 0;
  while (legal < 3000) {
    const Convolution c = random_convolution(dice);
    const ConvolutionGeometry& g = c.geometry;
    if (!is_legal(g)) {
      EXPECT_THROW(convolve(stream, c), Error);
      continue;
    }
    ++legal;
    const ConvolutionPicture picture = convolve(stream, c);
    ASSERT_EQ(picture.height, (g.height + g.top + g.bottom - g.dilation * (g.kernel_height - 1) - 1) / g.stride + 1);
    ASSERT_EQ(picture.width, (g.width + g.left + g.right - g.dilation * (g.kernel_width - 1) - 1) / g.stride + 1);
    const int k = dice.between(0, g.outputs - 1);
    const int p = dice.between(0, picture.height - 1), q = dice.between(0, picture.width - 1);
    const ConvolutionWalk walk = walk_convolution(c, k, p, q);
    ASSERT_EQ(walk.total, picture.total_at(k, p, q));
    ASSERT_EQ(walk.value, picture.value_at(k, p, q));
    ASSERT_EQ(walk.taps.size(), static_cast<size_t>(g.group_channels()) * g.kernel_height * g.kernel_width);
    double again = 0;
    for (const auto& channel : walk.channels) {
      double sum = 0;
      for (size_t i = channel.first; i < channel.end; ++i) sum += walk.taps[i].product();
      ASSERT_EQ(sum, channel.sum);
      again += sum;
    }
    if (g.has_bias) again += walk.bias;
    ASSERT_EQ(again, walk.total);
    const double expected = reference_total(c, k, p, q);
    ASSERT_NEAR(walk.total, expected, 1e-9 * std::max(1.0, std::fabs(expected)));
    const double shown = expected / g.divisor + g.offset;
    ASSERT_NEAR(walk.value, g.clamp ? std::min(std::max(shown, 0.0), 255.0) : shown, 1e-7);
  }
}

TEST(ConvolutionWalk, every_device_and_thread_order_gives_the_same_picture) {
  Stream stream;
  Dice dice(8);
  for (int i = 0; i < 200; ++i) {
    const Convolution c = random_convolution(dice);
    if (!is_legal(c.geometry)) continue;
    const ConvolutionPicture forward = convolve(stream, c);
    for (const Device& device : Device::all_for_tests()) {
      SCOPED_TRACE(device.id());
      Stream there(device);
      for (const ThreadOrder order : {ThreadOrder::forward, ThreadOrder::backward, ThreadOrder::shuffled}) {
        set_thread_order(order);
        const ConvolutionPicture picture = convolve(there, c);
        EXPECT_EQ(picture.total, forward.total);
        EXPECT_EQ(picture.value, forward.value);
        set_thread_order(ThreadOrder::forward);
      }
    }
  }
}

// Sizes 1..32, kernels 1..7, padding 0..7, stride 1..5, dilation 1..4, every mode: accepted and right, or refused with
// the rule. Every combination of one axis; the other axis is fixed.
TEST(ConvolutionWalk, every_combination_of_one_axis_is_right_or_refused_by_its_rule) {
  Stream stream;
  int accepted = 0, refused = 0;
  for (const Border border : kBorders) {
    for (int size = 1; size <= 32; ++size) {
      for (int kernel = 1; kernel <= 7; ++kernel) {
        for (int padding = 0; padding <= 7; ++padding) {
          for (int stride = 1; stride <= 5; ++stride) {
            for (int dilation = 1; dilation <= 4; ++dilation) {
              Convolution c;
              ConvolutionGeometry& g = c.geometry;
              g.width = size;
              g.kernel_width = kernel;
              g.left = g.right = padding;
              g.border = border;
              g.stride = stride;
              g.dilation = dilation;
              c.x.resize(size);
              for (int i = 0; i < size; ++i) c.x[i] = i * i + 1;
              c.w.resize(kernel);
              for (int i = 0; i < kernel; ++i) c.w[i] = i + 1;
              const bool fits = dilation * (kernel - 1) + 1 <= size + 2 * padding;
              const bool reflects = border != Border::reflect || padding < size;
              if (!fits || !reflects) {
                ++refused;
                try {
                  convolve(stream, c);
                  FAIL() << "accepted size " << size << " kernel " << kernel << " padding " << padding;
                } catch (const Error& error) {
                  const std::string what = error.what();
                  ASSERT_TRUE(what.find(reflects ? "does not fit" : "reflected padding") != std::string::npos) << what;
                  ASSERT_FALSE(error.hint().empty());
                }
                continue;
              }
              ++accepted;
              const ConvolutionPicture picture = convolve(stream, c);
              const auto plane = padded_plane(c, 0);
              ASSERT_EQ(picture.width, (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1);
              for (int q = 0; q < picture.width; ++q) {
                double sum = 0;
                for (int s = 0; s < kernel; ++s) sum += plane[0][q * stride + s * dilation] * (s + 1);
                ASSERT_EQ(picture.total_at(0, 0, q), sum);
              }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(accepted, 50000);
  EXPECT_GT(refused, 1000);
}

TEST(ConvolutionWalk, the_slides_sums_come_out) {
  Convolution c;
  c.geometry.height = c.geometry.width = c.geometry.kernel_height = c.geometry.kernel_width = 3;
  c.x = {45, 81, 87, 194, 203, 215, 164, 116, 131};
  c.w = {-1, -1, -1, -1, 8, -1, -1, -1, -1};
  EXPECT_EQ(walk_convolution(c, 0, 0, 0).total, 591);
  c.geometry.clamp = true;
  EXPECT_EQ(walk_convolution(c, 0, 0, 0).value, 255);
  EXPECT_TRUE(walk_convolution(c, 0, 0, 0).clamped);

  c.geometry = {};
  c.geometry.height = c.geometry.width = 6;
  c.geometry.kernel_height = c.geometry.kernel_width = 3;
  c.geometry.top = c.geometry.bottom = c.geometry.left = c.geometry.right = 1;
  c.x = {1,  0, 4, 2, 125, 67, 8,  2,  5,   4,   34,  12, 20,  13,  25, 15, 240, 2,
         76, 8, 6, 6, 100, 76, 34, 66, 134, 223, 201, 3,  255, 123, 89, 55, 32,  2};
  c.w = {1, 2, 1, 2, 4, 2, 1, 2, 1};
  EXPECT_EQ(walk_convolution(c, 0, 2, 2).total, 198);
  c.geometry.divisor = 16;
  EXPECT_EQ(walk_convolution(c, 0, 2, 2).value, 12.375);
}

TEST(ConvolutionWalk, hovered_inputs_and_taps_agree_with_the_terms) {
  Dice dice(9);
  for (int i = 0; i < 300; ++i) {
    Convolution c = random_convolution(dice);
    if (!is_legal(c.geometry)) continue;
    const ConvolutionGeometry& g = c.geometry;
    std::set<std::pair<std::pair<int, int>, std::pair<int, int>>> reads;        // (output cell, padded input cell)
    std::set<std::pair<std::pair<int, int>, std::pair<int, int>>> tap_touches;  // (tap, padded input cell)
    for (int p = 0; p < g.output_height(); ++p) {
      for (int q = 0; q < g.output_width(); ++q) {
        for (const ConvolutionTap& tap : walk_convolution(c, 0, p, q).taps) {
          reads.insert({{p, q}, {tap.row, tap.column}});
          tap_touches.insert({{tap.kernel_row, tap.kernel_column}, {tap.row, tap.column}});
        }
      }
    }
    size_t found = 0;
    for (int row = -g.top; row < g.height + g.bottom; ++row) {
      for (int column = -g.left; column < g.width + g.right; ++column) {
        for (const CellAt& cell : outputs_that_read(g, row, column)) {
          EXPECT_TRUE(reads.count({{cell.row, cell.column}, {row, column}}));
          ++found;
        }
      }
    }
    EXPECT_EQ(found, reads.size());
    for (int r = 0; r < g.kernel_height; ++r) {
      for (int s = 0; s < g.kernel_width; ++s) {
        for (const CellAt& cell : inputs_under_tap(g, r, s)) {
          EXPECT_TRUE(tap_touches.count({{r, s}, {cell.row, cell.column}}));
        }
      }
    }
  }
}

TEST(ConvolutionWalk, illegal_settings_name_the_rule) {
  const auto message = [](const auto& change) {
    Convolution c;
    c.geometry.height = c.geometry.width = 4;
    c.geometry.kernel_height = c.geometry.kernel_width = 3;
    c.x.assign(16, 1);
    c.w.assign(9, 1);
    change(c);
    try {
      check_convolution(c);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message([](Convolution&) {}), "accepted");
  EXPECT_EQ(message([](Convolution& c) { c.geometry.stride = 0; }), "the stride is 0");
  EXPECT_EQ(message([](Convolution& c) { c.geometry.divisor = 0; }), "the divisor is 0 or not a number");
  EXPECT_EQ(message([](Convolution& c) { c.geometry.groups = 2; }),
            "2 groups do not divide 1 input and 1 output channels");
  EXPECT_NE(message([](Convolution& c) { c.w[4] = NAN; }).find("kernel has a value"), std::string::npos);
  EXPECT_NE(message([](Convolution& c) { c.x.pop_back(); }).find("has 15 values"), std::string::npos);
  EXPECT_NE(message([](Convolution& c) { c.geometry.dilation = 2; }).find("does not fit"), std::string::npos);
}

// ---- what is printed ------------------------------------------------------------------------------------------------

long double printed_value(const std::string& text) { return std::stold(text); }

bool is_minus_zero(const std::string& text) {
  return text[0] == '-' && text.find_first_of("123456789") == std::string::npos;
}

int decimals_in(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

// Whether one printed line follows from the line above it by hand, at the decimals it is printed with.
bool follows(long double by_hand, const std::string& text) {
  return std::fabs(by_hand - printed_value(text)) <= 0.5000001L * std::pow(10.0L, -decimals_in(text));
}

// Divisor, offset and clamp: every line follows from the one above, or the exact value is there.
void check_finish(const ConvolutionGeometry& g, const ConvolutionWalk& walk, const PrintedSum& sum) {
  const PrintedFinish finish = print_finish(sum, walk.total, g.divisor, g.offset, g.clamp);
  for (const std::string& text : {finish.divisor, finish.divided, finish.offset, finish.moved, finish.value}) {
    ASSERT_FALSE(is_minus_zero(text)) << text;
  }
  ASSERT_EQ(std::stod(finish.exact_value), walk.value);
  if (!finish.reproduces) return;
  ASSERT_TRUE(follows(printed_value(sum.result) / printed_value(finish.divisor), finish.divided))
      << sum.result << " / " << finish.divisor << " = " << finish.divided;
  ASSERT_TRUE(follows(printed_value(finish.divided) + printed_value(finish.offset), finish.moved))
      << finish.divided << " + " << finish.offset << " = " << finish.moved;
  const long double clamped = std::min(std::max(printed_value(finish.moved), 0.0L), 255.0L);
  ASSERT_TRUE(follows(g.clamp ? clamped : printed_value(finish.moved), finish.value)) << finish.moved << finish.value;
  ASSERT_TRUE(follows(walk.value, finish.value)) << walk.value << " is printed " << finish.value;
}

TEST(PrintedSum, factors_and_products_reproduce_the_printed_result_for_ten_thousand_windows) {
  Dice dice(10);
  int windows = 0, rounded = 0;
  while (windows < 10000) {
    Convolution c = random_convolution(dice);
    if (!is_legal(c.geometry)) continue;
    const int style = dice.between(0, 3);
    for (double& x : c.x) {
      if (style == 1) x = dice.real(-1, 1);
      if (style == 2) x = static_cast<float>(dice.real(0, 1));
      if (style == 3) x = dice.between(0, 255) / 255.0;
    }
    if (style == 3) {
      for (double& w : c.w) w = 1.0 / 9;
    }
    ++windows;
    const int p = dice.between(0, c.geometry.output_height() - 1), q = dice.between(0, c.geometry.output_width() - 1);
    const ConvolutionWalk walk = walk_convolution(c, 0, p, q);
    std::vector<Term> terms;
    for (const ConvolutionTap& tap : walk.taps) terms.push_back({tap.x, tap.w});
    const PrintedSum printed =
        print_sum(terms, c.geometry.has_bias ? &walk.bias : nullptr, walk.total, 4, c.geometry.group_channels());
    ASSERT_EQ(printed.terms.size(), terms.size());
    ASSERT_EQ(printed.channel_sums.size(), walk.channels.size());
    check_finish(c.geometry, walk, printed);
    long double by_factors = 0, by_products = 0;
    for (const PrintedTerm& term : printed.terms) {
      by_factors += printed_value(term.x) * printed_value(term.w);
      by_products += printed_value(term.product);
      for (const std::string& text : {term.x, term.w, term.product}) {
        ASSERT_FALSE(text[0] == '-' && text.find_first_of("123456789") == std::string::npos) << text;
      }
    }
    if (!printed.bias.empty()) by_factors += printed_value(printed.bias), by_products += printed_value(printed.bias);
    if (!printed.reproduces) {
      ++rounded;
      ASSERT_EQ(std::stod(printed.exact_value), walk.total);
      continue;
    }
    const size_t point = printed.result.find('.');
    const int decimals = point == std::string::npos ? 0 : static_cast<int>(printed.result.size() - point - 1);
    ASSERT_EQ(rounded_text(static_cast<double>(by_factors), decimals), printed.result) << printed.factors();
    ASSERT_EQ(rounded_text(static_cast<double>(by_products), decimals), printed.result) << printed.products();
    ASSERT_EQ(rounded_text(walk.total, decimals), printed.result);
    // The channels' sums, added by hand, give the result; each is what its printed products add up to.
    long double by_channels = printed.bias.empty() ? 0 : printed_value(printed.bias);
    for (size_t i = 0; i < printed.channel_sums.size(); ++i) {
      const std::string& text = printed.channel_sums[i];
      ASSERT_FALSE(is_minus_zero(text));
      by_channels += printed_value(text);
      long double sum = 0;
      for (size_t t = walk.channels[i].first; t < walk.channels[i].end; ++t) {
        sum += printed_value(printed.terms[t].product);
      }
      ASSERT_NEAR(static_cast<double>(printed_value(text) - sum), 0, 0.500001 * std::pow(10.0, -decimals)) << text;
    }
    ASSERT_EQ(rounded_text(static_cast<double>(by_channels), decimals), printed.result);
    // The running total is the sum of the products that stand on the chips, to the last digit.
    const int count = dice.between(0, static_cast<int>(terms.size()));
    long double running = 0;
    for (int i = 0; i < count; ++i) running += printed_value(printed.terms[i].product);
    ASSERT_NEAR(std::stod(printed.running(count)), static_cast<double>(running), 1e-9);
    ASSERT_FALSE(is_minus_zero(printed.running(count)));
    if (printed.exact) {
      ASSERT_EQ(std::stod(printed.result), walk.total);
    }
  }
  EXPECT_LT(rounded, 100);
}

TEST(PrintedSum, texts_are_short_and_never_minus_zero) {
  EXPECT_EQ(exact_text(-0.0), "0");
  EXPECT_EQ(rounded_text(-0.001, 2), "0.00");
  EXPECT_EQ(significant_text(1.0 / 9, 4), "0.1111");
  EXPECT_EQ(significant_text(203, 2), "203");
  EXPECT_EQ(exact_text(12.375), "12.375");
  EXPECT_EQ(exact_text(1e20), "1e+20");
  const PrintedSum sum = print_sum({{2, 1}, {5, 2}, {4, 1}, {13, -2}}, nullptr, -10 - 0.0);
  EXPECT_EQ(sum.factors(), "2*1 + 5*2 + 4*1 + 13*(-2)");
  EXPECT_EQ(sum.products(), "2 + 10 + 4 - 26");
  EXPECT_EQ(sum.result, "-10");
  EXPECT_TRUE(sum.exact);
  EXPECT_EQ(sum.running(0), "0");
  EXPECT_EQ(sum.running(3), "16");
  EXPECT_EQ(sum.running(4), "-10");
  const PrintedFinish finish = print_finish(sum, -10, 16, 0.5, true);
  EXPECT_EQ(finish.divided, "-0.625");
  EXPECT_EQ(finish.moved, "-0.125");
  EXPECT_EQ(finish.value, "0");
  // 1/3 of what is printed, not of what was computed: 123.457 / 3 is 41.1523, whatever stands behind 123.4567.
  const PrintedSum long_sum = print_sum({{123.4567, 1}}, nullptr, 123.4567, 4);
  EXPECT_TRUE(print_finish(long_sum, 123.4567, 3, 0, false).reproduces);
}

}  // namespace
}  // namespace striate
