#include "app/shell/settings.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/shell/system_motion.h"
#include "app/shell/xdg_folder.h"
#include "engine/error.h"

#ifdef __unix__
#include <unistd.h>
#endif

namespace striate {
namespace {

constexpr size_t kRecentFiles = 20;
constexpr std::uintmax_t kLargestFile = 1 << 20;  // a settings file is a few kilobytes

void to_front(std::vector<std::string>& list, const std::string& entry, size_t most) {
  std::erase(list, entry);
  list.insert(list.begin(), entry);
  if (list.size() > most) list.resize(most);
}

// Takes a value over where it has the right type; says so where it has not.
template <typename Value>
void read(const nlohmann::json& json, const char* name, Value& value, std::string& problem) {
  auto found = json.find(name);
  if (found == json.end()) return;
  try {
    found->get_to(value);
  } catch (const nlohmann::json::exception&) {
    if (problem.empty()) problem = std::string("'") + name + "' in the settings has the wrong type and was left out";
  }
}

}  // namespace

void Settings::present(bool on) {
  presentation = on;
  presentation_navigation = presentation_inspector = false;
}

void Settings::remember_file(const std::string& path) { to_front(recent_files, path, kRecentFiles); }

void Settings::remember_lesson(const std::string& name) {
  if (!lesson_done(name)) done_lessons.push_back(name);
}

bool Settings::lesson_done(const std::string& name) const {
  return std::find(done_lessons.begin(), done_lessons.end(), name) != done_lessons.end();
}

void Settings::remember_step(const std::string& lesson, int step, int count) {
  if (step_done(lesson, step)) return;
  std::vector<int>& done = lesson_steps[lesson];
  done.insert(std::lower_bound(done.begin(), done.end(), step), step);
  for (int each = 1; each <= count; ++each) {
    if (!std::binary_search(done.begin(), done.end(), each)) return;
  }
  remember_lesson(lesson);
  lesson_steps.erase(lesson);
}

void Settings::remember_place(const std::string& lesson, int step) {
  if (step <= 1) return forget_place(lesson);
  lesson_places[lesson] = step;
  last_lesson = lesson;
}

void Settings::forget_place(const std::string& lesson) {
  lesson_places.erase(lesson);
  if (last_lesson == lesson) last_lesson.clear();
}

int Settings::place_in(const std::string& lesson) const {
  const auto found = lesson_places.find(lesson);
  return found == lesson_places.end() ? 0 : found->second;
}

bool Settings::step_done(const std::string& lesson, int step) const {
  if (lesson_done(lesson)) return true;
  const auto found = lesson_steps.find(lesson);
  return found != lesson_steps.end() && std::binary_search(found->second.begin(), found->second.end(), step);
}

namespace {}  // namespace

std::string settings_path() { return (xdg_folder("XDG_CONFIG_HOME", ".config") / "striate/settings.json").string(); }
std::string state_folder() { return (xdg_folder("XDG_STATE_HOME", ".local/state") / "striate").string(); }

Settings load_settings(const std::string& path, std::string* problem) {
  namespace fs = std::filesystem;
  Settings defaults;
  defaults.motion = system_motion();
  std::string what;
  auto done = [&](const Settings& settings) {
    if (problem) *problem = what;
    return settings;
  };
  std::error_code failure;
  if (!fs::exists(path, failure)) {
    if (failure) what = "the settings in " + path + " could not be read: " + failure.message();
    return done(defaults);
  }
  if (!fs::is_regular_file(path, failure) || fs::file_size(path, failure) > kLargestFile) {
    what = "the settings in " + path + " are not a settings file";
    return done(defaults);
  }
  std::ifstream file(path);
  if (!file) {
    what = "the settings in " + path + " could not be read";
    return done(defaults);
  }
  nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    what = "the settings in " + path + " could not be understood";
    return done(defaults);
  }
  Settings s = defaults;
  std::string wrong;
  std::string theme = s.dark ? "dark" : "light";
  read(json, "theme", theme, wrong);
  s.dark = theme != "light";
  read(json, "presentation", s.presentation, wrong);
  read(json, "motion", s.motion, wrong);
  read(json, "navigation", s.navigation, wrong);
  read(json, "inspector", s.inspector, wrong);
  read(json, "scale", s.scale, wrong);
  read(json, "language", s.language, wrong);
  read(json, "window_width", s.window_width, wrong);
  read(json, "window_height", s.window_height, wrong);
  read(json, "recent_files", s.recent_files, wrong);
  read(json, "done_lessons", s.done_lessons, wrong);
  read(json, "lesson_steps", s.lesson_steps, wrong);
  read(json, "course", s.course, wrong);
  for (auto& [lesson, steps] : s.lesson_steps) {
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  }
  read(json, "lesson_places", s.lesson_places, wrong);
  std::erase_if(s.lesson_places, [](const auto& place) { return place.second < 2; });
  read(json, "last_lesson", s.last_lesson, wrong);
  read(json, "last_page", s.last_page, wrong);
  read(json, "megapixel_limit", s.megapixel_limit, wrong);
  read(json, "film_rate", s.film_rate, wrong);
  if (s.film_rate < 1 || s.film_rate > 60) s.film_rate = defaults.film_rate;
  if (!(s.scale == 0 || (s.scale >= 0.5 && s.scale <= 4))) s.scale = 0;
  s.window_width = std::clamp(s.window_width, 800, 16384);
  s.window_height = std::clamp(s.window_height, 500, 16384);
  if (s.megapixel_limit == 256) s.megapixel_limit = defaults.megapixel_limit;  // the limit of older versions
  if (!(s.megapixel_limit >= 1 && s.megapixel_limit <= 1e6)) s.megapixel_limit = defaults.megapixel_limit;
  if (s.recent_files.size() > kRecentFiles) s.recent_files.resize(kRecentFiles);
  if (!wrong.empty()) what = wrong + " (" + path + ")";
  return done(s);
}

void save_settings(const std::string& path, const Settings& s) {
  namespace fs = std::filesystem;
  nlohmann::json json = {{"theme", s.dark ? "dark" : "light"},
                         {"presentation", s.presentation},
                         {"navigation", s.navigation},
                         {"inspector", s.inspector},
                         {"scale", s.scale},
                         {"window_width", s.window_width},
                         {"window_height", s.window_height},
                         {"recent_files", s.recent_files},
                         {"done_lessons", s.done_lessons},
                         {"lesson_steps", s.lesson_steps},
                         {"lesson_places", s.lesson_places},
                         {"last_lesson", s.last_lesson},
                         {"last_page", s.last_page},
                         {"course", s.course},
                         {"megapixel_limit", s.megapixel_limit},
                         {"film_rate", s.film_rate},
                         {"language", s.language}};
  if (s.motion != system_motion()) json["motion"] = s.motion;  // else it goes on as the desktop does
  // File names need not be UTF-8; what is not is replaced rather than lost with everything else.
  std::string text = json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const char* hint = "check the folder's permissions; the settings are kept until the program closes";
  std::error_code failure;
  fs::path target(path);
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), failure);
  if (failure) throw Error("the settings could not be saved in " + path + ": " + failure.message(), hint);
  std::string temporary = path + ".new";
#ifdef __unix__
  temporary += std::to_string(getpid());
#endif
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << text;
    file.close();
    if (!file) {
      fs::remove(temporary, failure);
      throw Error("the settings could not be saved in " + path, hint);
    }
  }
  fs::rename(temporary, target, failure);
  if (failure) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw Error("the settings could not be saved in " + path + ": " + failure.message(), hint);
  }
}

}  // namespace striate
