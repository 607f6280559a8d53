// The shell: everything around a page, drawn once a frame from an App. The window, offscreen pictures and tests run
// this very same object; it knows no GLFW and no GL.
//
// Each place has its file: navigation.cpp, narration.cpp, notices.cpp, help.cpp, palette.cpp, browser_view.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/player.h"
#include "app/command/setting.h"
#include "app/shell/app.h"
#include "app/shell/keys.h"
#include "app/shell/layout.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"

namespace striate {

class Browser;
class FilmRecorder;
class GlossaryView;
class HandoutMaker;
struct ChapterProgress;
struct LessonProgress;
struct PageProgress;

class Shell {
 public:
  // Declares the shell's commands (shell_commands.cpp) in the app's registry: make it right after the App, once.
  Shell(App& app, Textures& textures);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  struct Moment {
    Input input;
    Vec size;              // of the window, logical
    float scale = 1;       // pixels per logical unit
    double now = 0;        // seconds
    bool patient = false;  // pictures for files: everything at its end, no budget of time
    bool film = false;     // pictures of a film: no budget of time either, but what moves moves
  };
  // Updates the app, does a line of the script, draws; the triangles are in ImGui::GetDrawData() then. Returns true
  // while another frame should follow by itself.
  bool frame(const Moment& moment);
  // Something moved in the last frame, so another one should follow at once; a script that only waits does not count.
  bool moving() const { return moving_; }
  // Nothing is under way any more: what the last frame drew is final.
  bool settled() const { return settled_; }

  App& app() { return app_; }
  Ui& ui() { return ui_; }
  const ShellLayout& layout() const { return layout_; }
  // So many of the window's units is one of those that the last frame was drawn with (presentation_unit), and what was
  // drawn at `place`, in the window's units.
  float unit() const { return unit_; }
  Rect in_window(const Rect& place) const {
    return {place.x * unit_, place.y * unit_, place.w * unit_, place.h * unit_};
  }
  const Theme& theme() const;
  // The line that the open lesson's step asks for next, where the screen has what sends it: that has the ring.
  const std::string& task() const { return task_; }
  // What hands sent in the last frame.
  const std::vector<std::string>& sent() const { return sent_; }

  // Plays a script, a line a frame. Its error ends it and is kept.
  void play(Script script, bool skip_expectations = false);
  bool playing() const { return player_ != nullptr; }
  std::optional<Error> take_script_error() { return std::exchange(script_error_, std::nullopt); }
  const ScriptPlayer::Counts& script_counts() const { return counts_; }
  PlayerHost player_host();
  // Relative names of pictures that a script asks for stand in this folder.
  void set_output_folder(std::string folder) { output_folder_ = std::move(folder); }
  // Somebody sits in front of it who opened the script: files are asked about instead of written below the folder.
  void ask_about_files() { asks_ = true; }

  // The seconds until a kiosk begins anew, while they are counted on the screen; else 0 (kiosk.h).
  void set_countdown(int seconds) { countdown_ = seconds; }

  // What was dropped on the window: the first file is opened, or a message says why not; a folder is shown in the
  // browser.
  void drop(const std::vector<std::string>& paths);

  // A picture that was asked for: whoever draws takes it once settled() and calls captured() when it is written.
  struct Capture {
    std::string file;
    Rect part;  // in the window's units; the whole window or the stage
    std::string command;
  };
  const std::optional<Capture>& capture() const { return capture_; }
  void captured(std::optional<Error> failure);  // an error becomes a notice, and the script's
  void request_capture(const std::string& file, bool stage_only, const std::string& command);

  // The film of what is shown that is being recorded; null: none is. Whoever draws gives it its pictures (capture.h).
  FilmRecorder* film() const { return filming() ? film_.get() : nullptr; }
  // Nothing is drawn any more: ends the film, waits until it is whole, and says what has failed.
  std::optional<Error> end_film();

