// A page that needs something says so and brings it: a color picture for the channels, a network for the training.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>

#include "engine/error.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

TEST(Needs, color_channels_of_a_gray_picture_offer_a_color_sample) {
  ShellDriver driver;
  driver.run("page channels");
  EXPECT_EQ(driver.number("channels.planes"), 1);
  driver.click("Open a color sample");
  EXPECT_EQ(driver.number("channels.planes"), 3);
  EXPECT_EQ(driver.shell.ui().find_item("Open a color sample"), nullptr);
}

TEST(Needs, the_training_page_shows_the_untrained_network_to_whoever_looks) {
  ShellDriver driver;
  driver.run("train.data digits:200");
  driver.run("page train");
  EXPECT_THROW(driver.app.registry().read("train.loss"), Error) << "nobody looks";
  driver.app.document().attended = true;
  const auto start = std::chrono::steady_clock::now();
  const auto there = [&] {
    try {
      return std::get<double>(driver.app.registry().read("train.test_accuracy")) >= 0;
    } catch (const Error&) {
      return false;
    }
  };
  while (!there()) {
    driver.frame();
    ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  }
  EXPECT_EQ(driver.number("train.step"), 0);
  EXPECT_LT(driver.number("train.test_accuracy"), 0.5);
  EXPECT_TRUE(driver.app.notices().empty());
  // Another network is shown as it is chosen, without a question; training asks as ever.
  driver.run("train.model mlp");
  while (driver.text("train.build.text").empty()) driver.frame();
  driver.run("train.step batch");
  EXPECT_EQ(driver.number("train.step"), 1);
  driver.run("train.model tiny");
  driver.wait(1);
  driver.settle();
  EXPECT_EQ(driver.number("train.step"), 1) << "what was learned stays";
}

}  // namespace
}  // namespace striate
