// Finding one's way: the home page, the navigation by chapters, where somebody left off.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "app/shell/home_cards.h"
#include "app/shell/progress.h"
#include "app/shell/settings.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

TEST(Home, is_reached_by_logo_key_and_palette_and_is_not_the_first_page_of_a_script) {
  ShellDriver driver;
  EXPECT_EQ(driver.text("page"), "pixels");
  driver.click("Home");
  EXPECT_EQ(driver.text("page"), "home");
  driver.key("1");
  EXPECT_EQ(driver.text("page"), "pixels");
  driver.key("0");
  EXPECT_EQ(driver.text("page"), "home");
  driver.key("PageDown");
  EXPECT_EQ(driver.text("page"), "pixels");
  driver.key("PageUp");
  EXPECT_EQ(driver.text("page"), "home");
  driver.run("page pooling");
  driver.key("Ctrl+K");
  driver.type("home");
  driver.key("Enter");
  EXPECT_EQ(driver.text("page"), "home");
}

TEST(Home, begins_with_one_button_for_the_tour) {
  ShellDriver driver;
  driver.app.settings() = {};
  driver.run("page home");
  EXPECT_EQ(driver.text("home.offer"), "lesson tour");
  int buttons = 0;
  for (const Item& item : driver.shell.ui().items()) {
    buttons += item.kind == "button" && driver.shell.layout().stage.contains(item.rect);
  }
  EXPECT_EQ(buttons, 1);
  driver.click("Take the five-minute tour");
  EXPECT_TRUE(driver.app.lessons().is_open());
  EXPECT_EQ(driver.app.lessons().name(), "tour");
  EXPECT_EQ(driver.text("page"), "pixels");
}

TEST(Home, Enter_does_what_the_button_does) {
  ShellDriver driver;
  driver.app.settings() = {};
  driver.run("page home");
  driver.key("Enter");
  EXPECT_EQ(driver.app.lessons().name(), "tour");
}

TEST(Home, offers_to_go_on_where_somebody_left_off) {
  ShellDriver driver;
  driver.run("lesson padding");
  driver.run("lesson.step 3");
  driver.run("lesson.close");
  driver.run("page home");
  EXPECT_EQ(driver.text("home.offer"), "lesson.continue padding");
  driver.key("Enter");
  EXPECT_EQ(driver.app.lessons().name(), "padding");
  EXPECT_EQ(driver.number("lesson.step"), 3);
  EXPECT_EQ(driver.text("page"), "convolution");
  // Gone through to its end: nothing is left.
  while (driver.app.lessons().is_open()) driver.run("lesson.next");
  EXPECT_EQ(driver.app.settings().last_lesson, "");
  EXPECT_EQ(driver.app.settings().place_in("padding"), 0);
  driver.app.settings().remember_lesson("tour");
  EXPECT_EQ(driver.text("home.offer"), "lesson pixels");
}

TEST(Home, its_cards_lead_to_every_page) {
  for (const Vec size : {kLeastWindow, Vec{1280, 800}, Vec{1920, 1080}}) {
    ShellDriver driver(size);
    for (const ChapterProgress& chapter : progress_of(driver.app)) {
      driver.run("page home");
      const Item* card = driver.shell.ui().find_item(chapter.title + " card");
      ASSERT_NE(card, nullptr) << chapter.title;
      EXPECT_EQ(card->command, "page " + chapter.pages.front().id);
      for (const PageProgress& page : chapter.pages) {
        const auto& items = driver.shell.ui().items();
        EXPECT_TRUE(std::any_of(items.begin(), items.end(), [&](const Item& item) {
          return item.kind == "card page" && item.command == "page " + page.id;
        })) << page.id;
      }
    }
    driver.run("page home");
    driver.click("Pictures card");
    EXPECT_EQ(driver.text("page"), "pixels");
  }
}

TEST(Home, counts_what_is_done) {
  ShellDriver driver;
  EXPECT_EQ(driver.number("home.done"), 0);
  driver.app.settings().remember_lesson("pixels");
  driver.app.settings().remember_lesson("stride");
  driver.app.settings().remember_lesson("tour");  // of no chapter
  EXPECT_EQ(driver.number("home.done"), 2);
  EXPECT_EQ(driver.number("home.lessons"), static_cast<double>(LessonSession::entries().size()) - 1);
}

// The card's network is no drawing: it learned, here, to read digits that it has not seen.
TEST(Home, the_network_on_its_card_has_learned) {
  Progress progress;
  const LearnedDigits learned = learn_digits(progress);
  EXPECT_GT(learned.steps, 100);
  int right = 0;
  for (int digit = 0; digit < LearnedDigits::kDigits; ++digit) {
    const float* shares = learned.probabilities.data() + static_cast<size_t>(digit) * 10;
    float sum = 0;
    for (int i = 0; i < 10; ++i) sum += shares[i];
    EXPECT_NEAR(sum, 1, 1e-5);
    right += std::max_element(shares, shares + 10) - shares == digit;
  }
  EXPECT_GE(right, 6);
}

TEST(Home, is_not_busy_for_ever_where_somebody_goes_on_before_its_pictures_are_there) {
  ShellDriver driver;
  driver.app.run("page home");
  driver.frame();
  driver.app.run("page pixels");
  driver.settle();
  EXPECT_FALSE(driver.app.busy());
}

