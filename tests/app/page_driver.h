// A page drawn frame by frame without a window: App and Ui alone, hands that click by label, textures that go nowhere.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "app/command/not_ready.h"
#include "app/command/script.h"
#include "app/shell/app.h"
#include "app/widgets/input.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "tests/app/watched_picture.h"
#include "tests/source_dir.h"

namespace striate {

class PageDriver {
 public:
  explicit PageDriver(const std::string& page) : app(Device::cpu()), ui(app.registry(), textures) {
    app.run("page " + page);
  }

  void show(const ImagePtr& image) {
    Document& document = app.document();
    document.image = image;
    document.pyramid = nullptr;
    document.source = "test";
    ++document.image_version;
    if (image) {
      auto pyramid = std::make_shared<Pyramid>(image);
      pyramid->build(std::atomic<bool>(false));
      document.pyramid = pyramid;
    }
    app.shelf().image_changed();
    settle();
  }

  // One frame, after whatever the hands have queued.
  void frame() {
    now += 1.0 / 60;
    for (std::string& line : std::exchange(sent_, {})) {
      log.push_back(line);
      if (!deaf) app.send(std::move(line), gesture_);
    }
    app.update(now);
    Ui::Frame frame;
    frame.input = hands.next();
    frame.size = size;
    frame.now = now;
    frame.motion = motion;
    frame.presentation = presentation;
    ui.begin_frame(frame);
    const Rect transport{0, size.y - 56, size.x - 340, 56};
    app.page().draw_stage(ui, {0, 0, size.x - 340, size.y - 56});
    if (app.page().has_transport()) app.page().draw_transport(ui, transport.inset(16, 8));
    ui.begin_panel("inspector", {size.x - 340, 0, 340, size.y});
    app.page().draw_inspector(ui);
    ui.end_panel();
    ui.end_frame();
    EXPECT_TRUE(ui.conflicts().empty()) << "two items with one label: " << ui.conflicts().front();
    sent_ = ui.take_commands();
    app.page().drawn(ui.drawn());
    gesture_ = ui.gesture();
  }

  void frames(int count) {
    for (int i = 0; i < count; ++i) frame();
  }

  // All that so many frames write on the screen.
  std::vector<std::string> texts(int count = 1) {
    std::vector<std::string> written;
    ui.record_texts(&written);
    frames(count);
    ui.record_texts(nullptr);
    return written;
  }

  // After each group of lines the page is drawn in the usual sizes, on a projector and in a window too small for it.
  void draw_states(const std::vector<std::vector<std::string>>& states) {
    for (const auto& state : states) {
      for (const std::string& line : state) run(line);
      for (const Vec wanted : {Vec{1280, 800}, Vec{800, 500}, Vec{1920, 1080}, Vec{560, 400}}) {
        size = wanted;
        EXPECT_FALSE(texts(3).empty()) << (state.empty() ? "" : state.back());
      }
    }
  }

  // Until no work is under way, the hands are empty and nothing is left to send.
  void settle() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    do {
      frame();
      if (app.busy()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (std::chrono::steady_clock::now() > deadline) FAIL() << "work did not end within a minute";
    } while (app.busy() || !hands.empty() || !sent_.empty());
    frames(2);
  }

  void run(const std::string& line) {
    app.run(line);
    settle();
  }

  // Clicks the item with this label; what it sent is in `log`.
  void click(const std::string& label) {
    settle();
    log.clear();
    const Item* item = ui.find_item(label);
    ASSERT_NE(item, nullptr) << "nothing is called '" << label << "'";
    click_at(item->visible.center());
  }
  void click_at(Vec at) {
    hands.move(at);
    hands.button(0, true);
    hands.button(0, false);
    settle();
  }

  Rect picture() {
    const Item* item = ui.find_item("picture");
    return item ? item->rect : Rect{};
  }
  // Where a pixel lies on the screen, by what the page says about its view.
  Vec on_screen(const std::string& page, double x, double y) {
    View view;
    view.zoom = static_cast<float>(number(page + ".zoom"));
    const Image& image = *app.document().image;
    view.center = {static_cast<float>(image.width) / 2, static_cast<float>(image.height) / 2};
    return to_screen(view, picture(), {static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f});
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

  // What a line's error says, "WHAT / HINT"; empty where there is none.
  std::string failure(const std::string& line) {
    try {
      app.run(line);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return {};
  }

  CountedTextures textures;
  App app;
  Ui ui;
  InputQueue hands;
  Vec size{1280, 800};
  bool presentation = false;
  double now = 0;
  bool motion = false;
  bool deaf = false;  // what hands send is logged and not done
  std::vector<std::string> log;

 private:
  std::vector<std::string> sent_;
  uint64_t gesture_ = 0;
};

// Every line of a lesson of assets/lessons, as a student who does everything runs them; its expectations must hold.
inline void play_lesson(PageDriver& driver, const std::string& name) {
  const Lesson lesson = read_lesson(source_dir() + "/assets/lessons/" + name + ".md");
  check_lesson(lesson, driver.app.registry());
  for (const LessonStep& step : lesson.steps) {
    if (step.wanted_command().empty()) continue;
    EXPECT_NO_THROW(driver.app.registry().command(step.wanted_command()));
  }
  int expectations = 0;
  for (const Action& action : script_of(lesson).actions) {
    if (action.kind == ActionKind::command) {
      ASSERT_NO_FATAL_FAILURE(driver.run(action.text)) << action.text;
    }
    if (action.kind != ActionKind::expect) continue;
    ++expectations;
    const ReadoutValue value = driver.value(action.expectation.readout);
    if (!action.expectation.other.empty()) driver.value(action.expectation.other);
    EXPECT_TRUE(holds(resolved(action.expectation, driver.app.registry()), value))
        << "line " << action.line << ": " << action.text << ", not " << to_text(value);
  }
  EXPECT_GT(expectations, 0);
}

// A picture with different values everywhere: value = 37 x + 11 y + 61 c, modulo 256.
inline ImagePtr made_picture(int width, int height, int channels, int bits = 8) {
  auto image = std::make_shared<Image>();
  image->width = width;
  image->height = height;
  image->channels = channels;
  image->bits = bits;
  image->name = "made";
  image->format = "made here";
  image->bytes.resize(image->value_count());
  if (bits == 16) image->wide.resize(image->value_count());
  size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c, ++i) {
        image->bytes[i] = static_cast<uint8_t>(37 * x + 11 * y + 61 * c);
        if (bits == 16) image->wide[i] = static_cast<uint16_t>(image->bytes[i] * 257);
      }
    }
  }
  return image;
}

}  // namespace striate
