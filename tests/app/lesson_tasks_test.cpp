// What every lesson asks for can be done with the hands at the place that its step shows: the ring stands around a
// control that is wholly visible, in presentation mode, too; what a student does with it sends just the command of the
// try block; and when all of them are done, so is the step.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/command/script.h"
#include "app/widgets/view.h"
#include "app/widgets/wanted_item.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

constexpr Vec kWindow{1280, 720};

std::string without_quotes(std::string text) {
  std::erase(text, '"');
  return text;
}

// The values of a line as numbers: "train.draw 70 60" has 70 and 60.
std::vector<double> numbers_of(const std::string& line) {
  std::vector<double> values;
  for (const std::string& word : split_words(line)) {
    double value = 0;
    if (parse_number(word, &value)) values.push_back(value);
  }
  return values;
}

// A student at the window. Each of these ends with everything settled.
class Student {
 public:
  explicit Student(ShellDriver& driver) : driver_(driver) {}

  // Does with the item what gives the line; adds a failure where no way is known.
  void use(const Item item, const std::string& line) {
    driver_.sent.clear();
    const std::vector<double> values = numbers_of(line);
    const std::string last = line.substr(line.rfind(' ') + 1);
    if (item.kind == "slider") {
      slide(item, line, last, values);
    } else if (item.kind == "number") {
      click(item);
      // The field across gives the first of two numbers, the one down the last.
      type(item.label == "to the right" ? to_text(values.at(0)) : last);
    } else if (item.kind == "text") {
      click(item);
      driver_.key("Ctrl+A");
      type(line.substr(item.command.size() + 1));
    } else if (item.kind == "pixels") {
      driver_.press_at(pixel(item, values.at(0), values.at(1)));
    } else if (item.kind == "grid" && line.find(".cursor") != std::string::npos) {
      const std::string page = line.substr(0, line.find('.'));
      const auto columns = static_cast<float>(driver_.number(page + ".width"));
      const auto rows = static_cast<float>(driver_.number(page + ".height"));
      driver_.press_at({item.rect.x + item.rect.w * static_cast<float>(values.at(0) + 0.5) / columns,
                        item.rect.y + item.rect.h * static_cast<float>(values.at(1) + 0.5) / rows});
    } else if (item.kind == "grid") {
      // The kernel of the lessons is 3 x 3.
      driver_.press_at({item.visible.x + item.visible.w * static_cast<float>(values.at(0) + 0.5) / 3,
                        item.visible.y + item.visible.h * static_cast<float>(values.at(1) + 0.5) / 3});
      type(last);
    } else if (item.kind == "sum") {
      click(item);
      driver_.key("End");
    } else if (item.kind == "histogram") {
      const auto x = [&](double value) { return item.visible.x + item.visible.w * static_cast<float>(value / 255); };
      driver_.drag({x(values.at(0)) + 1, item.visible.center().y}, {x(values.at(1)), item.visible.center().y});
    } else if (item.kind == "pad") {
      const auto at = [&](size_t i) {
        return Vec{item.visible.x + item.visible.w * static_cast<float>(values.at(i) / 280),
                   item.visible.y + item.visible.h * static_cast<float>(values.at(i + 1) / 280)};
      };
      for (size_t i = 0; i + 3 < values.size(); i += 2) driver_.drag(at(i), at(i + 2));
    } else if (item.kind == "maps" && item.command == "sharing.filter") {  // the map beside the chosen one
      driver_.shell.ui().focus_on(item.label);
      driver_.settle();
      driver_.key("Right");
    } else {
      click(item);
    }
  }

 private:
  void click(const Item& item) { driver_.press_at(item.visible.center()); }
  void type(const std::string& text) {
    driver_.type(text);
    driver_.key("Enter");
  }
  // Types the value where the slider has a field for it, else drags or presses a key.
  void slide(const Item& item, const std::string& line, const std::string& last, const std::vector<double>& values) {
    for (const Item& other : driver_.shell.ui().items()) {
      if (other.kind != "number" || other.command != item.command) continue;
      click(Item(other));
      type(last);
      return;
    }
    if (line.find(".split") != std::string::npos) {
      const Item* picture = driver_.shell.ui().find_item("picture");
      ASSERT_NE(picture, nullptr);
      driver_.drag(item.visible.center(),
                   {picture->rect.x + picture->rect.w * static_cast<float>(values.at(0)), item.visible.center().y});
    } else if (values.at(0) == 0) {
      driver_.shell.ui().focus_on(item.label);
      driver_.settle();
      driver_.key("Home");
    } else {
      const bool near = line.find(".zoom") != std::string::npos && values.at(0) > 30;
      driver_.drag(item.visible.center(),
                   {near ? item.visible.right() - 30 : item.visible.x + 10, item.visible.center().y});
    }
  }
  Vec pixel(const Item& item, double x, double y) {
    const Image& image = *driver_.app.document().image;
    View view;
    view.zoom = static_cast<float>(driver_.number(driver_.app.page().info().id + ".zoom"));
    view.center = {static_cast<float>(image.width) / 2, static_cast<float>(image.height) / 2};
    return to_screen(view, item.rect, {static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f});
  }

  ShellDriver& driver_;
};

