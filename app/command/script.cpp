// Lines of scripts and expectations. Markdown is read in lesson.cpp; script_check.cpp looks commands and links up.
#include "app/command/script.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/command/lesson_text.h"
#include "app/embedded.h"
#include "app/words/languages.h"
#include "engine/files/read_file.h"
#include "engine/trimmed.h"
#include "engine/utf8.h"

namespace striate {
namespace {

constexpr std::pair<std::string_view, Comparison> kComparisons[] = {
    {"==", Comparison::equal},         {"!=", Comparison::unequal}, {"<", Comparison::less},
    {"<=", Comparison::less_or_equal}, {">", Comparison::greater},  {">=", Comparison::greater_or_equal},
};
constexpr double kLongestTimeout = 3600;  // seconds
const char* const kExpectUsage =
    "usage: expect NAME == VALUE [+- TOL], with == != < <= > or >=; text in quotes, a readout in {}";
const char* const kWaitUsage = "usage: wait until NAME >= VALUE [timeout 60s]";
const char* const kPauseUsage = "usage: pause SECONDS, above 0 and at most 3600";
const char* const kPrintUsage = "usage: print NAME, a readout with its values: print convolution.output 2 3";

struct Word {
  std::string text;
  bool in_quotes = false;
  bool in_braces = false;  // {NAME VALUES}: the text is what stands between them
};

std::string joined(const std::vector<Word>& words, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += (i > begin ? " " : "") + quoted(words[i].text);
  return text;
}

// From the front of `rest`, which begins with a brace: what stands in it. A brace in quotes is a value's.
std::string take_braces(std::string_view& rest) {
  bool in_quotes = false;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') in_quotes = !in_quotes;
    if (in_quotes && rest[i] == '\\') ++i;
    if (in_quotes || rest[i] != '}') continue;
    const std::string_view inside = rest.substr(1, i - 1);
    rest.remove_prefix(i + 1);
    std::string name;
    for (const std::string& word : split_words(inside)) name += (name.empty() ? "" : " ") + quoted(word);
    if (name.empty()) throw Error("'{}' names no readout", "write the readout's name in it: expect a == {b}");
    if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t')
      throw Error(fmt::format("'{}' stands right behind the closing brace", shown(rest)), "write a space between");
    return name;
  }
  throw Error(fmt::format("the brace in front of '{}' is not closed", shown(rest.substr(1))),
              "close it with }: expect a == {b}");
}

std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const bool in_quotes = line.front() == '"', in_braces = line.front() == '{';
    words.push_back({in_braces ? take_braces(line) : take_word(line), in_quotes, in_braces});
  }
  return words;
}

// "60s"
bool parse_seconds(std::string_view text, double* seconds) {
  if (text.empty() || text.back() != 's') return false;
  text.remove_suffix(1);
  return parse_number(text, seconds) && *seconds > 0 && *seconds <= kLongestTimeout;
}

// NAME OP VALUE [+- TOL] from the front of `words`, beginning at `*next`.
Expectation parse_expectation(const std::vector<Word>& words, size_t* next, const char* usage) {
  Expectation expectation;
  size_t i = *next;
  const auto is_sign = [](const std::string& text) {
    return std::any_of(std::begin(kComparisons), std::end(kComparisons),
                       [&](const auto& c) { return c.first == text; });
  };
  if (i + 3 > words.size()) throw Error(fmt::format("'{}' is not complete", shown(words.front().text)), usage);
  if (words[i].in_braces)
    throw Error(fmt::format("'{{{}}}' stands on the left", shown(words[i].text)),
                "a readout on the left needs no braces; on the right it stands in them: expect a == {b}");
  const size_t name_at = i++;
  // A readout of one of many has values behind its name: up to the comparison, where there is one.
  size_t sign_at = i;
  while (sign_at < words.size() && !is_sign(words[sign_at].text)) ++sign_at;
  if (sign_at + 1 < words.size()) i = sign_at;
  expectation.readout = joined(words, name_at, i);
  const std::string& sign = words[i++].text;
  const auto comparison =
      std::find_if(std::begin(kComparisons), std::end(kComparisons), [&](const auto& c) { return c.first == sign; });
  if (comparison == std::end(kComparisons))
    throw Error(fmt::format("'{}' is no comparison", shown(sign)), sign == "=" ? "did you mean '=='?" : usage);
  expectation.comparison = comparison->second;
  const Word& value = words[i++];
  double number = 0;
  if (value.in_braces) {
    expectation.other = value.text;
  } else if (value.in_quotes) {
    if (expectation.comparison != Comparison::equal && expectation.comparison != Comparison::unequal)
      throw Error(fmt::format("texts are compared with == or !=, not with {}", sign),
                  "write a number without quotes, or use ==");
    expectation.value = value.text;
  } else if (parse_number(value.text, &number)) {
    expectation.value = number;
  } else {
    throw Error(fmt::format("'{}' is not a number", shown(value.text)),
                fmt::format("put text in quotes: {} {} \"{}\"", shown(expectation.readout), sign, shown(value.text)));
  }
  if (i < words.size() && words[i].text.rfind("+-", 0) == 0) {
    std::string text = words[i++].text.substr(2);
    if (text.empty() && i < words.size()) text = words[i++].text;
    const bool exact = expectation.comparison == Comparison::equal || expectation.comparison == Comparison::unequal;
    if (value.in_quotes || !exact)
      throw Error("'+-' belongs to numbers compared with == or !=", "leave it out; <= and >= say where a range ends");
    if (!parse_number(text, &expectation.tolerance) || expectation.tolerance < 0)
      throw Error(fmt::format("'{}' is no tolerance", shown(text)), "write a number of 0 or more after '+-'");
  }
  *next = i;
  return expectation;
}

