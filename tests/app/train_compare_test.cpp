// The view `compare`: settings by name, numbers of both runs, drawn in every state.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "app/pages/train/compare_view.h"
#include "app/shell/app.h"
#include "app/widgets/ui.h"
#include "tests/app/page_driver.h"
#include "tests/app/train_scene.h"

namespace striate {
namespace {

TrainSnapshotPtr two_runs(const TrainSnapshotPtr& a, const TrainSnapshotPtr& b, const std::string& change) {
  auto now = std::make_shared<TrainSnapshot>(*a);
  now->other = b;
  now->other_change = change;
  return now;
}

std::string failure(const std::string& name, const std::string& value) {
  try {
    config_with({}, name, value);
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "";
}

TEST(CompareView, one_setting_is_changed_and_nothing_else) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"rate", "0.25"},       {"optimizer", "sgd momentum 0.9"}, {"schedule", "constant"},   {"batch", "7"},
      {"model", "mlp"},       {"layers", "flatten | dense 10"},  {"augment", "shift 2"},     {"data", "digits:500"},
      {"loss", "mse"},        {"initializer", "he-normal"},      {"split", "0.5,0.25,0.25"}, {"seed", "12"},
      {"l1", "0.001"},        {"label_smoothing", "0.1"},        {"clip_norm", "1"},         {"wrong_labels", "0.2"},
      {"labels", "3=1 8=out"}};
  EXPECT_EQ(changes.size(), config_settings().size());
  for (const auto& [name, value] : changes) {
    const TrainingConfig changed = config_with({}, name, value);
    EXPECT_NE(changed, TrainingConfig()) << name;
    // Set back, it is the usual one again.
    TrainingConfig back = changed;
    const TrainingConfig usual;
    int different = 0;
    different += back.rate != usual.rate;
    different += back.optimizer != usual.optimizer;
    different += back.schedule != usual.schedule;
    different += back.batch != usual.batch;
    different += back.model != usual.model;
    different += back.augment != usual.augment;
    different += back.data != usual.data;
    different += back.loss != usual.loss;
    different += back.initializer != usual.initializer;
    different += back.split != usual.split;
    different += back.seed != usual.seed;
    different += back.l1 != usual.l1;
    different += back.label_smoothing != usual.label_smoothing;
    different += back.clip_norm != usual.clip_norm;
    different += back.wrong_labels != usual.wrong_labels;
    different += back.labels != usual.labels;
    EXPECT_EQ(different, 1) << name;
  }
}

TEST(CompareView, what_is_no_setting_says_so) {
  EXPECT_EQ(failure("rat", "0.1"), "\"rat\" is nothing that a run begins with / did you mean \"rate\"?");
  EXPECT_NE(failure("color", "1").find("one of rate, optimizer"), std::string::npos);
  EXPECT_NE(failure("rate", "fast").find("\"fast\" is not possible / a number, 0 or more"), std::string::npos);
  EXPECT_NE(failure("rate", "-1").find("is not possible"), std::string::npos);
  EXPECT_NE(failure("batch", "0").find("from 1 to 4096"), std::string::npos);
  EXPECT_NE(failure("seed", "1.5").find("a whole number"), std::string::npos);
  EXPECT_NE(failure("seed", "1").find("nothing would be different"), std::string::npos);
  EXPECT_NE(failure("model", "lenet"), "");
  EXPECT_NE(failure("optimizer", "sdg"), "");
  EXPECT_NE(failure("augment", "shft 2"), "");
}

TEST(CompareView, numbers_say_which_run_is_better) {
  const TrainSnapshotPtr a = train_scene(), b = train_scene({.steps = 20});
  const std::vector<ComparedNumber> numbers = compare_numbers(*two_runs(a, b, "rate 0.1"));
  ASSERT_EQ(numbers.size(), 4u);
  EXPECT_EQ(numbers[0].name, "accuracy, test part");
  EXPECT_EQ(numbers[0].a, a->test->evaluation.accuracy());
  EXPECT_EQ(numbers[0].b, b->test->evaluation.accuracy());
  EXPECT_EQ(numbers[1].name, "loss, test part");
  EXPECT_EQ(numbers[1].better(), numbers[1].a < numbers[1].b ? -1 : 1);
  EXPECT_EQ(numbers[2].name, "accuracy, training batch");
  EXPECT_EQ((ComparedNumber{"accuracy", 0.5, 0.7, true, true}).better(), 1);
  EXPECT_EQ((ComparedNumber{"loss", 0.5, 0.7, false, false}).better(), -1);
  EXPECT_EQ((ComparedNumber{"loss", 0.5, 0.5, false, false}).better(), 0);
  EXPECT_EQ((ComparedNumber{"loss", 0.5, std::nan(""), false, false}).better(), 0);
  EXPECT_TRUE(compare_numbers(*a).empty());
}

