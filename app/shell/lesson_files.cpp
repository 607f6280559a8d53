#include "app/shell/lesson_files.h"

#include <utility>

#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kDeepest = 8;      // lessons and scripts that open each other
constexpr int kMaxSteps = 1000;  // that a lesson enters by itself

}  // namespace

void LessonFiles::declare(Registry& registry) {
  registry.add(
      Command{"lesson.allow",
              N_("Answers what shall become of a file that a lesson wants to write, or to read outside its folder"),
              {Parameter::choice("ANSWER", "yes: this once; no: the line is passed over", {"yes", "no"})},
              [this](const Arguments& arguments) {
                if (!question())
                  throw Error("no lesson asks for a file", "a question comes before a lesson writes one");
                asked_->answer = arguments.text(0) == "yes";
              },
              Undo::none,
              true});
  registry.add(Readout{"lesson.question", "what is asked before a lesson's line goes on; empty: nothing",
                       [this] { return ReadoutValue(question_in_words()); }});
}

void LessonFiles::nobody_to_ask(const std::optional<std::string>& out) {
  mode_ = out ? ScriptFiles::Mode::below : ScriptFiles::Mode::nothing;
  out_ = out.value_or("");
}

ScriptFiles LessonFiles::opened() {
  ScriptFiles rules;
  rules.mode = mode_;
  rules.out = out_;
  rules.depth = running_ ? running_->depth + 1 : 0;
  if (rules.depth > kDeepest)
    throw Error(fmt::format("lessons have opened each other more than {} deep", kDeepest),
                "one that opens itself, or others in a ring, never ends: leave the line out");
  return rules;
}

ScriptFiles LessonFiles::played(const std::string& file) const {
  ScriptFiles rules;
  if (file.empty()) return rules;
  rules.mode = mode_;
  rules.out = out_;
  rules.file = file;
  return rules;
}

JudgedLine LessonFiles::judged(const Action& action, const ScriptFiles& rules, const Registry& registry) const {
  return action.kind == ActionKind::screenshot ? judge_picture(action.file, rules)
                                               : judge(action.text, rules, registry, written_, may_read_);
}

void LessonFiles::step_entered() {
  steps_ = running_ ? steps_ + 1 : 0;
  if (steps_ <= kMaxSteps) return;
  steps_ = 0;
  throw Error(fmt::format("the lesson has turned its own pages {} times", kMaxSteps),
              "a step that goes to itself, or to one that comes back, never ends: leave the line out");
}

bool LessonFiles::holds(ScriptPlayer& player, const ScriptFiles& rules, const Registry& registry, bool pictures) {
  if (rules.mode != ScriptFiles::Mode::asks) return false;
  for (const Action* action = player.current(); action; action = player.current()) {
    if (asked_) {
      if (asked_->player != &player || asked_->action != action || !asked_->answer) return true;
      const FileQuestion& question = asked_->question;
      if (*asked_->answer && question.use == FileUse::write) return false;
      if (*asked_->answer) {
        may_read_.insert(question.path);  // there may be more to ask: what the file names
      } else {
        player.skip();
      }
      asked_.reset();
      continue;
    }
    if (action->kind != ActionKind::command && (action->kind != ActionKind::screenshot || !pictures)) return false;
    try {
      const JudgedLine line = judged(*action, rules, registry);
      if (!line.question) return false;
      asked_ = Asked{&player, action, *line.question, rules.is_script(), std::nullopt};
    } catch (const Error&) {
      return false;  // the same error when it runs, and then with its line
    }
    return true;
  }
  return false;
}

std::string LessonFiles::take(JudgedLine line) {
  if (line.question) {
    if (!asked_ || !asked_->answer.value_or(false) || asked_->question.path != line.path)
      throw Error(fmt::format("{}: nobody was asked", shown(line.path)), "play the lesson again");
    asked_.reset();
  }
  if (line.use == FileUse::write) written_.insert(line.path);
  if (line.use == FileUse::read) may_read_.insert(line.path);
  return std::move(line.line);
}

std::string LessonFiles::permitted(const std::string& text, const ScriptFiles& rules, const Registry& registry) {
  Action action;
  action.text = text;
  return take(judged(action, rules, registry));
}

std::string LessonFiles::permitted_picture(const std::string& file, const ScriptFiles& rules) {
  return take(judge_picture(file, rules));
}

std::string LessonFiles::question_in_words() const {
  const FileQuestion* asked = question();
  if (!asked) return {};
  const auto say = [&](const char* script, const char* lesson) { return asked_->script ? script : lesson; };
  return !asked->named_by.empty()
             ? say(N_("This script wants to open a training that reads pictures outside its folder."),
                   N_("This lesson wants to open a training that reads pictures outside its folder."))
         : asked->use == FileUse::read ? say(N_("This script wants to read a file outside its folder."),
                                             N_("This lesson wants to read a file outside its folder."))
         : asked->replaces ? say(N_("This script wants to replace a file."), N_("This lesson wants to replace a file."))
                           : say(N_("This script wants to write a file."), N_("This lesson wants to write a file."));
}

}  // namespace striate
