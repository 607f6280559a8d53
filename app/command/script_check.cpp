// Scripts and lessons against what the program has: every command, value, readout and link, before the first line runs.
#include <algorithm>
#include <iterator>

#include "app/command/script.h"

namespace striate {
namespace {

constexpr const char* kPlayerWords[] = {"expect", "wait", "screenshot"};

// A command that the registry does not have may be a slip of a word that belongs to the player.
void check_command(const Action& action, const Registry& registry) {
  const std::string name(command_name(action.text));
  if (!registry.find_command(name)) {
    std::vector<std::string> names(std::begin(kPlayerWords), std::end(kPlayerWords));
    for (const auto& entry : registry.commands()) names.push_back(entry.first);
    const std::string near = nearest_name(name, names);
    if (near == "expect" || near == "wait" || near == "screenshot")
      throw Error(fmt::format("there is no command '{}'", shown(name)), fmt::format("did you mean '{}'?", near));
  }
  registry.check(action.text);
}

void check_action(const std::string& file, const Action& action, const Registry& registry) {
  try {
    if (action.kind == ActionKind::command) check_command(action, registry);
    if (action.kind == ActionKind::expect || action.kind == ActionKind::wait)
      registry.check_readout(action.expectation.readout);
  } catch (const Error& error) {
    throw at_line(file, action.line, error);
  }
}

// Readouts and links: what is wrong there would only be seen when somebody reads the step.
void check_prose(const Lesson& lesson, const Registry& registry) {
  for (const LessonStep& step : lesson.steps)
    for (const ProseBlock& block : step.prose)
      for (const ProseSpan& span : block.spans) {
        try {
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
        } catch (const Error& error) {
          throw at_line(lesson.file, block.line, error);
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

bool is_concept(std::string_view target) {
  return std::find(std::begin(kConcepts), std::end(kConcepts), target) != std::end(kConcepts);
}

bool completes(const LessonStep& step, std::string_view line, const Registry& registry) {
  bool conditions = false;
  for (const Action& action : step.attempt) {
    if (action.kind != ActionKind::expect && action.kind != ActionKind::wait) continue;
    conditions = true;
    try {
      if (!holds(action.expectation, registry.read(action.expectation.readout))) return false;
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
