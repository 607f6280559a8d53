// striate [FILE]: the window, with a picture, a lesson, a script or a saved model in it.
#include "app/shell/window.h"

#include <filesystem>
#include <memory>

#include "app/cli/cli.h"
#include "app/cli/training.h"
#include "app/command/registry.h"
#include "app/shell/app.h"
#include "app/shell/settings.h"
#include "engine/files/image_file.h"
#include "engine/training/checkpoint.h"

namespace striate {
namespace {

struct WindowLine {
  std::string file;
  bool print_start = false;
};

// What is wrong with the file is told in the terminal, before a window opens.
void open_file(const std::string& file, WindowOptions* options) {
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending == ".striate") {
    options->script = read_script(file);
    options->skip_expectations = false;
    return;
  }
  if (ending == ".md") {
    read_lesson(file);
    options->commands.push_back("lesson " + quoted(file));
    return;
  }
  if (ending == ".safetensors") {
    read_model_info(SafeTensors::open(file), file);
    options->commands.push_back("page train");
    options->commands.push_back("train.open " + quoted(file));
    return;
  }
  refuse_networks(file);
  read_image_header(file);
  options->commands.push_back("open " + quoted(file));
}

void show_window(const WindowLine& asked, const CommandLine& line) {
  WindowOptions options;
  if (!asked.file.empty()) open_file(asked.file, &options);
  options.settings_file = settings_path();
  options.print_first_frame = asked.print_start;
  std::string problem;
  App app(line.device(), load_settings(options.settings_file, &problem));
  if (!problem.empty()) print_note(problem);
  const StopOnSignal stop([&app] { app.wake(); });
  options.asked_to_end = [] { return StopOnSignal::asked(); };
  const WindowResult result = run_window(app, options);
  if (StopOnSignal::asked()) {
    app.keep_work([](const std::string& words) { print_note(words); });
    throw Stopped{StopOnSignal::signal()};
  }
  if (result.script_error) throw *result.script_error;
}

}  // namespace

void add_window(CLI::App& root, CommandLine& line) {
  auto asked = std::make_shared<WindowLine>();
  add_text(root, "FILE", asked->file,
           "A picture, a lesson (.md), a script (.striate) or a saved model (.safetensors) to open in the window")
      ->type_name("");
  add_common_options(root, line);
  root.add_flag("--print-start", asked->print_start, "Print how long it took until the window was drawn");
  line.run = [asked, &line] { show_window(*asked, line); };
}

}  // namespace striate
