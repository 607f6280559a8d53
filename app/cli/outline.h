// The command line's own declarations as plain data: what manual pages (manual.cpp) and the completion of shells
// (completion.cpp) are written from, so that neither can say something else than --help.
//
// To let a new placeholder (MODEL, PAGE) or option offer words of its own: a line in the table in outline.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace striate {

struct CommandLine;

// The two commands that print it, in the list of cli.cpp.
void add_manual(CLI::App& parent, CommandLine& line);
void add_completion(CLI::App& parent, CommandLine& line);

// What may stand in the place of a value, as far as anybody can know it.
struct Suggestions {
  std::vector<std::string> words;
  bool files = false;
  bool folders = false;
};

struct OutlineOption {
  std::vector<std::string> names;  // "-h", "--help"
  std::string value;               // "SOURCE", "auto|cpu"; empty: it is a flag
  std::string help;
  std::string group;  // its heading in the help
  bool required = false;
  Suggestions suggestions;
};

// A value by its place.
struct OutlineValue {
  std::string name;  // "IMAGE"
  std::string help;
  bool required = false;
  bool many = false;  // the last one: as many as there are
  Suggestions suggestions;
};

struct Outline {
  std::string path;  // "striate", "striate bench filter"
  std::string about;
  std::string more;  // notes and examples, as --help prints them below the options
  std::vector<OutlineOption> options;
  std::vector<OutlineValue> values;
  std::vector<Outline> commands;
};

Outline outline_of(const CLI::App& root);
// `outline` and all below it, each before those below it.
std::vector<const Outline*> all_commands(const Outline& outline);
// "train", "bench filter"; empty for the program itself.
std::string words_behind_program(const Outline& outline);

}  // namespace striate
