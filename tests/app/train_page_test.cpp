// The page `train` with its thread: what it shows is what the engine computes alone, whatever was pressed when.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "app/cli/script_run.h"
#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/training/training_run.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

constexpr double kLong = 60;  // seconds that a condition is waited for

class TrainPage : public testing::Test {
 protected:
  void SetUp() override {
    driver.app.run("page train");
    driver.app.run("train.data digits:400");
    driver.app.run("train.batch 16");
    driver.settle();
  }
  // Frames until it holds.
  template <typename F>
  void wait(const F& holds) {
    const auto start = std::chrono::steady_clock::now();
    while (!holds()) {
      driver.frame();
      ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::duration<double>(kLong));
      std::this_thread::sleep_for(std::chrono::microseconds(200));  // between two looks, not for an outcome
    }
  }
  void wait_for_more(double steps) {
    double now = -1;
    wait([&] {
      try {
        now = driver.number("train.step");
        return true;
      } catch (const Error&) {
        return false;
      }
    });
    wait_for_step(now + steps);
  }
  void wait_for_step(double step) {
    wait([&] {
      try {
        return driver.number("train.step") >= step;
      } catch (const Error&) {
        return false;  // nothing to read yet
      }
    });
  }
  static TrainingConfig config() {
    TrainingConfig config;
    config.data = "digits:400";
    config.batch = 16;
    return config;
  }
  ShellDriver driver;
};

// All values that training computed. When the test part was measured is not of them: that goes by the clock.
std::string values_of(const std::string& file) {
  const SafeTensors saved = SafeTensors::read(file);
  std::string bytes;
  for (const SafeTensor& tensor : saved.tensors()) {
    if (tensor.name.size() > 12 && tensor.name.substr(tensor.name.size() - 12) == ".evaluations") continue;
    const auto* raw = reinterpret_cast<const char*>(saved.raw(tensor));
    bytes += tensor.name;
    bytes.append(raw, raw + tensor.bytes);
  }
  for (const char* key : {"step", "samples", "optimizer_steps", "counters", "rate", "schedule", "architecture"}) {
    bytes += saved.metadata().at(key);
  }
  return bytes;
}

// Not as one comparison of texts: a test that fails prints no megabytes.
bool same_values(const std::string& a, const std::string& b) { return values_of(a) == values_of(b); }

std::string file_in_temp(const std::string& name) { return test_path(name); }

TEST_F(TrainPage, starts_pauses_and_steps_by_clicks) {
  EXPECT_EQ(driver.text("train.status"), "empty");
  driver.click("Start");
  wait_for_step(10);
  EXPECT_EQ(driver.text("train.status"), "running");
  driver.click("Pause");
  EXPECT_EQ(driver.text("train.status"), "paused");
  const double step = driver.number("train.step");
  driver.click("Step");
  EXPECT_EQ(driver.number("train.step"), step + 1);
  driver.click("Phase");
  EXPECT_EQ(driver.text("train.phase"), "forward");
  EXPECT_EQ(driver.number("train.step"), step + 1);
  driver.run("train.step batch");
  EXPECT_EQ(driver.number("train.step"), step + 2);
  driver.run("train.step epoch");
  EXPECT_NEAR(driver.number("train.epoch"), std::ceil(driver.number("train.epoch") - 0.06), 0.06);
  driver.key("Space");
  wait([&] { return driver.text("train.status") == "running"; });
  driver.key("Space");
  EXPECT_EQ(driver.text("train.status"), "paused");
  EXPECT_EQ(driver.number("train.test_step"), driver.number("train.step"));
}

