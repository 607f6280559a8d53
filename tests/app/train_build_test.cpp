// The view `build`: layers added, taken out, moved and changed by commands and by hand, mistakes beside their layers,
// the last good network until it is right.
#include "app/pages/train/build_view.h"

#include <algorithm>

#include "engine/network/layer.h"
#include "engine/network/layer_settings.h"
#include "tests/app/train_view_host.h"

namespace striate {
namespace {

constexpr const char* kTiny = "conv 8 3x3 | relu | maxpool 2 | conv 16 3x3 | relu | maxpool 2 | flatten | dense 10";

class TrainBuild : public testing::Test {
 protected:
  TrainBuild() : view(*host.scene) {
    host.use(view);
    host.settle();
  }
  std::string text() { return host.text("train.build.text"); }
  TrainViewHost host;
  BuildView view;
};

TEST_F(TrainBuild, begins_with_the_model_of_the_config_and_what_it_costs) {
  EXPECT_EQ(text(), kTiny);
  EXPECT_EQ(host.number("train.build.layers"), 8);
  const Architecture tiny = build_model("tiny");
  EXPECT_EQ(host.number("train.build.parameters"), static_cast<double>(tiny.totals().parameters));
  EXPECT_EQ(host.number("train.build.multiply_adds"), static_cast<double>(tiny.totals().multiply_adds));
  EXPECT_EQ(host.number("train.build.memory"),
            static_cast<double>(plan_tensors(tiny, Plan{64, true, false, 0}, {"mean", "square"}).bytes()));
  EXPECT_EQ(host.text("train.build.shape 3"), "16 x 11 x 11");
  EXPECT_EQ(host.text("train.build.error"), "");
  host.run("train.data satellite");
  EXPECT_EQ(host.text("train.build.shape 0"), "8 x 62 x 62") << "the sizes are those of the data set";
  EXPECT_EQ(host.text("train.build.shape 7"), "8") << "and so are the classes";
}

TEST_F(TrainBuild, an_edit_gives_the_config_a_new_network) {
  host.run("train.build.add dropout 7");
  EXPECT_EQ(host.config.model,
            "conv 8 3x3 | relu | maxpool 2 | conv 16 3x3 | relu | maxpool 2 | flatten | dropout 0.5 | dense 10");
  host.run("train.build.remove 2");
  host.run("train.build.setting 0 filters 4");
  host.run("train.build.setting 0 padding 1");
  host.run("train.build.move 4 1");
  EXPECT_EQ(text(), host.config.model);
  host.run("train.build.name 0 first");
  host.run("train.build.set 0 conv 6 5x5");
  host.run("train.build.insert 1 batchnorm");
  EXPECT_EQ(host.config.model.rfind("first: conv 6 5x5 | batchnorm | ", 0), 0u) << host.config.model;
  EXPECT_EQ(host.failure("train.build.remove 50"), "there is no layer number 50 / they go from 0 to 8");
  EXPECT_EQ(host.failure("train.build.setting 3 filters 7").substr(0, 9), "relu has ");
  EXPECT_EQ(host.failure("train.build.select 30").substr(0, 29), "there is no layer number 30 /");
}

TEST_F(TrainBuild, the_last_good_network_stays_until_the_new_one_is_right) {
  host.run("train.build.setting 3 kernel 30");
  EXPECT_EQ(host.config.model, "tiny") << "what is wrong is not taken over";
  EXPECT_EQ(host.text("train.build.error").substr(0, 2), "3:");
  EXPECT_TRUE(host.shows("Back to that"));
  // Further edits go on from what stands there, and mend it.
  host.run("train.build.setting 3 filters 12");
  EXPECT_EQ(host.config.model, "tiny");
  host.run("train.build.setting 3 kernel 5");
  EXPECT_EQ(host.config.model, "conv 8 3x3 | relu | maxpool 2 | conv 12 5x5 | relu | maxpool 2 | flatten | dense 10");
  EXPECT_EQ(host.text("train.build.error"), "");
  EXPECT_FALSE(host.shows("Back to that"));

  host.run("train.build.remove 6");
  EXPECT_EQ(host.text("train.build.error").substr(0, 2), "6:") << "dense without flatten";
  host.click("Back to that");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.draft"});
  EXPECT_EQ(text(), host.config.model);
  // Another model: what was being written beside the old one is over.
  host.run("train.build.remove 6");
  host.run("train.model lenet5");
  EXPECT_EQ(host.number("train.build.layers"), 12);
  EXPECT_EQ(host.text("train.build.error"), "");
}

TEST_F(TrainBuild, text_is_typed_right_or_not_yet) {
  host.click("network as text");
  host.key("Ctrl+A");
  host.type("flatten | dense 9");
  host.key("Enter");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.text \"flatten | dense 9\""});
  EXPECT_EQ(host.config.model, "tiny");
  EXPECT_EQ(host.text("train.build.error"), "1: the last layer gives 9 values, the data set has 10 classes");
  host.run("train.build.text flatten | dense 10");
  EXPECT_EQ(host.config.model, "flatten | dense 10");
  host.run("train.build.text # nothing");
  EXPECT_EQ(host.text("train.build.error"), "an architecture without layers");
  host.run("train.build.add flatten");
  host.run("train.build.add dense");
  host.run("train.build.setting 1 neurons 10");
  EXPECT_EQ(host.config.model, "flatten | dense 10");
}