class LessonTasks : public testing::TestWithParam<std::string> {
 protected:
  explicit LessonTasks(bool presentation = false) : driver(kWindow, settings_for(presentation)) {}
  static Settings settings_for(bool presentation) {
    Settings settings;
    settings.presentation = presentation;
    return settings;
  }

  const Item* ringed(const std::string& where) {
    const std::string task = driver.shell.task();
    if (task.empty()) {
      ADD_FAILURE() << where << "nothing on the screen does what is asked for: "
                    << (driver.app.lessons().open_lines().empty() ? "" : driver.app.lessons().open_lines()[0]);
      return nullptr;
    }
    const Item* item = wanted_item(driver.shell.ui().items(), task);
    EXPECT_NE(item, nullptr) << where << task;
    if (!item) return nullptr;
    const Rect window{0, 0, kWindow.x, kWindow.y};
    EXPECT_TRUE(wholly_visible(*item) && window.contains(item->rect))
        << where << "'" << item->label << "' for " << task << " is cut: " << item->visible.w << " x " << item->visible.h
        << " of " << item->rect.w << " x " << item->rect.h << " at " << item->rect.x << ", " << item->rect.y;
    return item;
  }

  // The question of the step, by hand: nothing is ringed before, which would tell the answer.
  void answer(const std::string& where) {
    const Question* question = driver.app.lessons().question();
    if (!question) return;
    EXPECT_EQ(driver.shell.task(), "") << where;
    const std::string line = question->right_line();
    const Item* item = wanted_item(driver.shell.ui().items(), line);
    ASSERT_NE(item, nullptr) << where << "nothing on the screen gives the answer " << line;
    EXPECT_TRUE(wholly_visible(*item)) << where << "'" << item->label << "' is cut";
    Student(driver).use(*item, line);
    EXPECT_FALSE(driver.app.lessons().asks()) << where << "not answered by '" << item->label << "'";
  }

  void go_through(const std::string& lesson, bool look_in_presentation) {
    driver.run("lesson " + lesson);
    const int steps = driver.app.lessons().step_count();
    for (int step = 1; step <= steps; ++step) {
      driver.run("lesson.step " + std::to_string(step));
      const std::string where = lesson + ", step " + std::to_string(step) + ": ";
      if (driver.app.lessons().current().shown().empty()) continue;
      ASSERT_FALSE(driver.app.lessons().tried()) << where << "done before anything was done";
      answer(where);
      if (look_in_presentation) {
        driver.run("presentation on");
        ringed(where + "in presentation mode: ");
        driver.run("presentation off");
      }
      for (int hand = 0; hand < 8 && !driver.app.lessons().tried(); ++hand) {
        const Item* item = ringed(where);
        if (!item) break;
        const std::string task = driver.shell.task();
        const Item used = *item;
        Student(driver).use(used, task);
        if (testing::Test::HasFatalFailure()) return;
        if (used.kind == "drop-down") continue;  // its list is open now
        expect_sent(where, used, task);
        wait_for_training();
      }
      EXPECT_TRUE(driver.app.lessons().tried()) << where << "what was asked for is done, and the step is not";
      for (const Notice& notice : driver.app.notices()) EXPECT_FALSE(notice.error) << where << notice.what;
      if (driver.text("train.status") == "running") driver.run("train.pause");
    }
  }

  // The very command; where a hand sets the value by its place (a picture, a drag), the value may be another.
  void expect_sent(const std::string& where, const Item& item, const std::string& task) {
    const bool by_place = item.kind == "slider" || item.kind == "sum" || item.kind == "histogram" ||
                          item.kind == "pad" || item.kind == "grid" || item.kind == "map";
    std::string all;
    bool found = false;
    for (const std::string& line : driver.sent) {
      all += "\n  " + line;
      found |= by_place ? command_name(line) == command_name(task) : without_quotes(line) == without_quotes(task);
    }
    EXPECT_TRUE(found) << where << "the " << item.kind << " '" << item.label << "' does not send " << task << ", but"
                       << all;
  }

  // Training that runs until its task is done.
  void wait_for_training() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!driver.app.lessons().tried() && std::chrono::steady_clock::now() < deadline) {
      driver.frame();
      if (driver.text("train.status") != "running" && driver.shell.settled()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (driver.text("train.status") != "running") driver.settle();
  }

  ShellDriver driver;
};

TEST_P(LessonTasks, are_done_with_what_the_ring_shows) { go_through(GetParam(), true); }

std::vector<std::string> lessons(bool with_training) {
  std::vector<std::string> names;
  for (const LessonEntry& entry : LessonSession::entries()) {
    if (with_training || entry.page != "train") names.push_back(entry.name);
  }
  return names;
}
std::string name_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Every, LessonTasks, testing::ValuesIn(lessons(true)), name_of);

class LessonTasksOnAProjector : public LessonTasks {
 protected:
  LessonTasksOnAProjector() : LessonTasks(true) {}
};
TEST_P(LessonTasksOnAProjector, are_done_with_what_the_ring_shows) { go_through(GetParam(), false); }
INSTANTIATE_TEST_SUITE_P(Every, LessonTasksOnAProjector, testing::ValuesIn(lessons(false)), name_of);

}  // namespace
}  // namespace striate
