// The words of every step of every lesson, as they are drawn: no marks of Markdown in them, every link leads to
// something, and no sentence with a number becomes untrue when the student acts or moves the mouse. A frozen readout
// ({=name}) is the value of when the step began, so its sentence stays as it is. A live one ({name}) moves, so its
// sentence says "now" and nothing that holds for one value alone; `says_what_any_value_makes_true` is that rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <regex>
#include <string>
#include <system_error>
#include <vector>

#include "app/command/script.h"
#include "app/embedded.h"
#include "tests/app/shell_driver.h"
#include "tests/source_dir.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::vector<std::string> lesson_files() {
  std::vector<std::string> files;
  std::error_code none;  // it names the tests before any of them can fail
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + "/assets/lessons", none))
    if (entry.path().extension() == ".md") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

// A readout within a sentence stands between these.
constexpr char kLive = '\1', kFrozen = '\2', kEnd = '\3';

// The step's prose as sentences; a readout is its name between the signs above.
std::vector<std::string> sentences_of(const std::vector<ProseBlock>& blocks) {
  std::vector<std::string> list;
  for (const ProseBlock& block : blocks) {
    std::string text;
    for (const ProseSpan& span : block.spans) {
      text += span.readout.empty() ? span.text : (span.frozen ? kFrozen : kLive) + span.readout + kEnd;
    }
    static const std::regex end("[.?!][)\"]?(\\s+|$)");
    auto from = text.cbegin();
    for (std::sregex_iterator at(text.begin(), text.end(), end), none; at != none; ++at) {
      const auto to = text.cbegin() + at->position() + at->length();
      list.emplace_back(from, to);
      from = to;
    }
    if (from != text.cend()) list.emplace_back(from, text.cend());
  }
  return list;
}

bool is_live(const std::string& sentence) { return sentence.find(kLive) != std::string::npos; }

// As an author writes it.
std::string written(const std::string& sentence) {
  std::string text;
  for (char c : sentence) {
    if (c == kLive) {
      text += '{';
    } else if (c == kFrozen) {
      text += "{=";
    } else if (c == kEnd) {
      text += '}';
    } else {
      text += c;
    }
  }
  return text;
}

std::string without_readouts(const std::string& sentence) {
  std::string text;
  bool inside = false;
  for (char c : sentence) {
    if (c == kLive || c == kFrozen) inside = true;
    if (!inside) text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == kEnd) inside = false;
  }
  return text;
}

