// Everything by the keyboard alone, on every page, tab and dialog, in a large window and in the smallest: Tab reaches
// each control once, in the order in which they are read, brings it into view and draws its ring there; keys do what
// hands do; Escape leaves. keyboard_pages_test.cpp does with the two pages of number grids what their controls are for.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/app/every_page.h"
#include "tests/app/page_driver.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

constexpr Vec kSizes[] = {{1280, 800}, {800, 500}};

// What no key needs to reach: what does nothing but keep the mouse away or explain itself under it; and what another
// item does by its keys: minus and plus of a number, the dots of a lesson, pixels of a picture, pictures of a row, the
// cell of a figure, which is a number beside it.
bool is_for_the_mouse(const Item& item) {
  return item.command.empty() || item.kind == "scroll" || item.kind == "dot" || item.kind == "pixels" ||
         item.kind == "figure" || item.label.starts_with("picture ") || item.label.ends_with(" less") ||
         item.label.ends_with(" more");
}

class KeyboardWalk : public testing::TestWithParam<Vec> {
 protected:
  static ShellDriver& driver() {
    static ShellDriver* shared = [] {
      auto* made = new ShellDriver();  // one training for all tests of this file; it lives until the end
      train_a_little(*made);
      return made;
    }();
    return *shared;
  }
  void SetUp() override { driver().resize(GetParam()); }
  static Ui& ui() { return driver().shell.ui(); }
  static const Item* focused() {
    for (const Item& item : ui().items()) {
      if (item.id == ui().focused()) return &item;
    }
    return nullptr;
  }

  // Tab (or Shift+Tab) from one end to the other. `layer`: of the dialog that is open.
  static void walk(const std::string& where, int layer = 0, const std::string& key = "Tab") {
    ui().leave_focus();
    ui().focus(0, false);
    driver().settle();
    std::set<std::string> wanted;
    for (const Item& item : ui().items()) {
      if (item.layer < layer || !item.enabled) continue;
      EXPECT_TRUE(item.focusable || is_for_the_mouse(item))
          << where << ": no key reaches '" << item.label << "' (" << item.kind << ")";
      if (item.focusable && !item.rect.empty()) wanted.insert(item.label);
    }
    std::set<uint64_t> reached;
    std::set<std::string> labels;
    const Rect window{0, 0, GetParam().x, GetParam().y};
    for (size_t i = 0; i < wanted.size() + 40; ++i) {
      driver().key(key);
      const Item* item = focused();
      ASSERT_NE(item, nullptr) << where;
      if (!reached.insert(item->id).second) break;
      labels.insert(item->label);
      const std::string what = fmt::format("{}: '{}' ({})", where, item->label, item->kind);
      EXPECT_GE(item->visible.h, std::min(item->rect.h - 1, 120.0f)) << what << " is out of sight";
      const Rect ring = ui().focus_ring();
      EXPECT_FALSE(ring.empty()) << what << " has no ring";
      EXPECT_TRUE(ring.empty() || window.inset(-1).contains(ring)) << what << " has its ring outside";
      EXPECT_TRUE(ring.empty() || ring.inset(-4).overlaps(item->visible)) << what << " has its ring elsewhere";
    }
    for (const std::string& label : wanted) {
      EXPECT_TRUE(labels.contains(label)) << where << ": Tab goes past '" << label << "'";
    }
    expect_read_in_order(where, layer);
    driver().key("Escape");
  }

  static int place_of(const Item& item) {
    const ShellLayout& layout = driver().shell.layout();
    const Rect* places[] = {&layout.navigation, &layout.inspector, &layout.narration, &layout.stage};
    for (int i = 0; i < 4; ++i) {
      if (places[i]->contains(item.visible.center())) return i;
    }
    return -1;
  }
  // Of two that follow each other and stand in one column of a panel, the upper one comes first.
  static void expect_read_in_order(const std::string& where, int layer) {
    const Item* before = nullptr;
    for (const Item& item : ui().items()) {
      if (!item.focusable || !item.enabled || item.layer != layer || item.rect.empty()) continue;
      if (before && before->scrolls == item.scrolls && place_of(*before) == place_of(item)) {
        const float shared = std::min(before->rect.right(), item.rect.right()) - std::max(before->rect.x, item.rect.x);
        const bool one_column = shared > 0.5f * std::min(before->rect.w, item.rect.w);
        const bool inside = before->rect.inset(-1).contains(item.rect) || item.rect.inset(-1).contains(before->rect);
        EXPECT_TRUE(!one_column || inside || item.rect.y >= before->rect.y - 1 || item.rect.y < before->rect.y - 300)
            << where << ": '" << item.label << "' stands above '" << before->label << "' and comes after it";
      }
      before = &item;
    }
  }
};

