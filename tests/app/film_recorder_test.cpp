// Recording what the window shows: its time, what it drops, how it ends.
#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "app/film/film_recorder.h"
#include "app/worker/jobs.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

Image plain(uint8_t value, int width = 6, int height = 4) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  image.bytes = std::vector<uint8_t>(image.value_count(), value);
  return image;
}

// The values of the pictures in a folder, each of one color.
std::vector<int> values_in(const std::string& folder) {
  std::vector<int> values;
  for (int i = 0;; ++i) {
    const std::string file = fmt::format("{}/frame-{:06}.png", folder, i);
    if (!fs::exists(file)) break;
    values.push_back(read_image(file)->bytes.data()[0]);
  }
  return values;
}

FilmSpec spec_of(const std::string& path, int rate) {
  FilmSpec spec;
  spec.path = path;
  spec.rate = rate;
  return spec;
}

// All threads of the pool wait while it lives.
class HeldPool {
 public:
  HeldPool() {
    for (int i = 0; i < Jobs::shared().threads(); ++i) {
      Jobs::shared().post([this] {
        std::unique_lock lock(mutex_);
        ++held_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return free_; });
        --held_;
        changed_.notify_all();
      });
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_ == Jobs::shared().threads(); });
  }
  ~HeldPool() {
    std::unique_lock lock(mutex_);
    free_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return held_ == 0; });
  }
  HeldPool(const HeldPool&) = delete;
  HeldPool& operator=(const HeldPool&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int held_ = 0;
  bool free_ = false;
};

TEST(FilmRecorder, shows_a_picture_until_the_next_one) {
  const TestFolder folder;
  FilmRecorder film(spec_of(folder / "film", 10), 100, {});
  EXPECT_TRUE(film.wants(100));
  film.add(plain(1), 100);
  EXPECT_TRUE(film.wants(100.5));
  film.add(plain(2), 100.5);
  film.stop(100.8);
  film.wait();
  EXPECT_FALSE(film.error());
  EXPECT_EQ(film.frames(), 8);
  EXPECT_EQ(values_in(folder / "film"), (std::vector<int>{1, 1, 1, 1, 1, 2, 2, 2}));
}

TEST(FilmRecorder, asks_again_for_what_came_too_early) {
  const TestFolder folder;
  FilmRecorder film(spec_of(folder / "film", 10), 0, {});
  EXPECT_TRUE(std::isinf(film.due()));
  ASSERT_TRUE(film.wants(0));
  film.add(plain(1), 0);
  EXPECT_TRUE(std::isinf(film.due()));  // nothing has changed: nobody need draw
  EXPECT_FALSE(film.wants(0.02));       // drawn, but the film has its first picture
  EXPECT_DOUBLE_EQ(film.due(), 0.1);
  ASSERT_TRUE(film.wants(film.due()));
  film.add(plain(2), film.due());
  EXPECT_TRUE(std::isinf(film.due()));
  film.stop(0.3);
  film.wait();
  EXPECT_EQ(values_in(folder / "film"), (std::vector<int>{1, 2, 2}));
}

TEST(FilmRecorder, drops_what_comes_too_fast_and_keeps_the_time) {
  const TestFolder folder;
  FilmRecorder film(spec_of(folder / "film", 10), 0, {});
  {
    const HeldPool held;
    for (int i = 0; i < 12; ++i) {
      ASSERT_TRUE(film.wants(i * 0.1));
      film.add(plain(static_cast<uint8_t>(i)), i * 0.1);
    }
    EXPECT_EQ(film.dropped(), 12 - static_cast<int>(FilmRecorder::kQueue));
    EXPECT_DOUBLE_EQ(film.due(), 1.2);  // the last picture is not in the film
  }
  film.stop(1.2);
  film.wait();
  EXPECT_EQ(values_in(folder / "film"), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7}));
}

TEST(FilmRecorder, keeps_the_size_that_it_began_with) {
  const TestFolder folder;
  FilmRecorder film(spec_of(folder / "film", 10), 0, {});
  film.add(plain(9), 0);
  film.add(plain(8, 3, 9), 0.1);
  film.stop(0.2);
  film.wait();
  const ImagePtr second = read_image(folder / "film/frame-000001.png");
  EXPECT_EQ(second->width, 6);
  EXPECT_EQ(second->height, 4);
  EXPECT_EQ(second->at(2, 3)[0], 8);
  EXPECT_EQ(second->at(3, 3)[0], 0);
}

TEST(FilmRecorder, that_nobody_stops_leaves_nothing) {
  const TestFolder folder;
  {
    FilmRecorder film(spec_of(folder / "a.gif", 10), 0, {});
    for (int i = 0; i < 5; ++i) film.add(plain(static_cast<uint8_t>(i)), i * 0.1);
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(FilmRecorder, says_what_failed) {
  const TestFolder folder;
  fs::create_directory(folder / "sub");
  bool woken = false;
  FilmRecorder film(spec_of(folder / "sub/a.gif", 10), 0, [&] { woken = true; });
  fs::remove(folder / "sub");
  film.add(plain(1), 0);
  film.wait();
  EXPECT_TRUE(woken);
  ASSERT_TRUE(film.error());
  EXPECT_NE(std::string(film.error()->what()).find("its folder does not exist"), std::string::npos);
}

TEST(FilmOfTheWindow, is_made_by_commands) {
  const TestFolder folder;
  ShellDriver driver;
  EXPECT_EQ(driver.number("film.frames"), 0);
  EXPECT_THROW(driver.app.run("film.stop"), Error);
  EXPECT_THROW(driver.app.run("film.record " + (folder / "a.avi")), Error);
  driver.run("film.rate 10");
  driver.app.run("film.record " + (folder / "film"));
  EXPECT_THROW(driver.app.run("film.record " + (folder / "other")), Error);
  const double start = driver.app.now();
  ASSERT_NE(driver.shell.film(), nullptr);
  for (int i = 0; i < 3; ++i) driver.shell.film()->add(plain(static_cast<uint8_t>(i)), start + i * 0.1);
  EXPECT_EQ(driver.number("film.frames"), 3);
  driver.key("Escape");
  EXPECT_EQ(driver.shell.film(), nullptr);
  while (!fs::exists(folder / "film")) driver.frame();
  driver.settle();
  EXPECT_NE(driver.text("notice").find("film"), std::string::npos);
  EXPECT_EQ(driver.number("film.frames"), 0);
  EXPECT_GE(values_in(folder / "film").size(), 3U);
}

TEST(FilmOfTheWindow, is_whole_when_the_window_closes) {
  const TestFolder folder;
  ShellDriver driver;
  driver.app.run("film.record " + (folder / "a.gif"));
  driver.shell.film()->add(plain(7), driver.app.now());
  EXPECT_FALSE(driver.shell.end_film());
  EXPECT_EQ(read_image(folder / "a.gif")->width, 6);
  // One without a picture is none.
  driver.app.run("film.record " + (folder / "b.gif"));
  EXPECT_TRUE(driver.shell.end_film());
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.gif"});
}

TEST(FilmOfTheWindow, that_fails_is_told) {
  const TestFolder folder;
  fs::create_directory(folder / "sub");
  ShellDriver driver;
  driver.app.run("film.record " + (folder / "sub/a.gif"));
  fs::remove(folder / "sub");
  driver.shell.film()->add(plain(7), driver.app.now());
  while (driver.app.notices().empty()) driver.frame();
  EXPECT_TRUE(driver.app.notices().back().error);
  EXPECT_EQ(driver.shell.film(), nullptr);
}

}  // namespace
}  // namespace striate
