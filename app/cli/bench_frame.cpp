// striate bench frame: how long the window's own thread works for a frame while a page zooms and pans. Offscreen, so
// that no display is needed and no screen's rhythm is waited for; the triangles are drawn, and waited for.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

#include "app/cli/cli.h"
#include "app/cli/script_run.h"
#include "app/command/registry.h"
#include "app/shell/app.h"
#include "app/shell/offscreen.h"

namespace striate {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kPi = 3.14159265358979323846;
constexpr double kZoomSeconds = 4;  // from the whole picture to large cells and back
constexpr double kPanSeconds = 2.7;
constexpr double kScrubSeconds = 3;  // over all cells of a page that steps through them

struct FrameOptions {
  std::string page = "pixels";
  std::string file;
  std::vector<std::string> commands;
  std::string meanwhile;
  double seconds = 5;
  bool training = false;
  bool csv = false;
};

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The value below which `share` of the sorted times lie.
double quantile(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::llround(share * last))];
}

// Sends what a hand at the mouse would: each frame another zoom, from 1/16 to 48 screen units a pixel, and another
// place. On a page that steps through cells it drags the track, a cell or more a frame; a scene in three dimensions it
// turns. Other pages are drawn as they are.
class Hand {
 public:
  Hand(App& app, const std::string& page) : app_(app) {
    if (app.registry().find_command(page + ".turn")) {
      turn_ = page + ".turn";
    } else if (app.registry().find_command(page + ".scrub")) {
      scrub_ = page + ".scrub";
      width_ = page + ".width";
      height_ = page + ".height";
    } else if (app.registry().find_command(page + ".view")) {
      view_ = page + ".view";
    }
  }
  void move(double seconds) {
    if (!turn_.empty()) {
      // Around, now from above and now from below.
      app_.send(fmt::format("{} 1.5 {}", turn_, to_text(0.6 * std::cos(2 * kPi * seconds / kZoomSeconds))));
      return;
    }
    if (!scrub_.empty()) {
      const double cells =
          std::get<double>(app_.registry().read(width_)) * std::get<double>(app_.registry().read(height_));
      const double share = std::fmod(seconds / kScrubSeconds, 1.0);
      app_.send(fmt::format("{} {}", scrub_, static_cast<int>(share * cells)));
      return;
    }
    const ImagePtr& image = app_.document().image;
    if (!image || view_.empty()) return;
    const double swing = 0.5 - 0.5 * std::cos(2 * kPi * seconds / kZoomSeconds);
    const double zoom = std::exp2(-4 + swing * (std::log2(48.0) + 4));
    const double turn = 2 * kPi * seconds / kPanSeconds;
    app_.send(fmt::format("{} {} {} {}", view_, to_text((0.5 + 0.4 * std::cos(turn)) * image->width),
                          to_text((0.5 + 0.4 * std::sin(2 * turn)) * image->height), to_text(zoom)));
  }

 private:
  App& app_;
  std::string view_, scrub_, turn_, width_, height_;
};

constexpr double kFrame = 1.0 / 60;

// Reads a readout that may not be there yet: 0 then.
double number_or_zero(App& app, const char* readout) {
  try {
    return std::get<double>(app.registry().read(readout));
  } catch (const Error&) {
    return 0;
  }
}

void throw_error_notice(const App& app) {
  for (const Notice& notice : app.notices()) {
    if (notice.error) throw Error(notice.what, notice.hint);
  }
}

// Steps a second, measured while `each_frame` is called 60 times a second.
template <typename F>
double steps_per_second(App& app, double seconds, const F& each_frame) {
  const auto start = Clock::now();
  double first = -1, first_at = 0, last = 0, last_at = 0;
  for (int frame = 0; since(start) < seconds || last <= first; ++frame) {
    each_frame();
    const double step = number_or_zero(app, "train.step"), now = since(start);
    if (step > last) last = step, last_at = now;
    if (first < 0 && step > 0) first = step, first_at = now;
    throw_error_notice(app);
    const double rest = (frame + 1) * kFrame - since(start);
    if (rest > 0) std::this_thread::sleep_for(std::chrono::duration<double>(rest));
  }
  return (last - first) / (last_at - first_at);
}

