// Everything that can be done is a command, everything that can be read is a readout (CONTRIBUTING.md, second idea).
// Menus, widgets, keys, lessons, tests, `striate play` and the recorder all speak one-line commands to one Registry:
//
//   filters.kernel 0 -1 0; -1 5 -1; 0 -1 0        name, then the parameters in order
//   open "a picture.png"                          quotes hold a value with spaces together
//
// A parameter of kind `text` is the last one and takes the rest of the line, so it needs quotes only where it is empty,
// begins with a quote, or begins or ends with a space. One of kind `word` is a single word (a name), or stands in
// quotes, and may have others behind it. Numbers are written with a point, whatever the locale. To add a command: see
// CONTRIBUTING.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace striate {

enum class ParameterKind { integer, number, choice, text, word };

// What a command does with the file or folder that a value names. Lessons and scripts are held to their folder by it
// (command/script_files.h), so every parameter that names one says so.
enum class FileUse { none, read, write };

struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::text;
  std::string help;                  // one phrase; says the unit
  double minimum = 0, maximum = 0;   // inclusive; integer and number
  std::vector<std::string> choices;  // choice
  bool optional = false;             // optional parameters stand last
  FileUse file = FileUse::none;
  // Where in a value the path stands, if it is not all of it ("folder:DIR"); empty: this value names no file.
  std::string_view (*path_in)(std::string_view value) = nullptr;
  // What else is read with the file at `path`, because it says so: a training names the folder of its pictures. Never
  // throws.
  std::vector<std::string> (*also_reads)(const std::string& path) = nullptr;

  static Parameter integer(std::string name, std::string help, double minimum, double maximum);
  static Parameter number(std::string name, std::string help, double minimum, double maximum);
  static Parameter choice(std::string name, std::string help, std::vector<std::string> choices);
  static Parameter on_off(std::string name, std::string help);  // the choice on|off
  static Parameter word(std::string name, std::string help);
  static Parameter text(std::string name, std::string help);
  static Parameter file_to_read(std::string name, std::string help,
                                std::string_view (*path_in)(std::string_view value) = nullptr);
  static Parameter file_to_write(std::string name, std::string help,
                                 std::string_view (*path_in)(std::string_view value) = nullptr);
  Parameter&& or_none() &&;  // the same parameter, optional

  // "a whole number from 0 to 7", "zero|replicate|reflect|wrap", "any text": what an error message and a tooltip say
  // is expected.
  std::string expected() const;
};

// The checked values of one call, in the order of the parameters.
class Arguments {
 public:
  size_t size() const { return values_.size(); }
  bool has(size_t i) const { return i < values_.size(); }
  int64_t integer(size_t i) const;
  double number(size_t i) const;            // finite, never -0
  bool on(size_t i) const;                  // an on|off choice
  const std::string& text(size_t i) const;  // text, word or choice

 private:
  friend class Registry;
  std::vector<std::variant<int64_t, double, std::string>> values_;
};

// What a command does to the undo stack.
enum class Undo {
  none,  // looking, opening panels, playing: not an edit
  edit,  // an edit; what one control sends in one move is undone as one
};

struct Command {
  std::string name;  // "open", "filters.kernel": page.noun or a single word; lower-case letters, digits, . _ -
  std::string help;  // one sentence, shown in tooltips and in the list of commands
  std::vector<Parameter> parameters;
  std::function<void(const Arguments&)> apply;  // throws Error; must leave the state as it was if it does
  Undo undo = Undo::none;
  bool answer = false;  // answers a question about files: for people alone, no lesson or script may

  std::string usage() const;  // "convolution.cursor X Y", "filters.kernel NAME [SIZE]", "channels.tint on|off"
};

using ReadoutValue = std::variant<double, std::string>;

struct Readout {
  std::string name;                     // "pixels.red"
  std::string help;                     // one phrase; says the unit
  std::function<ReadoutValue()> value;  // throws Error where there is nothing to read, with what to do
  // A readout of one of many takes values behind its name, "convolution.output 2 3"; `value` is then empty.
  std::vector<Parameter> parameters = {};
  std::function<ReadoutValue(const Arguments&)> value_of = {};

