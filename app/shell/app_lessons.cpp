// The commands of lessons: opening one, moving through its steps, doing what a step asks to try. The actions of a step
// (commands, `expect`, `wait until`) are played by the same ScriptPlayer as a script's, one a frame.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "app/command/player.h"
#include "app/embedded.h"
#include "app/shell/app.h"
#include "app/shell/lesson_prose.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"

namespace striate {
namespace {

// A name of the program's own lessons is no path.
std::string_view path_of_lesson(std::string_view value) {
  return embedded_file("assets/lessons/" + std::string(value) + ".md").empty() ? value : std::string_view();
}

}  // namespace

void App::declare_lesson_commands() {
  files_.declare(registry_);
  registry_.add(Command{
      "lesson",
      "Opens a guided lesson: a name, or the path of a .md file",
      {Parameter::file_to_read("NAME", "name of a lesson, or a path", path_of_lesson)},
      [this](const Arguments& arguments) { open_lesson(arguments.text(0)); },
  });
  registry_.add(Command{"lesson.next", "The next step of the lesson", {}, [this](const Arguments&) {
                          need_lesson();
                          if (lessons_.step() + 1 == lessons_.step_count()) {
                            close_lesson();
                          } else {
                            enter_step(lessons_.step() + 1);
                          }
                        }});
  registry_.add(Command{"lesson.back", "The step before", {}, [this](const Arguments&) {
                          need_lesson();
                          enter_step(std::max(lessons_.step() - 1, 0));
                        }});
  registry_.add(Command{"lesson.step",
                        "Goes to a step of the lesson",
                        {Parameter::integer("N", "number of the step, from 1", 1, 1000)},
                        [this](const Arguments& arguments) {
                          need_lesson();
                          if (arguments.integer(0) > lessons_.step_count()) {
                            throw Error(fmt::format("the lesson has no step {}", arguments.integer(0)),
                                        fmt::format("it has steps 1 to {}", lessons_.step_count()));
                          }
                          enter_step(static_cast<int>(arguments.integer(0)) - 1);
                        }});
  registry_.add(Command{"lesson.show", "Does for you what this step asks you to try", {}, [this](const Arguments&) {
                          need_lesson();
                          // What the step sets up is not done yet: it comes first.
                          show_next_ = entering_;
                          if (!entering_) play(lessons_.current().shown());
                        }});
  registry_.add(
      Command{"lesson.answer",
              "Answers the question of the lesson's step",
              {Parameter::number("ANSWER", "which choice, from 1; or the number that is asked for", -1e15, 1e15)},
              [this](const Arguments& arguments) {
                need_lesson();
                lessons_.answer(arguments.number(0));
              }});
  registry_.add(Command{"lesson.close", "Closes the lesson", {}, [this](const Arguments&) {
                          need_lesson();
                          close_lesson();
                        }});
  registry_.add(Command{
      "lesson.make",
      "Writes the present state as a lesson: a text file that brings everything back, to be filled with words",
      {Parameter::file_to_write("FILE", "a name ending in .md; the next free striate-lesson-N.md where it is left out")
           .or_none()},
      [this](const Arguments& arguments) {
        std::string path = arguments.has(0) ? arguments.text(0) : "";
        for (int n = 1; path.empty(); ++n) {
          const std::string name = fmt::format("striate-lesson-{}.md", n);
          if (!std::filesystem::exists(name)) path = name;
        }
        if (std::filesystem::path(path).extension() != ".md") {
          throw Error(fmt::format("a lesson's name ends in .md, not as in '{}'", path), "write: lesson.make NAME.md");
        }
        const std::string text = lesson_text();
        const std::string open = lessons_.is_open() ? lessons_.path() : std::string();
        check_overwrite({path, FileKind::lesson, {open}, document_.force});
        AtomicFile file(path);
        file.write(text.data(), text.size());
        file.commit();
        const std::string where = std::filesystem::absolute(path).lexically_normal().string();
        notify({"The lesson is in " + where, "Open it with any text editor; open it here to play it", "lesson.make",
                false, now_});
      },
  });
  registry_.add(Readout{"lesson.step", "number of the lesson's step, from 1; 0 while none is open",
                        [this] { return ReadoutValue(lessons_.is_open() ? lessons_.step() + 1.0 : 0.0); }});
  registry_.add(Readout{"lesson.plays", "1 while a lesson's step is set up, \"Show me\" works, or a script plays",
                        [this] { return ReadoutValue(step_player_ ? 1.0 : 0.0); }});
  registry_.add(Readout{"lesson.ask", "what the lesson's step asks; empty where it asks nothing", [this] {
                          const Question* asked = lessons_.question();
                          return ReadoutValue(asked ? plain_words(lessons_.read(asked->words, registry_))
                                                    : std::string());
                        }});
  registry_.add(Readout{"lesson.answer", "right or wrong: the answer given last; empty before one is given", [this] {
                          const Answer* given = lessons_.given();
                          return ReadoutValue(std::string(!given ? "" : given->right ? "right" : "wrong"));
                        }});
  registry_.add(
      Readout{"lesson.reason", "why the answer given last is right or wrong; empty before one is given", [this] {
                const Answer* given = lessons_.given();
                return ReadoutValue(given ? plain_words(lessons_.read(given->reason, registry_)) : std::string());
              }});
  registry_.add(Readout{"lesson.tasks", "tasks of lessons that were done since the program was opened",
                        [this] { return ReadoutValue(static_cast<double>(tasks_done_)); }});
  registry_.add(Readout{
      "lesson.prose", "the words of the lesson's step as they are drawn now; empty while none is open",
      [this] { return ReadoutValue(lessons_.is_open() ? plain_words(lessons_.prose(registry_)) : std::string()); }});
}

std::string App::lesson_text() const {
  const PageInfo& info = page().info();
  std::string text = fmt::format("# {}\npage: {}\nchapter: {}\n\n", info.title, info.id, info.chapter);
  text += "Write here what a student should see, and link [words](input) to things.\n\n```striate\n";
  for (const std::string& line : state()) {
    if (line != "page " + info.id) text += line + "\n";
  }
  return text + "```\n";
}

void App::need_lesson() const {
  if (!lessons_.is_open()) throw Error("no lesson is open", "open one: lesson NAME");
}

void App::open_lesson(const std::string& name_or_path) {
  const ScriptFiles files = files_.opened();
  lessons_.open(name_or_path, registry_);
  loader_.cancel();  // what was asked for before it is no longer wanted
  opening_.clear();
  step_files_ = files;
  step_files_.file = lessons_.path();
  enter_step(0);
}

void App::close_lesson() {
  lessons_.close();
  document_.guided = false;
  step_player_.reset();
  files_.forget_question();
  entering_ = show_next_ = false;
}

// A step stands by itself: what went wrong before it is over.
void App::enter_step(int step) {
  lessons_.go_to(step);
  task_done_ = false;
  failures_.clear();
  std::erase_if(notices_, [](const Notice& notice) {
    const std::string_view name = command_name(notice.command);
    return notice.error && (name.find('.') != std::string_view::npos || name == "open" || name == "lesson");
  });
  document_.guided = true;
  ++document_.guided_steps;
  play(lessons_.current().enter);
  entering_ = step_player_ != nullptr;
  if (!entering_) lessons_.begin(registry_);
}

// A task that was done is remembered at once, and those who count what was trained for it are told.
void App::look_at_task() {
  if (!lessons_.is_open() || entering_ || task_done_ || !lessons_.tried()) return;
  task_done_ = true;
  ++tasks_done_;
  if (lessons_.built_in()) settings_.remember_step(lessons_.name(), lessons_.step() + 1, lessons_.step_count());
}

// Plays a step's actions from the next update on; what was still playing is dropped.
void App::play(const std::vector<Action>& actions) {
  step_player_.reset();
  files_.forget_question();
  entering_ = show_next_ = false;
  files_.step_entered();
  if (actions.empty()) return;
  Script script;
  script.file = lessons_.lesson().file;
  script.actions = actions;
  step_player_ = std::make_shared<ScriptPlayer>(std::move(script));
  step_player_->skip_expectations(true);  // who goes through a lesson is not tested on what they touched meanwhile
}

// A script that was opened in the window, with its expectations: their failure is a message.
void App::open_script(const std::string& path) {
  ScriptFiles files = files_.opened();
  Script script = read_script(path);
  check_script(script, registry_);
  files.file = path;
  check_files(script, files, registry_);
  close_lesson();
  failures_.clear();
  step_files_ = files;
  document_.guided = true;
  ++document_.guided_steps;
  step_player_ = std::make_shared<ScriptPlayer>(std::move(script));
}

void App::print(const std::string& line) {
  if (print_) return print_(line);
  notify({line, "", "print", false, now_});
}

// One action a frame. Returns true while there are more.
bool App::advance_step() {
  if (!step_player_) return false;
  const std::shared_ptr<ScriptPlayer> player = step_player_;  // an action may open another lesson or script
  // Screenshots of a lesson and of a script that was opened are for `striate play`; in the window they are passed over.
  PlayerHost host;
  host.run = [this](const std::string& line) { run_of_script(line, step_files_); };
  host.registry = &registry_;
  host.loading = [this] { return loader_.busy(); };
  host.held = [this] { return holds_scripts(); };
  host.busy = [this] { return work_is_under_way(); };
  // What fails behind a lesson is told by a notice of its own and may come from what was done before: the step goes on.
  host.take_failure = [this]() -> std::optional<Error> {
    std::optional<Error> failure = take_failure();
    return lessons_.is_open() ? std::nullopt : failure;
  };
  host.screenshot = [](const std::string&) {};
  host.now = [this] { return now_; };
  // Who goes through a lesson has nothing to read there.
  if (print_ || !lessons_.is_open()) host.print = [this](const std::string& line) { print(line); };
  try {
    if (files_.holds(*player, step_files_, registry_, false)) return false;
    if (player->advance(host) || step_player_ != player) return true;
  } catch (...) {
    const Error error = as_error(std::current_exception());
    if (!files_.asks()) failures_.push_back(error);  // who plays it has to know
    notify({error.what(), error.hint(), lessons_.is_open() ? "lesson" : "play", true, now_});
    if (step_player_ != player) return true;
  }
  step_player_.reset();
  if (std::exchange(entering_, false)) lessons_.begin(registry_);
  document_.guided = lessons_.is_open();
  if (std::exchange(show_next_, false) && lessons_.is_open()) play(lessons_.current().shown());
  return step_player_ != nullptr;
}

}  // namespace striate
