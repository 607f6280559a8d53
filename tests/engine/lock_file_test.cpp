#include "engine/files/lock_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "engine/files/atomic_write.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

using State = LockFile::State;

TEST(LockFile, is_held_by_one_and_gone_with_it) {
  const TestFolder folder;
  const std::string path = folder / "a.lock";
  EXPECT_EQ(LockFile::look(path), State::missing);
  {
    LockFile one(path);
    ASSERT_TRUE(one.held());
    EXPECT_EQ(LockFile::look(path), State::held);
    EXPECT_FALSE(LockFile(path).held());
    EXPECT_EQ(LockFile::look(path), State::held);  // who did not get it takes nothing away
    const LockFile moved = std::move(one);
    EXPECT_EQ(LockFile::look(path), State::held);
  }
  EXPECT_EQ(LockFile::look(path), State::missing);
  std::ofstream(path) << "left by somebody";
  EXPECT_EQ(LockFile::look(path), State::free);
  EXPECT_TRUE(LockFile(path).held());
  EXPECT_FALSE(LockFile(folder / "none/a.lock").held());
}

TEST(LockFile, is_free_as_soon_as_its_process_is_killed_even_unburied) {
  const TestFolder folder;
  const std::string path = folder / "a.lock";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const LockFile lock(path);
    const char held = lock.held() ? 'y' : 'n';
    if (write(ready[1], &held, 1) == 1) pause();
    _exit(1);
  }
  char held = 0;
  ASSERT_EQ(read(ready[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  EXPECT_EQ(LockFile::look(path), State::held);
  kill(child, SIGKILL);
  siginfo_t info = {};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);  // dead, and still has its number
  EXPECT_EQ(kill(child, 0), 0);
  EXPECT_EQ(LockFile::look(path), State::free);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST(AtomicFile, leftovers_of_killed_programs_are_cleared_away_and_nothing_else) {
  namespace fs = std::filesystem;
  const TestFolder folder;
  const auto make = [&](const std::string& name, bool old) {
    std::ofstream(folder / name) << "half";
    if (old) fs::last_write_time(folder / name, fs::file_time_type::clock::now() - std::chrono::hours(1));
    return folder / name;
  };
  const std::string dead = make("m.safetensors.999999999-0.part", true);
  const std::string fresh = make("m.safetensors.999999999-1.part", false);
  const std::string alive = make("m.safetensors." + std::to_string(getpid()) + "-0.part", true);
  const std::string another = make("n.safetensors.999999999-0.part", true);
  const std::string named = make("m.safetensors.my-own.part", true);
  const std::string itself = make("m.safetensors", true);
  remove_leftovers(itself);
  EXPECT_FALSE(fs::exists(dead));
  for (const std::string& path : {fresh, alive, another, named, itself}) EXPECT_TRUE(fs::exists(path)) << path;
}

}  // namespace
}  // namespace striate
