// The program without its window: the document, the pages, every command and readout, undo, the queue of commands that
// widgets and keys send, notices, and the lesson that is open. Knows no ImGui, GLFW or GL, so tests, `striate play
// --headless` and the window run the very same object; shell/frame.h draws it, cli/ and command/player.h drive it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/command/controls.h"
#include "app/command/registry.h"
#include "app/shell/answer_log.h"
#include "app/shell/course_session.h"
#include "app/shell/document.h"
#include "app/shell/lesson_files.h"
#include "app/shell/lesson_maker.h"
#include "app/shell/lesson_session.h"
#include "app/shell/page_shelf.h"
#include "app/shell/settings.h"
#include "app/worker/latest.h"
#include "engine/error.h"

namespace striate {

class Recorder;
class ScriptPlayer;
struct Action;
struct Script;

// Something went wrong (or something worth knowing happened): shown until it is dismissed or the same command succeeds.
struct Notice {
  std::string what;
  std::string hint;
  std::string command;  // the line it came from; its first word says beside what to show it
  bool error = true;
  double time = 0;    // seconds, App::now() when it came
  double leaves = 0;  // when it goes by itself; 0: it stays. App::notify sets it: errors stay, good news goes
  bool held = false;  // the mouse is on it: it waits
};

class App {
 public:
  // Opens the portrait. `settings` is what was read from disk, or the defaults.
  explicit App(Device device, Settings settings = {});
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // ---- commands ----
  Registry& registry() { return registry_; }
  const Registry& registry() const { return registry_; }

  // Runs one line now. Throws Error. Keeps undo, feeds the recorder, completes a lesson's "try it".
  void run(std::string_view line) { run(line, 0); }
  // The same for a line that a lesson or script says: with what it may do to files. Throws Error.
  void run_of_script(const std::string& line, const ScriptFiles& rules);
  // Runs a room's file: what it hides and locks stays so while the program runs. Throws Error with file and line.
  void furnish(const Script& room);
  // Puts a line into the queue: the next update() runs it, and its error becomes a notice. Any thread.
  // `gesture`: lines with the same number, not 0, come from one control in one move, and are undone as one edit.
  void send(std::string line, uint64_t gesture = 0);

  // Once a frame, before drawing: runs the queue, takes finished work in, moves pages. `now` in seconds, never falling.
  // Returns true while another frame should follow by itself.
  bool update(double now);
  double now() const { return now_; }
  // True while the present state is not final: a file is being read, a page's work is under way, commands wait.
  bool busy() const;
  bool work_is_under_way() const;  // the same without what commands wait for
  bool goes_on() const;            // a training, or something else that goes on by itself
  // Something that a command asked for moves on to its end: a script's next command waits (Page::holds_scripts).
  bool holds_scripts() const;
  // Seconds until the next line of a script where somebody follows it (Document::pace): what was just done may have
  // brought a lesson's step, or the reason of an answer, that is to be read.
  double rest_behind(const Action& done);
  // The oldest error that came from work behind (a file that could not be decoded) and was not taken yet, for scripts;
  // the notice stays.
  std::optional<Error> take_failure();

  // Where a script's `print` lines go; without it they are messages.
  void set_print(std::function<void(const std::string& line)> print) { print_ = std::move(print); }
  void print(const std::string& line);

  // Called when another frame is wanted; the window sets it to wake its event loop. Any thread calls it.
  void set_wake(std::function<void()> wake);
  void wake();

  // ---- state that the shell draws ----
  Document& document() { return document_; }
  const Document& document() const { return document_; }
  const std::vector<std::unique_ptr<PagePlace>>& pages() const { return shelf_.places(); }
  PageShelf& shelf() { return shelf_; }
  const PageShelf& shelf() const { return shelf_; }
  Page& page() const { return shelf_.shown(); }  // the one that is shown
  // Counts up when memory is to be given back: whoever draws gives back textures that nobody sees, too.
  uint64_t releases() const { return releases_; }
  const std::deque<Notice>& notices() const { return notices_; }
  void notify(Notice notice);
  void notify_once(const Error& error, const std::string& command);  // not while the same stands there already
  void dismiss_notice(size_t index);
  void hold_notice(size_t index, bool held);
  // When something is due by itself (a message leaves), by the clock of update(): the window sleeps until then and no
  // longer. Infinite where nothing is.
  double due() const;
  float loading() const;  // 0 to 1 while a file is being read, else -1
  bool can_undo() const { return !undo_.empty(); }
  bool can_redo() const { return !redo_.empty(); }
  bool wants_to_quit() const { return quit_; }
  // The program ends without anybody to be asked: what is in no file is kept for its next start, on the way out. `tell`
  // is told where, from any thread, until this object is gone.
  void keep_work(const std::function<void(const std::string& words)>& tell);
  bool recording() const { return recorder_ != nullptr; }

