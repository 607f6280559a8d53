// What lessons and scripts may do to files. They come from anywhere, so the rule holds for every command of the
// registry, by the parameters that say they name a file (FileUse), and for `screenshot`:
//
//   striate play        writes below --out and nowhere else, reads any file
//   the window          writes below the lesson's own folder, each time after a question; reads below it, and elsewhere
//                       after a question. A lesson that is part of the program reads what it likes.
//   nobody to ask       writes nothing: a lesson that `striate screenshot --do` opened
//   the user's own      what people click, type, or say on the command line: free
//
// What a file names in its turn (Parameter::also_reads) is read by the same rule.
//
// Links are followed before it is decided. A name without a folder is looked for beside the lesson, then in the current
// folder; what the same lessons wrote is found again under the name that it was written with.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "app/command/registry.h"
#include "app/command/script.h"

namespace striate {

struct ScriptFiles {
  enum class Mode { free, below, asks, nothing };
  Mode mode = Mode::free;
  std::string file;          // the lesson or script itself; empty: it is part of the program
  std::string out;           // Mode::below: where it writes; empty: the current folder
  std::string package = {};  // the archive that it came in (lesson_package.h): the window writes beside that
  int depth = 0;             // lessons and scripts that opened each other up to this one

  std::string own_folder() const;       // empty where there is no file
  std::string folder_to_write() const;  // of this mode
  bool is_script() const;               // for words: a script, else a lesson
};

// The file or folder that a line names, its last value or a part of it.
struct FileInLine {
  FileUse use = FileUse::none;
  std::string path;                                 // as it stands there
  std::string with(const std::string& path) const;  // the line with another in its place

  std::string command, before, after;  // the line up to the value; what stands around the path in the value
};
// std::nullopt where it names none, or a thing of the program's own. Throws Error where the line is wrong.
std::optional<FileInLine> file_in(std::string_view line, const Registry& registry);

// What has to be asked before a line runs.
struct FileQuestion {
  FileUse use = FileUse::none;
  std::string path;           // resolved
  bool replaces = false;      // a file that is there
  std::string named_by = {};  // read because this file says so; resolved
};

// A line with its path as it is to run.
struct JudgedLine {
  std::string line;
  std::string path;  // resolved; empty: the line names no file
  FileUse use = FileUse::none;
  std::optional<FileQuestion> question;
};

// Resolved paths: `written` by lines before, `allowed` to be read by a person. Throws Error: a file outside the folder,
// the lesson itself, an answer that only people give.
JudgedLine judge(std::string_view line, const ScriptFiles& rules, const Registry& registry,
                 const std::set<std::string>& written, const std::set<std::string>& allowed = {});
// The same for the file of `screenshot FILE`; `line` is its path.
JudgedLine judge_picture(const std::string& file, const ScriptFiles& rules);

// What can be told before the first line runs: files outside the folder. Throws Error, file and line in front.
void check_files(const Script& script, const ScriptFiles& rules, const Registry& registry);

}  // namespace striate
