// What a teacher hides and locks: by whom, for how long, in every widget, by hand and in a lesson that is made.
#include "app/command/controls.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/command/script.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

using Access = Controls::Access;
using Origin = Controls::Origin;

std::string failure(ShellDriver& driver, const std::string& line) {
  try {
    driver.app.run(line);
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return {};
}

// As a hand's line comes: through the queue. Returns the message that it left.
std::string sent(ShellDriver& driver, const std::string& line) {
  while (!driver.app.notices().empty()) driver.app.dismiss_notice(0);
  driver.app.send(line);
  driver.settle();
  return driver.app.notices().empty() ? std::string() : driver.app.notices().back().what;
}

const Item* found(ShellDriver& driver, const std::string& label) { return driver.shell.ui().find_item(label); }

class ControlsTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  TestFolder folder_;
};

TEST_F(ControlsTest, names_a_command_a_page_or_the_beginning_of_a_line) {
  const ShellDriver driver;
  const Registry& registry = driver.app.registry();
  Controls controls;
  EXPECT_TRUE(controls.all_open());
  controls.close(Access::locked, " train.rate ", Origin::person, registry);
  controls.close(Access::hidden, "filters.*", Origin::person, registry);
  controls.close(Access::locked, "page train", Origin::person, registry);
  EXPECT_EQ(controls.of("train.rate"), Access::locked);
  EXPECT_EQ(controls.of("train.rate 0.1"), Access::locked);
  EXPECT_EQ(controls.of("train.rates"), Access::open);
  EXPECT_EQ(controls.of("filters.mode zero"), Access::hidden);
  EXPECT_EQ(controls.of("page train"), Access::locked);
  EXPECT_EQ(controls.of("page transfer"), Access::open);
  EXPECT_EQ(controls.of(""), Access::open);
  EXPECT_EQ(controls.list(Access::locked), "train.rate; page train");
  // The strictest of those that name it, whoever said so.
  controls.close(Access::hidden, "train.*", Origin::room, registry);
  EXPECT_EQ(controls.of("train.rate"), Access::hidden);
  controls.open("train.rate", Origin::person);
  EXPECT_EQ(controls.of("train.rate"), Access::hidden);
  controls.forget(Origin::room);
  EXPECT_EQ(controls.of("train.rate"), Access::open);
  // Said again is said once.
  controls.close(Access::hidden, "page train", Origin::person, registry);
  EXPECT_EQ(controls.list(Access::hidden), "filters.*; page train");
  EXPECT_EQ(controls.list(Access::locked), "");
}

TEST_F(ControlsTest, hides_and_locks_every_kind_of_widget) {
  ShellDriver driver;
  driver.run("page filters");
  // A drop-down list or choice, a slider, a button, a tab, a line of the navigation.
  for (const std::string what : {"filters.mode", "filters.tab", "page channels"}) {
    ASSERT_NE(found(driver, what), nullptr) << what;
    driver.run("control.hide " + what);
    EXPECT_EQ(found(driver, what), nullptr) << what;
    driver.run("control.lock " + what);
    ASSERT_NE(found(driver, what), nullptr) << what;
    EXPECT_FALSE(found(driver, what)->enabled) << what;
    driver.run("control.show " + what);
    EXPECT_TRUE(found(driver, what)->enabled) << what;
  }
  // One of several choices.
  ASSERT_NE(found(driver, "filters.tab code"), nullptr);
  driver.run("control.hide filters.tab code");
  EXPECT_EQ(found(driver, "filters.tab code"), nullptr);
  EXPECT_NE(found(driver, "filters.tab pixel"), nullptr);
  driver.run("control.show all");
  EXPECT_NE(found(driver, "filters.tab code"), nullptr);
}

TEST_F(ControlsTest, hold_hands_back_but_no_script) {
  ShellDriver driver;
  driver.run("page pixels");
  driver.run("control.lock page channels");
  EXPECT_EQ(sent(driver, "page channels"), "page channels is locked");
  EXPECT_EQ(driver.app.page().info().id, "pixels");
  EXPECT_EQ(sent(driver, "page filters"), "");
  driver.app.run("page channels");  // a script's line
  EXPECT_EQ(driver.app.page().info().id, "channels");
  // A click on what is locked does nothing, and leaves no message.
  driver.run("page pixels");
  const Item* line = found(driver, "page channels");
  ASSERT_NE(line, nullptr);
  driver.press_at(line->visible.center());
  EXPECT_EQ(driver.app.page().info().id, "pixels");
}

