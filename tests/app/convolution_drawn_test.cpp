// The numbers that are really drawn on the convolution page: what a student adds up by hand from the screen is what
// stands there as the result, at the precision it is printed with, or the exact value stands beside it; and nothing is
// ever printed as -0. Read from the text that reaches the screen, not from what computes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <regex>
#include <set>

#include "engine/walk/printed_sum.h"
#include "page_driver.h"

namespace striate {
namespace {

int decimals_of(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

bool follows(long double by_hand, const std::string& text) {
  return std::fabs(by_hand - std::stold(text)) <= 0.5000001L * std::pow(10.0L, -decimals_of(text));
}

bool is_minus_zero(const std::string& text) {
  static const std::regex pattern("(-|\u2212)0*\\.?0*");
  return text.find('0') != std::string::npos && std::regex_match(text, pattern);
}

class DrawnNumbers : public ::testing::Test {
 protected:
  DrawnNumbers() : driver("convolution") { driver.settle(); }
  int roll(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice); }
  double real(double low, double high) { return std::uniform_real_distribution<double>(low, high)(dice); }

  // Rows of numbers of one of four kinds: bytes, bytes / 255, small reals, reals with few decimals.
  std::string rows(int count_rows, int columns, int kind) {
    std::string text;
    for (int i = 0; i < count_rows * columns; ++i) {
      if (i > 0) text += i % columns == 0 ? "; " : " ";
      const double value = kind == 0   ? roll(-255, 255)
                           : kind == 1 ? roll(0, 255) / 255.0
                           : kind == 2 ? real(-1, 1)
                                       : roll(-300, 300) / 100.0;
      text += to_text(value);
    }
    return text;
  }
  const std::string& after(const std::string& name) const {
    static const std::string none;
    for (size_t i = 0; i + 1 < texts.size(); ++i) {
      if (texts[i] == name) return texts[i + 1];
    }
    return none;
  }
  // The value of the row whose name begins so, and what follows in the name.
  std::pair<std::string, std::string> row(const std::string& name) const {
    for (size_t i = 0; i + 1 < texts.size(); ++i) {
      if (texts[i].rfind(name, 0) == 0 && texts[i].size() > name.size()) {
        return {texts[i].substr(name.size()), texts[i + 1]};
      }
    }
    return {};
  }
  void check_screen() {
    for (const std::string& text : texts) ASSERT_FALSE(is_minus_zero(text)) << "'" << text << "' is drawn";
    const std::string& result = after("sum");
    ASSERT_FALSE(result.empty());
    const bool rounded = std::find(texts.begin(), texts.end(), "Rounded;") != texts.end();
    static const std::regex wide("(\\S+) \u00d7 (\\S+)"), factors("([^ \u00d7]+)\u00d7(\\S+)");
    long double by_products = 0, by_factors = 0;
    int chips = 0;
    std::string chip_texts;
    for (size_t i = 0; i < texts.size(); ++i) {
      std::smatch part;
      std::string x, w, product;
      if (std::regex_match(texts[i], part, wide) && i + 1 < texts.size() && texts[i + 1].rfind("= ", 0) == 0) {
        x = part[1], w = part[2], product = texts[i + 1].substr(2);
      } else if (std::regex_match(texts[i], part, factors) && i + 1 < texts.size()) {
        x = part[1], w = part[2], product = texts[i + 1];
      } else {
        continue;
      }
      ++chips;
      chip_texts += texts[i] + " | ";
      by_factors += std::stold(x) * std::stold(w);
      by_products += std::stold(product);
      ASSERT_TRUE(follows(std::stold(x) * std::stold(w), product)) << texts[i] << " " << product;
    }
    ASSERT_EQ(chips, taps) << chip_texts;
    const std::string& bias = after("+ bias");
    if (!bias.empty()) by_factors += std::stold(bias), by_products += std::stold(bias);
    windows += 1;
    if (rounded) {
      ++not_reproduced;
      return;
    }
    ASSERT_TRUE(follows(by_factors, result)) << result;
    ASSERT_TRUE(follows(by_products, result)) << result;
    std::string value = result;
    if (const auto [divisor, divided] = row("\u00f7 divisor "); !divided.empty()) {
      ASSERT_TRUE(follows(std::stold(value) / std::stold(divisor), divided)) << value << divisor << divided;
      value = divided;
    }
    if (const auto [offset, moved] = row("+ offset "); !moved.empty()) {
      ASSERT_TRUE(follows(std::stold(value) + std::stold(offset), moved)) << value << offset << moved;
      value = moved;
    }
    if (const std::string& last = after("value"); !last.empty()) {
      const long double clamped = clamp ? std::clamp(std::stold(value), 0.0L, 255.0L) : std::stold(value);
      ASSERT_TRUE(follows(clamped, last)) << value << " " << last;
    }
  }

  PageDriver driver;
  std::mt19937 dice{77};
  std::vector<std::string> texts;
  int taps = 9, windows = 0, not_reproduced = 0;
  bool clamp = false;
};

TEST_F(DrawnNumbers, add_up_by_hand_in_ten_thousand_windows) {
  driver.run("convolution.padding 1");
  while (windows < 10000) {
    // Two products of one screenful: the input keeps room for the window.
    const int kind = roll(0, 3), columns = roll(1, 3), kernel_rows = roll(1, 3);
    const int width = roll(3, 5), height = roll(3, 5);
    driver.app.run("convolution.kernel 1");
    driver.app.run("convolution.input " + rows(height, width, kind));
    driver.app.run("convolution.kernel " + (roll(0, 3) == 0 ? std::string("1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9")
                                                            : rows(kernel_rows, columns, roll(0, 3))));
    driver.app.run("convolution.divisor " + to_text(roll(0, 1) ? 1.0 : real(0.5, 20)));
    driver.app.run("convolution.offset " + to_text(roll(0, 1) ? 0.0 : real(-100, 100)));
    driver.app.run("convolution.bias " + to_text(roll(0, 1) ? 0.0 : roll(-500, 500) / 100.0));
    clamp = roll(0, 1) == 1;
    driver.app.run(std::string("convolution.clamp ") + (clamp ? "on" : "off"));
    taps = static_cast<int>(driver.number("convolution.parameters")) - 1;
    const int out_columns = static_cast<int>(driver.number("convolution.width")),
              out_rows = static_cast<int>(driver.number("convolution.height"));
    for (int cell = 0; cell < out_columns * out_rows && windows < 10000; ++cell) {
      driver.app.run("convolution.cursor " + std::to_string(cell % out_columns) + " " +
                     std::to_string(cell / out_columns));
      texts = driver.texts();
      ASSERT_NO_FATAL_FAILURE(check_screen()) << driver.text("convolution.terms");
    }
  }
  EXPECT_LT(not_reproduced, 100);
}

// A number that is longer than its neighbors is drawn smaller, not left out: the edge of a picture under a Sobel
// filter.
TEST_F(DrawnNumbers, every_cell_of_a_sobel_filter_has_its_number) {
  driver.run("convolution.input portrait");
  driver.run("convolution.kernel sobel-x");
  driver.run("convolution.padding 1");
  driver.run("convolution.clamp off");
  for (const Vec size : {Vec{1280, 800}, Vec{1280, 720}, Vec{1920, 1080}}) {
    driver.size = size;
    driver.settle();
    texts = driver.texts();
    std::multiset<std::string> drawn(texts.begin(), texts.end());
    const int width = static_cast<int>(driver.number("convolution.width"));
    const int height = static_cast<int>(driver.number("convolution.height"));
    int longest = 0;
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        driver.app.run(fmt::format("convolution.cursor {} {}", column, row));
        const std::string text = exact_text(driver.number("convolution.value"));
        longest = std::max(longest, static_cast<int>(text.size()));
        const auto found = drawn.find(text);
        ASSERT_NE(found, drawn.end()) << text << " at row " << row << ", column " << column;
        drawn.erase(found);
      }
    }
    EXPECT_GE(longest, 5);
  }
}

}  // namespace
}  // namespace striate
