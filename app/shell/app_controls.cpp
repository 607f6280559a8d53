// The commands by which a teacher hides and locks controls (command/controls.h), and a room's file.
#include "app/command/script.h"
#include "app/shell/app.h"
#include "app/shell/speaking.h"
#include "app/words/words.h"

namespace striate {

void App::declare_control_commands() {
  using Access = Controls::Access;
  const auto add = [this](const char* name, const char* help, const char* which, Access how) {
    registry_.add(Command{name, help, {Parameter::text("COMMAND", which)}, [this, how](const Arguments& arguments) {
                            if (how == Access::open)
                              controls_.open(arguments.text(0), speaker_);
                            else
                              controls_.close(how, arguments.text(0), speaker_, registry_);
                          }});
  };
  add("control.hide",
      N_("Hides the controls that send a command: in a lesson's step for that step, else until control.show"),
      "a command as in train.rate, a whole page's as in filters.*, or the beginning of a line as in page train",
      Access::hidden);
  add("control.lock", N_("Grays out the controls that send a command, and holds its keys back"),
      "a command as in train.rate, a whole page's as in filters.*, or the beginning of a line as in page train",
      Access::locked);
  add("control.show", N_("Brings back what control.hide or control.lock took away"),
      "as it was hidden or locked; or all", Access::open);
  registry_.add(
      Command{"control.pick",
              N_("Hides or locks what is clicked next, until off; another click brings it back"),
              {Parameter::choice("HOW", "what a click does", {"hide", "lock", "off"})},
              [this](const Arguments& arguments) {
                const std::string& how = arguments.text(0);
                controls_.pick(how == "hide" ? Access::hidden : how == "lock" ? Access::locked : Access::open);
              }});
  registry_.add(Readout{"control.hidden", "what is hidden, as it was said; empty: nothing",
                        [this] { return ReadoutValue(controls_.list(Access::hidden)); }});
  registry_.add(Readout{"control.locked", "what is locked, as it was said; empty: nothing",
                        [this] { return ReadoutValue(controls_.list(Access::locked)); }});
  registry_.add(Readout{
      "control.pick", "hide, lock or off: what a click on a control does to it", [this] {
        const Access how = controls_.picking();
        return ReadoutValue(std::string(how == Access::hidden ? "hide" : how == Access::locked ? "lock" : "off"));
      }});
}

void App::furnish(const Script& room) {
  const Speaking speaking(speaker_, Controls::Origin::room);
  for (const Action& action : room.actions) {
    try {
      if (action.kind != ActionKind::command)
        throw Error("a room's file holds commands alone", "take this line out; a lesson may hold it");
      run(action.text);
    } catch (const Error& error) {
      throw at_line(room.file, action.line, error);
    }
  }
}

}  // namespace striate
