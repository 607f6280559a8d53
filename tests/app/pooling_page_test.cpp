// The pooling page without a window.
#include <gtest/gtest.h>

#include <random>

#include "page_driver.h"

namespace striate {
namespace {

class PoolingPageTest : public ::testing::Test {
 protected:
  PoolingPageTest() : driver("pooling") { driver.settle(); }
  Vec cell(const std::string& grid, int rows, int columns, int row, int column) {
    const Item* item = driver.ui.find_item(grid);
    EXPECT_NE(item, nullptr) << grid;
    if (!item) return {};
    return {item->rect.x + item->rect.w * (static_cast<float>(column) + 0.5f) / static_cast<float>(columns),
            item->rect.y + item->rect.h * (static_cast<float>(row) + 0.5f) / static_cast<float>(rows)};
  }
  PageDriver driver;
};

TEST_F(PoolingPageTest, starts_with_the_slides_grid) {
  const double expected[2][2] = {{9, 7}, {8, 6}};
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 2; ++x) {
      EXPECT_EQ(driver.number("pooling.output " + std::to_string(x) + " " + std::to_string(y)), expected[y][x]);
    }
  }
  EXPECT_EQ(driver.text("pooling.winner"), "0 1");
  driver.run("pooling.kind global");
  EXPECT_EQ(driver.number("pooling.value"), 65.0 / 16);
  EXPECT_EQ(driver.number("pooling.width"), 1);
}

TEST_F(PoolingPageTest, clicks_and_typing_send_commands) {
  driver.log.clear();
  driver.click_at(cell("output", 2, 2, 1, 0));
  EXPECT_EQ(driver.log, (std::vector<std::string>{"pooling.cursor 0 1"}));
  driver.click_at(cell("input", 4, 4, 0, 0));
  driver.log.clear();
  driver.hands.text("50");
  driver.hands.key({"Enter", false});
  driver.settle();
  EXPECT_EQ(driver.log, (std::vector<std::string>{"pooling.cell 0 0 50"}));
  EXPECT_EQ(driver.number("pooling.output 0 0"), 50);
  driver.run("undo");
  EXPECT_EQ(driver.number("pooling.output 0 0"), 9);
}

TEST_F(PoolingPageTest, gradients_go_to_winners_or_are_shared) {
  driver.run("pooling.view gradient");
  EXPECT_EQ(driver.number("pooling.gradient 0 1"), 1);
  EXPECT_EQ(driver.number("pooling.gradient 0 0"), 0);
  driver.run("pooling.kind average");
  EXPECT_EQ(driver.number("pooling.gradient 3 3"), 0.25);
  driver.frames(3);
}

TEST_F(PoolingPageTest, a_shift_counts_what_stays) {
  driver.run("pooling.shift 1 0");
  EXPECT_EQ(driver.number("pooling.kept"), 3);
  driver.settle();
  EXPECT_NE(driver.ui.find_item("shifted output"), nullptr);
  driver.click("No shift");
  EXPECT_EQ(driver.number("pooling.kept"), 4);
}

TEST_F(PoolingPageTest, any_cell_can_be_pinned_and_keys_reach_the_grids) {
  driver.log.clear();
  driver.hands.move(cell("input", 4, 4, 1, 0));
  driver.hands.button(1, true);
  driver.hands.button(1, false);
  driver.settle();
  EXPECT_EQ(driver.log, (std::vector<std::string>{"pooling.pin 0 1 input"}));
  driver.run("pooling.pin 1 1");
  EXPECT_NE(driver.ui.find_item("Unpin output, row 1, column 1"), nullptr);
  driver.run("pooling.size 4");  // one output is left
  EXPECT_EQ(driver.number("pooling.pins"), 1);
  driver.run("undo");
  EXPECT_EQ(driver.number("pooling.pins"), 2);
  for (const char* grid : {"input", "output"}) {
    driver.run(std::string("pooling.focus ") + grid);
    EXPECT_EQ(driver.ui.focused(), driver.ui.find_item(grid)->id) << grid;
  }
  EXPECT_EQ(driver.failure("pooling.pin 2 0"), "the output has no cell 2 0 / it has columns 0 to 1 and rows 0 to 1");
}

TEST_F(PoolingPageTest, the_input_grows_and_a_region_moves) {
  driver.run("pooling.columns 6");
  EXPECT_EQ(driver.number("pooling.width"), 3);
  EXPECT_EQ(driver.number("pooling.output 2 0"), 0);
  driver.show(made_picture(40, 30, 1));
  driver.run("pooling.input image 36 26 4 4");
  driver.run("pooling.rows 10");
  driver.run("pooling.kind global");
  driver.settle();
  EXPECT_NE(driver.ui.find_item("region of the picture"), nullptr);
  driver.show(made_picture(20, 20, 1));
  EXPECT_EQ(driver.number("pooling.height"), 1);
}

TEST_F(PoolingPageTest, state_brings_back_every_setting) {
  driver.show(made_picture(40, 30, 3));
  std::mt19937 dice(5);
  const auto roll = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice); };
  const char* const inputs[] = {"deck", "portrait", "image 3 4 9 10", "1 2; 3 4", "0.1 -3 1/3"};
  const char* const kinds[] = {"max", "average", "global"};
  int accepted = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string lines[] = {std::string("pooling.input ") + inputs[roll(0, 4)],
                                 std::string("pooling.kind ") + kinds[roll(0, 2)],
                                 "pooling.size " + std::to_string(roll(1, 8)),
                                 "pooling.stride " + std::to_string(roll(1, 8)),
                                 "pooling.padding " + std::to_string(roll(0, 4)),
                                 "pooling.shift " + std::to_string(roll(-4, 4)) + " " + std::to_string(roll(-4, 4))};
    accepted += driver.failure(lines[roll(0, 5)]).empty();
    if (i % 10 != 0) continue;
    const std::vector<std::string> state = driver.app.page().state();
    PageDriver other("pooling");
    other.show(made_picture(40, 30, 3));
    for (const std::string& line : state) ASSERT_EQ(other.failure(line), "") << line;
    EXPECT_EQ(other.app.page().state(), state);
    driver.settle();
  }
  EXPECT_GT(accepted, 100);
}

TEST_F(PoolingPageTest, is_drawn_without_a_picture_and_in_the_largest_state) {
  driver.show(nullptr);
  driver.frames(3);
  driver.show(made_picture(100, 100, 3));
  driver.run("pooling.input image 0 0 32 32");
  for (const char* view : {"forward", "gradient", "shift"}) {
    driver.run(std::string("pooling.view ") + view);
    driver.frames(2);
  }
  driver.run("pooling.size 1");
  driver.run("pooling.input 5");
  driver.frames(2);
}

}  // namespace
}  // namespace striate