  std::string usage() const;  // "convolution.output X Y [CHANNEL]"
};

// A readout as scripts print and compare it: a number in its shortest form that reads back the same, never -0.
std::string to_text(const ReadoutValue& value);
std::string to_text(double value);

// A whole text as a number, written with a point: "3", "-0.5", "+2", "1e-3". False for anything else, and for nan, inf
// and what a double or an int64_t cannot hold. Never gives -0.
bool parse_number(std::string_view text, double* value);
bool parse_integer(std::string_view text, int64_t* value);

struct Setting;  // setting.h

class Registry {
 public:
  void add(Command command);  // a name that exists already is a programmer's mistake
  void add(Readout readout);
  void add(const Setting& setting);  // its command and its readout; it must outlive the registry's use
  // Names that begin with "PREFIX." are declared when the first of them is asked for, or all are listed: `declare` adds
  // them, and does nothing where they are there.
  void add_later(std::string prefix, std::function<void()> declare);

  // Splits, checks and applies one line. Throws Error: an unknown name (hint: the nearest right one), a missing, extra
  // or wrong value (hint: what was expected). Nothing has changed then.
  void run(std::string_view line) const;

  // Looks a line's command up and checks its values without applying it; the same errors.
  const Command& check(std::string_view line) const;
  const Command& check(std::string_view line, Arguments* values) const;

  const Command* find_command(std::string_view name) const;  // null if there is none
  const Readout* find_readout(std::string_view name) const;
  const Setting* find_setting(std::string_view name) const;
  const Command& command(std::string_view name) const;  // throws Error for an unknown name, with the nearest right one
  const Readout& readout(std::string_view name) const;  // the same
  // Reads "pixels.red", or "convolution.output 2 3". Throws what readout(), the values' check and the readout throw.
  ReadoutValue read(std::string_view line) const;
  void check_readout(std::string_view line) const;  // the same errors, without reading

  // All there are: everything that was to be declared later is.
  const std::map<std::string, Command, std::less<>>& commands() const;
  const std::map<std::string, Readout, std::less<>>& readouts() const;
  // Those that are declared so far.
  const std::map<std::string, Readout, std::less<>>& declared_readouts() const { return readouts_; }

 private:
  void call_for(std::string_view name) const;
  void call_for_all() const;
  const Command& parse(std::string_view line, Arguments* arguments) const;
  const Readout& parse_readout(std::string_view line, Arguments* arguments) const;
  static void check_parameters(const std::string& name, const std::vector<Parameter>& parameters);
  static void parse_values(const Command& command, std::string_view rest, Arguments* arguments);

  std::map<std::string, Command, std::less<>> commands_;
  std::map<std::string, Readout, std::less<>> readouts_;
  std::map<std::string, const Setting*, std::less<>> settings_;
  std::map<std::string, std::function<void()>, std::less<>> later_;  // by prefix
};

// The first word of a line: the name of its command. Empty for an empty line.
std::string_view command_name(std::string_view line);
// As an error's line shows what somebody wrote: control characters as spaces, no longer than 80 bytes, UTF-8 kept
// whole.
std::string shown(std::string_view text);
// A line into words: quotes hold spaces together; \" \\ and \n (a line break) within them. Throws Error for an open
// quote.
std::vector<std::string> split_words(std::string_view line);
// Takes the next word from the front of `rest` in the same way; empty at the end of the line.
std::string take_word(std::string_view& rest);
// A value so that split_words gives it back, on one line: quoted where it must be.
std::string quoted(const std::string& value);
std::string in_quotes(std::string_view value);  // the same, in quotes also where it need not be
// Of `names`, the one nearest to `name` by edit distance (Damerau-Levenshtein, optimal string alignment; a swap of two
// neighbors counts once), ignoring case; also one whose part after the last dot is `name`. Empty if none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& names);

}  // namespace striate
