// The lesson that is open: which step it is at, and whether the step's "try it" was done. App runs the commands.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/script.h"

namespace striate {

// A lesson that can be chosen, in the order of the navigation.
struct LessonEntry {
  std::string name;     // file name without .md: "pixels"
  std::string title;    // from its first heading
  std::string chapter;  // "Pictures"
  std::string page;     // the page it belongs to
  int steps = 1;
};

// What a lesson is remembered by, of a name or a path: the name of one of the program's, else the absolute path.
std::string lesson_id(const std::string& name_or_path);

class LessonSession {
 public:
  // The lessons in assets/lessons that are built into the program.
  static const std::vector<LessonEntry>& entries();

  // Opens a built-in lesson by name, or a file, at its first step. Throws Error (file, line, what is wrong); the lesson
  // that was open stays open then.
  void open(const std::string& name_or_path, const Registry& registry);
  void close();
  // A lesson of the program is told in the language that is shown, from the step that it is at; nothing else changes.
  void follow_language();
  bool is_open() const { return lesson_ != nullptr; }

  const Lesson& lesson() const { return *lesson_; }
  const std::string& name() const { return name_; }
  bool built_in() const { return path_.empty(); }
  // Of its file, or the lasting name of one in an archive (lesson_package.h); empty: it is part of the program.
  const std::string& path() const { return path_; }
  std::string package() const;                       // the archive that it is in; empty: none
  const std::string& file() const { return file_; }  // where its text is: path(), or out of its archive
  const std::string& id() const { return id_; }      // lesson_id() of it
  int step() const { return step_; }
  int step_count() const { return static_cast<int>(lesson_->steps.size()); }
  const LessonStep& current() const { return lesson_->steps[static_cast<size_t>(step_)]; }
  bool go_to(int step);  // false where there is no such step; forgets what was tried

  // The step stands: its set-up block has run. Reads its frozen readouts.
  void begin(const Registry& registry);
  // The step's prose with its readouts' values as text: the frozen ones of when it began, the others of now. What can't
  // be read is a dash, and what is frozen and not read yet an ellipsis.
  std::vector<ProseBlock> prose(const Registry& registry) const;

  // Whether this step's question was answered rightly and its try block done; true where it has neither.
  bool tried() const { return (tried_ || current().attempt.empty()) && !asks(); }
  // What the step asks, null where it asks nothing; whether it still does; the answer given last.
  const Question* question() const { return lesson_ && current().question ? &*current().question : nullptr; }
  bool asks() const { return question() && !answered_; }
  const Answer* given() const { return given_ ? &question()->answers[*given_] : nullptr; }
  // How many answers were given so far, to any question, up to its right one; and how many lessons were opened.
  uint64_t answers() const { return answers_; }
  uint64_t openings() const { return openings_; }
  std::string given_number() const { return given_ ? given_number_ : std::string(); }
  void answer(double number);  // a choice from 1, or the number that is asked for; throws Error
  // Words of the question with their readouts' values.
  std::vector<ProseSpan> read(std::vector<ProseSpan> spans, const Registry& registry) const;
  // The try block's lines that are to be done next, in order; the last one where all were done and it is not yet so.
  std::vector<std::string> open_lines() const;
  // Tells the session that a command was run: completes the step when it is the one to try.
  void command_was_run(std::string_view line, const Registry& registry);
  // Looks whether the step's conditions have come true since, if its try block has any.
  // Frozen readouts that were not ready when it began are read once they are.
  void look(const Registry& registry) {
    freeze(registry);
    command_was_run({}, registry);
  }

 private:
  void take_answer(size_t which);
  void freeze(const Registry& registry);

  std::unique_ptr<Lesson> lesson_;
  std::string name_, path_, file_, id_;
  uint64_t answers_ = 0, openings_ = 0;
  std::string told_in_;  // the language
  int step_ = 0;
  bool tried_ = false;
  bool answered_ = false;                      // rightly, once
  std::optional<size_t> given_;                // which answer, the last one
  std::string given_number_;                   // as it was given
  size_t lines_done_ = 0;                      // of the try block's commands
  std::map<std::string, std::string> frozen_;  // values by readout
  bool begun_ = false;                         // the step stands, and some of those are to be read still
};

}  // namespace striate
