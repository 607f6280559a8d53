// "Make this a lesson": the file brings the state back.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/shell/app.h"
#include "page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

class MadeLesson : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }

 private:
  TestFolder folder_;
};

TEST_F(MadeLesson, brings_back_the_state_it_was_made_from) {
  for (const char* page : {"pixels", "channels", "filters", "convolution", "pooling"}) {
    PageDriver driver(page);
    driver.run("open sample:balloons");
    if (driver.app.registry().find_command(std::string(page) + ".stride")) {
      driver.run(std::string(page) + ".input 1 2 3 4; 5 6 7 8; 9 1 2 3; 4 5 6 7");
      driver.run(std::string(page) + ".stride 2");
    }
    const std::string file = path(std::string(page) + ".md");
    driver.run("lesson.make " + file);
    const std::vector<std::string> state = driver.app.state();

    PageDriver other("pixels");
    other.run("open " + file);
    EXPECT_EQ(other.app.lessons().lesson().page, page);
    EXPECT_EQ(other.app.state(), state) << page;
    EXPECT_TRUE(other.app.notices().empty());
  }
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A small picture that only this machine has.
std::string own_picture(const std::string& path, uint8_t gray) {
  std::ofstream(path, std::ios::binary) << "P5 3 2 255\n" << std::string(6, static_cast<char>(gray));
  return path;
}

// Both forms: three steps, one after the other, with two different pictures of one name; opened where the pictures that
// they were made from are gone, every step brings its own.
TEST_F(MadeLesson, has_many_steps_and_takes_its_pictures_along) {
  for (const std::string ending : {".md", ".striate.zip"}) {
    const std::string name = "harbor" + ending;
    fs::create_directories(path("here"));
    fs::create_directories(path("there"));
    PageDriver driver("pixels");
    driver.run("open " + own_picture(path("here/x.pgm"), 'a'));
    driver.run("lesson.make " + path(name));
    EXPECT_EQ(driver.number("lesson.made"), 1);
    driver.run("pixels.zoom 40");
    driver.run("lesson.add");
    driver.run("open " + own_picture(path("there/x.pgm"), 'b'));
    driver.run("page channels");
    driver.run("lesson.add");
    EXPECT_EQ(driver.number("lesson.made"), 3);
    fs::remove_all(path("here"));
    fs::remove_all(path("there"));
    // To another machine.
    fs::create_directories(path("moved"));
    fs::rename(path(name), path("moved/" + name));
    if (ending == ".md") fs::rename(path("harbor-files"), path("moved/harbor-files"));

    PageDriver other("pixels");
    other.run("open " + path("moved/" + name));
    other.settle();
    EXPECT_EQ(other.app.lessons().step_count(), 3);
    EXPECT_TRUE(other.app.notices().empty()) << other.app.notices().front().what;
    EXPECT_EQ(other.number("pixels.width"), 3);
    EXPECT_EQ(other.app.document().image->bytes[0], 'a');
    other.run("lesson.next");
    other.settle();
    EXPECT_EQ(other.number("pixels.zoom"), 40);
    EXPECT_EQ(other.app.document().image->bytes[0], 'a');
    other.run("lesson.next");
    other.settle();
    EXPECT_EQ(other.app.page().info().id, "channels");
    EXPECT_EQ(other.app.document().image->bytes[0], 'b');
    EXPECT_TRUE(other.app.notices().empty());
    fs::remove_all(path("moved"));
  }
}

// What a teacher wrote meanwhile stays.
TEST_F(MadeLesson, is_added_to_as_it_stands_by_then) {
  PageDriver driver("pixels");
  driver.run("lesson.make " + path("l.md"));
  std::string text = text_of(path("l.md"));
  text.replace(text.find("Write here"), 5, "WROTE");
  std::ofstream(path("l.md")) << text;
  driver.run("lesson.add");
  EXPECT_NE(text_of(path("l.md")).find("WROTE"), std::string::npos);
  EXPECT_EQ(read_lesson(path("l.md")).steps.size(), 2u);
  // One that is gone is no lesson to add to.
  fs::remove(path("l.md"));
  EXPECT_EQ(driver.number("lesson.made"), 0);
  EXPECT_NE(driver.failure("lesson.add").find("no lesson is being made"), std::string::npos);
  EXPECT_NE(driver.failure("lesson.add " + path("l.md")), "");
}

TEST_F(MadeLesson, is_packed_with_what_it_opens) {
  fs::create_directories(path("city/pictures"));
  fs::create_directories(path("elsewhere"));
  own_picture(path("city/pictures/near.pgm"), 'n');
  own_picture(path("elsewhere/far.pgm"), 'f');
  std::ofstream(path("city/city.md"))
      << "# City\npage: pixels\n\nWords.\n\n```striate\nopen pictures/near.pgm\n```\n\n## Far\n"
      << "More.\n\n```striate\nopen " << path("elsewhere/far.pgm") << "\n```\n";
  PageDriver driver("pixels");
  EXPECT_NE(driver.failure("lesson.pack " + path("x.striate.zip")).find("no lesson is open"), std::string::npos);
  driver.run("lesson pixels");
  EXPECT_NE(driver.failure("lesson.pack " + path("x.striate.zip")).find("part of the program"), std::string::npos);
  driver.run("lesson " + path("city/city.md"));
  EXPECT_NE(driver.failure("lesson.pack " + path("x.zip")).find("ends in .striate.zip"), std::string::npos);
  driver.run("lesson.pack " + path("x.striate.zip"));
  fs::remove_all(path("city"));
  fs::remove_all(path("elsewhere"));

  PageDriver other("pixels");
  other.run("lesson " + path("x.striate.zip"));
  other.settle();
  EXPECT_EQ(other.app.document().image->bytes[0], 'n');
  other.run("lesson.next");
  other.settle();
  EXPECT_EQ(other.app.document().image->bytes[0], 'f');
  EXPECT_TRUE(other.app.notices().empty());
  other.run("lesson.pack " + path("again.striate.zip"));  // what came packed is packed again
  EXPECT_NE(other.failure("lesson.pack " + path("x.striate.zip")), "");

  PageDriver third("pixels");
  third.run("lesson " + path("again.striate.zip"));
  third.settle();
  EXPECT_EQ(third.app.document().image->bytes[0], 'n');
}

TEST_F(MadeLesson, needs_a_name_that_ends_in_md) {
  PageDriver driver("pixels");
  EXPECT_NE(driver.failure("lesson.make " + path("x.txt")).find("ends in .md"), std::string::npos);
  EXPECT_NE(driver.failure("lesson.make " + path("no/such/folder/x.md")), "");
}

}  // namespace
}  // namespace striate
