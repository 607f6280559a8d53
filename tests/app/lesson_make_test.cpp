// "Make this a lesson": the file brings the state back.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "app/shell/app.h"
#include "page_driver.h"
#include "tests/test_folder.h"

namespace striate {
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

TEST_F(MadeLesson, needs_a_name_that_ends_in_md) {
  PageDriver driver("pixels");
  EXPECT_NE(driver.failure("lesson.make " + path("x.txt")).find("ends in .md"), std::string::npos);
  EXPECT_NE(driver.failure("lesson.make " + path("no/such/folder/x.md")), "");
}

}  // namespace
}  // namespace striate
