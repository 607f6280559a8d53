// The convolution page without a window: every state drawn, hands on its three grids, readouts against plain loops.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "page_driver.h"

namespace striate {
namespace {

class ConvolutionPageTest : public ::testing::Test {
 protected:
  ConvolutionPageTest() : driver("convolution") { driver.settle(); }

  // The middle of a cell of one of the grids; row and column count from the grid's first cell.
  Vec cell(const std::string& grid, int rows, int columns, int row, int column) {
    const Item* item = driver.ui.find_item(grid);
    EXPECT_NE(item, nullptr) << grid;
    if (!item) return {};
    return {item->rect.x + item->rect.w * (static_cast<float>(column) + 0.5f) / static_cast<float>(columns),
            item->rect.y + item->rect.h * (static_cast<float>(row) + 0.5f) / static_cast<float>(rows)};
  }
  void type(const std::string& text) {
    driver.hands.text(text);
    driver.hands.key({"Enter", false});
    driver.settle();
  }
  PageDriver driver;
};

TEST_F(ConvolutionPageTest, starts_with_the_slides_worked_sum) {
  EXPECT_EQ(driver.number("convolution.sum"), 198);
  EXPECT_EQ(driver.text("convolution.terms"), "2*1 + 5*2 + 4*1 + 13*2 + 25*4 + 15*2 + 8*1 + 6*2 + 6*1");
  driver.run("convolution.divisor 16");
  EXPECT_EQ(driver.number("convolution.value"), 12.375);
  driver.run("convolution.padding 0");
  driver.run("convolution.input slide");
  driver.run("convolution.kernel edge");
  EXPECT_EQ(driver.number("convolution.sum"), 591);
  driver.run("convolution.clamp on");
  EXPECT_EQ(driver.number("convolution.value"), 255);
  EXPECT_EQ(driver.number("convolution.output 0 0"), 255);
}

TEST_F(ConvolutionPageTest, a_click_on_an_output_cell_goes_there) {
  driver.log.clear();
  driver.click_at(cell("output", 6, 6, 4, 1));
  EXPECT_EQ(driver.log, (std::vector<std::string>{"convolution.cursor 1 4"}));
  EXPECT_EQ(driver.number("convolution.sum"), 1288);
}

TEST_F(ConvolutionPageTest, a_number_typed_into_the_kernel_changes_the_sum_and_can_be_undone) {
  driver.click_at(cell("kernel", 3, 3, 1, 1));
  driver.log.clear();
  type("0");
  EXPECT_EQ(driver.log, (std::vector<std::string>{"convolution.weight 1 1 0 0"}));
  EXPECT_EQ(driver.number("convolution.sum"), 98);
  driver.run("undo");
  EXPECT_EQ(driver.number("convolution.sum"), 198);
  driver.run("redo");
  EXPECT_EQ(driver.number("convolution.sum"), 98);
}

TEST_F(ConvolutionPageTest, a_number_typed_into_the_input_changes_the_sum) {
  driver.click_at(cell("input", 8, 8, 3, 3));  // the 25, behind one row and column of padding
  driver.log.clear();
  type("-10.5");
  EXPECT_EQ(driver.log, (std::vector<std::string>{"convolution.cell 2 2 -10.5 0"}));
  EXPECT_EQ(driver.number("convolution.sum"), 198 - 100 - 42);
}

TEST_F(ConvolutionPageTest, a_drag_moves_a_value_and_is_one_edit) {
  const Vec at = cell("kernel", 3, 3, 0, 0);
  driver.hands.move(at);
  driver.hands.button(0, true);
  for (int i = 1; i <= 10; ++i) driver.hands.move({at.x, at.y - 4 * static_cast<float>(i)});
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_GT(driver.number("convolution.kernel_sum"), 16);
  driver.run("undo");
  EXPECT_EQ(driver.number("convolution.kernel_sum"), 16);
}

TEST_F(ConvolutionPageTest, painting_gives_cells_the_paints_value) {
  driver.run("convolution.tool paint");
  driver.run("convolution.paint 7");
  const Vec from = cell("input", 8, 8, 1, 1), to = cell("input", 8, 8, 1, 4);
  driver.hands.move(from);
  driver.hands.button(0, true);
  for (int i = 1; i <= 12; ++i) driver.hands.move(from + (to - from) * (static_cast<float>(i) / 12));
  driver.hands.button(0, false);
  driver.settle();
  for (int x = 0; x < 4; ++x) EXPECT_EQ(driver.number("convolution.at " + std::to_string(x) + " 0"), 7) << x;
  EXPECT_EQ(driver.number("convolution.at 4 0"), 125);
}

TEST_F(ConvolutionPageTest, hovering_any_grid_changes_nothing_but_what_is_lit) {
  const std::vector<std::string> before = driver.app.page().state();
  for (const char* grid : {"input", "kernel", "output", "products"}) {
    const Item* item = driver.ui.find_item(grid);
    ASSERT_NE(item, nullptr) << grid;
    driver.hands.move(item->rect.center());
    driver.settle();
  }
  EXPECT_EQ(driver.app.page().state(), before);
}

TEST_F(ConvolutionPageTest, arrow_keys_walk_the_products) {
  driver.click("products");
  driver.run("convolution.walk 0");
  EXPECT_EQ(driver.number("convolution.running"), 0);
  for (int i = 0; i < 3; ++i) {
    driver.hands.key({"Right", false});
    driver.settle();
  }
  EXPECT_EQ(driver.number("convolution.running"), 2 + 10 + 4);
}

TEST_F(ConvolutionPageTest, a_right_click_pins_a_card_that_follows_every_change) {
  driver.hands.move(cell("output", 6, 6, 2, 2));
  driver.hands.button(1, true);
  driver.hands.button(1, false);
  driver.settle();
  EXPECT_NE(driver.ui.find_item("Unpin output, row 2, column 2"), nullptr);
  driver.run("convolution.cursor 0 0");
  driver.run("convolution.padding 0");  // 4 x 4 outputs: the card's cell is still there
  EXPECT_NE(driver.ui.find_item("Unpin output, row 2, column 2"), nullptr);
  driver.run("convolution.input slide");
  EXPECT_EQ(driver.ui.find_item("Unpin output, row 2, column 2"), nullptr);
}

TEST_F(ConvolutionPageTest, any_cell_can_be_pinned_and_undone) {
  const auto right_click = [&](Vec at) {
    driver.hands.move(at);
    driver.hands.button(1, true);
    driver.hands.button(1, false);
    driver.settle();
  };
  driver.log.clear();
  right_click(cell("input", 8, 8, 0, 1));  // of the padding
  right_click(cell("kernel", 3, 3, 2, 1));
  EXPECT_EQ(driver.log, (std::vector<std::string>{"convolution.pin 0 -1 input 0", "convolution.pin 1 2 kernel 0"}));
  EXPECT_EQ(driver.number("convolution.pins"), 2);
  const std::vector<std::string> state = driver.app.page().state();
  driver.click("Unpin kernel, row 2, column 1");
  EXPECT_EQ(driver.number("convolution.pins"), 1);
  driver.run("undo");
  EXPECT_EQ(driver.app.page().state(), state);
  driver.run("convolution.unpin");
  EXPECT_EQ(driver.number("convolution.pins"), 0);
  EXPECT_EQ(driver.failure("convolution.pin 3 0 kernel"),
            "the kernel has no cell 3 0 in channel 0 / it has columns 0 to 2, rows 0 to 2, channels 0 to 0");
}

TEST_F(ConvolutionPageTest, keys_reach_every_grid) {
  for (const char* grid : {"input", "kernel", "output", "products"}) {
    driver.run(std::string("convolution.focus ") + grid);
    const Item* item = driver.ui.find_item(grid);
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(driver.ui.focused(), item->id) << grid;
  }
  // The keyboard's cell is pinned with P.
  driver.run("convolution.focus kernel");
  driver.hands.key({"Right", false});
  driver.log.clear();
  driver.hands.key({"P", false});
  driver.settle();
  EXPECT_EQ(driver.log, (std::vector<std::string>{"convolution.pin 1 0 kernel 0"}));
}

TEST_F(ConvolutionPageTest, each_channel_alone_is_a_photo_filter) {
  driver.run("convolution.kernel 1");
  driver.run("convolution.input 1 2; 3 4 | 5 6; 7 8 | 10 20; 30 40");
  driver.run("convolution.padding 0");
  driver.run("convolution.kernel 1 1; 1 1 | 1 0; 0 0 | 0 0; 0 1");
  driver.run("convolution.bias 2");
  EXPECT_EQ(driver.number("convolution.sum"), 10 + 5 + 40 + 2);
  EXPECT_EQ(driver.number("convolution.parameters"), 13);
  driver.run("convolution.groups 3");
  EXPECT_EQ(driver.number("convolution.output 0 0 0"), 12);
  EXPECT_EQ(driver.number("convolution.output 0 0 1"), 7);
  EXPECT_EQ(driver.number("convolution.output 0 0 2"), 42);
  EXPECT_EQ(driver.number("convolution.parameters"), 15);
  driver.settle();
  driver.log.clear();
  driver.click_at(cell("output 2", 1, 1, 0, 0));
  EXPECT_EQ(driver.number("convolution.slice"), 2);
  EXPECT_EQ(driver.text("convolution.terms"), "10*0 + 20*0 + 30*0 + 40*1 + 2");
  EXPECT_EQ(driver.failure("convolution.groups 2"),
            "2 groups do not divide 3 channels / use a number that divides 3, as 1 or 3");
  driver.run("convolution.input deck");
  EXPECT_EQ(driver.failure("convolution.groups 3"),
            "3 groups do not divide 1 channels / with one channel there is one group");
}

TEST_F(ConvolutionPageTest, the_walk_goes_through_all_channels) {
  driver.run("convolution.kernel 1");
  driver.run("convolution.input 1 2; 3 4 | 5 6; 7 8");
  driver.run("convolution.padding 0");
  driver.run("convolution.kernel 1 1; 1 1");
  driver.run("convolution.focus products");
  for (int i = 0; i < 6; ++i) {
    driver.hands.key({"Right", false});
    driver.settle();
  }
  EXPECT_EQ(driver.number("convolution.walked"), 6);
  EXPECT_EQ(driver.number("convolution.running"), 10 + 11);
  EXPECT_EQ(driver.number("convolution.slice"), 1);
  EXPECT_NE(driver.ui.find_item("sum of channel 1"), nullptr);
}

TEST_F(ConvolutionPageTest, sides_and_sizes_are_set_one_by_one) {
  driver.run("convolution.padding.left 3");
  driver.run("convolution.padding.bottom 0");
  EXPECT_EQ(driver.number("convolution.width"), 8);
  EXPECT_EQ(driver.number("convolution.height"), 5);
  driver.run("convolution.columns 4");
  EXPECT_EQ(driver.text("convolution.input"), "numbers");
  EXPECT_EQ(driver.number("convolution.at 3 0"), 2);
  driver.run("convolution.columns 5");
  EXPECT_EQ(driver.number("convolution.at 4 0"), 0);
  driver.run("undo");
  EXPECT_EQ(driver.number("convolution.at 3 0"), 2);
  driver.show(made_picture(40, 30, 1));
  driver.run("convolution.input image 36 26 4 4");
  driver.run("convolution.rows 10");
  EXPECT_EQ(driver.number("convolution.at 0 0"), driver.app.document().image->at(36, 20)[0]);
}

TEST_F(ConvolutionPageTest, the_padding_copies_light_with_their_cell) {
  // Wrapped, a corner feeds the outputs on the other side too: those that read its copies in the padding.
  driver.run("convolution.mode wrap");
  driver.run("convolution.pin 0 0 input");
  driver.settle();
  EXPECT_NE(driver.ui.find_item("Unpin input, row 0, column 0"), nullptr);
  driver.hands.move(cell("input", 8, 8, 1, 1));
  driver.settle();
  driver.hands.move(cell("input", 8, 8, 0, 0));
  driver.settle();
}

TEST_F(ConvolutionPageTest, plays_to_the_last_cell_and_stops) {
  driver.run("convolution.cursor 0 0");
  driver.run("convolution.speed 1000");
  driver.app.run("convolution.play");
  driver.frames(30);
  EXPECT_EQ(driver.number("convolution.cell"), 35);
  driver.run("convolution.step");
  EXPECT_EQ(driver.number("convolution.cell"), 0);
}

TEST_F(ConvolutionPageTest, color_regions_have_three_slices_and_one_bias) {
  driver.show(made_picture(40, 30, 3));
  driver.run("convolution.color on");
  driver.run("convolution.input image 5 6 8 7");
  driver.run("convolution.kernel 1 0; 0 -1 | 2 0; 0 0 | 0 0; 0.5 0");
  driver.run("convolution.padding 0");
  driver.run("convolution.bias 3");
  driver.run("convolution.cursor 2 1");
  const auto value = [&](int x, int y, int c) { return static_cast<double>(driver.app.document().image->at(x, y)[c]); };
  const double expected = value(7, 7, 0) - value(8, 8, 0) + 2 * value(7, 7, 1) + 0.5 * value(7, 8, 2) + 3;
  EXPECT_EQ(driver.number("convolution.sum"), expected);
  EXPECT_EQ(driver.number("convolution.channels"), 3);
  driver.settle();
  EXPECT_NE(driver.ui.find_item("input 2"), nullptr);
  EXPECT_NE(driver.ui.find_item("sum of green"), nullptr);
}

TEST_F(ConvolutionPageTest, state_brings_back_every_setting) {
  driver.show(made_picture(40, 30, 3));
  std::mt19937 dice(5);
  const auto roll = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice); };
  const char* const inputs[] = {"deck", "slide", "portrait", "image 3 4 9 10", "1 2; 3 4 | 5 6; 7 8", "0.1 -3 1/3"};
  const char* const kernels[] = {"edge", "blur", "1", "1 2; 3 4", "0.25 -1 1/7 2"};
  const char* const modes[] = {"zero", "replicate", "reflect", "wrap"};
  int accepted = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string lines[] = {std::string("convolution.input ") + inputs[roll(0, 5)],
                                 std::string("convolution.kernel ") + kernels[roll(0, 4)],
                                 std::string("convolution.mode ") + modes[roll(0, 3)],
                                 "convolution.padding " + std::to_string(roll(0, 7)),
                                 "convolution.stride " + std::to_string(roll(1, 5)),
                                 "convolution.dilation " + std::to_string(roll(1, 4)),
                                 "convolution.bias " + std::to_string(roll(-3, 3)),
                                 std::string("convolution.flip ") + (roll(0, 1) ? "on" : "off"),
                                 "convolution.groups " + std::to_string(roll(1, 3)),
                                 "convolution.slice " + std::to_string(roll(0, 2)),
                                 "convolution.pin " + std::to_string(roll(0, 6)) + " " + std::to_string(roll(0, 6)) +
                                     (roll(0, 1) ? " input" : " kernel")};
    const std::string failure = driver.failure(lines[roll(0, 10)]);
    accepted += failure.empty();
    if (!failure.empty()) {
      EXPECT_NE(failure.find(" / "), std::string::npos);
    }
    if (i % 10 != 0) continue;
    const std::vector<std::string> state = driver.app.page().state();
    const std::string terms = driver.text("convolution.terms");
    PageDriver other("convolution");
    other.show(made_picture(40, 30, 3));
    for (const std::string& line : state) ASSERT_EQ(other.failure(line), "") << line;
    EXPECT_EQ(other.app.page().state(), state);
    EXPECT_EQ(other.text("convolution.terms"), terms);
    driver.settle();
  }
  EXPECT_GT(accepted, 150);
}

