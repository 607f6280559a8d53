// Every command of the page `train` that takes one value is a setting, declared once, with all that comes of it: a
// readout, a line in state(), a default to go back to. Those that are not are named below with the reason. And what
// undo does on this page: one control's drag is one edit, two controls are two, looking around is none.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/unit_view.h"
#include "engine/error.h"
#include "tests/app/page_driver.h"
#include "tests/app/train_view_host.h"

namespace striate {
namespace {

// They do something; none is a value that stays.
const std::map<std::string, std::string> kActions = {
    {"train.step", "trains a step"},
    {"train.scrub", "goes to an earlier step; train.step reads which"},
    {"train.probe", "hands a picture to the run; train.probe.name reads which"},
    {"train.open", "opens a file"},
    {"train.save", "writes a file"},
    {"train.export", "writes a file"},
    {"train.export.onnx", "writes a file"},
    {"train.export.pytorch", "writes a file"},
    {"train.export.training", "writes a file"},
    {"train.export.keras", "writes a file"},
    {"train.layers.open", "opens a file"},
    {"train.layers.save", "writes a file"},
    {"train.labels.open", "opens a file"},
    {"train.labels.save", "writes a file"},
    {"train.mislabeled.all", "changes the labels of all that are listed; train.labels reads them"},
    {"train.recover", "answers a question"},
    {"train.discard", "answers a question"},
    {"train.branch.open", "goes to another branch; train.branch.number reads which"},
    {"train.compare", "begins a second run, or ends it; train.compare.change reads what is different"},
    {"train.draw", "adds a stroke, or takes one away"},
    {"train.edits", "writes weights of the run"},
    {"train.build.remove", "takes a layer out"},
    {"train.build.text", "writes train.layers, or the draft"},
    {"train.build.draft", "what is being built: a work, not a control; an empty draft is another thing than none"},
};

// Settings without a line in state(), and what says them there.
const std::map<std::string, std::string> kSaidBy = {
    {"train.model", "train.model or train.layers, whichever it is"},
    {"train.layers", "train.model or train.layers, whichever it is"},
    {"train.data.choose", "train.data"},
    {"train.data.folder", "train.data"},
    {"train.data.size", "train.data"},
    {"train.schedule.choose", "train.schedule"},
    {"train.build.menu", "nothing: it closes with the layer that is added"},
};

std::vector<const Setting*> settings_of_train(const Registry& registry) {
  std::vector<const Setting*> list;
  for (const auto& [name, command] : registry.commands()) {
    const Setting* setting = name.starts_with("train.") ? registry.find_setting(name) : nullptr;
    if (setting != nullptr) list.push_back(setting);
  }
  return list;
}

// Another value than the present one that is legal before anything is trained; none of texts.
std::optional<ReadoutValue> another(const Setting& setting) {
  const Parameter& parameter = setting.parameter;
  if (parameter.kind == ParameterKind::choice) {
    for (const std::string& word : parameter.choices) {
      // A cell's pictures want a cell, a data set of files a folder, a region a data set that has some.
      if (word == "cell" || word == "region" || word == "mnist" || word == "cifar10" || word == "folder") continue;
      if (ReadoutValue(word) != setting.value()) return word;
    }
  } else if (parameter.kind == ParameterKind::integer || parameter.kind == ParameterKind::number) {
    for (const double value : {parameter.minimum, parameter.minimum + 1}) {
      if (ReadoutValue(value) != setting.value()) return value;
    }
  }
  return std::nullopt;
}

TEST(TrainOneValue, every_command_with_one_value_is_a_setting_or_is_named_as_none) {
  App app(Device::cpu());
  app.run("page train");
  const Registry& registry = app.registry();
  int settings = 0;
  for (const auto& [name, command] : registry.commands()) {
    if (!name.starts_with("train.") || command.parameters.size() != 1) continue;
    const bool action = kActions.contains(name);
    EXPECT_EQ(registry.find_setting(name) == nullptr, action)
        << name << (action ? " is a setting and named as none" : " takes one value and is declared by hand");
    settings += action ? 0 : 1;
  }
  EXPECT_GE(settings, 52);
  for (const auto& [name, why] : kActions) EXPECT_NE(registry.find_command(name), nullptr) << name << ": " << why;
}

TEST(TrainOneValue, each_has_a_readout_a_line_of_state_and_a_default_that_it_goes_back_to) {
  App app(Device::cpu());
  app.run("page train");
  const Registry& registry = app.registry();
  const std::vector<std::string> state = app.page().state();
  for (const Setting* setting : settings_of_train(registry)) {
    const std::string& name = setting->name;
    EXPECT_NE(registry.find_readout(setting->readout.empty() ? name : setting->readout), nullptr) << name;
    EXPECT_FALSE(setting->help.empty()) << name;
    EXPECT_FALSE(setting_range(*setting).empty()) << name;
    EXPECT_EQ(setting->value(), setting->initial) << name << " does not begin with its default";
    const bool said =
        std::any_of(state.begin(), state.end(), [&](const std::string& line) { return line == setting->line(); });
    EXPECT_TRUE(said || !setting->kept) << name << " has no line in state()";
    EXPECT_EQ(setting->kept, !kSaidBy.contains(name)) << name << " is not kept, and nobody says why";
    const std::optional<ReadoutValue> other = another(*setting);
    if (!other) continue;
    ASSERT_NO_THROW(app.run(setting->line(*other))) << setting->line(*other);
    EXPECT_EQ(setting->value(), *other) << name;
    EXPECT_NO_THROW(app.run(setting->line(setting->initial))) << name;
    EXPECT_EQ(setting->value(), setting->initial) << name << " does not go back";
  }
  for (const auto& [name, by] : kSaidBy) EXPECT_NE(registry.find_setting(name), nullptr) << name << ": " << by;
}

TEST(TrainOneValue, a_saved_state_brings_all_of_them_back) {
  App app(Device::cpu());
  app.run("page train");
  for (const char* line : {"train.curves.window 5 20", "train.unit.cursor 2 1", "train.step.cell 3 4",
                           "train.build.select 1", "train.data.sample 3", "train.layers flatten | dense 10",
                           "train.tests.cell 4 9", "train.draw 70 60 210 60", "train.unit.walk 3"}) {
    ASSERT_NO_THROW(app.run(line)) << line;
  }
  const std::vector<std::string> state = app.page().state();
  for (const Setting* setting : settings_of_train(app.registry())) {
    const std::optional<ReadoutValue> other = setting->kept ? another(*setting) : std::nullopt;
    if (!other) continue;
    EXPECT_NO_THROW(app.run(setting->line(*other))) << setting->line(*other);
  }
  for (const char* line : {"train.unit.cursor 0 0", "train.step.cell 0 0", "train.curves.window all",
                           "train.data.sample", "train.build.select", "train.draw clear"}) {
    ASSERT_NO_THROW(app.run(line)) << line;
  }
  EXPECT_NE(app.page().state(), state);
  for (const std::string& line : state) ASSERT_NO_THROW(app.run(line)) << line;
  EXPECT_EQ(app.page().state(), state);
}

// Lines as sessions and lessons of before have them.
TEST(TrainOneValue, lines_of_older_files_say_the_same) {
  App app(Device::cpu());
  app.run("page train");
  const std::map<std::string, std::string> lines = {
      {"train.curves.window 5 20", "5 20"},
      {"train.curves.window all", "all"},
      {"train.curves.log on", "on"},
      {"train.compare.window 1 2.5", "1 2.5"},
      {"train.compare.what seed", "seed"},
      {"train.layers.scale map", "map"},
      {"train.data.sample 3", "3"},
      {"train.data.draw 24", "24"},
      {"train.view unit", "unit"},
      {"train.tests.show batch", "batch"},
      {"train.draw.width 24.5", "24.5"},
      {"train.build.select", "-1"},
      {"train.step.look forward", "forward"},
      {"train.step.walk -1", "-1"},
      {"train.unit.source batch", "batch"},
      {"train.unit.show channels", "channels"},
      {"train.data.size 500", "500"},
  };
  for (const auto& [line, value] : lines) {
    ASSERT_NO_THROW(app.run(line)) << line;
    EXPECT_EQ(to_text(app.registry().read(command_name(line))), value) << line;
  }
  EXPECT_EQ(to_text(app.registry().read("train.data")), "digits:500");
}

TEST(TrainOneValue, what_is_refused_changes_nothing) {
  PageDriver driver("train");
  const std::vector<std::string> state = driver.app.page().state();
  EXPECT_EQ(driver.failure("train.curves.window 9 3"),
            "\"9 3\" are no steps / give all, or the first and the last step: train.curves.window 0 200");
  EXPECT_EQ(driver.failure("train.compare.window 9"),
            "\"9\" is no range of steps / two numbers, the smaller first: 0 200; or all");
  EXPECT_EQ(driver.failure("train.tests.show cell"), "no cell is chosen / click one, or: train.tests.cell 4 9");
  EXPECT_EQ(driver.failure("train.unit.layer last"),
            "there is no layer last yet / give its number, or begin training first");
  for (const char* line : {"train.view nothing", "train.step.look sideways", "train.layers.all", "train.data.sample -1",
                           "train.draw.width 0", "train.curves.smooth 1.5", "train.build.select 999"}) {
    EXPECT_NE(driver.failure(line), "") << line;
  }
  EXPECT_EQ(driver.app.page().state(), state);
}

// ------------------------------------------------------------------------------------------------- what there is

TEST(TrainOneValue, the_range_of_a_widget_is_that_of_the_network) {
  TrainViewHost host;
  UnitView view(*host.scene);
  host.use(view);
  host.size = {1280, 2400};
  host.snapshot = train_scene();
  host.settle();
  const Setting* filter = host.registry.find_setting("train.unit.filter");
  const double last = *filter->now().last;
  EXPECT_GT(last, 1);
  EXPECT_NE(setting_range(*filter).find(fmt::format("0 to {}", to_text(last))), std::string::npos);
  const Item* slider = host.ui.find_item("filter");
  ASSERT_NE(slider, nullptr);
  host.press_at({slider->rect.x + slider->rect.w - 3, slider->rect.center().y});
  EXPECT_EQ(host.text("train.unit.show"), "window");
  EXPECT_EQ(host.number("train.unit.filter"), last);
  // What is set beyond it is shown, and read, as what it comes to; a network with more has it then.
  host.run("train.unit.filter 99");
  EXPECT_EQ(host.number("train.unit.filter"), last);
  EXPECT_EQ(filter->line(), "train.unit.filter 99");
  host.run("train.unit.layer -1");
  EXPECT_EQ(host.number("train.unit.layer"), 0) << "the first with weights";
  host.click("opened layer");
  host.click(node_text(*host.snapshot, 2));
  EXPECT_EQ(host.log.back(), "train.unit.layer 1");
}

// ------------------------------------------------------------------------------------------------- undo

class TrainUndo : public testing::Test {
 protected:
  TrainUndo() : driver("train") {
    driver.size = {1280, 3200};  // the whole inspector can be seen
    driver.run("train.data digits:200");
    driver.run("train.view data");
  }
  void drag(const std::string& label, float by) {
    const Item* item = driver.ui.find_item(label);
    ASSERT_NE(item, nullptr) << label;
    const Vec from = item->visible.center();
    driver.hands.move(from);
    driver.hands.button(0, true);
    for (int i = 1; i <= 6; ++i) driver.hands.move({from.x + by * static_cast<float>(i), from.y}), driver.frames(2);
    driver.hands.button(0, false);
    driver.settle();
  }
  PageDriver driver;
};

TEST_F(TrainUndo, one_controls_drag_is_one_edit_and_two_controls_are_two) {
  const std::string augment = driver.text("train.augment"), optimizer = driver.text("train.optimizer");
  const double rate = driver.number("train.rate");
  drag("learning rate", 8);
  const double dragged = driver.number("train.rate");
  EXPECT_NE(dragged, rate);
  drag("shift up to", 8);
  const std::string shifted = driver.text("train.augment");
  EXPECT_NE(shifted, augment);
  drag("turn up to", 8);
  EXPECT_NE(driver.text("train.augment"), shifted);
  driver.run("undo");
  EXPECT_EQ(driver.text("train.augment"), shifted) << "one command for two controls: two edits";
  driver.run("undo");
  EXPECT_EQ(driver.text("train.augment"), augment) << "the drag was several edits";
  EXPECT_EQ(driver.number("train.rate"), dragged) << "both controls were taken back at once";
  driver.run("undo");
  EXPECT_EQ(driver.number("train.rate"), rate);
  EXPECT_EQ(driver.text("train.optimizer"), optimizer);
}

TEST_F(TrainUndo, looking_around_is_no_edit_and_stays) {
  driver.run("train.batch 32");
  for (const Setting* setting : settings_of_train(driver.app.registry())) {
    const std::optional<ReadoutValue> other = another(*setting);
    if (setting->undo == Undo::none && other) driver.app.run(setting->line(*other));
  }
  const std::vector<std::string> looks = driver.app.page().state();
  driver.run("undo");
  EXPECT_EQ(driver.number("train.batch"), TrainingConfig().batch);
  std::vector<std::string> now = driver.app.page().state();
  for (std::string& line : now) {
    if (line.starts_with("train.batch ")) line = "train.batch 32";
  }
  EXPECT_EQ(now, looks);
}

TEST_F(TrainUndo, choosing_a_data_set_or_its_size_is_taken_back) {
  driver.run("train.data.choose shapes");
  driver.run("train.data.size 300");
  EXPECT_EQ(driver.text("train.data"), "shapes:300");
  driver.run("undo");
  EXPECT_EQ(driver.text("train.data"), "shapes");
  driver.run("undo");
  EXPECT_EQ(driver.text("train.data"), "digits:200");
  driver.run("train.schedule.choose step");
  EXPECT_EQ(driver.text("train.schedule.choose"), "step");
  driver.run("undo");
  EXPECT_EQ(driver.text("train.schedule.choose"), "usual");
}

TEST_F(TrainUndo, a_state_that_cannot_be_restored_leaves_everything_as_it_is) {
  for (const char* line : {"train.model tiny", "train.batch 16", "train.until 1", "train.edit 0.weight 3 0.5"}) {
    driver.run(line);
  }
  driver.run("train.batch 8");
  driver.run("train.reset");
  driver.run("train.discard yes");
  // What undo goes back to has an edited weight, and there is no run to write it into.
  const std::vector<std::string> state = driver.app.page().state();
  EXPECT_NE(driver.failure("undo"), "");
  EXPECT_EQ(driver.number("train.batch"), 8) << "half of a state was restored";
  EXPECT_EQ(driver.app.page().state(), state);
}

}  // namespace
}  // namespace striate