  Settings& settings() { return settings_; }
  const Settings& settings() const { return settings_; }
  // The lesson's step is being set up, or "Show me" does what it asks for.
  bool lesson_plays() const { return step_player_ != nullptr; }
  LessonSession& lessons() { return lessons_; }
  const LessonSession& lessons() const { return lessons_; }
  LessonFiles& files() { return files_; }
  AnswerLog& answers() { return answers_; }
  const Controls& controls() const { return controls_; }
  const LessonMaker& lesson_maker() const { return lesson_maker_; }
  const CourseSession& course() const { return course_; }
  const CourseEntry* next_lesson() const;  // what `course.next` opens; null: nothing

  // What is asked before each line, of a click, a key, the window's queue or a lesson; it throws Error where the line
  // shall not run. What an undo brings back is not asked about: it was there before.
  void set_permit(std::function<void(std::string_view line)> permit) { permit_ = std::move(permit); }
  bool permits(const std::string& line);  // where it is not, a notice says why

  // The commands that bring a fresh program to the present state: the document, the page that is shown and its state.
  std::vector<std::string> state() const;

 private:
  struct Edit {
    std::string owner;                // id of the page, or "document"
    std::vector<std::string> before;  // its state before
    std::string command;              // name of the command
    uint64_t gesture = 0;             // that made it; 0: none
  };
  struct Sent {
    std::string line;
    uint64_t gesture = 0;
  };

  void declare_commands();
  void record(const Command& command, std::string_view line);

  // Lessons: app_lessons.cpp.
  void declare_lesson_commands();
  void need_lesson() const;
  void declare_course_commands();
  void declare_control_commands();  // app_controls.cpp
  void open_lesson(const std::string& name_or_path);
  void open_course(const std::string& name_or_path);
  void close_lesson();
  void open_script(const std::string& path);
  void enter_step(int step);
  void look_at_task();
  void play(const std::vector<Action>& actions);
  bool advance_step();

  void open(const std::string& source);
  void show_image(const ImagePtr& image, std::string source);
  std::vector<std::string> state_of(const std::string& owner) const;
  void restore(std::vector<Edit>& from, std::vector<Edit>& to, const char* nothing);
  void run(std::string_view line, uint64_t gesture);
  void run_all_or_nothing(const std::vector<std::string>& lines, const std::vector<std::string>& now);
  void remember_edit(const Command& command, std::vector<std::string> before, uint64_t gesture);
  void show_page(const std::string& id);

  Settings settings_;
  Registry registry_;
  std::mutex wake_mutex_;
  std::function<void()> wake_;
  std::function<void(const std::string& line)> print_;
  std::function<void(std::string_view line)> permit_;
  std::mutex queue_mutex_;
  std::vector<Sent> queue_;
  Document document_;
  LessonSession lessons_;
  LessonFiles files_;
  Controls controls_;
  Controls::Origin speaker_ = Controls::Origin::person;  // who says the line that runs
  LessonMaker lesson_maker_{*this};
  AnswerLog answers_{*this};
  CourseSession course_;
  ScriptFiles step_files_;  // what holds for step_player_
  PageShelf shelf_;
  uint64_t releases_ = 0;
  std::deque<Notice> notices_;
  std::deque<Error> failures_;
  std::vector<Edit> undo_, redo_;
  std::unique_ptr<Recorder> recorder_;
  std::shared_ptr<ScriptPlayer> step_player_;  // what is left of the lesson's step, or of a script that was opened
  bool entering_ = false;                      // it is the step's own, not what the student does or "Show me" does
  bool show_next_ = false;                     // "Show me" was asked for while they run
  bool task_done_ = false;                     // the step's task is known to be done
  int tasks_done_ = 0;
  uint64_t read_step_ = 0;  // of Document::guided_steps: the step that somebody who follows had the time to read,
  const Answer* read_answer_ = nullptr;  // and the reason
  std::string opening_;                  // what is being read
  double now_ = 0;
  bool quit_ = false;
  bool restoring_ = false;
  Latest<ImagePtr> loader_;     // reads files
  Latest<bool> pyramid_maker_;  // makes the smaller levels of the open image
};

}  // namespace striate