// The page `train` while it trains as fast as it can: first training alone, then drawn as the window draws it, whenever
// there is something new, at most 60 times a second.
void bench_training(const FrameOptions& options, const CommandLine& line) {
  App app(line.device(), settings_for_scripts());
  Offscreen screen(app, {1280, 800});
  check_do_lines(app, options.commands);
  Script script;
  for (const std::string& command : options.commands) script.actions.push_back(command_action(command));
  screen.play(std::move(script), "");
  // An epoch first: pictures that the program makes are made when they are first read.
  double now = 0;
  app.run("train.step epoch");
  while (app.update(now += kFrame) || app.busy()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  app.run("train.start");
  const double alone = steps_per_second(app, options.seconds, [&] { app.update(now += kFrame); });
  if (options.page != "train") app.run("network.use training");
  app.run("page " + options.page);
  std::vector<double> own, drawn;
  std::atomic<bool> woken{true};
  app.set_wake([&] { woken = true; });
  // How often a page of the open network gets another step's.
  double followed = -1;
  int moments = 0;
  const double shown = steps_per_second(app, options.seconds, [&] {
    if (!woken.exchange(false) && !screen.shell().moving()) return;
    if (options.page != "train") {
      const double step = number_or_zero(app, "network.step");
      if (step != std::exchange(followed, step)) ++moments;
    }
    const Offscreen::FrameTime time = screen.timed_frame();
    own.push_back(time.own_ms);
    drawn.push_back(time.drawn_ms);
  });
  app.set_wake({});
  const double batch = std::get<double>(app.registry().read("train.batch_size"));
  const size_t frames = own.size();
  std::sort(own.begin(), own.end());
  std::sort(drawn.begin(), drawn.end());
  if (options.csv) {
    print_out(fmt::format("page,frames,median_ms,p99_ms\n{},{},{:.3f},{:.3f}\n", options.page, frames,
                          quantile(own, 0.5), quantile(own, 0.99)));
    return;
  }
  print_out(fmt::format(
      "page {}\ndevice {}\nframes {}\nmedian_ms {:.3f}\np99_ms {:.3f}\ndrawn_median_ms {:.3f}\n"
      "drawn_p99_ms {:.3f}\nimages_per_second {:.0f}\nimages_per_second_alone {:.0f}\nshare {:.3f}\n",
      options.page, std::get<std::string>(app.registry().read("train.device")), frames, quantile(own, 0.5),
      quantile(own, 0.99), quantile(drawn, 0.5), quantile(drawn, 0.99), shown * batch, alone * batch, shown / alone));
  if (options.page != "train") print_out(fmt::format("steps_shown_per_second {:.1f}\n", moments / options.seconds));
}

struct FrameTimes {
  std::vector<double> own, drawn;
  void add(const Offscreen::FrameTime& time) {
    own.push_back(time.own_ms);
    drawn.push_back(time.drawn_ms);
  }
};

// From a command that begins work to the end of that work, drawn as the window draws it: whenever there is something
// new, at most 60 times a second; what goes on by itself is left after `most` seconds. Seconds that it took.
double draw_meanwhile(App& app, Offscreen& screen, const std::string& command, double most, FrameTimes& times) {
  std::atomic<bool> woken{true};
  app.set_wake([&] { woken = true; });
  const auto start = Clock::now();
  app.send(command);
  for (int frame = 0; frame == 0 || app.busy() || (app.goes_on() && since(start) < most); ++frame) {
    if (woken.exchange(false) || screen.shell().moving() || frame == 0) times.add(screen.timed_frame());
    throw_error_notice(app);
    const double rest = (frame + 1) * kFrame - since(start);
    if (rest > 0) std::this_thread::sleep_for(std::chrono::duration<double>(rest));
  }
  const double seconds = since(start);
  app.set_wake({});
  return seconds;
}

void bench_frame(const FrameOptions& options, const CommandLine& line) {
  if (options.page == "train" || options.training) {
    if (!options.meanwhile.empty())
      throw UsageError("--while: the page is drawn while something trains",
                       "leave --while out, or choose another --page");
    return bench_training(options, line);
  }
  App app(line.device(), settings_for_scripts());
  check_page(app, options.page);
  Offscreen screen(app, {1280, 800});
  check_do_lines(app, options.commands);
  if (!options.meanwhile.empty()) check_do_lines(app, {options.meanwhile});
  Script script;
  if (!options.file.empty()) script.actions.push_back(command_action("open " + quoted(options.file)));
  script.actions.push_back(command_action("page " + options.page));
  for (const std::string& command : options.commands) script.actions.push_back(command_action(command));
  screen.play(std::move(script), "");

  FrameTimes times;
  auto& [own, drawn] = times;
  double seconds = 0;
  if (options.meanwhile.empty()) {
    Hand hand(app, options.page);
    for (const auto start = Clock::now(); since(start) < options.seconds || own.empty();) {
      hand.move(since(start));
      times.add(screen.timed_frame());
      throw_error_notice(app);
    }
  } else {
    seconds = draw_meanwhile(app, screen, options.meanwhile, options.seconds, times);
  }
  const size_t frames = own.size();
  std::sort(own.begin(), own.end());
  std::sort(drawn.begin(), drawn.end());
  const std::string median = fmt::format("{:.3f}", quantile(own, 0.5));
  const std::string slow = fmt::format("{:.3f}", quantile(own, 0.99));
  if (options.csv)
    print_out(fmt::format("page,frames,median_ms,p99_ms\n{},{},{},{}\n", options.page, frames, median, slow));
  else
    print_out(
        fmt::format("page {}\nframes {}\nmedian_ms {}\np99_ms {}\ndrawn_median_ms {:.3f}\ndrawn_p99_ms {:.3f}\n{}",
                    options.page, frames, median, slow, quantile(drawn, 0.5), quantile(drawn, 0.99),
                    options.meanwhile.empty() ? "" : fmt::format("seconds {:.3f}\n", seconds)));
}

}  // namespace

