// The Neocognitron as a whole: when planes are made, what they answer to, who is reinforced, and what it reads.
#include "engine/neocognitron/neocognitron.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/neocognitron/neocognitron_cell.h"
#include "engine/training/data/digits.h"

namespace striate {
namespace {

NeocognitronSettings settings() {
  NeocognitronSettings s = NeocognitronSettings::of_1980();
  s.stages[0].selectivity = s.stages[0].learning = 2;
  s.stages[1].most_planes = 60;
  s.stages[2].most_planes = 500;
  for (NeocognitronStage& stage : s.stages) stage.rate = 1000, stage.new_planes = 2, stage.reinforce = false;
  return s;
}
// A bar of 3 x 9 pixels: upright or lying, from (row, column) on.
std::vector<float> bar(bool upright, int row, int column) {
  std::vector<float> picture(256, 0.0f);
  for (int i = 0; i < 27; ++i) {
    const int y = row + (upright ? i / 3 : i % 3), x = column + (upright ? i % 3 : i / 3);
    picture[static_cast<size_t>(y * 16 + x)] = 1;
  }
  return picture;
}
std::vector<float> digit(const Dataset& data, int64_t n) {
  std::vector<float> pixels(784), half(256, 0.0f);
  data.read(n, pixels.data());
  for (int i = 0; i < 14 * 14; ++i) {
    const int y = i / 14, x = i % 14;
    float sum = 0;
    for (int t = 0; t < 4; ++t) sum += pixels[static_cast<size_t>((2 * y + t / 2) * 28 + 2 * x + t % 2)] / 4;
    half[static_cast<size_t>((y + 1) * 16 + x + 1)] = sum < 0.1f ? 0.0f : sum;
  }
  return half;
}

// Unseen digits that are read right, after 150 were learned.
int right_of_100(NeocognitronFormula formula) {
  Stream stream(Device::cpu());
  NeocognitronSettings of = settings();
  of.formula = formula;
  Neocognitron net(stream, of);
  const Digits learned(400, 1), unseen(400, 2);
  for (int stage = 0; stage < 3; ++stage) {
    for (int64_t n = 0; n < (stage == 2 ? 150 : 60); ++n) net.learn(stage, digit(learned, n).data(), learned.label(n));
  }
  int right = 0;
  for (int64_t n = 0; n < 100; ++n) right += net.answer(digit(unseen, n).data()).label == unseen.label(n) ? 1 : 0;
  return right;
}

}  // namespace

TEST(Neocognitron, has_the_sizes_of_1980) {
  Stream stream(Device::cpu());
  Neocognitron net(stream, settings());
  net.learn(bar(true, 3, 6).data(), 1);
  const NeocognitronMaps maps = net.maps(bar(true, 3, 6).data());
  const int s[] = {16, 8, 2}, c[] = {10, 6, 1};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(maps.stages[i].s.rows, s[i]);
    EXPECT_EQ(maps.stages[i].s.columns, s[i]);
    EXPECT_EQ(maps.stages[i].c.rows, c[i]);
  }
}

TEST(Neocognitron, makes_planes_where_nobody_answers_and_none_for_what_it_knows) {
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    Neocognitron net(stream, settings());
    const std::vector<float> upright = bar(true, 3, 6), lying = bar(false, 6, 3);
    EXPECT_EQ(net.answer(upright.data()).label, -1);
    for (int stage = 0; stage < 3; ++stage) {
      int times = 0;
      while (net.learn(stage, upright.data(), 1) > 0) ASSERT_LT(++times, 100);
      EXPECT_GT(net.planes(stage), 0);
    }
    EXPECT_EQ(net.planes(2), 1);
    EXPECT_EQ(net.labels(), std::vector<int>{1});
    // A single plane is its own mean: its S-cell answers, and the C-cell behind it is held back by itself.
    const NeocognitronMaps alone = net.maps(upright.data());
    EXPECT_GT(*std::max_element(alone.stages[2].s.values.begin(), alone.stages[2].s.values.end()), 0);
    EXPECT_EQ(alone.stages[2].c.values[0], 0);
    for (int stage = 0; stage < 3; ++stage) {
      int times = 0;
      while (net.learn(stage, lying.data(), 0) > 0) ASSERT_LT(++times, 100);
    }
    EXPECT_EQ(net.answer(lying.data()).label, 0);
    EXPECT_EQ(net.answer(upright.data()).label, 1);
    // What stands elsewhere is known, too: planes share their weights, and C-cells look around.
    EXPECT_EQ(net.answer(bar(true, 4, 7).data()).label, 1);
    EXPECT_EQ(net.answer(std::vector<float>(256, 0.0f).data()).label, -1);
  }
}

