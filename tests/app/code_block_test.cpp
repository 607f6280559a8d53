// Code in a lesson's words: its lines and its indentation are drawn as they were written.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "app/widgets/code_block.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

using Lines = std::vector<std::string>;

TEST(CodeBlock, keeps_lines_indentation_and_what_stands_in_columns) {
  EXPECT_EQ(lines_of_code("def f(x):\n    return  x\n\ny", 80), (Lines{"def f(x):", "    return  x", "", "y"}));
  EXPECT_EQ(lines_of_code("\tx\n a\tb", 80), (Lines{"    x", " a  b"}));
  EXPECT_EQ(lines_of_code("", 80), Lines{""});
}

TEST(CodeBlock, goes_on_farther_in_where_a_line_is_too_wide) {
  EXPECT_EQ(lines_of_code("  abcdefghijk", 10), (Lines{"  abcdefgh", "    ijk"}));
  EXPECT_EQ(lines_of_code("\u00e4\u00f6\u00fc\u00df", 2), (Lines{"\u00e4\u00f6", "\u00fc\u00df"}));
  EXPECT_EQ(lines_of_code("abc", 0), (Lines{"a", "b", "c"}));
}

TEST(CodeBlock, is_drawn_in_a_lesson_as_it_was_written) {
  const std::string path = test_path("code.md");
  std::ofstream(path) << "# T\npage: pixels\n\nIn Python:\n\n```python\nfor row in picture:\n    for v in row:\n"
                         "        total += v\n```\n\nThat is all.\n";
  ShellDriver driver;
  driver.run("lesson " + quoted(path));
  Lines texts;
  driver.shell.ui().record_texts(&texts);
  driver.frame();
  driver.shell.ui().record_texts(nullptr);
  const auto at = [&](const char* line) { return std::find(texts.begin(), texts.end(), line); };
  EXPECT_NE(at("for row in picture:"), texts.end());
  EXPECT_NE(at("    for v in row:"), texts.end());
  EXPECT_NE(at("        total += v"), texts.end());
  EXPECT_LT(at("    for v in row:"), at("        total += v"));
  EXPECT_NE(driver.text("lesson.prose").find("\n    for v in row:\n"), std::string::npos);
}

}  // namespace
}  // namespace striate