 private:
  friend class ShellParts;
  void declare_commands();
  void apply_keys();
  bool find_task();  // lesson_task.cpp
  std::string ring_line(bool* look_again);
  void draw(const Moment& moment);
  // Draws a part of the window. What it throws is a notice, and words in its place: the rest of the window stays.
  void draw_part(const char* name, const Rect& area, const std::function<void()>& part);
  void draw_navigation(const Rect& area);
  float navigation_head_more();
  void draw_navigation_head();
  void draw_chapter(const ChapterProgress& chapter, bool unfolded);
  void draw_page_line(const PageProgress& page);
  void draw_course();
  void draw_lesson_line(const LessonProgress& lesson);
  Response navigation_line(const Rect& rect, const ItemSpec& spec, bool current);
  bool chapter_unfolded(const std::string& chapter) const;
  void follow_page();
  void draw_bar(const Rect& area);
  void draw_unfold_buttons();
  std::string unfold_navigation() const;
  void draw_inspector(const Rect& area);
  void draw_narration(const Rect& area);
  bool narration_has_wide_head(float width);
  float narration_height(float width);
  float ask_height(float width);  // lesson_ask.cpp
  void draw_ask();
  void draw_notices(const Rect& stage);
  void draw_loading(const Rect& stage);
  void draw_file_question(const Rect& stage);
  void close_picked();
  std::optional<PageBanner> picking_banner() const;
  void draw_help(Vec size);
  void draw_palette(Vec size);
  void draw_countdown(Vec size);  // kiosk_view.cpp
  void play_a_line();
  bool filming() const;  // film_shell.cpp
  void record_film(const std::string& file);
  void look_at_film();
  void write_items();
  void write_readouts();

  App& app_;
  SettingsOf<Settings> settings_;
  Ui ui_;
  KeyTable keys_;
  std::unique_ptr<Browser> browser_;
  std::unique_ptr<GlossaryView> glossary_;
  std::unique_ptr<HandoutMaker> handouts_;
  ShellLayout layout_;
  bool settled_ = false, moving_ = false;
  bool app_moves_ = false;
  std::unique_ptr<ScriptPlayer> player_;
  ScriptPlayer::Counts counts_;
  std::optional<Error> script_error_;
  std::string output_folder_;
  uint64_t asked_step_ = 0;               // of Document::guided_steps: whose question was brought into view,
  float asked_height_ = 0;                // in words of this height,
  int ask_reveals_ = 0;                   // and in how many more frames it is
  double ask_from_ = 0;                   // not before: in a film the words are read first
  const Answer* asked_answer_ = nullptr;  // whose reason was brought into view
  bool asks_ = false;
  ScriptFiles script_files_;  // what holds for player_
  std::optional<Capture> capture_;
  std::optional<Error> capture_error_;  // and of a film
  std::unique_ptr<FilmRecorder> film_;  // that is recorded, or was and is being written
  std::vector<std::string> sent_;
  std::string task_;             // the line that the lesson's step asks for next; its control is ringed
  bool task_unfolds_ = false;    // the inspector is unfolded for it
  bool task_elsewhere_ = false;  // unfolding was no use, or the person folded it again
  uint64_t task_step_ = 0;       // of Document::guided_steps: the step that the three belong to
  bool inspector_wanted_ = true, presented_ = false;  // by the settings, in the last frame
  // Bringing it into view: what was ringed in which layout, where it was, where that was tried, whether it was seen
  // whole.
  std::string ringed_;
  Rect ring_stage_, ring_at_, ring_tried_;
  bool ring_seen_ = false;
  // The navigation: chapters that somebody folded or unfolded, the page that it shows, and in how many more frames that
  // page's line is brought into view.
  std::map<std::string, bool> unfolded_chapters_;
  std::string navigation_page_;
  int navigation_reveal_ = 0;
  int countdown_ = 0;
  bool help_open_ = false;
  bool palette_open_ = false, palette_fresh_ = false;
  std::string palette_text_;
  int palette_line_ = 0;
  double loading_since_ = -1;
  std::string items_file_;
  std::string readouts_file_, readouts_written_;  // and what stands in it
  Vec drawn_size_;                                // of the window
  float unit_ = 1;
  uint64_t releases_ = 0;  // App::releases(), as it was seen last
};

}  // namespace striate
