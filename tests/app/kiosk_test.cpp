// The kiosk: when it begins anew, by a clock of the test's own, and what a visitor cannot do.
#include "app/shell/kiosk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>

#include "app/command/script_files.h"
#include "engine/error.h"
#include "engine/files/zip_archive.h"
#include "shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

Input with_key(const char* name, bool repeat = false) {
  Input input;
  input.keys.push_back({name, repeat});
  return input;
}
Input with_mouse(float x) {
  Input input;
  input.mouse = {x, 0};
  return input;
}

TEST(Kiosk, begins_anew_after_so_many_seconds_without_a_hand) {
  App app(Device::cpu());
  Kiosk kiosk(app, {60, ""});
  // Nobody was there: it stands at its start, whatever runs by itself.
  EXPECT_FALSE(kiosk.look({}, 10));
  EXPECT_FALSE(kiosk.look({}, 1000));
  EXPECT_EQ(kiosk.counts(), 0);
  EXPECT_EQ(kiosk.due(), std::numeric_limits<double>::infinity());
  // A hand at 1000.
  EXPECT_FALSE(kiosk.look(with_key("A"), 1000));
  EXPECT_EQ(kiosk.due(), 1050);
  EXPECT_FALSE(kiosk.look({}, 1049.9));
  EXPECT_EQ(kiosk.counts(), 0);
  EXPECT_FALSE(kiosk.look({}, 1050));
  EXPECT_EQ(kiosk.counts(), 10);
  EXPECT_EQ(kiosk.due(), 1051);
  EXPECT_FALSE(kiosk.look({}, 1051));
  EXPECT_EQ(kiosk.counts(), 9);
  EXPECT_FALSE(kiosk.look({}, 1059.5));
  EXPECT_EQ(kiosk.counts(), 1);
  EXPECT_EQ(kiosk.due(), 1060);
  EXPECT_TRUE(kiosk.look({}, 1060));
}

TEST(Kiosk, any_touch_ends_the_count) {
  App app(Device::cpu());
  Input pressed, wheel, shift;
  pressed.left = true;
  wheel.wheel = {0, 1};
  shift.shift = true;
  for (const Input& touch : {with_key("Space"), with_mouse(5), pressed, wheel, shift}) {
    Kiosk kiosk(app, {60, ""});
    EXPECT_FALSE(kiosk.look({}, 0));
    EXPECT_FALSE(kiosk.look(touch, 1));
    EXPECT_FALSE(kiosk.look({}, 2));  // the button goes up, the mouse back
    EXPECT_FALSE(kiosk.look({}, 55));
    EXPECT_GT(kiosk.counts(), 0);
    EXPECT_FALSE(kiosk.look(touch, 56));
    EXPECT_EQ(kiosk.counts(), 0);
    EXPECT_FALSE(kiosk.look({}, 56));
    EXPECT_FALSE(kiosk.look({}, 110));
    EXPECT_GT(kiosk.counts(), 0);
  }
}

// A book on the keyboard, a mouse that rests: no hands.
TEST(Kiosk, what_lies_on_a_key_is_no_hand) {
  App app(Device::cpu());
  Kiosk kiosk(app, {60, ""});
  EXPECT_FALSE(kiosk.look(with_mouse(7), 0));
  EXPECT_FALSE(kiosk.look(with_mouse(7), 100));
  EXPECT_EQ(kiosk.due(), std::numeric_limits<double>::infinity()) << "where the mouse rests when it begins is no touch";
  Input key = with_key("A");
  key.mouse = {7, 0};
  EXPECT_FALSE(kiosk.look(key, 100));
  key.keys[0].repeat = true;
  for (int second = 101; second < 160; ++second) EXPECT_FALSE(kiosk.look(key, second)) << second;
  EXPECT_TRUE(kiosk.look(key, 160));
}

class KioskRefuses : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  // Both lines of the error, or nothing where it runs.
  static std::string failure(App& app, const std::string& line) {
    try {
      app.run(line);
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty()) << line;
      return error.what();
    }
    return "";
  }
  TestFolder folder_;
};

TEST_F(KioskRefuses, whatever_leaves_it_or_writes) {
  ShellDriver driver;
  App& app = driver.app;
  app.settings().full_screen = true;
  const Kiosk kiosk(app, {60, ""});
  EXPECT_NE(failure(app, "quit").find("next visitor"), std::string::npos);
  EXPECT_FALSE(app.wants_to_quit());
  EXPECT_NE(failure(app, "fullscreen off").find("whole screen"), std::string::npos);
  EXPECT_TRUE(app.settings().full_screen);
  EXPECT_NE(failure(app, "browse open").find("no files are chosen"), std::string::npos);
  EXPECT_NE(failure(app, "browse.file train.open").find("no files are chosen"), std::string::npos);
  EXPECT_EQ(failure(app, "browse close"), "");
  // By every command that writes, whatever else it would have said; also one that may leave its file out.
  int writers = 0;
  for (const std::unique_ptr<PagePlace>& page : app.pages()) app.run("page " + page->info().id);
  std::vector<std::string> names;
  for (const auto& [name, command] : app.registry().commands()) {
    if (!command.parameters.empty() && command.parameters.back().file == FileUse::write) names.push_back(name);
  }
  for (const std::string& name : names) {
    if (app.registry().command(name).parameters.size() > 1) continue;
    EXPECT_NE(failure(app, name + " " + path("x.png")).find("no files are written here"), std::string::npos) << name;
    ++writers;
  }
  EXPECT_GE(writers, 15);
  EXPECT_NE(failure(app, "lesson.make").find("no files are written here"), std::string::npos);
  EXPECT_TRUE(folder_.names().empty());
  // Keys and what is dropped go the same way.
  driver.key("Ctrl+Q");
  EXPECT_FALSE(app.wants_to_quit());
  driver.shell.drop({folder_.path()});
  EXPECT_FALSE(driver.shell.ui().find_item("Name"));
  driver.settle();
  ASSERT_FALSE(app.notices().empty());
  EXPECT_NE(app.notices().back().what.find("no files are chosen"), std::string::npos);
  // What is looked at, and undone, is a visitor's own.
  EXPECT_EQ(failure(app, "theme light"), "");
  EXPECT_EQ(failure(app, "page convolution"), "");
  EXPECT_EQ(failure(app, "convolution.stride 2"), "");
  EXPECT_EQ(failure(app, "undo"), "");
}

