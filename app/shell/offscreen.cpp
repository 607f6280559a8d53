#include "app/shell/offscreen.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

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

  // Nothing to draw for the moment: until the work behind says something. Whether it did.
  bool rest(std::chrono::milliseconds longest = std::chrono::milliseconds(20)) {
    std::unique_lock lock(mutex);
    woken.wait_for(lock, longest, [this] { return wake; });
    return std::exchange(wake, false);
  }

  void draw() {
    target.bind();
    renderer.draw(*ImGui::GetDrawData(), shell.theme().background);
  }
};

Offscreen::Offscreen(App& app, Vec size, float scale) : parts_(std::make_unique<Parts>(app, size, scale)) {}
Offscreen::~Offscreen() = default;

Shell& Offscreen::shell() { return parts_->shell; }

bool Offscreen::frame() {
  Parts& p = *parts_;
  bool more = p.shell.frame(p.moment(true));
  p.draw();
  if (write_capture(p.shell, p.target.width(), p.target.height(), p.scale)) more = true;
  record_picture(p.shell, p.app.now(), p.target.width(), p.target.height());
  return more;
}

Offscreen::FrameTime Offscreen::timed_frame() {
  Parts& p = *parts_;
  FrameTime time;
  const double start = p.now();
  p.shell.frame(p.moment(false));
  p.draw();
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
  const std::optional<Error> film = p.shell.end_film();
  if (std::optional<Error> error = p.shell.take_script_error()) throw *error;
  if (film) throw *film;
  return p.shell.script_counts();
}

// ---- films --------------------------------------------------------------------------------------------------------

// The moments of a film: a window that draws about sixty times a second, in a time that is not the clock's.
class Offscreen::Moments {
 public:
  explicit Moments(Parts& parts) : p_(parts) {}

  // The program as it is at `now`, `step` seconds after the moment before.
  void go_to(double now, double step) {
    using Clock = std::chrono::steady_clock;
    Shell::Moment moment = p_.moment(false);
    moment.now = now;
    moment.film = true;
    for (bool again = true; again;) {
      const bool woken = p_.rest(std::chrono::milliseconds(0)) || std::exchange(woken_, false);
      p_.shell.frame(moment);
      // As in the window: what is shown comes to rest two frames after what moves.
      extra_ = woken || p_.shell.moving() ? 2 : extra_ - 1;
      changed_ |= extra_ >= 0;
      if (p_.shell.capture() && p_.shell.settled()) {
        p_.draw();
        write_capture(p_.shell, p_.target.width(), p_.target.height(), p_.scale);
      }
      again = p_.app.work_is_under_way();
      if (!again) {
        works_since_.reset();
      } else if (!works_since_) {
        works_since_ = Clock::now();
      } else if (Clock::now() - *works_since_ > kPatience) {
        again = false;
      }
      if (again) woken_ = p_.rest();
    }
    // The first picture is of a program that has come to rest: pages learn from a frame where they stand.
    for (; settling_ > 0; --settling_) {
      p_.shell.frame(moment);
      changed_ = true;
    }
    if (works_since_ || p_.app.goes_on())
      std::this_thread::sleep_until(drawn_ +
                                    std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(step)));
    drawn_ = Clock::now();
  }

  const Image& picture() {
    if (std::exchange(changed_, false)) {
      p_.draw();
      picture_ = read_pixels(p_.target.width(), p_.target.height());
    }
    record_picture(p_.shell, p_.app.now(), p_.target.width(), p_.target.height());
    return picture_;
  }

 private:
  static constexpr auto kPatience = std::chrono::seconds(5);  // with work that is under way without an end

  Parts& p_;
  Image picture_;
  int settling_ = 3;     // frames before the first picture
  bool changed_ = true;  // since the last picture
  bool woken_ = false;
  int extra_ = 2;
  std::optional<std::chrono::steady_clock::time_point> works_since_;
  std::chrono::steady_clock::time_point drawn_ = std::chrono::steady_clock::now();
};

bool Offscreen::film(Script script, const FilmRun& run) {
  constexpr int kMoments = 60;  // a second, at least
  Parts& p = *parts_;
  p.app.document().pace.watched = true;
  p.shell.set_output_folder(run.output_folder);
  p.shell.play(std::move(script));
  const int per_picture = (kMoments + run.rate - 1) / run.rate;
  const double moments = static_cast<double>(run.rate) * per_picture;
  Moments film(p);
  for (int64_t moment = 0; p.shell.playing() || p.shell.capture(); ++moment) {
    if (run.asked_to_end && run.asked_to_end()) return false;
    film.go_to(static_cast<double>(moment) / moments, 1 / moments);
    if (moment % per_picture == 0) run.take(film.picture());
  }
  if (std::optional<Error> error = p.shell.take_script_error()) throw *error;
  return true;
}

}  // namespace striate
