// The marks of prose: what each becomes, also within one another, and what is no mark.
#include <gtest/gtest.h>

#include "app/command/prose.h"
#include "engine/error.h"

namespace striate {
namespace {

std::string flat(const std::vector<ProseSpan>& spans) {
  std::string text;
  for (const ProseSpan& span : spans) {
    text += '<';
    if (span.bold) text += "bold ";
    if (span.code) text += "code ";
    if (span.frozen) text += "frozen ";
    if (!span.link.empty()) text += "to " + span.link + ' ';
    if (!span.readout.empty()) text += "reads " + span.readout;
    text += span.text + '>';
  }
  return text;
}

std::string message_of(const std::string& text) {
  try {
    return "no error: " + flat(parse_prose(text));
  } catch (const Error& error) {
    return error.what() + std::string(" / ") + error.hint();
  }
}

TEST(Prose, marks_become_spans) {
  EXPECT_EQ(flat(parse_prose("a **b** `c` [d](kernel) {pixels.gray} {=pixels.gray}.")),
            "<a ><bold b>< ><code c>< ><to kernel d>< ><reads pixels.gray>< ><frozen reads pixels.gray><.>");
  EXPECT_EQ(flat(parse_prose("{convolution.output 2\n3}{=grid.at 1 -1}")),
            "<reads convolution.output 2 3><frozen reads grid.at 1 -1>");
  EXPECT_EQ(flat(parse_prose("two\nlines")), "<two lines>");
}

TEST(Prose, marks_stand_in_one_another) {
  EXPECT_EQ(flat(parse_prose("**Set the [stride](convolution.stride) to 2**: half")),
            "<bold Set the ><bold to convolution.stride stride><bold  to 2><: half>");
  EXPECT_EQ(flat(parse_prose("[**b** and `c`](bias)")), "<bold to bias b><to bias  and ><code to bias c>");
  EXPECT_EQ(flat(parse_prose("**it is {=a.b}**")), "<bold it is ><bold frozen reads a.b>");
  EXPECT_EQ(flat(parse_prose("**`a ** b` c**")), "<bold code a ** b><bold  c>");
}

TEST(Prose, in_code_nothing_is_a_mark) {
  EXPECT_EQ(flat(parse_prose("`[a](b) {c.d} **e**`")), "<code [a](b) {c.d} **e**>");
}

TEST(Prose, signs_that_are_no_marks_stay) {
  EXPECT_EQ(flat(parse_prose("{1} and [1] and 3 * 4 and {=} and {a b}")), "<{1} and [1] and 3 * 4 and {=} and {a b}>");
  EXPECT_EQ(flat(parse_prose("\\**no\\** \\[a\\](b) \\{a.b} \\`")), "<**no** [a](b) {a.b} `>");
}

TEST(Prose, a_mark_that_is_not_closed_is_an_error) {
  EXPECT_NE(message_of("**bold").find("is not closed"), std::string::npos);
  EXPECT_NE(message_of("a `b").find("is not closed"), std::string::npos);
  EXPECT_NE(message_of("****").find("is not closed"), std::string::npos);
  EXPECT_NE(message_of("[](a)").find("has no words"), std::string::npos);
  EXPECT_NE(message_of("[a]( )").find("has no target"), std::string::npos);
  // The bold ends within the link: its marks would be drawn.
  EXPECT_NE(message_of("**a [b** c](kernel)").find("belongs to no link"), std::string::npos);
  EXPECT_NE(message_of("[a [b](kernel)](bias)").find("belongs to no link"), std::string::npos);
  EXPECT_NE(message_of("[a](kernel").find("belongs to no link"), std::string::npos);
}

TEST(Prose, of_pages_and_messages_takes_any_text) {
  EXPECT_EQ(flat(parse_marks("**a [b](kernel)** `c` C:\\d {a.b} **")),
            "<bold a ><bold to kernel b>< ><code c>< C:\\d {a.b} **>");
  EXPECT_EQ(flat(parse_marks("2 ** 3 `x [y](")), "<2 ** 3 `x [y](>");
  EXPECT_EQ(flat(parse_marks("[](a) [b]()")), "<[](a) [b]()>");
}

}  // namespace
}  // namespace striate
