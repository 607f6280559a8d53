// Scripts and lessons against what the program has: every command, value, readout and link, before the first line runs.
#include <algorithm>
#include <iterator>

#include "app/command/script.h"

namespace striate {
namespace {

constexpr const char* kPlayerWords[] = {"expect", "wait", "pause", "screenshot", "print"};

// A command that the registry does not have may be a slip of a word that belongs to the player.
void check_command(const Action& action, const Registry& registry) {
  const std::string name(command_name(action.text));
  if (!registry.find_command(name)) {
    std::vector<std::string> names(std::begin(kPlayerWords), std::end(kPlayerWords));
    for (const auto& entry : registry.commands()) names.push_back(entry.first);
    const std::string near = nearest_name(name, names);
    if (std::find(std::begin(kPlayerWords), std::end(kPlayerWords), near) != std::end(kPlayerWords))
      throw Error(fmt::format("there is no command '{}'", shown(name)), fmt::format("did you mean '{}'?", near));
  }
  registry.check(action.text);
}

void check_action(const std::string& file, const Action& action, const Registry& registry) {
  try {
    if (action.kind == ActionKind::command) check_command(action, registry);
    if (action.kind == ActionKind::answer && command_name(action.text) != kAnswer) check_command(action, registry);
    if (action.kind == ActionKind::expect || action.kind == ActionKind::wait)
      registry.check_readout(action.expectation.readout);
    if (!action.expectation.other.empty()) registry.check_readout(action.expectation.other);
    if (action.kind == ActionKind::print) registry.check_readout(action.readout);
  } catch (const Error& error) {
    throw at_line(file, action.line, error);
  }
}

void check_spans(const std::vector<ProseSpan>& spans, const Registry& registry) {
  for (const ProseSpan& span : spans) {
    if (!span.readout.empty()) registry.check_readout(span.readout);
    if (span.link.empty() || is_concept(span.link)) continue;
    if (command_name(span.link).size() < span.link.size()) {
      registry.check(span.link);
    } else if (!registry.find_command(span.link)) {
      std::vector<std::string> names(std::begin(kConcepts), std::end(kConcepts));
      for (const auto& entry : registry.commands()) names.push_back(entry.first);
      const std::string near = nearest_name(span.link, names);
      throw Error(fmt::format("the link [{}]({}) leads nowhere", shown(span.text), shown(span.link)),
                  near.empty() ? "a link points to a concept (input, kernel, bias, output, activation, gradient) "
                                 "or to a command"
                               : fmt::format("did you mean '{}'?", near));
    }
  }
}

// Readouts and links: what is wrong there would only be seen when somebody reads the step.
void check_prose(const Lesson& lesson, const Registry& registry) {
  for (const LessonStep& step : lesson.steps) {
    int line = 0;
    try {
      for (const ProseBlock& block : step.prose) {
        line = block.line;
        check_spans(block.spans, registry);
      }
      if (!step.question) continue;
      line = step.question->line;
      check_spans(step.question->words, registry);
      for (const Answer& answer : step.question->answers) {
        line = answer.line;
        check_spans(answer.reason, registry);
      }
      check_question(*step.question, registry, &line);
    } catch (const Error& error) {
      throw at_line(lesson.file, line, error);
    }
  }
}

}  // namespace

void check_script(const Script& script, const Registry& registry) {
  for (const Action& action : script.actions) check_action(script.file, action, registry);
  if (script.lesson) check_prose(*script.lesson, registry);
}

void check_lesson(const Lesson& lesson, const Registry& registry) {
  check_script(script_of(lesson), registry);
  check_prose(lesson, registry);
}

std::string LessonStep::wanted_command() const {
  for (auto action = attempt.rbegin(); action != attempt.rend(); ++action)
    if (action->kind == ActionKind::command) return std::string(command_name(action->text));
  return {};
}

std::vector<Action> LessonStep::shown() const {
  std::vector<Action> actions;
  if (question) {
    Action answer;
    answer.text = question->right_line();
    answer.line = question->answers[question->right()].line;
    actions.push_back(std::move(answer));
  }
  actions.insert(actions.end(), attempt.begin(), attempt.end());
  return actions;
}

bool is_concept(std::string_view target) {
  return std::find(std::begin(kConcepts), std::end(kConcepts), target) != std::end(kConcepts);
}

bool completes(const LessonStep& step, std::string_view line, const Registry& registry) {
  bool conditions = false;
  for (const Action& action : step.attempt) {
    if (action.kind != ActionKind::expect && action.kind != ActionKind::wait) continue;
    conditions = true;
    try {
      if (!holds(action.expectation, registry)) return false;
    } catch (const Error&) {
      return false;  // nothing to read yet: not done yet
    }
  }
  return conditions || (!step.attempt.empty() && command_name(line) == step.wanted_command());
}

Error at_line(const std::string& file, int line, const Error& error) {
  return Error(fmt::format("{}:{}: {}", file, line, error.what()), error.hint());
}

}  // namespace striate