TEST_F(TrainPage, rows_of_the_inspector_stand_at_the_same_heights_running_and_paused) {
  driver.click("Start");
  wait_for_step(20);
  for (const char* view : {"overview", "layers", "data", "draw"}) {
    driver.app.run(std::string("train.view ") + view);
    // Where the controls below the rows stand: by label, in the inspector.
    const auto heights = [&] {
      std::map<std::string, float> found;
      for (const Item& item : driver.shell.ui().items()) {
        if (item.rect.x >= 1280 - 340) found[item.label] = item.rect.y;
      }
      return found;
    };
    if (driver.text("train.status") != "running") driver.app.run("train.start");
    wait_for_more(3);
    const std::map<std::string, float> running = heights();
    driver.app.run("train.pause");
    driver.settle();
    const std::map<std::string, float> paused = heights();
    EXPECT_GT(running.size(), 10U);
    for (const auto& [label, y] : running) {
      const auto same = paused.find(label);
      if (same == paused.end()) continue;
      EXPECT_EQ(same->second, y) << view << ": " << label;
    }
  }
}

TEST_F(TrainPage, exports_for_other_programs_are_buttons_that_take_no_files_place) {
  driver.app.run("train.until 3");
  driver.settle();
  TestFolder folder;
  const auto exists = [&](const char* name) { return std::filesystem::exists(folder / name); };
  driver.run("train.save " + (folder / "net.safetensors"));
  for (const auto& [button, command] : {std::pair{"Export ONNX", "train.export.onnx"},
                                        {"Export PyTorch", "train.export.pytorch"},
                                        {"Export Keras", "train.export.keras"},
                                        {"Export training", "train.export.training"}}) {
    EXPECT_NE(driver.shell.ui().find_item(button), nullptr) << button;
    EXPECT_TRUE(driver.app.registry().find_command(command) != nullptr);
  }
  driver.run("train.export.onnx " + (folder / "net.onnx"));
  EXPECT_TRUE(exists("net.onnx"));
  driver.run("train.export.pytorch " + (folder / "net-pytorch.py"));
  EXPECT_TRUE(exists("net-pytorch.py"));
  EXPECT_TRUE(exists("net-pytorch.safetensors"));
  driver.run("train.export.keras " + (folder / "net-keras.py"));
  EXPECT_TRUE(exists("net-keras.py"));
  driver.run("train.export.training " + (folder / "project"));
  EXPECT_TRUE(exists("project/train.py"));
  EXPECT_TRUE(exists("project/start.safetensors"));
  driver.run("train.export.training " + (folder / "for keras keras"));
  EXPECT_TRUE(exists("for keras/train.py"));
  EXPECT_THROW(driver.app.run("train.export.training " + (folder / "project")), Error);
  // Its own output again is no harm; the saved training is.
  driver.run("train.export.pytorch " + (folder / "net-pytorch.py"));
  const std::string saved = values_of(folder / "net.safetensors");
  EXPECT_THROW(driver.app.run("train.export.pytorch " + (folder / "net.py")), Error);
  EXPECT_FALSE(exists("net.py"));
  EXPECT_EQ(values_of(folder / "net.safetensors"), saved);
}

TEST_F(TrainPage, shows_the_numbers_of_the_engine_alone_at_any_step) {
  Stream stream;
  const TrainingConfig config = this->config();
  TrainingRun alone(stream, config, open_run_data(config));
  Evaluator evaluator(stream, alone.architecture(), 64);
  driver.app.run("train.start");
  wait_for_step(40);
  driver.run("train.pause");
  driver.run("train.until " + to_text(std::max(60.0, driver.number("train.step"))));
  const int64_t newest = static_cast<int64_t>(driver.number("train.newest"));
  while (alone.step() < newest) alone.advance_step();
  driver.run("train.view unit");
  driver.run("train.unit.open 0 0");
  std::mt19937 random(7);
  for (int i = 0; i < 8; ++i) {
    const int64_t step = static_cast<int64_t>(random() % static_cast<uint32_t>(newest)) + 1;
    driver.run(fmt::format("train.scrub {}", step));
    alone.go_to(step);
    EXPECT_EQ(driver.number("train.step"), static_cast<double>(step));
    EXPECT_EQ(driver.number("train.loss"), static_cast<double>(alone.scalars().loss));
    EXPECT_EQ(driver.number("train.accuracy"), static_cast<double>(alone.scalars().accuracy));
    EXPECT_EQ(driver.number("train.rate.now"), static_cast<double>(alone.scalars().rate));
    EXPECT_EQ(driver.number("train.epoch"), alone.trainer().epoch());
    // A cell of a kernel, as the page shows it: its weight and its gradient.
    const auto filter = static_cast<int64_t>(random() % 8), row = static_cast<int64_t>(random() % 3),
               column = static_cast<int64_t>(random() % 3);
    driver.run(fmt::format("train.unit.open 0 {}", filter));
    driver.run(fmt::format("train.unit.weight {} {}", column, row));
    const int64_t cell = (filter * 3 + row) * 3 + column;
    EXPECT_EQ(driver.text("train.unit.weight.name"), fmt::format("0.weight {}", cell));
    EXPECT_EQ(driver.number("train.unit.weight.value"), static_cast<double>(alone.weight("0.weight", cell)));
    const NamedTensor* gradient = alone.network().find(TensorKind::weight_gradient, "0.weight");
    ASSERT_NE(gradient, nullptr);
    EXPECT_EQ(driver.number("train.unit.weight.gradient"),
              static_cast<double>(alone.network().read_tensor(stream, *gradient)[static_cast<size_t>(cell)]));
    const Evaluation test =
        evaluator.evaluate(stream, alone.network(), *alone.data(), alone.test_indices(), alone.normalization());
    EXPECT_EQ(driver.number("train.test_step"), static_cast<double>(step));
    EXPECT_EQ(driver.number("train.test_accuracy"), test.accuracy());
    EXPECT_EQ(driver.number("train.test_loss"), test.loss);
  }
}

