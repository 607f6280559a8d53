#include "app/shell/browser.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

class BrowserFolder : public testing::Test {
 protected:
  TestFolder own;
  fs::path path = own.path();
  void SetUp() override {
    fs::create_directories(path / "Zoo");
    fs::create_directories(path / "animals");
    fs::create_directories(path / ".secret");
    for (const char* name : {"b.png", "A.JPG", "notes.txt", ".hidden.png", "lesson.md", "bear.bmp"})
      std::ofstream(path / name) << "x";
  }
};

std::vector<std::string> names(const std::vector<FileEntry>& entries) {
  std::vector<std::string> list;
  for (const FileEntry& entry : entries) list.push_back(entry.name);
  return list;
}

TEST_F(BrowserFolder, lists_folders_first_and_only_what_opens) {
  EXPECT_EQ(names(list_folder(path.string(), false)),
            (std::vector<std::string>{"animals", "Zoo", "A.JPG", "b.png", "bear.bmp", "lesson.md"}));
  EXPECT_EQ(names(list_folder(path.string(), true)).size(), 8u);
  EXPECT_THROW(list_folder((path / "none").string(), false), Error);
}

TEST_F(BrowserFolder, filter_needs_every_word_and_puts_beginnings_first) {
  auto all = list_folder(path.string(), false);
  EXPECT_EQ(names(filtered(all, "b")), (std::vector<std::string>{"b.png", "bear.bmp"}));
  EXPECT_EQ(names(filtered(all, "NG b")), (std::vector<std::string>{"b.png"}));
  EXPECT_EQ(filtered(all, "  ").size(), all.size());
}

TEST_F(BrowserFolder, completes_as_far_as_names_agree) {
  std::string base = path.string() + "/";
  EXPECT_EQ(completed_path(base + "an", false), base + "animals/");
  EXPECT_EQ(completed_path(base + "b", false), base + "b");
  EXPECT_EQ(completed_path(base + "bea", false), base + "bear.bmp");
  EXPECT_EQ(completed_path(base + "q", false), base + "q");
  EXPECT_EQ(completed_path("/nonexistent/x", false), "/nonexistent/x");
}

TEST_F(BrowserFolder, expands_home_and_relative_paths) {
  EXPECT_EQ(expanded_path("a.png", "/x/y"), "/x/y/a.png");
  EXPECT_EQ(expanded_path("../a.png", "/x/y"), "/x/a.png");
  EXPECT_EQ(expanded_path("/a.png", "/x/y"), "/a.png");
  EXPECT_EQ(expanded_path("~/a.png", "/x").find('~'), std::string::npos);
}

TEST_F(BrowserFolder, thumbnails_come_from_a_worker_and_say_what_is_wrong) {
  Image image;
  image.width = 400, image.height = 200, image.channels = 3;
  std::vector<uint8_t> pixels(image.value_count(), 90);
  image.bytes = pixels;
  write_image((path / "wide.png").string(), image);
  Thumbnails thumbnails([] {});
  auto wait_for = [&](const std::string& file) {
    auto start = std::chrono::steady_clock::now();
    Thumbnails::Thumbnail thumbnail;
    while (!(thumbnail = thumbnails.get(file)).done &&
           std::chrono::steady_clock::now() - start < std::chrono::seconds(20)) {
      std::this_thread::yield();
    }
    return thumbnail;
  };
  auto good = wait_for((path / "wide.png").string());
  ASSERT_NE(good.image, nullptr);
  EXPECT_EQ(good.image->width, Thumbnails::kSide);
  EXPECT_EQ(good.image->height, Thumbnails::kSide / 2);
  EXPECT_EQ(good.caption, "400 × 200");
  auto broken = wait_for((path / "b.png").string());
  EXPECT_TRUE(broken.done);
  EXPECT_EQ(broken.image, nullptr);
  EXPECT_FALSE(broken.caption.empty());
}

// Where room is short the middle gives way: a file keeps its ending, a folder its last names.
TEST(BrowserView, long_names_and_paths_are_shortened_in_their_middle) {
  const TestFolder own;
  fs::path folder = own.path();
  for (int i = 0; i < 8; ++i) folder /= fmt::format("a-folder-with-a-rather-long-name-{}", i);
  fs::create_directories(folder);
  const std::string name = "a-picture-with-a-name-that-is-much-too-long-for-its-place-in-the-list.png";
  std::ofstream(folder / name) << "x";
  ShellDriver driver;
  driver.shell.drop({folder.string()});
  driver.settle();
  ASSERT_NE(driver.shell.ui().find_item(name), nullptr) << "it is found under its whole name";
  std::vector<std::string> texts;
  driver.shell.ui().record_texts(&texts);
  driver.frame();
  driver.shell.ui().record_texts(nullptr);
  const auto drawn = [&](const std::string& begin, const std::string& end) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return text.starts_with(begin) && text.ends_with(end) && text.find("\u2026") != std::string::npos;
    });
  };
  EXPECT_TRUE(drawn("a-pic", "list.png"));
  EXPECT_TRUE(drawn("/", "/a-folder-with-a-rather-long-name-7"));
  EXPECT_EQ(std::count(texts.begin(), texts.end(), name), 0);
}

TEST(SizeText, is_short) {
  EXPECT_EQ(size_text(192), "192 bytes");
  EXPECT_EQ(size_text(1400), "1.4 kB");
  EXPECT_EQ(size_text(33'000'000), "33 MB");
}

}  // namespace
}  // namespace striate
