#include "app/shell/settings.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/error.h"
#include "tests/environment.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

struct Folder {
  TestFolder own;
  fs::path path = own.path();
};

TEST(Settings, come_back_as_they_were_saved) {
  Folder folder;
  std::string file = (folder.path / "a" / "b" / "settings.json").string();
  Settings settings;
  settings.dark = false;
  settings.presentation = true;
  settings.scale = 1.5;
  settings.window_width = 1600;
  settings.remember_file("/a/ü.png");
  settings.remember_file("/b.png");
  settings.remember_file("/a/ü.png");
  settings.remember_lesson("pixels");
  settings.remember_lesson("pixels");
  save_settings(file, settings);
  std::string problem;
  Settings read = load_settings(file, &problem);
  EXPECT_EQ(problem, "");
  EXPECT_TRUE(read == settings);
  EXPECT_EQ(read.recent_files, (std::vector<std::string>{"/a/ü.png", "/b.png"}));
  EXPECT_EQ(read.done_lessons.size(), 1u);
}

TEST(Settings, keep_twenty_recent_files) {
  Settings settings;
  for (int i = 0; i < 30; ++i) settings.remember_file(std::to_string(i));
  ASSERT_EQ(settings.recent_files.size(), 20u);
  EXPECT_EQ(settings.recent_files[0], "29");
}

TEST(Settings, missing_is_no_problem_broken_is_told_and_left_alone) {
  Folder folder;
  std::string problem = "x";
  EXPECT_TRUE(load_settings((folder.path / "none.json").string(), &problem) == Settings());
  EXPECT_EQ(problem, "");
  for (const char* text : {"{\"theme\": \"li", "[1, 2]", "", "\xff\xfe"}) {
    std::string file = (folder.path / "broken.json").string();
    std::ofstream(file) << text;
    EXPECT_TRUE(load_settings(file, &problem) == Settings());
    EXPECT_NE(problem.find("could not be understood"), std::string::npos) << text;
    std::ifstream again(file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), text);
  }
  EXPECT_TRUE(load_settings(folder.path.string(), &problem) == Settings());
  EXPECT_NE(problem, "");
}

TEST(Settings, a_value_of_the_wrong_type_or_range_costs_only_itself) {
  Folder folder;
  std::string file = (folder.path / "s.json").string();
  std::ofstream(file) << R"({"theme": "light", "motion": 7, "scale": 99, "window_width": -5})";
  std::string problem;
  Settings read = load_settings(file, &problem);
  EXPECT_FALSE(read.dark);
  EXPECT_TRUE(read.motion);
  EXPECT_EQ(read.scale, 0);
  EXPECT_GE(read.window_width, 320);
  EXPECT_NE(problem.find("motion"), std::string::npos);
}

TEST(Settings, where_nothing_can_be_written_it_says_so) {
  EXPECT_THROW(save_settings("/proc/none/settings.json", Settings()), Error);
}

TEST(Settings, path_follows_the_environment) {
  const EnvironmentVariable folder("XDG_CONFIG_HOME", "/somewhere");
  EXPECT_EQ(settings_path(), "/somewhere/striate/settings.json");
  folder.set("relative");
  EXPECT_EQ(settings_path().find("relative"), std::string::npos);
}

}  // namespace
}  // namespace striate
