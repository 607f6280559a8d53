#include "app/shell/offscreen.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>

#include "app/gl/context.h"
#include "app/gl/framebuffer.h"
#include "app/gl/renderer.h"
#include "app/shell/capture.h"
#include "engine/error.h"

namespace striate {

struct Offscreen::Parts {
  App& app;
  Vec size;
  float scale;
  OffscreenContext context;
  Framebuffer target;
  Renderer renderer;
  Shell shell;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::condition_variable woken;
  bool wake = false;

  Parts(App& a, Vec s, float f)
      : app(a),
        size(s),
        scale(f),
        target(static_cast<int>(std::lround(s.x * f)), static_cast<int>(std::lround(s.y * f))),
        shell(a, renderer) {
    app.set_wake([this] {
      {
        std::lock_guard lock(mutex);
        wake = true;
      }
      woken.notify_all();
    });
  }
  ~Parts() { app.set_wake(nullptr); }

  double now() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

  Shell::Moment moment(bool patient) const {
    Shell::Moment now_drawn;
    now_drawn.size = size;
    now_drawn.scale = scale;
    now_drawn.now = now();
    now_drawn.patient = patient;
    return now_drawn;
  }

  // Nothing to draw for the moment: until the work behind says something.
  void rest() {
    std::unique_lock lock(mutex);
    woken.wait_for(lock, std::chrono::milliseconds(20), [this] { return wake; });
    wake = false;
  }
};

Offscreen::Offscreen(App& app, Vec size, float scale) : parts_(std::make_unique<Parts>(app, size, scale)) {}
Offscreen::~Offscreen() = default;

Shell& Offscreen::shell() { return parts_->shell; }

bool Offscreen::frame() {
  Parts& p = *parts_;
  bool more = p.shell.frame(p.moment(true));
  p.target.bind();
  p.renderer.draw(*ImGui::GetDrawData(), p.shell.theme().background);
  if (write_capture(p.shell, p.target.width(), p.target.height(), p.scale)) more = true;
  return more;
}

Offscreen::FrameTime Offscreen::timed_frame() {
  Parts& p = *parts_;
  FrameTime time;
  record_picture(p.shell, p.app.now(), p.target.width(), p.target.height());
  const double start = p.now();
  p.shell.frame(p.moment(false));
  p.target.bind();
  p.renderer.draw(*ImGui::GetDrawData(), p.shell.theme().background);
  time.own_ms = (p.now() - start) * 1e3;
  p.target.finish();
  time.drawn_ms = (p.now() - start) * 1e3;
  return time;
}

Image Offscreen::settle_and_capture(double timeout) {
  Parts& p = *parts_;
  double until = p.now() + timeout;
  // Twice settled: the first settled frame may have been drawn from the state before its own commands.
  for (int settled = 0; settled < 2;) {
    bool more = frame();
    settled = p.shell.settled() ? settled + 1 : 0;
    if (p.now() > until) {
      throw Error(fmt::format("the picture was not final after {:.0f} seconds", timeout),
                  "a page is still computing; try a smaller picture");
    }
    if (!more && !settled) p.rest();
  }
  return read_pixels(p.target.width(), p.target.height());
}

ScriptPlayer::Counts Offscreen::play(Script script, const std::string& output_folder) {
  Parts& p = *parts_;
  p.shell.set_output_folder(output_folder);
  p.shell.play(std::move(script));
  while (p.shell.playing() || p.shell.capture()) {
    bool more = frame();
    if (p.app.busy() || !more || (p.shell.playing() && !p.shell.moving())) p.rest();
  }
  if (std::optional<Error> error = p.shell.take_script_error()) throw *error;
  return p.shell.script_counts();
}

}  // namespace striate
