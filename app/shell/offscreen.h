// The program without a window: the same frames, into a picture. Needs EGL but no display.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/shell/frame.h"
#include "engine/image.h"

namespace striate {

class Offscreen {
 public:
  // Throws Error where there is no OpenGL 3.3 to draw with. size: logical; scale: pixels per unit.
  Offscreen(App& app, Vec size, float scale = 1);
  ~Offscreen();
  Offscreen(const Offscreen&) = delete;
  Offscreen& operator=(const Offscreen&) = delete;

  Shell& shell();
  // One frame at the present time. Writes a picture that was asked for once everything is settled.
  bool frame();
  // One frame as the window draws it: nothing is waited for but, at the end, its triangles.
  struct FrameTime {
    double own_ms = 0;    // of this thread: until everything was handed to OpenGL
    double drawn_ms = 0;  // until it was drawn; a software renderer draws on threads of its own
  };
  FrameTime timed_frame();
  // Frames until nothing is under way any more, then the picture of the window. Throws Error after `timeout` seconds.
  Image settle_and_capture(double timeout = 60);
  // Plays the script to its end. Throws its Error.
  ScriptPlayer::Counts play(Script script, const std::string& output_folder);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace striate
