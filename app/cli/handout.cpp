// striate handout: a lesson on paper, its figures as they are at each step. No display is needed.
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "app/cli/cli.h"
#include "app/cli/scratch_folder.h"
#include "app/cli/script_run.h"
#include "app/cli/training.h"
#include "app/command/lesson_package.h"
#include "app/command/lesson_text.h"
#include "app/handout/handout.h"
#include "app/shell/app.h"
#include "app/shell/offscreen.h"
#include "app/words/languages.h"
#include "app/words/words.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"

namespace striate {
namespace {

// Of the window that the figures are taken from, in units of the interface: with this width letters are 7 points high
// on paper. Its stage is what stands above the lesson's words.
constexpr Vec kWindow{920, 780};
constexpr float kPixelsPerUnit = 2;

struct HandoutCommand {
  std::string lesson, out, paper = "a4", language = "en";
  bool answers = false, force = false;
};

void handout(const HandoutCommand& options, const CommandLine& line) {
  check_overwrite({options.out, FileKind::document, {options.lesson}, options.force, true});
  Settings settings = settings_for_scripts();
  settings.language = options.language;
  settings.dark = false;
  settings.show_navigation(false);
  App app(line.device(), settings);
  Offscreen screen(app, kWindow, kPixelsPerUnit);
  const ScratchFolder scratch("striate-handout");
  const StopOnSignal stop;
  ProgressLine progress(false);
  std::error_code ignored;
  const bool own = !own_lesson(options.lesson).empty() && !std::filesystem::exists(options.lesson, ignored);
  const std::string name = own ? options.lesson : std::filesystem::absolute(options.lesson).lexically_normal().string();

  Handout paper;
  for (int step = 1, count = 1; step <= count; ++step) {
    if (StopOnSignal::asked()) throw Stopped{StopOnSignal::signal()};
    const std::string figure = fmt::format("{}/{}.png", scratch.path(), step);
    Script script;
    const auto add = [&](const std::string& text) { script.actions.push_back(parse_action(text, 0)); };
    if (step == 1) add("lesson " + quoted(name));
    if (step == 1) add("inspector off");
    if (step > 1) add(fmt::format("lesson.step {}", step));
    add("wait until lesson.plays == 0 timeout 3600s");
    screen.play(std::move(script), scratch.path());
    screen.shell().request_capture(figure, true, "handout");
    screen.settle_and_capture();  // the whole window's picture is not needed
    const LessonSession& lessons = app.lessons();
    if (step == 1) {
      count = lessons.step_count();
      paper.title = lessons.lesson().title;
      paper.chapter = std::string(tr(std::string_view(lessons.lesson().chapter)));
    }
    HandoutStep made;
    made.heading = lessons.current().heading;
    made.prose = lessons.prose(app.registry());
    made.question = lessons.current().question;
    if (made.question) {
      made.question->words = lessons.read(made.question->words, app.registry());
      for (Answer& answer : made.question->answers) answer.reason = lessons.read(answer.reason, app.registry());
    }
    made.figure = read_image(figure);
    paper.steps.push_back(std::move(made));
    progress.show(fmt::format("step {} of {}", step, count));
  }
  int pages = 0;
  const std::string bytes = handout_pdf(paper, {options.paper == "letter", options.answers}, &pages);
  AtomicFile file(options.out);
  file.write(bytes.data(), bytes.size());
  file.commit();
  progress.clear();
  print_out(fmt::format("pages {}\n", pages));
}

}  // namespace

void add_handout(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<HandoutCommand>();
  CLI::App* command = add_command(
      parent, line, "handout", "A lesson on paper, as a PDF; no display is needed",
      "Its words, the stage as it is at each step, its questions with room to answer. Prints how many pages it has.\n"
      "The same lesson makes the same bytes.\n\n"
      "Examples:\n"
      "  striate handout convolution convolution.pdf\n"
      "  striate handout pooling pooling.pdf --answers --language de");
  add_text(*command, "LESSON", options->lesson, "The lesson (.md, .striate.zip, or the name of one of the program's)")
      ->required()
      ->type_name("");
  add_text(*command, "OUT", options->out, "The PDF to write")->required()->type_name("");
  add_choice(*command, "--paper", options->paper, "Its size (a4)", {"a4", "letter"});
  add_choice(*command, "--language", options->language, "Of the lesson and of its figures (en)", languages());
  command->add_flag("--answers", options->answers, "With the right answers on a last page");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { handout(*options, line); }; });
}

}  // namespace striate
