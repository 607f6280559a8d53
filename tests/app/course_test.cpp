// Courses: which lessons in which order, and which hour of 45 minutes each begins in.
#include "app/command/course.h"

#include <gtest/gtest.h>

#include <fstream>

#include "app/shell/app.h"
#include "engine/error.h"
#include "tests/app/page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::string failure(const std::string& text) {
  try {
    parse_course(text, "c.course");
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return {};
}

TEST(Course, fills_hours_of_45_minutes_in_order) {
  const Course course = parse_course(
      "# Title\n\n## One\n20 pixels\n25 channels\n## Two\n10 a.md\n40 b.md\n100 /abs/c.md\n30 d.md\n10 e.md\n",
      "dir/c.course");
  EXPECT_EQ(course.title, "Title");
  EXPECT_EQ(course.minutes(), 235);
  ASSERT_EQ(course.lessons.size(), 7u);
  const std::vector<int> hours = {1, 1, 2, 3, 4, 6, 7};  // 100 minutes end 10 into the sixth hour
  const std::vector<bool> begins = {true, false, true, true, true, false, true};
  for (size_t i = 0; i < hours.size(); ++i) {
    EXPECT_EQ(course.lessons[i].hour, hours[i]) << i;
    EXPECT_EQ(course.lessons[i].begins_hour, begins[i]) << i;
  }
  EXPECT_EQ(course.hours(), 7);
  EXPECT_EQ(course.lessons[0].name, "pixels");  // one of the program's
  EXPECT_EQ(course.lessons[2].name, "dir/a.md");
  EXPECT_EQ(course.lessons[4].name, "/abs/c.md");
  EXPECT_EQ(course.lessons[1].part, "One");
  EXPECT_EQ(course.lessons[2].part, "Two");
  EXPECT_EQ(course.lessons[2].line, 7);
}

TEST(Course, tells_line_and_mistake) {
  EXPECT_NE(failure("").find("empty"), std::string::npos);
  EXPECT_NE(failure("20 pixels\n").find("c.course:1: a course begins with its title"), std::string::npos);
  EXPECT_NE(failure("# T\n").find("no lesson"), std::string::npos);
  EXPECT_NE(failure("# T\n\npixels\n").find("c.course:3: 'pixels' is no number of minutes"), std::string::npos);
  EXPECT_NE(failure("# T\n0 pixels\n").find("c.course:2"), std::string::npos);
  EXPECT_NE(failure("# T\n601 pixels\n").find("c.course:2"), std::string::npos);
  EXPECT_NE(failure("# T\n20\n").find("no lesson stands behind"), std::string::npos);
  EXPECT_NE(failure("# T\n20 pixels\n20 pixels\n").find("c.course:3: the lesson 'pixels' stands twice"),
            std::string::npos);
}

class OpenCourse : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  TestFolder folder_;
};

TEST_F(OpenCourse, the_program_s_own_names_every_lesson_once) {
  PageDriver driver("pixels");
  EXPECT_EQ(driver.number("course.lessons"), static_cast<double>(LessonSession::entries().size()));
  EXPECT_EQ(driver.app.course().course().title, "Computer vision: working with images");
  for (size_t i = 0; i < LessonSession::entries().size(); ++i)
    EXPECT_EQ(driver.app.course().entries()[i].lesson.name, LessonSession::entries()[i].name);
}

TEST_F(OpenCourse, leads_from_lesson_to_lesson_and_remembers_what_is_done) {
  const std::string own = write("own.md", "# My lesson\npage: pixels\n\nWords.\n\n```striate\nopen portrait\n```\n");
  const std::string course = write("c.course", "# Mine\n10 pooling\n15 own.md\n");
  PageDriver driver("pixels");
  driver.run("open " + course);
  EXPECT_EQ(driver.app.course().course().title, "Mine");
  EXPECT_EQ(driver.number("course.at"), 0);
  driver.run("course.next");
  EXPECT_EQ(driver.app.lessons().name(), "pooling");
  EXPECT_EQ(driver.number("course.at"), 1);
  driver.run("course.next");
  driver.settle();
  EXPECT_EQ(driver.app.lessons().lesson().title, "My lesson");
  EXPECT_EQ(driver.number("course.at"), 2);
  EXPECT_NE(driver.failure("course.next").find("no lesson after"), std::string::npos);
  // Its only step has no task: seen is done.
  EXPECT_TRUE(driver.app.settings().lesson_done(own));
  // A program that is started again goes on with it.
  App again(Device::cpu(), driver.app.settings());
  EXPECT_EQ(again.course().course().title, "Mine");
  again.run("course.next");
  EXPECT_EQ(again.lessons().name(), "pooling");
  again.run("course module");
  EXPECT_TRUE(again.course().own());
  EXPECT_TRUE(again.settings().course.empty());
}

TEST_F(OpenCourse, tells_which_line_s_lesson_is_wrong_and_keeps_the_one_before) {
  PageDriver driver("pixels");
  EXPECT_NE(driver.failure("course " + write("a.course", "# A\n10 pixels\n10 no-such\n"))
                .find("a.course:3: there is no lesson"),
            std::string::npos);
  write("bad.md", "no title");
  EXPECT_NE(driver.failure("course " + write("b.course", "# B\n10 bad.md\n")).find("b.course:2"), std::string::npos);
  EXPECT_TRUE(driver.app.course().own());
  // One that is gone when the program starts is told, and the program's own stands.
  Settings settings;
  settings.course = folder_ / "gone.course";
  App app(Device::cpu(), settings);
  EXPECT_TRUE(app.course().own());
  ASSERT_FALSE(app.notices().empty());
}

}  // namespace
}  // namespace striate