// Made from one window, a cell answers exactly where the weighted cosine is above r / (1 + r).
TEST(Neocognitron, an_s_cell_answers_above_its_threshold_and_nowhere_else) {
  Stream stream(Device::cpu());
  Neocognitron net(stream, settings());
  const Digits data(40, 7);
  for (int64_t n = 0; n < 10; ++n) net.learn(0, digit(data, n).data(), -1);
  int answered = 0, silent = 0;
  for (const float r : {0.5f, 1.0f, 2.0f, 4.0f}) {
    net.set_selectivity(0, r);
    for (int64_t n = 10; n < 20; ++n) {
      const NeocognitronMaps maps = net.maps(digit(data, n).data());
      const NeocognitronMaps::Stage& stage = maps.stages[0];
      for (int k = 0; k < net.planes(0); k += 3) {
        for (int place = 0; place < 256; place += 5) {
          const NeocognitronCell cell = explain_s_cell(maps.input, stage.v, net.settings().stages[0], net.a(0, k),
                                                       net.b(0, k), place / 16, place % 16);
          const float value = stage.s.at(k, place / 16, place % 16);
          EXPECT_NEAR(cell.value, static_cast<double>(value), 1e-4 * (1 + std::fabs(cell.value)));
          EXPECT_DOUBLE_EQ(cell.threshold, static_cast<double>(r) / (1 + static_cast<double>(r)));
          if (std::fabs(cell.cosine - cell.threshold) < 1e-5) continue;
          EXPECT_EQ(value > 0, cell.cosine > cell.threshold) << cell.cosine << " against " << cell.threshold;
          value > 0 ? ++answered : ++silent;
        }
      }
    }
  }
  EXPECT_GT(answered, 100);
  EXPECT_GT(silent, 100);
}

TEST(Neocognitron, a_c_cell_taken_apart_is_the_value_of_its_map) {
  Stream stream(Device::cpu());
  Neocognitron net(stream, settings());
  const Digits data(40, 7);
  for (int stage = 0; stage < 2; ++stage) {
    for (int64_t n = 0; n < 10; ++n) net.learn(stage, digit(data, n).data(), -1);
  }
  const NeocognitronMaps maps = net.maps(digit(data, 12).data());
  double most = 0;
  for (int stage = 0; stage < 2; ++stage) {
    const NeocognitronMaps::Stage& of = maps.stages[static_cast<size_t>(stage)];
    for (int k = 0; k < of.c.planes; ++k) {
      for (int place = 0; place < of.c.rows * of.c.columns; ++place) {
        const int row = place / of.c.columns, column = place % of.c.columns;
        const NeocognitronCell cell =
            explain_c_cell(of.s, net.settings().stages[static_cast<size_t>(stage)], net.d(stage), k, row, column);
        EXPECT_NEAR(cell.value, static_cast<double>(of.c.at(k, row, column)), 1e-5);
        most = std::max(most, cell.value);
      }
    }
  }
  EXPECT_GT(most, 0.1);
}

// c is 1 in all over the planes that come in: planes that are made later below change nothing of what was learned.
TEST(Neocognitron, planes_made_below_leave_what_was_learned_above) {
  Stream stream(Device::cpu());
  Neocognitron net(stream, settings());
  const Digits data(10, 7);
  const std::vector<float> upright = bar(true, 3, 6), other = digit(data, 4);
  for (int stage = 0; stage < 2; ++stage) {
    while (net.learn(stage, upright.data(), -1) > 0) {
    }
  }
  const NeocognitronMaps before = net.maps(upright.data());
  const int planes = net.planes(0);
  net.set_selectivity(0, 8);  // narrow enough that what is made now stays silent for the first picture
  const NeocognitronMaps narrow = net.maps(upright.data());
  while (net.learn(0, other.data(), -1) > 0) {
  }
  ASSERT_GT(net.planes(0), planes);
  const NeocognitronMaps after = net.maps(upright.data());
  double largest = 0;
  for (size_t i = 0; i < narrow.stages[0].s.values.size(); ++i) {
    EXPECT_EQ(after.stages[0].s.values[i], narrow.stages[0].s.values[i]);
    largest = std::max(largest, static_cast<double>(narrow.stages[0].s.values[i]));
  }
  EXPECT_GT(largest, 0);
  EXPECT_EQ(net.a(1, 0).size(), static_cast<size_t>(net.planes(0) * 25));
  double sum = 0;
  for (const float c : net.c(1)) sum += static_cast<double>(c);
  EXPECT_NEAR(sum, 1, 1e-5);
}

