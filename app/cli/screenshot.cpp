// striate screenshot: one page as a PNG, without a display. The README's pictures are made by it.
#include <algorithm>
#include <memory>

#include "app/cli/cli.h"
#include "app/cli/script_run.h"
#include "app/command/registry.h"
#include "app/shell/app.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

struct ScreenshotOptions {
  std::string page;
  std::string out;
  std::string file;
  std::string theme = "dark";
  std::vector<std::string> commands;
  bool force = false;
  ScriptRun run;
};

void parse_size(const std::string& text, int* columns, int* rows) {
  const size_t cross = std::min(text.find('x'), text.size());
  int64_t width = 0, height = 0;
  if (cross == text.size() || !parse_integer(std::string_view(text).substr(0, cross), &width) ||
      !parse_integer(std::string_view(text).substr(cross + 1), &height) || width < 320 || height < 200 ||
      width > 7680 || height > 4320)
    throw UsageError(fmt::format("--size: invalid size '{}'", text),
                     "columns x rows, as in 1280x800; from 320x200 to 7680x4320");
  *columns = static_cast<int>(width);
  *rows = static_cast<int>(height);
}

void screenshot(const ScreenshotOptions& options, const CommandLine& line) {
  check_overwrite({options.out, FileKind::picture, {options.file}, options.force, true});
  Settings settings = settings_for_scripts();
  settings.dark = options.theme == "dark";
  App app(line.device(), settings);
  check_page(app, options.page);
  app.document().force = options.force;
  Script script;
  if (!options.file.empty()) script.actions.push_back(command_action("open " + quoted(options.file)));
  script.actions.push_back(command_action("page " + options.page));
  for (const std::string& command : options.commands) script.actions.push_back(command_action(command));
  Action picture;
  picture.kind = ActionKind::screenshot;
  picture.file = options.out;
  script.actions.push_back(picture);
  run_script(app, std::move(script), options.run, [&] { check_do_lines(app, options.commands); });
}

}  // namespace

void add_screenshot(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<ScreenshotOptions>();
  CLI::App* command =
      add_command(parent, line, "screenshot", "A page as a PNG; no display is needed",
                  "Waits until everything on the page is done before the picture is taken.\n\n"
                  "Examples:\n"
                  "  striate screenshot pixels portrait.png\n"
                  "  striate screenshot filters edges.png photo.jpg --size 1920x1080 --do \"filters.kernel edge\"");
  add_text(*command, "PAGE", options->page, "Its id, such as pixels or filters; a wrong one lists them all")
      ->required()
      ->type_name("");
  add_text(*command, "OUT", options->out, "The PNG to write")->required()->type_name("");
  add_text(*command, "FILE", options->file, "What to open first; without it, the portrait")->type_name("");
  add_size(*command, options->run.width, options->run.height, "Columns x rows of the picture (1280x800)");
  add_do_option(*command, options->commands);
  add_choice(*command, "--theme", options->theme, "Colors (dark)", {"dark", "light"});
  add_number(*command, "--scale", options->run.scale, "Pixels per unit of the interface (1)", 0.5, 4);
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { screenshot(*options, line); }; });
}

void add_size(CLI::App& command, int& width, int& height, const std::string& help) {
  command
      .add_option_function<std::string>(
          "--size", [&width, &height](const std::string& text) { parse_size(text, &width, &height); }, help)
      ->type_name("WxH");
}

void add_do_option(CLI::App& command, std::vector<std::string>& lines) {
  command
      .add_option_function<std::vector<std::string>>(
          "--do", [&lines](const std::vector<std::string>& all) { lines = all; },
          "A command to run first, as in a script; may be given several times")
      ->type_name("COMMAND")
      ->type_size(1)
      ->expected(1)
      ->take_all();
}

void check_page(const App& app, const std::string& page) {
  std::vector<std::string> ids;
  for (const auto& known : app.pages()) ids.push_back(known->info().id);
  if (std::find(ids.begin(), ids.end(), page) != ids.end()) return;
  const std::string near = nearest_name(page, ids);
  const std::string all = fmt::format("the pages are {}", fmt::join(ids, ", "));
  throw UsageError(fmt::format("there is no page '{}'", page),
                   near.empty() ? all : fmt::format("did you mean '{}'? {}", near, all));
}

void check_do_lines(const App& app, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    try {
      app.registry().check(line);
    } catch (const Error& error) {
      throw UsageError(fmt::format("--do: {}", error.what()), error.hint());
    }
  }
}

}  // namespace striate
