// Writes the settings' file: what was learned at once, the rest at most every two seconds, and all of it at the end.
#pragma once

#include <string>
#include <utility>

#include "app/shell/app.h"
#include "engine/error.h"

namespace striate {

class SettingsKeeper {
 public:
  // An empty file: nothing is written.
  SettingsKeeper(App& app, std::string file) : app_(app), file_(std::move(file)), saved_(app.settings()) {}
  ~SettingsKeeper() { save(); }
  SettingsKeeper(const SettingsKeeper&) = delete;
  SettingsKeeper& operator=(const SettingsKeeper&) = delete;

  void look(double now) {
    const Settings& settings = app_.settings();
    const bool learned = settings.done_lessons != saved_.done_lessons || settings.lesson_steps != saved_.lesson_steps ||
                         settings.lesson_places != saved_.lesson_places;
    if (!learned && now - last_ < kSeconds) return;
    last_ = now;
    save();
  }
  // Something is still to be written: whoever sleeps wakes up after kSeconds and looks again.
  bool waits() const { return !file_.empty() && !(app_.settings() == saved_); }

  static constexpr double kSeconds = 2;

 private:
  void save() {
    if (!waits()) return;
    saved_ = app_.settings();
    try {
      save_settings(file_, saved_);
    } catch (const Error& error) {
      app_.notify({error.what(), error.hint(), "settings", true, app_.now()});
    }
  }

  App& app_;
  std::string file_;
  Settings saved_;
  double last_ = 0;
};

}  // namespace striate
