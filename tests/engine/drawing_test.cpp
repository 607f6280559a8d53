// Drawings and pictures on their way into a network: every stage, with known shapes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "engine/drawing/drawing.h"
#include "engine/drawing/prepare_input.h"
#include "engine/error.h"
#include "engine/training/data/fit_image.h"

namespace striate {
namespace {

const Shape kDigit{1, 28, 28};

const InputStage& stage(const PreparedInput& input, const std::string& id) {
  for (const InputStage& each : input.stages) {
    if (each.id == id) return each;
  }
  ADD_FAILURE() << "no stage " << id;
  return input.stages.front();
}

double sum(const std::vector<float>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// In double precision, straight from the definition.
Point center_of_mass(const std::vector<float>& pixels, int side) {
  double mass = 0, x = 0, y = 0;
  for (size_t i = 0; i < pixels.size(); ++i) {
    const auto value = static_cast<double>(pixels[i]);
    mass += value;
    x += value * (static_cast<double>(i % static_cast<size_t>(side)) + 0.5);
    y += value * (static_cast<double>(i / static_cast<size_t>(side)) + 0.5);
  }
  return {static_cast<float>(x / mass), static_cast<float>(y / mass)};
}

Drawing drawing_of(const std::vector<Stroke>& strokes, float width = kPenWidth) {
  Drawing drawing;
  for (const Stroke& stroke : strokes) drawing.add(stroke, width);
  return drawing;
}

const std::vector<Stroke> kSeven{{{70, 60}, {210, 60}, {120, 230}}};

TEST(Drawing, ink_is_full_within_a_line_and_gone_outside) {
  const std::vector<float> ink = ink_of(drawing_of({{{40, 140}, {240, 140}}}, 20));
  const auto at = [&](int x, int y) { return ink[static_cast<size_t>(y * kPadSide + x)]; };
  EXPECT_EQ(at(140, 140), 1);
  EXPECT_EQ(at(140, 132), 1);
  EXPECT_EQ(at(140, 126), 0);
  EXPECT_EQ(at(20, 140), 0);
  EXPECT_GT(at(32, 140), 0.9f);  // the round end
  // The edge: half covered where the line ends.
  EXPECT_NEAR(at(140, 129) + at(140, 130), 1, 0.01);
  // The ink of a line 200 long and 20 wide with round ends.
  EXPECT_NEAR(sum(ink), 200 * 20 + 3.14159 * 100, 30);
}

TEST(Drawing, pieces_that_join_are_one_stroke) {
  Drawing whole, pieces;
  whole.add({{10, 10}, {50, 60}, {90, 60}}, 24);
  pieces.add({{10, 10}}, 24);
  pieces.add({{10, 10}, {50, 60}}, 24);
  pieces.add({{50, 60}, {90, 60}}, 24);
  EXPECT_EQ(pieces, whole);
  EXPECT_EQ(ink_of(pieces), ink_of(whole));
  pieces.add({{90, 60}, {90, 90}}, 30);  // another pen: another stroke
  EXPECT_EQ(pieces.strokes.size(), 2u);
  pieces.add({{10, 10}, {20, 20}}, 30);
  EXPECT_EQ(pieces.strokes.size(), 3u);
  EXPECT_EQ(pieces.pen().x, 20);
  pieces.undo();
  pieces.undo();
  EXPECT_EQ(pieces, whole);
  pieces.undo();
  EXPECT_TRUE(pieces.empty());
  pieces.undo();
  EXPECT_EQ(pieces.pen().x, kPadSide / 2);
}

TEST(Drawing, points_outside_are_moved_to_the_edge) {
  const Drawing drawing = drawing_of({{{-50, 140}, {1000, 140}}});
  EXPECT_EQ(drawing.strokes[0].points[0].x, 0);
  EXPECT_EQ(drawing.strokes[0].points[1].x, kPadSide);
  EXPECT_EQ(ink_of(drawing)[140 * kPadSide], 1);
  EXPECT_EQ(ink_of(drawing)[140 * kPadSide + kPadSide - 1], 1);
}

TEST(Drawing, a_full_pad_says_so_and_stays_as_it_was) {
  Drawing drawing = drawing_of({Stroke(kMaxPoints, Point{10, 10})});
  const Drawing before = drawing;
  try {
    drawing.add({{20, 20}}, 24);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the drawing is full"), std::string::npos);
    EXPECT_NE(error.hint().find("clear"), std::string::npos);
  }
  EXPECT_EQ(drawing, before);
}

TEST(PrepareInput, a_digit_goes_through_every_stage) {
  const PreparedInput input = prepare_drawing(drawing_of(kSeven), kDigit, true);
  ASSERT_EQ(input.stages.size(), 5u);
  EXPECT_FALSE(input.blank);
  EXPECT_TRUE(input.as_digit);
  EXPECT_EQ(stage(input, "ink").pixels, ink_of(drawing_of(kSeven)));
  EXPECT_FALSE(stage(input, "ink").box.has_value());
  // The pen is 24 wide, its edge reaches 1.5 further: 70 - 13.5 .. 210 + 13.5, 60 - 13.5 .. 230 + 13.5.
  const InputStage::Box box = stage(input, "box").box.value_or(InputStage::Box{});
  EXPECT_NEAR(box.x, 56.5, 1);
  EXPECT_NEAR(box.y, 46.5, 1);
  EXPECT_NEAR(box.w, 167, 2);
  EXPECT_NEAR(box.h, 197, 2);
  // 20 high, 20 * 167 / 197 = 17 wide.
  const InputStage& fitted = stage(input, "fitted");
  EXPECT_EQ(fitted.shape, (Shape{1, 20, 20}));
  EXPECT_EQ(fitted.box.value_or(InputStage::Box{}).w, 17);
  EXPECT_EQ(fitted.box.value_or(InputStage::Box{}).h, 20);
  const Point mass = stage(input, "mass").mass.value_or(Point{});
  const Point judged = center_of_mass(fitted.pixels, 20);
  EXPECT_NEAR(mass.x, judged.x, 1e-3);
  EXPECT_NEAR(mass.y, judged.y, 1e-3);
  const InputStage& last = input.stages.back();
  EXPECT_EQ(last.id, "input");
  EXPECT_EQ(last.pixels, input.pixels);
  EXPECT_EQ(last.shape, input.shape);
  const Point center = center_of_mass(input.pixels, 28);
  EXPECT_NEAR(center.x, 14, 0.51);
  EXPECT_NEAR(center.y, 14, 0.51);
  EXPECT_NEAR(last.mass.value_or(Point{}).x, center.x, 1e-3);
  EXPECT_NEAR(sum(input.pixels), sum(fitted.pixels), 1e-3);  // moved, not changed
  for (const InputStage& each : input.stages) {
    EXPECT_EQ(static_cast<int64_t>(each.pixels.size()), each.shape.count()) << each.id;
    EXPECT_FALSE(each.words.empty()) << each.id;
    EXPECT_TRUE(std::all_of(each.pixels.begin(), each.pixels.end(), [](float v) { return v >= 0 && v <= 1; }));
  }
}

TEST(PrepareInput, the_same_digit_elsewhere_and_smaller_gives_nearly_the_same_input) {
  std::vector<Stroke> small = kSeven;
  for (Point& p : small[0]) p = {p.x / 2 + 130, p.y / 2 + 5};
  const PreparedInput large = prepare_drawing(drawing_of(kSeven, 24), kDigit, true);
  const PreparedInput moved = prepare_drawing(drawing_of(small, 12), kDigit, true);
  double most = 0;
  for (size_t i = 0; i < large.pixels.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(large.pixels[i] - moved.pixels[i])));
  EXPECT_LT(most, 0.2);
}

TEST(PrepareInput, an_empty_pad_is_blank_and_still_has_its_stages) {
  const PreparedInput input = prepare_drawing({}, kDigit, true);
  EXPECT_TRUE(input.blank);
  EXPECT_EQ(input.pixels, std::vector<float>(784, 0.0f));
  EXPECT_EQ(input.stages.size(), 5u);
  for (const InputStage& each : input.stages) EXPECT_EQ(sum(each.pixels), 0) << each.id;
  EXPECT_FALSE(stage(input, "mass").mass.has_value());
}

TEST(PrepareInput, a_dot_fills_the_box_and_stands_in_the_middle) {
  const PreparedInput input = prepare_drawing(drawing_of({{{30, 250}}}), kDigit, true);
  EXPECT_FALSE(input.blank);
  const Point center = center_of_mass(input.pixels, 28);
  EXPECT_NEAR(center.x, 14, 0.1);
  EXPECT_NEAR(center.y, 14, 0.1);
  EXPECT_EQ(input.pixels[14 * 28 + 14], 1);
  EXPECT_EQ(input.pixels[14 * 28 + 3], 0);  // 4 empty columns at each side
  EXPECT_EQ(input.pixels[4 * 28 + 4], 0);   // round
}

TEST(PrepareInput, ink_at_the_edge_of_the_pad_is_kept) {
  for (const Point corner : {Point{0, 0}, Point{280, 0}, Point{0, 280}, Point{280, 280}}) {
    const PreparedInput input = prepare_drawing(drawing_of({{corner}}), kDigit, true);
    ASSERT_FALSE(input.blank);
    const InputStage::Box box = stage(input, "box").box.value_or(InputStage::Box{});
    EXPECT_GE(box.x, 0);
    EXPECT_LE(box.x + box.w, 280);
    EXPECT_NEAR(box.w, 13.5, 1);
    EXPECT_GT(sum(input.pixels), 100);
  }
}

TEST(PrepareInput, one_pixel_of_a_picture_fills_twenty_by_twenty) {
  Image image;
  image.width = 9;
  image.height = 7;
  image.channels = 1;
  image.bytes.assign(63, 0);
  image.bytes[2 * 9 + 3] = 255;
  const PreparedInput input = prepare_image(image, kDigit, true);
  EXPECT_EQ(input.stages.size(), 6u);
  EXPECT_EQ(sum(input.pixels), 400);
  EXPECT_EQ(input.pixels[4 * 28 + 4], 1);
  EXPECT_EQ(input.pixels[3 * 28 + 4], 0);
  EXPECT_FALSE(input.inverted);
}

TEST(PrepareInput, a_photographed_digit_is_inverted_and_equals_the_drawing) {
  const std::vector<float> ink = ink_of(drawing_of(kSeven));
  Image photo;
  photo.width = photo.height = kPadSide;
  photo.channels = 3;
  photo.bytes.resize(ink.size() * 3);
  for (size_t i = 0; i < photo.bytes.size(); ++i) photo.bytes[i] = static_cast<uint8_t>(240 - 200 * ink[i / 3]);
  const PreparedInput drawn = prepare_drawing(drawing_of(kSeven), kDigit, true);
  const PreparedInput read = prepare_image(photo, kDigit, true);
  EXPECT_TRUE(read.inverted);
  for (size_t i = 0; i < drawn.pixels.size(); ++i) ASSERT_NEAR(drawn.pixels[i], read.pixels[i], 0.12) << i;
  EXPECT_EQ(read.pixels, fit_digit(ink_of(photo).data(), photo.width, photo.height).pixels);
}

TEST(PrepareInput, an_even_picture_has_no_ink) {
  Image image;
  image.width = image.height = 5;
  image.channels = 1;
  image.bytes.assign(25, 200);
  EXPECT_TRUE(prepare_image(image, kDigit, true).blank);
}

TEST(PrepareInput, other_networks_get_the_middle_part) {
  Image image;
  image.width = 600;
  image.height = 300;
  image.channels = 4;
  image.bytes.assign(image.value_count(), 255);
  for (int y = 0; y < 300; ++y)
    for (int x = 150; x < 450; ++x) image.bytes[static_cast<size_t>((y * 600 + x) * 4 + 1)] = 0;  // magenta
  for (const Shape& shape : {Shape{3, 32, 32}, Shape{3, 64, 64}, Shape{1, 20, 20}}) {
    const PreparedInput input = prepare_image(image, shape, false);
    ASSERT_EQ(input.stages.size(), 2u);
    EXPECT_EQ(input.shape, shape);
    EXPECT_EQ(static_cast<int64_t>(input.pixels.size()), shape.count());
    EXPECT_EQ(input.stages.back().pixels, input.pixels);
    // Shown at 280 x 140, the middle 140 x 140 of it.
    EXPECT_EQ(input.stages[0].shape, (Shape{3, 140, 280}));
    EXPECT_FLOAT_EQ(input.stages[0].box.value_or(InputStage::Box{}).x, 70);
    EXPECT_FLOAT_EQ(input.stages[0].box.value_or(InputStage::Box{}).w, 140);
    const float least = *std::min_element(input.pixels.begin(), input.pixels.end());
    EXPECT_NEAR(least, shape[0] == 3 ? 0 : 0.413, 0.002);
    EXPECT_NEAR(input.pixels[0], shape[0] == 3 ? 1 : 0.413, 0.002);
  }
  const PreparedInput drawn = prepare_drawing(drawing_of({{{140, 140}}}, 60), Shape{3, 32, 32}, false);
  ASSERT_EQ(drawn.stages.size(), 2u);
  EXPECT_FALSE(drawn.blank);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(drawn.pixels[static_cast<size_t>(c * 1024 + 16 * 32 + 16)], 1);
  EXPECT_EQ(drawn.pixels[0], 0);
  EXPECT_TRUE(prepare_drawing({}, Shape{3, 32, 32}, false).blank);
}

TEST(PrepareInput, only_digits_and_letters_are_read_as_writing) {
  std::vector<std::string> digits;
  for (int i = 0; i < 10; ++i) digits.push_back(std::to_string(i));
  EXPECT_TRUE(reads_writing(kDigit, digits));
  EXPECT_FALSE(reads_writing(Shape{1, 32, 32}, digits));
  std::vector<std::string> clothes = digits;
  clothes[3] = "dress";
  EXPECT_FALSE(reads_writing(kDigit, clothes));
  EXPECT_FALSE(reads_writing(kDigit, {"0", "1"}));
  std::vector<std::string> letters;
  for (char letter = 'A'; letter <= 'Z'; ++letter) letters.emplace_back(1, letter);
  EXPECT_TRUE(reads_writing(kDigit, letters));
  letters[25] = "zebra";
  EXPECT_FALSE(reads_writing(kDigit, letters));
  EXPECT_TRUE(takes_pictures(kDigit));
  EXPECT_FALSE(takes_pictures(Shape{2}));
  EXPECT_FALSE(takes_pictures(Shape{4, 8, 8}));
}

}  // namespace
}  // namespace striate
