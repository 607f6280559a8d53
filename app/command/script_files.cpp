#include "app/command/script_files.h"

#include <filesystem>
#include <system_error>

#include "engine/error.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Empty where there is no file.
std::string folder_of(const std::string& file) {
  if (file.empty()) return {};
  const std::string folder = fs::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string joined(const std::string& folder, const std::string& path) {
  if (folder.empty() || folder == "." || fs::path(path).is_absolute()) return path;
  return (fs::path(folder) / path).string();
}

Error outside(const std::string& path, const ScriptFiles& rules) {
  const char* who = rules.is_script() ? "a script" : "a lesson";
  const std::string folder = rules.folder_to_write();
  return Error(fmt::format("{}: {} writes below {} and nowhere else", shown(path), who,
                           folder.empty() ? "the current folder" : shown(folder)),
               rules.mode == ScriptFiles::Mode::below ? "give a name without folders, and choose the folder with --out"
                                                      : "give a name without folders: the file then lies beside it");
}

// Where a file is to be written: a name is one below the folder.
JudgedLine judge_write(const std::string& path, const ScriptFiles& rules) {
  if (rules.mode == ScriptFiles::Mode::nothing)
    throw Error(fmt::format("{}: a lesson writes no file here", shown(path)),
                "play it with: striate play LESSON --out FOLDER");
  const std::string folder = rules.folder_to_write();
  JudgedLine judged;
  judged.use = FileUse::write;
  judged.line = joined(folder, path);
  judged.path = resolved_path(judged.line);
  if (!is_below(judged.path, resolved_path(folder.empty() ? "." : folder))) throw outside(path, rules);
  if (!rules.file.empty() && (same_place(judged.path, rules.file) || same_place(judged.path, rules.package)))
    throw Error(fmt::format("{} is the {} that says so", shown(path), rules.is_script() ? "script" : "lesson"),
                "give what is written another name");
  if (rules.mode == ScriptFiles::Mode::asks)
    judged.question = FileQuestion{FileUse::write, judged.path, exists(judged.path)};
  return judged;
}

JudgedLine judge_read(const std::string& path, const ScriptFiles& rules, const std::set<std::string>& written) {
  JudgedLine judged;
  judged.use = FileUse::read;
  judged.line = path;
  if (rules.mode != ScriptFiles::Mode::nothing) {
    const std::string own = joined(rules.folder_to_write(), path);
    if (written.contains(resolved_path(own))) judged.line = own;
  }
  if (judged.line == path && exists(joined(rules.own_folder(), path))) judged.line = joined(rules.own_folder(), path);
  judged.path = resolved_path(judged.line);
  if (rules.mode != ScriptFiles::Mode::asks || rules.file.empty() || written.contains(judged.path)) return judged;
  const std::string own = resolved_path(rules.own_folder());
  if (judged.path != own && !is_below(judged.path, own)) judged.question = FileQuestion{FileUse::read, judged.path};
  return judged;
}

// About what the file of a line names in its turn. It is read where it says, not beside the lesson.
std::optional<FileQuestion> question_about_more(const Parameter& parameter, const JudgedLine& judged,
                                                const ScriptFiles& rules, const std::set<std::string>& allowed) {
  if (rules.mode != ScriptFiles::Mode::asks || rules.file.empty()) return std::nullopt;
  const std::string own = resolved_path(rules.own_folder());
  for (const std::string& named : parameter.also_reads(judged.line)) {
    const std::string path = resolved_path(named);
    if (path != own && !is_below(path, own) && !allowed.contains(path))
      return FileQuestion{FileUse::read, path, false, judged.path};
  }
  return std::nullopt;
}

// The line up to its last value.
std::string without_last_value(const Command& command, const Arguments& values) {
  std::string line = command.name;
  for (size_t i = 0; i + 1 < values.size(); ++i) {
    switch (command.parameters[i].kind) {
      case ParameterKind::integer:
        line += fmt::format(" {}", values.integer(i));
        break;
      case ParameterKind::number:
        line += ' ' + to_text(values.number(i));
        break;
      case ParameterKind::choice:
      case ParameterKind::word:
      case ParameterKind::text:
        line += ' ' + quoted(values.text(i));
        break;
    }
  }
  return line;
}

// The same of a line that was checked: `command` and `values` are what it says.
std::optional<FileInLine> file_in(const Command& command, const Arguments& values) {
  if (command.parameters.empty() || command.parameters.back().file == FileUse::none) return std::nullopt;
  const Parameter& parameter = command.parameters.back();
  if (!values.has(command.parameters.size() - 1)) return std::nullopt;
  const std::string& value = values.text(command.parameters.size() - 1);
  const std::string_view part = parameter.path_in ? parameter.path_in(value) : std::string_view(value);
  if (part.empty()) return std::nullopt;
  const size_t begin = static_cast<size_t>(part.data() - value.data());
  FileInLine file;
  file.use = parameter.file;
  file.path = std::string(part);
  file.command = without_last_value(command, values);
  file.before = value.substr(0, begin);
  file.after = value.substr(begin + part.size());
  return file;
}

}  // namespace

