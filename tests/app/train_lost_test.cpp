// Training that a program lost: who is gone is known at once, the banner says what it was and covers nothing, and a
// second crash loses nothing either.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/worker/kept_training.h"
#include "app/worker/train_worker.h"
#include "app/worker/trainer_thread.h"
#include "engine/training/data/sources.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

TrainingConfig small() {
  TrainingConfig config;
  config.data = "digits:200";
  config.batch = 16;
  return config;
}

TrainWorker::Hooks no_hooks() {
  return {[] { return false; }, [] { return false; }, [] { return true; }, [](const TrainSnapshotPtr&) {}};
}

void train_to(TrainWorker& worker, int64_t step) {
  worker.until({step, Phase::batch});
  while (worker.working()) worker.advance(1);
}

// What a program leaves in `folder` that was killed after so many steps.
std::string leave_lost(const std::string& folder, const std::string& id, int64_t steps) {
  std::string file = folder + "/training-" + id + ".safetensors";
  fs::create_directories(folder);
  TrainWorker worker(Device::cpu(), no_hooks());
  worker.begin(small());
  train_to(worker, steps);
  worker.save(file);
  return file;
}

std::vector<std::string> paths(const std::vector<LostTraining>& lost) {
  std::vector<std::string> result;
  for (const LostTraining& each : lost) result.push_back(each.path);
  return result;
}

std::time_t moment(int year, int month, int day, int hour, int minute) {
  std::tm at{};
  at.tm_year = year - 1900, at.tm_mon = month - 1, at.tm_mday = day, at.tm_hour = hour, at.tm_min = minute;
  at.tm_isdst = -1;
  return std::mktime(&at);
}

TEST(LostTraining, its_time_is_told_in_words) {
  const std::time_t now = moment(2026, 3, 1, 0, 20);
  EXPECT_EQ(moment_words(moment(2026, 3, 1, 0, 3), now), "today 00:03");
  EXPECT_EQ(moment_words(moment(2026, 2, 28, 23, 59), now), "yesterday 23:59");
  EXPECT_EQ(moment_words(moment(2026, 2, 27, 14, 3), now), "27 Feb 14:03");
  EXPECT_EQ(moment_words(moment(2025, 12, 31, 9, 5), now), "31 Dec 2025 09:05");
  EXPECT_EQ(moment_words(moment(2025, 12, 31, 9, 5), moment(2026, 1, 1, 12, 0)), "yesterday 09:05");
}

TEST(LostTraining, is_found_at_once_when_its_program_is_killed_even_with_its_number_in_use) {
  const TestFolder folder;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const KeptPlaces places({folder.path()});
    if (!places.files().empty()) std::ofstream(places.files()[0]) << "something";
    if (write(ready[1], "x", 1) == 1) pause();
    _exit(1);
  }
  char x = 0;
  ASSERT_EQ(read(ready[0], &x, 1), 1);
  EXPECT_TRUE(lost_trainings({folder.path()}).empty());  // it lives
  kill(child, SIGKILL);
  siginfo_t info = {};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(kill(child, 0), 0);  // nobody buried it: its number is taken
  EXPECT_EQ(paths(lost_trainings({folder.path()})),
            std::vector<std::string>{folder / fmt::format("training-{}.safetensors", child)});
  waitpid(child, nullptr, 0);
  // Its lock is cleared away; without it the number decides, and one that began after the file was written is another.
  EXPECT_FALSE(fs::exists(folder / fmt::format("training-{}.lock", child)));
  EXPECT_EQ(lost_trainings({folder.path()}).size(), 1u);
  const std::string reused = folder / fmt::format("training-{}.safetensors", getpid());
  std::ofstream(reused) << "of an earlier process";
  EXPECT_EQ(lost_trainings({folder.path()}).size(), 1u);
  fs::last_write_time(reused, fs::file_time_type::clock::now() - std::chrono::hours(24 * 365));
  EXPECT_EQ(lost_trainings({folder.path()}).size(), 2u);
  close(ready[0]);
  close(ready[1]);
}

