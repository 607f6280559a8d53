// The whole program without a window: frames drawn into nothing, and hands that click by label.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/command/not_ready.h"
#include "app/shell/app.h"
#include "app/shell/frame.h"
#include "app/widgets/textures.h"

namespace striate {

class ShellDriver {
 public:
  explicit ShellDriver(Vec size = {1280, 800}, Settings settings = {})
      : app(Device::cpu(), std::move(settings)), shell(app, textures), size_(size) {
    settle();
  }

  bool frame() {
    // A sixtieth of a second a frame, however fast they come; while work is under way the clock's own time, so that the
    // timeouts of scripts are what they say.
    const auto clock = std::chrono::steady_clock::now();
    const double passed = std::chrono::duration<double>(clock - std::exchange(last_frame_, clock)).count();
    now_ += app.busy() ? std::min(passed, 1.0 / 60) : 1.0 / 60;
    Shell::Moment moment;
    moment.input = queue.next();
    moment.size = size_;
    moment.scale = scale;
    moment.now = now_;
    moment.patient = patient;
    bool more = shell.frame(moment);
    sent.insert(sent.end(), shell.sent().begin(), shell.sent().end());
    EXPECT_TRUE(shell.ui().conflicts().empty()) << "two items are called '" << shell.ui().conflicts()[0] << "'";
    return more;
  }
  // Frames until nothing moves and no work is under way; a minute at most.
  void settle() {
    auto start = std::chrono::steady_clock::now();
    int quiet = 0;
    while (quiet < 2) {
      frame();
      quiet = shell.settled() && queue.empty() ? quiet + 1 : 0;
      if (app.busy()) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the work needs the cores too
      ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60)) << "the shell does not settle";
    }
  }

  // Places are in the units that items have.
  void move(Vec at) { queue.move(at * shell.unit()); }
  void point(Vec at) {
    move(at);
    settle();
  }
  void press_at(Vec at) {
    move(at);
    queue.button(0, true);
    queue.button(0, false);
    settle();
  }
  void click(const std::string& label) {
    const Item* found = shell.ui().find_item(label);
    ASSERT_NE(found, nullptr) << "nothing is called '" << label << "'";
    ASSERT_FALSE(found->visible.empty()) << "'" << label << "' cannot be seen";
    press_at(found->visible.center());
    now_ += 1;  // the next click is not a double-click
  }
  void drag(Vec from, Vec to) {
    move(from);
    queue.button(0, true);
    for (int i = 1; i <= 4; ++i) move(from + (to - from) * (static_cast<float>(i) / 4)), frame(), frame();
    queue.button(0, false);
    settle();
    now_ += 1;
  }
  void key(const std::string& name) {
    queue.key({name, false});
    settle();
  }
  void type(const std::string& text) {
    queue.type(text);
    settle();
  }
  void wheel(Vec at, float notches) {
    move(at);
    frame();
    queue.scroll({0, notches});
    settle();
  }
  void run(const std::string& line) {
    app.run(line);
    settle();
  }
  // As scripts read: again at the next frame where it is not there yet.
  ReadoutValue value(const std::string& readout) {
    while (true) {
      try {
        return app.registry().read(readout);
      } catch (const NotReady&) {
        settle();
      }
    }
  }
  double number(const std::string& readout) { return std::get<double>(value(readout)); }
  std::string text(const std::string& readout) { return std::get<std::string>(value(readout)); }
  // The clock goes on by so much, between two frames.
  void wait(double seconds) { now_ += seconds; }
  double now() const { return now_; }
  void resize(Vec size) {
    size_ = size;
    settle();
  }

  struct Counted : NoTextures {
    void destroy(TextureId texture) override { ++destroyed, NoTextures::destroy(texture); }
    int destroyed = 0;
  } textures;
  App app;
  Shell shell;
  InputQueue queue;
  float scale = 1;
  bool patient = true;
  std::vector<std::string> sent;  // by hands, since it was last cleared

 private:
  Vec size_;
  double now_ = 1;
  std::chrono::steady_clock::time_point last_frame_ = std::chrono::steady_clock::now();
};

}  // namespace striate
