// Nothing that was trained is lost unless somebody said so: branches, lessons, closing, errors. And what becomes of a
// picture that is dropped on the page.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "app/pages/train/train_export.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

class TrainKept : public testing::Test {
 protected:
  void SetUp() override {
    driver.run("page train");
    driver.run("train.data digits:400");
    driver.run("train.batch 16");
  }
  std::string failure(const std::string& line) {
    try {
      driver.app.run(line);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static std::string file_in_temp(const std::string& name) { return test_path(name); }
  ShellDriver driver;
};

TEST_F(TrainKept, a_branch_leaves_a_way_that_can_be_gone_back_to) {
  driver.run("train.until 12");
  driver.run("train.rate 0.004");
  driver.run("train.until 20");
  const double loss = driver.number("train.loss"), test = driver.number("train.test_loss");
  driver.run("train.scrub 9");
  driver.click("Branch here");
  EXPECT_EQ(driver.number("train.branch.number"), 2);
  EXPECT_EQ(driver.text("train.branches"), "1 20");
  EXPECT_EQ(driver.number("train.newest"), 9);
  driver.run("train.rate 0.0001");
  driver.run("train.until 20");
  EXPECT_NE(driver.number("train.loss"), loss);
  EXPECT_NE(driver.number("train.test_loss"), test);
  const double other = driver.number("train.loss"), other_test = driver.number("train.test_loss");
  driver.click("Branch 1, step 20");
  EXPECT_EQ(driver.number("train.branch.number"), 1);
  EXPECT_EQ(driver.number("train.step"), 20);
  EXPECT_EQ(driver.number("train.loss"), loss);
  EXPECT_EQ(driver.number("train.test_loss"), test);
  driver.run("train.branch.open 2");
  EXPECT_EQ(driver.number("train.loss"), other);
  EXPECT_EQ(driver.number("train.test_loss"), other_test);
  // The rate is that of the way that is shown: Start goes on, and asks nothing.
  driver.run("train.until 21");
  EXPECT_EQ(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.step"), 21);
  driver.run("train.branch.open 9");
  ASSERT_FALSE(driver.app.notices().empty());
  EXPECT_NE(driver.app.notices().back().what.find("there is no branch 9"), std::string::npos);
}

TEST_F(TrainKept, branches_and_curves_are_in_the_file) {
  driver.run("train.until 16");
  const double loss = driver.number("train.loss");
  driver.run("train.scrub 6");
  driver.run("train.branch");
  driver.run("train.until 10");
  const std::string file = file_in_temp("branches.safetensors"), before = file_in_temp("before.csv"),
                    after = file_in_temp("after.csv");
  driver.run("train.export " + before);
  driver.run("train.save " + file);
  ShellDriver next;
  next.run("page train");
  next.run("train.open " + file);
  EXPECT_EQ(next.number("train.step"), 10);
  EXPECT_EQ(next.text("train.branches"), "1 16");
  next.run("train.export " + after);
  const auto text = [](const std::string& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  // All ten steps, and what was measured of the test part.
  const std::string rows = text(after);
  EXPECT_EQ(rows, text(before));
  EXPECT_GE(std::count(rows.begin(), rows.end(), '\n'), 11);
  EXPECT_EQ(next.number("train.loss"), driver.number("train.loss"));
  next.run("train.branch.open 1");
  EXPECT_EQ(next.number("train.step"), 16);
  EXPECT_EQ(next.number("train.loss"), loss);
  for (const std::string& each : {file, before, after}) std::filesystem::remove(each);
}

TEST_F(TrainKept, a_lesson_puts_own_training_aside_and_it_comes_back_whole) {
  driver.run("train.until 14");
  driver.run("train.edit 0.weight 2 0.5");
  driver.run("train.scrub 11");
  driver.run("train.branch");
  driver.run("train.until 13");
  const double loss = driver.number("train.loss");
  driver.run("lesson train");
  EXPECT_EQ(driver.number("train.step"), 0);  // the lesson's own start, which asked nothing
  EXPECT_EQ(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.aside"), 1);
  driver.run("train.until 3");
  driver.run("lesson.step 2");  // the lesson's own training is the lesson's to throw away
  EXPECT_EQ(driver.number("train.aside"), 1);
  driver.run("lesson.close");
  driver.run("train.usual");
  driver.run("train.seed 5");
  driver.click("Go back to it");
  driver.run("train.discard yes");  // what the lesson left behind
  EXPECT_EQ(driver.number("train.aside"), 0);
  EXPECT_EQ(driver.number("train.step"), 13);
  EXPECT_EQ(driver.number("train.loss"), loss);
  EXPECT_EQ(driver.text("train.branches"), "1 14");
  driver.run("train.until 15");  // with the settings it had
  EXPECT_EQ(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.step"), 15);
  EXPECT_EQ(driver.number("train.batch_size"), 16);
  EXPECT_EQ(failure("train.back"), "no training was put aside");
}

// A lesson may throw away what it trained itself and what it asked for, not what a student went on with.
TEST_F(TrainKept, a_lesson_keeps_what_a_student_trained_in_it) {
  driver.run("lesson batch");
  driver.run("lesson.show");
  EXPECT_EQ(driver.number("train.step"), 1);
  driver.run("lesson.next");
  EXPECT_EQ(driver.number("train.aside"), 0);
  driver.run("lesson.show");  // an epoch, as the task asks
  driver.run("lesson.next");
  EXPECT_EQ(driver.number("train.aside"), 0);
  driver.run("train.until 60");  // nearly three epochs more
  const double loss = driver.number("train.loss");
  driver.run("lesson.next");
  EXPECT_EQ(driver.number("train.step"), 0);  // the next step begins with a network of its own
  EXPECT_EQ(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.aside"), 1);
  driver.click("Go back to it");
  driver.run("train.discard yes");
  EXPECT_EQ(driver.number("train.step"), 60);
  EXPECT_EQ(driver.number("train.loss"), loss);
}

TEST_F(TrainKept, closing_asks_for_what_a_lesson_put_aside) {
  driver.run("train.until 6");
  driver.run("lesson train");
  driver.run("lesson.close");
  driver.run("quit");
  EXPECT_FALSE(driver.app.wants_to_quit());
  EXPECT_NE(driver.text("train.question").find("put aside"), std::string::npos) << driver.text("train.question");
  driver.click("Go back");
  EXPECT_EQ(driver.number("train.step"), 6);
  driver.run("quit");
  EXPECT_FALSE(driver.app.wants_to_quit());
  driver.click("Throw away");
  EXPECT_TRUE(driver.app.wants_to_quit());
}

TEST_F(TrainKept, a_lesson_answers_no_question_that_stood_before_it) {
  driver.run("train.until 4");
  driver.run("quit");
  EXPECT_NE(driver.text("train.question"), "");
  driver.run("lesson train");
  EXPECT_FALSE(driver.app.wants_to_quit());
  EXPECT_EQ(driver.number("train.aside"), 1);
  driver.run("lesson.close");
  driver.run("train.back");
  EXPECT_EQ(driver.number("train.step"), 4);
}

TEST_F(TrainKept, training_that_went_on_after_a_lesson_is_ones_own) {
  driver.run("lesson train");
  driver.run("lesson.close");
  driver.run("train.until 7");
  driver.run("lesson overfitting");
  EXPECT_EQ(driver.number("train.aside"), 1);
}

TEST_F(TrainKept, what_was_put_aside_survives_a_crash) {
  const std::string folder = file_in_temp("state");
  std::filesystem::create_directories(folder);
  {
    ShellDriver crashing;
    crashing.app.document().state_folder = folder;
    crashing.run("page train");
    crashing.run("train.data digits:400");
    crashing.run("train.until 5");
    crashing.run("lesson train");
    crashing.run("lesson.close");
    const std::string kept = fmt::format("{}/training-{}-1.safetensors", folder, getpid());
    ASSERT_TRUE(std::filesystem::exists(kept));
    // As a program leaves it that ended without a word; no process has this number.
    std::filesystem::copy_file(kept, folder + "/training-999999999-1.safetensors");
  }
  EXPECT_FALSE(std::filesystem::exists(fmt::format("{}/training-{}-1.safetensors", folder, getpid())));
  ShellDriver next;
  next.app.document().state_folder = folder;
  next.run("page train");
  next.click("Recover");
  EXPECT_EQ(next.number("train.step"), 5);
  std::filesystem::remove_all(folder);
}

TEST_F(TrainKept, errors_leave_what_was_learned) {
  driver.run("train.until 5");
  const double loss = driver.number("train.loss");
  // More memory than there is: the settings cannot be begun with, and the run is there.
  driver.run("train.layers \"conv 4096 27x27 | flatten | dense 1000000 | dense 1000000 | dense 10\"");
  driver.run("train.start");
  driver.run("train.discard yes");
  ASSERT_FALSE(driver.app.notices().empty());
  EXPECT_NE(driver.text("train.status"), "running");
  EXPECT_EQ(driver.number("train.step"), 5);
  EXPECT_EQ(driver.number("train.loss"), loss);
  // Pictures that are not there.
  driver.run("train.model tiny");
  driver.run("train.data folder:/nowhere/at/all");
  driver.run("train.start");
  driver.run("train.discard yes");
  EXPECT_EQ(driver.number("train.step"), 5);
  EXPECT_EQ(driver.number("train.loss"), loss);
  // A file that cannot be written, and one that is no training.
  driver.run("train.save /nowhere/at/all.safetensors");
  EXPECT_EQ(driver.number("train.step"), 5);
  driver.run("quit");
  EXPECT_FALSE(driver.app.wants_to_quit());
}

TEST_F(TrainKept, a_picture_that_was_dropped_before_the_start_is_the_probe_of_the_run) {
  driver.run("train.view overview");
  driver.run("open sample:balloons");
  driver.run("train.data satellite:300");
  driver.run("train.until 1");
  EXPECT_NE(driver.text("train.probe.name").find("alloons"), std::string::npos) << driver.text("train.probe.name");
}

TEST_F(TrainKept, a_dropped_picture_becomes_the_probe_with_its_stages) {
  const std::string file = file_in_temp("seven.png");
  Image image;
  image.width = 90;
  image.height = 60;
  image.channels = 1;
  image.bytes.resize(90 * 60);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 90; ++x) {
      const bool ink = (y > 10 && y < 18 && x > 30 && x < 62) || (y >= 18 && y < 52 && x > 54 && x < 62);
      image.bytes[static_cast<size_t>(y) * 90 + static_cast<size_t>(x)] = ink ? 10 : 245;
    }
  }
  write_image(file, image);
  driver.run("train.until 3");
  driver.run("train.view overview");
  driver.shell.drop({file});
  driver.settle();
  driver.run("train.view draw");
  const auto shows = [&](const char* label) { return driver.shell.ui().find_item(label) != nullptr; };
  for (const char* stage : {"stage picture", "stage ink", "stage box", "stage fitted", "stage mass", "stage input"}) {
    EXPECT_TRUE(shows(stage) || std::string(stage) == "stage ink") << stage;
  }
  const double at_once = driver.number("train.probe.probability");
  // The same as by name, and as the view `draw` prepares it.
  driver.run("train.probe 0");
  EXPECT_FALSE(shows("stage fitted"));
  driver.run("train.probe " + file);
  EXPECT_TRUE(shows("stage fitted"));
  EXPECT_EQ(driver.number("train.probe.probability"), at_once);
  driver.run("train.draw.image");
  EXPECT_EQ(driver.number("train.draw.probability"), at_once);
  // Another run reads it too.
  driver.run("train.probe " + file);
  driver.run("train.data shapes:400");
  driver.run("train.until 2");
  driver.run("train.discard yes");
  driver.run("train.view draw");
  EXPECT_EQ(driver.number("train.step"), 2);
  EXPECT_TRUE(shows("stage picture"));
  EXPECT_EQ(driver.text("train.probe.name"), std::filesystem::path(file).filename().string());
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace striate
