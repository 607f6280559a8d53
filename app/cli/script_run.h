// Plays a script on the program without a window: `striate play --headless`, `striate screenshot` and the lessons'
// tests. The same Shell, pages and frames as in the window. OpenGL is started only for a script that takes pictures, so
// everything else runs on a machine without it.
#pragma once

#include <functional>
#include <string>

#include "app/command/player.h"
#include "app/shell/app.h"

namespace striate {

struct ScriptRun {
  std::string out_folder;  // where relative names of pictures begin; made if it is missing. Empty: the current folder
  int width = 1280;        // of pictures, in pixels
  int height = 800;
  double scale = 1;  // pixels per unit of the interface
};

// Makes the shell, calls `prepare` (which may check more against the registry, now complete), checks the whole script,
// plays it to its end. Throws Error at the first line that fails, file and line in front.
ScriptPlayer::Counts run_script(App& app, Script script, const ScriptRun& options,
                                const std::function<void()>& prepare = {});

// For runs that must not depend on who runs them: the defaults, without motion.
Settings settings_for_scripts();

// A line that is no comment as a script's command, without a line number in its messages.
Action command_action(const std::string& text);

}  // namespace striate