std::string operator_text(Comparison comparison) {
  for (const auto& [text, value] : kComparisons)
    if (value == comparison) return std::string(text);
  return "?";
}

}  // namespace

std::string Expectation::text() const {
  const bool is_text = std::holds_alternative<std::string>(value);
  const std::string written = !other.empty() ? '{' + other + '}'
                              : is_text      ? in_quotes(std::get<std::string>(value))
                                             : to_text(value);
  const std::string range = tolerance > 0 ? " +- " + to_text(tolerance) : "";
  return fmt::format("{} {} {}{}", readout, operator_text(comparison), written, range);
}

Expectation resolved(Expectation expectation, const Registry& registry) {
  if (!expectation.other.empty()) expectation.value = registry.read(expectation.other);
  return expectation;
}

bool holds(const Expectation& expectation, const Registry& registry) {
  const ReadoutValue value = registry.read(expectation.readout);
  return holds(resolved(expectation, registry), value);
}

bool holds(const Expectation& expectation, const ReadoutValue& value) {
  const double* wanted = std::get_if<double>(&expectation.value);
  const double* got = std::get_if<double>(&value);
  if (!wanted || !got) {
    const bool same = !wanted && !got && std::get<std::string>(expectation.value) == std::get<std::string>(value);
    return expectation.comparison == Comparison::unequal ? !same : expectation.comparison == Comparison::equal && same;
  }
  // A tolerance is itself a decimal: 0.3 +- 0.1 is to hold for 0.2, whatever the last bit of the difference.
  const double slack = expectation.tolerance == 0 ? 0 : 4 * 2.3e-16 * std::max(std::fabs(*wanted), std::fabs(*got));
  const bool same = *got == *wanted || std::fabs(*got - *wanted) <= expectation.tolerance + slack;
  switch (expectation.comparison) {
    case Comparison::equal:
      return same;
    case Comparison::unequal:
      return !same;
    case Comparison::less:
      return *got < *wanted;
    case Comparison::less_or_equal:
      return *got <= *wanted;
    case Comparison::greater:
      return *got > *wanted;
    case Comparison::greater_or_equal:
      return *got >= *wanted;
  }
  return false;
}

