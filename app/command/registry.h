// Everything that can be done is a command; everything that can be read is a readout (DESIGN.md, third idea).
// Menus, widgets, keys, lessons, tests, `striate play` and the recorder all speak one-line commands to one Registry:
//
//   filters.kernel 0 -1 0; -1 5 -1; 0 -1 0        name, then the parameters in order
//   open "a picture.png"                          quotes hold a value with spaces together
//
// A parameter of kind `text` is the last one and takes the rest of the line. To add a command: see CONTRIBUTING.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace striate {

enum class ParameterKind { integer, number, choice, text };

struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::text;
  std::string help;                  // one phrase; says the unit
  double minimum = 0, maximum = 0;   // inclusive; integer and number
  std::vector<std::string> choices;  // choice
  bool optional = false;             // optional parameters stand last

  static Parameter integer(std::string name, std::string help, double minimum, double maximum);
  static Parameter number(std::string name, std::string help, double minimum, double maximum);
  static Parameter choice(std::string name, std::string help, std::vector<std::string> choices);
  static Parameter on_off(std::string name, std::string help);  // the choice on|off
  static Parameter text(std::string name, std::string help);
  Parameter&& or_none() &&;  // the same parameter, optional

  // "0 to 7", "zero|replicate|reflect|wrap", "any text": what an error message and a tooltip say is expected.
  std::string expected() const;
};

// The checked values of one call, in the order of the parameters.
class Arguments {
 public:
  size_t size() const { return values_.size(); }
  bool has(size_t i) const { return i < values_.size(); }
  int64_t integer(size_t i) const;
  double number(size_t i) const;
  bool on(size_t i) const;                    // an on|off choice
  const std::string& text(size_t i) const;    // text or choice

 private:
  friend class Registry;
  std::vector<std::variant<int64_t, double, std::string>> values_;
};

// What a command does to the undo stack.
enum class Undo {
  none,  // looking, opening panels, playing: not an edit
  edit,  // an edit; a run of the same command within one drag or half a second is undone as one
};

struct Command {
  std::string name;  // "open", "filters.kernel": page.noun or a single word
  std::string help;  // one sentence, shown in tooltips and in the list of commands
  std::vector<Parameter> parameters;
  std::function<void(const Arguments&)> apply;  // throws Error; must leave the state as it was if it does
  Undo undo = Undo::none;

  std::string usage() const;  // "convolution.cursor X Y"
};

using ReadoutValue = std::variant<double, std::string>;

struct Readout {
  std::string name;  // "pixels.red"
  std::string help;  // one phrase; says the unit
  std::function<ReadoutValue()> value;  // throws Error where there is nothing to read, with what to do
};

// A readout as scripts print and compare it: a number in its shortest form that reads back the same, never -0.
std::string to_text(const ReadoutValue& value);

class Registry {
 public:
  void add(Command command);  // a name that exists already is a programmer's mistake
  void add(Readout readout);

  // Splits, checks and applies one line. Throws Error: an unknown name (hint: the nearest right one), a missing, extra
  // or wrong value (hint: what was expected). Nothing has changed then.
  void run(std::string_view line) const;

  // Looks a line's command up and checks its values without applying it; the same errors.
  const Command& check(std::string_view line) const;

  const Command* find_command(std::string_view name) const;
  ReadoutValue read(std::string_view name) const;  // throws Error for an unknown name, with the nearest right one

  const std::map<std::string, Command, std::less<>>& commands() const { return commands_; }
  const std::map<std::string, Readout, std::less<>>& readouts() const { return readouts_; }

 private:
  std::map<std::string, Command, std::less<>> commands_;
  std::map<std::string, Readout, std::less<>> readouts_;
};

// A line into words: quotes hold spaces together, \" and \\ within them. Throws Error for an open quote.
std::vector<std::string> split_words(std::string_view line);
// A value so that split_words gives it back: quoted where it must be.
std::string quoted(std::string_view value);
// Of `names`, the one nearest to `name` by edit distance; empty if none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& names);

}  // namespace striate