TEST(LostTraining, two_programs_with_one_number_keep_apart) {
  const TestFolder folder;
  const KeptPlaces one({folder.path()}), other({folder.path()});
  ASSERT_EQ(one.files().size(), 1u);
  ASSERT_EQ(other.files().size(), 1u);
  EXPECT_NE(one.files()[0], other.files()[0]);
}

TEST(LostTraining, half_written_files_of_dead_programs_go) {
  const TestFolder folder;
  std::ofstream(folder / "training-999999999.safetensors.999999999-3.part") << "half";
  std::ofstream(folder / fmt::format("training-{0}.safetensors.{0}-3.part", getpid())) << "half";
  std::ofstream(folder / "notes.part") << "a person's";
  EXPECT_TRUE(lost_trainings({folder.path()}).empty());
  EXPECT_EQ(folder.names().size(), 2u);
}

TEST(LostTraining, a_folder_that_cannot_be_made_is_told_and_another_one_taken) {
  const TestFolder folder;
  std::ofstream(folder / "file") << "no folder";
  const KeptPlaces nowhere({folder / "file/state"});
  EXPECT_TRUE(nowhere.files().empty());
  ASSERT_TRUE(nowhere.problem());
  EXPECT_NE(std::string(nowhere.problem()->what()).find("cannot be kept once a minute"), std::string::npos);
  const KeptPlaces second({folder / "file/state", folder / "temporary"});
  ASSERT_EQ(second.files().size(), 1u);
  ASSERT_TRUE(second.problem());
  EXPECT_NE(second.problem()->hint().find(folder / "temporary"), std::string::npos) << second.problem()->hint();
}

TEST(Autosave, goes_to_the_next_place_tells_it_once_and_comes_back) {
  const TestFolder folder;
  fs::create_directories(folder / "second");
  const std::string best = folder / "first/t.safetensors", next = folder / "second/t.safetensors";
  TrainWorker worker(Device::cpu(), no_hooks());
  worker.set_autosave({best, next}, 0);
  worker.begin(small());
  train_to(worker, 1);
  EXPECT_TRUE(fs::exists(next));
  const std::optional<Error> problem = worker.take_problem();
  ASSERT_TRUE(problem);
  EXPECT_NE(std::string(problem->what()).find(best), std::string::npos) << problem->what();
  EXPECT_NE(problem->hint().find(folder / "second"), std::string::npos) << problem->hint();
  train_to(worker, 2);
  EXPECT_FALSE(worker.take_problem());
  fs::create_directories(folder / "first");
  train_to(worker, 3);
  EXPECT_TRUE(fs::exists(best));
  EXPECT_FALSE(worker.take_problem());
  worker.reset();
  EXPECT_FALSE(fs::exists(best));
  EXPECT_FALSE(fs::exists(next));
}

// Training that rests is kept as well: the thread asks to be woken for it.
TEST(Autosave, happens_at_rest_too) {
  const TestFolder folder;
  TrainWorker worker(Device::cpu(), no_hooks());
  worker.set_autosave({folder / "t.safetensors"}, 1000);
  worker.begin(small());
  train_to(worker, 2);
  while (worker.measuring()) worker.advance(1);
  worker.advance(1);
  EXPECT_FALSE(std::isinf(worker.next_time()));
  worker.save(folder / "mine.safetensors");
  worker.advance(1);
  EXPECT_TRUE(std::isinf(worker.next_time()));  // it is in a person's file
}

TEST(Autosave, what_was_recovered_is_there_until_the_next_save) {
  const TestFolder folder;
  const std::string lost = leave_lost(folder.path(), "999999999", 5), own = folder / "training-1.safetensors";
  {
    TrainWorker worker(Device::cpu(), no_hooks());
    worker.set_autosave({own}, 1000);
    worker.open(lost);
    EXPECT_TRUE(fs::exists(lost));
    worker.adopt_autosave(lost);
    EXPECT_FALSE(fs::exists(lost));
    // Now the second crash may come.
    TrainWorker again(Device::cpu(), no_hooks());
    again.open(own);
    EXPECT_EQ(again.place().step, 5);
    train_to(worker, 7);
    EXPECT_TRUE(fs::exists(own));
  }
  EXPECT_FALSE(fs::exists(own));  // in order
}

