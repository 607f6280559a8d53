// Plays a script, one line a frame, never blocking: the window and the headless loop both call advance() once a frame,
// after the program's own update and before drawing.
//
//   command      runs; first waits while a file is being read, so that it meets the picture that the line above opened,
//                and while training goes to the step that the line above named
//   expect       first waits until nothing is busy (60 s at most)
//   print        the same
//   screenshot   the same; and the player goes on only when the picture is written
//   wait until   looks once a frame until it holds or its time is over
//   pause        lets its seconds pass where somebody watches
// What reads something that is being made (command/not_ready.h) is done again at the next frame.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "app/command/script.h"

namespace striate {

// The program that a script is played on. Every function must be there.
struct PlayerHost {
  const Registry* registry = nullptr;
  std::function<void(const std::string& line)> run;  // one command; throws Error
  std::function<bool()> loading;                     // a file is being read: commands wait
  std::function<bool()> held = {};  // something goes on to a known end: all but `wait` waits, however long it takes
  std::function<bool()> busy;       // what is shown is not final: expect and screenshot wait
  std::function<std::optional<Error>()> take_failure;  // an error of work behind, once
  // Asks for a picture of the next settled frame; the host is busy until it is written. Throws Error.
  std::function<void(const std::string& file)> screenshot;
  std::function<double()> now;  // seconds, never falling
  // Says one line of a readout, "pixels.gray 134"; where it is empty, `print` is passed over. Throws Error.
  std::function<void(const std::string& line)> print = {};
  bool watched = false;  // Pace::watched: else pauses are passed over
  // Seconds until the next line, asked when a line was done.
  std::function<double(const Action& done)> rest = {};
};

class ScriptPlayer {
 public:
  explicit ScriptPlayer(Script script) : script_(std::move(script)) {}  // a script that was checked

  // Leaves the script's expectations out: a person who goes through a lesson is not tested on what they did.
  void skip_expectations(bool skip) { skip_expectations_ = skip; }

  // Does at most one line. Returns true while there is more to do: call again at the next frame; false at the end.
  // Throws Error, file and line in front, where a line fails; the script is over then.
  bool advance(const PlayerHost& host);

  // What was done so far.
  struct Counts {
    int commands = 0;
    int expectations = 0;  // that held, with those of `wait until`
    int screenshots = 0;
    int answers = 0;  // to questions
  };
  const Counts& counts() const { return counts_; }
  void skip() { ++next_, since_.reset(); }  // passes the next line over: nobody allowed it
  // The line that is next or under way; null at the end.
  const Action* current() const;

 private:
  bool perform(const Action& action, const PlayerHost& host);  // false: again at the next frame
  bool still_busy(const PlayerHost& host) const;               // throws Error once the time is over

  Script script_;
  size_t next_ = 0;
  bool over_ = false;
  bool skip_expectations_ = false;
  bool picture_asked_ = false;
  std::optional<double> since_;  // when the line at next_ was first tried
  std::optional<double> done_;   // when the line before was done,
  double rests_until_ = 0;       // and until when nothing follows it
  Counts counts_;
};

}  // namespace striate
