#include "app/command/question.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/command/registry.h"
#include "engine/error.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

const char* const kForm = "write '- [x] ANSWER: REASON' for the right one, '- [ ] ANSWER: REASON' for the others";

// "- [x] 3: Because": the mark is taken off and `right` set. False for any other line.
bool take_mark(std::string_view& line, bool* right) {
  for (const char* mark : {"- [x]", "- [X]", "- [ ]"}) {
    if (line.substr(0, 5) != mark) continue;
    *right = mark[3] != ' ';
    line = trimmed(line.substr(5));
    return true;
  }
  return false;
}

// "3 +- 0.1"
bool parse_with_tolerance(std::string_view text, Answer* answer) {
  const size_t sign = text.find("+-");
  if (!parse_number(trimmed(text.substr(0, sign)), &answer->number)) return false;
  return sign == std::string_view::npos ||
         (parse_number(trimmed(text.substr(sign + 2)), &answer->tolerance) && answer->tolerance >= 0);
}

// Of a question without choices: every answer but the last is a number, or every one a command with values.
Question::Kind kind_of(std::vector<Answer>& answers) {
  Answer ignored;
  const bool numbers = parse_with_tolerance(answers.front().text, &ignored);
  for (Answer& answer : answers) {
    if (answer.any_other) continue;
    if (numbers && !parse_with_tolerance(answer.text, &answer))
      throw Error(fmt::format("the answer '{}' is no number", shown(answer.text)),
                  "beside 'else' all answers are numbers (3, or 3 +- 0.1), or all are commands");
    const std::string_view name = command_name(answer.text);
    if (!numbers && (name.size() == answer.text.size() || name != command_name(answers.front().text)))
      throw Error(fmt::format("the answer '{}' is no cell", shown(answer.text)),
                  "write what a click on it sends, the same command for all: convolution.cursor 2 3");
  }
  return numbers ? Question::Kind::number : Question::Kind::cell;
}

void check_answers(const Question& question) {
  const auto count = std::count_if(question.answers.begin(), question.answers.end(),
                                   [](const Answer& answer) { return answer.right; });
  if (question.answers.size() < 2) throw Error("a question has two answers at least", kForm);
  if (count != 1)
    throw Error(count == 0 ? "no answer is the right one" : "more than one answer is the right one",
                "mark exactly one with - [x]");
}

}  // namespace

size_t Question::right() const {
  const auto found = std::find_if(answers.begin(), answers.end(), [](const Answer& answer) { return answer.right; });
  return static_cast<size_t>(found - answers.begin());
}

std::string Question::right_line() const {
  const Answer& answer = answers[right()];
  if (kind == Kind::cell) return answer.text;
  return std::string(kAnswer) + ' ' + (kind == Kind::choice ? std::to_string(right() + 1) : to_text(answer.number));
}

size_t Question::answered_by(double number) const {
  if (kind == Kind::cell)
    throw Error("this question is answered with a click", "click the cell that you mean on the stage");
  if (kind == Kind::choice) {
    if (number < 1 || number > static_cast<double>(answers.size()) || number != std::floor(number))
      throw Error(fmt::format("there is no answer {}", to_text(number)),
                  fmt::format("they are numbered from 1 to {}", answers.size()));
    return static_cast<size_t>(number) - 1;
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    const Answer& answer = answers[i];
    // A tolerance is itself a decimal (see holds() in script.cpp).
    const double slack =
        answer.tolerance == 0 ? 0 : 4 * 2.3e-16 * std::max(std::fabs(number), std::fabs(answer.number));
    if (answer.any_other || number == answer.number || std::fabs(number - answer.number) <= answer.tolerance + slack)
      return i;
  }
  return answers.size() - 1;
}

std::optional<size_t> Question::answered_by_line(std::string_view command) const {
  if (kind != Kind::cell || command_name(command) != command_name(answers.front().text)) return std::nullopt;
  const std::vector<std::string> given = split_words(command);
  const auto same = [](const std::string& a, const std::string& b) {
    double x = 0, y = 0;
    return a == b || (parse_number(a, &x) && parse_number(b, &y) && x == y);
  };
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::vector<std::string> wanted = split_words(answers[i].text);
    if (answers[i].any_other || std::equal(wanted.begin(), wanted.end(), given.begin(), given.end(), same)) return i;
  }
  return std::nullopt;
}

Question parse_question(const std::vector<std::string_view>& lines, int first_line, int* at_line) {
  Question question;
  question.line = first_line;
  std::string words;
  std::vector<std::string> reasons;
  for (size_t i = 0; i < lines.size(); ++i) {
    *at_line = first_line + static_cast<int>(i);
    std::string_view line = trimmed(lines[i]);
    if (line.empty()) continue;
    Answer answer;
    if (!take_mark(line, &answer.right)) {
      if (line.substr(0, 2) == "- ") throw Error(fmt::format("'{}' is no answer", shown(line)), kForm);
      std::string& text = reasons.empty() ? words : reasons.back();
      text += (text.empty() ? "" : "\n") + std::string(line);
      continue;
    }
    const size_t colon = line.find(": ");
    answer.text = std::string(trimmed(line.substr(0, colon)));
    answer.line = *at_line;
    if (colon == std::string_view::npos || answer.text.empty())
      throw Error(fmt::format("the answer '{}' has no reason", shown(line)), kForm);
    if (!question.answers.empty() && question.answers.back().any_other)
      throw Error("an answer stands below 'else'", "else is the last one: whatever no other answer is");
    answer.any_other = answer.text == "else";
    if (answer.any_other && answer.right) throw Error("'else' cannot be right", "write the right answer: - [x] 3: ...");
    reasons.emplace_back(line.substr(colon + 2));
    question.answers.push_back(std::move(answer));
  }
  *at_line = first_line;
  if (words.empty()) throw Error("the ask block asks nothing", "write the question above its answers");
  question.words = parse_prose(words);
  check_answers(question);
  for (size_t i = 0; i < reasons.size(); ++i) {
    *at_line = question.answers[i].line;
    question.answers[i].reason = parse_prose(reasons[i]);
  }
  if (question.answers.back().any_other) question.kind = kind_of(question.answers);
  return question;
}

void check_question(const Question& question, const Registry& registry, int* at_line) {
  if (question.kind != Question::Kind::cell) return;
  for (const Answer& answer : question.answers) {
    *at_line = answer.line;
    if (answer.any_other) continue;
    // What a click sends are numbers: a question does nothing else.
    const Command& command = registry.check(answer.text);
    for (const Parameter& parameter : command.parameters) {
      if (parameter.kind != ParameterKind::integer && parameter.kind != ParameterKind::number)
        throw Error(fmt::format("{} chooses no cell", command.name),
                    "a cell is chosen by numbers: convolution.cursor 2 3");
    }
  }
}

}  // namespace striate