bool states_a_number(const std::string& sentence) {
  const std::string words = without_readouts(sentence);
  return words.size() < sentence.size() ||
         std::any_of(words.begin(), words.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Empty, or why a sentence with a live readout may become untrue.
std::string what_makes_untrue(const std::string& sentence) {
  if (!is_live(sentence)) return {};
  if (sentence.find(kFrozen) != std::string::npos) return "a frozen number beside a live one";
  const std::string text = without_readouts(sentence);
  for (char c : text)
    if (std::isdigit(static_cast<unsigned char>(c))) return "a number that stays beside one that moves";
  static const std::vector<std::string> claims = {
      "instead", "so",   "than",  "because", "therefore", "grows",  "falls",   "jumps",   "stays",   "stay",
      "keeps",   "keep", "still", "only",    "but",       "same",   "equal",   "twice",   "half",    "times",
      "more",    "less", "much",  "little",  "larger",    "higher", "smaller", "lower",   "becomes", "two",
      "three",   "four", "five",  "six",     "seven",     "eight",  "nine",    "sixteen", "hundred"};
  static const std::regex word("[a-z]+");
  bool now = false;
  for (std::sregex_iterator at(text.begin(), text.end(), word), none; at != none; ++at) {
    if (at->str() == "now") now = true;
    if (std::find(claims.begin(), claims.end(), at->str()) != claims.end()) return "the word '" + at->str() + "'";
  }
  return now ? "" : "the word 'now' is missing";
}

std::vector<std::string> sentences(const std::string& prose) {
  return sentences_of(parse_lesson("# T\n\n" + prose + "\n", "t.md").steps.at(0).prose);
}

// The prose as it is drawn, what is live left open.
std::vector<std::string> drawn_sentences(const App& app) {
  std::vector<ProseBlock> blocks = app.lessons().prose(app.registry());
  for (ProseBlock& block : blocks) {
    for (ProseSpan& span : block.spans) {
      if (!span.is_live()) span.readout.clear();
    }
  }
  return sentences_of(blocks);
}

void hover(ShellDriver& driver, std::mt19937& random, int times) {
  for (int i = 0; i < times; ++i) {
    driver.point({static_cast<float>(random() % 1280), static_cast<float>(random() % 800)});
  }
}

TEST(LessonProse, the_rule_for_live_numbers_refuses_what_one_value_alone_makes_true) {
  const auto refused = [](const std::string& prose) {
    const std::vector<std::string> list = sentences(prose);
    return std::any_of(list.begin(), list.end(), [](const auto& it) { return !what_makes_untrue(it).empty(); });
  };
  EXPECT_TRUE(refused("A blur darkens the rim: here {filters.red} instead of 158."));
  EXPECT_TRUE(refused("It sums to {filters.sum} now, so flat areas keep their brightness."));
  EXPECT_TRUE(refused("This yellow is red {pixels.red}, green {pixels.green} and blue {pixels.blue}."));
  EXPECT_TRUE(refused("It is {=pixels.red}, now {pixels.red}."));
  EXPECT_TRUE(refused("Now it is {pixels.red} and 12 wide."));
  EXPECT_FALSE(refused("Under the cursor is {pixels.red} now."));
  EXPECT_FALSE(refused("It was {=pixels.red}, instead of 158. It is {pixels.red} now! 12 of them?"));
  EXPECT_EQ(sentences("1.5 of {=a.b 1 2}. Two (of 3.) Three?").size(), 3u);
}

TEST(LessonProse, has_live_numbers_only_where_any_value_is_true) {
  int numbers = 0, live = 0;
  for (const std::string& file : lesson_files()) {
    for (const LessonStep& step : read_lesson(file).steps) {
      for (const std::string& sentence : sentences_of(step.prose)) {
        numbers += states_a_number(sentence) ? 1 : 0;
        if (!is_live(sentence)) continue;
        ++live;
        std::cout << std::filesystem::path(file).stem().string() << ": " << written(sentence) << "\n";
        EXPECT_EQ(what_makes_untrue(sentence), "") << file << ": " << written(sentence);
      }
    }
  }
  std::cout << numbers << " sentences state a number, " << live << " of them a live one\n";
  EXPECT_GT(numbers, 100);
  EXPECT_GT(live, 10);
}

// One test for each lesson.
class EveryLesson : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryLesson, stays_true_whatever_the_student_does) {
  std::mt19937 random(7);
  ShellDriver driver;
  driver.app.run("lesson " + quoted(GetParam()));
  driver.settle();
  const int steps = driver.app.lessons().step_count();
  for (int step = 1; step <= steps; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    const std::vector<std::string> before = drawn_sentences(driver.app);
    for (const std::string& sentence : before) {
      EXPECT_EQ(sentence.find("\u2026"), std::string::npos) << "never read: " << written(sentence);
      EXPECT_EQ(sentence.find("\u2013"), std::string::npos) << "can't be read: " << written(sentence);
    }
    const auto compare = [&](const char* when) {
      const std::vector<std::string> after = drawn_sentences(driver.app);
      ASSERT_EQ(after.size(), before.size()) << when;
      for (size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(written(after[i]), written(before[i])) << when;
      }
    };
    hover(driver, random, 6);
    compare("after hovering");
    if (!driver.app.lessons().current().shown().empty()) driver.run("lesson.show");
    compare("after its task");
    hover(driver, random, 4);
    compare("after its task and hovering");
    driver.run("lesson.next");
  }
}

// A line of a kernel, which page `hardware` shows: braces are its own.
bool is_source(const std::string& text) {
  const std::vector<std::string> names = embedded_files("kernels/");
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return embedded_file(name).find(text) != std::string_view::npos; });
}

TEST_P(EveryLesson, is_drawn_without_marks_and_links_to_what_is_there) {
  ShellDriver driver;
  driver.app.run("lesson " + quoted(GetParam()));
  driver.settle();
  const int steps = driver.app.lessons().step_count();
  for (int step = 1; step <= steps; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    std::vector<std::string> texts;
    driver.shell.ui().record_texts(&texts);
    driver.frame();
    driver.shell.ui().record_texts(nullptr);
    std::string drawn;
    for (const std::string& text : texts) {
      for (const char* mark : {"**", "](", "`", "{"}) {
        if (text.find(mark) != std::string::npos && is_source(text)) continue;
        EXPECT_EQ(text.find(mark), std::string::npos) << "'" << text << "' is drawn";
      }
      drawn += text;
    }
    std::string words = driver.text("lesson.prose");
    EXPECT_FALSE(words.empty());
    for (std::string* text : {&drawn, &words}) std::erase_if(*text, [](char c) { return c == ' ' || c == '\n'; });
    EXPECT_NE(drawn.find(words), std::string::npos) << "not drawn: " << words;

    for (const ProseBlock& block : driver.app.lessons().current().prose) {
      for (const ProseSpan& span : block.spans) {
        if (span.link.empty() || is_concept(span.link)) continue;
        std::string line = span.link;  // as the ring finds it
        while (!driver.shell.ui().find_item(line) && line.find(' ') != std::string::npos) line.erase(line.rfind(' '));
        EXPECT_NE(driver.shell.ui().find_item(line), nullptr)
            << "[" << span.text << "](" << span.link << ") lights nothing";
      }
    }
    driver.run("lesson.next");
  }
}