std::string ScriptFiles::own_folder() const { return folder_of(file); }

std::string ScriptFiles::folder_to_write() const {
  return mode == Mode::below ? out : package.empty() ? own_folder() : folder_of(package);
}

bool ScriptFiles::is_script() const { return file.ends_with(".striate"); }

std::string FileInLine::with(const std::string& other) const {
  return command + ' ' + in_quotes(before + other + after);
}

std::optional<FileInLine> file_in(std::string_view line, const Registry& registry) {
  Arguments values;
  const Command& command = registry.check(line, &values);
  return file_in(command, values);
}

JudgedLine judge(std::string_view line, const ScriptFiles& rules, const Registry& registry,
                 const std::set<std::string>& written, const std::set<std::string>& allowed) {
  JudgedLine same;
  same.line = std::string(line);
  Arguments values;
  const Command& command = registry.check(line, &values);
  if (rules.mode == ScriptFiles::Mode::free) return same;
  if (command.answer)
    throw Error(fmt::format("{} is an answer that only people give", command.name), "leave the line out");
  if (!command.parameters.empty() && command.parameters.back().file == FileUse::write &&
      !values.has(command.parameters.size() - 1))
    throw Error(fmt::format("{}: a lesson says what it writes", command.name),
                fmt::format("write it with a name: {} FILE", command.name));
  const std::optional<FileInLine> named = file_in(command, values);
  if (!named) return same;
  const Parameter& parameter = command.parameters.back();
  JudgedLine judged =
      named->use == FileUse::write ? judge_write(named->path, rules) : judge_read(named->path, rules, written);
  if (judged.use == FileUse::read) {
    if (judged.question && allowed.contains(judged.path)) judged.question.reset();
    // Only what may be read is looked into.
    if (!judged.question && parameter.also_reads)
      judged.question = question_about_more(parameter, judged, rules, allowed);
  }
  judged.line = judged.line == named->path ? same.line : named->with(judged.line);
  return judged;
}

JudgedLine judge_picture(const std::string& file, const ScriptFiles& rules) {
  if (rules.mode != ScriptFiles::Mode::free) return judge_write(file, rules);
  JudgedLine judged;
  judged.line = file;
  return judged;
}

void check_files(const Script& script, const ScriptFiles& rules, const Registry& registry) {
  if (rules.mode == ScriptFiles::Mode::free) return;
  for (const Action& action : script.actions) {
    try {
      if (action.kind == ActionKind::command) judge(action.text, rules, registry, {});
      if (action.kind == ActionKind::screenshot) judge_picture(action.file, rules);
    } catch (const Error& error) {
      throw at_line(script.file, action.line, error);
    }
  }
}

}  // namespace striate
