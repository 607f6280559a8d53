// striate render: a lesson or a script as a film, without a display.
#include <filesystem>
#include <memory>
#include <utility>

#include "app/cli/cli.h"
#include "app/cli/scratch_folder.h"
#include "app/cli/script_run.h"
#include "app/cli/training.h"
#include "app/command/lesson_package.h"
#include "app/command/lesson_text.h"
#include "app/film/film.h"
#include "app/shell/app.h"
#include "app/shell/offscreen.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

struct RenderOptions {
  std::string script;
  std::string out;
  std::string theme = "dark";
  int width = 1280, height = 800;
  int64_t rate = 25;
  double scale = 1, rest = 0.5, words = 180;
  bool presentation = false, force = false;
};

Action line_of_film(const std::string& text) { return parse_action(text, 0); }

// What a student does who goes through the whole lesson: reads each step, lets it show what it asks for, turns the
// page.
Script lesson_film(const Lesson& lesson, const std::string& name_or_path) {
  constexpr const char* kStands = "wait until lesson.plays == 0 timeout 3600s";
  Script script;
  script.file = lesson.file;
  script.actions.push_back(line_of_film("lesson " + quoted(name_or_path)));
  for (size_t i = 0; i < lesson.steps.size(); ++i) {
    if (i > 0) script.actions.push_back(line_of_film("lesson.next"));
    script.actions.push_back(line_of_film(kStands));
    if (!lesson.steps[i].shown().empty()) {
      for (const char* line : {"lesson.show", kStands, "pause 2"}) script.actions.push_back(line_of_film(line));
    }
  }
  return script;
}

Script film_of(const std::string& name) {
  std::error_code ignored;
  if (!own_lesson(name).empty() && !std::filesystem::exists(name, ignored))
    return lesson_film(parse_lesson(own_lesson(name), name + ".md"), name);
  const std::string file = lesson_file(name);
  if (!file.ends_with(".md")) {
    Script script = read_script(file);
    script.actions.insert(script.actions.begin(), line_of_film("pause 1"));  // how it was before
    return script;
  }
  return lesson_film(read_lesson(file), std::filesystem::absolute(name).lexically_normal().string());
}

void render(const RenderOptions& options, const CommandLine& line) {
  FilmSpec spec;
  spec.path = options.out;
  spec.width = options.width;
  spec.height = options.height;
  spec.rate = static_cast<int>(options.rate);
  spec.inputs = {options.script};
  spec.force = options.force;
  spec.has_force = true;
  check_film(spec);
  Script script = film_of(options.script);
  script.actions.push_back(line_of_film("pause 2"));  // the end is seen, too

  Settings settings = settings_for_scripts();
  settings.motion = true;
  settings.dark = options.theme == "dark";
  settings.present(options.presentation);
  settings.show_navigation(false);  // nobody chooses another page: its room is the stage's
  App app(line.device(), settings);
  app.document().pace.rest = options.rest;
  app.document().pace.words = options.words;
  const float scale = static_cast<float>(options.scale);
  Offscreen screen(app, {static_cast<float>(options.width) / scale, static_cast<float>(options.height) / scale}, scale);
  check_script(script, app.registry());
  const ScratchFolder scratch;
  const StopOnSignal stop;
  const std::unique_ptr<FilmSink> film = make_film(spec);
  ProgressLine progress(false);
  int64_t frames = 0;
  Offscreen::FilmRun run;
  run.rate = spec.rate;
  run.output_folder = scratch.path();
  run.take = [&](const Image& picture) {
    film->add(picture, 1);
    ++frames;
    progress.show(fmt::format("{} of the film", format_duration(static_cast<double>(frames) / spec.rate)));
  };
  run.asked_to_end = [] { return StopOnSignal::asked(); };
  if (!screen.film(std::move(script), run)) throw Stopped{StopOnSignal::signal()};
  film->finish();
  progress.clear();
  print_out(fmt::format("frames {}\nseconds {:.2f}\n", frames, static_cast<double>(frames) / spec.rate));
}

}  // namespace

void add_render(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<RenderOptions>();
  CLI::App* command = add_command(
      parent, line, "render", "A lesson or a script as a film; no display is needed",
      "OUT.mp4 needs ffmpeg (apt install ffmpeg), OUT.gif and a folder of PNGs need nothing.\n"
      "A lesson is gone through as a student would: every step stays until it is read, then \"Show me\" does what it\n"
      "asks for. In a script 'pause 2' lets two seconds pass. The film's time waits for what is computed, so a slow\n"
      "machine makes the same film; only a training goes at its own speed. What a script writes is thrown away.\n"
      "Prints how many pictures the film has and how long it is.\n\n"
      "Examples:\n"
      "  striate render assets/lessons/pixels.md pixels.mp4\n"
      "  striate render pixels pixels.gif --size 960x600 --rate 12\n"
      "  striate render tour.striate frames --rest 1");
  add_text(*command, "SCRIPT", options->script,
           "The lesson (.md, .striate.zip, or the name of one of the program's), or script")
      ->required()
      ->type_name("");
  add_text(*command, "OUT", options->out, "The film: OUT.mp4, OUT.gif, or a folder for PNGs")
      ->required()
      ->type_name("");
  add_size(*command, options->width, options->height, "Columns x rows of the film (1280x800)");
  add_integer(*command, "--rate", options->rate, "Pictures a second (25)", 1, kHighestFilmRate);
  add_number(*command, "--rest", options->rest, "Seconds behind every line of a script (0.5)", 0, 60);
  add_number(*command, "--words", options->words, "Words a minute that who watches reads (180)", 20, 10000);
  add_choice(*command, "--theme", options->theme, "Colors (dark)", {"dark", "light"});
  add_number(*command, "--scale", options->scale, "Pixels per unit of the interface (1)", 0.5, 4);
  command->add_flag("--presentation", options->presentation, "As for a projector: large type, the stage first");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { render(*options, line); }; });
}

}  // namespace striate
