// The program without a window: the same frames, into a picture. Needs EGL but no display.
#pragma once

#include <functional>
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

  // Plays the script to its end as a film: `take` is given what is seen at every 1 / rate seconds of a time of its own,
  // which waits for the work behind the window, so that a film is the same on a slow machine. Work that lasts longer
  // than a few seconds, and a training, go on in real time: their seconds take at least as long as seconds do. Throws
  // the script's Error. False where `asked_to_end` was.
  struct FilmRun {
    int rate = 25;
    std::string output_folder;
    std::function<void(const Image& picture)> take;
    std::function<bool()> asked_to_end = {};
  };
  bool film(Script script, const FilmRun& run);

 private:
  struct Parts;
  class Moments;
  std::unique_ptr<Parts> parts_;
};

}  // namespace striate