TEST_P(KeyboardWalk, tab_reaches_everything_of_every_page) {
  each_page(driver(), [](const std::string& page) {
    walk(page);
    EXPECT_EQ(ui().focused(), 0u) << page << ": Escape does not leave";
  });
}

TEST_P(KeyboardWalk, tab_reaches_everything_where_both_panels_are_unfolded_or_folded) {
  for (const char* panels : {"off", "on"}) {
    driver().run(std::string("navigation ") + panels);
    driver().run(std::string("inspector ") + panels);
    for (const char* page : {"home", "pixels", "network", "pretrained", "architecture", "neuron"}) {
      driver().run(std::string("page ") + page);
      walk(fmt::format("{}, panels {}", page, panels));
    }
  }
}

TEST_P(KeyboardWalk, dialogs_are_walked_and_left) {
  driver().run("page pixels");
  for (const auto& [open, close] : {std::pair("help on", "help off"),
                                    {"glossary", "glossary.close"},
                                    {"glossary stride", "glossary.close"},
                                    {"browse open", "browse close"},
                                    {"browse save", "browse close"}}) {
    driver().run(open);
    walk(open, 1);
    driver().key("Escape");
    driver().settle();
    for (const Item& item : ui().items()) {
      EXPECT_EQ(item.layer, 0) << open << ": Escape does not close it";
      if (item.layer != 0) break;
    }
    driver().run(close);
  }
  // In the palette Tab completes what is typed: the list is walked by arrows, and by Shift+Tab.
  driver().run("palette on");
  walk("palette", 1, "Shift+Tab");
  driver().run("palette on");
  driver().type("theme light");
  driver().key("Enter");
  EXPECT_EQ(driver().text("theme"), "light");
  driver().run("theme dark");
}

TEST_P(KeyboardWalk, a_lesson_is_walked_and_its_dots_take_the_arrows) {
  driver().run("lesson convolution");
  walk("lesson convolution");
  ui().focus_on("steps");
  driver().settle();
  const auto step = [] { return driver().app.lessons().step(); };
  EXPECT_FALSE(ui().focus_ring().empty());
  EXPECT_EQ(step(), 0);
  driver().key("Right");
  driver().key("Right");
  EXPECT_EQ(step(), 2);
  driver().key("Left");
  EXPECT_EQ(step(), 1);
  driver().key("End");
  EXPECT_EQ(step(), driver().app.lessons().step_count() - 1);
  driver().key("Right");
  EXPECT_EQ(step(), driver().app.lessons().step_count() - 1);
  driver().key("Home");
  EXPECT_EQ(step(), 0);
  driver().run("lesson.close");
}

std::string size_name(const testing::TestParamInfo<Vec>& size) {
  return fmt::format("{:.0f}x{:.0f}", size.param.x, size.param.y);
}
INSTANTIATE_TEST_SUITE_P(Sizes, KeyboardWalk, testing::ValuesIn(kSizes), size_name);

// ---- what keys do ---------------------------------------------------------------------------------------------------

