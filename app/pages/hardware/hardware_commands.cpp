// Settings and commands of the page hardware.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/pages/hardware/hardware.h"
#include "app/words/words.h"

namespace striate {
namespace {

std::vector<std::string> all_versions() {
  std::vector<std::string> all;
  for (size_t task = 0; task < hardware_tasks().size(); ++task) {
    for (const std::string& version : teach_versions(static_cast<TeachTask>(task))) {
      if (std::find(all.begin(), all.end(), version) == all.end()) all.push_back(version);
    }
  }
  return all;
}

}  // namespace

void HardwarePage::declare_settings() {
  settings_
      .choice(
          "kernel", "kernel", "Chooses what is computed; its slowest version comes first",
          Parameter::choice("TASK", "what is computed", hardware_tasks()),
          [](const State& s) { return word_of(s.task); },
          [](State& s, const std::string& word) {
            s.task = static_cast<TeachTask>(std::find(hardware_tasks().begin(), hardware_tasks().end(), word) -
                                            hardware_tasks().begin());
            s.version = teach_versions(s.task).front();
            s.warp = 0;
            s.step.reset();
          })
      .labels = [] {
    std::vector<std::string> titles;
    for (const TeachTask task : kTeachTasks) titles.emplace_back(title_of(task));
    return titles;
  }();
  Setting& version = settings_.choice(
      "version", "version", "Another way to compute the same: memory is read and written in another order",
      Parameter::choice("NAME", "one of the kernel's versions", all_versions()),
      [](const State& s) { return s.version; },
      [](State& s, const std::string& word) {
        teach_grid(s.task, word, s.settings);  // says which there are
        s.version = word;
        s.step.reset();
      });
  version.now = [this] {
    Setting::Now now;
    for (const std::string& each : teach_versions(state_.task)) now.offers.emplace_back(each, each);
    return now;
  };
  Setting& size = settings_.integer(
      "size", "size", "Pixels of a side: the middle square of the picture is brought to this size",
      {"N", "pixels of a side", 32, 512}, [](auto& s) -> auto& { return s.settings.n; });
  size.unit = "px";
  settings_.also([this] {
    return std::vector{fmt::format("hardware.block {} {}", state_.settings.width, state_.settings.height)};
  });
  settings_.integer(
      "stride", "stride", "How many floats lie between what a lane of a strided copy reads and what the next one does",
      {"N", "floats", 1, 64}, [](auto& s) -> auto& { return s.settings.stride; });
  settings_.on_off("barrier", "barrier",
                   "Off: threads of a block no longer wait for each other at the last barrier that matters",
                   "whether all barriers are there", &State::barrier);
  Setting& warp = settings_.integer(
      "warp", "warp", "The warp that is followed, counted over the whole launch",
      {"N", "warp, from 0; a block has its threads / 32 of them", 0, 1e7}, [](const State& s) { return s.warp; },
      [](State& s, int64_t n) {
        teach_grid(s.task, s.version, s.settings).check_warp(n);
        s.warp = static_cast<int>(n);
      });
  warp.undo = Undo::none;
  warp.now = [this] {
    Setting::Now now;
    now.last = static_cast<double>(shape_.warps() - 1);
    return now;
  };
  Setting& view =
      settings_.choice("view", "view", "Shows the kernel step by step, its times, or the layers of CUDA",
                       Parameter::choice("VIEW", "what the stage shows", {"kernel", "race", "platform"}), &State::view);
  view.labels = {N_("Kernel"), N_("Race"), N_("Platform")};
  view.undo = Undo::none;
  Setting& speed = settings_.number("speed", "speed", "Steps a second while it plays", {"S", "steps a second", 0.5, 60},
                                    &State::speed);
  speed.logarithmic = true;
  speed.decimals = 1;
  speed.undo = Undo::none;
  settings_
      .choice("layer", "layer", "Opens a layer of the platform",
              Parameter::choice("LAYER", "the one that is open", platform_layers()), &State::layer)
      .undo = Undo::none;
}

void HardwarePage::declare(Registry& registry) {
  settings_.declare(registry);
  declare_commands(registry);
  declare_readouts(registry);
}

void HardwarePage::declare_commands(Registry& registry) {
  registry.add(Command{"hardware.block",
                       N_("Sets how many threads of a block stand side by side and below each other"),
                       {Parameter::integer("W", "threads side by side", 1, 1024),
                        Parameter::integer("H", "threads below each other", 1, 1024)},
                       [this](const Arguments& arguments) {
                         State next = state_;
                         next.settings.width = static_cast<int>(arguments.integer(0));
                         next.settings.height = static_cast<int>(arguments.integer(1));
                         commit(std::move(next));
                       },
                       Undo::edit});
  registry.add(Command{"hardware.step",
                       N_("Goes to the warp's next step, or to the one that is said"),
                       {Parameter::integer("N", "step, from 0", 0, 1e6).or_none()},
                       [this](const Arguments& arguments) {
                         const HardwareMoment* moment = present();
                         const auto steps = moment ? static_cast<int64_t>(moment->seen.steps.size()) : int64_t{0};
                         if (!arguments.has(0)) {
                           go_to(moment ? step_of(*moment) + 1 : state_.step.value_or(0) + 1);
                         } else if (moment != nullptr && arguments.integer(0) >= steps) {
                           throw Error(fmt::format("there is no step {}", arguments.integer(0)),
                                       fmt::format("this warp has steps 0 to {}", steps - 1));
                         } else {
                           go_to(static_cast<int>(arguments.integer(0)));
                         }
                       }});
  registry.add(Command{"hardware.run",
                       N_("Measures this version: on one core, on all, and on the GPU where there is one"),
                       {},
                       [this](const Arguments&) { measure_.begin(measured(state_.version, false)); }});
  registry.add(
      Command{"hardware.sweep", N_("Measures this version at sizes that double"), {}, [this](const Arguments&) {
                measure_.begin(measured(state_.version, true));
              }});
  registry.add(Command{"hardware.stop", N_("Stops measuring"), {}, [this](const Arguments&) { measure_.stop(); }});
  registry.add(Command{"hardware.scrub",
                       N_("Goes to a step of the warp; behind its last one it is the last"),
                       {Parameter::integer("N", "step, from 0", 0, 1e6)},
                       [this](const Arguments& arguments) { go_to(static_cast<int>(arguments.integer(0))); }});
  registry.add(Command{"hardware.play", N_("Plays the warp's steps"), {}, [this](const Arguments&) {
                         const HardwareMoment* moment = present();
                         if (moment && step_of(*moment) + 1 >= static_cast<int>(moment->seen.steps.size())) go_to(0);
                         playing_ = true, moved_at_ = -1;
                       }});
  registry.add(
      Command{"hardware.pause", N_("Stops at the present step"), {}, [this](const Arguments&) { playing_ = false; }});
}

}  // namespace striate
