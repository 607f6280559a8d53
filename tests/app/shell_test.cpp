// The whole program by its items: what is on the screen, what a click, a key, a word does.
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

#include <filesystem>
#include <fstream>
#include <set>

namespace striate {
namespace {

TEST(Shell, every_page_draws_at_every_size_and_theme) {
  for (Vec size : {kLeastWindow, Vec{1280, 800}, Vec{1920, 1080}}) {
    ShellDriver driver(size);
    for (const char* look : {"theme light", "presentation on", "navigation off", "inspector off", "theme dark"}) {
      driver.run(look);
      for (const auto& page : driver.app.pages()) {
        driver.run("page " + page->info().id);
        EXPECT_FALSE(driver.shell.ui().items().empty());
      }
    }
  }
}

TEST(Shell, every_item_has_a_label_a_place_and_a_command_that_exists) {
  ShellDriver driver;
  for (const auto& page : driver.app.pages()) {
    driver.run("page " + page->info().id);
    for (const Item& item : driver.shell.ui().items()) {
      EXPECT_FALSE(item.label.empty());
      EXPECT_FALSE(item.kind.empty());
      EXPECT_GT(item.rect.w, 0) << item.label;
      EXPECT_GT(item.rect.h, 0) << item.label;
      if (item.command.empty()) continue;
      std::string name = item.command.substr(0, item.command.find(' '));
      EXPECT_NE(driver.app.registry().find_command(name), nullptr) << item.label << " sends " << item.command;
    }
  }
}

TEST(Shell, a_click_in_the_navigation_shows_the_page) {
  ShellDriver driver;
  for (const auto& page : driver.app.pages()) {
    const std::string& chapter = page->info().chapter;
    if (!chapter.empty()) driver.run("navigation.chapter " + quoted(chapter) + " on");
    driver.shell.ui().focus_on(page->info().title);  // the panel scrolls there
    driver.settle();
    driver.click(page->info().title);
    EXPECT_EQ(driver.text("page"), page->info().id);
  }
}

TEST(Shell, keys_send_their_commands) {
  ShellDriver driver;
  driver.key("T");
  EXPECT_FALSE(driver.app.settings().dark);
  driver.key("F");
  EXPECT_TRUE(driver.app.settings().presentation);
  driver.key("F");
  driver.key("2");
  EXPECT_EQ(driver.text("page"), driver.app.pages()[1]->info().id);
  driver.key("PageUp");
  EXPECT_EQ(driver.text("page"), driver.app.pages()[0]->info().id);
  driver.key("Ctrl+B");
  EXPECT_FALSE(driver.app.settings().navigation);
  EXPECT_EQ(driver.shell.ui().find_item("Fold the pages"), nullptr);
  driver.click("Pages");
  EXPECT_TRUE(driver.app.settings().navigation);
  driver.key("F11");
  EXPECT_TRUE(driver.app.settings().full_screen);
  driver.key("F11");
  EXPECT_FALSE(driver.app.settings().full_screen);
}

TEST(Shell, presenting_folds_the_inspector_until_it_is_asked_for) {
  ShellDriver driver({1280, 720});
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  driver.key("F");
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
  EXPECT_TRUE(driver.shell.layout().navigation.empty());
  driver.click("Inspector");
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  driver.key("Ctrl+I");
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
  driver.click("Pages");
  EXPECT_FALSE(driver.shell.layout().navigation.empty());
  // A task may ask for it, and presenting again begins with the stage.
  driver.app.settings().show_inspector(true);
  driver.settle();
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  driver.key("F");
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  driver.key("F");
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
}

TEST(Shell, a_window_for_one_panel_shows_the_one_that_is_asked_for) {
  ShellDriver driver(kLeastWindow);
  EXPECT_TRUE(driver.shell.layout().navigation.empty());
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  driver.click("Pages");
  EXPECT_FALSE(driver.shell.layout().navigation.empty());
  EXPECT_TRUE(driver.shell.layout().inspector.empty());
  driver.click("Inspector");
  EXPECT_FALSE(driver.shell.layout().inspector.empty());
  EXPECT_TRUE(driver.shell.layout().navigation.empty());
}

TEST(Shell, the_help_opens_with_a_question_mark_and_closes_with_escape) {
  ShellDriver driver;
  driver.type("?");
  EXPECT_NE(driver.shell.ui().find_item("help background"), nullptr);
  driver.key("2");  // the page below does not hear
  EXPECT_EQ(driver.text("page"), driver.app.pages()[0]->info().id);
  driver.key("Escape");
  EXPECT_EQ(driver.shell.ui().find_item("help background"), nullptr);
}

TEST(Shell, tab_reaches_every_focusable_item_and_comes_back) {
  ShellDriver driver;
  size_t count = 0;
  for (const Item& item : driver.shell.ui().items()) count += item.focusable;
  std::set<uint64_t> reached;
  for (size_t i = 0; i < count + 2; ++i) {
    driver.queue.key({"Tab", false});
    driver.frame();
    reached.insert(driver.shell.ui().focused());
  }
  EXPECT_GE(reached.size(), count);
}

TEST(Shell, enter_uses_what_has_the_focus) {
  ShellDriver driver;
  for (int i = 0; i < 200 && driver.app.settings().dark; ++i) {
    driver.queue.key({"Tab", false});
    driver.frame();
    const Item* light = driver.shell.ui().find_item("Light");
    ASSERT_NE(light, nullptr);
    if (driver.shell.ui().focused() == light->id) driver.key("Enter");
  }
  EXPECT_FALSE(driver.app.settings().dark);
}

TEST(Shell, an_error_is_a_notice_of_two_lines_that_can_be_taken_away) {
  ShellDriver driver;
  driver.app.send("open /nonexistent/picture.png");
  driver.settle();
  ASSERT_EQ(driver.app.notices().size(), 1u);
  EXPECT_FALSE(driver.app.notices()[0].hint.empty());
  driver.click("Dismiss");
  EXPECT_TRUE(driver.app.notices().empty());
}

// What GLFW's drop callback calls.
TEST(Shell, what_is_dropped_is_opened_or_says_why_not) {
  ShellDriver driver;
  const std::filesystem::path folder = test_path("drop");
  std::filesystem::create_directories(folder);
  const auto file = [&](const char* name, const char* text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  };
  const std::string picture = file("two words.ppm", "P3 2 1 255  1 2 3  4 5 6");
  const std::string script = file("look.striate", "theme light\npixels.cursor 1 0\nexpect pixels.green == 5\n");
  const std::string wrong = file("wrong.striate", "expect pixels.green == 6\n");
  const std::string broken = file("broken.png", "no picture");

  driver.shell.drop({});
  driver.shell.drop({picture});
  driver.settle();
  EXPECT_EQ(driver.text("document.name"), "two words.ppm");
  EXPECT_TRUE(driver.app.notices().empty());

  driver.shell.drop({script});
  driver.settle();
  EXPECT_FALSE(driver.app.settings().dark);
  EXPECT_EQ(driver.number("pixels.green"), 5);
  EXPECT_TRUE(driver.app.notices().empty());

  driver.shell.drop({wrong});
  driver.settle();
  ASSERT_EQ(driver.app.notices().size(), 1u);
  EXPECT_NE(driver.app.notices()[0].what.find("pixels.green == 6"), std::string::npos) << driver.app.notices()[0].what;
  driver.run("notice.dismiss");

  driver.shell.drop({broken, picture});
  driver.settle();
  ASSERT_EQ(driver.app.notices().size(), 2u);
  EXPECT_FALSE(driver.app.notices()[0].error);  // two were dropped
  EXPECT_NE(driver.app.notices()[1].what.find("broken.png"), std::string::npos);
  EXPECT_FALSE(driver.app.notices()[1].hint.empty());
  EXPECT_EQ(driver.text("document.name"), "two words.ppm");

  driver.shell.drop({folder.string()});
  driver.settle();
  ASSERT_NE(driver.shell.ui().find_item("browser"), nullptr);
  EXPECT_NE(driver.shell.ui().find_item("two words.ppm"), nullptr);
  driver.shell.drop({picture});  // onto the browser
  driver.settle();
  EXPECT_EQ(driver.shell.ui().find_item("browser"), nullptr);
  std::filesystem::remove_all(folder);
}

// The step that runs is replaced while one of its own lines is running.
TEST(Shell, a_step_of_a_lesson_may_open_another_lesson) {
  ShellDriver driver;
  const std::filesystem::path file = test_path("opens-another.md");
  std::ofstream(file)
      << "# Another\npage: pixels\nchapter: Pictures\n\nLook.\n\n```striate\nlesson channels\ntheme light\n```\n";
  driver.run("open \"" + file.string() + "\"");
  EXPECT_EQ(driver.text("page"), "channels");
  EXPECT_EQ(driver.app.lessons().name(), "channels");
  EXPECT_TRUE(driver.app.settings().dark);  // what stood below is dropped with its lesson
  EXPECT_TRUE(driver.app.notices().empty());
  std::filesystem::remove(file);
}

TEST(Shell, a_model_that_is_dropped_is_the_open_network_or_says_why_not) {
  ShellDriver driver;
  const TestFolder folder;
  const std::string before = driver.app.document().source;
  for (const auto& [name, what] :
       {std::pair{"weights.pt", "not a valid PyTorch file"}, std::pair{"model.onnx", "model.onnx"},
        std::pair{"model.keras", "is a Keras or TensorFlow file"}}) {
    std::ofstream(folder / name) << "no model";
    driver.shell.drop({folder / name});
    driver.settle();
    ASSERT_FALSE(driver.app.notices().empty()) << name;
    EXPECT_NE(driver.app.notices().back().what.find(what), std::string::npos) << driver.app.notices().back().what;
    EXPECT_FALSE(driver.app.notices().back().hint.empty()) << name;
    EXPECT_EQ(driver.text("page"), "network");
  }
  EXPECT_THROW(driver.app.run("open model.onnx"), Error);  // there is no such file
  EXPECT_EQ(driver.app.document().source, before);
}

TEST(Shell, the_browser_filters_opens_and_closes_from_the_keyboard) {
  ShellDriver driver;
  driver.key("Ctrl+O");
  ASSERT_NE(driver.shell.ui().find_item("browser"), nullptr);
  driver.click("Samples");
  ASSERT_NE(driver.shell.ui().find_item("portrait"), nullptr);
  driver.click("filter");
  driver.type("balloons");
  EXPECT_EQ(driver.shell.ui().find_item("portrait"), nullptr);
  driver.key("Enter");
  EXPECT_EQ(driver.shell.ui().find_item("browser"), nullptr);
  EXPECT_EQ(driver.app.document().source, "sample:balloons");
  driver.key("Ctrl+O");
  driver.key("Escape");
  EXPECT_EQ(driver.shell.ui().find_item("browser"), nullptr);
}

TEST(Shell, the_browser_says_what_is_wrong_with_a_path) {
  ShellDriver driver;
  driver.key("Ctrl+O");
  driver.type("/nonexistent/a.png");
  driver.key("Enter");
  EXPECT_NE(driver.shell.ui().find_item("browser"), nullptr);
  EXPECT_TRUE(driver.app.notices().empty());
}

TEST(Shell, the_palette_finds_a_command_and_runs_it) {
  ShellDriver driver;
  driver.key("Ctrl+K");
  driver.type("theme light");
  driver.key("Enter");
  EXPECT_FALSE(driver.app.settings().dark);
  EXPECT_EQ(driver.shell.ui().find_item("palette background"), nullptr);
}

TEST(Shell, the_palette_finds_pages_and_lessons_and_asks_for_values) {
  ShellDriver driver;
  driver.key("Ctrl+K");
  driver.type("pooling");  // its page comes before its lesson and its commands
  driver.key("Enter");
  EXPECT_EQ(driver.app.page().info().id, "pooling");
  driver.key("Ctrl+K");
  driver.type("step a kernel across");
  driver.key("Enter");
  EXPECT_TRUE(driver.app.lessons().is_open());
  driver.key("Ctrl+K");
  driver.type("theme");
  driver.key("Enter");  // which one?
  EXPECT_NE(driver.shell.ui().find_item("palette background"), nullptr);
  driver.type("light");
  driver.key("Enter");
  EXPECT_FALSE(driver.app.settings().dark);
  EXPECT_EQ(driver.shell.ui().find_item("palette background"), nullptr);
}

TEST(Shell, a_lesson_is_walked_with_its_buttons) {
  ShellDriver driver;
  ASSERT_FALSE(LessonSession::entries().empty());
  driver.run("lesson " + LessonSession::entries()[0].name);
  EXPECT_EQ(driver.number("lesson.step"), 1);
  driver.click("Next");
  EXPECT_EQ(driver.number("lesson.step"), 2);
  driver.click("Back");
  EXPECT_EQ(driver.number("lesson.step"), 1);
  driver.key("PageDown");
  EXPECT_EQ(driver.number("lesson.step"), 2);
  driver.click("step 1");
  EXPECT_EQ(driver.number("lesson.step"), 1);
  driver.click("Close the lesson");
  EXPECT_EQ(driver.number("lesson.step"), 0);
}

TEST(Shell, what_a_lesson_asks_to_touch_is_scrolled_into_view_once) {
  ShellDriver driver({1024, 700});
  const std::filesystem::path file = test_path("touch.md");
  std::ofstream(file) << "# Touch\npage: filters\nchapter: Pictures\n\nMore often.\n\n```try\nfilters.repeat 3\n```\n";
  driver.run("page filters");
  const Item* slider = driver.shell.ui().find_item("filters.repeat");
  ASSERT_NE(slider, nullptr);
  ASSERT_TRUE(slider->visible.empty()) << "the window shows all of the inspector: choose something lower";
  driver.run("open \"" + file.string() + "\"");
  slider = driver.shell.ui().find_item("filters.repeat");
  EXPECT_NEAR(slider->visible.h, slider->rect.h, 0.5f);
  // Whoever scrolls away meant to.
  driver.wheel({900, 400}, 30);
  EXPECT_TRUE(driver.shell.ui().find_item("filters.repeat")->visible.empty());
  std::filesystem::remove(file);
}

TEST(Shell, nothing_is_cut_at_the_least_window) {
  ShellDriver driver({1024, 700});
  Rect window{0, 0, 1024, 700};
  for (const auto& page : driver.app.pages()) {
    driver.run("page " + page->info().id);
    for (const Item& item : driver.shell.ui().items()) {
      if (item.visible.empty()) continue;  // scrolled out of its panel
      EXPECT_TRUE(window.contains(item.visible)) << item.label;
      EXPECT_NEAR(item.visible.w, item.rect.w, 0.5f) << page->info().id << ": '" << item.label << "' is cut";
    }
  }
}

TEST(Shell, a_relative_picture_without_a_known_ending_is_refused) {
  ShellDriver driver;
  EXPECT_THROW(driver.app.run("save.stage picture.xyz"), Error);
  EXPECT_THROW(driver.app.run("save.stage /nonexistent/folder/a.png"), Error);
}

}  // namespace
}  // namespace striate
