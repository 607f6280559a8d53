// striate manual: the manual pages, in the language of man (roff), from the same declarations as --help.
#include <algorithm>
#include <memory>

#include "app/cli/cli.h"
#include "app/cli/outline.h"
#include "app/command/registry.h"

namespace striate {
namespace {

// What only the page of the program itself says, behind its options.
constexpr const char* kMore =
    ".SH ENVIRONMENT\n"
    ".TP\n.B STRIATE_ISA\nAs \\fB\\-\\-isa\\fR.\n"
    ".TP\n.B STRIATE_CAMERA\nThe camera to use: a device such as /dev/video2, or a folder of pictures.\n"
    ".TP\n.BR LANGUAGE , \" LC_ALL\" , \" LC_MESSAGES\" , \" LANG\"\nThe language of the window, unless its settings "
    "name one.\n"
    ".SH FILES\n"
    ".TP\n.I ~/.config/striate/settings.json\nWhat the window remembers. Below XDG_CONFIG_HOME where that is set.\n"
    ".TP\n.I ~/.local/state/striate\nTrainings that were kept when they ended without being saved (XDG_STATE_HOME).\n"
    ".TP\n.I ~/.cache/striate\nWhat can be computed again (XDG_CACHE_HOME).\n"
    ".SH EXIT STATUS\n0: done. 1: failed. 2: wrong usage. 128 + n: ended by signal n.\n"
    "Errors are two lines on standard error: what happened, and what to do.\n";

// Text as roff reads it. Signs that man would print as typographic ones stay those that can be typed.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '\'':
        out += "\\(aq";
        break;
      default:
        out += c;
    }
  }
  if (!out.empty() && out[0] == '.') out.insert(0, "\\&");
  return out;
}

std::string capitals(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string page_name(const Outline& outline) {
  std::string name = outline.path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

// In one phrase, as `man -k` lists it: without the program's name in front and the point behind.
std::string phrase(const Outline& outline) {
  std::string about = outline.about;
  if (about.starts_with("Striate ")) about.erase(0, 8);
  if (about.ends_with('.')) about.pop_back();
  if (about.size() > 1 && about[0] >= 'A' && about[0] <= 'Z' &&
      (about[1] == ' ' || (about[1] >= 'a' && about[1] <= 'z')))
    about[0] = static_cast<char>(about[0] - 'A' + 'a');
  return about;
}

// Notes as --help prints them: lines that begin with a blank stay as they are, the others are prose; "Examples:" is a
// heading.
std::string notes(const std::string& text) {
  std::string out;
  bool verbatim = false, paragraph = false;
  const auto set_verbatim = [&](bool wanted) {
    if (verbatim != wanted) out += wanted ? ".RS 2\n.nf\n" : ".fi\n.RE\n";
    if (verbatim && !wanted) paragraph = false;
    verbatim = wanted;
  };
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty()) {
      set_verbatim(false);
      paragraph = false;
    } else if (line == "Examples:" || line == "Example:") {
      set_verbatim(false);
      out += ".SH EXAMPLES\n";
      paragraph = true;
    } else if (line[0] == ' ') {
      set_verbatim(true);
      out += roff(line.substr(std::min(line.find_first_not_of(' '), size_t{2}))) + '\n';
    } else {
      set_verbatim(false);
      if (!paragraph) out += ".PP\n";
      paragraph = true;
      out += roff(line) + '\n';
    }
  }
  set_verbatim(false);
  return out;
}

std::string synopsis(const Outline& outline) {
  std::string line = "\\fB" + roff(outline.path) + "\\fR [\\fIOPTION\\fR]...";
  for (const OutlineValue& value : outline.values) {
    const std::string name = "\\fI" + roff(value.name) + "\\fR" + (value.many ? "..." : "");
    line += value.required ? ' ' + name : " [" + name + ']';
  }
  std::string out = line + '\n';
  if (!outline.commands.empty()) out += ".br\n\\fB" + roff(outline.path) + "\\fR \\fICOMMAND\\fR ...\n";
  return out;
}