void add_bench_frame(CLI::App& bench, CommandLine& line) {
  auto options = std::make_shared<FrameOptions>();
  CLI::App* command = add_command(
      bench, line, "frame", "The work of a frame while a page zooms and pans",
      "Milliseconds that the window's own thread works for a frame of 1280 x 800, until everything is handed to\n"
      "OpenGL, while the page zooms from 1/16 to 48 screen units a pixel and back and moves over the picture, or\n"
      "steps through its cells.\n"
      "The page train, and with --training any other, is drawn while page train trains as fast as it can, whenever\n"
      "there is something new; without --csv, what training reaches then and while nothing is drawn.\n"
      "With --while the page is drawn as it is instead, from that command until what it began is done, whenever there\n"
      "is something new; without --csv, how many seconds that took. What goes on by itself is left after --seconds.\n"
      "drawn_ms, without --csv, is until the frame is drawn: a software renderer does that on threads of its own.\n"
      "No display is needed.\n\n"
      "Examples:\n"
      "  striate bench frame --page pixels photo.jpg\n"
      "  striate bench frame --page filters photo.jpg --do \"filters.kernel edge\" --csv\n"
      "  striate bench frame --page features --do \"network.open squeezenet1_1\" --do \"features.method maximize\" "
      "--while features.start");
  add_text(*command, "FILE", options->file, "The picture; without it, the portrait")->type_name("");
  add_text(*command, "--page", options->page, "Its id, such as channels; a wrong one lists them all (pixels)")
      ->type_name("P");
  add_number(*command, "--seconds", options->seconds, "How long to measure (5)", 0.05, 600);
  add_do_option(*command, options->commands);
  add_text(*command, "--while", options->meanwhile, "A command that begins work, which is then done meanwhile")
      ->type_name("COMMAND");
  command->add_flag("--training", options->training, "Draw the page while a training runs that it looks at");
  command->add_flag("--csv", options->csv, "Print page,frames,median_ms,p99_ms");
  command->callback([options, &line] { line.run = [options, &line] { bench_frame(*options, line); }; });
}

}  // namespace striate
