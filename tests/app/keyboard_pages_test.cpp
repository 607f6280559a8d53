// The two pages of number grids by the keyboard alone: Tab walks over everything that can be set, what it reaches is
// scrolled into view and does its command, and the keys of the page itself are there once Escape gave them back.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "page_driver.h"
#include "shell_driver.h"

namespace striate {
namespace {

class KeyboardPage : public testing::TestWithParam<const char*> {
 protected:
  // The page with a picture and in a state in which every control is there that can be there.
  KeyboardPage() : driver(GetParam()) {
    driver.show(made_picture(24, 20, 3));
    open_everything();
  }

  bool convolution() const { return std::string(GetParam()) == "convolution"; }
  void open_everything() {
    const std::vector<std::string> lines =
        convolution()
            ? std::vector<std::string>{"convolution.reset",
                                       "convolution.input image 2 2 6 6",
                                       "convolution.color on",
                                       "convolution.tool paint",
                                       "convolution.pin 1 1 output 0",
                                       "convolution.kernel sharpen"}
            : std::vector<std::string>{
                  "pooling.reset",        "pooling.input image 2 2 6 6", "pooling.tool paint", "pooling.pin 1 1",
                  "pooling.kind average", "pooling.padding 1",           "pooling.view shift", "pooling.shift 1 1"};
    for (const std::string& line : lines) driver.run(line);
  }

  void press(const std::string& key) {
    driver.hands.key({key, false});
    driver.settle();
  }
  const Item* focused() {
    for (const Item& item : driver.ui.items()) {
      if (item.id == driver.ui.focused()) return &item;
    }
    return nullptr;
  }
  bool sent(const std::string& command) {
    return std::any_of(driver.log.begin(), driver.log.end(),
                       [&](const std::string& line) { return line.starts_with(command); });
  }
  // The first of these keys that sends the command of what has the keyboard.
  bool does(const std::string& command, const std::vector<std::string>& keys) {
    driver.log.clear();
    for (const std::string& key : keys) {
      press(key);
      if (sent(command)) return true;
    }
    return false;
  }

