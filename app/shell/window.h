// The window: GLFW's events into a Shell, its triangles onto the screen. Sleeps while nothing moves.
//
// For tests from outside: STRIATE_ITEMS=FILE writes every item on the screen with its place (the `items` command),
// STRIATE_READOUTS=FILE every number that can be read (the `readouts` command), STRIATE_FIRST_FRAME=1 prints how long
// the start took.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/player.h"
#include "app/command/script.h"
#include "app/shell/app.h"
#include "app/shell/kiosk.h"

namespace striate {

struct WindowOptions {
  std::vector<std::string> commands;  // sent before the first frame: `open "photo.jpg"`
  std::optional<Script> script;       // played in the window; the window closes with it when `close_after_script`
  bool close_after_script = false;
  bool skip_expectations = true;
  std::string output_folder;  // where a script's pictures go
  std::string settings_file;  // saved when they change; empty: not saved
  double seconds = 0;         // > 0: closes after so long, drawing without a pause (bench frame)
  // Commands for the frame that begins now, at so many seconds: what bench frame moves.
  std::function<std::vector<std::string>(double seconds)> each_frame;
  std::function<bool()> asked_to_end;  // from outside, by a signal: closes without asking anything
  bool print_first_frame = false;      // "first frame after 312 ms" on standard error
};

struct WindowResult {
  std::optional<Error> script_error;
  ScriptPlayer::Counts script_counts;
  std::optional<Error> film_error;         // of the film that was being recorded when it was closed
  std::vector<double> frame_milliseconds;  // of the window's own thread, without the wait for the screen; bench only
};

// Runs until it is closed. Throws Error where there is no display or no OpenGL 3.3, naming the alternatives. The
// settings in `app` are what was loaded; window size and scale come from them.
WindowResult run_window(App& app, const WindowOptions& options);

// The same as a kiosk: full screen, in one window an App after the other, each as `make` gives it, until it is closed
// from outside. Its settings say that it is full screen; `options` has no file for them.
WindowResult run_kiosk(const std::function<std::unique_ptr<App>()>& make, const KioskOptions& kiosk,
                       const WindowOptions& options);

// The window that is open looks what there is to do, as whether it was asked to end. Any thread; none open: nothing.
void wake_window();

}  // namespace striate
