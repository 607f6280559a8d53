// What was answered in lessons, as a table: one line for each answer of a person.
#include "app/shell/answer_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "app/shell/app.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The lines of a table, with the time of each replaced by T once it has been looked at.
std::vector<std::string> rows_of(const std::string& path) {
  static const std::regex time(R"(,\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ$)");
  std::vector<std::string> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!rows.empty()) {
      EXPECT_TRUE(std::regex_search(line, time)) << line;
      line = std::regex_replace(line, time, ",T");
    }
    rows.push_back(line);
  }
  return rows;
}

class Answers : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  // Three steps: choices, a number, a cell.
  std::string harbor() const {
    std::ofstream(path("harbor.md"))
        << "# Our \"old\" harbor\npage: convolution\n\n## Columns, rows\n\nWords.\n\n"
           "```ask\nHow many\nare left?\n- [ ] two, or so: No.\n- [x] three: Yes.\n```\n\n"
           "## A number\n\nWords.\n\n```ask\nHow much?\n- [x] 3 +- 0.1: Yes.\n- [ ] else: No.\n```\n\n"
           "## A cell\n\nWords.\n\n```ask\nWhich?\n- [x] convolution.cursor 1 1: Yes.\n- [ ] else: No.\n```\n";
    return path("harbor.md");
  }
  TestFolder folder_;
};

const char* const kFirst = R"(harbor,"Our ""old"" harbor",1,"Columns, rows",How many are left?,)";

TEST_F(Answers, are_written_one_a_line) {
  PageDriver driver("pixels");
  driver.run("lesson " + harbor());
  EXPECT_EQ(driver.number("lesson.answers"), 0);
  driver.run("lesson.answer 1");
  driver.run("lesson.answer 2");
  driver.run("lesson.answer 1");  // it has been answered: who looks at the other reason answers no more
  EXPECT_EQ(driver.number("lesson.answers"), 2);
  EXPECT_EQ(driver.number("lesson.answers.right"), 1);
  driver.run("lesson.next");
  driver.run("lesson.answer 2.5");
  driver.run("lesson.answer 3.05");
  driver.run("lesson.next");
  driver.run("convolution.cursor 0 1");
  driver.run("convolution.cursor 1 1");
  driver.run("convolution.cursor 2 1");
  driver.run("lesson.back");
  driver.run("lesson.answer 3");  // asked again: the third time
  EXPECT_NE(driver.failure("lesson.results " + path("r.txt")).find("no name for a table"), std::string::npos);
  driver.run("lesson.results " + path("r.csv"));
  const std::string number = R"(harbor,"Our ""old"" harbor",2,A number,How much?,)";
  const std::string cell = R"(harbor,"Our ""old"" harbor",3,A cell,Which?,convolution.cursor )";
  EXPECT_EQ(
      rows_of(path("r.csv")),
      (std::vector<std::string>{"lesson,title,step,heading,question,answer,right,try,time",
                                std::string(kFirst) + "\"two, or so\",no,1,T", std::string(kFirst) + "three,yes,2,T",
                                number + "2.5,no,1,T", number + "3.05,yes,2,T", cell + "0 1,no,1,T",
                                cell + "1 1,yes,2,T", number + "3,yes,3,T"}));
  EXPECT_EQ(text_of(path("r.csv")).find(folder_.path()), std::string::npos) << "the path names a person";
  // Its own kind is renewed, another is not.
  driver.run("lesson.results " + path("r.csv"));
  std::ofstream(path("diary.csv")) << "dear,diary\n";
  EXPECT_NE(driver.failure("lesson.results " + path("diary.csv")).find("not a table of answers"), std::string::npos);
}

TEST_F(Answers, of_show_me_are_nobody_s) {
  PageDriver driver("pixels");
  driver.run("lesson " + harbor());
  driver.run("lesson.show");
  EXPECT_TRUE(driver.app.lessons().tried());
  EXPECT_EQ(driver.number("lesson.answers"), 0);
  driver.run("lesson.step 3");
  driver.run("lesson.show");
  EXPECT_TRUE(driver.app.lessons().tried());
  EXPECT_EQ(driver.number("lesson.answers"), 0);
}

TEST_F(Answers, are_kept_in_a_file_that_is_whole_at_any_moment) {
  const std::string file = path("kept.csv");
  {
    PageDriver driver("pixels");
    driver.app.answers().keep(file);
    EXPECT_EQ(text_of(file), kAnswersHeader);
    driver.run("lesson " + harbor());
    driver.run("lesson.answer 1");
    EXPECT_EQ(rows_of(file).size(), 2u);
    driver.run("lesson.answer 2");
    EXPECT_EQ(rows_of(file).size(), 3u);
    // A teacher takes it away: what was in it is not written twice.
    fs::rename(file, path("taken.csv"));
    driver.run("lesson.next");
    driver.run("lesson.answer 3");
    EXPECT_EQ(rows_of(file).size(), 2u);
    EXPECT_EQ(rows_of(path("taken.csv")).size(), 3u);
  }
  // The next program goes on behind it, and the one that ends has written everything.
  {
    PageDriver driver("pixels");
    driver.app.answers().keep(file);
    driver.app.run("lesson " + harbor());
    driver.app.run("lesson.answer 1");
  }
  EXPECT_EQ(rows_of(file).size(), 3u);
  EXPECT_TRUE(rows_of(file)[2].ends_with("\"two, or so\",no,1,T"));

  PageDriver driver("pixels");
  std::ofstream(path("diary.csv")) << "dear,diary\n";
  EXPECT_THROW(driver.app.answers().keep(path("diary.csv")), Error);
  EXPECT_EQ(text_of(path("diary.csv")), "dear,diary\n");
  EXPECT_THROW(driver.app.answers().keep(path("no/such/folder.csv")), Error);
  // A disk that fails is told, and nothing is lost by it.
  fs::create_directories(path("room"));
  driver.app.answers().keep(path("room/r.csv"));
  fs::rename(path("room"), path("away"));
  driver.run("lesson " + harbor());
  driver.run("lesson.answer 1");
  ASSERT_FALSE(driver.app.notices().empty());
  EXPECT_EQ(driver.app.notices().back().command, "lesson.results");
  fs::rename(path("away"), path("room"));
  driver.run("lesson.answer 2");
  EXPECT_EQ(rows_of(path("room/r.csv")).size(), 3u);
}

}  // namespace
}  // namespace striate
