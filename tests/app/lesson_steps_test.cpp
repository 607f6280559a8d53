// A lesson's step stands by itself, whatever was before it; a tick means done; a step that needs the inspector unfolds
// it; a presenter's clicker goes through all of it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/shell/settings_keeper.h"
#include "app/widgets/wanted_item.h"
#include "engine/files/image_file.h"
#include "tests/app/page_driver.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// A picture whose header is right and whose pixels end too early.
std::string broken_picture() {
  std::string path = test_path("broken.png");
  write_image(path, *made_picture(64, 64, 3));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  return path;
}

void expect_what_the_step_expects(ShellDriver& driver) {
  for (const Action& action : driver.app.lessons().current().enter) {
    if (action.kind != ActionKind::expect) continue;
    EXPECT_TRUE(holds(action.expectation, driver.app.registry())) << action.text;
  }
}

TEST(LessonStep, stands_after_a_picture_that_could_not_be_opened) {
  for (const char* lesson : {"convolution", "channels", "pixels", "filters"}) {
    SCOPED_TRACE(lesson);
    ShellDriver driver;
    driver.app.send("open " + quoted(broken_picture()));
    driver.settle();
    ASSERT_FALSE(driver.app.notices().empty());
    driver.app.send(std::string("lesson ") + lesson);
    driver.settle();
    EXPECT_EQ(driver.text("page"), lesson);
    expect_what_the_step_expects(driver);
    EXPECT_TRUE(driver.app.notices().empty()) << driver.app.notices().back().what;
  }
}

TEST(LessonStep, stands_where_the_picture_fails_only_while_it_is_set_up) {
  ShellDriver driver;
  driver.run("lesson channels");
  driver.app.send("open " + quoted(broken_picture()));
  driver.app.send("lesson.step 3");
  driver.settle();
  EXPECT_EQ(driver.app.lessons().step(), 2);
  expect_what_the_step_expects(driver);
}

TEST(LessonStep, opens_slow_motion_where_it_speaks_of_the_phases) {
  ShellDriver driver({1280, 720});
  driver.run("lesson batch");
  driver.run("lesson.step 3");
  EXPECT_NE(driver.shell.ui().find_item("phase forward"), nullptr);
  EXPECT_EQ(driver.shell.task(), "train.step phase");
}

TEST(LessonStep, that_was_passed_by_has_no_tick) {
  ShellDriver driver;
  driver.run("lesson stride");
  while (driver.app.lessons().is_open()) driver.run("lesson.next");
  EXPECT_TRUE(driver.app.settings().done_lessons.empty());
  EXPECT_FALSE(driver.app.settings().step_done("stride", 1));
}

TEST(LessonStep, is_ticked_and_written_down_as_soon_as_it_is_done) {
  const std::string file = test_path("ticks.json");
  std::string problem;
  {
    ShellDriver driver;
    SettingsKeeper keeper(driver.app, file);
    driver.run("lesson stride");
    const int steps = driver.app.lessons().step_count();
    for (int step = 1; step <= steps; ++step) {
      driver.run("lesson.step " + std::to_string(step));
      driver.run("lesson.show");
      keeper.look(0.01);  // at once, not when the program ends
      const Settings kept = load_settings(file, &problem);
      EXPECT_TRUE(kept.step_done("stride", step)) << step;
      EXPECT_EQ(kept.done_lessons.empty(), step < steps);
    }
    // The last step is on the screen still, and the lesson is ticked: nothing more is to be pressed.
    EXPECT_TRUE(driver.app.lessons().is_open());
  }
  const Settings kept = load_settings(file, &problem);
  EXPECT_EQ(kept.done_lessons, std::vector<std::string>{"stride"});
  EXPECT_TRUE(kept.lesson_steps.empty());
  EXPECT_EQ(problem, "");
}

TEST(LessonStep, of_somebody_elses_lesson_ticks_none_of_ours) {
  const std::string path = test_path("stride.md");
  std::ofstream(path) << "# Mine\npage: convolution\n\nWords.\n";
  ShellDriver driver;
  driver.run("lesson " + quoted(path));
  EXPECT_FALSE(driver.app.settings().step_done("stride", 1));
  EXPECT_TRUE(driver.app.settings().lesson_done(path));  // remembered by where it lies
}