TEST_F(TrainBuild, its_state_brings_it_back) {
  host.run("train.build.select 2");
  host.run("train.build.setting 0 kernel 40");
  const std::vector<std::string> state = view.state();
  const std::string wrong = text();
  host.run("train.build.draft");
  EXPECT_EQ(text(), kTiny);
  host.run("train.build.select 5");
  for (const std::string& line : state) host.run(line);
  EXPECT_EQ(text(), wrong);
  EXPECT_EQ(view.state(), state);
}

TEST_F(TrainBuild, joins_are_offered_with_a_layer_that_fits_and_stay_intact) {
  host.run("train.build.text conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | relu | flatten | dense 10");
  host.run("train.build.add add 3");
  EXPECT_EQ(host.config.model, "conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | add 1 | relu | flatten | dense 10");
  host.run("train.build.insert 0 identity");
  EXPECT_EQ(host.config.model,
            "identity | conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | add 2 | relu | flatten | dense 10");
  host.run("train.build.set 4 concat 1 2");
  host.run("train.build.from 4 2");
  EXPECT_EQ(host.config.model,
            "identity | conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | from 2 | concat 1 2 | relu | flatten | dense 10");
  host.run("train.build.select 4");
  EXPECT_TRUE(host.shows("joins"));
  host.run("train.build.add concat 1");  // nothing of its size stands before: the input
  EXPECT_EQ(text().rfind("identity | concat input | ", 0), 0u) << text();
}

// ------------------------------------------------------------------------------------------------------------ by hand

TEST_F(TrainBuild, a_network_is_built_by_clicks_alone) {
  host.click("Add layer");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.menu on"});
  for (const LayerKind* kind : kinds_to_add()) {
    EXPECT_NE(host.ui.find_item(std::string("Add ") + kind->title), nullptr) << kind->title;
  }
  host.click("Add Batch normalization");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.add batchnorm"});
  EXPECT_EQ(host.config.model,
            "conv 8 3x3 | relu | maxpool 2 | conv 16 3x3 | relu | maxpool 2 | flatten | batchnorm | dense 10")
      << "before the last one, which gives the classes";
  host.click("layer 0");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.select 0"});
  host.click("filters more");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.setting 0 filters 9"});
  host.click("kernel more");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.setting 0 kernel 4"});
  host.click("bias");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.setting 0 bias off"});
  EXPECT_EQ(host.config.model.rfind("conv 9 4x4 no bias | relu", 0), 0u) << host.config.model;
  host.click("Later");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.move 0 1"});
  host.click("Earlier");
  host.click("layer 7");
  host.click("Remove");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.remove 7"});
  EXPECT_EQ(host.config.model,
            "conv 9 4x4 no bias | relu | maxpool 2 | conv 16 3x3 | relu | maxpool 2 | flatten | "
            "dense 10");
  host.click("name");
  host.type("answer");
  host.key("Enter");
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.name 7 answer"});
  host.click("model");
  host.click("lenet5");
  EXPECT_EQ(host.config.model, "lenet5");
}

