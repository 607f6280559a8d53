// Scripts and lessons: text files of commands, read and checked before the first line runs.
//
// A script is one command a line; blank lines and lines that begin with # say nothing to the program. A lesson is
// Markdown (*.md): prose for people, and fenced blocks of commands:
//
//   # What a picture is made of
//   page: pixels
//   chapter: Pictures
//
//   A picture is a [grid of numbers](input). This pixel's gray was {=pixels.gray} when the step began; it is
//   {pixels.gray} now.
//
//   ```striate
//   open portrait
//   expect pixels.width == 12
//   ```
//
//   ## Come closer
//   Turn the wheel over the picture, or use [the zoom](pixels.zoom).
//
//   ```try
//   pixels.zoom 40
//   ```
//
// `##` and `---` begin a step. A `striate` block runs when its step is entered; a `try` block is what the student is
// asked to do and what "Show me" does. Some lines are not commands of the registry but belong to whoever plays the
// script, since they take time: `expect`, `wait until`, `pause`, `print` and `screenshot`. CONTRIBUTING.md describes
// the format in full.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/prose.h"
#include "app/command/question.h"
#include "app/command/registry.h"
#include "engine/error.h"

namespace striate {

enum class Comparison { equal, unequal, less, less_or_equal, greater, greater_or_equal };

// `pixels.gray == 25 +- 0.5`, or with another readout: `a.width == {b.width 1 5}`
struct Expectation {
  std::string readout;
  Comparison comparison = Comparison::equal;
  ReadoutValue value;      // text stands in quotes and is compared with == or != alone
  std::string other = {};  // the readout whose value of then counts instead, with its values; empty: `value` does
  double tolerance = 0;    // == and !=: numbers this close are the same

  std::string text() const;  // as it is written
};

// Whether a value is as expected. A number is never equal to a text. Of two readouts `resolved` gives the one to
// compare with.
bool holds(const Expectation& expectation, const ReadoutValue& value);
// The expectation with the present value of `other` as its own. Throws what reading that throws.
Expectation resolved(Expectation expectation, const Registry& registry);
// Whether it holds at this moment. Throws what reading throws.
bool holds(const Expectation& expectation, const Registry& registry);

enum class ActionKind {
  command,     // a line for the registry
  expect,      // expect NAME == VALUE [+- TOL]             fails at once where it does not hold
  wait,        // wait until NAME >= VALUE [timeout 60s]    fails when the time is over
  pause,       // pause SECONDS                             where somebody watches, in the window and in a film
  screenshot,  // screenshot FILE                           the whole window as a PNG
  print,       // print NAME                                says the readout's value: "NAME VALUE"
  answer,      // an `ask` block: its right answer; a cell of it is clicked
};

// One line of a script.
struct Action {
  ActionKind kind = ActionKind::command;
  std::string text;         // the whole line, without spaces at its ends
  int line = 0;             // in its file, from 1
  Expectation expectation;  // expect and wait
  double timeout = 60;      // seconds; wait and pause
  std::string file;         // screenshot
  std::string readout;      // print: its name with its values
};

struct Lesson;
struct Script {
  std::string file;  // as messages name it; empty: lines that the user gave on the command line
  std::vector<Action> actions;
  std::shared_ptr<const Lesson> lesson = nullptr;  // what it was read from, for checks of the prose; null: no lesson
};

struct ProseBlock {
  enum class Kind { paragraph, bullet, code };
  Kind kind = Kind::paragraph;
  std::vector<ProseSpan> spans;  // code: one span, its lines as they stand
  int line = 0;
};

struct LessonStep {
  std::string heading;  // may be empty
  std::vector<ProseBlock> prose;
  // Run when the step is entered: `page ID` where the lesson names its page, the lesson's setup block, its own lines.
  std::vector<Action> enter;
  std::vector<Action> attempt;       // the `try` block; may be empty
  std::optional<Question> question;  // the `ask` block
  int line = 0;

  // The command whose doing completes the step: the last one of the try block. Empty if there is none.
  std::string wanted_command() const;
  // What "Show me" does: the right answer, then the try block.
  std::vector<Action> shown() const;
};

struct Lesson {
  std::string file;
  std::string title;
  std::string page;     // may be empty
  std::string chapter;  // may be empty
  std::vector<LessonStep> steps;
};

// The concepts that have a color of their own (app/shell/theme.h) and that a link may point to.
inline constexpr const char* kConcepts[] = {"input", "kernel", "bias", "output", "activation", "gradient"};
bool is_concept(std::string_view target);

// What a script's text may measure.
inline constexpr size_t kLargestScript = size_t{1} << 20;  // bytes

// Read a text. `file` stands in messages: "file:line: what is wrong". Throw Error at the first mistake.
Lesson parse_lesson(std::string_view text, const std::string& file);
// Of a name that ends in .md the text is a lesson, and the script is all its blocks in order.
Script parse_script(std::string_view text, const std::string& file);
// The same from disk.
Lesson read_lesson(const std::string& path);
Script read_script(const std::string& path);

// All blocks of a lesson in the order in which a student who does everything runs them.
Script script_of(const Lesson& lesson);

// Checks every command, value, readout and link against what the program has, so that a mistake in the last line is
// told before the first one runs. What depends on the open picture can only be checked when the line runs. Throw Error.
void check_script(const Script& script, const Registry& registry);
void check_lesson(const Lesson& lesson, const Registry& registry);

// Whether `line`, which was just run, completes the step's try block: where the block has expectations, when all of
// them hold now; else when the command is the wanted one, whatever its values.
bool completes(const LessonStep& step, std::string_view line, const Registry& registry);

// The same error with "file:line: " in front of what happened.
Error at_line(const std::string& file, int line, const Error& error);

}  // namespace striate
