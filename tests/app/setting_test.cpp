// A setting that is declared once: its command, readout, line of state, default, tooltip, and what its widget sends;
// and that undo takes back one control's move, never two, and a state is restored whole or not at all.
#include "app/command/setting.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/error.h"
#include "tests/app/page_driver.h"

namespace striate {
namespace {

enum class Way { near, far };

struct Look {
  bool bright = false;
  int size = 3;
  float gain = 0.5f;
  Way way = Way::far;
  int width = 7;
};

struct Page {
  Page()
      : settings("page", look, [this](Look next) {
          if (next.size == 4) throw Error("4 is not available", "use another size");
          look = next;
          ++commits;
        }) {
    settings.on_off(
        "bright", "bright", "Makes it bright", "on: bright", [](auto& s) -> auto& { return s.bright; });
    settings
        .integer(
            "size", "size", "How large it is", {"N", "cells", 1, 9}, [](auto& s) -> auto& { return s.size; })
        .unit = "cells";
    settings
        .number(
            "gain", "gain", "Multiplies it", {"V", "the factor", 0, 2}, [](auto& s) -> auto& { return s.gain; })
        .undo = Undo::none;
    settings
        .choice(
            "way", "way", "Where it lies", "which", std::vector{Way::near, Way::far},
            [](Way way) { return way == Way::near ? "near" : "far"; }, [](auto& s) -> auto& { return s.way; })
        .labels = {"Near by", "Far off"};
    settings
        .integer(
            "width", "width", "How wide it is", {"N", "cells", 1, 9}, [](auto& s) -> auto& { return s.width; })
        .kept = false;
    settings.declare(registry);
  }
  std::string read(const std::string& name) { return to_text(registry.read(name)); }

  Look look;
  int commits = 0;
  SettingsOf<Look> settings;
  Registry registry;
};

TEST(Setting, one_declaration_gives_a_command_and_a_readout) {
  Page page;
  EXPECT_EQ(page.read("page.size"), "3");
  page.registry.run("page.size 5");
  EXPECT_EQ(page.look.size, 5);
  EXPECT_EQ(page.read("page.size"), "5");
  page.registry.run("page.bright on");
  EXPECT_TRUE(page.look.bright);
  EXPECT_EQ(page.read("page.bright"), "on");
  page.registry.run("page.way near");
  EXPECT_EQ(page.look.way, Way::near);
  EXPECT_EQ(page.read("page.way"), "near");
  page.registry.run("page.gain 1.25");
  EXPECT_EQ(page.look.gain, 1.25f);
  EXPECT_EQ(page.registry.command("page.size").help, "How large it is");
  EXPECT_EQ(page.registry.command("page.size").undo, Undo::edit);
  EXPECT_EQ(page.registry.command("page.gain").undo, Undo::none);
}

TEST(Setting, what_is_out_of_range_or_refused_changes_nothing) {
  Page page;
  for (const char* line :
       {"page.size 10", "page.size 2.5", "page.bright maybe", "page.way", "page.gain -1", "page.size 4"}) {
    EXPECT_THROW(page.registry.run(line), Error) << line;
  }
  EXPECT_EQ(page.commits, 0);
  EXPECT_EQ(page.look.size, 3);
}

TEST(Setting, state_brings_every_kept_setting_back_in_the_order_of_declaration) {
  Page page;
  const std::vector<std::string> state = page.settings.state();
  EXPECT_EQ(state, (std::vector<std::string>{"page.bright off", "page.size 3", "page.gain 0.5", "page.way far"}));
  for (const char* line : {"page.bright on", "page.size 9", "page.gain 2", "page.way near"}) page.registry.run(line);
  EXPECT_NE(page.settings.state(), state);
  for (const std::string& line : state) page.registry.run(line);
  EXPECT_EQ(page.settings.state(), state);
}

TEST(Setting, the_default_is_what_the_page_opened_with_and_the_tooltip_says_it) {
  Page page;
  page.registry.run("page.size 8");
  const Setting* size = page.registry.find_setting("page.size");
  ASSERT_NE(size, nullptr);
  EXPECT_EQ(size->line(size->initial), "page.size 3");
  EXPECT_EQ(size->line(), "page.size 8");
  EXPECT_EQ(setting_range(*size), "1 to 9 cells; 3 by default");
  EXPECT_EQ(setting_range(*page.registry.find_setting("page.way")), "Far off by default");
  EXPECT_EQ(page.registry.find_setting("page"), nullptr);
}

struct Place {
  int layer = -1;
  bool wide = false;
  Way way = Way::far;
  std::pair<int, int> cell = {2, 3};
};

struct Looking {
  Looking() {
    settings.integer("layer", "layer", "Which layer", {"N", "from 0", 0, 99}, &Place::layer).or_none(-1.0);
    settings.also([this] { return std::vector{"page.cell " + std::to_string(place.cell.first)}; });
    Setting& wide = settings.choice("width", "width", "How wide it is",
                                    Parameter::choice("W", "which", {"thin", "wide"}), &Place::wide);
    wide.now = [] { return Setting::Now{.offers = {{"Wide", "wide"}}}; };
    settings.choice("way", "way", "Where it lies", Parameter::choice("WAY", "which", {"near", "far"}), &Place::way);
    settings.declare(registry);
  }
  std::string read(const std::string& name) { return to_text(registry.read(name)); }