TEST(Home, rests_once_its_pictures_are_there) {
  ShellDriver driver;
  driver.run("page home");
  EXPECT_FALSE(driver.app.busy());
  EXPECT_FALSE(driver.shell.moving());
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
  EXPECT_EQ(driver.shell.ui().find_item("Inspector"), nullptr);
}

// ---- the navigation -------------------------------------------------------------------------------------------------

bool listed(ShellDriver& driver, const std::string& command) {
  for (const Item& item : driver.shell.ui().items()) {
    if (item.command == command && item.kind == "page") return true;
  }
  return false;
}

TEST(Navigation, unfolds_the_chapter_of_the_open_page_and_what_somebody_unfolds) {
  ShellDriver driver;
  EXPECT_TRUE(listed(driver, "page filters"));
  EXPECT_FALSE(listed(driver, "page pooling"));
  driver.click("chapter Convolution");
  EXPECT_TRUE(listed(driver, "page pooling"));
  EXPECT_TRUE(listed(driver, "page filters"));
  driver.click("chapter Pictures");
  EXPECT_FALSE(listed(driver, "page filters"));
  EXPECT_EQ(driver.text("page"), "pixels");  // folding is no going away
  driver.run("page train");
  EXPECT_TRUE(listed(driver, "page train"));
  EXPECT_TRUE(listed(driver, "page pooling"));
  driver.run("page channels");  // a chapter that is gone to unfolds, though it was folded by hand
  EXPECT_TRUE(listed(driver, "page filters"));
  EXPECT_FALSE(listed(driver, "page train"));
  driver.run("navigation.chapter Networks");
  EXPECT_TRUE(listed(driver, "page train"));
  driver.run("navigation.chapter Networks off");
  EXPECT_FALSE(listed(driver, "page train"));
}

TEST(Navigation, folds_by_the_keyboard) {
  ShellDriver driver;
  driver.shell.ui().focus_on("chapter Networks");
  driver.settle();
  driver.key("Right");
  EXPECT_TRUE(listed(driver, "page train"));
  driver.key("Left");
  EXPECT_FALSE(listed(driver, "page train"));
  driver.key("Enter");
  EXPECT_TRUE(listed(driver, "page train"));
}

TEST(Navigation, shows_the_line_of_the_open_page_in_a_low_window) {
  ShellDriver driver(kLeastWindow);
  driver.run("navigation on");
  driver.run("inspector off");
  for (const char* page : {"pixels", "filters", "pooling", "train"}) {
    driver.run(std::string("page ") + page);
    bool seen = false;
    for (const Item& item : driver.shell.ui().items()) {
      if (item.command == std::string("page ") + page && item.kind == "page") seen = item.visible.h > item.rect.h - 1;
    }
    EXPECT_TRUE(seen) << page;
  }
}

TEST(Navigation, goes_on_with_a_lesson_where_it_was_left) {
  ShellDriver driver;
  driver.run("lesson filters");
  driver.run("lesson.step 2");
  driver.run("lesson.close");
  const Item* line = driver.shell.ui().find_item("Edge, blur, sharpen");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->command, "lesson.continue filters");
  driver.click("Edge, blur, sharpen");
  EXPECT_EQ(driver.number("lesson.step"), 2);
  driver.run("lesson.back");
  driver.run("lesson.close");
  EXPECT_EQ(driver.app.settings().place_in("filters"), 0);  // its first step is no place to go on from
  EXPECT_THROW(driver.app.run("lesson.continue"), Error);
  EXPECT_THROW(driver.app.run("lesson.continue /etc/passwd"), Error);
}

TEST(Navigation, remembers_between_starts) {
  const TestFolder folder;
  const std::string file = folder / "settings.json";
  Settings settings;
  settings.remember_place("stride", 4);
  settings.remember_place("padding", 2);
  settings.remember_lesson("pixels");
  settings.last_page = "pooling";
  save_settings(file, settings);
  std::string problem;
  const Settings read = load_settings(file, &problem);
  EXPECT_EQ(problem, "");
  EXPECT_EQ(read, settings);
  EXPECT_EQ(read.place_in("stride"), 4);
  EXPECT_EQ(read.last_lesson, "padding");
  ShellDriver driver({1280, 800}, read);
  driver.run("page home");
  EXPECT_EQ(driver.text("home.offer"), "lesson.continue padding");
}

// Files of programs before there were places stay readable.
TEST(Navigation, reads_settings_without_places) {
  const TestFolder folder;
  const std::string file = folder / "settings.json";
  Settings settings;
  settings.remember_lesson("pixels");
  save_settings(file, settings);
  std::string text;
  {
    std::ifstream in(file);
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  const size_t at = text.find("\"lesson_places\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 15, "\"of_another\"");
  std::ofstream(file) << text;
  std::string problem;
  const Settings read = load_settings(file, &problem);
  EXPECT_EQ(problem, "");
  EXPECT_TRUE(read.lesson_places.empty());
  EXPECT_TRUE(read.lesson_done("pixels"));
}

TEST(Settings, the_limit_of_older_versions_is_raised_and_one_of_your_own_is_kept) {
  const TestFolder folder;
  std::string problem;
  for (const auto& [written, read] : {std::pair{"256.0", 268.435456}, {"100.0", 100.0}}) {
    std::ofstream(folder / "settings.json") << "{\"megapixel_limit\": " << written << "}";
    EXPECT_EQ(load_settings(folder / "settings.json", &problem).megapixel_limit, read);
    EXPECT_EQ(problem, "");
  }
}

}  // namespace
}  // namespace striate
