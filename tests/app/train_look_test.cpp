// The views overview, layers and tests on the page itself, with a training that runs: what is clicked happens.
#include <gtest/gtest.h>

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
  driver.click("scale: gradients of layer 1");
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.back(), "train.overview.scale network");
  driver.click("scale: gradients of layer 1");
  EXPECT_EQ(driver.log.back(), "train.overview.scale map");
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
