// The view `tests` of the page `train`, its list of labels that are probably wrong: found, relabeled, left out, taken
// back, kept; and the view `compare`: weights and answers of two runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/command/not_ready.h"
#include "engine/error.h"
#include "engine/training/mislabeled.h"
#include "engine/training/training_run.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

class MislabeledPictures : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* line :
         {"page train", "train.data digits:1000", "train.batch 16", "train.schedule constant", "train.wrong_labels 0.1",
          "train.view tests", "train.tests.show labels", "train.until 150"})
      driver.app.run(line);
    driver.settle();
  }
  std::string failure(const std::string& line) {
    try {
      driver.app.run(line);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "";
  }
  // Of the buttons with this label, one for each picture, that of the first.
  void click_first(const std::string& label) {
    const Item* first = nullptr;
    for (const Item& item : driver.shell.ui().items()) {
      if (item.label != label || item.visible.empty()) continue;
      if (first == nullptr || item.rect.y < first->rect.y) first = &item;
    }
    ASSERT_NE(first, nullptr) << "no '" << label << "' can be seen";
    driver.press_at(first->visible.center());
    driver.wait(1);  // the next click is not a double-click
  }
  double listed(const char* what) { return driver.number(std::string("train.mislabeled.") + what); }
  TestFolder folder;
  ShellDriver driver;
};

TEST_F(MislabeledPictures, are_what_the_engine_finds_at_that_step) {
  TrainingConfig config;
  config.data = "digits:1000";
  config.batch = 16;
  config.schedule = "constant";
  config.wrong_labels = 0.1;
  Stream stream(Device::cpu());
  TrainingRun run(stream, config, open_run_data(config));
  while (run.step() < 150) run.advance_step();
  Evaluator evaluator(stream, run.architecture(), 50);
  const std::vector<int64_t>& training = run.split()->training;
  const Evaluation judged = evaluator.evaluate(stream, run.network(), run.labels(), training, run.normalization());
  const std::vector<Mislabeled> found = find_mislabeled(run.labels(), training, judged, 0.5);
  ASSERT_GT(found.size(), 10u);
  EXPECT_EQ(listed("step"), 150);
  EXPECT_EQ(listed("made_wrong"), 80);
  EXPECT_EQ(listed("count"), static_cast<double>(found.size()));
  EXPECT_EQ(listed("found"), static_cast<double>(count_made_wrong(found)));
  EXPECT_EQ(listed("corrected"), 0);
  for (const size_t i : {size_t{0}, found.size() - 1}) {
    const auto of = [&](const char* what) { return listed(fmt::format("{} {}", what, i).c_str()); };
    EXPECT_EQ(of("picture"), static_cast<double>(found[i].sample));
    EXPECT_EQ(of("label"), found[i].label);
    EXPECT_EQ(of("answer"), found[i].answer);
    EXPECT_EQ(of("loss"), static_cast<double>(found[i].loss));
    EXPECT_EQ(of("probability"), static_cast<double>(found[i].probability));
  }
  // Less sure: more pictures, the rest of the list the same.
  driver.run("train.tests.sure 0.3");
  EXPECT_EQ(listed("count"), static_cast<double>(find_mislabeled(run.labels(), training, judged, 0.3).size()));
  EXPECT_GT(listed("count"), static_cast<double>(found.size()));
}

TEST_F(MislabeledPictures, a_click_relabels_another_leaves_out_and_both_are_undone) {
  const double count = listed("count"), answer = listed("answer 0");
  const std::string first = fmt::format("{:.0f}", listed("picture 0"));
  const std::string second = fmt::format("{:.0f}", listed("picture 1"));
  const double made_wrong_first = listed("found");
  click_first("Relabel");
  EXPECT_EQ(driver.text("train.labels"), fmt::format("{}={:.0f}", first, answer));
  EXPECT_EQ(listed("count"), count - 1);
  EXPECT_EQ(fmt::format("{:.0f}", listed("picture 0")), second);
  click_first("Leave out");
  const LabelChanges both = {{std::stoll(first), static_cast<int32_t>(answer)}, {std::stoll(second), kLeftOut}};
  EXPECT_EQ(driver.text("train.labels"), label_changes_text(both));
  EXPECT_EQ(listed("count"), count - 2);
  EXPECT_GE(listed("corrected"), 1);
  EXPECT_GE(made_wrong_first, listed("found"));
  driver.run("undo");
  EXPECT_EQ(driver.text("train.labels"), fmt::format("{}={:.0f}", first, answer));
  driver.run("undo");
  EXPECT_EQ(driver.text("train.labels"), "");
  EXPECT_EQ(listed("count"), count);
  EXPECT_EQ(driver.number("train.step"), 150);  // the run is the same one
  // Training goes on with what was changed; going back shows the labels of then, where nothing can be changed.
  driver.run("train.mislabeled.all relabel");
  EXPECT_EQ(listed("count"), 0);
  EXPECT_GT(listed("corrected"), 0.5 * listed("made_wrong"));
  driver.run("train.until 160");
  EXPECT_EQ(listed("step"), 160);
  driver.run("train.scrub 140");
  EXPECT_NE(failure("train.relabel 3 1").find("step 140 is over"), std::string::npos);
  driver.run("train.scrub 160");
  driver.run("train.relabel 3 out");
  driver.run("train.relabel 3 back");
  driver.run("train.labels \"\"");
  EXPECT_GT(listed("count"), 0);
}

