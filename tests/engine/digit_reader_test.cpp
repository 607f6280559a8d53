// The networks of page `lenet` with the weights that the program carries: what they read.
#include "engine/session/digit_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/drawing/placed_drawing.h"
#include "engine/error.h"
#include "engine/training/data/digit_windows.h"
#include "engine/training/data/digits.h"
#include "engine/training/data/sources.h"
#include "kernels/random.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

// Where a digit's lines run, on a pad of 280 units: written by hand for this test, not the program's own strokes.
const char* const kHand[10] = {"150 60, 100 90, 85 150, 100 205, 145 222, 188 200, 200 140, 185 85, 150 60",
                               "120 95, 150 60*, 148 140, 146 225",
                               "90 100, 110 65, 160 62, 180 100, 150 150, 90 215*, 150 212, 195 215",
                               "95 75, 150 58, 180 90, 140 130*, 188 165, 165 215, 95 210",
                               "165 55*, 90 160*, 205 162 / 165 90, 160 230",
                               "180 62*, 110 66*, 102 125*, 160 120, 190 165, 160 215, 95 208",
                               "170 55, 110 110, 92 175, 125 222, 175 205, 178 160, 135 145, 98 175",
                               "85 70*, 190 66*, 145 145, 125 228",
                               "172 85, 135 60, 105 90, 145 135, 185 175, 150 222, 102 190, 130 145, 172 85",
                               "178 95, 140 62, 102 95, 125 140, 172 120, 180 85*, 176 150, 160 225"};

// A shaky hand: every point off by up to `shake` units, the digit so large, there, with this pen.
Drawing by_hand(int digit, float shake, float size, Point at, float pen, uint64_t seed) {
  Random random(seed, 5);
  Drawing drawing;
  for (ControlStroke stroke : parse_strokes(kHand[digit])) {
    for (ControlPoint& point : stroke) {
      point.at.x += shake * random.between(-1, 1);
      point.at.y += shake * random.between(-1, 1);
    }
    Stroke line = spline(stroke);
    for (Point& p : line) p = {at.x + (p.x - 140) * size, at.y + (p.y - 140) * size};
    drawing.add(line, pen);
  }
  return drawing;
}

TEST(DigitReader, todays_network_reads_what_a_shaky_hand_draws) {
  Stream stream;
  DigitReader reader(stream, "lenet5-digits");
  struct Hand {
    float size;
    Point at;
    float pen;
  };
  const Hand hands[] = {{1, {140, 140}, 24}, {1, {140, 140}, 6}, {0.9f, {140, 140}, 44}, {0.4f, {70, 200}, 12}};
  int right = 0;
  std::string wrong;
  for (int i = 0; i < 20; ++i) {
    const int digit = i % 10;
    const Hand& hand = hands[(i + i / 10) % 4];
    const Drawing drawing = by_hand(digit, 9, hand.size, hand.at, hand.pen, static_cast<uint64_t>(i) + 1);
    const DigitReader::Answer answer = reader.read(place_drawing(drawing, {}));
    right += answer.digit == digit ? 1 : 0;
    if (answer.digit != digit) wrong += fmt::format(" {} as {}", digit, answer.digit);
  }
  EXPECT_GE(right, 18) << "wrong:" << wrong;
  RecordProperty("right", right);
}

