// The command line: what `striate` does with its arguments. One file per subcommand; cli.cpp holds the one ordered list
// of them. To add one: write NAME.cpp with `void add_NAME(CLI::App&, CommandLine&)`, declare it below, add it to the
// list.
//
// Results go to standard output, notes and errors to standard error. Nothing here depends on the locale: numbers are
// read by the helpers below, never by CLI11 or the C library.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/image.h"
#include "kernels/device.h"

namespace striate {

class App;

// The arguments themselves are wrong: exit status 2 instead of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

// The program was asked to end by a signal and has done what it had to: exit status 128 + signal. Not an exception like
// others, so that nobody takes it for a mistake.
struct Stopped {
  int signal = 0;
};

struct CommandLine {
  std::string device_name = "auto";
  int64_t threads = 0;  // 0: one per core
  int64_t seed = 1;
  std::function<void()> run;  // what the chosen subcommand does; throws Error

  Device device() const { return Device::parse(device_name); }  // throws Error where it does not work here
};

// Runs the program; `arguments` without the program's name. Returns the exit status: 0 done, 1 failed, 2 wrong usage,
// 128 + n ended by signal n.
int run_command_line(const std::vector<std::string>& arguments);

// ---- the subcommands ----
void add_window(CLI::App& root, CommandLine& line);  // `striate [FILE]`
void add_devices(CLI::App& parent, CommandLine& line);
void add_pixels(CLI::App& parent, CommandLine& line);
void add_filter(CLI::App& parent, CommandLine& line);
void add_play(CLI::App& parent, CommandLine& line);
void add_commands(CLI::App& parent, CommandLine& line);
void add_screenshot(CLI::App& parent, CommandLine& line);
void add_render(CLI::App& parent, CommandLine& line);
void add_handout(CLI::App& parent, CommandLine& line);
void add_train(CLI::App& parent, CommandLine& line);
void add_evaluate(CLI::App& parent, CommandLine& line);
void add_mislabeled(CLI::App& parent, CommandLine& line);
void add_compare(CLI::App& parent, CommandLine& line);
void add_classify(CLI::App& parent, CommandLine& line);
void add_map(CLI::App& parent, CommandLine& line);
void add_explain(CLI::App& parent, CommandLine& line);
void add_features(CLI::App& parent, CommandLine& line);
void add_summary(CLI::App& parent, CommandLine& line);
void add_export(CLI::App& parent, CommandLine& line);
void add_verify(CLI::App& parent, CommandLine& line);
void add_models(CLI::App& parent, CommandLine& line);
void add_bench(CLI::App& parent, CommandLine& line);
void add_notices(CLI::App& parent, CommandLine& line);
void add_bench_train(CLI::App& bench, CommandLine& line);
void add_bench_filter(CLI::App& bench, CommandLine& line);
void add_bench_infer(CLI::App& bench, CommandLine& line);
void add_bench_kernels(CLI::App& bench, CommandLine& line);
void add_bench_frame(CLI::App& bench, CommandLine& line);

// ---- helpers for them ----

// A subcommand with --device, --threads and --seed. `more` is printed below its options: notes and examples.
CLI::App* add_command(CLI::App& parent, CommandLine& line, const std::string& name, const std::string& help,
                      const std::string& more);
void add_common_options(CLI::App& command, CommandLine& line);

// Options whose values are checked as they are read; a wrong one is a UsageError. `name` as CLI11 has it: "--size", or
// "IMAGE" for a value by its place.
CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& value, const std::string& help);
CLI::Option* add_number(CLI::App& command, const std::string& name, double& value, const std::string& help,
                        double minimum, double maximum);
CLI::Option* add_integer(CLI::App& command, const std::string& name, int64_t& value, const std::string& help,
                         int64_t minimum, int64_t maximum);
CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value, const std::string& help,
                        const std::vector<std::string>& choices);

// --force, for a command that writes a file: what it overrules is told in engine/export/overwrite.h.
void add_force(CLI::App& command, bool& force);

// --size WxH of a picture of the window.
void add_size(CLI::App& command, int& width, int& height, const std::string& help);
// --do COMMAND, as often as wanted.
void add_do_option(CLI::App& command, std::vector<std::string>& lines);
// Throw UsageError: a page that is not there, a --do line that no command accepts.
void check_page(const App& app, const std::string& page);
void check_do_lines(const App& app, const std::vector<std::string>& lines);

// Prints to standard output. A reader that has gone away (`| head`) ends the program quietly with status 0; a full disk
// is an Error.
void print_out(std::string_view text);
void flush_out();
// Standard error: where it cannot be written to, nothing is lost but the words.
void print_err(std::string_view text) noexcept;
// One line on standard error: "striate: note: TEXT".
void print_note(std::string_view text);
void print_notes(const Image& image);  // what a user should know about how it was read
// The two lines of an error on standard error.
void print_error(const Error& error);
// Once, before anything is opened: standard streams that are closed become ones that cannot be written, so that no file
// gets their number; a pipe without a reader and a file that may not grow become errors instead of the program's end.
void prepare_streams();

}  // namespace striate