TEST_F(MislabeledPictures, what_cannot_be_is_told) {
  EXPECT_NE(failure("train.relabel 1000 1").find("has no picture 1000"), std::string::npos);
  EXPECT_NE(failure("train.relabel 10 12").find("has no class 12"), std::string::npos);
  EXPECT_NE(failure("train.relabel 10 seven").find("\"seven\" is no class"), std::string::npos);
  EXPECT_NE(failure("train.labels 10").find("changes no label"), std::string::npos);
  EXPECT_EQ(driver.text("train.labels"), "");
  driver.run("train.tests.show mistakes");
  EXPECT_THROW(driver.number("train.mislabeled.count"), Error);
  // Another data set has other pictures.
  driver.run("train.relabel 10 3");
  driver.run("train.data digits:500");
  EXPECT_EQ(driver.text("train.labels"), "");
}

TEST_F(MislabeledPictures, are_kept_with_the_training_and_as_a_list) {
  driver.run("train.mislabeled.all out");
  driver.run("train.relabel 5 1");
  const std::string labels = driver.text("train.labels");
  EXPECT_GT(labels.size(), 40u);
  driver.run("train.labels.save " + quoted(folder / "labels.csv"));
  driver.run("train.save " + quoted(folder / "run.safetensors"));
  const std::vector<std::string> state =
      driver.app.registry().find_command("train.labels") ? driver.app.state() : std::vector<std::string>();
  EXPECT_NE(std::find(state.begin(), state.end(), "train.labels " + quoted(labels)), state.end());
  driver.run("train.labels \"\"");
  driver.run("train.labels.open " + quoted(folder / "labels.csv"));
  EXPECT_EQ(driver.text("train.labels"), labels);
  driver.run("train.reset");
  driver.run("train.discard yes");
  EXPECT_EQ(driver.text("train.labels"), labels);  // settings stay
  driver.run("train.usual");
  EXPECT_EQ(driver.text("train.labels"), "");
  driver.run("train.open " + quoted(folder / "run.safetensors"));
  EXPECT_EQ(driver.text("train.labels"), labels);
  EXPECT_EQ(driver.number("train.wrong_labels"), 0.1);
  EXPECT_EQ(driver.number("train.step"), 150);
}

TEST_F(MislabeledPictures, two_runs_differ_in_weights_and_answers) {
  driver.run("train.view compare");
  driver.run("train.compare wrong_labels 0");
  driver.run("train.compare.show weights");
  EXPECT_GT(driver.number("train.compare.weights.rms 0.weight"), 0);
  EXPECT_GE(driver.number("train.compare.weights.largest 0.weight"),
            driver.number("train.compare.weights.rms 0.weight"));
  EXPECT_LT(driver.number("train.compare.weights.cosine 0.weight"), 1);
  EXPECT_THROW(driver.number("train.compare.weights.rms 99.weight"), Error);
  driver.run("train.compare.show pictures");
  EXPECT_EQ(driver.number("train.compare.both_right") + driver.number("train.compare.this_right") +
                driver.number("train.compare.other_right") + driver.number("train.compare.both_wrong"),
            100);
  EXPECT_GE(driver.number("train.compare.different"),
            driver.number("train.compare.this_right") + driver.number("train.compare.other_right"));
  EXPECT_NEAR(driver.number("train.compare.test_accuracy"),
              (driver.number("train.compare.both_right") + driver.number("train.compare.other_right")) / 100, 1e-9);
  // At their start both runs are one.
  driver.run("train.compare.show weights");
  driver.run("train.scrub 0");
  EXPECT_EQ(driver.number("train.compare.weights.largest 0.weight"), 0);
  EXPECT_NEAR(driver.number("train.compare.weights.cosine 0.weight"), 1, 1e-12);
}

}  // namespace
}  // namespace striate
