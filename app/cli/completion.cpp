// striate completion: a script for a shell that completes this program's words, from the same declarations as --help.
// Each of the three holds the same table in its own language: for every command its subcommands, its options, and what
// may stand behind an option or in a place.
#include <algorithm>
#include <memory>
#include <set>

#include "app/cli/cli.h"
#include "app/cli/outline.h"

namespace striate {
namespace {

// What the scripts of bash and zsh know of a value: words to offer, and @files or @folders; @any: nothing is offered.
std::string kind_of(const Suggestions& suggestions) {
  std::string kind = fmt::format("{}", fmt::join(suggestions.words, " "));
  if (suggestions.files) {
    kind += " @files";
  } else if (suggestions.folders) {
    kind += " @folders";
  }
  if (kind.empty()) return "@any";
  return kind[0] == ' ' ? kind.substr(1) : kind;
}

// In single quotes, as bash and zsh read them.
std::string quoted_for_shell(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}
// fish knows \' and \\ within single quotes.
std::string quoted_for_fish(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string last_word(const std::string& path) { return path.substr(path.rfind(' ') + 1); }

// The three functions that bash and zsh share: each sets `kind` for a command ("bench filter") and an option or a
// place.
std::string shared_functions(const Outline& root) {
  std::string options =
      "_striate_after() { # COMMAND OPTION: what follows the option; empty: it is a flag\n"
      "  kind=\n  case \"$1 $2\" in\n";
  std::string places =
      "_striate_place() { # COMMAND NUMBER: what stands in this place, from 0\n"
      "  kind=\n  case \"$1 $2\" in\n";
  std::string commands = "_striate_is_command() { # PATH: whether there is such a command\n  case \"$1\" in\n";
  for (const Outline* each : all_commands(root)) {
    const std::string command = words_behind_program(*each);
    if (!command.empty()) commands += fmt::format("    {}) return 0 ;;\n", quoted_for_shell(command));
    for (const OutlineOption& option : each->options) {
      if (option.value.empty()) continue;
      std::string names;
      for (const std::string& name : option.names)
        names += fmt::format("{}{}", names.empty() ? "" : " | ", quoted_for_shell(fmt::format("{} {}", command, name)));
      options += fmt::format("    {}) kind={} ;;\n", names, quoted_for_shell(kind_of(option.suggestions)));
    }
    for (size_t place = 0; place < each->values.size(); ++place) {
      const OutlineValue& value = each->values[place];
      const std::string pattern = value.many ? quoted_for_shell(command + ' ') + "*[0-9]"
                                             : quoted_for_shell(fmt::format("{} {}", command, place));
      places += fmt::format("    {}) kind={} ;;\n", pattern, quoted_for_shell(kind_of(value.suggestions)));
    }
  }
  return options + "  esac\n}\n" + places + "  esac\n}\n" + commands + "  esac\n  return 1\n}\n";
}

std::string bash_script(const Outline& root) {
  std::string out = "# Completion of striate for bash, made by: striate completion bash\n" + shared_functions(root);
  out +=
      "_striate_words() { # COMMAND: its options in $options, its subcommands in $commands\n"
      "  options= commands=\n  case \"$1\" in\n";
  for (const Outline* each : all_commands(root)) {
    std::string options, commands;
    for (const OutlineOption& option : each->options)
      for (const std::string& name : option.names) options += (options.empty() ? "" : " ") + name;
    for (const Outline& command : each->commands) commands += (commands.empty() ? "" : " ") + last_word(command.path);
    out += fmt::format("    '{}') options='{}' commands='{}' ;;\n", words_behind_program(*each), options, commands);
  }
  out += R"(  esac
}
_striate() {
  local current=$2 command= kind= options= commands= place=0 only_places= i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [ -n "$kind" ]; then # the value of the option before
      kind=
    elif [ -z "$only_places" ] && [ "$word" = -- ]; then
      only_places=yes
    elif [ -z "$only_places" ] && [ "${word#-}" != "$word" ]; then
      _striate_after "$command" "$word"
    elif [ "$place" -eq 0 ] && _striate_is_command "${command:+$command }$word"; then
      command=${command:+$command }$word
    else
      place=$((place + 1))
    fi
  done
  _striate_words "$command"
  local words=
  if [ -n "$kind" ]; then
    words=$kind
  elif [ -z "$only_places" ] && [ "${current#-}" != "$current" ]; then
    words=$options
  else
    _striate_place "$command" "$place"
    words=$kind
    if [ "$place" -eq 0 ]; then words="$words $commands"; fi
  fi
  for word in $words; do
    case $word in
      @any) ;;
      @files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
        ;;
      @folders)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$current")
        ;;
      "$current"*) COMPREPLY+=("$word") ;;
    esac
  done
  case "${#COMPREPLY[@]} ${COMPREPLY[0]-}" in
    "1 "*:) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -F _striate striate
)";
  return out;
}

// "NAME:HELP" as zsh's _describe takes it.
std::string described(const std::string& name, const std::string& help) {
  std::string escaped;
  for (const char c : name) escaped += c == ':' ? std::string("\\:") : std::string(1, c);
  return quoted_for_shell(escaped + ':' + help);
}

