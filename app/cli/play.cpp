// striate play: runs a lesson or a script; its expectations decide the exit status.
#include <memory>

#include "app/cli/cli.h"
#include "app/cli/script_run.h"
#include "app/command/lesson_package.h"
#include "app/shell/app.h"
#include "app/shell/window.h"

namespace striate {
namespace {

struct PlayOptions {
  std::string script;
  std::string out_folder;
  bool headless = false, force = false;
};

ScriptPlayer::Counts play_in_window(App& app, Script script, const std::string& out_folder) {
  WindowOptions options;
  options.script = std::move(script);
  options.close_after_script = true;
  options.skip_expectations = false;
  options.output_folder = out_folder;
  const WindowResult result = run_window(app, options);
  if (result.script_error) throw *result.script_error;
  if (result.film_error) throw *result.film_error;
  return result.script_counts;
}

void play(const PlayOptions& options, const CommandLine& line) {
  App app(line.device(), settings_for_scripts());
  app.document().force = options.force;
  app.set_print([](const std::string& printed) {
    print_out(printed + '\n');
    flush_out();  // a long training is watched by it
  });
  Script script = read_script(lesson_file(options.script));
  ScriptPlayer::Counts counts;
  if (options.headless) {
    ScriptRun run;
    run.out_folder = options.out_folder;
    counts = run_script(app, std::move(script), run);
  } else {
    counts = play_in_window(app, std::move(script), options.out_folder);
  }
  print_out(fmt::format("commands {}\nexpectations {}\nscreenshots {}\n", counts.commands, counts.expectations,
                        counts.screenshots));
  if (counts.answers > 0) print_out(fmt::format("answers {}\n", counts.answers));
}

}  // namespace

void add_play(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<PlayOptions>();
  CLI::App* command = add_command(
      parent, line, "play", "Run a lesson or a script; its expectations decide the exit status",
      "A script is one command a line; a lesson (.md) is Markdown with ```striate and ```try blocks of commands.\n"
      "Every line is checked before the first one runs. 'expect', 'wait until', 'print' and\n"
      "'screenshot' are lines too: 'print pixels.gray' prints the readout as 'pixels.gray 134'.\n"
      "Files are written below --out and nowhere else, whatever names the script gives them; any file may be read.\n"
      "Prints how many commands ran, expectations held and pictures were written; ends with status 1, the file\n"
      "and the line at the first line that fails.\n\n"
      "Examples:\n"
      "  striate play assets/lessons/pixels.md --headless\n"
      "  striate play tour.striate --headless --out pictures\n"
      "What can be said in a script: striate commands");
  add_text(*command, "SCRIPT", options->script, "The lesson (.md, .striate.zip) or script")->required()->type_name("");
  command->add_flag("--headless", options->headless, "Without a window; no display is needed");
  add_text(*command, "--out", options->out_folder, "Folder that all files are written to (the current one)")
      ->type_name("DIR");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { play(*options, line); }; });
}

}  // namespace striate
