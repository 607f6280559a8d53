// What errors say in another language: their texts are found again in finished messages, with the values in them.
#include "app/words/messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/words/languages.h"
#include "app/words/words.h"

namespace striate {
namespace {

class Messages : public testing::Test {
 protected:
  void SetUp() override { use_language(kMadeUpLanguage); }
  void TearDown() override { use_language("en"); }
};

std::vector<std::string> values_of(const char* pattern, const char* message) {
  std::vector<std::string> values;
  return MessagePattern(pattern).matches(message, &values) ? values : std::vector<std::string>{"no match"};
}

using Values = std::vector<std::string>;

TEST_F(Messages, values_stand_between_the_fixed_words) {
  EXPECT_EQ(values_of("{} of {} lessons", "3 of 12 lessons"), (Values{"3", "12"}));
  EXPECT_EQ(values_of("there is no '{}'", "there is no 'it's'"), Values{"it's"});
  EXPECT_EQ(values_of("{1} before {0}", "b before a"), (Values{"a", "b"}));
  EXPECT_EQ(values_of("{0} is {0}", "a is a"), Values{"a"});
  EXPECT_EQ(values_of("{0} is {0}", "a is b"), Values{"no match"});
  EXPECT_EQ(values_of("{:.3g} seconds", "0.25 seconds"), Values{"0.25"});
  EXPECT_EQ(values_of("{{{}}} holds", "{x} holds"), Values{"x"});
  EXPECT_EQ(values_of("a {} a", "a a"), Values{"no match"}) << "the ends may not overlap";
  EXPECT_EQ(values_of("{} rows", "3 columns"), Values{"no match"});
  EXPECT_FALSE(MessagePattern("no values").has_values());
}

TEST_F(Messages, values_are_put_in_where_the_translation_wants_them) {
  EXPECT_EQ(fill_placeholders("{} von {}", {"3", "12"}), "3 von 12");
  EXPECT_EQ(fill_placeholders("{1}, dann {0:.2f}", {"a", "b"}), "b, dann a");
  EXPECT_EQ(fill_placeholders("{{{}}}", {"x"}), "{x}");
  EXPECT_EQ(fill_placeholders("{} {}", {"only"}), "only {}");
}

TEST_F(Messages, a_message_with_values_is_found_by_its_words) {
  EXPECT_EQ(tr_message("'xy' is not a number"), fill_placeholders(made_up("'{}' is not a number"), {"xy"}));
  EXPECT_EQ(tr_message("no words of ours"), "no words of ours");
  EXPECT_EQ(tr_message(""), "");
  use_language("en");
  EXPECT_EQ(tr_message("'xy' is not a number"), "'xy' is not a number");
}

TEST_F(Messages, an_error_that_tells_of_another_is_translated_whole) {
  const std::string inner = fill_placeholders(made_up("'{}' is not a number"), {"xy"});
  EXPECT_EQ(tr_message("lesson.md:12: 'xy' is not a number"), "lesson.md:12: " + inner);
  EXPECT_EQ(tr_message("training cannot be kept once a minute: 'xy' is not a number"),
            fill_placeholders(made_up("training cannot be kept once a minute: {}"), {inner}));
}

TEST_F(Messages, the_language_of_the_moment_counts) {
  const std::string english = "'xy' is not a number", other = tr_message(english);
  EXPECT_NE(other, english);
  use_language("en");
  EXPECT_EQ(tr_message(english), english);
  use_language(kMadeUpLanguage);
  EXPECT_EQ(tr_message(english), other);
}

}  // namespace
}  // namespace striate