TEST(DigitReader, strings_of_digits_are_read_without_knowing_where_they_stand) {
  Stream stream;
  DigitReader reader(stream, "lenet5-digits");
  const Digits digits(10'000, 4242);  // of a seed that no training had
  Random random(9, 1);
  int64_t all = 0, wrong = 0, whole = 0;
  for (int row = 0; row < 200; ++row) {
    std::vector<std::vector<float>> list;
    std::string truth;
    const int64_t count = 3 + random.below(4);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t index = random.below(10'000);
      list.emplace_back(784);
      digits.read(index, list.back().data());
      truth += static_cast<char>('0' + digits.label(index));
    }
    const DigitRow made = row_of_digits(list, random.between(1.5f, 9), 12 + static_cast<int>(random.below(9)),
                                        static_cast<uint64_t>(row));
    const std::string read = reader.read_row(made.pixels, made.width).text;
    // Errors: digits that are wrong, missing or too many (Levenshtein 1966).
    std::vector<int64_t> line(truth.size() + 1);
    for (size_t i = 0; i < line.size(); ++i) line[i] = static_cast<int64_t>(i);
    for (size_t j = 1; j <= read.size(); ++j) {
      int64_t before = line[0];
      line[0] = static_cast<int64_t>(j);
      for (size_t i = 1; i <= truth.size(); ++i) {
        const int64_t here = line[i];
        line[i] = std::min({line[i] + 1, line[i - 1] + 1, before + (truth[i - 1] == read[j - 1] ? 0 : 1)});
        before = here;
      }
    }
    all += count;
    wrong += line.back();
    whole += truth == read ? 1 : 0;
  }
  const double share = 1 - static_cast<double>(wrong) / static_cast<double>(all);
  EXPECT_GE(share, 0.9) << wrong << " errors in " << all << " digits, " << whole << " of 200 strings right";
  RecordProperty("digits", fmt::format("{:.4f}", share));
  RecordProperty("strings", static_cast<int>(whole));
}

TEST(PlacedDrawing, a_row_is_moved_turned_scaled_and_made_noisy_as_a_picture_is) {
  const Drawing digit = drawing_of_digit(4, 2);
  const auto ink = [](const RowPicture& row) {
    struct Ink {
      double mass = 0, x = 0, y = 0;
    } sum;
    for (size_t i = 0; i < row.pixels.size(); ++i) {
      const auto v = static_cast<double>(row.pixels[i]);
      sum.mass += v;
      sum.x += v * static_cast<double>(i % static_cast<size_t>(row.width));
      sum.y += v * static_cast<double>(i / static_cast<size_t>(row.width));
    }
    sum.x /= std::max(sum.mass, 1e-9), sum.y /= std::max(sum.mass, 1e-9);
    return sum;
  };
  for (const bool text : {false, true}) {
    SCOPED_TRACE(text ? "written" : "drawn");
    const auto row = [&](const Placement& placement) {
      const RowPicture made = text ? row_of_text("47", 3, placement) : row_of_drawing(digit, placement);
      EXPECT_EQ(made.pixels.size(), static_cast<size_t>(32 * made.width));
      EXPECT_EQ(made.width % 4, 0);
      return made;
    };
    const RowPicture plain = row({});
    const auto at = ink(plain);
    {
      Placement moved;
      moved.dx = 6, moved.dy = 3;
      const auto to = ink(row(moved));
      EXPECT_NEAR(to.y - at.y, 3, 0.1);
      EXPECT_NEAR(to.mass, at.mass, at.mass * 0.02);
      EXPECT_GT(to.x - at.x, 5);
      moved.dx = -20, moved.dy = -40;  // all of it has left
      EXPECT_EQ(ink(row(moved)).mass, 0);
    }
    {
      Placement thick;
      thick.thickness = 2;
      EXPECT_GT(ink(row(thick)).mass, at.mass * 1.5);
      Placement small;
      small.scale = 0.5f;
      EXPECT_LT(ink(row(small)).mass, at.mass * 0.5);
    }
    {
      Placement turned;
      turned.degrees = 90;
      EXPECT_NE(row(turned).pixels, plain.pixels);
      turned.degrees = 360;  // all the way round
      const RowPicture round = row(turned);
      ASSERT_EQ(round.width, plain.width);
      for (size_t i = 0; i < plain.pixels.size(); ++i) ASSERT_NEAR(round.pixels[i], plain.pixels[i], 1e-3) << i;
    }
    {
      Placement noisy;
      noisy.noise = 1;
      const RowPicture noise = row(noisy);
      EXPECT_GT(ink(noise).mass, at.mass + 0.3 * static_cast<double>(noise.pixels.size()) * 0.5);
    }
    for (const float away : {15.0f, -15.0f}) {
      Placement beside;
      beside.second = 7, beside.second_dx = away;
      const RowPicture both = row(beside);
      EXPECT_GT(both.width, plain.width);
      EXPECT_GT(ink(both).mass, at.mass * 1.2);
    }
  }
}

TEST(DigitReader, columns_of_a_row_are_single_windows_bit_for_bit) {
  Stream stream;
  for (const char* model : {"lenet5-digits", "lenet5-1998"}) {
    DigitReader reader(stream, model);
    const RowPicture row = row_of_text("31415926", 3);
    const DigitReader::Row all = reader.read_row(row.pixels, row.width);
    const DigitReader::Row each = reader.read_windows(row.pixels, row.width);
    ASSERT_EQ(all.columns.size(), each.columns.size());
    for (size_t i = 0; i < all.columns.size(); ++i) {
      EXPECT_EQ(all.columns[i].probabilities, each.columns[i].probabilities) << model << ", column " << i;
      EXPECT_EQ(all.columns[i].hidden, each.columns[i].hidden) << model << ", column " << i;
    }
    EXPECT_LT(all.work, all.work_of_windows / 2);
  }
}

TEST(DigitReader, columns_become_the_likeliest_string) {
  const auto column = [](int digit, float p) {
    DigitReader::Column made;
    made.probabilities.assign(10, 0.0f);
    if (digit >= 0) made.probabilities[static_cast<size_t>(digit)] = p;
    return made;
  };
  std::vector<int> taken;
  EXPECT_EQ(read_columns({}, taken), "");
  EXPECT_EQ(read_columns({column(-1, 0), column(7, 0.9f), column(7, 0.8f), column(-1, 0), column(7, 0.999f)}, taken),
            "77");
  EXPECT_EQ(taken, (std::vector<int>{-1, 7, 7, -1, 7}));
  EXPECT_EQ(read_columns({column(1, 0.99f), column(1, 0.99f), column(2, 0.99f), column(2, 0.99f)}, taken), "12");
  // One column beside a digit is its edge, not another digit.
  EXPECT_EQ(read_columns({column(4, 0.95f), column(4, 0.9f), column(9, 0.8f), column(-1, 0)}, taken), "4");
  EXPECT_EQ(read_columns({column(1, 0.2f), column(2, 0.3f)}, taken), "");
}

TEST(DigitReader, errs_on_few_of_mnists_test_digits) {
  STRIATE_NEEDS_REFERENCE("data/mnist/t10k-images-idx3-ubyte.gz");
  const auto mnist = open_dataset("mnist:" + reference_path("data/mnist"));
  Stream stream;
  for (const auto& [model, most] :
       {std::pair{"lenet5-digits", 0.01}, std::pair{"lenet5-1998", 0.012}, std::pair{"lenet1989", 0.05}}) {
    DigitReader reader(stream, model);
    int64_t wrong = 0;
    std::vector<float> pixels(784);
    const int64_t count = mnist->size() - mnist->training_size();
    ASSERT_EQ(count, 10'000);
    for (int64_t i = 0; i < count; ++i) {
      mnist->read(mnist->training_size() + i, pixels.data());
      wrong += reader.read(pixels).digit != mnist->label(mnist->training_size() + i) ? 1 : 0;
    }
    const double share = static_cast<double>(wrong) / static_cast<double>(count);
    EXPECT_LE(share, most) << model;
    RecordProperty(model, fmt::format("{:.4f}", share));
  }
}

TEST(PlacedDrawing, moves_turns_and_scales_what_was_drawn) {
  Drawing dot;
  dot.add({{100, 100}, {180, 180}}, 24);
  const auto column = [](const std::vector<float>& pixels) {
    double mass = 0, sum = 0;
    for (size_t i = 0; i < pixels.size(); ++i)
      mass += static_cast<double>(pixels[i]), sum += static_cast<double>(pixels[i]) * static_cast<double>(i % 28);
    return sum / mass;
  };
  Placement placement;
  const double middle = column(place_drawing(dot, placement));
  EXPECT_NEAR(middle, 13.5, 0.1);
  placement.dx = 4;
  EXPECT_NEAR(column(place_drawing(dot, placement)), middle + 4, 0.2);
  placement = {.degrees = 90};
  const std::vector<float> turned = place_drawing(dot, placement), straight = place_drawing(dot, {});
  double apart = 0;
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x)
      apart += std::fabs(turned[static_cast<size_t>(y * 28 + x)] - straight[static_cast<size_t>((27 - x) * 28 + y)]);
  }
  EXPECT_LT(apart, 1);
  placement = {.noise = 1};
  EXPECT_NE(place_drawing(dot, placement), straight);
  placement = {.center = false, .second = -1};
  Drawing corner;
  corner.add({{30, 30}}, 24);
  EXPECT_NEAR(column(place_drawing(corner, placement)), 2.5, 0.3);
  for (const float v : place_drawing(Drawing(), {})) EXPECT_EQ(v, 0);
}

TEST(DigitWindows, are_functions_of_their_index_and_have_ten_classes_and_none) {
  DigitPool pool;
  pool.sets.push_back(std::make_shared<const Digits>(200, 1));
  for (int64_t i = 0; i < 200; ++i) pool.samples.emplace_back(0, i);
  const DigitWindows one(pool, 400, 3, {}), again(pool, 400, 3, {}), middle(pool, 400, 3, {}, 28);
  int none = 0;
  std::vector<float> a(1024), b(1024), c(784);
  for (int64_t i = 0; i < 400; ++i) {
    one.read(i, a.data()), again.read(i, b.data()), middle.read(i, c.data());
    EXPECT_EQ(a, b);
    EXPECT_EQ(one.label(i), again.label(i));
    for (int y = 0; y < 28; ++y) EXPECT_EQ(c[static_cast<size_t>(y * 28)], a[static_cast<size_t>((y + 2) * 32 + 2)]);
    for (const float v : a) EXPECT_TRUE(v >= 0 && v <= 1);
    none += one.label(i) == 10 ? 1 : 0;
  }
  EXPECT_GT(none, 40);
  EXPECT_LT(none, 130);
}

}  // namespace
}  // namespace striate