TEST(LessonStep, is_shown_by_a_clicker) {
  for (const char* key : {".", "B"}) {
    ShellDriver driver;
    driver.run("lesson stride");
    driver.key(key);
    EXPECT_TRUE(driver.app.lessons().tried()) << key;
    const int step = driver.app.lessons().step();
    driver.key("PageDown");
    EXPECT_EQ(driver.app.lessons().step(), step + 1);
  }
  ShellDriver driver;
  driver.run("lesson stride");
  EXPECT_EQ(driver.shell.ui().find_item("Show me")->key, ".");
  // Without a task the key is the page's again.
  driver.run("lesson.close");
  driver.run("convolution.walk 3");
  driver.key(".");
  EXPECT_EQ(driver.number("convolution.walked"), 4);
}

TEST(LessonStep, unfolds_the_inspector_for_its_task_and_folds_it_again) {
  Settings settings;
  settings.inspector = false;
  ShellDriver driver({1280, 720}, settings);
  driver.run("lesson convolution");
  EXPECT_TRUE(driver.shell.layout().inspector.empty());  // the task's Step button stands below the stage
  EXPECT_EQ(driver.shell.task(), "convolution.step");
  driver.run("lesson.step 3");
  EXPECT_EQ(driver.shell.task(), "convolution.divisor 16");
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  const Item* item = wanted_item(driver.shell.ui().items(), driver.shell.task());
  ASSERT_NE(item, nullptr);
  EXPECT_TRUE(wholly_visible(*item));
  driver.run("lesson.show");
  EXPECT_FALSE(driver.shell.layout().inspector.empty());  // what was done is still seen
  driver.run("lesson.step 1");
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
  EXPECT_FALSE(driver.app.settings().inspector);  // the person's own wish is as it was
}

TEST(LessonStep, leaves_an_inspector_folded_that_somebody_folded) {
  ShellDriver driver({1280, 720});
  driver.run("lesson convolution");
  driver.run("lesson.step 3");
  driver.key("Ctrl+I");
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
  EXPECT_EQ(driver.shell.task(), "inspector on");
  driver.key("Ctrl+I");
  EXPECT_EQ(driver.shell.task(), "convolution.divisor 16");
}

TEST(LessonStep, rings_one_line_after_the_other) {
  ShellDriver driver;
  driver.run("lesson pixels");
  driver.run("lesson.step 5");
  EXPECT_EQ(driver.shell.task(), "pixels.weight red 0");
  driver.run("pixels.weight red 0.01");
  EXPECT_EQ(driver.shell.task(), "pixels.weight green 0");
  driver.run("pixels.weight green 0");
  EXPECT_EQ(driver.shell.task(), "pixels.weight blue 1");
}

TEST(WantedItem, sends_the_line_and_nothing_else) {
  ShellDriver driver;
  driver.run("page pooling");
  driver.run("pooling.view shift");
  const auto label = [&](const char* line) {
    const Item* item = wanted_item(driver.shell.ui().items(), line);
    return item ? item->label : std::string();
  };
  EXPECT_EQ(label("pooling.shift 0 1"), "\u2193");
  EXPECT_EQ(label("pooling.shift 0 0"), "No shift");
  EXPECT_EQ(label("pooling.shift 3 3"), "");  // no button sends it
  EXPECT_EQ(label("pooling.kind average"), "average");
  EXPECT_EQ(label("pooling.stride 3"), "stride");
  EXPECT_EQ(label("pooling.str"), "");
}

TEST(SpaceKey, plays_after_enter_in_a_field) {
  for (const char* page : {"convolution", "pooling"}) {
    SCOPED_TRACE(page);
    ShellDriver driver({1280, 2400});
    driver.run(std::string("page ") + page);
    driver.run(std::string(page) + ".speed 0.1");
    driver.click("stride value");
    driver.type("2");
    driver.key("Enter");
    EXPECT_EQ(driver.number(std::string(page) + ".width"), std::string(page) == "pooling" ? 2 : 3);
    driver.queue.key({"Space", false});
    driver.frame();
    driver.frame();
    EXPECT_NE(driver.shell.ui().find_item("Pause"), nullptr);
    driver.queue.key({"Space", false});
    driver.frame();
    driver.frame();
    EXPECT_EQ(driver.shell.ui().find_item("Pause"), nullptr);
    driver.run(std::string(page) + ".cursor 0 0");
    driver.click("input rows");
    driver.key("Ctrl+A");
    driver.type("1 2 3 4; 5 6 7 8; 9 8 7 6; 5 4 3 2");
    driver.key("Enter");
    driver.queue.key({"Space", false});
    driver.frame();
    driver.frame();
    EXPECT_NE(driver.shell.ui().find_item("Pause"), nullptr);
  }
}

}  // namespace
}  // namespace striate