// What a closing session, a terminal that goes and Ctrl+C do to a window (tests/window/signals.sh).
TEST(Autosave, a_program_that_is_ended_from_outside_leaves_what_was_learned) {
  const TestFolder folder;
  const std::string own = folder / "training-1.safetensors";
  std::vector<std::string> told;
  const auto tell = [&](const std::string& words) { told.push_back(words); };
  {
    TrainWorker worker(Device::cpu(), no_hooks());
    worker.set_autosave({own}, 1000);
    worker.begin(small());
    train_to(worker, 7);
    worker.scrub(3);  // an earlier step is shown
    while (worker.working()) worker.advance(1);
    EXPECT_FALSE(fs::exists(own));
    worker.keep_at_end(tell);
  }
  EXPECT_EQ(told, std::vector<std::string>{"training is kept at step 7: the window offers it when it starts again"});
  const std::string aside = folder / "training-2.safetensors";
  {
    TrainWorker next(Device::cpu(), no_hooks());
    next.set_autosave({aside}, 1000);
    next.open(own);
    EXPECT_EQ(next.place().step, 7);
    // Recovered, and ended again before a step was done.
    next.adopt_autosave(own);
    next.keep_at_end(tell);
  }
  EXPECT_EQ(told.size(), 2u);
  EXPECT_TRUE(fs::exists(aside));
  // What a person saved, and what was never learned, is not kept.
  {
    TrainWorker worker(Device::cpu(), no_hooks());
    worker.set_autosave({own}, 1000);
    worker.begin(small());
    worker.keep_at_end(tell);
    train_to(worker, 2);
    worker.save(folder / "mine.safetensors");
    worker.keep_at_end(tell);
  }
  EXPECT_EQ(told.size(), 2u);
  EXPECT_FALSE(fs::exists(own));
  // No place for it: that is told.
  {
    TrainWorker worker(Device::cpu(), no_hooks());
    worker.set_autosave({folder / "none/t.safetensors"}, 1000);
    worker.begin(small());
    train_to(worker, 2);
    worker.keep_at_end(tell);
  }
  ASSERT_EQ(told.size(), 3u);
  EXPECT_NE(told[2].find("what was not saved is lost"), std::string::npos) << told[2];
}

TEST(Autosave, the_thread_keeps_it_when_it_was_told_to) {
  const TestFolder folder;
  const std::string own = folder / "training-1.safetensors";
  for (const bool keep : {false, true}) {
    {
      TrainerThread thread(Device::cpu(), [] {});
      thread.post([&](TrainWorker& worker) {
        worker.set_autosave({own}, 1000);
        worker.begin(small());
        worker.until({3, Phase::batch});
      });
      while (thread.working()) std::this_thread::yield();
      if (keep) thread.keep_at_end([](const std::string&) {});
    }
    EXPECT_EQ(fs::exists(own), keep);
  }
}

// A number that a process had before: its training is still to be recovered.
TEST(LostTraining, a_program_with_the_number_of_a_dead_one_leaves_its_training_alone) {
  for (const char* form : {"training-{}.safetensors", "training-{}-2.safetensors"}) {
    const TestFolder folder;
    const std::string lost = folder / fmt::format(fmt::runtime(form), getpid());
    std::ofstream(lost) << "of an earlier process";
    const KeptPlaces places({folder.path()});
    ASSERT_EQ(places.files().size(), 1u);
    EXPECT_NE(places.files()[0], folder / fmt::format("training-{}.safetensors", getpid())) << form;
  }
}

class LostBanner : public testing::Test {
 protected:
  LostBanner() { leave_lost(folder.path(), "999999999", 6); }
  void connect(ShellDriver& driver) {
    driver.app.document().state_folder = folder.path();
    driver.settle();
  }
  TestFolder folder;
};