  PageDriver driver;
};

TEST_P(KeyboardPage, tab_reaches_everything_and_scrolls_it_into_view) {
  std::set<std::string> wanted;
  for (const Item& item : driver.ui.items()) {
    // Minus and plus beside a number are for hands without keys: the number itself goes up and down by arrows.
    // The bar follows by itself.
    if (item.kind == "scroll") continue;
    const bool steps = item.label.ends_with(" less") || item.label.ends_with(" more");
    if (item.enabled && !steps) wanted.insert(item.label);
  }
  EXPECT_GT(wanted.size(), 30u);
  std::set<std::string> reached;
  std::string first;
  for (size_t i = 0; i <= wanted.size() + 5; ++i) {
    press("Tab");
    const Item* item = focused();
    ASSERT_NE(item, nullptr);
    if (first.empty()) first = item->label;
    if (i > 0 && item->label == first) break;
    reached.insert(item->label);
    // Whole, or as much of it as its panel is high.
    EXPECT_GE(item->visible.h, std::min(item->rect.h - 1, 300.0f)) << "'" << item->label << "' is cut";
  }
  for (const std::string& label : wanted) EXPECT_TRUE(reached.contains(label)) << "Tab goes past '" << label << "'";
  press("Shift+Tab");
  press("Tab");
  EXPECT_NE(focused(), nullptr);
}

TEST_P(KeyboardPage, keys_do_what_the_hands_do) {
  // What the page has, by name: each is tried from the same state.
  struct Control {
    std::string label, command, kind;
  };
  std::vector<Control> controls;
  for (const Item& item : driver.ui.items()) {
    if (item.enabled && item.focusable) controls.push_back({item.label, item.command, item.kind});
  }
  for (const Control& control : controls) {
    const Item* item = driver.ui.find_item(control.label);
    if (!item) {
      open_everything();
      item = driver.ui.find_item(control.label);
    }
    ASSERT_NE(item, nullptr) << control.label;
    driver.ui.focus_on(control.label);
    driver.settle();
    ASSERT_EQ(focused(), driver.ui.find_item(control.label)) << control.label;
    const std::string command = item->command;
    const std::string noun = command.substr(0, command.find(' '));
    bool done = false;
    if (control.kind == "button" || control.kind == "toggle" || control.kind == "row") {
      done = does(command, {"Space"});
      if (control.kind == "toggle" && done) done = does(noun, {"Enter"});  // and back
    } else if (control.kind == "choice" || control.kind == "tab") {
      done = does(command, {"Enter"}) || does(noun, {"Right", "Left"});  // the chosen one has nothing to do itself
    } else if (control.kind == "slider") {
      done = does(noun, {"Right", "Left"});
    } else if (control.kind == "number") {
      done = does(noun, {"Up", "Down"});
    } else if (control.kind == "drop-down") {
      done = does(noun, {"Down", "Up"});
    } else if (control.kind == "text") {
      driver.log.clear();
      press("Enter");
      for (int i = 0; i < 200; ++i) press("Backspace"), i += driver.ui.editing() ? 0 : 200;
      driver.hands.text("1 2 1; 2 4 2; 1 2 1");
      press("Enter");
      done = sent(noun);
    } else if (control.kind == "picker") {
      done = does(noun, {"Right", "Left"});
    } else if (control.kind == "sum") {
      done = does(noun, {"Left", "Right"});
    } else if (control.kind == "grid" && control.label.find("output") != std::string::npos) {
      done = control.label.starts_with("shifted") ||
             does(noun.ends_with("cursor") ? noun : std::string(GetParam()), {"Right", "Left"});
    } else if (control.kind == "grid") {
      done = control.label.starts_with("shifted");
      for (int step = 0; step < 3 && !done; ++step) {  // away from the padding
        press("Right");
        press("Down");
        driver.log.clear();
        driver.hands.text("7");
        press("Enter");
        done = sent(noun);
      }
    } else {
      ADD_FAILURE() << "no way is known to use a '" << control.kind << "'";
    }
    EXPECT_TRUE(done) << "the keyboard does nothing on the " << control.kind << " '" << control.label << "' ("
                      << command << ")";
    press("Escape");
    if (control.kind != "row") open_everything();
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, KeyboardPage, testing::Values("convolution", "pooling"),
                         [](const auto& page) { return std::string(page.param); });

class KeyboardShell : public testing::TestWithParam<const char*> {
 protected:
  KeyboardShell() { shell.run(std::string("page ") + GetParam()); }
  std::string name(const char* noun) const { return std::string(GetParam()) + "." + noun; }
  ShellDriver shell;
};

TEST_P(KeyboardShell, escape_gives_enter_and_the_arrows_back_to_the_page) {
  shell.run(name("cursor 0 0"));
  shell.key("I");
  EXPECT_EQ(shell.shell.ui().find_item("input")->id, shell.shell.ui().focused());
  // In one burst, as hands are faster than a slow frame: none of them may be lost or go to the grid.
  shell.queue.key({"Escape", false});
  shell.queue.key({"Enter", false});
  shell.queue.key({"Right", false});
  shell.settle();
  EXPECT_EQ(shell.shell.ui().focused(), 0u);
  EXPECT_EQ(shell.number(name("cell")), std::string(GetParam()) == "convolution" ? 2 : 1);
  EXPECT_FALSE(shell.shell.ui().editing());
}

TEST_P(KeyboardShell, enter_steps_and_space_plays_from_the_output) {
  shell.run(name("cursor 0 0"));
  shell.key("O");
  shell.key("Enter");
  EXPECT_EQ(shell.number(name("cell")), 1);
  shell.run(name("cursor 0 0"));
  shell.run(name("speed 0.1"));
  shell.queue.key({"Space", false});
  shell.frame();
  shell.frame();
  EXPECT_NE(shell.shell.ui().find_item("Pause"), nullptr);
  shell.queue.key({"Space", false});
  shell.frame();
  shell.frame();
  EXPECT_EQ(shell.shell.ui().find_item("Pause"), nullptr);
}

TEST_P(KeyboardShell, the_page_and_the_shell_keep_their_letters) {
  shell.key("O");
  shell.key("P");
  EXPECT_EQ(shell.number(name("pins")), 1);
  shell.key("U");
  EXPECT_EQ(shell.number(name("pins")), 0);
  shell.type("?");
  EXPECT_NE(shell.shell.ui().find_item("Close"), nullptr);
  shell.key("Escape");
  EXPECT_EQ(shell.shell.ui().find_item("Close"), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Pages, KeyboardShell, testing::Values("convolution", "pooling"),
                         [](const auto& page) { return std::string(page.param); });

TEST(KeyboardSum, takes_every_arrow_of_a_burst) {
  ShellDriver shell;
  shell.run("page convolution");
  shell.key("S");
  shell.key("Home");
  for (int i = 0; i < 4; ++i) shell.queue.key({"Right", false});
  shell.settle();
  // 4·1 then 2·... : the running sum after four products, and the cursor where it was.
  EXPECT_EQ(shell.number("convolution.column"), 2);
  EXPECT_EQ(shell.number("convolution.row"), 2);
  shell.run("convolution.walk 4");
  const double after_four = shell.number("convolution.running");
  shell.key("Home");
  for (int i = 0; i < 4; ++i) shell.queue.key({"Right", false});
  shell.settle();
  EXPECT_EQ(shell.number("convolution.running"), after_four);
}

TEST(PoolingPaint, a_drag_paints_every_cell_on_its_way) {
  PageDriver driver("pooling");
  driver.run("pooling.tool paint");
  driver.run("pooling.paint 12");
  const Rect grid = driver.ui.find_item("input")->rect;
  const auto cell = [&](float row, float column) {
    return Vec{grid.x + grid.w * (column + 0.5f) / 4, grid.y + grid.h * (row + 0.5f) / 4};
  };
  driver.hands.move(cell(0, 0));
  driver.hands.button(0, true);
  driver.frames(3);
  driver.hands.move(cell(0, 3));
  driver.frames(3);
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_EQ(driver.number("pooling.output 0 0"), 12);
  EXPECT_EQ(driver.number("pooling.output 1 0"), 12);
  EXPECT_EQ(driver.number("pooling.output 0 1"), 8);
  driver.run("pooling.kind average");
  EXPECT_EQ(driver.number("pooling.output 0 0"), (12 + 12 + 9 + 4) / 4.0);
}

}  // namespace
}  // namespace striate