TEST_F(TrainBuild, layers_are_dragged_to_another_place) {
  const Rect from = host.ui.find_item("layer 1")->visible, to = host.ui.find_item("layer 3")->visible;
  host.drag(from.center(), to.center());
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.move 1 3"});
  EXPECT_EQ(host.config.model, "conv 8 3x3 | maxpool 2 | conv 16 3x3 | relu | relu | maxpool 2 | flatten | dense 10");
  // A small move is a click.
  host.drag(host.ui.find_item("layer 4")->visible.center(), host.ui.find_item("layer 4")->visible.center() + Vec{2, 2});
  EXPECT_EQ(host.log, std::vector<std::string>{"train.build.select 4"});
}

TEST_F(TrainBuild, the_keyboard_selects_moves_and_removes) {
  host.click("layer 2");
  host.key("Down");
  EXPECT_EQ(view.state().back(), "train.build.select 3");
  host.key("Shift+Up");
  EXPECT_EQ(host.config.model, "conv 8 3x3 | relu | conv 16 3x3 | maxpool 2 | relu | maxpool 2 | flatten | dense 10");
  EXPECT_EQ(view.state().back(), "train.build.select 2");
  host.click("layer 4");
  host.key("Delete");
  EXPECT_EQ(host.config.model, "conv 8 3x3 | relu | conv 16 3x3 | maxpool 2 | maxpool 2 | flatten | dense 10");
}

TEST_F(TrainBuild, says_that_a_changed_network_takes_effect_at_the_next_start) {
  host.snapshot = train_scene();
  host.config = *host.snapshot->config;
  host.settle();
  EXPECT_FALSE(host.shows("Start anew"));
  host.run("train.build.setting 0 filters 5");
  EXPECT_TRUE(host.shows("Start anew"));
  host.click("Start anew");
  EXPECT_EQ(host.starts, 1);
}

TEST_F(TrainBuild, is_drawn_in_every_state_and_size) {
  const char* texts[] = {kTiny,
                         "# none",
                         "conf 3 | relu",
                         "a: relu | tanh | from a | flatten | dense 10",
                         "input 3x9x9 | flatten | dense 10",
                         "conv 8 3x3 | add nobody | flatten"};
  for (const Vec size : {Vec{1024, 700}, Vec{1280, 800}, Vec{1920, 1080}}) {
    host.size = size;
    for (const bool presentation : {false, true}) {
      host.presentation = presentation;
      for (const char* each : texts) {
        host.run(std::string("train.build.text ") + each);
        for (int line = -1; line < host.number("train.build.layers"); ++line) {
          host.run(line < 0 ? "train.build.select" : fmt::format("train.build.select {}", line));
        }
        host.run("train.build.menu on");
        host.run("train.build.menu off");
      }
    }
    host.presentation = false;
    host.run("train.model resnet20");
    host.run("train.data shapes");
    host.run("train.data digits");
    host.run("train.model tiny");
  }
  // Kinds of layers in the inspector: every setting has its control.
  for (const LayerKind* kind : kinds_to_add()) {
    host.run(std::string("train.build.add ") + kind->word + " 1");
    host.run("train.build.select 1");
    EXPECT_TRUE(host.shows("words")) << kind->word;
    for (const LayerField& setting : kind->fields) {
      std::string name = setting.name;
      std::replace(name.begin(), name.end(), '-', ' ');
      EXPECT_NE(host.ui.find_item(name), nullptr) << kind->word << ": " << name;
      EXPECT_NE(host.ui.find_item("about " + name), nullptr) << kind->word << ": " << name;
    }
    host.run("train.build.draft");
    host.run("train.model tiny");
  }
}

}  // namespace
}  // namespace striate
