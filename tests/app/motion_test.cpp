// Reduced motion: with it everything is at its place in the frame after an action, on every page; whether it is wanted
// is asked from the desktop's own files until somebody says it here.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/shell/settings.h"
#include "app/shell/system_motion.h"
#include "tests/app/every_page.h"
#include "tests/environment.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// Frames that something moved in after a line was done, once no work was under way.
int frames_moving(ShellDriver& driver, const std::string& line) {
  driver.app.run(line);
  driver.frame();
  driver.frame();  // what drawing found out is drawn
  int moved = 0;
  for (int i = 0; i < 30; ++i) {
    while (driver.app.busy()) driver.frame();
    driver.frame();
    driver.frame();
    if (driver.app.busy()) continue;
    moved += driver.shell.moving() ? 1 : 0;
    if (!driver.shell.moving()) break;
  }
  return moved;
}

TEST(Motion, reduced_leaves_no_frame_that_moves_after_an_action_on_any_page) {
  ShellDriver driver;
  train_a_little(driver);
  driver.run("motion off");
  driver.patient = false;
  std::vector<std::string> pages;
  for (const auto& page : driver.app.pages()) pages.push_back("page " + page->info().id);
  for (const std::string& tab : train_tabs(driver.app.registry())) pages.push_back("train.view " + tab);
  for (const std::string& page : pages) {
    EXPECT_EQ(frames_moving(driver, page), 0) << page;
    for (const char* line :
         {"presentation on", "presentation off", "navigation off", "navigation on", "inspector off", "inspector on",
          "theme light", "theme dark", "help on", "help off", "palette on", "palette off", "glossary stride",
          "glossary.close", "browse open", "browse close", "open /nonexistent.png", "notice.dismiss"}) {
      try {
        EXPECT_EQ(frames_moving(driver, line), 0) << page << ", " << line;
      } catch (const Error&) {
        driver.settle();  // a page's own no: nothing to dismiss
      }
    }
  }
  for (const char* line : {"lesson convolution", "lesson.next", "lesson.next", "lesson.close", "convolution.flip on",
                           "pooling.kind average", "filters.split 0.2"}) {
    EXPECT_EQ(frames_moving(driver, line), 0) << line;
  }
}

TEST(Motion, is_seen_by_this_test_where_it_is_not_reduced) {
  ShellDriver driver;
  driver.patient = false;
  driver.run("page convolution");
  EXPECT_GT(frames_moving(driver, "convolution.flip on"), 0);
}

TEST(Motion, figures_that_play_still_step_without_it) {
  ShellDriver driver;
  driver.run("page convolution");
  driver.run("motion off");
  driver.run("convolution.cursor 0 0");
  driver.run("convolution.speed 4");
  driver.app.run("convolution.play");
  const double before = driver.number("convolution.cell");
  for (int i = 0; i < 60 && driver.number("convolution.cell") == before; ++i) driver.frame();
  EXPECT_GT(driver.number("convolution.cell"), before);
  driver.app.run("convolution.pause");
}

// ---- what the desktop says ------------------------------------------------------------------------------------------

void write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// A database with one switch, as dconf writes it.
std::string dconf(bool value) {
  const std::vector<std::string> parts{"/", "org/", "gnome/", "desktop/", "interface/", "enable-animations"};
  std::string file, keys;
  const auto word = [](std::string& out, uint32_t number) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(number >> (8 * i) & 255);
  };
  const auto items = static_cast<uint32_t>(24 + 8 + 4);
  const auto text = items + static_cast<uint32_t>(24 * parts.size());
  uint32_t text_size = 0;
  for (const std::string& part : parts) text_size += static_cast<uint32_t>(part.size());
  file = "GVariant";
  for (const uint32_t number : {0u, 0u, 24u, text, 0u, 1u, 0u}) word(file, number);
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    word(file, 0);
    word(file, i == 0 ? 0xFFFFFFFF : static_cast<uint32_t>(i - 1));
    word(file, text + static_cast<uint32_t>(keys.size()));
    word(file, static_cast<uint32_t>(parts[i].size()) | static_cast<uint32_t>(last ? 'v' : 'L') << 16);
    word(file, last ? text + text_size : 0);
    word(file, last ? text + text_size + 3 : 0);
    keys += parts[i];
  }
  return file + keys + (value ? '\1' : '\0') + '\0' + 'b';
}

TEST(SystemMotion, is_what_gnome_gtk_and_kde_say) {
  TestFolder folder;
  EXPECT_TRUE(system_motion(folder.path()));
  write(folder / "kdeglobals", "[KDE]\nAnimationDurationFactor=0\n");
  EXPECT_FALSE(system_motion(folder.path()));
  write(folder / "kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n");
  EXPECT_TRUE(system_motion(folder.path()));
  write(folder / "gtk-3.0/settings.ini", "[Settings]\ngtk-theme-name=x\ngtk-enable-animations = false\n");
  EXPECT_FALSE(system_motion(folder.path()));
  write(folder / "dconf/user", dconf(true));
  EXPECT_TRUE(system_motion(folder.path()));
  write(folder / "dconf/user", dconf(false));
  EXPECT_FALSE(system_motion(folder.path()));
}

TEST(SystemMotion, a_broken_database_says_nothing) {
  const std::string key = "/org/gnome/desktop/interface/enable-animations", whole = dconf(false);
  ASSERT_EQ(dconf_switch(whole, key), std::optional<bool>(false));
  EXPECT_EQ(dconf_switch(whole, "/org/gnome/desktop/interface/enable-hot-corners"), std::nullopt);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(dconf_switch(whole.substr(0, length), key), std::nullopt) << length;
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\xFF', '\x7F', '\0'}) {
      std::string damaged = whole;
      damaged[at] = byte;
      dconf_switch(damaged, key);  // whatever it says, it ends
    }
  }
}

TEST(SystemMotion, counts_until_somebody_says_otherwise) {
  TestFolder folder;
  const EnvironmentVariable home("XDG_CONFIG_HOME", folder.path());
  write(folder / "gtk-4.0/settings.ini", "gtk-enable-animations=0\n");
  const std::string file = folder / "striate/settings.json";
  std::string problem;
  Settings settings = load_settings(file, &problem);
  EXPECT_FALSE(settings.motion);
  save_settings(file, settings);
  write(folder / "gtk-4.0/settings.ini", "gtk-enable-animations=1\n");
  EXPECT_TRUE(load_settings(file, &problem).motion) << "it was the desktop's, and still is";
  settings.motion = false;
  save_settings(file, settings);
  EXPECT_FALSE(load_settings(file, &problem).motion) << "it was said here";
}

}  // namespace
}  // namespace striate