class CompareDriver {
 public:
  explicit CompareDriver(TrainSnapshotPtr start) : now(std::move(start)), app(Device::cpu()), ui(registry, textures) {
    TrainScene scene{PageContext{app.document(), [] {}},
                     [this] { return now; },
                     [this]() -> const TrainingConfig& { return config; },
                     [](const ProbePicture&) {},
                     [this](const TrainScene::ChangeConfig& change, const std::string& what) {
                       begun = change(*now->config);
                       said = what;
                     },
                     [this] { said = "off"; }};
    view = make_compare_view(scene);
    view->declare(registry);
    registry.add(Command{"train.scrub", "", {Parameter::integer("STEP", "", 0, 1e9)}, [](const Arguments&) {}});
    frame();
  }
  void frame() {
    clock += 1.0 / 60;
    for (const std::string& line : std::exchange(sent, {})) registry.run(line);
    view->update(clock);
    Ui::Frame f;
    f.input = hands.next();
    f.size = size;
    f.now = clock;
    f.dark = dark;
    f.motion = false;
    ui.begin_frame(f);
    view->draw_stage(ui, {0, 0, size.x - 340, size.y}, *now);
    ui.begin_panel("inspector", {size.x - 340, 0, 340, size.y});
    view->draw_inspector(ui, *now);
    ui.end_panel();
    ui.end_frame();
    EXPECT_TRUE(ui.conflicts().empty()) << ui.conflicts().front();
    sent = ui.take_commands();
    view->drawn(ui.drawn());
  }
  void settle() {
    for (int i = 0; i < 4 || !hands.empty() || !sent.empty(); ++i) frame();
  }
  void click(const std::string& label) {
    const Item* item = ui.find_item(label);
    ASSERT_NE(item, nullptr) << label;
    hands.move(item->rect.center());
    hands.button(0, true);
    hands.button(0, false);
    settle();
  }

  TrainSnapshotPtr now;
  TrainingConfig config, begun;
  std::string said;
  NoTextures textures;
  Registry registry;
  App app;
  Ui ui;
  std::unique_ptr<TrainView> view;
  InputQueue hands;
  Vec size{1280, 700};
  bool dark = true;
  double clock = 0;
  std::vector<std::string> sent;
};

TEST(CompareView, a_click_begins_the_second_run_with_one_thing_changed) {
  CompareDriver driver(train_scene());
  driver.config = *driver.now->config;
  driver.click("A tenth of the rate");
  EXPECT_EQ(driver.said, "rate 0.0003");
  driver.click("Ten times the rate");
  EXPECT_EQ(driver.said, "rate 0.03");
  EXPECT_EQ(driver.begun.rate, 0.03);
  driver.click("Another seed");
  EXPECT_EQ(driver.said, "seed 2");
  EXPECT_EQ(driver.begun.seed, 2u);
  driver.registry.run("train.compare optimizer sgd momentum 0.9");
  EXPECT_EQ(driver.said, "optimizer sgd momentum 0.9");
  EXPECT_EQ(driver.begun.optimizer, "sgd momentum 0.9");
  EXPECT_EQ(driver.begun.seed, 1u);
  driver.registry.run("train.compare augment \"\"");
  EXPECT_EQ(driver.begun.augment, "");
  EXPECT_THROW(driver.registry.run("train.compare rate"), Error);
  EXPECT_THROW(driver.registry.read("train.compare.loss"), Error);
  driver.now = two_runs(train_scene(), train_scene({.seed = 2}), "seed 2");
  driver.settle();
  EXPECT_EQ(std::get<double>(driver.registry.read("train.compare.loss")), static_cast<double>(driver.now->other->loss));
  EXPECT_EQ(std::get<double>(driver.registry.read("train.compare.test_accuracy")),
            driver.now->other->test->evaluation.accuracy());
  EXPECT_EQ(std::get<std::string>(driver.registry.read("train.compare.change")), "seed 2");
  driver.click("End the comparison");
  EXPECT_EQ(driver.said, "off");
}

TEST(CompareView, is_drawn_in_every_state_and_size) {
  const TrainSnapshotPtr a = train_scene();
  for (const TrainSnapshotPtr& start :
       {a, empty_scene(), preparing_scene(), two_runs(a, train_scene({.seed = 2}), "seed 2"),
        two_runs(a, train_scene({.model = "mlp"}), "model mlp"), two_runs(a, empty_scene(), "data digits:500"),
        two_runs(train_scene({.data = "shapes:120", .steps = 2, .augment = ""}),
                 train_scene({.data = "shapes:120", .steps = 2, .seed = 2, .augment = ""}), "seed 2")}) {
    for (const Vec size : {Vec{1024, 560}, Vec{800, 300}, Vec{1280, 680}, Vec{1920, 960}}) {
      CompareDriver driver(start);
      driver.size = size;
      for (const bool dark : {true, false}) {
        driver.dark = dark;
        driver.settle();
        for (const Item& item : driver.ui.items()) {
          if (item.rect.x >= size.x - 340) continue;
          EXPECT_LE(item.rect.right(), size.x - 340 + 0.5f) << item.label;
          EXPECT_LE(item.rect.bottom(), size.y + 0.5f) << item.label;
        }
        if (const Item* item = driver.ui.find_item("weights, this run")) {
          driver.hands.move({item->rect.x + 5, item->rect.y + 5});
          driver.settle();
        }
      }
    }
  }
}

}  // namespace
}  // namespace striate
