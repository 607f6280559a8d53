// Reading a lesson: the few parts of Markdown that script.h and CONTRIBUTING.md name. What looks like a part of
// Markdown that is not known here is an error with its line, so that nothing is shown that the author did not mean.
#include <algorithm>
#include <utility>

#include "app/command/lesson_text.h"
#include "app/command/prose.h"
#include "app/command/script.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

class LessonReader {
 public:
  LessonReader(std::string_view text, const std::string& file) : lines_(lines_of(text)) { lesson_.file = file; }

  Lesson read() {
    try {
      read_front();
      begin_step("");
      while (at_ < lines_.size()) read_block();
      end_step();
      if (lesson_.steps.empty())
        throw Error("the lesson has no step", "write a paragraph, or a ```striate block of commands");
    } catch (const Error& error) {
      throw at_line(lesson_.file, line_number(), error);
    }
    return std::move(lesson_);
  }

 private:
  // Of the line that is being read; the last one at the end of the file.
  int line_number() const { return static_cast<int>(std::min(at_, lines_.size() - (lines_.empty() ? 0 : 1))) + 1; }
  std::string_view line() const { return at_ < lines_.size() ? trimmed(lines_[at_]) : std::string_view(); }
  void skip_blank() {
    while (at_ < lines_.size() && line().empty()) ++at_;
  }

  // "# Title", then "page: ID" and "chapter: NAME".
  void read_front() {
    skip_blank();
    if (!line().starts_with("# ") || trimmed(line().substr(2)).empty())
      throw Error("a lesson begins with its title", "write '# Title' on the first line");
    lesson_.title = std::string(trimmed(line().substr(2)));
    ++at_;
    skip_blank();
    for (; at_ < lines_.size(); ++at_) {
      const size_t colon = line().find(": ");
      const std::string_view key = line().substr(0, colon);
      if (colon == std::string_view::npos || !is_readout_name(key)) return;
      const std::string value(trimmed(line().substr(colon + 1)));
      if (key == "page" || key == "chapter") {
        std::string& field = key == "page" ? lesson_.page : lesson_.chapter;
        if (!field.empty()) throw Error(fmt::format("'{}:' stands here twice", key), "leave one of them out");
        field = value;
        continue;
      }
      const std::string near = nearest_name(key, {"page", "chapter"});
      if (near.empty() && lesson_.page.empty() && lesson_.chapter.empty()) return;  // a sentence with a colon
      throw Error(fmt::format("a lesson has no '{}:'", key), near.empty()
                                                                 ? "it has page: and chapter:; a blank line ends them"
                                                                 : fmt::format("did you mean '{}:'?", near));
    }
  }

  void begin_step(std::string heading) {
    step_ = {};
    step_.heading = std::move(heading);
    step_.line = line_number();
  }

  void end_step() {
    if (step_.prose.empty() && step_.enter.empty() && step_.attempt.empty() && !step_.question) {
      if (!step_.heading.empty())
        throw Error(fmt::format("the step '{}' is empty", shown(step_.heading)), "write a paragraph below its heading");
      return;  // before the first heading, or between two rules
    }
    step_.enter.insert(step_.enter.begin(), setup_.begin(), setup_.end());
    const bool names_page = std::any_of(step_.enter.begin(), step_.enter.end(), [](const Action& action) {
      return action.kind == ActionKind::command && command_name(action.text) == "page";
    });
    if (!lesson_.page.empty() && !names_page) {
      Action action = parse_action("page " + lesson_.page, step_.line);
      step_.enter.insert(step_.enter.begin(), std::move(action));
    }
    lesson_.steps.push_back(std::move(step_));
    step_ = {};
  }

  void read_block() {
    const std::string_view text = line();
    if (text.empty()) {
      ++at_;
    } else if (text.starts_with("```")) {
      read_fence(text.substr(3));
    } else if (text.starts_with("#")) {
      if (!text.starts_with("## ") || trimmed(text.substr(3)).empty())
        throw Error(fmt::format("'{}' is no heading of a step", shown(text)),
                    "a step begins with '## Heading'; '# Title' stands once, on top; a sign itself is written \\#");
      end_step();
      begin_step(std::string(trimmed(text.substr(3))));
      ++at_;
    } else if (text.size() >= 3 && text.find_first_not_of('-') == std::string_view::npos) {
      end_step();
      begin_step("");
      ++at_;
    } else {
      read_paragraph();
    }
  }

  static bool is_bullet(std::string_view text) { return text.starts_with("- ") || text.starts_with("* "); }