TEST_F(TrainPage, asks_before_training_is_thrown_away) {
  driver.run("train.until 5");
  driver.run("train.seed 9");
  driver.run("train.start");
  EXPECT_NE(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.step"), 5);
  driver.click("Keep");
  EXPECT_EQ(driver.text("train.question"), "");
  driver.run("undo");
  driver.run("train.until 6");
  EXPECT_EQ(driver.number("train.step"), 6);
  driver.run("quit");
  EXPECT_FALSE(driver.app.wants_to_quit());
  EXPECT_NE(driver.text("train.question"), "");
  driver.run("train.discard no");
  const std::string file = file_in_temp("asks.safetensors");
  driver.run("train.save " + file);
  driver.run("train.seed 9");
  driver.run("train.until 3");
  EXPECT_EQ(driver.text("train.question"), "");
  EXPECT_EQ(driver.number("train.step"), 3);
  driver.run("quit");
  driver.click("Throw away");
  wait([&] { return driver.app.wants_to_quit(); });
  std::filesystem::remove(file);
}

TEST_F(TrainPage, a_mistake_is_told_and_training_goes_on) {
  driver.run("train.until 4");
  EXPECT_THROW(driver.app.run("train.edit 0.weight"), Error);
  EXPECT_THROW(driver.app.run("train.model tinny"), Error);
  EXPECT_THROW(driver.app.run("train.data digitz"), Error);
  EXPECT_THROW(driver.app.run("train.open /nowhere.safetensors"), Error);
  driver.run("train.edit 9.weight 0 1");
  ASSERT_FALSE(driver.app.notices().empty());
  EXPECT_NE(driver.app.notices().back().what.find("9.weight"), std::string::npos);
  driver.run("train.scrub 2");
  EXPECT_THROW(driver.app.run("train.rate 0.5"), Error);
  driver.run("train.data folder:/nowhere/at/all");
  driver.run("train.start");
  driver.run("train.discard yes");
  EXPECT_NE(driver.app.notices().back().what.find("/nowhere"), std::string::npos);
  EXPECT_EQ(driver.number("train.step"), 2);  // the run that was there is there
}

TEST_F(TrainPage, a_loss_that_is_no_number_pauses_and_says_why) {
  driver.run("train.optimizer sgd");
  driver.run("train.rate 1e5");
  driver.run("train.until 50");
  EXPECT_EQ(driver.text("train.status"), "failed");
  EXPECT_NE(driver.text("train.error"), "");
  const double step = driver.number("train.step");
  driver.run("train.scrub 0");
  driver.run("train.branch");
  driver.run("train.rate 0.01");
  driver.run("train.until 50");
  EXPECT_LT(step, 50);
  EXPECT_EQ(driver.number("train.step"), 50);
  EXPECT_EQ(driver.text("train.status"), "paused");
}

TEST_F(TrainPage, edits_of_weights_and_settings_are_undone) {
  driver.run("train.until 3");
  const std::string trained = file_in_temp("trained.safetensors"), again = file_in_temp("again.safetensors");
  driver.run("train.save " + trained);
  driver.run("train.edit 0.weight 4 0.25");
  driver.run("undo");
  driver.run("train.save " + again);
  EXPECT_TRUE(same_values(trained, again));
  driver.run("redo");
  driver.run("train.save " + again);
  EXPECT_FALSE(same_values(trained, again));
  driver.run("train.restore 0.weight 4");
  driver.run("train.save " + again);
  EXPECT_TRUE(same_values(trained, again));
  std::filesystem::remove(trained);
  std::filesystem::remove(again);
}

TEST_F(TrainPage, a_recorded_session_gives_the_same_weights) {
  const std::string script = file_in_temp("session.striate"), mine = file_in_temp("mine.safetensors"),
                    again = file_in_temp("again.safetensors");
  driver.run("train.until 7");
  driver.run("record " + script);
  driver.app.run("train.start");
  wait_for_step(30);
  driver.app.run("train.rate 0.004");
  wait_for_more(10);
  driver.app.run("train.edit 0.weight 3 0.5");
  wait_for_more(5);
  driver.run("train.pause");
  driver.run("train.scrub 12");
  driver.run("train.step phase");
  driver.run("train.step phase");
  driver.app.run("train.start");
  wait_for_step(20);
  driver.run("train.pause");
  driver.run("train.scrub 15");
  driver.run("train.branch");
  driver.run("train.step batch");
  driver.run("train.branch.open 1");
  driver.run("train.branch.open 2");
  driver.app.run("train.speed batches 300");
  driver.app.run("train.start");
  wait_for_step(25);
  driver.app.run("train.schedule constant");
  wait_for_step(30);
  driver.run("train.step batch");
  driver.run("record.stop");
  driver.run("train.save " + mine);
  {
    App app(Device::cpu(), settings_for_scripts());
    Script lines = read_script(script);
    lines.actions.push_back(command_action("train.save " + again));
    ScriptRun options;
    options.out_folder = std::filesystem::path(again).parent_path().string();
    run_script(app, lines, options);
  }
  EXPECT_TRUE(same_values(mine, again));
  for (const std::string& file : {script, mine, again}) std::filesystem::remove(file);
}

TEST_F(TrainPage, a_saved_training_is_opened_and_gone_on_with) {
  const std::string file = file_in_temp("half.safetensors"), whole = file_in_temp("whole.safetensors"),
                    again = file_in_temp("again.safetensors");
  driver.run("train.until 8");
  driver.run("train.save " + file);
  driver.run("train.until 12");
  driver.run("train.save " + whole);
  driver.run("train.reset");
  EXPECT_EQ(driver.text("train.question"), "");
  driver.run("train.batch 99");
  driver.run("train.open " + file);
  EXPECT_EQ(driver.number("train.step"), 8);
  driver.run("train.until 12");
  driver.run("train.save " + again);
  EXPECT_TRUE(same_values(whole, again));
  for (const std::string& each : {file, whole, again}) std::filesystem::remove(each);
}

TEST_F(TrainPage, training_of_a_program_that_crashed_is_offered_again) {
  const std::string folder = file_in_temp("state");
  std::filesystem::create_directories(folder);
  driver.run("train.until 6");
  const std::string lost = folder + "/training-999999999.safetensors";  // no process has this number
  driver.run("train.save " + lost);
  ShellDriver next;
  next.app.document().state_folder = folder;
  next.run("page train");
  next.click("Recover");
  EXPECT_EQ(next.number("train.step"), 6);
  EXPECT_FALSE(std::filesystem::exists(lost));
  next.run("quit");
  EXPECT_FALSE(next.app.wants_to_quit());  // it is in no file any more
  EXPECT_THROW(next.app.run("train.recover yes"), Error);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace striate