INSTANTIATE_TEST_SUITE_P(LessonProse, EveryLesson, ::testing::ValuesIn(lesson_files()), [](const auto& lesson) {
  std::string name = std::filesystem::path(lesson.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(LessonProse, a_live_number_says_that_it_changes_and_follows_the_mouse_and_a_frozen_one_does_not) {
  ShellDriver driver;
  driver.run("lesson pixels");
  driver.run("lesson.next");
  const auto prose = [&] { return driver.text("lesson.prose"); };
  EXPECT_NE(prose().find("the value is 106"), std::string::npos) << prose();
  EXPECT_NE(prose().find("Under the cursor is 106 now"), std::string::npos) << prose();
  driver.run("pixels.cursor 0 0");
  EXPECT_NE(prose().find("the value is 106"), std::string::npos) << prose();
  EXPECT_NE(prose().find("Under the cursor is 157 now"), std::string::npos) << prose();
  // Back and again: the value of when the step began this time.
  driver.run("lesson.step 1");
  driver.run("lesson.step 2");
  EXPECT_NE(prose().find("the value is 106"), std::string::npos) << prose();

  const Item* item = driver.shell.ui().find_item("pixels.red now 1");
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->kind, "live number");
  EXPECT_FALSE(item->focusable);
  driver.patient = false;
  driver.move(item->visible.center());
  std::vector<std::string> texts;
  for (int i = 0; i < 90; ++i) {
    texts.clear();
    driver.shell.ui().record_texts(&texts);
    driver.frame();
  }
  driver.shell.ui().record_texts(nullptr);
  EXPECT_NE(std::find(texts.begin(), texts.end(), "Changes"), texts.end()) << "no tooltip";

  driver.run("lesson.close");
  EXPECT_EQ(prose(), "");
}

TEST(LessonProse, groups_the_digits_of_a_long_number_as_pages_do) {
  TestFolder folder;
  const std::string file = folder / "long.md";
  std::ofstream(file) << "# Long\npage: pixels\nchapter: Networks\n\n"
                         "{=network.parameters} parameters, {=network.layers} layers.\n\n"
                         "```striate\nnetwork.open lenet5\n```\n";
  ShellDriver driver;
  driver.run("lesson " + quoted(file));
  driver.settle();
  EXPECT_EQ(driver.text("lesson.prose"),
            "61\u00a0706 parameters, " + to_text(driver.app.registry().read("network.layers")) + " layers.");
}

TEST(LessonProse, a_small_number_has_three_digits) {
  TestFolder folder;
  const std::string file = folder / "small.md";
  std::ofstream(file) << "# Small\npage: neuron\nchapter: Networks\n\n"
                         "{=neuron.bias 0 0}, {=neuron.bias 0 1}, {neuron.bias 0 2} now.\n\n"
                         "```striate\nneuron.bias 0 0 0.00017303854744\nneuron.bias 0 1 -0.0000123456\n"
                         "neuron.bias 0 2 0.0005\n```\n";
  ShellDriver driver;
  driver.run("lesson " + quoted(file));
  driver.settle();
  EXPECT_EQ(driver.text("lesson.prose"), "0.000173, -1.23e-05, 0.0005 now.");
}

TEST(LessonProse, is_spelled_as_in_america) {
  static const std::regex british(
      "\\b(colour|grey|neighbour|centre|centred|behaviour|favour|labell|modell|travell|cancell|catalogue|metre|"
      "(normal|organ|recogn|summar|minim|maxim|optim|general|real|visual)is(e|ing|ation))",
      std::regex::icase);
  for (const std::string& file : lesson_files()) {
    const Lesson lesson = read_lesson(file);
    std::string text = lesson.title + "\n" + lesson.chapter;
    for (const LessonStep& step : lesson.steps) {
      text += "\n" + step.heading;
      for (const ProseBlock& block : step.prose)
        for (const ProseSpan& span : block.spans) text += "\n" + span.text;
    }
    for (std::sregex_iterator at(text.begin(), text.end(), british), none; at != none; ++at)
      ADD_FAILURE() << file << ": '" << at->str() << "'";
  }
}

}  // namespace
}  // namespace striate