std::string names_of(const OutlineOption& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  return names + (option.value.empty() ? "" : " \\fI" + roff(option.value) + "\\fR");
}

std::string options_of(const Outline& outline) {
  std::vector<std::string> groups;
  for (const OutlineOption& option : outline.options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  std::string out;
  for (const std::string& group : groups) {
    std::string heading = group;
    if (heading.ends_with(':')) heading.pop_back();
    out += ".SH " + roff(capitals(heading)) + '\n';
    for (const OutlineOption& option : outline.options) {
      if (option.group != group) continue;
      out += ".TP\n" + names_of(option) + '\n' + roff(option.help) + (option.required ? " (required)\n" : "\n");
    }
  }
  return out;
}

std::string manual_page(const Outline& outline) {
  const bool program = words_behind_program(outline).empty();
  std::string out = fmt::format(".TH {} 1 \"\" \"striate {}\" \"User Commands\"\n", roff(capitals(page_name(outline))),
                                STRIATE_VERSION);
  out += ".nh\n.ad l\n";  // what is typed is not to be broken with a hyphen
  out += ".SH NAME\n" + roff(page_name(outline)) + " \\- " + roff(phrase(outline)) + '\n';
  out += ".SH SYNOPSIS\n" + synopsis(outline);
  const size_t examples = std::min(outline.more.find("Example"), outline.more.size());
  const std::string before = outline.more.substr(0, examples);
  out += ".SH DESCRIPTION\n" + roff(outline.about) + (outline.about.ends_with('.') ? "\n" : ".\n") + notes(before);
  if (!outline.values.empty()) {
    out += ".SH ARGUMENTS\n";
    for (const OutlineValue& value : outline.values)
      out += ".TP\n\\fI" + roff(value.name) + "\\fR\n" + roff(value.help) + '\n';
  }
  if (!outline.commands.empty()) {
    out += ".SH COMMANDS\n";
    for (const Outline& command : outline.commands)
      out += ".TP\n\\fB" + roff(page_name(command)) + "\\fR(1)\n" + roff(command.about) + '\n';
  }
  out += options_of(outline);
  if (program) out += kMore;
  out += notes(outline.more.substr(examples));
  if (!program) {
    const std::string above = outline.path.substr(0, outline.path.rfind(' '));
    out += ".SH SEE ALSO\n\\fBstriate\\fR(1)";
    if (above != "striate") {
      std::string name = above;
      std::replace(name.begin(), name.end(), ' ', '-');
      out += ", \\fB" + roff(name) + "\\fR(1)";
    }
    out += '\n';
  }
  return out;
}

}  // namespace

void add_manual(CLI::App& parent, CommandLine& line) {
  struct Options {
    std::vector<std::string> words;
    bool names = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(parent, line, "manual", "A command's manual page, as man reads it",
                                  "Prints the page of the program, or that of a command. An installed program has them "
                                  "all: man striate-train.\n\n"
                                  "Examples:\n"
                                  "  striate manual train | man -l -\n"
                                  "  striate manual --names");
  command
      ->add_option("COMMAND", options->words,
                   "Which one, such as train or bench filter; the program itself unless given")
      ->type_name("");
  command->add_flag("--names", options->names, "Print which pages there are, one a line");
  command->callback([options, &parent, &line] {
    line.run = [options, &parent] {
      const Outline root = outline_of(parent);
      std::vector<std::string> known;
      const std::string wanted = fmt::format("{}", fmt::join(options->words, " "));
      for (const Outline* each : all_commands(root)) {
        known.push_back(words_behind_program(*each));
        if (options->names) {
          print_out(known.back() + '\n');
        } else if (known.back() == wanted) {
          return print_out(manual_page(*each));
        }
      }
      if (options->names) return;
      const std::string near = nearest_name(wanted, known);
      throw UsageError(fmt::format("'striate' has no command '{}'", wanted),
                       near.empty() ? "striate manual --names lists all" : fmt::format("did you mean '{}'?", near));
    };
  });
}

}  // namespace striate
