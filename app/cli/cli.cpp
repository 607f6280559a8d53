// Arguments in, exit status out. CLI11 lays out the options and prints the help; what is wrong is told here, in the two
// lines that every error has, before CLI11 looks at the arguments.
#include "app/cli/cli.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <new>
#include <utility>

#include "app/cli/isa.h"
#include "app/command/registry.h"
#include "engine/trimmed.h"
#include "kernels/tf32.h"
#include "kernels/threads.h"

namespace striate {
namespace {

using AddCommand = void (*)(CLI::App&, CommandLine&);
// In the order of the help.
constexpr AddCommand kCommands[] = {
    add_devices, add_pixels,   add_filter,     add_play,    add_commands, add_screenshot, add_render,  add_handout,
    add_train,   add_evaluate, add_mislabeled, add_compare, add_classify, add_map,        add_explain, add_features,
    add_summary, add_export,   add_verify,     add_models,  add_bench,    add_notices};

// CLI11 takes what begins with a minus for an option. This byte in front of a negative number hides it; it is taken off
// where the value is read. No argument of a person begins with it.
constexpr const char* kCommonGroup = "Options of every command";
constexpr char kGuard = '\x01';

bool is_negative_number(const std::string& argument) {
  return argument.size() > 1 && argument[0] == '-' &&
         ((argument[1] >= '0' && argument[1] <= '9') || (argument[1] == '.' && argument.size() > 2));
}

std::string unguarded(const std::string& value) {
  return !value.empty() && value[0] == kGuard ? value.substr(1) : value;
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent ? full_name(*parent) + ' ' + command.get_name() : std::string("striate");
}

std::vector<std::string> subcommand_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

const CLI::App* find_subcommand(const CLI::App& command, const std::string& name) {
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    if (sub->get_name() == name) return sub;
  return nullptr;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// A word that has the place of a subcommand but is none.
[[noreturn]] void throw_unknown_command(const CLI::App& command, const std::string& word) {
  const std::vector<std::string> names = subcommand_names(command);
  const std::string near = nearest_name(word, names);
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  const std::string file = command.get_parent() ? "" : "; or give the name of a file to open";
  throw UsageError(fmt::format("'{}' has no command '{}'", full_name(command), word),
                   near.empty() ? fmt::format("there is {}{}", all, file)
                                : fmt::format("did you mean '{} {}'? there is {}", full_name(command), near, all));
}

// A word in the place of FILE that can only be meant as a subcommand: no such file, and no sign of a path in it.
bool looks_like_a_command(const std::string& word) {
  std::error_code ignored;
  return word.find_first_of("./\\ ") == std::string::npos && !std::filesystem::exists(word, ignored);
}

// Walks through the arguments as CLI11 will and throws what it would tell less well: unknown options and commands.
// Returns the command that was chosen.
const CLI::App* look_through(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* command = &root;
  size_t values = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") break;
    if (argument.size() > 1 && argument[0] == '-' && !is_negative_number(argument)) {
      const size_t equals = argument.find('=');
      const std::string name = argument.substr(0, equals);
      const CLI::Option* option = command->get_option_no_throw(name);
      if (!option) {
        const std::string near = nearest_name(name, option_names(*command));
        throw UsageError(fmt::format("'{}' has no option '{}'", full_name(*command), name),
                         near.empty()
                             ? fmt::format("its options: {} --help", full_name(*command))
                             : fmt::format("did you mean '{}'? all options: {} --help", near, full_name(*command)));
      }
      const bool takes_value = option->get_items_expected_min() > 0;
      if (name == "--help" || name == "-h") return command;
      if (takes_value && equals == std::string::npos) {
        if (i + 1 >= arguments.size())
          throw UsageError(fmt::format("{} needs a value: {}", name, option->get_type_name()),
                           fmt::format("its options: {} --help", full_name(*command)));
        ++i;
      }
      continue;
    }
    const CLI::App* sub = values == 0 ? find_subcommand(*command, argument) : nullptr;
    if (sub) {
      command = sub;
      continue;
    }
    const bool only_commands = command->get_option_no_throw("FILE") == nullptr && !subcommand_names(*command).empty();
    if (values == 0 && (only_commands || (command == &root && looks_like_a_command(argument))))
      throw_unknown_command(*command, argument);
    ++values;
  }
  return command;
}

// What --isa says; empty where nobody says it. Its place may be before the command or behind it.
std::string isa_asked_for(const CLI::App& root, const CLI::App& command) {
  std::string isa;
  for (const CLI::App* app : {&root, &command}) {
    const CLI::Option* option = app->get_option_no_throw("--isa");
    if (option && option->count() > 0) isa = option->results().back();
  }
  return isa;
}

void run_checked(const std::vector<std::string>& arguments) {
  CommandLine line;
  CLI::App root("Striate shows how a computer sees: pixels, channels and filters, live, on your own pictures.",
                "striate");
  root.set_help_flag("-h,--help", "Print this help and exit");
  root.set_version_flag("--version", "striate " STRIATE_VERSION, "Print the version and exit");
  root.require_subcommand(0, 1);
  root.get_formatter()->column_width(34);
  add_window(root, line);
  for (AddCommand add : kCommands) add(root, line);
  root.footer(
      "Examples:\n"
      "  striate                                  open the window with the portrait of the course\n"
      "  striate photo.jpg                        open the window with a picture of yours\n"
      "  striate pixels photo.jpg --region 0,0,8,8\n"
      "  striate filter edge photo.jpg edges.png\n"
      "  striate train --data digits --model lenet5 --save digits.safetensors\n"
      "Every command explains itself: striate COMMAND --help");

  const CLI::App* command = look_through(root, arguments);
  std::vector<std::string> reversed;  // CLI11 takes them from the back
  for (const std::string& argument : arguments)
    reversed.insert(reversed.begin(), is_negative_number(argument) ? kGuard + argument : argument);
  try {
    root.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    print_out(command->get_parent() ? command->help(full_name(*command->get_parent())) : command->help());
    return;
  } catch (const CLI::CallForVersion&) {
    print_out("striate " STRIATE_VERSION "\n");
    return;
  } catch (const CLI::RequiredError& error) {
    const bool sub = !subcommand_names(*command).empty();
    throw UsageError(sub ? fmt::format("'{}' needs a command", full_name(*command))
                         : fmt::format("'{}': {}", full_name(*command), error.what()),
                     sub ? fmt::format("there is {}", fmt::join(subcommand_names(*command), ", "))
                         : fmt::format("how it is used: {} --help", full_name(*command)));
  } catch (const CLI::ParseError& error) {
    std::string what = error.what();
    for (char& c : what) c = c == '\n' ? ' ' : c;
    std::erase(what, kGuard);
    throw UsageError(fmt::format("'{}': {}", full_name(*command), what),
                     fmt::format("how it is used: {} --help", full_name(*command)));
  }
  take_isa(isa_asked_for(root, *command), arguments);
  set_thread_count(static_cast<int>(line.threads));
  if (line.run) line.run();
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments) {
  prepare_streams();
  try {
    run_checked(arguments);
    flush_out();
    return 0;
  } catch (const Stopped& stopped) {
    std::fflush(stdout);
    return 128 + stopped.signal;
  } catch (const UsageError& error) {
    print_error(error);
    return 2;
  } catch (const Error& error) {
    print_error(error);
  } catch (const std::bad_alloc&) {
    print_error(Error("out of memory", "close other programs, or take a smaller picture"));
  } catch (const std::exception& error) {
    print_error(Error(fmt::format("unexpected: {}", error.what()), "this is a mistake in Striate: please report it"));
  }
  std::fflush(stdout);
  return 1;
}

CLI::App* add_command(CLI::App& parent, CommandLine& line, const std::string& name, const std::string& help,
                      const std::string& more) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->set_help_flag("-h,--help", "Print this help and exit");
  command->footer(more);
  add_common_options(*command, line);
  return command;
}

void add_common_options(CLI::App& command, CommandLine& line) {
  command
      .add_option_function<std::string>(
          "--device",
          [&line](const std::string& word) {
            if (word != "auto" && word != "cpu" && word != "emulated" && word != "cuda" && word.rfind("cuda:", 0) != 0)
              throw UsageError(fmt::format("--device: there is no kind of device '{}'", word), "auto, cpu or cuda");
            line.device_name = word;
          },
          "Where to compute: auto takes a GPU where one works; emulated, for tests, is the CPU playing one, slowly")
      ->type_name("auto|cpu|cuda|emulated")
      ->group(kCommonGroup);
  command.add_option_function<std::string>("--isa", check_isa, "The processor's instructions to use: auto is the best")
      ->type_name("auto|v2|v3|v4")
      ->group(kCommonGroup);
  command
      .add_flag_callback(
          "--tf32", [] { set_tf32(true); },
          "On a GPU with tensor cores, large matrix products round their numbers to 11 binary digits: faster, less "
          "exact")
      ->group(kCommonGroup);
  add_integer(command, "--threads", line.threads, "Threads on the CPU; 0 is one per core", 0, 1024)
      ->group(kCommonGroup);
  add_integer(command, "--seed", line.seed, "Where random numbers begin", 0, std::numeric_limits<int64_t>::max())
      ->group(kCommonGroup);
}

CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& value, const std::string& help) {
  return command.add_option_function<std::string>(
      name, [&value](const std::string& text) { value = unguarded(text); }, help);
}