TEST_F(LostBanner, stands_on_every_page_names_the_training_and_covers_nothing) {
  for (const Vec size : {Vec{1280, 720}, Vec{1920, 1080}, Vec{1024, 700}}) {
    for (const bool presentation : {false, true}) {
      Settings settings;
      settings.presentation = presentation;
      ShellDriver driver(size, settings);
      connect(driver);
      EXPECT_NE(driver.text("train.lost").find("tiny on digits:200, step 6, today "), std::string::npos)
          << driver.text("train.lost");
      for (const auto& page : driver.app.pages()) {
        driver.run("page " + page->info().id);
        const ShellLayout& layout = driver.shell.layout();
        for (const char* label : {"train.recover yes", "train.recover no", "train.recover later"}) {
          const auto& items = driver.shell.ui().items();
          const auto item = std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.command == label; });
          ASSERT_NE(item, items.end()) << page->info().id << ": " << label;
          EXPECT_FALSE(item->visible.empty()) << page->info().id << ": " << label << " at " << size.x << presentation;
          for (const Rect& other : {layout.stage, layout.inspector, layout.navigation, layout.transport, layout.bar}) {
            const bool apart = other.empty() || item->visible.right() <= other.x || other.right() <= item->visible.x ||
                               item->visible.bottom() <= other.y || other.bottom() <= item->visible.y;
            EXPECT_TRUE(apart) << page->info().id << ": " << label << " lies over something at " << size.x;
          }
        }
        EXPECT_GT(layout.stage.h, driver.shell.ui().frame().size.y * 0.5f) << page->info().id;
      }
    }
  }
}

TEST_F(LostBanner, recovers_from_any_page_and_a_second_crash_loses_nothing) {
  {
    ShellDriver driver;
    connect(driver);
    driver.run("page pixels");
    driver.click("Recover");
    EXPECT_EQ(driver.text("page"), "train");
    EXPECT_EQ(driver.number("train.step"), 6);
    EXPECT_EQ(driver.shell.ui().find_item("Later"), nullptr);
    // It is this program's own now, and still on the disk: a copy of it is what the next crash would leave.
    const std::string own = folder / fmt::format("training-{}.safetensors", getpid());
    ASSERT_TRUE(fs::exists(own));
    fs::copy_file(own, folder / "training-999999998.safetensors");
    driver.run("quit");
    EXPECT_FALSE(driver.app.wants_to_quit());  // it is in no file of a person's
  }
  ShellDriver next;
  connect(next);
  next.click("Recover");
  EXPECT_EQ(next.number("train.step"), 6);
}

TEST_F(LostBanner, later_keeps_it_for_the_next_start_and_within_reach) {
  {
    ShellDriver driver;
    connect(driver);
    driver.click("Later");
    EXPECT_EQ(driver.shell.ui().find_item("Recover"), nullptr);
    driver.run("page train");
    EXPECT_NE(driver.shell.ui().find_item("Recover"), nullptr);  // in the inspector
    EXPECT_EQ(driver.shell.ui().find_item("Later"), nullptr);
  }
  ShellDriver next;
  connect(next);
  next.click("Discard");
  EXPECT_TRUE(folder.names().empty());
  EXPECT_EQ(next.shell.ui().find_item("Discard"), nullptr);
  EXPECT_EQ(next.text("train.lost"), "");
}

TEST_F(LostBanner, a_file_that_cannot_be_read_can_only_be_discarded) {
  std::ofstream(folder / "training-999999999.safetensors") << "broken";
  ShellDriver driver;
  connect(driver);
  EXPECT_EQ(driver.shell.ui().find_item("Recover"), nullptr);
  EXPECT_NE(driver.text("train.lost").find("cannot be read"), std::string::npos);
  driver.click("Discard");
  EXPECT_TRUE(folder.names().empty());
}

TEST(LostTraining, a_state_folder_that_cannot_be_written_is_told_when_training_begins) {
  const TestFolder folder;
  std::ofstream(folder / "file") << "no folder";
  ShellDriver driver;
  driver.app.document().state_folder = folder / "file/state";
  driver.app.document().fallback_folder = folder / "temporary";
  driver.run("page train");
  driver.run("train.data digits:200");
  driver.run("train.until 2");
  ASSERT_FALSE(driver.app.notices().empty());
  EXPECT_NE(driver.app.notices().back().what.find("cannot be kept once a minute"), std::string::npos);
  EXPECT_NE(driver.app.notices().back().hint.find(folder / "temporary"), std::string::npos);
  EXPECT_EQ(driver.number("train.step"), 2);
}

}  // namespace
}  // namespace striate