std::string zsh_script(const Outline& root) {
  std::string out =
      "#compdef striate\n# Completion of striate for zsh, made by: striate completion zsh\n" + shared_functions(root);
  out +=
      "_striate_words() { # COMMAND: its options in $options, its subcommands in $commands, with their help\n"
      "  options=() commands=()\n  case \"$1\" in\n";
  for (const Outline* each : all_commands(root)) {
    out += fmt::format("    '{}')\n      options=(\n", words_behind_program(*each));
    for (const OutlineOption& option : each->options)
      for (const std::string& name : option.names) out += "        " + described(name, option.help) + '\n';
    out += "      )\n      commands=(\n";
    for (const Outline& command : each->commands)
      out += "        " + described(last_word(command.path), command.about) + '\n';
    out += "      ) ;;\n";
  }
  out += R"(  esac
}
_striate() {
  local current=${words[CURRENT]} command= kind= only_places= i word
  local -a options commands known
  integer place=0
  for ((i = 2; i < CURRENT; ++i)); do
    word=${words[i]}
    if [[ -n $kind ]]; then # the value of the option before
      kind=
    elif [[ -z $only_places && $word == -- ]]; then
      only_places=yes
    elif [[ -z $only_places && $word == -* ]]; then
      _striate_after "$command" "$word"
    elif (( place == 0 )) && _striate_is_command "${command:+$command }$word"; then
      command=${command:+$command }$word
    else
      (( ++place ))
    fi
  done
  _striate_words "$command"
  if [[ -z $kind ]]; then
    if [[ -z $only_places && $current == -* ]]; then
      _describe -o option options
      return
    fi
    if (( place == 0 && $#commands )); then _describe command commands; fi
    _striate_place "$command" "$place"
  fi
  for word in ${=kind}; do
    case $word in
      @any) _message 'a value' ;;
      @files) _files ;;
      @folders) _files -/ ;;
      *) known+=("$word") ;;
    esac
  done
  if (( $#known )); then compadd -- $known; fi
}
if [[ ${funcstack[1]-} == _striate ]]; then _striate "$@"; elif (( $+functions[compdef] )); then compdef _striate striate; fi
)";
  return out;
}

std::string fish_script(const Outline& root) {
  std::set<std::string> with_value;
  for (const Outline* each : all_commands(root)) {
    for (const OutlineOption& option : each->options) {
      if (!option.value.empty()) with_value.insert(option.names.begin(), option.names.end());
    }
  }
  std::string commands;
  for (const Outline* each : all_commands(root))
    if (!words_behind_program(*each).empty()) commands += ' ' + quoted_for_fish(words_behind_program(*each));
  std::string out = "# Completion of striate for fish, made by: striate completion fish\n";
  out += "# COMMAND: whether the words so far have chosen it.\nfunction __striate_in\n";
  out += "  set -l commands" + commands + "\n";
  out += fmt::format("  set -l with_value {}\n", fmt::join(with_value, " "));
  out += R"(  set -l chosen
  set -l skip
  for word in (commandline -opc)[2..-1]
    if test -n "$skip"
      set skip
    else if contains -- $word $with_value
      set skip yes
    else if string match -q -- '-*' $word
      continue
    else if contains -- "$chosen$word" $commands
      set chosen "$chosen$word "
    else
      break
    end
  end
  test "$chosen" = "$argv[1]"
end
complete -c striate -f
)";
  for (const Outline* each : all_commands(root)) {
    const std::string words = words_behind_program(*each);
    const std::string here =
        fmt::format("complete -c striate -n \"__striate_in '{}'\"", words.empty() ? words : words + ' ');
    for (const Outline& command : each->commands)
      out += fmt::format("{} -a {} -d {}\n", here, last_word(command.path), quoted_for_fish(command.about));
    for (const OutlineValue& value : each->values) {
      if (value.suggestions.files) out += here + " -F\n";
      if (value.suggestions.folders) out += here + " -a '(__fish_complete_directories)'\n";
      if (!value.suggestions.words.empty())
        out += fmt::format("{} -a '{}' -d {}\n", here, fmt::join(value.suggestions.words, " "), value.name);
    }
    for (const OutlineOption& option : each->options) {
      out += here;
      for (const std::string& name : option.names)
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.value.empty()) {
        const Suggestions& known = option.suggestions;
        out += known.files ? " -r -F" : " -x";
        if (!known.words.empty()) out += fmt::format(" -a '{}'", fmt::join(known.words, " "));
        if (known.folders && !known.files) out += " -a '(__fish_complete_directories)'";
      }
      out += " -d " + quoted_for_fish(option.help) + '\n';
    }
  }
  return out;
}

}  // namespace

void add_completion(CLI::App& parent, CommandLine& line) {
  CLI::App* command =
      add_command(parent, line, "completion", "A script with which a shell completes this program's words",
                  "An installed program has it where the shells look. For one of your own build:\n\n"
                  "Examples:\n"
                  "  source <(striate completion bash)\n"
                  "  striate completion zsh >~/.zfunc/_striate\n"
                  "  striate completion fish >~/.config/fish/completions/striate.fish");
  auto shell = std::make_shared<std::string>();
  add_choice(*command, "SHELL", *shell, "For which one", {"bash", "zsh", "fish"})->required();
  command->callback([shell, &parent, &line] {
    line.run = [shell, &parent] {
      const Outline root = outline_of(parent);
      print_out(*shell == "bash" ? bash_script(root) : *shell == "zsh" ? zsh_script(root) : fish_script(root));
    };
  });
}

}  // namespace striate
