// What survives a restart: $XDG_CONFIG_HOME/striate/settings.json (default ~/.config/striate/settings.json).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace striate {

struct Settings {
  bool dark = true;
  bool presentation = false;        // type times 1.6
  bool motion = true;               // off: everything jumps to its end
  bool navigation = true;           // the left panel is unfolded
  bool inspector = true;            // the right panel is unfolded
  std::string language = "system";  // of the words: a code such as "en", or what the system asks for
  double scale = 0;                 // of the whole interface; 0: as the monitor says
  int window_width = 1280;          // logical pixels
  int window_height = 800;
  std::vector<std::string> recent_files;                 // newest first, at most 20
  std::vector<std::string> done_lessons;                 // names: every step's task was done
  std::map<std::string, std::vector<int>> lesson_steps;  // of lessons that were begun: the steps that are done, from 1
  std::map<std::string, int> lesson_places;              // of lessons that were left: the step that was open, from 1
  std::string last_lesson;                               // that was left before its end; empty: none
  std::string last_page;                                 // that was shown, home aside
  std::string course;                                    // path of a teacher's course; empty: the program's own
  double megapixel_limit = 268.435456;                   // largest picture that is opened: 16384 x 16384
  int film_rate = 25;                                    // pictures a second of films that are recorded

  // While presenting, the stage comes first: both panels are folded until they are asked for. Not kept on disk.
  bool presentation_navigation = false;
  bool presentation_inspector = false;
  bool full_screen = false;  // not kept on disk either

  bool operator==(const Settings&) const = default;
  // Whether a panel is wanted now, and what unfolds it or folds it away: a command, or a lesson whose task needs it.
  bool shows_navigation() const { return presentation ? presentation_navigation : navigation; }
  bool shows_inspector() const { return presentation ? presentation_inspector : inspector; }
  void show_navigation(bool on) { (presentation ? presentation_navigation : navigation) = on; }
  void show_inspector(bool on) { (presentation ? presentation_inspector : inspector) = on; }
  void present(bool on);
  void remember_file(const std::string& path);
  void remember_lesson(const std::string& name);
  // A step's task was done, or it has none and was seen. The lesson is done once all its `count` steps are.
  void remember_step(const std::string& lesson, int step, int count);
  bool step_done(const std::string& lesson, int step) const;
  bool lesson_done(const std::string& lesson) const;
  // A step was opened: where somebody who comes back goes on. Its first step is no place to go on from.
  void remember_place(const std::string& lesson, int step);
  void forget_place(const std::string& lesson);   // it was gone through to its end
  int place_in(const std::string& lesson) const;  // from 1; 0 where it was not left
};

std::string settings_path();  // where the file is, from the environment
std::string state_folder();   // $XDG_STATE_HOME/striate (default ~/.local/state/striate)

// Reads the file. A missing one gives the defaults; one that cannot be read or understood gives the defaults and sets
// `problem` to what is wrong with it (the file is left alone until settings are saved again).
Settings load_settings(const std::string& path, std::string* problem);
// Writes it atomically, making the folder. Throws Error.
void save_settings(const std::string& path, const Settings& settings);

}  // namespace striate
