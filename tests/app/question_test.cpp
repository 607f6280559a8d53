// Questions of lessons: how an `ask` block is read and checked, how it is answered by hand, by "Show me" and by
// `striate play`, and that both a right and a wrong answer get their reason.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "app/cli/script_run.h"
#include "app/command/question.h"
#include "app/command/script.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const char* const kChoices =
    "How many columns\nwill be **left**?\n\n- [ ] 2: The moves alone.\n- [x] a `3`: The place,\n  and two moves.\n";

std::string lesson_with(const std::string& ask, const std::string& rest = "") {
  return "# T\npage: convolution\n\nWords.\n\n```striate\nconvolution.reset\n```\n\n```ask\n" + ask + "```\n" + rest;
}

Question question_of(const std::string& ask) { return *parse_lesson(lesson_with(ask), "l.md").steps.at(0).question; }

std::string mistake(const std::string& ask) {
  try {
    parse_lesson(lesson_with(ask), "l.md");
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "no error";
}

std::string plain(const std::vector<ProseSpan>& spans) {
  std::string text;
  for (const ProseSpan& span : spans) text += span.text;
  return text;
}

TEST(Question, has_answers_with_their_reasons) {
  const Question question = question_of(kChoices);
  EXPECT_EQ(question.kind, Question::Kind::choice);
  EXPECT_EQ(plain(question.words), "How many columns will be left?");
  ASSERT_EQ(question.answers.size(), 2u);
  EXPECT_EQ(question.answers[1].text, "a `3`");
  EXPECT_EQ(plain(question.answers[1].reason), "The place, and two moves.");
  EXPECT_EQ(question.answers[1].line, 15);
  EXPECT_EQ(question.right(), 1u);
  EXPECT_EQ(question.right_line(), "lesson.answer 2");
  EXPECT_EQ(question.answered_by(1), 0u);
  EXPECT_THROW(question.answered_by(0), Error);
  EXPECT_THROW(question.answered_by(3), Error);
  EXPECT_THROW(question.answered_by(1.5), Error);
}

TEST(Question, with_an_else_asks_for_a_number) {
  const Question question = question_of("How many?\n- [x] 0.3 +- 0.1: Yes.\n- [ ] 6: Twice.\n- [ ] else: No.\n");
  EXPECT_EQ(question.kind, Question::Kind::number);
  EXPECT_EQ(question.right_line(), "lesson.answer 0.3");
  EXPECT_EQ(question.answered_by(0.2), 0u);
  EXPECT_EQ(question.answered_by(6), 1u);
  EXPECT_EQ(question.answered_by(0.19), 2u);
}

TEST(Question, with_an_else_and_commands_asks_for_a_cell) {
  const Question question = question_of(
      "Which?\n- [x] convolution.cursor 2 1: Yes.\n- [ ] convolution.cursor 1 2: Row and column.\n"
      "- [ ] else: No.\n");
  EXPECT_EQ(question.kind, Question::Kind::cell);
  EXPECT_EQ(question.right_line(), "convolution.cursor 2 1");
  EXPECT_EQ(question.answered_by_line("convolution.cursor  2 1.0"), 0u);
  EXPECT_EQ(question.answered_by_line("convolution.cursor 1 2"), 1u);
  EXPECT_EQ(question.answered_by_line("convolution.cursor 0 0"), 2u);
  EXPECT_FALSE(question.answered_by_line("convolution.step").has_value());
  EXPECT_THROW(question.answered_by(2), Error);
}

TEST(Question, mistakes_name_their_line_and_the_form) {
  EXPECT_TRUE(contains(mistake("- [x] 3: Yes.\n- [ ] 2: No.\n"), "l.md:11: the ask block asks nothing"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3\n- [ ] 2: No.\n"), "l.md:12: the answer '3' has no reason"));
  EXPECT_TRUE(contains(mistake("How?\n- 3: Yes.\n- [ ] 2: No.\n"), "l.md:12: '- 3: Yes.' is no answer / write '- [x]"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3: Yes.\n"), "two answers at least"));
  EXPECT_TRUE(contains(mistake("How?\n- [ ] 3: Yes.\n- [ ] 2: No.\n"), "no answer is the right one"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3: Yes.\n- [x] 2: No.\n"), "more than one answer is the right one"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3: Yes.\n- [x] else: No.\n"), "l.md:13: 'else' cannot be right"));
  EXPECT_TRUE(contains(mistake("How?\n- [ ] else: No.\n- [x] 3: Yes.\n"), "l.md:13: an answer stands below 'else'"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3: Yes.\n- [ ] two: No.\n- [ ] else: No.\n"), "'two' is no number"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] three: Yes.\n- [ ] else: No.\n"), "the answer 'three' is no cell"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3: **Yes.\n- [ ] 2: No.\n"), "l.md:12: the ** in front of"));
  EXPECT_TRUE(contains(mistake("How?\n- [x] 3: Yes.\n- [ ] 2: No.\n```\n```ask\nHow?\n"), "a second ask block"));
  EXPECT_TRUE(contains(mistake(std::string(kChoices) + "```\n```try\nconvolution.step\n```\n```ask\nHow?\n"),
                       "the step has a second ask block"));
  EXPECT_TRUE(contains(mistake(std::string(kChoices) + "```\n```asks\nHow?\n"), "did you mean '```ask'?"));
  EXPECT_EQ(mistake(std::string(kChoices) + "```\n```bash\nls\n"), "no error");
  try {
    parse_lesson("# T\n\n```try\nopen a\n```\n```ask\nHow?\n```\n", "l.md");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_TRUE(contains(error.what(), "l.md:6: an ask block stands below the try block")) << error.what();
  }
}

class Asked : public ::testing::Test {
 protected:
  void open(const std::string& text) {
    const std::string path = test_path("asked.md");
    std::ofstream(path) << text;
    driver.run("lesson " + quoted(path));
  }
  std::string checked(const std::string& ask) {
    try {
      check_lesson(parse_lesson(lesson_with(ask), "l.md"), driver.app.registry());
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "no error";
  }
  // What stands on the screen, without spaces.
  std::string drawn() {
    std::vector<std::string> texts;
    driver.shell.ui().record_texts(&texts);
    driver.frame();
    driver.shell.ui().record_texts(nullptr);
    std::string all;
    for (const std::string& text : texts) all += text;
    std::erase(all, ' ');
    return all;
  }
  ShellDriver driver{{1280, 720}};
};

TEST_F(Asked, is_checked_before_the_lesson_opens) {
  EXPECT_EQ(checked(kChoices), "no error");
  EXPECT_TRUE(contains(checked("How {pixels.gry}?\n- [x] 3: Yes.\n- [ ] 2: No.\n"), "l.md:11: there is no readout"));
  EXPECT_TRUE(contains(checked("How?\n- [x] 3: Yes.\n- [ ] 2: [No](pixels.zom).\n"), "l.md:13: the link"));
  EXPECT_TRUE(contains(checked("How?\n- [x] convolution.cursr 3 1: Yes.\n- [ ] else: No.\n"), "there is no command"));
  EXPECT_TRUE(contains(checked("How?\n- [x] convolution.cursor 3: Yes.\n- [ ] else: No.\n"), "Y is missing"));
  EXPECT_TRUE(contains(checked("How?\n- [x] record a.striate: Yes.\n- [ ] else: No.\n"), "record chooses no cell"));
}

TEST_F(Asked, a_choice_is_clicked_and_gets_its_reason) {
  open(lesson_with(kChoices));
  EXPECT_EQ(driver.text("lesson.ask"), "How many columns will be left?");
  EXPECT_EQ(driver.shell.ui().find_item("lesson.answer 2")->label, "a `3`");
  EXPECT_EQ(driver.text("lesson.answer"), "");
  EXPECT_FALSE(driver.app.lessons().tried());
  EXPECT_TRUE(contains(drawn(), "Howmanycolumnswillbeleft?"));
  const float height = driver.shell.layout().narration.h;
  driver.click("lesson.answer 1");
  EXPECT_EQ(driver.text("lesson.answer"), "wrong");
  EXPECT_EQ(driver.text("lesson.reason"), "The moves alone.");
  EXPECT_TRUE(contains(drawn(), "Themovesalone."));
  EXPECT_FALSE(driver.app.lessons().tried());
  EXPECT_EQ(driver.number("lesson.tasks"), 0);
  driver.click("lesson.answer 2");
  EXPECT_EQ(driver.text("lesson.answer"), "right");
  EXPECT_TRUE(contains(drawn(), "Theplace,andtwomoves."));
  EXPECT_TRUE(driver.app.lessons().tried());
  EXPECT_EQ(driver.number("lesson.tasks"), 1);
  EXPECT_EQ(driver.shell.layout().narration.h, height) << "the stage moves when an answer is given";
  // Who is curious may look what the others would have said.
  driver.click("lesson.answer 1");
  EXPECT_EQ(driver.text("lesson.answer"), "wrong");
  EXPECT_TRUE(driver.app.lessons().tried());
}

TEST_F(Asked, a_number_is_typed) {
  open(lesson_with("How many?\n- [x] 12.5: Yes.\n- [ ] else: Count again: {convolution.width}.\n"));
  driver.click("answer");
  driver.type("7");
  driver.key("Enter");
  EXPECT_EQ(driver.text("lesson.answer"), "wrong");
  EXPECT_EQ(driver.text("lesson.reason"), "Count again: 6.");
  driver.click("answer");
  driver.key("Ctrl+A");
  driver.type("12.5");
  driver.key("Enter");
  EXPECT_EQ(driver.text("lesson.answer"), "right");
  EXPECT_TRUE(driver.app.lessons().tried());
  EXPECT_THROW(driver.app.run("lesson.answer many"), Error);
}

TEST_F(Asked, a_cell_is_clicked_on_the_stage) {
  open(lesson_with("Which?\n- [x] convolution.cursor 2 1: Yes.\n- [ ] else: No.\n"));
  EXPECT_EQ(driver.text("lesson.answer"), "");  // what the step set up is no answer
  EXPECT_THROW(driver.app.run("lesson.answer 1"), Error);
  driver.run("convolution.cursor 1 1");
  EXPECT_EQ(driver.text("lesson.answer"), "wrong");
  driver.run("convolution.cursor 2 1");
  EXPECT_EQ(driver.text("lesson.answer"), "right");
  EXPECT_TRUE(driver.app.lessons().tried());
}

TEST_F(Asked, comes_before_the_task_and_show_me_does_both) {
  const std::string task = "\n```try\nconvolution.stride 2\n```\n\n## Next\n\nWords.\n";
  open(lesson_with(kChoices, task));
  EXPECT_EQ(driver.shell.task(), "");  // a ring would tell what to do before the question is answered
  driver.run("convolution.stride 2");
  EXPECT_FALSE(driver.app.lessons().tried());
  driver.run("lesson.answer 2");
  EXPECT_TRUE(driver.app.lessons().tried());
  driver.run("lesson.step 1");
  EXPECT_EQ(driver.text("lesson.answer"), "");  // asked anew
  driver.run("lesson.answer 2");
  EXPECT_EQ(driver.shell.task(), "convolution.stride 2");
  driver.run("lesson.step 1");
  driver.run("lesson.show");
  EXPECT_EQ(driver.text("lesson.answer"), "right");
  EXPECT_EQ(driver.number("convolution.width"), 3);
  EXPECT_TRUE(driver.app.lessons().tried());
  driver.run("lesson.next");
  EXPECT_EQ(driver.text("lesson.ask"), "");
  EXPECT_THROW(driver.app.run("lesson.answer 2"), Error);
}

TEST(Question, is_answered_by_play_from_the_file) {
  const Script choices = parse_script(lesson_with(kChoices), "l.md");
  EXPECT_EQ(choices.actions.back().kind, ActionKind::answer);
  App app(Device::cpu(), settings_for_scripts());
  const ScriptPlayer::Counts counts =
      run_script(app,
                 parse_script(lesson_with("Which?\n- [x] convolution.cursor 2 1: Yes.\n- [ ] else: No.\n",
                                          "\n```try\nconvolution.stride 1\nexpect convolution.cell == 8\n```\n"),
                              "l.md"),
                 ScriptRun{});
  EXPECT_EQ(counts.answers, 1);
  EXPECT_EQ(counts.expectations, 1);
  EXPECT_EQ(counts.commands, 3);  // page, reset, stride
}

}  // namespace
}  // namespace striate