TEST_F(ConvolutionPageTest, illegal_settings_say_which_rule_they_break_and_change_nothing) {
  const std::vector<std::string> before = driver.app.page().state();
  EXPECT_EQ(driver.failure("convolution.input nothing"),
            "there is no input 'nothing' / use deck, slide, portrait, image, or rows of numbers: 1 2; 3 4");
  EXPECT_NE(driver.failure("convolution.divisor 0").find("divisor"), std::string::npos);
  EXPECT_NE(driver.failure("convolution.kernel 1 2 3; 4 5").find("row 1"), std::string::npos);
  EXPECT_NE(driver.failure("convolution.kernel 1 1 1 1 1 1 1 1").find("8 columns"), std::string::npos);
  EXPECT_NE(driver.failure("convolution.cursor 6 0").find("columns 0 to 5"), std::string::npos);
  EXPECT_NE(driver.failure("convolution.cell 6 0 1").find("columns 0 to 5"), std::string::npos);
  EXPECT_EQ(driver.app.page().state(), before);
  driver.run("convolution.input slide");
  driver.run("convolution.mode reflect");
  EXPECT_NE(driver.failure("convolution.padding 3").find("use a padding of 2 or less"), std::string::npos);
}

TEST_F(ConvolutionPageTest, is_drawn_without_a_picture_and_in_the_largest_state) {
  driver.show(nullptr);
  EXPECT_NE(driver.failure("convolution.input image").find("no picture is open"), std::string::npos);
  driver.show(made_picture(100, 100, 4));
  driver.run("convolution.color on");
  driver.run("convolution.input image 0 0 32 32");
  driver.run(
      "convolution.kernel 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 "
      "2 3 4 5 6 7");
  driver.run("convolution.padding 7");
  driver.frames(5);
  driver.size = {1024, 700};
  driver.frames(5);
  driver.run("convolution.color off");
  driver.run("convolution.input 5");
  driver.run("convolution.kernel 1");
  driver.run("convolution.padding 0");
  driver.frames(3);
}

TEST_F(ConvolutionPageTest, an_open_region_follows_the_next_picture) {
  driver.show(made_picture(40, 30, 1));
  driver.run("convolution.input image 20 20 8 8");
  driver.show(made_picture(10, 10, 1));
  EXPECT_EQ(driver.text("convolution.input"), "image");
  driver.show(nullptr);
  EXPECT_EQ(driver.text("convolution.input"), "numbers");
}

}  // namespace
}  // namespace striate
