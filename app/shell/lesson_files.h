// The rule about files (command/script_files.h) at work: the question that a lesson's line waits for, what was allowed,
// and how deep lessons have opened each other. The App has one; whoever plays lines asks it before each of them.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "app/command/player.h"
#include "app/command/script_files.h"

namespace striate {

class LessonFiles {
 public:
  void declare(Registry& registry);  // lesson.allow, lesson.question

  // Nobody sits in front of it: everything that is opened from now on writes below `out`, or nothing where it is empty
  // (std::nullopt). In the window, which is how it begins, a question is asked.
  void nobody_to_ask(const std::optional<std::string>& out);
  bool asks() const { return mode_ == ScriptFiles::Mode::asks; }

  // A lesson or script is opened, by a person or by a line of another one: what holds for it; `file` is the caller's to
  // fill in. Throws Error more than eight deep.
  ScriptFiles opened();
  // Of lines that are played from outside: a file's, or the user's own where `file` is empty.
  ScriptFiles played(const std::string& file) const;

  // A step is entered. Throws Error where lines have done so a thousand times and nobody else has: a circle.
  void step_entered();

  // Whether the player's next line has to wait for an answer. A line that was refused is passed over. `pictures`: this
  // player takes those of `screenshot`.
  bool holds(ScriptPlayer& player, const ScriptFiles& rules, const Registry& registry, bool pictures);
  // The line as it may run, and the file of a screenshot. Throws Error.
  std::string permitted(const std::string& line, const ScriptFiles& rules, const Registry& registry);
  std::string permitted_picture(const std::string& file, const ScriptFiles& rules);

  // A line of a lesson or script is being run.
  bool running() const { return running_ != nullptr; }

  // What is asked now; null: nothing.
  const FileQuestion* question() const { return asked_ && !asked_->answer ? &asked_->question : nullptr; }
  std::string question_in_words() const;
  void forget_question() { asked_.reset(); }  // its player is gone

  // While one of them lives, what is opened is opened by a line under these rules.
  class Running {
   public:
    Running(LessonFiles& files, const ScriptFiles& rules) : files_(files), before_(files.running_) {
      files_.running_ = rules.mode == ScriptFiles::Mode::free ? nullptr : &rules;
    }
    ~Running() { files_.running_ = before_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    LessonFiles& files_;
    const ScriptFiles* before_;
  };

 private:
  struct Asked {
    const ScriptPlayer* player = nullptr;
    const Action* action = nullptr;
    FileQuestion question;
    bool script = false;
    std::optional<bool> answer;
  };
  JudgedLine judged(const Action& action, const ScriptFiles& rules, const Registry& registry) const;
  std::string take(JudgedLine judged);

  ScriptFiles::Mode mode_ = ScriptFiles::Mode::asks;
  std::string out_;
  const ScriptFiles* running_ = nullptr;
  int steps_ = 0;  // that lines entered since a person did something
  std::optional<Asked> asked_;
  std::set<std::string> written_, may_read_;  // resolved paths
};

}  // namespace striate