  Place place;
  SettingsOf<Place> settings{"page", place, Undo::none};
  Registry registry;
};

TEST(Setting, an_optional_value_is_none_where_the_command_stands_alone) {
  Looking page;
  EXPECT_EQ(page.read("page.layer"), "-1");
  page.registry.run("page.layer 7");
  EXPECT_EQ(page.settings.state().front(), "page.layer 7");
  page.registry.run("page.layer");
  EXPECT_EQ(page.place.layer, -1);
  EXPECT_EQ(page.settings.state().front(), "page.layer");
  EXPECT_EQ(page.registry.command("page.layer").usage(), "page.layer [N]");
  EXPECT_THROW(page.registry.run("page.layer -1"), Error);
}

TEST(Setting, an_enumeration_or_a_bool_is_its_number_among_the_words) {
  Looking page;
  EXPECT_EQ(page.read("page.width"), "thin");
  EXPECT_EQ(page.read("page.way"), "far");
  page.registry.run("page.width wide");
  page.registry.run("page.way near");
  EXPECT_TRUE(page.place.wide);
  EXPECT_EQ(page.place.way, Way::near);
  const Setting* way = page.registry.find_setting("page.way");
  EXPECT_EQ(way->next_line(), "page.way far");
  page.registry.run("page.way far");
  EXPECT_EQ(way->next_line(), "page.way near") << "after the last one the first";
}

TEST(Setting, lines_of_what_is_no_setting_stand_where_they_were_declared) {
  Looking page;
  EXPECT_EQ(page.settings.state(),
            (std::vector<std::string>{"page.layer", "page.cell 2", "page.width thin", "page.way far"}));
}

TEST(Setting, looking_is_no_edit) {
  Looking page;
  for (const char* name : {"page.layer", "page.width", "page.way"}) {
    EXPECT_EQ(page.registry.command(name).undo, Undo::none) << name;
  }
}

TEST(Setting, a_readout_may_say_what_the_value_comes_to_and_the_tooltip_what_there_is) {
  Page page;
  Setting depth{.name = "page.depth", .label = "depth", .help = "How deep it is"};
  depth.parameter = Parameter::integer("N", "from 0", 0, 99);
  depth.value = [] { return ReadoutValue(50.0); };
  depth.shown = [] { return ReadoutValue(7.0); };
  depth.readout_help = "the deepest there is";
  depth.now = [] { return Setting::Now{.last = 7}; };
  depth.initial = depth.value();
  page.registry.add(depth);
  EXPECT_EQ(page.read("page.depth"), "7");
  EXPECT_EQ(page.registry.readout("page.depth").help, "the deepest there is");
  EXPECT_EQ(depth.line(), "page.depth 50");
  EXPECT_EQ(setting_range(depth), "0 to 7; 50 by default");
}

// Every setting of every page: within its range, its default what it now is, its line legal.
TEST(Setting, every_setting_of_the_program_can_be_set_to_what_it_is) {
  App app(Device::cpu());
  int settings = 0;
  for (const auto& [name, command] : app.registry().commands()) {
    const Setting* setting = app.registry().find_setting(name);
    if (setting == nullptr) continue;
    ++settings;
    const ReadoutValue before = setting->value();
    EXPECT_EQ(to_text(before), to_text(setting->initial)) << name;
    // What another setting says, too, may be no value of this one: a network by its name has no text of layers.
    if (setting->kept) {
      EXPECT_NO_THROW(app.registry().run(setting->line())) << setting->line();
    }
    EXPECT_EQ(to_text(setting->value()), to_text(before)) << name;
    if (setting->shown) continue;  // it reads what that comes to
    EXPECT_EQ(to_text(app.registry().read(setting->readout.empty() ? name : setting->readout)), to_text(before))
        << name;
  }
  EXPECT_GT(settings, 40);
}

TEST(Setting, a_number_without_bounds_goes_by_one) {
  PageDriver driver("convolution");
  driver.size = {1280, 2400};
  driver.click("bias more");
  EXPECT_EQ(driver.log, std::vector<std::string>{"convolution.bias 1.000"});
  driver.click("divisor more");
  EXPECT_EQ(driver.log, std::vector<std::string>{"convolution.divisor 2.000"});
}

TEST(Setting, a_drag_is_one_edit_and_two_controls_are_two) {
  PageDriver driver("convolution");
  driver.size = {1280, 2400};  // the whole inspector can be seen
  driver.settle();
  const auto drag = [&](const std::string& label, float by) {
    const Item* item = driver.ui.find_item(label);
    ASSERT_NE(item, nullptr) << label;
    const Vec from = item->visible.center();
    driver.hands.move(from);
    driver.hands.button(0, true);
    for (int i = 1; i <= 6; ++i) driver.hands.move({from.x + by * static_cast<float>(i), from.y}), driver.frames(2);
    driver.hands.button(0, false);
    driver.settle();
  };
  const auto read = [&](const char* name) { return to_text(driver.app.registry().read(name)); };
  const std::string stride = read("convolution.stride"), dilation = read("convolution.dilation");
  driver.run("convolution.padding 7");
  drag("stride", 12);
  const std::string strode = read("convolution.stride");
  EXPECT_NE(strode, stride);
  drag("dilation", 12);
  EXPECT_NE(read("convolution.dilation"), dilation);
  driver.run("undo");
  EXPECT_EQ(read("convolution.dilation"), dilation);
  EXPECT_EQ(read("convolution.stride"), strode) << "both controls were taken back at once";
  driver.run("undo");
  EXPECT_EQ(read("convolution.stride"), stride) << "the drag was several edits";
  EXPECT_EQ(read("convolution.padding.top"), "7");
}

TEST(Setting, one_command_for_two_things_is_two_edits) {
  App app(Device::cpu());
  app.run("page channels");
  app.send("channels.gain r 0.5", 1);
  app.send("channels.gain g 0.5", 2);
  app.update(0.1);
  app.run("undo");
  EXPECT_EQ(to_text(app.registry().read("channels.gain.red")), "0.5");
  EXPECT_EQ(to_text(app.registry().read("channels.gain.green")), "1");
}

}  // namespace
}  // namespace striate
