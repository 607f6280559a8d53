// What a teacher takes away. Every control sends a command, so a control is hidden or locked by that: whatever widget,
// key or menu sends it. Lines of lessons and scripts, and what "Show me" does, are never held back.
//
//   control.hide train.rate       every control of this setting
//   control.hide filters.*        every command of the page
//   control.lock page train       one line, and what begins with its words: this page, not the others
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace striate {

class Registry;

class Controls {
 public:
  enum class Access { open, locked, hidden };
  // Who closed it, and how long that holds.
  enum class Origin {
    room,    // the file of a room: while the program runs
    lesson,  // a lesson's step: until the next one, which says its own, or the lesson's end
    person,  // somebody at the window: until they open it again
  };

  // Hides or locks `what`, in place of what this origin said of it before. Throws Error where it names no command.
  void close(Access how, std::string_view what, Origin origin, const Registry& registry);
  // Takes back what this origin closed, exactly as it was said, or "all" of it. Throws Error where there is no such,
  // with who else closed it.
  void open(std::string_view what, Origin origin);
  void forget(Origin origin);

  // Of a line, or of its beginning: what a control sends.
  Access of(std::string_view line) const;
  // What sends it is not to be seen. While controls are picked, all of them are.
  bool hides(std::string_view line) const { return picking_ == Access::open && of(line) == Access::hidden; }
  // Throws Error where a person may not send this line.
  void check(std::string_view line) const;
  bool all_open() const { return closed_.empty(); }
  // The commands that close again what a lesson or a person closed.
  std::vector<std::string> state() const;
  // What is hidden or locked, as it was said: "train.rate; page train".
  std::string list(Access how) const;

  // What a click on a control does: nothing more than its own, or hides or locks it (Ui::set_controls).
  void pick(Access how) { picking_ = how; }
  Access picking() const { return picking_; }

 private:
  struct Closed {
    std::string what;
    Access how = Access::open;
    Origin origin = Origin::person;
  };
  const Closed* closing(std::string_view line) const;

  std::vector<Closed> closed_;
  Access picking_ = Access::open;
};

}  // namespace striate
