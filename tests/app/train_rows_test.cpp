// The inspector of the page `train` while a training goes on: nothing in it moves by itself. What a hand is about to
// press, or an eye reads, is where it was in every phase of a step, while it runs, and when it pauses.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>

#include "engine/error.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

class TrainRows : public testing::Test {
 protected:
  TrainRows() {
    driver.run("page train");
    driver.run("train.data digits:400");
    driver.run("train.batch 16");
    driver.run("train.until 6");
  }
  // Where everything that stands in the inspector or the transport is, wherever it is scrolled to.
  std::map<std::string, Rect> places() {
    std::map<std::string, Rect> found;
    const ShellLayout& layout = driver.shell.layout();
    for (const Item& item : driver.shell.ui().items()) {
      const bool here = item.rect.x >= layout.inspector.x || item.rect.y >= layout.transport.y;
      if (here && item.kind != "scroll" && item.layer == 0) found[item.kind + " " + item.label] = item.rect;
    }
    return found;
  }
  void expect_same(const std::string& when, const std::map<std::string, Rect>& before) {
    const std::map<std::string, Rect> now = places();
    int compared = 0;
    for (const auto& [label, rect] : before) {
      const auto found = now.find(label);
      if (found == now.end()) continue;  // of another phase
      ++compared;
      EXPECT_EQ(found->second.x, rect.x) << when << ": " << label;
      EXPECT_EQ(found->second.y, rect.y) << when << ": " << label << " has moved";
    }
    EXPECT_GE(compared, 20) << when;
  }
  // The step that is shown; 0 while training has not come to what was asked for.
  double step() {
    try {
      return driver.number("train.step");
    } catch (const Error&) {
      return 0;
    }
  }
  // Every phase, twice; then running by phases, by steps and as fast as it can, and pausing again.
  void expect_still(const std::string& what) {
    const std::map<std::string, Rect> before = places();
    ASSERT_TRUE(before.contains("button Begin again")) << what;
    for (int phase = 0; phase < 10; ++phase) {
      driver.run("train.step phase");
      expect_same(fmt::format("{}, after phase {}", what, phase), before);
    }
    for (const char* speed : {"phases 200", "batches 50", "fastest"}) {
      driver.app.run(std::string("train.speed ") + speed);
      driver.frame();
      const std::map<std::string, Rect> at_speed = places();
      driver.app.run("train.start");
      driver.frame();
      double first = step();
      for (; first == 0; first = step()) driver.frame();
      while (step() < first + 3) {
        driver.frame();
        std::this_thread::yield();
      }
      // By the clock of the frames it runs for so long that nobody could follow phases.
      for (int i = 0; i < 300; ++i) driver.frame();
      expect_same(fmt::format("{}, running at {}", what, speed), at_speed);
      driver.run("train.pause");
      expect_same(fmt::format("{}, paused after {}", what, speed), at_speed);
    }
    // To where a step begins.
    driver.run(fmt::format("train.until {}", step() + 1));
  }

  ShellDriver driver{Vec{1280, 800}};
};

TEST_F(TrainRows, stay_in_slow_motion) {
  driver.run("train.view step");
  expect_still("slow motion");
}

// Ways back that show sums: once seen, they keep their room.
TEST_F(TrainRows, stay_in_slow_motion_with_the_sums_of_a_gradient) {
  driver.run("train.view step");
  for (const char* way : {"weights", "input"}) {
    driver.run(std::string("train.step.way ") + way);
    for (int phase = 0; phase < 5; ++phase) driver.run("train.step phase");
    expect_still(way);
  }
}

TEST_F(TrainRows, stay_in_the_unit_view) {
  driver.run("train.view unit");
  for (const char* source : {"probe", "batch"}) {
    driver.run(std::string("train.unit.source ") + source);
    expect_still(std::string("unit, ") + source);
  }
}

TEST_F(TrainRows, stay_in_every_other_view) {
  for (const char* view : {"overview", "layers", "tests", "data", "build", "draw"}) {
    driver.run(std::string("train.view ") + view);
    expect_still(view);
  }
  driver.run("train.compare seed 2");
  driver.run("train.view compare");
  driver.run("train.step batch");
  expect_still("compare");
}

}  // namespace
}  // namespace striate
