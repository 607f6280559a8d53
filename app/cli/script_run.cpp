#include "app/cli/script_run.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include "app/shell/frame.h"
#include "app/shell/offscreen.h"
#include "app/widgets/textures.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr auto kLongestNap = std::chrono::milliseconds(20);  // timeouts of `wait until` are looked at this often

// Lets the loop sleep until work behind the window is done.
class Alarm {
 public:
  explicit Alarm(App& app) : app_(app) {
    app_.set_wake([this] {
      {
        std::lock_guard lock(mutex_);
        rung_ = true;
      }
      changed_.notify_all();
    });
  }
  ~Alarm() { app_.set_wake({}); }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLongestNap, [this] { return rung_; });
    rung_ = false;
  }

 private:
  App& app_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

bool takes_pictures(const Script& script) {
  return std::any_of(script.actions.begin(), script.actions.end(), [](const Action& action) {
    const std::string_view name = command_name(action.text);
    return action.kind == ActionKind::screenshot || name == "save" || name == "film.record";
  });
}

ScriptPlayer::Counts play_without_pictures(App& app, Shell& shell, Script script, const ScriptRun& options) {
  Alarm alarm(app);
  shell.set_output_folder(options.out_folder);
  shell.play(std::move(script));
  const auto start = std::chrono::steady_clock::now();
  while (shell.playing()) {
    Shell::Moment moment;
    moment.size = {static_cast<float>(options.width / options.scale),
                   static_cast<float>(options.height / options.scale)};
    moment.scale = static_cast<float>(options.scale);
    moment.now = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    moment.patient = true;
    shell.frame(moment);
    if (std::optional<Error> error = shell.take_script_error()) throw *error;
    if (!shell.moving() && shell.playing()) alarm.wait();
  }
  if (std::optional<Error> error = shell.take_script_error()) throw *error;
  return shell.script_counts();
}

void make_folder(const std::string& folder) {
  std::error_code problem;
  if (!folder.empty()) std::filesystem::create_directories(folder, problem);
  if (problem)
    throw Error(fmt::format("{}: the folder cannot be made: {}", folder, problem.message()),
                "choose another one with --out");
}

}  // namespace

ScriptPlayer::Counts run_script(App& app, Script script, const ScriptRun& options,
                                const std::function<void()>& prepare) {
  const auto check_all = [&] {
    if (prepare) prepare();
    check_script(script, app.registry());
    make_folder(options.out_folder);
  };
  if (!takes_pictures(script)) {
    NoTextures textures;
    Shell shell(app, textures);
    check_all();
    return play_without_pictures(app, shell, std::move(script), options);
  }
  const float scale = static_cast<float>(options.scale);
  Offscreen screen(app, {static_cast<float>(options.width) / scale, static_cast<float>(options.height) / scale}, scale);
  check_all();
  return screen.play(std::move(script), options.out_folder);
}

Settings settings_for_scripts() {
  Settings settings;
  settings.motion = false;
  settings.language = "en";  // what a script prints and saves is the same on every machine
  return settings;
}

Action command_action(const std::string& text) {
  Action action;
  action.text = std::string(trimmed(text));
  return action;
}

}  // namespace striate
