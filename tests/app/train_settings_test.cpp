// The inspector's NETWORK and LEARNING, and the view `data`: controls send the page's commands, errors stand beside
// their control, counts and augmented pictures are what the engine makes.
#include "app/pages/train/train_settings.h"

#include <algorithm>
#include <filesystem>

#include "app/pages/train/data_view.h"
#include "engine/training/data/augment.h"
#include "tests/app/train_view_host.h"

namespace striate {
namespace {

class TrainSettingsTest : public testing::Test {
 protected:
  TrainSettingsTest() : settings(*host.scene) {
    settings.declare(host.registry);
    host.update = [this](double time) { return settings.update(time); };
    host.inspector = [this](Ui& ui, const TrainSnapshot& now) {
      settings.draw_network(ui, now);
      settings.draw_learning(ui, now);
    };
    host.size = {1280, 2400};  // everything is seen without scrolling
    host.settle();
  }
  TrainViewHost host;
  TrainSettings settings;
};

TEST_F(TrainSettingsTest, choices_send_the_pages_commands) {
  host.click("data");
  host.click("shapes, drawn here");
  EXPECT_EQ(host.log.back(), "train.data.choose shapes");
  EXPECT_EQ(host.config.data, "shapes");
  host.click("optimizer");
  host.click("SGD");
  EXPECT_EQ(host.log.back(), "train.optimizer sgd");
  host.click("model");
  host.click("lenet5");
  EXPECT_EQ(host.config.model, "lenet5");
  host.click("batch");
  host.click("32");
  EXPECT_EQ(host.config.batch, 32);
  host.click("split");
  host.click("60, 20, 20 %");
  EXPECT_EQ(host.config.split, "0.6,0.2,0.2");
  host.click("loss");
  host.click("mean squared error");
  EXPECT_EQ(host.config.loss, "mse");
  host.click("starting weights");
  host.click("He, normal");
  EXPECT_EQ(host.config.initializer, "he-normal");
  host.click("schedule");
  host.click("cosine");
  EXPECT_EQ(host.config.schedule.rfind("cosine ", 0), 0u) << host.config.schedule;
  host.click("seed more");
  EXPECT_EQ(host.config.seed, 2u);
  host.click("mirrored, every second time");
  EXPECT_EQ(host.config.augment, "flip");
  host.click("Edit");
  EXPECT_EQ(host.shown, "build");
  EXPECT_TRUE(host.failures.empty()) << host.failures[0];
}

TEST_F(TrainSettingsTest, parts_of_a_text_are_changed_one_by_one) {
  host.run("train.optimizer sgd");
  host.run("train.optimizer.set momentum 0.9");
  host.run("train.optimizer.set nesterov on");
  host.run("train.optimizer.set decay 0.0005");
  EXPECT_EQ(host.config.optimizer, "sgd momentum 0.9 nesterov decay 0.0005");
  host.run("train.optimizer.set momentum 0");
  EXPECT_EQ(host.config.optimizer, "sgd decay 0.0005") << "without momentum there is nothing to look ahead with";
  host.run("train.optimizer adamw");
  host.run("train.optimizer.set beta2 0.99");
  EXPECT_EQ(host.config.optimizer, "adamw beta2 0.99");
  host.run("train.schedule.choose step");
  host.run("train.schedule.set every 300");
  host.run("train.schedule.set factor 0.5");
  host.run("train.schedule.set warm-up 20");
  EXPECT_EQ(host.config.schedule, "warm-up 20 step 300 0.5");
  host.run("train.schedule.choose cosine");
  host.run("train.schedule.set steps 900");
  host.run("train.schedule.set least 0.1");
  EXPECT_EQ(host.config.schedule, "cosine 900 least 0.1");
  host.run("train.schedule.choose inverse");
  host.run("train.schedule.set steps 70");
  EXPECT_EQ(host.config.schedule, "inverse 70");
  host.run("train.schedule.choose usual");
  EXPECT_EQ(host.config.schedule, "");
  for (const char* way : {"shift 2", "rotate 10", "scale 0.1", "brightness 0.2", "contrast 0.3"}) {
    host.run(std::string("train.augment.set ") + way);
  }
  host.run("train.augment.set flip on");
  const Augmentation all = Augmentation::parse(host.config.augment);
  EXPECT_EQ(all, Augmentation::parse("shift 2 rotate 10 scale 0.1 brightness 0.2 contrast 0.3 flip"));
  host.run("train.augment.set shift 0");
  host.run("train.augment.set flip off");
  EXPECT_EQ(Augmentation::parse(host.config.augment),
            Augmentation::parse("rotate 10 scale 0.1 brightness 0.2 contrast 0.3"));
  host.run("train.data.size 5000");
  EXPECT_EQ(host.config.data, "digits:5000");
}

TEST_F(TrainSettingsTest, says_what_cannot_be_set) {
  const TrainingConfig before = host.config;
  EXPECT_EQ(host.failure("train.optimizer.set momentum 0.9"),
            "adam has no setting \"momentum\" / write train.optimizer with the settings that it has");
  EXPECT_NE(host.failure("train.optimizer.set decay much"), "");
  EXPECT_EQ(host.failure("train.schedule.set every 5"),
            "this schedule has no \"every\" / choose another with train.schedule.choose");
  EXPECT_NE(host.failure("train.augment.set rotate 400"), "");
  EXPECT_EQ(host.failure("train.augment.set flip twice"), "flip is on or off / write train.augment.set flip on");
  EXPECT_EQ(host.failure("train.data.choose mnist"), "mnist lies in a folder / write train.data mnist:DIR");
  EXPECT_EQ(host.failure("train.data.folder /tmp"),
            "digits is drawn by the program and needs no folder / choose mnist, cifar10 or folder first");
  EXPECT_EQ(host.config, before);
}

TEST_F(TrainSettingsTest, a_folder_that_is_none_is_told_beside_the_data) {
  host.run("train.data mnist:/there/is/no/such/folder");
  host.wait([&] { return !settings.busy(); });
  ASSERT_TRUE(settings.data().error());
  EXPECT_TRUE(host.shows("Choose folder"));
  EXPECT_EQ(host.failure("train.data.size 100"),
            "mnist has the pictures that it has / digits, letters, shapes and satellite can be drawn in any number");
  host.run("train.data.folder /nor/this");
  EXPECT_EQ(host.config.data, "mnist:/nor/this");
  host.run("train.data digits");
  EXPECT_FALSE(settings.data().error());
  EXPECT_EQ(settings.data().classes(), 10);
}

TEST_F(TrainSettingsTest, the_world_is_read_behind_and_has_the_tiles_that_it_has) {
  host.run("train.data.choose world");
  EXPECT_EQ(host.config.data, "world");
  host.run("train.data world:16:20");
  host.wait([&] { return !settings.busy(); });
  ASSERT_FALSE(settings.data().error());
  EXPECT_EQ(settings.data().classes(), 8);
  EXPECT_EQ(settings.data().data()->size(), 160);
  EXPECT_EQ(host.failure("train.data.size 100"),
            "world has the pictures that it has / digits, letters, shapes and satellite can be drawn in any number");
  EXPECT_EQ(host.failure("train.data.folder /tmp"),
            "world is part of the program and needs no folder / choose mnist, cifar10 or folder first");
  host.run("train.split.by region-reversed");
  EXPECT_EQ(host.config.split_by, "region-reversed");
}

TEST_F(TrainSettingsTest, an_error_stands_beside_the_control_that_it_concerns) {
  host.click("shares");
  host.key("Ctrl+A");
  host.type("0.5,0.9");
  host.key("Enter");
  ASSERT_EQ(host.failures.size(), 1u);
  EXPECT_TRUE(host.ui.shown_beside("train.split"));
  EXPECT_FALSE(host.ui.shown_beside("train.rate"));
  EXPECT_EQ(host.config.split, TrainingConfig().split);
}

TEST_F(TrainSettingsTest, is_drawn_with_and_without_a_run_in_every_setting) {
  host.snapshot = train_scene();
  host.settle();
  for (const char* line :
       {"train.model resnet20", "train.optimizer rmsprop", "train.optimizer sgd momentum 0.9", "train.optimizer adamw",
        "train.schedule.choose constant", "train.schedule.choose step", "train.schedule.choose cosine",
        "train.schedule.choose inverse", "train.data satellite", "train.layers conv 3 3x3 | relu",
        "train.augment shift 3 flip", "train.rate 0.05", "train.rate 0.00002"}) {
    host.run(line);
    for (const bool dark : {true, false}) host.dark = dark, host.settle();
  }
  host.presentation = true;
  host.settle();
}

// ------------------------------------------------------------------------------------------------------ the view
// `data`

class TrainData : public testing::Test {
 protected:
  TrainData() : view(*host.scene) {
    host.use(view);
    host.config.data = "digits:400";
    host.wait([&] { return !view.busy(); });
  }
  TrainViewHost host;
  DataView view;
};

TEST_F(TrainData, counts_are_those_of_the_split) {
  const std::unique_ptr<Dataset> data = open_dataset("digits:400");
  const Split parts = split(*data, SplitShares::parse(host.config.split), host.config.seed);
  for (int label = 0; label < 10; ++label) {
    const auto count = [&](const std::vector<int64_t>& list) {
      return static_cast<double>(
          std::count_if(list.begin(), list.end(), [&](int64_t i) { return data->label(i) == label; }));
    };
    EXPECT_EQ(host.number(fmt::format("train.data.count {} training", label)), count(parts.training));
    EXPECT_EQ(host.number(fmt::format("train.data.count {} validation", label)), count(parts.validation));
    EXPECT_EQ(host.number(fmt::format("train.data.count {} test", label)), count(parts.test));
  }
  host.run("train.split 0.5,0.25,0.25");
  host.wait([&] { return !view.busy(); });
  EXPECT_EQ(host.number("train.data.count 0 training"), 20);
}

TEST_F(TrainData, a_picture_is_chosen_by_a_click_and_shown_in_other_draws) {
  std::string first;
  for (const Item& item : host.ui.items()) {
    if (item.kind == "picture" && !item.visible.empty() && first.empty()) first = item.label;
  }
  ASSERT_NE(first, "");
  host.click(first);
  EXPECT_EQ(host.log, std::vector<std::string>{"train.data.sample " + first.substr(8)});
  EXPECT_FALSE(host.ui.find_item("Other draws")->enabled) << "nothing is drawn without augmentation";
  host.run("train.augment rotate 20");
  host.click("Other draws");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.data.draw 24"});
  host.click("Next picture");
  EXPECT_EQ(host.failure("train.data.sample 400"), "there is no picture number 400 / they go from 0 to 399");
  EXPECT_EQ(view.state().back(), "train.data.draw 24");
}

TEST_F(TrainData, is_drawn_in_every_size_and_for_every_data_set) {
  for (const Vec size : {Vec{1024, 700}, Vec{1280, 800}, Vec{1920, 1080}}) {
    host.size = size;
    for (const char* data : {"digits", "shapes", "satellite:80", "digits:300"}) {
      host.run(std::string("train.data ") + data);
      host.wait([&] { return !view.busy(); });
      host.run("train.augment shift 3 rotate 15 flip brightness 0.2");
      host.run("train.augment \"\"");
    }
  }
  host.run("train.data mnist:/no/such/folder");
  host.wait([&] { return !view.busy(); });
  host.presentation = true;
  host.settle();
}

TEST(DataTable, holds_the_first_pictures_of_each_class_and_refuses_a_split_that_does_not_fit) {
  const std::shared_ptr<const Dataset> data = open_dataset("digits:200");
  const auto table = make_data_table(data, "0.8,0.1,0.1", 1);
  ASSERT_EQ(table->samples.size(), 10u);
  for (size_t k = 0; k < 10; ++k) {
    EXPECT_EQ(table->counts[k][0] + table->counts[k][1] + table->counts[k][2], 20);
    for (const int64_t index : table->samples[k]) EXPECT_EQ(data->label(index), static_cast<int>(k));
    EXPECT_LE(table->samples[k].size(), 24u);
  }
  EXPECT_EQ(table->all()[0] + table->all()[1] + table->all()[2], 200);
  EXPECT_THROW(make_data_table(data, "0.8,0.8", 1), Error);
}

}  // namespace
}  // namespace striate
