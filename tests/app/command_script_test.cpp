// Reading scripts and lessons: what they become, and the messages of every mistake.
#include <gtest/gtest.h>

#include <cmath>

#include "app/command/script.h"
#include "engine/error.h"

namespace striate {
namespace {

std::string message_of(const std::string& text, const std::string& file) {
  try {
    parse_script(text, file);
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const char* const kLesson = R"(# What a picture is made of
page: pixels
chapter: Pictures

A picture is a [grid of numbers](input),
**nothing else**: `157` is {pixels.gray}. Sets \{1\} and [1] and 3 * 4 stay.

```striate
# from the slide
open portrait
expect pixels.width == 12
```

## Come closer

- Turn the wheel
  slowly
- or use [the zoom](pixels.zoom)

```
157 153
```

```try
pixels.zoom 40
expect pixels.zoom >= 40
```

---
The end.
```striate
page channels
```
)";

Registry small_registry(double* zoom) {
  Registry registry;
  registry.add(Command{"open", "", {Parameter::text("file", "a path")}, [](const Arguments&) {}});
  registry.add(
      Command{"page", "", {Parameter::choice("id", "which", {"pixels", "channels"})}, [](const Arguments&) {}});
  registry.add(
      Command{"pixels.zoom", "", {Parameter::number("z", "points", 0, 64)}, [zoom](const Arguments& arguments) {
                *zoom = arguments.number(0);
              }});
  registry.add(Readout{"pixels.zoom", "", [zoom] { return ReadoutValue(*zoom); }});
  registry.add(Readout{"pixels.width", "", [] { return ReadoutValue(12.0); }});
  registry.add(Readout{"pixels.gray", "", [] { return ReadoutValue(157.0); }});
  return registry;
}

TEST(Script, is_its_lines_without_comments) {
  const Script script =
      parse_script("\xEF\xBB\xBF# a session\r\n\r\n  open a b.png \r\nexpect x.y == 3\r\n", "s.striate");
  ASSERT_EQ(script.actions.size(), 2u);
  EXPECT_EQ(script.actions[0].text, "open a b.png");
  EXPECT_EQ(script.actions[0].line, 3);
  EXPECT_EQ(script.actions[1].kind, ActionKind::expect);
}

TEST(Script, reads_expectations) {
  const auto one = [](const std::string& line) { return parse_script(line, "s").actions.at(0); };
  EXPECT_EQ(one("expect a.b == -0.5 +- 0.25").expectation.text(), "a.b == -0.5 +- 0.25");
  EXPECT_EQ(one("expect a.b == -0.5 +-0.25").expectation.tolerance, 0.25);
  EXPECT_EQ(one("expect a.b  !=  \"an edge\"").expectation.text(), "a.b != \"an edge\"");
  EXPECT_EQ(one("expect a.b == \"edge\"").expectation.text(), "a.b == \"edge\"");
  EXPECT_EQ(one("expect a.b == \"\"").expectation.text(), "a.b == \"\"");
  EXPECT_EQ(one(R"(expect a.b == "C:\\new")").expectation.text(), R"(a.b == "C:\\new")");
  EXPECT_EQ(one("wait until a.b >= 3").timeout, 60);
  EXPECT_EQ(one("wait until a.b >= 3 timeout 1.5s").timeout, 1.5);
  EXPECT_EQ(one("screenshot a b.png").file, "a b.png");
  EXPECT_EQ(one("screenshot \"a b.png\"").file, "a b.png");
}

TEST(Script, compares_with_another_readout_in_braces) {
  const auto one = [](const std::string& line) { return parse_script(line, "s").actions.at(0); };
  const Expectation plain = one("expect a.b == {c.d}").expectation;
  EXPECT_EQ(plain.readout, "a.b");
  EXPECT_EQ(plain.other, "c.d");
  EXPECT_EQ(plain.text(), "a.b == {c.d}");
  EXPECT_EQ(one("expect a.b 1 <= { c.d  1 5 7 9 }").expectation.text(), "a.b 1 <= {c.d 1 5 7 9}");
  EXPECT_EQ(one("expect a.b == {c.d \"a } b\" 2} +- 0.5").expectation.text(), "a.b == {c.d \"a } b\" 2} +- 0.5");
  EXPECT_EQ(one("wait until a.b >= {c.d} timeout 2s").timeout, 2);
  const auto wrong = [](const std::string& line) { return message_of("open a\n" + line + "\n", "s.striate"); };
  EXPECT_TRUE(contains(wrong("expect a == {b"), "s.striate:2: the brace in front of 'b' is not closed"));
  EXPECT_TRUE(contains(wrong("expect a == {}"), "'{}' names no readout"));
  EXPECT_TRUE(contains(wrong("expect a == {b}c"), "'c' stands right behind the closing brace"));
  EXPECT_TRUE(contains(wrong("expect {a} == 3"), "'{a}' stands on the left"));
  EXPECT_TRUE(contains(wrong("expect a == {b} 2"), "'2' is too much"));
}

TEST(Script, pauses_for_seconds) {
  const Script script = parse_script("pause 2.5", "s");
  EXPECT_EQ(script.actions.at(0).kind, ActionKind::pause);
  EXPECT_EQ(script.actions.at(0).timeout, 2.5);
  EXPECT_TRUE(contains(message_of("pause", "s.striate"), "s.striate:1: pause: SECONDS is missing / usage: pause"));
  for (const char* line : {"pause 0", "pause -1", "pause 3601", "pause 2s", "pause nan"})
    EXPECT_TRUE(contains(message_of(line, "s.striate"), "is no number of seconds")) << line;
  EXPECT_TRUE(contains(message_of("pause 1 2", "s.striate"), "'2' is too much"));
}

TEST(Script, prints_a_readout) {
  const Script script = parse_script("print convolution.output  2 3\nprint net.value \"conv 1\" 2", "s");
  EXPECT_EQ(script.actions.at(0).kind, ActionKind::print);
  EXPECT_EQ(script.actions.at(0).readout, "convolution.output 2 3");
  EXPECT_EQ(script.actions.at(1).readout, "net.value \"conv 1\" 2");
  EXPECT_TRUE(contains(message_of("open a\nprint", "s.striate"), "s.striate:2: print: NAME is missing / usage: print"));
  EXPECT_TRUE(contains(message_of("print {a}", "s.striate"), "without braces"));
  double zoom = 0;
  const Registry registry = small_registry(&zoom);
  const auto checked = [&](const std::string& line) -> std::string {
    try {
      check_script(parse_script("open a\n" + line, "s.striate"), registry);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "no error";
  };
  EXPECT_EQ(checked("print pixels.gray"), "no error");
  EXPECT_EQ(checked("print pixels.grey"),
            "s.striate:2: there is no readout 'pixels.grey' / did you mean 'pixels.gray'?");
  EXPECT_EQ(checked("expect pixels.gray == {pixels.grey}"),
            "s.striate:2: there is no readout 'pixels.grey' / did you mean 'pixels.gray'?");
  EXPECT_TRUE(contains(checked("expect pixels.gray == {pixels.width 3}"), "is one value too many"));
  EXPECT_TRUE(contains(checked("prnt pixels.gray"), "did you mean 'print'?"));
}

TEST(Script, mistakes_name_file_line_and_the_right_form) {
  const auto wrong = [](const std::string& line) { return message_of("open a\n" + line + "\n", "s.striate"); };
  EXPECT_TRUE(contains(wrong("expect a = 3"), "s.striate:2: '=' is no comparison / did you mean '=='?"));
  EXPECT_TRUE(contains(wrong("expect a =="), "s.striate:2: 'expect' is not complete / usage: expect NAME"));
  EXPECT_TRUE(contains(wrong("expect a == edge"), "put text in quotes: a == \"edge\""));
  EXPECT_TRUE(contains(wrong("expect a < \"edge\""), "texts are compared with == or !="));
  EXPECT_TRUE(contains(wrong("expect a == 1,5"), "'1,5' is not a number"));
  EXPECT_TRUE(contains(wrong("expect a == 1 +- x"), "'x' is no tolerance"));
  EXPECT_TRUE(contains(wrong("expect a == 1 +-"), "'' is no tolerance"));
  EXPECT_TRUE(contains(wrong("expect a == 1 +- -1"), "'-1' is no tolerance"));
  EXPECT_TRUE(contains(wrong("expect a < 1 +- 1"), "'+-' belongs to"));
  EXPECT_TRUE(contains(wrong("expect a == 1 2"), "'2' is too much"));
  EXPECT_TRUE(contains(wrong("wait a == 1"), "'until' is missing"));
  EXPECT_TRUE(contains(wrong("wait until a == 1 timeout 60"), "'60' is no timeout"));
  EXPECT_TRUE(contains(wrong("wait until a == 1 timeout 1e9s"), "is no timeout"));
  EXPECT_TRUE(contains(wrong("wait until a == 1 timeout"), "'timeout' is too much"));
  EXPECT_TRUE(contains(wrong("screenshot"), "FILE is missing"));
  EXPECT_TRUE(contains(wrong("open \"a"), "is not closed"));
  EXPECT_TRUE(contains(wrong("open a\xFF"), "s.striate:2: byte 0xff is not part of a text"));
  EXPECT_TRUE(contains(message_of("\n# nothing\n", "s.striate"), "holds no command"));
  EXPECT_TRUE(contains(message_of(std::string(kLargestScript + 1, ' '), "s.striate"), "the limit is 1048576"));
  EXPECT_TRUE(contains(message_of(std::string("open a\0b", 8), "s.striate"), "byte 0x00"));
}

TEST(Lesson, is_read_into_steps_prose_and_commands) {
  const Lesson lesson = parse_lesson(kLesson, "lesson.md");
  EXPECT_EQ(lesson.title, "What a picture is made of");
  EXPECT_EQ(lesson.page, "pixels");
  EXPECT_EQ(lesson.chapter, "Pictures");
  ASSERT_EQ(lesson.steps.size(), 3u);

  const LessonStep& first = lesson.steps[0];
  EXPECT_EQ(first.heading, "");
  ASSERT_EQ(first.enter.size(), 3u);
  EXPECT_EQ(first.enter[0].text, "page pixels");
  EXPECT_EQ(first.enter[1].text, "open portrait");
  EXPECT_EQ(first.enter[1].line, 10);
  EXPECT_EQ(first.enter[2].kind, ActionKind::expect);
  ASSERT_EQ(first.prose.size(), 1u);
  std::string flat;
  for (const ProseSpan& span : first.prose[0].spans)
    flat += (span.bold ? "bold " : "") + std::string(span.code ? "code " : "") + "<" + span.text + "|" + span.link +
            span.readout + ">";
  EXPECT_EQ(flat,
            "<A picture is a |><grid of numbers|input><, |>bold <nothing else|><: |>code <157|>< is |><|pixels.gray>"
            "<. Sets {1} and [1] and 3 * 4 stay.|>");

  const LessonStep& second = lesson.steps[1];
  EXPECT_EQ(second.heading, "Come closer");
  ASSERT_EQ(second.prose.size(), 3u);
  EXPECT_EQ(second.prose[0].kind, ProseBlock::Kind::bullet);
  EXPECT_EQ(second.prose[0].spans[0].text, "Turn the wheel slowly");
  EXPECT_EQ(second.prose[2].kind, ProseBlock::Kind::code);
  EXPECT_EQ(second.prose[2].spans[0].text, "157 153");
  EXPECT_EQ(second.attempt.size(), 2u);
  EXPECT_EQ(second.wanted_command(), "pixels.zoom");
  EXPECT_EQ(second.enter[0].text, "page pixels");

  ASSERT_EQ(lesson.steps[2].enter.size(), 1u);  // it names its own page
  EXPECT_EQ(lesson.steps[2].enter[0].text, "page channels");
}

TEST(Lesson, every_step_begins_with_the_setup_block) {
  const Lesson lesson = parse_lesson(
      "# T\npage: pixels\n\n```setup\nopen a\n# by hand\npixels.zoom 3\n```\n\nwords\n\n## B\n\n```striate\n"
      "pixels.zoom 4\n```\n\n## C\n\nwords\n```striate\npage channels\n```\n",
      "l.md");
  const auto lines = [](const LessonStep& step) {
    std::string flat;
    for (const Action& action : step.enter) flat += action.text + ";";
    return flat;
  };
  ASSERT_EQ(lesson.steps.size(), 3u);
  EXPECT_EQ(lines(lesson.steps[0]), "page pixels;open a;pixels.zoom 3;");
  EXPECT_EQ(lines(lesson.steps[1]), "page pixels;open a;pixels.zoom 3;pixels.zoom 4;");
  EXPECT_EQ(lines(lesson.steps[2]), "open a;pixels.zoom 3;page channels;");  // it names its own page
  EXPECT_EQ(lesson.steps[1].enter[2].line, 7);
  const auto wrong = [](const std::string& text) { return message_of(text, "l.md"); };
  EXPECT_TRUE(contains(wrong("# T\n\nwords\n\n```setup\nopen a\n```"), "l.md:5: a setup block stands within a step"));
  EXPECT_TRUE(contains(wrong("# T\n\n## A\n```setup\nopen a\n```"), "l.md:4: a setup block stands within a step"));
  EXPECT_TRUE(contains(wrong("# T\n```setup\nopen a\n```\n```setup\nopen a\n```"), "l.md:5: the lesson has a second"));
  EXPECT_TRUE(contains(wrong("# T\n```setup\n```\nwords"), "l.md:2: the setup block holds no command"));
  EXPECT_TRUE(contains(wrong("# T\n```setup\nopen a\n```\n"), "the lesson has no step"));
  EXPECT_TRUE(contains(wrong("# T\n```stup\nopen a\n```\n"), "did you mean '```setup'?"));
}

TEST(Lesson, code_keeps_its_lines_and_indentation) {
  const Lesson lesson = parse_lesson("# T\n\n```python\ndef f(x):\n    return x\n\n\ty\n```\n", "l.md");
  const ProseBlock& block = lesson.steps.at(0).prose.at(0);
  EXPECT_EQ(block.kind, ProseBlock::Kind::code);
  EXPECT_EQ(block.spans.at(0).text, "def f(x):\n    return x\n\n\ty");
}

TEST(Lesson, as_a_script_is_what_a_student_does_who_does_everything) {
  const Script script = parse_script(kLesson, "lesson.md");
  std::string flat;
  for (const Action& action : script.actions) flat += action.text + "\n";
  EXPECT_EQ(flat,
            "page pixels\nopen portrait\nexpect pixels.width == 12\npage pixels\npixels.zoom 40\n"
            "expect pixels.zoom >= 40\npage channels\n");
}

TEST(Lesson, mistakes_name_file_line_and_the_right_form) {
  const auto wrong = [](const std::string& text) { return message_of(text, "l.md"); };
  EXPECT_TRUE(contains(wrong(""), "l.md:1: a lesson begins with its title"));
  EXPECT_TRUE(contains(wrong("\n\nwords"), "l.md:3: a lesson begins with its title"));
  EXPECT_TRUE(contains(wrong("# T\npgae: pixels\n"), "l.md:2: a lesson has no 'pgae:' / did you mean 'page:'?"));
  EXPECT_TRUE(contains(wrong("# T\npage: pixels\nauthor: me\n"), "it has page: and chapter:"));
  EXPECT_TRUE(contains(wrong("# T\npage: a\npage: b\n"), "twice"));
  EXPECT_TRUE(contains(wrong("# T\n"), "the lesson has no step"));
  EXPECT_TRUE(contains(wrong("# T\nwords\n## A\n## B\nwords"), "l.md:4: the step 'A' is empty"));
  EXPECT_TRUE(contains(wrong("# T\nwords\n### A\nx"), "l.md:3: '### A' is no heading"));
  EXPECT_TRUE(contains(wrong("# T\nwords\n# A\nx"), "l.md:3: '# A' is no heading"));
  EXPECT_TRUE(contains(wrong("# T\nsome\n\n```striat\nopen a\n```"),
                       "l.md:4: '```striat' is no block / did you mean '```striate'?"));
  EXPECT_TRUE(contains(wrong("# T\nsome\n```striate\nopen a\n"), "l.md:3: the block '```striate' is not closed"));
  EXPECT_TRUE(contains(wrong("# T\nsome\n```striate\nexpect a\n```"), "l.md:4: 'expect' is not complete"));
  EXPECT_TRUE(contains(wrong("# T\n```try\nopen a\n```\n```try\nopen b\n```"), "l.md:5: the step has a second try"));
  EXPECT_TRUE(contains(wrong("# T\n```try\nopen a\n```\n```striate\nopen b\n```"), "below the try block"));
  EXPECT_TRUE(contains(wrong("# T\n```try\n# nothing\n```"), "l.md:2: the try block holds no command"));
  EXPECT_TRUE(contains(wrong("# T\n\nsome **words"), "l.md:3: the ** in front of 'words' is not closed"));
  EXPECT_TRUE(contains(wrong("# T\n\nsome `words"), "the ` in front of 'words' is not closed"));
  EXPECT_TRUE(contains(wrong("# T\n\n[a]()"), "has no target"));
}

TEST(Lesson, is_checked_whole_before_its_first_line_runs) {
  double zoom = 0;
  const Registry registry = small_registry(&zoom);
  const auto wrong = [&](const std::string& rest) -> std::string {
    try {
      check_lesson(parse_lesson("# T\npage: pixels\n\n" + rest, "l.md"), registry);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "no error";
  };
  EXPECT_EQ(wrong("words [a](kernel) [b](pixels.zoom) [c](pixels.zoom 4) {pixels.gray}\n```striate\nopen a\n```"),
            "no error");
  EXPECT_EQ(wrong("```striate\nopen a\npixels.zom 3\n```"),
            "l.md:6: there is no command 'pixels.zom' / did you mean 'pixels.zoom'?");
  EXPECT_TRUE(contains(wrong("```striate\nopen a\npixels.zoom 300\n```"), "l.md:6: pixels.zoom: '300' is no value"));
  EXPECT_TRUE(contains(wrong("```striate\nexpcet pixels.gray == 3\n```"), "did you mean 'expect'?"));
  EXPECT_TRUE(contains(wrong("```striate\nexpect pixels.grey == 3\n```"), "l.md:5: there is no readout 'pixels.grey'"));
  EXPECT_TRUE(contains(wrong("```striate\nwait until pixels.grey == 3\n```"), "did you mean 'pixels.gray'?"));
  EXPECT_TRUE(contains(wrong("words\nmore {pixels.grey}"), "l.md:4: there is no readout 'pixels.grey'"));
  EXPECT_TRUE(contains(wrong("[a](kernle)"), "l.md:4: the link [a](kernle) leads nowhere / did you mean 'kernel'?"));
  EXPECT_TRUE(contains(wrong("[a](https://example.org)"), "leads nowhere"));
  EXPECT_TRUE(contains(wrong("[a](pixels.zoom 900)"), "'900' is no value"));
  EXPECT_EQ(zoom, 0);
}

TEST(Lesson, a_try_is_done_by_its_command_or_when_its_conditions_hold) {
  double zoom = 0;
  const Registry registry = small_registry(&zoom);
  const auto step = [](const std::string& attempt) {
    return parse_lesson("# T\n```try\n" + attempt + "\n```", "l.md").steps.at(0);
  };
  const LessonStep any = step("pixels.zoom 40");
  EXPECT_FALSE(completes(any, "open pixels.zoom", registry));
  EXPECT_TRUE(completes(any, " pixels.zoom 2", registry));
  const LessonStep conditional = step("pixels.zoom 40\nexpect pixels.zoom >= 20");
  EXPECT_FALSE(completes(conditional, "pixels.zoom 2", registry));
  zoom = 30;
  EXPECT_TRUE(completes(conditional, "open x", registry));
  EXPECT_FALSE(completes(LessonStep(), "open x", registry));
}

TEST(Expectation, holds_as_written) {
  const auto of = [](const std::string& line) {
    return parse_script("expect a " + line, "s").actions.at(0).expectation;
  };
  EXPECT_TRUE(holds(of("== 3"), 3.0));
  EXPECT_FALSE(holds(of("== 3"), 3.0000001));
  EXPECT_TRUE(holds(of("== 0.3 +- 0.1"), 0.2));
  EXPECT_FALSE(holds(of("== 0.3 +- 0.1"), 0.19));
  EXPECT_TRUE(holds(of("!= 3"), 4.0));
  EXPECT_FALSE(holds(of("!= 3 +- 2"), 4.0));
  EXPECT_TRUE(holds(of("< 3"), 2.0));
  EXPECT_FALSE(holds(of("< 3"), 3.0));
  EXPECT_TRUE(holds(of("<= 3"), 3.0));
  EXPECT_TRUE(holds(of("> 3"), 4.0));
  EXPECT_TRUE(holds(of(">= 3"), 3.0));
  EXPECT_TRUE(holds(of("== \"a\""), std::string("a")));
  EXPECT_FALSE(holds(of("== \"3\""), 3.0));
  EXPECT_TRUE(holds(of("!= \"3\""), 3.0));
  EXPECT_FALSE(holds(of("< 3"), std::string("1")));
  const double nan = std::nan("");
  EXPECT_FALSE(holds(of("== 3"), nan));
  EXPECT_TRUE(holds(of("!= 3"), nan));
}

TEST(Lesson, messages_stay_on_one_line_whatever_is_written) {
  double zoom = 0;
  const Registry registry = small_registry(&zoom);
  const std::vector<std::string> bodies{"[](a\nb)",
                                        "[a](b\nc)",
                                        "**a\nb",
                                        "{a.b 1\nc}",
                                        "## " + std::string(500, 'x') + "\n## b\n",
                                        "```striate\npixels.zoom \"1\\n2\"\n```"};
  for (const std::string& body : bodies) {
    try {
      check_lesson(parse_lesson("# T\n\n" + body, "l.md"), registry);
      ADD_FAILURE() << body << " is no error";
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      EXPECT_EQ(error.hint().find('\n'), std::string::npos) << error.hint();
      EXPECT_LT(std::string(error.what()).size(), 200u);
    }
  }
  EXPECT_EQ(shown(std::string(79, 'x') + "\xC3\xA4"), std::string(79, 'x') + "...");
}

TEST(Lesson, prints_readouts_with_values) {
  const Lesson lesson = parse_lesson("# T\n\n{grid.at 2 -3} {2, 3} {a b}\n", "l.md");
  ASSERT_EQ(lesson.steps.at(0).prose.at(0).spans.size(), 2u);
  EXPECT_EQ(lesson.steps[0].prose[0].spans[0].readout, "grid.at 2 -3");
  EXPECT_EQ(lesson.steps[0].prose[0].spans[1].text, " {2, 3} {a b}");
}

TEST(Script, expects_a_readout_with_values) {
  const Script script = parse_script("expect convolution.output 2 3 == 198 +- 0.5", "s");
  ASSERT_EQ(script.actions.size(), 1u);
  EXPECT_EQ(script.actions[0].expectation.readout, "convolution.output 2 3");
  EXPECT_EQ(std::get<double>(script.actions[0].expectation.value), 198);
  EXPECT_EQ(script.actions[0].expectation.tolerance, 0.5);
}

}  // namespace
}  // namespace striate
