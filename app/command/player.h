// Plays a script, one line a frame, never blocking: the window and the headless loop both call advance() once a frame,
// after the program's own update and before drawing.
//
//   command      runs; first waits while a file is being read, so that it meets the picture that the line above opened
//   expect       first waits until nothing is busy (60 s at most)
//   screenshot   the same; and the player goes on only when the picture is written
//   wait until   looks once a frame until it holds or its time is over
#pragma once

#include <optional>
#include <string>

#include "app/command/script.h"

namespace striate {

// The program that a script is played on.
class PlayerHost {
 public:
  virtual ~PlayerHost() = default;

  virtual const Registry& registry() const = 0;
  virtual void run(const std::string& line) = 0;    // one command; throws Error
  virtual bool loading() const = 0;                 // a file is being read: commands wait
  virtual bool busy() const = 0;                    // what is shown is not final: expect and screenshot wait
  virtual std::optional<Error> take_failure() = 0;  // an error of work behind, once
  virtual bool wants_to_quit() const = 0;           // the script or the user closed the program
  // Asks for a picture of the next settled frame. The host is busy until it is written. Throws Error.
  virtual void screenshot(const std::string& file) = 0;
};

class ScriptPlayer {
 public:
  explicit ScriptPlayer(PlayerHost& host) : host_(host) {}

  // Starts a script that was checked. Forgets the one before.
  void play(Script script);
  // Skips the script's expectations: a lesson that a person goes through is no test of what they did.
  void skip_expectations(bool skip) { skip_expectations_ = skip; }

  // Does at most one line. `now` in seconds, never falling. Returns true while there is more to do: call again at the
  // next frame. False when the script is over: see failure().
  bool advance(double now);

  bool playing() const { return playing_; }
  void stop() { playing_ = false; }
  // Why the script ended before its last line: what (with file and line) and hint. Empty: it went well, or is running.
  const std::optional<Error>& failure() const { return failure_; }

  // What was done so far.
  struct Counts {
    int commands = 0;
    int expectations = 0;  // that held, with those of `wait until`
    int screenshots = 0;
  };
  const Counts& counts() const { return counts_; }
  // The line that is next or under way; null at the end.
  const Action* current() const;

 private:
  enum class Outcome { done, again };
  Outcome perform(const Action& action, double now);
  bool still_busy(double now);  // throws Error once the time is over

  PlayerHost& host_;
  Script script_;
  size_t next_ = 0;
  bool playing_ = false;
  bool skip_expectations_ = false;
  bool picture_asked_ = false;
  std::optional<double> since_;  // when the line at next_ was first tried
  std::optional<Error> failure_;
  Counts counts_;
};

}  // namespace striate