Action parse_action(std::string_view text, int line) {
  Action action;
  action.text = std::string(trimmed(text));
  action.line = line;
  const std::string_view name = command_name(action.text);
  if (name == "screenshot") {
    std::string_view rest = trimmed(std::string_view(action.text).substr(name.size()));
    if (rest.empty()) throw Error("screenshot: FILE is missing", "usage: screenshot FILE, the name of a PNG to write");
    action.kind = ActionKind::screenshot;
    action.file = rest.front() == '"' ? take_word(rest) : std::string(std::exchange(rest, {}));
    if (!trimmed(rest).empty() || action.file.empty())
      throw Error("screenshot: one file name is expected", "usage: screenshot FILE, the name of a PNG to write");
  } else if (name == "expect") {
    const std::vector<Word> words = words_of(action.text);
    size_t next = 1;
    action.kind = ActionKind::expect;
    action.expectation = parse_expectation(words, &next, kExpectUsage);
    if (next < words.size()) throw Error(fmt::format("'{}' is too much here", shown(words[next].text)), kExpectUsage);
  } else if (name == "wait") {
    const std::vector<Word> words = words_of(action.text);
    if (words.size() < 2 || words[1].text != "until") throw Error("'until' is missing after 'wait'", kWaitUsage);
    size_t next = 2;
    action.kind = ActionKind::wait;
    action.expectation = parse_expectation(words, &next, kWaitUsage);
    if (next + 2 == words.size() && words[next].text == "timeout") {
      if (!parse_seconds(words[next + 1].text, &action.timeout))
        throw Error(fmt::format("'{}' is no timeout", shown(words[next + 1].text)),
                    "write seconds, as in: timeout 60s; at most 3600s");
      next += 2;
    }
    if (next < words.size()) throw Error(fmt::format("'{}' is too much here", shown(words[next].text)), kWaitUsage);
  } else if (name == "pause") {
    const std::vector<Word> words = words_of(action.text);
    action.kind = ActionKind::pause;
    if (words.size() < 2) throw Error("pause: SECONDS is missing", kPauseUsage);
    if (words.size() > 2) throw Error(fmt::format("'{}' is too much here", shown(words[2].text)), kPauseUsage);
    if (!parse_number(words[1].text, &action.timeout) || action.timeout <= 0 || action.timeout > kLongestTimeout)
      throw Error(fmt::format("'{}' is no number of seconds", shown(words[1].text)), kPauseUsage);
  } else if (name == "print") {
    const std::vector<Word> words = words_of(action.text);
    if (words.size() < 2) throw Error("print: NAME is missing", kPrintUsage);
    if (words[1].in_braces) throw Error("print: a readout stands without braces here", kPrintUsage);
    action.kind = ActionKind::print;
    action.readout = joined(words, 1, words.size());
  } else {
    split_words(action.text);  // an open quote is told when the script is read
  }
  return action;
}

void check_text(std::string_view text, const std::string& file) {
  if (text.size() > kLargestScript)
    throw Error(fmt::format("{}: the script has {} bytes, the limit is {}", file, text.size(), kLargestScript),
                "a script is a text file of commands; cut it into several");
  int line = 1;
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    size_t length = c < 0x80                ? 1
                    : c >= 0xC2 && c < 0xE0 ? 2
                    : c >= 0xE0 && c < 0xF0 ? 3
                    : c >= 0xF0 && c < 0xF5 ? 4
                                            : 0;
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') length = 0;
    for (size_t k = 1; k < length; ++k)
      if (i + k >= text.size() || !continues_character(text[i + k])) length = 0;
    if (length == 0)
      throw Error(fmt::format("{}:{}: byte {:#04x} is not part of a text", file, line, c),
                  "save the script as plain text in UTF-8");
    if (c == '\n') ++line;
    i += length;
  }
}

std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);  // a byte order mark
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

Script parse_script(std::string_view text, const std::string& file) {
  if (file.size() > 3 && file.compare(file.size() - 3, 3, ".md") == 0) {
    auto lesson = std::make_shared<const Lesson>(parse_lesson(text, file));
    Script script = script_of(*lesson);
    script.lesson = std::move(lesson);
    return script;
  }
  check_text(text, file);
  Script script;
  script.file = file;
  int number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    try {
      script.actions.push_back(parse_action(line, number));
    } catch (const Error& error) {
      throw at_line(file, number, error);
    }
  }
  if (script.actions.empty())
    throw Error(file + ": the script holds no command", "write one command a line, as in: open portrait");
  return script;
}

std::string_view own_lesson(std::string_view name) {
  return embedded_file(file_in_language("assets/lessons", fmt::format("{}.md", name)));
}
std::string_view own_course(std::string_view name) {
  return embedded_file(file_in_language("assets/lessons", fmt::format("{}.course", name)));
}

std::string text_of_file(const std::string& path) {
  const InputFile file(path);
  if (file.size() > kLargestScript)
    throw Error(fmt::format("{}: a script of {}; the limit is {}", path, bytes_in_words(file.size()),
                            bytes_in_words(kLargestScript)),
                "a script is a text file of commands; cut it into several");
  std::string text(file.size(), '\0');
  file.read(0, text.size(), reinterpret_cast<uint8_t*>(text.data()));
  return text;
}

Script read_script(const std::string& path) { return parse_script(text_of_file(path), path); }
Lesson read_lesson(const std::string& path) { return parse_lesson(text_of_file(path), path); }

Script script_of(const Lesson& lesson) {
  Script script;
  script.file = lesson.file;
  for (const LessonStep& step : lesson.steps) {
    script.actions.insert(script.actions.end(), step.enter.begin(), step.enter.end());
    for (Action& action : step.shown()) script.actions.push_back(std::move(action));
    if (step.question) script.actions[script.actions.size() - step.attempt.size() - 1].kind = ActionKind::answer;
  }
  return script;
}

}  // namespace striate