  void read_paragraph() {
    ProseBlock block;
    block.line = line_number();
    std::string words(line());
    if (is_bullet(words)) {
      block.kind = ProseBlock::Kind::bullet;
      words.erase(0, 2);
    }
    const size_t first = at_;
    for (++at_; at_ < lines_.size(); ++at_) {
      const std::string_view text = line();
      if (text.empty() || text.starts_with("```") || text.starts_with("#") || text.starts_with("---") ||
          is_bullet(text))
        break;
      words += '\n';
      words += text;
    }
    const size_t after = std::exchange(at_, first);  // a mistake in the words is told with the paragraph's line
    block.spans = parse_prose(words);
    at_ = after;
    step_.prose.push_back(std::move(block));
  }

  void read_fence(std::string_view info) {
    info = trimmed(info);
    const std::string kind(info);
    const size_t opening = at_;
    if (kind == "setup") check_place_of_setup();
    if (kind == "try" && !step_.attempt.empty())
      throw Error("the step has a second try block", "begin a new step with '## Heading' or '---'");
    if (kind == "striate" && !step_.attempt.empty())
      throw Error("a striate block stands below the try block", "what follows the try belongs to the next step: ---");
    if (kind == "ask" && step_.question)
      throw Error("the step has a second ask block", "begin a new step with '## Heading' or '---'");
    if (kind == "ask" && !step_.attempt.empty())
      throw Error("an ask block stands below the try block", "the question comes first, or in a step of its own: ---");
    const bool holds_commands = kind == "try" || kind == "striate" || kind == "setup";
    if (!holds_commands && kind != "ask") {
      // Of three letters many words are near that name a language: bash, awk.
      const bool meant_ask = kind == "Ask" || kind == "asks" || kind == "aks" || kind == "question";
      const std::string near = meant_ask ? "ask" : nearest_name(kind, {"striate", "try", "setup"});
      if (!near.empty())
        throw Error(fmt::format("'```{}' is no block", shown(kind)), fmt::format("did you mean '```{}'?", near));
    }
    std::string code;
    std::vector<std::string_view> block;
    const int code_line = line_number();
    std::vector<Action>& actions = kind == "try" ? step_.attempt : kind == "setup" ? setup_ : step_.enter;
    for (++at_;; ++at_) {
      if (at_ >= lines_.size()) {
        at_ = opening;
        throw Error(fmt::format("the block '```{}' is not closed", shown(kind)), "end it with a line of ```");
      }
      if (line() == "```") break;
      if (holds_commands) {
        if (!line().empty() && line().front() != '#') actions.push_back(parse_action(line(), line_number()));
      } else if (kind == "ask") {
        block.push_back(lines_[at_]);
      } else {
        code += code.empty() ? "" : "\n";
        code += lines_[at_];
      }
    }
    if (kind == "try") {
      if (step_.wanted_command().empty()) {
        at_ = opening;
        throw Error("the try block holds no command", "write the command that the student is to do");
      }
    } else if (kind == "ask") {
      read_question(block, opening);
    } else if (kind == "setup" && setup_.empty()) {
      at_ = opening;
      throw Error("the setup block holds no command", "write what every step begins with, or leave it out");
    } else if (!holds_commands && !code.empty()) {
      ProseSpan span;
      span.text = code;
      span.code = true;
      step_.prose.push_back({ProseBlock::Kind::code, {span}, code_line});
    }
    ++at_;
  }

  void read_question(const std::vector<std::string_view>& block, size_t opening) {
    const size_t after = at_;
    int wrong = static_cast<int>(opening) + 1;
    try {
      step_.question = parse_question(block, static_cast<int>(opening) + 2, &wrong);
    } catch (const Error&) {
      at_ = std::min(static_cast<size_t>(wrong) - 1, after);
      throw;
    }
  }

  // Its lines are every step's: so it stands above all of them, once.
  void check_place_of_setup() const {
    if (!setup_.empty()) throw Error("the lesson has a second setup block", "put its lines into the first");
    if (!lesson_.steps.empty() || !step_.heading.empty() || !step_.prose.empty() || !step_.enter.empty() ||
        !step_.attempt.empty() || step_.question)
      throw Error("a setup block stands within a step",
                  "it stands on top, before the first step; what one step needs is a ```striate block");
  }

  std::vector<std::string_view> lines_;
  std::vector<Action> setup_;  // what each step does first
  size_t at_ = 0;
  Lesson lesson_;
  LessonStep step_;
};

}  // namespace

Lesson parse_lesson(std::string_view text, const std::string& file) {
  check_text(text, file);
  return LessonReader(text, file).read();
}

}  // namespace striate
