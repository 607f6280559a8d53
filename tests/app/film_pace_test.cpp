// The pace of a film: who watches has the time to read what a step and an answer say, and sees line after line.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "app/command/pace.h"
#include "app/command/script.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

TEST(Pace, counts_the_words_that_are_read) {
  EXPECT_EQ(reading_time("", 180), 0);
  EXPECT_EQ(reading_time("three plain words", 0), 0);
  EXPECT_DOUBLE_EQ(reading_time("three plain words", 180), 1.5 + 1);
  EXPECT_DOUBLE_EQ(reading_time("  three\nplain   words ", 90), 1.5 + 2);
  EXPECT_DOUBLE_EQ(reading_time(std::string(20000, 'a') + std::string(4000, ' ').replace(0, 2, " b"), 1), 60);
}

// When the readout had each of its values first, by the driver's clock.
std::map<double, double> times_of(ShellDriver& driver, const std::string& script, const std::string& readout) {
  driver.shell.play(parse_script(script, ""));
  std::map<double, double> times;
  while (driver.shell.playing()) {
    driver.frame();
    times.try_emplace(driver.number(readout), driver.now());
  }
  EXPECT_FALSE(driver.shell.take_script_error());
  return times;
}

TEST(Pace, leaves_a_lesson_s_step_until_it_is_read) {
  ShellDriver driver;
  driver.app.document().pace = {true, 0.5, 480};
  std::map<double, double> times = times_of(driver, "lesson pixels\nlesson.next\n", "lesson.step");
  ShellDriver other;
  other.run("lesson pixels");
  const double reading = reading_time(other.text("lesson.prose"), 480);
  EXPECT_GT(reading, 4);
  EXPECT_NEAR(times.at(2) - times.at(1), reading + 0.5, 0.5);
}

TEST(Pace, shows_the_lines_of_a_task_one_after_another) {
  ShellDriver driver;
  driver.run("lesson pixels");
  driver.run("lesson.step 5");
  driver.app.document().pace = {true, 0.75, 0};
  ASSERT_EQ(driver.number("lesson.plays"), 0);
  const double start = driver.now();
  std::map<double, double> grays = times_of(driver, "lesson.show\nwait until lesson.plays == 0\n", "pixels.gray");
  EXPECT_NEAR(driver.now() - start, 4 * 0.75, 0.4);  // four lines, with a rest behind each
  ASSERT_EQ(grays.size(), 3U);                       // without red, without green, all blue
  EXPECT_NEAR(grays.at(62) - start, 2 * 0.75, 0.4);
}

TEST(Pace, gives_the_reason_of_an_answer_its_time) {
  ShellDriver driver;
  driver.run("lesson pixels");
  driver.run("lesson.step 4");
  driver.app.document().pace = {true, 0, 480};
  const double start = driver.now();
  // The step, then the answer with its reason, then the task's line.
  times_of(driver, "lesson.show\nwait until lesson.plays == 0\n", "lesson.plays");
  const double passed = driver.now() - start;
  ASSERT_EQ(driver.text("lesson.answer"), "right");
  EXPECT_GT(passed, reading_time(driver.text("lesson.reason"), 480));
}

// Without somebody who watches nothing of this costs time.
TEST(Pace, is_none_where_nobody_watches) {
  ShellDriver driver;
  const double start = driver.now();
  times_of(driver, "lesson pixels\npause 30\nlesson.next\nlesson.show\n", "lesson.step");
  EXPECT_LT(driver.now() - start, 3);
}

}  // namespace
}  // namespace striate
