// striate [FILE]: the window, with a picture, a lesson, a script or a network in it.
#include "app/shell/window.h"

#include <filesystem>
#include <memory>

#include "app/cli/cli.h"
#include "app/cli/training.h"
#include "app/command/course.h"
#include "app/command/lesson_package.h"
#include "app/command/registry.h"
#include "app/network/network_in_use.h"
#include "app/shell/app.h"
#include "app/shell/progress.h"
#include "app/shell/settings.h"
#include "app/shell/system_motion.h"
#include "app/worker/jobs.h"
#include "engine/files/image_file.h"
#include "engine/training/checkpoint.h"

namespace striate {
namespace {

constexpr uintmax_t kReadAtOnce = uintmax_t{16} << 20;

struct WindowLine {
  std::string file;
  std::string page;
  std::string results;
  std::string kiosk;  // seconds; empty: none
  std::string room;
  bool print_start = false;
};

double kiosk_seconds(const std::string& text) {
  double seconds = 0;
  if (!parse_number(text, &seconds))
    throw UsageError(fmt::format("--kiosk: '{}' is no number of seconds", text),
                     "the file comes before it: striate FILE --kiosk 120");
  if (seconds < kLeastKiosk || seconds > kLongestKiosk)
    throw UsageError(fmt::format("--kiosk: {} is out of range", text),
                     fmt::format("give seconds from {} to {}", kLeastKiosk, kLongestKiosk));
  return seconds;
}

// What is wrong with the file is told in the terminal, before a window opens.
void open_file(const std::string& file, WindowOptions* options) {
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending == ".striate") {
    options->script = read_script(file);
    options->skip_expectations = false;
    return;
  }
  const bool course = ending == ".course" || (is_lesson_package(file) && holds_course(file));
  if (!course && (ending == ".md" || is_lesson_package(file))) {
    read_lesson(lesson_file(file));
    options->commands.push_back("lesson " + quoted(file));
    return;
  }
  if (course) {
    read_course(file);
    options->commands.push_back("course " + quoted(file));
    options->commands.push_back("course.next");
    return;
  }
  const ModelKind kind = model_kind(file);
  if (kind == ModelKind::training) {
    read_model_info(SafeTensors::open(file), file);
    options->commands.push_back("page train");
    options->commands.push_back("train.open " + quoted(file));
    return;
  }
  if (kind == ModelKind::network) {
    // A large ONNX file is read as a whole: that waits until the window is there.
    std::error_code problem;
    const bool large = std::filesystem::file_size(file, problem) > kReadAtOnce && ending == ".onnx";
    OpenNetwork::check_can_be_opened(file);
    try {
      if (!large) read_model_file(file);
    } catch (const Error& error) {
      throw said_in_window(error);
    }
    options->commands.push_back("open " + quoted(file));
    return;
  }
  read_image_header(file);
  options->commands.push_back("open " + quoted(file));
}

// An App after the other, each as the command line says.
void show_kiosk(const WindowLine& asked, const CommandLine& line, const WindowOptions& options) {
  const KioskOptions kiosk{kiosk_seconds(asked.kiosk), asked.file};
  const auto make = [&] {
    Settings settings;  // nobody's
    settings.motion = system_motion();
    settings.full_screen = true;
    auto app = std::make_unique<App>(line.device(), std::move(settings));
    if (!asked.page.empty()) check_page(*app, asked.page);
    if (!asked.room.empty()) app->furnish(read_script(asked.room));
    if (!asked.results.empty()) app->answers().keep(asked.results);
    return app;
  };
  make();  // what is wrong is told in the terminal, before a window opens
  const StopOnSignal stop([] { wake_window(); });
  const WindowResult result = run_kiosk(make, kiosk, options);
  if (StopOnSignal::asked()) throw Stopped{StopOnSignal::signal()};
  if (result.script_error) throw *result.script_error;
}

void show_window(const WindowLine& asked, const CommandLine& line) {
  keep_little_freed();
  WindowOptions options;
  if (!asked.file.empty()) open_file(asked.file, &options);
  options.print_first_frame = asked.print_start;
  options.asked_to_end = [] { return StopOnSignal::asked(); };
  if (!asked.kiosk.empty()) {
    if (!asked.page.empty()) options.commands.push_back("page " + asked.page);
    if (asked.page.empty() && asked.file.empty()) options.commands.push_back(std::string("page ") + kHomePage);
    return show_kiosk(asked, line, options);
  }
  options.settings_file = settings_path();
  std::string problem;
  App app(line.device(), load_settings(options.settings_file, &problem));
  if (!asked.results.empty()) app.answers().keep(asked.results);
  if (!asked.room.empty()) app.furnish(read_script(asked.room));
  if (!asked.page.empty()) {
    check_page(app, asked.page);
    options.commands.push_back("page " + asked.page);
  } else if (asked.file.empty()) {
    options.commands.push_back(std::string("page ") + kHomePage);
  }
  if (!problem.empty()) print_note(problem);
  const StopOnSignal stop([&app] { app.wake(); });
  const WindowResult result = run_window(app, options);
  if (result.film_error && StopOnSignal::asked()) print_note(result.film_error->what());
  if (StopOnSignal::asked()) {
    app.keep_work([](const std::string& words) { print_note(words); });
    throw Stopped{StopOnSignal::signal()};
  }
  if (result.script_error) throw *result.script_error;
  if (result.film_error) throw *result.film_error;
}

}  // namespace

void add_window(CLI::App& root, CommandLine& line) {
  auto asked = std::make_shared<WindowLine>();
  add_text(root, "FILE", asked->file,
           "A picture, a network (.safetensors, .onnx, .pt, .pth), a lesson (.md, .striate.zip), a course (.course, "
           ".striate.zip) or a script (.striate) to open in the window")
      ->type_name("");
  add_common_options(root, line);
  add_text(root, "--page", asked->page, "The page to begin with: its id, such as pixels; home unless a file is opened");
  add_text(root, "--results", asked->results,
           "Keep a table of what is answered to lessons' questions, a line each; one that is there goes on")
      ->type_name("FILE.csv");
  add_text(root, "--kiosk", asked->kiosk,
           "For visitors, in full screen: begins anew after so many seconds (120) without mouse or keys; no files, no "
           "settings; closed from outside, or by a signal")
      ->type_name("[SECONDS]")
      ->expected(0, 1)
      ->default_str(fmt::format("{}", kUsualKiosk));
  add_text(
      root, "--room", asked->room,
      "A file of commands that are run first, for every computer of a room: what its control.hide and control.lock "
      "lines close stays closed");
  root.add_flag("--print-start", asked->print_start, "Print how long it took until the window was drawn");
  line.run = [asked, &line] { show_window(*asked, line); };
}

}  // namespace striate