CLI::Option* add_number(CLI::App& command, const std::string& name, double& value, const std::string& help,
                        double minimum, double maximum) {
  return command
      .add_option_function<std::string>(
          name,
          [=, &value](const std::string& text) {
            double number = 0;
            if (!parse_number(trimmed(unguarded(text)), &number) || number < minimum || number > maximum)
              throw UsageError(
                  fmt::format("{}: '{}' is not possible", name, unguarded(text)),
                  fmt::format("a number from {} to {}, written with a point", to_text(minimum), to_text(maximum)));
            value = number;
          },
          help)
      ->type_name("NUMBER");
}

CLI::Option* add_integer(CLI::App& command, const std::string& name, int64_t& value, const std::string& help,
                         int64_t minimum, int64_t maximum) {
  return command
      .add_option_function<std::string>(
          name,
          [=, &value](const std::string& text) {
            int64_t number = 0;
            if (!parse_integer(trimmed(unguarded(text)), &number) || number < minimum || number > maximum)
              throw UsageError(fmt::format("{}: '{}' is not possible", name, unguarded(text)),
                               fmt::format("a whole number from {} to {}", minimum, maximum));
            value = number;
          },
          help)
      ->type_name("N");
}

CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value, const std::string& help,
                        const std::vector<std::string>& choices) {
  const std::string all = fmt::format("{}", fmt::join(choices, "|"));
  return command
      .add_option_function<std::string>(
          name,
          [=, &value](const std::string& text) {
            if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
              const std::string near = nearest_name(text, choices);
              throw UsageError(fmt::format("{}: there is no '{}'", name, unguarded(text)),
                               near.empty() ? "one of " + all : fmt::format("did you mean '{}'? one of {}", near, all));
            }
            value = text;
          },
          help)
      ->type_name(all);
}

void add_force(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "Write also over what is read, and over a file of another kind");
}

}  // namespace striate