// Each control of a page sends its command by some key; what it sends is not done, so that all are tried from one
// state.
void expect_keys_act(PageDriver& driver, const std::string& where) {
  struct Control {
    std::string label, command, kind;
  };
  std::vector<Control> controls;
  for (const Item& item : driver.ui.items()) {
    if (item.enabled && item.focusable && !item.command.empty()) {
      controls.push_back({item.label, item.command, item.kind});
    }
  }
  driver.deaf = true;
  for (const Control& control : controls) {
    if (control.kind == "scene") continue;  // its keys are the page's: architecture_page_test.cpp
    const std::string noun = control.command.substr(0, control.command.find(' '));
    if (!driver.app.registry().find_command(noun)) continue;
    bool done = false;
    for (const char* key : {"Enter", "Space", "Right", "Left", "Down", "Up", "Home", "End", "7"}) {
      driver.ui.focus_on(control.label);
      driver.settle();
      driver.log.clear();
      const Rect ring = driver.ui.focus_ring();
      if (*key == '7') {
        driver.hands.text("7");
        driver.settle();
        driver.hands.key({"Enter", false});
      } else {
        driver.hands.key({key, false});
      }
      driver.settle();
      if (control.kind == "drop-down") {  // it opens: to the next choice, and that is taken
        driver.hands.key({"Down", false});
        driver.hands.key({"Enter", false});
        driver.settle();
      }
      done = std::any_of(driver.log.begin(), driver.log.end(), [&](const std::string& line) {
        return line.starts_with(noun) || control.kind == "grid" || control.kind == "picture";
      });
      done = done || (control.kind == "grid" && !(driver.ui.focus_ring() == ring));  // its cells are walked
      for (int i = 0; i < 3; ++i) driver.hands.key({"Escape", false});  // a list that opened, a field, the focus
      driver.settle();
      if (done) break;
    }
    // The choice that is made already has nothing to send by itself; its neighbors have.
    if (!done && (control.kind == "choice" || control.kind == "tab")) done = true;
    EXPECT_TRUE(done) << where << ": no key does anything on '" << control.label << "' (" << control.kind << ", "
                      << control.command << ")";
  }
  driver.deaf = false;
}

TEST(KeyboardActs, on_every_control_of_every_page) {
  for (const char* page : {"pixels", "channels", "filters", "convolution", "pooling", "network", "pretrained"}) {
    PageDriver driver(page);
    driver.show(made_picture(24, 20, 3));
    if (std::string(page) == "channels") driver.run("channels.brush r 20 90");
    expect_keys_act(driver, page);
  }
}

TEST(KeyboardActs, on_every_control_of_every_method_of_features) {
  PageDriver driver("features");
  driver.show(made_picture(24, 20, 3));
  driver.run("network.open lenet5");
  driver.run("features.layer 3");
  for (const std::string& method : driver.app.registry().command("features.method").parameters[0].choices) {
    driver.run("features.method " + method);
    expect_keys_act(driver, "features " + method);
  }
}

TEST(KeyboardActs, on_every_control_of_a_network_as_a_place) {
  PageDriver driver("architecture");
  driver.show(made_picture(24, 20, 3));
  for (const char* line : {"architecture.model lenet5", "architecture.select 3 5 4 6", "architecture.plan on"}) {
    driver.run(line);
    expect_keys_act(driver, line);
  }
}

TEST(KeyboardActs, on_every_control_of_the_tabs_of_training) {
  PageDriver driver("train");
  train_a_little(driver);
  for (const std::string& tab : train_tabs(driver.app.registry())) {
    driver.run("train.view " + tab);
    expect_keys_act(driver, "train " + tab);
  }
}

// ---- the histogram's brush ------------------------------------------------------------------------------------------

TEST(HistogramBrush, is_made_moved_extended_and_taken_away_by_keys) {
  PageDriver driver("channels");
  driver.show(made_picture(24, 20, 3));
  const auto key = [&](const std::string& name) {
    driver.hands.key({name, false});
    driver.settle();
  };
  driver.ui.focus_on("Red histogram");
  driver.settle();
  EXPECT_FALSE(driver.ui.focus_ring().empty());
  driver.log.clear();
  key("Enter");
  ASSERT_EQ(driver.log, (std::vector<std::string>{"channels.brush r 96 159"}));
  key("Right");
  EXPECT_EQ(driver.log.back(), "channels.brush r 98 161");
  key("Shift+Right");
  EXPECT_EQ(driver.log.back(), "channels.brush r 98 163");
  key("Shift+Home");
  EXPECT_EQ(driver.log.back(), "channels.brush r 0 98") << "the end that moves goes past the other";
  key("End");
  EXPECT_EQ(driver.log.back(), "channels.brush r 157 255");
  key("Shift+End");
  EXPECT_EQ(driver.log.back(), "channels.brush r 255 255");
  key("Shift+Left");
  EXPECT_EQ(driver.log.back(), "channels.brush r 253 255");
  driver.run("channels.brush r 10 20");  // by a command
  key("Shift+Right");
  EXPECT_EQ(driver.log.back(), "channels.brush r 10 22");
  key("Enter");
  EXPECT_EQ(driver.log.back(), "channels.brush.clear");
  EXPECT_EQ(driver.number("channels.lit"), 24 * 20);
}

}  // namespace
}  // namespace striate
