// Every language that is here is here whole: each text of the window and of errors, each lesson, the course, the
// glossary; with the same values, links, commands and answers as the English ones. That a page has room for its words
// is looked at in language_pages_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "app/command/course.h"
#include "app/command/lesson_text.h"
#include "app/command/prose.h"
#include "app/command/script.h"
#include "app/embedded.h"
#include "app/glossary/glossary.h"
#include "app/words/languages.h"
#include "app/words/po.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

std::vector<std::string> translations() {
  std::vector<std::string> all = languages();
  all.erase(all.begin());  // English
  return all;
}

class Translation : public testing::TestWithParam<std::string> {
 protected:
  void TearDown() override { use_language("en"); }
  static std::string file(const std::string& folder, const std::string& name) {
    return folder + "/" + GetParam() + "/" + name;
  }
};

// What stands in braces, in its order.
std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> found;
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    if (text.substr(at).starts_with("{{")) {
      at += 2;
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    found.emplace_back(text.substr(at, end + 1 - at));
    at = end;
  }
  return found;
}

// Numbered ones may stand in any order.
std::vector<std::string> comparable(std::string_view text) {
  std::vector<std::string> found = placeholders(text);
  const bool numbered = std::all_of(found.begin(), found.end(), [](const std::string& hole) {
    return hole.size() > 2 && hole[1] >= '0' && hole[1] <= '9';
  });
  if (numbered) std::sort(found.begin(), found.end());
  return found;
}

// Links, code and values of a text, in any order: another language turns its sentences.
using Marks = std::multiset<std::string>;
void add_marks(const std::vector<ProseSpan>& spans, Marks* marks) {
  for (const ProseSpan& span : spans) {
    if (!span.link.empty() && !span.readout.empty()) continue;
    if (span.code) marks->insert("code " + span.text);
    if (!span.readout.empty())
      marks->insert(fmt::format("{}{}{}", span.frozen ? "=" : "", span.readout, span.percent ? " %" : ""));
  }
  std::string last;
  for (const ProseSpan& span : spans) {
    if (!span.link.empty() && span.link != last) marks->insert("link " + span.link);
    last = span.link;
  }
}
Marks marks_of(std::string_view text) {
  Marks marks;
  add_marks(parse_marks(text), &marks);
  return marks;
}

TEST_P(Translation, has_every_text_with_its_values_links_and_code) {
  size_t texts = 0;
  for (const std::string& name : embedded_files("assets/locale/")) {
    if (!name.ends_with(".pot")) continue;
    const std::string page = name.substr(name.rfind('/') + 1, name.size() - name.rfind('/') - 5);
    const std::string own = file("assets/locale", page + ".po");
    SCOPED_TRACE(own);
    std::map<std::pair<std::string, std::string>, PoEntry> translated;
    const Po po = parse_po(embedded_file(own), own);
    for (const PoEntry& entry : po.entries) translated[{entry.text, entry.plural}] = entry;
    for (const PoEntry& entry : parse_po(embedded_file(name), name).entries) {
      ++texts;
      const auto found = translated.find({entry.text, entry.plural});
      if (found == translated.end()) {
        ADD_FAILURE() << "is missing: " << entry.text;
        continue;
      }
      const std::vector<std::string>& strings = found->second.strings;
      EXPECT_EQ(strings.size(), entry.plural.empty() ? 1 : po.plural_forms) << entry.text;
      for (const std::string& string : strings) {
        EXPECT_FALSE(string.empty()) << "is not translated: " << entry.text;
        if (entry.plural.empty()) {
          EXPECT_EQ(comparable(string), comparable(entry.text)) << string;
        } else {
          for (const std::string& hole : placeholders(string)) {
            const std::vector<std::string> allowed = placeholders(entry.plural);
            EXPECT_NE(std::find(allowed.begin(), allowed.end(), hole), allowed.end()) << string;
          }
        }
        EXPECT_EQ(marks_of(string), marks_of(entry.text)) << string;
      }
      translated.erase(found);
    }
    for (const auto& [text, entry] : translated)
      EXPECT_EQ(entry.context, "name of this language") << "no text of the window any more: " << entry.text;
  }
  EXPECT_GT(texts, 5000u);
}

TEST_P(Translation, has_a_name_of_its_own) { EXPECT_NE(language_name(GetParam()), GetParam()); }