TEST_F(ControlsTest, of_a_lesson_last_for_its_step) {
  const std::string lesson = write("own.md",
                                   "# Own\npage: filters\nchapter: Pictures\n\n```striate\ncontrol.hide filters.mode\n"
                                   "control.lock lesson.close\n```\n\nOne.\n\n```try\nfilters.mode wrap\n```\n\n"
                                   "## Two\n\nTwo.\n\n```striate\nfilters.mode zero\n```\n");
  ShellDriver driver;
  driver.run("control.lock page train");
  driver.run("open " + lesson);
  EXPECT_EQ(driver.app.controls().of("filters.mode"), Access::hidden);
  EXPECT_EQ(found(driver, "filters.mode"), nullptr);
  EXPECT_NE(sent(driver, "filters.mode wrap").find("locked in this lesson"), std::string::npos);
  EXPECT_NE(failure(driver, "control.show filters.mode").find("the lesson closes"), std::string::npos);
  // "Show me" still works, and nobody is kept in a lesson.
  driver.run("lesson.show");
  EXPECT_EQ(driver.text("filters.mode"), "wrap");
  EXPECT_EQ(sent(driver, "lesson.next"), "");
  EXPECT_EQ(driver.app.controls().of("filters.mode"), Access::open);
  driver.run("lesson.back");
  EXPECT_EQ(driver.app.controls().of("filters.mode"), Access::hidden);
  EXPECT_EQ(sent(driver, "lesson.close"), "");
  EXPECT_FALSE(driver.app.lessons().is_open());
  EXPECT_EQ(driver.app.controls().of("filters.mode"), Access::open);
  EXPECT_EQ(driver.app.controls().of("page train"), Access::locked);  // a person's
}

TEST_F(ControlsTest, of_a_room_stay) {
  const std::string room =
      write("room.striate", "# our room\ncontrol.hide page hardware\ncontrol.lock quit\ntheme light\n");
  ShellDriver driver;
  driver.app.furnish(read_script(room));
  driver.settle();
  EXPECT_EQ(driver.text("theme"), "light");
  EXPECT_EQ(driver.app.controls().of("page hardware"), Access::hidden);
  EXPECT_EQ(found(driver, "page hardware"), nullptr);
  EXPECT_EQ(sent(driver, "quit"), "quit is locked in this room");
  EXPECT_FALSE(driver.app.wants_to_quit());
  EXPECT_NE(failure(driver, "control.show page hardware").find("the room's file closes"), std::string::npos);
  driver.run("control.show all");
  EXPECT_EQ(driver.app.controls().of("page hardware"), Access::hidden);
  // It is no part of what a lesson is made of.
  for (const std::string& line : driver.app.state()) EXPECT_FALSE(line.starts_with("control.")) << line;
  const std::string wrong = write("wrong.striate", "control.hide trian.rate\n");
  try {
    driver.app.furnish(read_script(wrong));
    ADD_FAILURE() << "a wrong name was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("wrong.striate:1"), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find("train.rate"), std::string::npos) << error.hint();
  }
  EXPECT_THROW(driver.app.furnish(read_script(write("expects.striate", "expect theme == \"light\"\n"))), Error);
}

TEST_F(ControlsTest, are_picked_by_hand_and_go_into_a_lesson) {
  ShellDriver driver({1280, 2400});  // nothing has to be scrolled to
  driver.run("page filters");
  driver.key("Ctrl+H");
  EXPECT_EQ(driver.text("control.pick"), "hide");
  const std::string before = driver.text("filters.mode");
  driver.click("filters.mode");  // by its command
  EXPECT_EQ(driver.text("control.hidden"), "filters.mode");
  EXPECT_NE(found(driver, "filters.mode"), nullptr);  // still there, to be clicked again
  driver.click("Lock instead");
  driver.click("page channels");
  EXPECT_EQ(driver.text("control.locked"), "page channels");
  EXPECT_EQ(driver.app.page().info().id, "filters");
  driver.click("page channels");
  EXPECT_EQ(driver.text("control.locked"), "");
  driver.click("page channels");
  driver.click("Done");
  EXPECT_EQ(driver.text("control.pick"), "off");
  EXPECT_EQ(found(driver, "filters.mode"), nullptr);
  EXPECT_EQ(driver.text("filters.mode"), before);
  const std::string lesson = folder_ / "made.md";
  driver.run("lesson.make " + lesson);

  ShellDriver other;
  other.run("open " + lesson);
  EXPECT_EQ(other.text("control.hidden"), "filters.mode");
  EXPECT_EQ(other.text("control.locked"), "page channels");
  EXPECT_EQ(found(other, "filters.mode"), nullptr);
  other.run("lesson.close");
  EXPECT_EQ(other.text("control.hidden"), "");
}

TEST_F(ControlsTest, escape_ends_picking) {
  ShellDriver driver;
  driver.run("control.pick lock");
  driver.key("Escape");
  EXPECT_EQ(driver.text("control.pick"), "off");
}

TEST_F(ControlsTest, mistakes_are_told) {
  ShellDriver driver;
  EXPECT_NE(failure(driver, "control.hide trian.rate").find("train.rate"), std::string::npos);
  EXPECT_NE(failure(driver, "control.hide nothing.*").find("no command begins with 'nothing.'"), std::string::npos);
  EXPECT_NE(failure(driver, "control.show theme").find("neither hidden nor locked"), std::string::npos);
  driver.run("control.lock train.*");
  EXPECT_NE(failure(driver, "control.show train.rate").find("closed by 'train.*' / control.show train.*"),
            std::string::npos);
}

}  // namespace
}  // namespace striate
