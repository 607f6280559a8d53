// A question of a lesson's step, an `ask` block: what is asked, then the answers with their reasons.
//
//   How many columns will be left?
//   - [ ] 2: Those are the moves alone; the first place is one, too.
//   - [x] 3: The first place, and two moves.
//
// With `- [ ] else: REASON` as its last answer it offers no choices. Then a number is asked for, `- [x] 3 +- 0.1: ...`,
// or, where the answers are commands, a cell to click: `- [x] convolution.cursor 2 2: ...`. A reason may go on in the
// lines below; the first ": " ends the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/prose.h"

namespace striate {

class Registry;

// The command that gives a choice or a number.
inline constexpr const char* kAnswer = "lesson.answer";

struct Answer {
  std::string text;  // a choice's words, a number, or a command
  bool right = false;
  bool any_other = false;            // `else`
  double number = 0, tolerance = 0;  // of a question for a number
  std::vector<ProseSpan> reason = {};
  int line = 0;
};

struct Question {
  enum class Kind { choice, number, cell };
  Kind kind = Kind::choice;
  std::vector<ProseSpan> words;
  std::vector<Answer> answers;  // exactly one is right
  int line = 0;

  size_t right() const;            // which answer
  std::string right_line() const;  // the command that gives it: "lesson.answer 2", "convolution.cursor 2 2"
  // Which answer `lesson.answer NUMBER` gives: a choice from 1, or the number itself. Throws Error where it gives none.
  size_t answered_by(double number) const;
  // Which answer a command gives that was run; none where it isn't about the question.
  std::optional<size_t> answered_by_line(std::string_view command) const;
};

// The lines within the block; `first_line` is the number of the first. Throws Error, and sets `*at_line` to its line.
Question parse_question(const std::vector<std::string_view>& lines, int first_line, int* at_line);

// Commands of the answers and readouts of the words against what the program has. Throws Error, and sets `*at_line`.
void check_question(const Question& question, const Registry& registry, int* at_line);

}  // namespace striate