std::string text_of(const std::vector<Action>& actions) {
  std::string text;
  for (const Action& action : actions) text += action.text + "\n";
  return text;
}

TEST_P(Translation, has_every_lesson_with_the_same_steps_commands_and_answers) {
  ShellDriver driver;
  size_t lessons = 0;
  for (const std::string& name : embedded_files("assets/lessons/")) {
    const std::string short_name = name.substr(std::string("assets/lessons/").size());
    if (!short_name.ends_with(".md") || short_name.find('/') != std::string::npos) continue;
    ++lessons;
    const std::string own = file("assets/lessons", short_name);
    SCOPED_TRACE(own);
    ASSERT_FALSE(embedded_file(own).empty()) << "is missing";
    try {
      const Lesson english = parse_lesson(embedded_file(name), name), lesson = parse_lesson(embedded_file(own), own);
      check_lesson(lesson, driver.app.registry());
      EXPECT_EQ(lesson.page, english.page);
      EXPECT_EQ(lesson.chapter, english.chapter) << "it is a page's chapter, translated where it is shown";
      ASSERT_EQ(lesson.steps.size(), english.steps.size());
      for (size_t i = 0; i < lesson.steps.size(); ++i) {
        const LessonStep &step = lesson.steps[i], &wanted = english.steps[i];
        SCOPED_TRACE(fmt::format("line {}", step.line));
        EXPECT_EQ(step.heading.empty(), wanted.heading.empty());
        EXPECT_EQ(text_of(step.enter), text_of(wanted.enter));
        EXPECT_EQ(text_of(step.attempt), text_of(wanted.attempt));
        EXPECT_EQ(step.prose.size(), wanted.prose.size());
        Marks marks, wanted_marks;
        for (const ProseBlock& block : step.prose) add_marks(block.spans, &marks);
        for (const ProseBlock& block : wanted.prose) add_marks(block.spans, &wanted_marks);
        EXPECT_EQ(marks, wanted_marks);
        ASSERT_EQ(step.question.has_value(), wanted.question.has_value());
        if (!step.question) continue;
        EXPECT_EQ(step.question->kind, wanted.question->kind);
        EXPECT_EQ(step.question->answers.size(), wanted.question->answers.size());
        EXPECT_EQ(step.question->right_line(), wanted.question->right_line());
      }
    } catch (const Error& error) {
      ADD_FAILURE() << error.what() << "\n  hint: " << error.hint();
    }
  }
  EXPECT_GT(lessons, 40u);
}

TEST_P(Translation, has_the_same_course) {
  const std::string own = file("assets/lessons", "module.course");
  const Course english = parse_course(embedded_file("assets/lessons/module.course"), "module.course");
  const Course course = parse_course(embedded_file(own), own);
  ASSERT_EQ(course.lessons.size(), english.lessons.size());
  for (size_t i = 0; i < course.lessons.size(); ++i) {
    EXPECT_EQ(course.lessons[i].name, english.lessons[i].name);
    EXPECT_EQ(course.lessons[i].minutes, english.lessons[i].minutes);
    EXPECT_EQ(course.lessons[i].part.empty(), english.lessons[i].part.empty());
  }
}

TEST_P(Translation, has_every_term_and_commands_find_it_by_its_english_name) {
  const std::string own = file("assets/locale", "glossary.md");
  const Glossary english = Glossary::parse(embedded_file("assets/glossary.md"), "glossary.md");
  const Glossary glossary = Glossary::parse(embedded_file(own), own);
  EXPECT_EQ(glossary.entries().size(), english.entries().size());
  for (const GlossaryEntry& wanted : english.entries()) {
    const GlossaryEntry* entry = glossary.find(wanted.term);
    ASSERT_TRUE(entry) << wanted.term;
    EXPECT_EQ(std::tie(entry->page, entry->figure, entry->on), std::tie(wanted.page, wanted.figure, wanted.on))
        << wanted.term;
    EXPECT_EQ(marks_of(entry->text), marks_of(wanted.text)) << wanted.term;
    ASSERT_EQ(entry->see.size(), wanted.see.size()) << wanted.term;
    for (size_t i = 0; i < entry->see.size(); ++i)
      EXPECT_EQ(glossary.find(entry->see[i]), glossary.find(wanted.see[i])) << wanted.term;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Translation, testing::ValuesIn(translations()),
                         [](const auto& test) { return test.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Translation);

}  // namespace
}  // namespace striate
