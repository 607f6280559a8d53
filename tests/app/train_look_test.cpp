// The views overview, layers and tests on the page itself, with a training that runs: what is clicked happens.
#include <gtest/gtest.h>

#include "app/pages/train/train_view.h"
#include "page_driver.h"

namespace striate {
namespace {

class TrainLook : public ::testing::Test {
 protected:
  TrainLook() : driver("train") {
    for (const char* line : {"train.data digits:400", "train.batch 16", "train.until 25"}) driver.run(line);
  }
  Vec place(const std::string& label, float x, float y) {
    driver.settle();
    const Item* item = driver.ui.find_item(label);
    EXPECT_NE(item, nullptr) << "nothing is called '" << label << "'";
    return item ? item->rect.min() + Vec{item->rect.w * x, item->rect.h * y} : Vec{};
  }
  PageDriver driver;
};

TEST_F(TrainLook, a_click_on_the_loss_curve_shows_that_step) {
  driver.run("train.view overview");
  driver.click_at(place("loss curve", 0.4f, 0.5f));
  EXPECT_EQ(driver.number("train.step"), 25) << "it may still become a double-click";
  driver.frames(30);
  driver.settle();
  const double step = driver.number("train.step");
  EXPECT_GT(step, 0);
  EXPECT_LT(step, 25);
  EXPECT_EQ(driver.number("train.loss"), driver.number("train.curves.at " + to_text(step)));
}

TEST_F(TrainLook, a_double_click_on_a_curve_shows_all_steps_and_stays_where_it_is) {
  driver.run("train.view overview");
  driver.run("train.curves.window 5 20");
  const Vec at = place("loss curve", 0.4f, 0.5f);
  driver.click_at(at);
  driver.click_at(at);
  driver.frames(40);
  driver.settle();
  EXPECT_EQ(driver.number("train.step"), 25);
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.back(), "train.curves.window all");
}

TEST_F(TrainLook, the_scale_of_the_overview_changes_with_a_click) {
  driver.run("train.view overview");
  driver.click("scale: gradients of layer 0");
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.back(), "train.overview.scale network");
  driver.click("scale: gradients of layer 0");
  EXPECT_EQ(driver.log.back(), "train.overview.scale map");
}

TEST(MapOpening, goes_from_the_map_to_the_figure_and_the_same_way_back) {
  MapOpening opening{{10, 20, 30, 40}, 5, Concept::kernel, "overview"};
  EXPECT_FALSE(opening.at(5)) << "nothing shows the map yet";
  opening.figure = {110, 220, 330, 440};
  ASSERT_TRUE(opening.at(5));
  EXPECT_FLOAT_EQ(opening.at(5)->x, 10);
  EXPECT_FLOAT_EQ(opening.at(5)->h, 40);
  const double end = 5 + MapOpening::kSeconds;
  float before = 10;
  for (double now = 5.05; now < end - 0.01; now += 0.05) {
    const std::optional<Rect> there = opening.at(now);
    ASSERT_TRUE(there) << now;
    EXPECT_GT(there->x, before);
    before = there->x;
    opening.back = true;
    EXPECT_NEAR(opening.at(now)->x + there->x, 120, 1e-3) << "the way back has the same pace";
    opening.back = false;
  }
  EXPECT_GT(before, 105) << "eased out";
  EXPECT_LE(before, 110);
  EXPECT_FALSE(opening.at(end));
}

TEST_F(TrainLook, a_clicked_map_opens_with_a_motion_and_escape_goes_back_the_same_way) {
  driver.run("train.view overview");
  driver.frames(60);
  ASSERT_FALSE(driver.ui.wants_frame()) << "nothing moves before";
  driver.motion = true;
  const auto frames_that_move = [&] {
    int count = 0;
    for (; driver.ui.wants_frame() && count < 200; ++count) driver.frame();
    return count;
  };
  const auto escape = [&]() -> std::string {
    for (const Page::Key& key : driver.app.page().keys()) {
      if (key.key == "Escape") return key.command;
    }
    return "";
  };
  EXPECT_EQ(escape(), "");
  driver.hands.move(place("layer 0 weights", 0.3f, 0.5f));
  driver.hands.button(0, true);
  driver.hands.button(0, false);
  for (int i = 0; i < 1000 && driver.ui.find_item("output values") == nullptr; ++i) {
    driver.frame();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_NE(driver.ui.find_item("output values"), nullptr)
      << "the unit is not shown after " << (driver.log.empty() ? "nothing" : driver.log.back());
  const int there = frames_that_move();
  EXPECT_GT(there, 10);
  EXPECT_LT(there, 40) << "0.35 seconds at 60 frames a second";
  EXPECT_EQ(escape(), "train.view overview");
  driver.app.run(escape());
  driver.frame();
  ASSERT_NE(driver.ui.find_item("layer 0 weights"), nullptr);
  const int back = frames_that_move();
  EXPECT_GT(back, 10);
  EXPECT_LT(back, 40);
  EXPECT_EQ(escape(), "");
}

TEST_F(TrainLook, escape_keeps_training_that_would_be_thrown_away) {
  EXPECT_FALSE(driver.app.page().may_quit());
  ASSERT_NE(driver.text("train.question"), "");
  std::string line;
  for (const Page::Key& key : driver.app.page().keys()) {
    if (key.key == "Escape") line = key.command;
  }
  ASSERT_EQ(line, "train.discard no");
  driver.run(line);
  EXPECT_EQ(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.step"), 25);
}

TEST_F(TrainLook, in_a_narrow_window_the_last_tabs_stand_in_a_list) {
  driver.run("train.view overview");
  EXPECT_EQ(driver.ui.find_item("more"), nullptr) << "there is room for all";
  driver.size = {804, 700};  // what a window of 1024 leaves beside the navigation
  driver.click("more");
  driver.click("Data");
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.back(), "train.view data");
}

TEST_F(TrainLook, a_cell_opens_its_pictures_and_one_of_them_becomes_the_probe) {
  driver.run("train.view overview");
  const double right = driver.number("train.tests.count 1 1");
  ASSERT_GT(right, 0);
  driver.click_at(place("confusion", 0.15f, 0.15f));
  driver.settle();
  EXPECT_NE(driver.ui.find_item("test pictures"), nullptr) << "the view tests is shown";
  driver.click_at(place("test pictures", 0, 0) + Vec{8, 8});
  ASSERT_FALSE(driver.log.empty());
  EXPECT_TRUE(driver.log.back().starts_with("train.probe ")) << driver.log.back();
}

TEST_F(TrainLook, every_view_is_drawn_while_it_trains) {
  driver.app.run("train.start");
  for (const char* view : {"overview", "layers", "tests", "overview"}) {
    driver.app.run(std::string("train.view ") + view);
    driver.frames(20);
  }
  driver.run("train.pause");
  EXPECT_GE(driver.number("train.step"), 25);
}

}  // namespace
}  // namespace striate