TEST(Neocognitron, winners_are_the_largest_of_their_column_and_one_of_each_plane) {
  NeocognitronMaps::Map s{2, 4, 4, std::vector<float>(32, 0.0f)};
  const auto set = [&](int plane, int row, int column, float value) {
    s.values[static_cast<size_t>((plane * 4 + row) * 4 + column)] = value;
  };
  set(0, 0, 0, 3), set(1, 1, 1, 2);  // in one column: plane 0 wins
  set(0, 0, 3, 4);                   // plane 0 again, and larger
  set(1, 3, 2, 1);
  const auto winners = neocognitron_winners(s, 2);
  ASSERT_EQ(winners.size(), 2u);
  EXPECT_EQ(winners[0], (std::array<int, 3>{0, 0, 3}));
  EXPECT_EQ(winners[1], (std::array<int, 3>{1, 3, 2}));
}

TEST(Neocognitron, reinforcing_adds_what_the_winner_sees) {
  NeocognitronSettings s = settings();
  s.stages[0].reinforce = true, s.stages[0].rate = 1, s.stages[0].most_planes = 1;
  Stream stream(Device::cpu());
  Neocognitron net(stream, s);
  const std::vector<float> picture = bar(true, 3, 6);
  EXPECT_EQ(net.learn(0, picture.data(), -1), 1);
  const std::vector<float> a = net.a(0, 0);
  const float b = net.b(0, 0);
  EXPECT_EQ(net.learn(0, picture.data(), -1), 0);
  // The winner is where the window is what it was made from: it learns the same once more.
  const std::vector<float> twice = net.a(0, 0);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(twice[i], 2 * a[i], 1e-6);
  EXPECT_NEAR(net.b(0, 0), 2 * b, 1e-6);
}

TEST(Neocognitron, reads_unseen_digits_of_the_program) {
  EXPECT_GT(right_of_100(NeocognitronFormula::right), 55) << "of 100, after 150 digits";
}

// What the page says of the mistakes: nobody answers, or nobody is silent, or all answer alike.
TEST(Neocognitron, reads_hardly_anything_with_a_wrong_formula) {
  EXPECT_EQ(right_of_100(NeocognitronFormula::parentheses), 0);
  EXPECT_LT(right_of_100(NeocognitronFormula::squares), 10);
  EXPECT_LT(right_of_100(NeocognitronFormula::quotient), 35);
  EXPECT_LT(right_of_100(NeocognitronFormula::first), 25);
}

TEST(Neocognitron, a_cell_with_a_wrong_formula_taken_apart_is_the_value_of_its_map) {
  Stream stream(Device::cpu());
  const Digits data(40, 7);
  for (int i = 0; i < kNeocognitronFormulas; ++i) {
    NeocognitronSettings wrong = settings();
    wrong.formula = static_cast<NeocognitronFormula>(i);
    Neocognitron net(stream, wrong);
    for (int64_t n = 0; n < 6; ++n) net.learn(0, digit(data, n).data(), -1);
    const NeocognitronMaps maps = net.maps(digit(data, 8).data());
    const NeocognitronMaps::Stage& stage = maps.stages[0];
    int answered = 0, cells = 0;
    for (int k = 0; k < net.planes(0); ++k) {
      const int of = wrong.formula == NeocognitronFormula::first ? 0 : k;
      for (int place = 0; place < 256; place += 3, ++cells) {
        const NeocognitronCell cell = explain_s_cell(maps.input, stage.v, wrong.stages[0], net.a(0, of), net.b(0, k),
                                                     place / 16, place % 16, wrong.formula);
        const float value = stage.s.at(k, place / 16, place % 16);
        EXPECT_NEAR(cell.value, static_cast<double>(value), 1e-4 * (1 + std::fabs(cell.value)))
            << name_of(wrong.formula);
        if (std::fabs(cell.cosine - cell.threshold) > 1e-5) {
          EXPECT_EQ(value > 0, cell.cosine > cell.threshold) << name_of(wrong.formula);
        }
        answered += value > 0 ? 1 : 0;
      }
    }
    ASSERT_GT(cells, 100);
    EXPECT_EQ(answered == 0, wrong.formula == NeocognitronFormula::parentheses) << name_of(wrong.formula);
  }
}

}  // namespace striate
