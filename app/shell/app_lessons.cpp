// The commands of lessons: opening one, moving through its steps, doing what a step asks to try. The actions of a step
// (commands, `expect`, `wait until`) are played by the same ScriptPlayer as a script's, one a frame.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "app/command/lesson_text.h"
#include "app/command/player.h"
#include "app/shell/app.h"
#include "app/shell/lesson_prose.h"
#include "app/words/words.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"

namespace striate {
namespace {

// A name of the program's own lessons is no path.
std::string_view path_of_lesson(std::string_view value) {
  return own_lesson(value).empty() ? value : std::string_view();
}
std::string_view path_of_course(std::string_view value) {
  return own_course(value).empty() ? value : std::string_view();
}

}  // namespace

void App::declare_lesson_commands() {
  files_.declare(registry_);
  lesson_maker_.declare();
  answers_.declare();
  declare_course_commands();
  declare_control_commands();
  registry_.add(Command{
      "lesson",
      N_("Opens a guided lesson: a name, or the path of a .md or .striate.zip file"),
      {Parameter::file_to_read("NAME", "name of a lesson, or a path", path_of_lesson)},
      [this](const Arguments& arguments) { open_lesson(arguments.text(0)); },
  });
  registry_.add(Command{
      "lesson.continue",
      N_("Goes on with a lesson where it was left, or begins it"),
      {Parameter::word("NAME", "name of a lesson; the one that was left last where it is left out").or_none()},
      [this](const Arguments& arguments) {
        const std::string name = arguments.has(0) ? arguments.text(0) : settings_.last_lesson;
        if (name.empty()) throw Error("no lesson was left before its end", "open one: lesson NAME");
        const auto& known = LessonSession::entries();
        const auto found =
            std::find_if(known.begin(), known.end(), [&](const LessonEntry& entry) { return entry.name == name; });
        if (found == known.end() && course_.find(lesson_id(name)) < 0) {
          throw Error(fmt::format("there is no lesson '{}' in the program or the course", name),
                      "open a file's lesson by: lesson FILE.md");
        }
        const int place = settings_.place_in(lesson_id(name));
        open_lesson(name);
        if (place > 1 && place <= lessons_.step_count()) enter_step(place - 1);
      }});
  registry_.add(Command{"lesson.next", N_("The next step of the lesson"), {}, [this](const Arguments&) {
                          need_lesson();
                          if (lessons_.step() + 1 == lessons_.step_count()) {
                            settings_.forget_place(lessons_.id());
                            close_lesson();
                          } else {
                            enter_step(lessons_.step() + 1);
                          }
                        }});
  registry_.add(Command{"lesson.back", N_("The step before"), {}, [this](const Arguments&) {
                          need_lesson();
                          enter_step(std::max(lessons_.step() - 1, 0));
                        }});
  registry_.add(Command{"lesson.step",
                        N_("Goes to a step of the lesson"),
                        {Parameter::integer("N", "number of the step, from 1", 1, 1000)},
                        [this](const Arguments& arguments) {
                          need_lesson();
                          if (arguments.integer(0) > lessons_.step_count()) {
                            throw Error(fmt::format("the lesson has no step {}", arguments.integer(0)),
                                        fmt::format("it has steps 1 to {}", lessons_.step_count()));
                          }
                          enter_step(static_cast<int>(arguments.integer(0)) - 1);
                        }});
  registry_.add(Command{"lesson.show", N_("Does for you what this step asks you to try"), {}, [this](const Arguments&) {
                          need_lesson();
                          // What the step sets up is not done yet: it comes first.
                          show_next_ = entering_;
                          if (!entering_) play(lessons_.current().shown());
                        }});
  registry_.add(
      Command{"lesson.answer",
              N_("Answers the question of the lesson's step"),
              {Parameter::number("ANSWER", "which choice, from 1; or the number that is asked for", -1e15, 1e15)},
              [this](const Arguments& arguments) {
                need_lesson();
                lessons_.answer(arguments.number(0));
              }});
  registry_.add(Command{"lesson.close", N_("Closes the lesson"), {}, [this](const Arguments&) {
                          need_lesson();
                          close_lesson();
                        }});
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

void App::declare_course_commands() {
  registry_.add(Command{
      "course",
      N_("Opens a course, which orders lessons: 'module', or the path of a .course or .striate.zip file"),
      {Parameter::file_to_read("NAME", "'module', the program's own, or the path of a .course or .striate.zip file",
                               path_of_course)},
      [this](const Arguments& arguments) { open_course(arguments.text(0)); },
  });
  registry_.add(Command{
      "course.next",
      N_("Opens the course's next lesson: behind the open one, else the first that is not done"),
      {},
      [this](const Arguments&) {
        const CourseEntry* next = next_lesson();
        if (!next) throw Error("the course has no lesson after this one", "open one by its name: lesson NAME");
        open_lesson(next->lesson.name);
      },
  });
  registry_.add(
      Readout{"course.title", "title of the open course", [this] { return ReadoutValue(course_.course().title); }});
  registry_.add(Readout{"course.lessons", "how many lessons the course has",
                        [this] { return ReadoutValue(static_cast<double>(course_.entries().size())); }});
  registry_.add(Readout{"course.minutes", "minutes that the course is planned for",
                        [this] { return ReadoutValue(static_cast<double>(course_.course().minutes())); }});
  registry_.add(Readout{"course.hours", "hours of 45 minutes that its lessons take, none of them parted",
                        [this] { return ReadoutValue(static_cast<double>(course_.course().hours())); }});
  registry_.add(Readout{"course.at", "place of the open lesson in the course, from 1; 0: no lesson of it is open",
                        [this] { return ReadoutValue(lessons_.is_open() ? course_.find(lessons_.id()) + 1.0 : 0.0); }});
  const auto of_lesson = [this](const char* name, const char* help,
                                const std::function<ReadoutValue(const CourseEntry&)>& value) {
    registry_.add(Readout{name,
                          help,
                          {},
                          {Parameter::integer("N", "which lesson, from 1", 1, 1000)},
                          [this, value](const Arguments& arguments) {
                            const size_t n = static_cast<size_t>(arguments.integer(0));
                            if (n > course_.entries().size())
                              throw Error(fmt::format("the course has no lesson {}", n),
                                          fmt::format("it has lessons 1 to {}", course_.entries().size()));
                            return value(course_.entries()[n - 1]);
                          }});
  };
  of_lesson("course.lesson", "name or path of the N-th lesson",
            [](const CourseEntry& entry) { return ReadoutValue(entry.lesson.name); });
  of_lesson("course.hour", "hour in which the N-th lesson begins, from 1",
            [](const CourseEntry& entry) { return ReadoutValue(static_cast<double>(entry.place.hour)); });
}

void App::open_course(const std::string& name_or_path) {
  course_.open(name_or_path);
  settings_.course = course_.path();
}

const CourseEntry* App::next_lesson() const {
  const std::vector<CourseEntry>& entries = course_.entries();
  if (lessons_.is_open()) {
    const size_t next = static_cast<size_t>(course_.find(lessons_.id()) + 1);
    return next > 0 && next < entries.size() ? &entries[next] : nullptr;
  }
  for (const CourseEntry& entry : entries) {
    if (!settings_.lesson_done(entry.id)) return &entry;
  }
  return nullptr;
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
  step_files_.file = lessons_.file();
  step_files_.package = lessons_.package();
  enter_step(0);
}

void App::close_lesson() {
  lessons_.close();
  controls_.forget(Controls::Origin::lesson);
  document_.guided = false;
  step_player_.reset();
  files_.forget_question();
  entering_ = show_next_ = false;
}

// A step stands by itself: what went wrong before it is over.
void App::enter_step(int step) {
  lessons_.go_to(step);
  settings_.remember_place(lessons_.id(), step + 1);
  controls_.forget(Controls::Origin::lesson);
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
  settings_.remember_step(lessons_.id(), lessons_.step() + 1, lessons_.step_count());
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

double App::rest_behind(const Action& done) {
  const Pace& pace = document_.pace;
  if (pace.rest <= 0 && pace.words <= 0) return 0;
  double rest = done.kind == ActionKind::command || done.kind == ActionKind::answer ? pace.rest : 0;
  if (!lessons_.is_open()) return rest;
  if (std::exchange(read_step_, document_.guided_steps) != document_.guided_steps) {
    read_answer_ = nullptr;
    std::string words = plain_words(lessons_.prose(registry_));
    if (const Question* asked = lessons_.question()) {
      words += ' ' + plain_words(lessons_.read(asked->words, registry_));
      for (const Answer& answer : asked->answers) words += ' ' + answer.text;
    }
    rest += reading_time(words, pace.words);
  }
  if (const Answer* given = lessons_.given(); given && std::exchange(read_answer_, given) != given)
    rest += reading_time(plain_words(lessons_.read(given->reason, registry_)), pace.words);
  return rest;
}

// One action a frame. Returns true while there are more.
bool App::advance_step() {
  if (!step_player_) return false;
  const std::shared_ptr<ScriptPlayer> player = step_player_;  // an action may open another lesson or script
  // Screenshots of a lesson and of a script that was opened are for `striate play`; in the window they are passed over.
  PlayerHost host;
  host.run = [this](const std::string& line) {
    const AnswerLog::Shown nobody(answers_);
    run_of_script(line, step_files_);
  };
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
  host.watched = document_.pace.watched;
  // A step comes to stand at once; what "Show me" does is followed line by line.
  if (!entering_) host.rest = [this](const Action& done) { return rest_behind(done); };
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
