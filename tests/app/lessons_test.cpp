// Every lesson in assets/lessons: played as `striate play --headless` plays it, and gone through as a student does who
// lets "Show me" do what is to be tried. A lesson whose expectation fails, or whose words promise what is not there,
// fails here.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/script_run.h"
#include "app/command/script.h"
#include "tests/app/shell_driver.h"
#include "tests/source_dir.h"

namespace striate {
namespace {

std::vector<std::string> lesson_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + "/assets/lessons"))
    if (entry.path().extension() == ".md") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Lessons, are_there) { EXPECT_GE(lesson_files().size(), 3u); }

TEST(Lessons, hold_what_they_expect) {
  for (const std::string& file : lesson_files()) {
    SCOPED_TRACE(file);
    try {
      App app(Device::cpu(), settings_for_scripts());
      const ScriptPlayer::Counts counts = run_script(app, read_script(file), ScriptRun{});
      EXPECT_GT(counts.expectations, 0) << "a lesson says what a student should see: expect NAME == VALUE";
      EXPECT_GT(counts.answers, 0) << "a lesson asks at least once: an ```ask block";
    } catch (const Error& error) {
      ADD_FAILURE() << error.what() << "\n  hint: " << error.hint();
    }
  }
}

TEST(Lessons, name_their_page_and_chapter_and_link_to_what_is_there) {
  for (const std::string& file : lesson_files()) {
    SCOPED_TRACE(file);
    ShellDriver driver;
    try {
      const Lesson lesson = read_lesson(file);
      check_lesson(lesson, driver.app.registry());
      EXPECT_FALSE(lesson.page.empty()) << "page: ID is missing below the title";
      EXPECT_FALSE(lesson.chapter.empty()) << "chapter: NAME is missing below the title";
    } catch (const Error& error) {
      ADD_FAILURE() << error.what() << "\n  hint: " << error.hint();
    }
  }
}

TEST(Lessons, can_be_gone_through_with_next_and_show_me) {
  for (const std::string& file : lesson_files()) {
    SCOPED_TRACE(file);
    ShellDriver driver;
    driver.app.run("lesson " + quoted(file));
    driver.settle();
    const int steps = driver.app.lessons().step_count();
    for (int step = 0; step < steps; ++step) {
      ASSERT_TRUE(driver.app.lessons().is_open());
      EXPECT_EQ(driver.app.lessons().step(), step);
      if (!driver.app.lessons().current().shown().empty()) {
        EXPECT_FALSE(driver.app.lessons().tried()) << "step " << step + 1 << ": what is to be tried is done already";
        driver.app.run("lesson.show");
        driver.settle();
        EXPECT_TRUE(driver.app.lessons().tried()) << "step " << step + 1 << ": 'Show me' does not complete it";
      }
      driver.app.run("lesson.next");
      driver.settle();
    }
    EXPECT_FALSE(driver.app.lessons().is_open());
    for (const Notice& notice : driver.app.notices())
      if (notice.error) ADD_FAILURE() << notice.what << "\n  hint: " << notice.hint;
  }
}

// People come to a step from anywhere: from the last one, the dots, another lesson. Backwards, each with what "Show me"
// of the step after it left behind, every step must still stand as it expects to.
TEST(Lessons, steps_stand_wherever_one_comes_from) {
  for (const std::string& file : lesson_files()) {
    SCOPED_TRACE(file);
    ShellDriver driver;
    driver.app.run("lesson " + quoted(file));
    driver.settle();
    const auto check = [&](const std::vector<Action>& actions) {
      for (const Action& action : actions) {
        if (action.kind != ActionKind::expect) continue;
        EXPECT_TRUE(holds(action.expectation, driver.app.registry())) << "line " << action.line << ": " << action.text;
      }
    };
    for (int step = driver.app.lessons().step_count(); step >= 1; --step) {
      SCOPED_TRACE("step " + std::to_string(step));
      driver.app.run("lesson.step " + std::to_string(step));
      driver.settle();
      check(driver.app.lessons().current().enter);
      if (driver.app.lessons().current().shown().empty()) continue;
      driver.app.run("lesson.show");
      driver.settle();
      check(driver.app.lessons().current().attempt);
      EXPECT_TRUE(driver.app.lessons().tried());
    }
    for (const Notice& notice : driver.app.notices())
      if (notice.error) ADD_FAILURE() << notice.what << "\n  hint: " << notice.hint;
  }
}

// Somebody who asks for "Show me" before a step stands gets it once it does.
TEST(Lessons, show_me_comes_after_what_the_step_sets_up) {
  ShellDriver driver;
  driver.app.run("lesson batch");
  driver.app.run("lesson.show");
  driver.settle();
  EXPECT_TRUE(driver.app.lessons().tried());
  EXPECT_EQ(driver.number("train.step"), 1);
  for (const Notice& notice : driver.app.notices()) EXPECT_FALSE(notice.error) << notice.what;
}

}  // namespace
}  // namespace striate
