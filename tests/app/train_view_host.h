// A view of a training, or a part of the inspector, drawn frame by frame without the page: the settings of a config,
// checked as the page checks it, hands that click by label.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/pages/train/train_settings.h"
#include "app/pages/train/train_view.h"
#include "app/widgets/input.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "engine/network/models.h"
#include "tests/app/train_scene.h"

namespace striate {

class TrainViewHost {
 public:
  TrainViewHost() : document(Device::cpu()), snapshot(empty_scene()), ui(registry, textures) {
    scene = std::make_unique<TrainScene>(TrainScene{
        {document, [] {}}, [this] { return snapshot; }, [this]() -> const TrainingConfig& { return config; }, nullptr});
    declare_config(settings);
    settings.declare(registry);
    registry.add(Command{"train.start", "starts", {}, [this](const Arguments&) { ++starts; }});
    registry.add(
        Command{"train.view", "shows a view", {Parameter::text("ID", "which")}, [this](const Arguments& arguments) {
                  shown = arguments.text(0);
                }});
  }

  std::function<bool(double)> update = [](double) { return false; };
  std::function<void(Ui&, const Rect&, const TrainSnapshot&)> stage;
  std::function<void(Ui&, const TrainSnapshot&)> inspector;
  std::function<void(const Drawn&)> drawn;

  void use(TrainView& view) {
    view.declare(registry);
    update = [&view](double time) { return view.update(time); };
    stage = [&view](Ui& u, const Rect& area, const TrainSnapshot& s) { view.draw_stage(u, area, s); };
    drawn = [&view](const Drawn& found) { view.drawn(found); };
    inspector = [&view](Ui& u, const TrainSnapshot& s) { view.draw_inspector(u, s); };
  }

  void frame() {
    now += 1.0 / 60;
    std::vector<Ui::CommandError> errors;
    for (std::string& line : std::exchange(sent_, {})) {
      log.push_back(line);
      try {
        registry.run(line);
      } catch (const Error& error) {
        errors.push_back({std::string(command_name(line)), error.what(), error.hint()});
        failures.push_back(std::string(error.what()) + " / " + error.hint());
      }
    }
    if (!errors.empty()) ui.set_errors(std::move(errors));
    update(now);
    Ui::Frame frame;
    frame.input = hands.next();
    frame.size = size;
    frame.now = now;
    frame.motion = false;
    frame.dark = dark;
    frame.presentation = presentation;
    ui.begin_frame(frame);
    if (stage) stage(ui, {220, 0, size.x - 560, size.y - 56}, *snapshot);
    ui.begin_panel("inspector", {size.x - 340, 0, 340, size.y}, 18);
    if (inspector) inspector(ui, *snapshot);
    ui.end_panel();
    ui.end_frame();
    EXPECT_TRUE(ui.conflicts().empty()) << "two items with one label: " << ui.conflicts().front();
    sent_ = ui.take_commands();
    if (drawn) drawn(ui.drawn());
  }
  void settle() {
    do frame();
    while (!hands.empty() || !sent_.empty());
    frame();
    frame();
  }
  // Until this holds, a minute at most.
  void wait(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nothing came of it within a minute";
      frame();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    settle();
  }
  void run(const std::string& line) {
    registry.run(line);
    settle();
  }
  std::string failure(const std::string& line) {
    try {
      registry.run(line);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return {};
  }
  bool shows(const std::string& label) const {
    const Item* item = ui.find_item(label);
    return item != nullptr && !item->visible.empty();
  }
  void click(const std::string& label) {
    settle();
    log.clear();
    const Item* item = ui.find_item(label);
    ASSERT_NE(item, nullptr) << "nothing is called '" << label << "'";
    if (item->visible.h < item->rect.h) {
      ui.focus_on(label);  // scrolls there
      settle();
      item = ui.find_item(label);
    }
    ASSERT_FALSE(item->visible.empty()) << "'" << label << "' cannot be seen";
    press_at(item->visible.center());
  }
  void press_at(Vec at) {
    hands.move(at);
    hands.button(0, true);
    hands.button(0, false);
    settle();
    now += 1;  // the next click is not a double-click
  }
  void drag(Vec from, Vec to) {
    log.clear();
    hands.move(from);
    hands.button(0, true);
    for (int i = 1; i <= 4; ++i) hands.move(from + (to - from) * (static_cast<float>(i) / 4)), frame(), frame();
    hands.button(0, false);
    settle();
    now += 1;
  }
  void key(const std::string& name) {
    hands.key({name, false});
    settle();
  }
  void type(const std::string& text) {
    hands.text(text);
    settle();
  }
  double number(const std::string& readout) { return std::get<double>(registry.read(readout)); }
  std::string text(const std::string& readout) { return std::get<std::string>(registry.read(readout)); }

  NoTextures textures;
  Registry registry;
  Document document;
  TrainingConfig config;
  SettingsOf<TrainingConfig> settings{"train", config, [this](const TrainingConfig& next) {
                                        check_config(next);
                                        config = next;
                                      }};
  TrainSnapshotPtr snapshot;
  std::unique_ptr<TrainScene> scene;
  Ui ui;
  InputQueue hands;
  Vec size{1280, 800};
  double now = 1;
  bool dark = true, presentation = false;
  int starts = 0;
  std::string shown;
  std::vector<std::string> log, failures;

 private:
  std::vector<std::string> sent_;
};

}  // namespace striate
