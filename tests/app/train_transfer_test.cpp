// The page `train` with given weights, a new head, frozen layers, whole regions: every setting is a command, stands in
// the state, is taken back by undo, and is what the run does.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

bool has_line(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST(TrainTransfer, settings_stand_in_the_state_and_can_be_taken_back) {
  ShellDriver driver;
  driver.app.run("page train");
  const std::vector<std::string> usual = driver.app.page().state();
  EXPECT_TRUE(has_line(usual, "train.weights none"));
  for (const char* line :
       {"train.freeze \"0-1,backbone\"", "train.head 7", "train.weights base.safetensors", "train.weights.partial on",
        "train.split.by region", "train.normalization \"mean 0.5 std 0.25\""}) {
    driver.app.run(line);
    EXPECT_NE(driver.app.page().state(), usual) << line;
    driver.app.run("undo");
    EXPECT_EQ(driver.app.page().state(), usual) << line;
  }
  EXPECT_THROW(driver.app.run("train.normalization \"mean 0.5\""), Error);
  EXPECT_EQ(driver.app.page().state(), usual);
}

TEST(TrainTransfer, a_run_begins_with_given_weights_and_leaves_frozen_layers_alone) {
  const TestFolder folder;
  ShellDriver driver;
  driver.app.run("page train");
  for (const char* line : {"train.data digits:200", "train.batch 16", "train.model tiny", "train.until 3"}) {
    driver.app.run(line);
  }
  driver.settle();
  const std::string base = folder / "base.safetensors", next = folder / "next.safetensors";
  driver.run("train.save " + base);
  driver.app.run("train.weights " + base);
  driver.app.run("train.head 10");
  driver.app.run("train.freeze backbone");
  driver.app.run("train.until 4");
  driver.settle();
  driver.run("train.save " + next);
  const SafeTensors before = SafeTensors::read(base), after = SafeTensors::read(next);
  EXPECT_EQ(after.metadata().at("run.weights"), base);
  EXPECT_EQ(after.metadata().at("run.freeze"), "backbone");
  EXPECT_EQ(after.metadata().at("step"), "4");
  int same = 0, other = 0;
  for (const SafeTensor& tensor : before.tensors()) {
    if (tensor.name.find('.') > 1 || !after.has(tensor.name)) continue;  // "0.weight": layers
    (before.floats(tensor.name) == after.floats(tensor.name) ? same : other) += 1;
  }
  EXPECT_GE(same, 2);
  EXPECT_EQ(other, 2);  // the head's weights and biases
}

}  // namespace
}  // namespace striate