TEST_F(KioskRefuses, files_that_it_was_not_started_with) {
  const std::string lesson = "# Harbor\npage: pixels\n\nWords.\n\n```striate\nopen x.pgm\n```\n";
  const std::string own = put("own/harbor.md", lesson), other = put("other/harbor.md", lesson);
  const std::string picture = put("own/x.pgm", "P5 3 2 255\naaaaaa");
  put("own/writes.md", "# W\npage: pixels\n\nWords.\n\n```striate\nrecord tour.striate\n```\n");
  const std::string course = put("own/c.course", "# C\n10 harbor.md\n10 writes.md\n");
  {
    ShellDriver driver;
    const Kiosk kiosk(driver.app, {60, own});
    driver.run("lesson " + own);
    EXPECT_EQ(driver.app.document().image->bytes[0], 'a') << "its own picture";
    EXPECT_NE(failure(driver.app, "open " + picture).find("no other files"), std::string::npos);
    EXPECT_NE(failure(driver.app, "lesson " + other).find("no other files"), std::string::npos);
    EXPECT_NE(failure(driver.app, "open " + course).find("no other files"), std::string::npos);
    EXPECT_EQ(failure(driver.app, "open sample:balloons"), "");
    driver.run("undo");
    EXPECT_EQ(driver.app.document().image->bytes[0], 'a') << "what the lesson opened comes back";
    EXPECT_EQ(failure(driver.app, "lesson pixels"), "");
    EXPECT_NE(failure(driver.app, "open " + path("none.png")), "") << "the command's own error";
  }
  {
    ShellDriver driver;
    const Kiosk kiosk(driver.app, {60, course});
    driver.run("open " + course);
    driver.run("course.next");
    EXPECT_EQ(driver.app.lessons().name(), "harbor");
    EXPECT_EQ(failure(driver.app, "lesson " + own), "");
    // A lesson writes nothing, and nobody is asked.
    driver.run("course.next");
    EXPECT_EQ(driver.app.files().question(), nullptr);
    EXPECT_FALSE(fs::exists(path("own/tour.striate")));
    ASSERT_FALSE(driver.app.notices().empty());
    EXPECT_NE(driver.app.notices().back().what.find("writes no file here"), std::string::npos);
    EXPECT_NE(failure(driver.app, "lesson " + other).find("no other files"), std::string::npos);
  }
  const auto bytes = [](const std::string& text) { return std::vector<uint8_t>(text.begin(), text.end()); };
  const std::string package = path("c.striate.zip");
  write_zip(package, {{"c.course", bytes("# C\n10 a.md\n")},
                      {"a.md", bytes("# A\npage: pixels\n\nWords.\n\n```striate\nopen portrait\n```\n")}});
  ShellDriver driver;
  const Kiosk kiosk(driver.app, {60, package});
  driver.run("open " + package);
  driver.run("course.next");
  EXPECT_EQ(driver.app.lessons().name(), "a");
  EXPECT_EQ(failure(driver.app, "lesson " + package + "/a.md"), "");
  EXPECT_NE(failure(driver.app, "lesson " + other).find("no other files"), std::string::npos);
}

// The last seconds stand over everything, in the words' plural; textures of a shell that goes are given back.
TEST(Kiosk, counts_on_the_screen_over_what_is_open) {
  int made = 0, gone = 0;
  struct Kept : Textures {
    int& made;
    int& gone;
    Kept(int& m, int& g) : made(m), gone(g) {}
    TextureId create(TextureFormat, int, int, const void*) override { return static_cast<TextureId>(++made); }
    void destroy(TextureId) override { ++gone; }
  } textures(made, gone);
  for (int visit = 0; visit < 2; ++visit) {
    App app(Device::cpu());
    Shell shell(app, textures);
    Shell::Moment moment;
    moment.size = {1280, 800};
    std::vector<std::string> texts;
    const auto draw = [&] {
      for (int i = 0; i < 30; ++i) moment.now += 1.0 / 60, shell.frame(moment);
      texts.clear();
      shell.ui().record_texts(&texts);
      moment.now += 1.0 / 60;
      shell.frame(moment);
      shell.ui().record_texts(nullptr);
    };
    const auto drawn = [&](const std::string& text) {
      return std::find(texts.begin(), texts.end(), text) != texts.end();
    };
    app.run("help on");
    draw();
    EXPECT_FALSE(drawn("Move the mouse or press a key to go on"));
    shell.set_countdown(7);
    draw();
    EXPECT_TRUE(drawn("Back to the start in 7 seconds"));
    EXPECT_TRUE(drawn("Move the mouse or press a key to go on"));
    shell.set_countdown(1);
    draw();
    EXPECT_TRUE(drawn("Back to the start in one second"));
  }
  EXPECT_GT(made, 0);
  EXPECT_EQ(made, gone);
}

}  // namespace
}  // namespace striate
