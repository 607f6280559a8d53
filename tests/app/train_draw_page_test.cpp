// Drawing and comparing on the page `train`, with its thread: what is shown is what the engine computes alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/drawing/prepare_input.h"
#include "engine/error.h"
#include "engine/training/training_run.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

class TrainDrawPage : public testing::Test {
 protected:
  void SetUp() override {
    driver.app.run("page train");
    driver.app.run("train.data digits:400");
    driver.app.run("train.batch 16");
    config.data = "digits:400";
    config.batch = 16;
    driver.settle();
  }
  std::string error_of(const std::string& readout) {
    try {
      driver.app.registry().read(readout);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void expect_no_errors() {
    for (const Notice& notice : driver.app.notices()) EXPECT_FALSE(notice.error) << notice.what;
  }
  ShellDriver driver;
  TrainingConfig config;
  Stream stream;
};

// The largest class probability that a run's network gives the picture.
double answer_alone(TrainingRun& run, std::vector<float> pixels) {
  Evaluator evaluator(run.stream(), run.architecture(), 1);
  run.normalization().apply(run.data()->shape(), pixels.data());
  const std::vector<float> p = evaluator.probabilities(run.stream(), run.network(), pixels);
  return static_cast<double>(*std::max_element(p.begin(), p.end()));
}

TEST_F(TrainDrawPage, the_answer_is_the_engine_s_at_every_step_that_is_shown) {
  TrainingRun alone(stream, config, open_run_data(config));
  Drawing drawing;
  drawing.add({{70, 60}, {210, 60}, {120, 230}}, kPenWidth);
  const std::vector<float> pixels = prepare_drawing(drawing, Shape{1, 28, 28}, true).pixels;
  driver.run("train.view draw");
  driver.run("train.draw 70 60 210 60 120 230");
  EXPECT_EQ(error_of("train.draw.class"), "there is no network yet");
  driver.run("train.until 40");
  while (alone.step() < 40) alone.advance_step();
  EXPECT_EQ(driver.number("train.draw.probability"), answer_alone(alone, pixels));
  for (const int step : {7, 0, 33}) {
    driver.run("train.scrub " + std::to_string(step));
    alone.go_to(step);
    EXPECT_EQ(driver.number("train.draw.probability"), answer_alone(alone, pixels)) << step;
  }
  // Another stroke, and the answer to it.
  driver.run("train.draw 90 150 180 150");
  drawing.add({{90, 150}, {180, 150}}, kPenWidth);
  EXPECT_EQ(driver.number("train.draw.probability"),
            answer_alone(alone, prepare_drawing(drawing, Shape{1, 28, 28}, true).pixels));
  expect_no_errors();
}

TEST_F(TrainDrawPage, it_answers_while_it_trains) {
  driver.run("train.view draw");
  driver.app.run("train.start");
  std::vector<double> answers;
  const auto start = std::chrono::steady_clock::now();
  driver.app.run("train.draw 70 60 210 60");
  bool more = false;
  while (answers.size() < 12) {
    driver.frame();
    ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
    if (!error_of("train.draw.probability").empty()) continue;
    const double p = driver.number("train.draw.probability");
    if (answers.empty() || answers.back() != p) answers.push_back(p);  // the network has learned since
    if (answers.size() == 6 && !more) {
      more = true;
      driver.app.run("train.draw 210 60 120 230");
    }
  }
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  driver.run("train.pause");
  expect_no_errors();
}

TEST_F(TrainDrawPage, a_second_run_is_the_one_that_its_config_gives_alone) {
  TrainingConfig changed = config;
  changed.rate = 0.01;
  TrainingRun alone(stream, changed, open_run_data(changed));
  driver.run("train.view compare");
  EXPECT_EQ(error_of("train.compare.loss"), "there is no second run");
  driver.run("train.until 30");
  driver.run("train.compare rate 0.01");
  while (alone.step() < 30) alone.advance_step();
  EXPECT_EQ(driver.text("train.compare.change"), "rate 0.01");
  EXPECT_EQ(driver.number("train.compare.step"), 30);
  EXPECT_EQ(driver.number("train.compare.loss"), static_cast<double>(alone.scalars().loss));
  EXPECT_NE(driver.number("train.compare.loss"), driver.number("train.loss"));
  Evaluator evaluator(stream, alone.architecture(), 64);
  const Evaluation test =
      evaluator.evaluate(stream, alone.network(), *alone.data(), alone.test_indices(), alone.normalization());
  EXPECT_EQ(driver.number("train.compare.test_step"), 30);
  EXPECT_EQ(driver.number("train.compare.test_accuracy"), test.accuracy());
  // Both go on and back together.
  driver.run("train.until 45");
  while (alone.step() < 45) alone.advance_step();
  EXPECT_EQ(driver.number("train.compare.loss"), static_cast<double>(alone.scalars().loss));
  driver.run("train.scrub 12");
  alone.go_to(12);
  EXPECT_EQ(driver.number("train.compare.step"), 12);
  EXPECT_EQ(driver.number("train.compare.loss"), static_cast<double>(alone.scalars().loss));
  driver.run("train.compare off");
  EXPECT_EQ(error_of("train.compare.loss"), "there is no second run");
  expect_no_errors();
}

TEST_F(TrainDrawPage, a_second_run_that_fails_stands_there_and_the_first_goes_on) {
  driver.run("train.view compare");
  driver.run("train.layers conv 4 3x3 | leakyrelu | flatten | dense 10");
  driver.run("train.optimizer sgd");
  driver.run("train.rate 0.01");
  driver.run("train.until 40");
  const double loss = driver.number("train.loss");
  driver.run("train.compare rate 1000");
  EXPECT_NE(driver.text("train.compare.error").find("loss is "), std::string::npos);
  const double stopped = driver.number("train.compare.step");
  EXPECT_LT(stopped, 40);
  EXPECT_EQ(driver.text("train.error"), "");
  EXPECT_EQ(driver.text("train.status"), "paused");
  EXPECT_EQ(driver.number("train.loss"), loss);
  driver.run("train.until 50");
  EXPECT_EQ(driver.number("train.step"), 50);
  EXPECT_EQ(driver.number("train.compare.step"), stopped);
  EXPECT_EQ(driver.number("train.compare.test_step"), stopped);
  // Both are there at every step that both did.
  if (stopped > 0) {
    driver.run("train.scrub 0");
    EXPECT_EQ(driver.number("train.compare.step"), 0);
    driver.run("train.scrub 50");
    EXPECT_EQ(driver.number("train.compare.step"), stopped);
  }
  EXPECT_EQ(driver.text("train.compare.change"), "rate 1000");
}

}  // namespace
}  // namespace striate
