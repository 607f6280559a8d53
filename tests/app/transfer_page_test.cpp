// The page transfer: what it counts and learns, what its commands and clicks do, every state drawn.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/network/models.h"
#include "engine/network/network.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/sources.h"
#include "engine/training/split.h"
#include "tests/app/page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// With a base and pictures that take no time.
class TransferPageTest : public testing::Test {
 protected:
  TransferPageTest() : driver("transfer") {
    driver.run("transfer.base lenet5-digits");
    driver.run("transfer.data shapes:72");
    driver.run("transfer.seeds 2");
    driver.run("transfer.examples 2");
  }
  std::string why(const std::string& readout) {
    try {
      driver.app.registry().read(readout);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  PageDriver driver;
};

}  // namespace

// Beside a lesson on a projector, and in a small window, the plots that the lesson asks for still have room.
TEST_F(TransferPageTest, plots_have_room_beside_a_lesson_on_a_projector_and_in_a_small_window) {
  driver.run("transfer.finish");
  EXPECT_GT(driver.number("transfer.transfer.accuracy"), 0);
  const auto drawn = [&](const char* plot) {
    driver.settle();
    const Item* item = driver.ui.find_item(plot);
    return item != nullptr && item->rect.h >= 30 && item->rect.w >= 60;
  };
  driver.size = {800, 500};
  EXPECT_TRUE(drawn("accuracy curves"));
  driver.presentation = true;
  driver.size = {1280 + 340, 375 + 56};  // the stage that a lesson leaves of 1280 x 720
  for (const char* view : {"curves", "examples"}) {
    driver.run(std::string("transfer.view ") + view);
    EXPECT_TRUE(drawn(view == std::string("curves") ? "accuracy curves" : "accuracy over examples")) << view;
  }
}

TEST_F(TransferPageTest, counts_before_anything_is_learned_and_says_what_to_do) {
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 60'856);
  EXPECT_EQ(driver.number("transfer.trained.parameters"), 84 * 6 + 6);
  EXPECT_EQ(driver.number("transfer.classes"), 6);
  EXPECT_EQ(driver.number("transfer.cached"), 0);
  EXPECT_EQ(driver.text("transfer.freeze"), "all");
  EXPECT_EQ(driver.text("transfer.unfreeze"), "none");
  for (const char* readout : {"transfer.transfer.accuracy", "transfer.scratch.accuracy", "transfer.transfer.spread",
                              "transfer.cached.seconds", "transfer.explained"}) {
    EXPECT_EQ(why(readout), "nothing has learned yet") << readout;
  }
  EXPECT_NE(why("transfer.curve.transfer 5").find("nothing has learned from 5"), std::string::npos);
  EXPECT_NE(driver.failure("transfer.save nowhere.safetensors").find("nothing has been learned"), std::string::npos);
  EXPECT_NE(driver.failure("transfer.save a.txt").find("safetensors"), std::string::npos);
}

TEST_F(TransferPageTest, a_network_of_digits_is_a_base_for_letters_and_one_of_shapes_for_digits) {
  const auto says = [&](const std::string& words) {
    std::vector<Ui::WholeText> texts;
    driver.ui.record_whole(&texts);
    driver.settle();
    driver.ui.record_whole(nullptr);
    return std::any_of(texts.begin(), texts.end(),
                       [&](const Ui::WholeText& each) { return each.text.find(words) != std::string::npos; });
  };
  for (const char* line : {"transfer.data letters:312", "transfer.examples 10", "transfer.seeds 1"}) driver.run(line);
  EXPECT_EQ(driver.number("transfer.classes"), 26);
  EXPECT_EQ(driver.number("transfer.trained.parameters"), 84 * 26 + 26);
  EXPECT_FALSE(says("are resized to")) << "letters are as large as digits";
  driver.run("transfer.finish");
  EXPECT_GT(driver.number("transfer.transfer.accuracy"), 0.4);
  // A training of one's own on shapes, of another size and in color.
  const TestFolder folder;
  const std::string base = folder / "shapes.safetensors";
  Stream stream;
  Network network(stream, build_model("tiny", Shape{3, 32, 32}, 6));
  network.initialize(stream, Initializer::pytorch, 1);
  ModelInfo info;
  info.model = "tiny", info.data = "shapes";
  info.architecture = network.architecture();
  info.classes = {"circle", "cross", "ring", "square", "star", "triangle"};
  save_model(base, stream, info, network);
  driver.run("transfer.base " + base);
  driver.run("transfer.data digits:120");
  driver.run("transfer.examples 5");
  EXPECT_EQ(driver.number("transfer.classes"), 10);
  EXPECT_TRUE(says("resized to the 32 \u00d7 32 of the base"));
  EXPECT_TRUE(says("gray goes into all three channels"));
  driver.run("transfer.finish");
  EXPECT_GT(driver.number("transfer.transfer.accuracy"), 0.1);
  driver.run("transfer.base lenet5-digits");
  driver.run("transfer.data shapes:72");
  EXPECT_EQ(driver.number("transfer.classes"), 6);
  EXPECT_TRUE(says("colors become their brightness"));
}

// What the first seed learns from is what the project learns from.
TEST_F(TransferPageTest, the_head_becomes_a_project_with_the_examples_of_the_first_seed) {
  const TestFolder folder;
  EXPECT_EQ(driver.number("transfer.classes"), 6);
  driver.run("transfer.export " + (folder / "project"));
  for (const char* name : {"train.py", "model.py", "data.py", "README.md", "start.safetensors", "data/pictures.npy"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / (std::string("project/") + name))) << name;
  }
  const Split parts = split_few(*open_dataset("shapes:72"), 2, {}, 1);
  std::ifstream split(folder / "project/split.csv");
  std::vector<int64_t> training, test;
  std::string line;
  std::getline(split, line);
  for (int64_t i = 0; std::getline(split, line); ++i) {
    if (line.starts_with("training,")) training.push_back(i);
    if (line.starts_with("test,")) test.push_back(i);
  }
  EXPECT_EQ(training, parts.training);
  EXPECT_EQ(test, parts.test);
  EXPECT_NE(driver.failure("transfer.export " + (folder / "project")).find("not empty"), std::string::npos);
  driver.run("transfer.unfreeze all");
  EXPECT_NE(driver.failure("transfer.export " + (folder / "other")).find("second one"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "other"));
}

TEST_F(TransferPageTest, a_wrong_base_head_layer_or_source_says_so_and_nothing_is_lost) {
  EXPECT_NE(driver.failure("transfer.freeze nowhere").find("nowhere"), std::string::npos);
  EXPECT_NE(driver.failure("transfer.unfreeze 99"), "");
  EXPECT_NE(driver.failure("transfer.data shaps"), "");
  EXPECT_NE(driver.failure("transfer.head dense"), "");
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 60'856);
  // What only opening finds out stands on the stage and in every readout.
  driver.run("transfer.base nowhere.safetensors");
  EXPECT_NE(why("transfer.frozen.parameters").find("nowhere.safetensors"), std::string::npos);
  driver.run("transfer.base lenet5-digits");
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 60'856);
  driver.run("transfer.examples 40");
  EXPECT_NE(why("transfer.frozen.parameters").find("12 samples"), std::string::npos)
      << why("transfer.frozen.parameters");
  driver.run("transfer.examples 2");
  driver.run("transfer.head \"dense 5\"");
  EXPECT_NE(why("transfer.frozen.parameters").find("6 classes"), std::string::npos);
  driver.run("transfer.head usual");
  EXPECT_EQ(driver.number("transfer.trained.parameters"), 84 * 6 + 6);
}

TEST_F(TransferPageTest, both_sides_learn_and_the_head_is_saved) {
  const TestFolder folder;
  driver.run("transfer.finish");
  EXPECT_EQ(driver.number("transfer.learning"), 0);
  for (const char* side : {"transfer", "scratch"}) {
    const double accuracy = driver.number(fmt::format("transfer.{}.accuracy", side));
    EXPECT_GT(accuracy, 0.0) << side;
    EXPECT_LE(accuracy, 1.0) << side;
    EXPECT_EQ(driver.number(fmt::format("transfer.curve.{} 2", side)), accuracy);
  }
  EXPECT_EQ(driver.number("transfer.cached"), 72);
  EXPECT_GT(driver.number("transfer.saved.multiply_adds"), 0);
  EXPECT_GT(driver.number("transfer.explained"), 0);
  const double before = driver.number("transfer.explained");
  driver.run("transfer.space after");
  EXPECT_NE(driver.number("transfer.explained"), before);
  const std::string path = folder / "shapes.safetensors";
  driver.run("transfer.save " + path);
  EXPECT_TRUE(std::filesystem::exists(path));
  // The same network, which is a base again and can be looked at on every page.
  driver.run("network.open " + path);
  EXPECT_EQ(driver.number("network.parameters"), 60'856 + 84 * 6 + 6);
  driver.run("transfer.base " + path);
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 60'856);
  // The same seed on another page gives the same.
  PageDriver again("transfer");
  for (const char* line : {"transfer.base lenet5-digits", "transfer.data shapes:72", "transfer.seeds 2",
                           "transfer.examples 2", "transfer.finish"}) {
    again.run(line);
  }
  driver.run("transfer.base lenet5-digits");
  driver.run("transfer.finish");
  EXPECT_EQ(again.number("transfer.transfer.accuracy"), driver.number("transfer.transfer.accuracy"));
  EXPECT_EQ(again.number("transfer.scratch.accuracy"), driver.number("transfer.scratch.accuracy"));
}

TEST_F(TransferPageTest, a_pause_keeps_what_was_learned_and_other_examples_begin_anew) {
  driver.run("transfer.start");
  while (driver.app.registry().read("transfer.learning") == ReadoutValue(1.0) &&
         driver.number("transfer.cached") == 0) {
    driver.frame();
  }
  driver.run("transfer.pause");
  EXPECT_EQ(driver.number("transfer.learning"), 0);
  EXPECT_EQ(driver.number("transfer.cached"), 72);
  driver.run("transfer.finish");
  const double accuracy = driver.number("transfer.transfer.accuracy");
  driver.run("transfer.examples 3");
  EXPECT_EQ(driver.number("transfer.learning"), 0);
  EXPECT_EQ(why("transfer.transfer.accuracy"), "nothing has learned yet");
  EXPECT_EQ(driver.number("transfer.cached"), 72);
  EXPECT_EQ(driver.number("transfer.curve.transfer 2"), accuracy);
}

TEST_F(TransferPageTest, the_curve_has_every_size_that_there_are_pictures_for) {
  driver.run("transfer.seeds 1");
  driver.run("transfer.curve");
  driver.run("transfer.finish");
  for (const int size : {1, 2, 5, 10}) {
    EXPECT_GT(driver.number(fmt::format("transfer.curve.transfer {}", size)), 0.0) << size;
    EXPECT_GT(driver.number(fmt::format("transfer.curve.scratch {}", size)), 0.0) << size;
  }
  EXPECT_NE(why("transfer.curve.transfer 20"), "");
  driver.run("transfer.view examples");
  ASSERT_NE(driver.ui.find_item("accuracy over examples"), nullptr);
  const Rect plot = driver.ui.find_item("accuracy over examples")->visible;
  driver.click_at({plot.right() - 4, plot.center().y});
  EXPECT_EQ(driver.number("transfer.examples"), 10);
}

TEST_F(TransferPageTest, locks_freeze_and_unfreeze_by_clicks_and_drags) {
  driver.click("layer 3");
  EXPECT_EQ(driver.log.front(), "transfer.unfreeze 3");
  EXPECT_EQ(driver.text("transfer.unfreeze"), "3");
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 60'856 - 2'416);
  driver.click("layer 3");
  EXPECT_EQ(driver.text("transfer.unfreeze"), "none");
  const Rect from = driver.ui.find_item("layer 9")->visible, to = driver.ui.find_item("layer 3")->visible;
  driver.hands.move(from.center());
  driver.hands.button(0, true);
  for (int i = 1; i <= 8; ++i) {
    driver.hands.move(from.center() + (to.center() - from.center()) * (static_cast<float>(i) / 8));
  }
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 156);
  driver.click("Freeze all");
  EXPECT_EQ(driver.text("transfer.freeze"), "all");
  driver.click("Unfreeze all");
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 0);
  driver.run("transfer.freeze 0");
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 156);
}

TEST_F(TransferPageTest, unfrozen_layers_learn_in_a_second_phase) {
  driver.run("transfer.seeds 1");
  driver.run("transfer.unfreeze all");
  driver.run("transfer.finish");
  EXPECT_EQ(driver.text("transfer.cached.layer"), "none");
  EXPECT_GT(driver.number("transfer.transfer.accuracy"), 0.0);
  driver.run("transfer.freeze 0-3");
  EXPECT_EQ(why("transfer.transfer.accuracy"), "nothing has learned yet");
  driver.run("transfer.finish");
  EXPECT_EQ(driver.text("transfer.cached.layer"), "6");
}

TEST_F(TransferPageTest, the_map_shows_the_picture_that_is_pointed_at) {
  driver.run("transfer.finish");
  driver.run("transfer.view space");
  ASSERT_NE(driver.ui.find_item("feature map"), nullptr);
  const Rect map = driver.ui.find_item("feature map")->visible;
  for (int i = 0; i < 400; ++i) {
    const Vec at = map.min() + Vec{map.w * (0.05f + 0.045f * static_cast<float>(i % 20)),
                                   map.h * (0.05f + 0.045f * static_cast<float>(i / 20))};
    driver.hands.move(at);
    driver.frames(2);
    driver.log.clear();
    driver.click_at(at);
    if (!driver.log.empty()) break;
  }
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.front(), fmt::format("transfer.tile {}", driver.number("transfer.tile")));
  EXPECT_NE(driver.text("transfer.tile.class"), "");
  driver.run("transfer.tile 5000");
  EXPECT_NE(why("transfer.tile.class").find("no picture 5000"), std::string::npos);
}

TEST_F(TransferPageTest, state_brings_another_program_to_the_same_place) {
  for (const char* line : {"transfer.examples 4", "transfer.head \"dense 12 | relu | dense 6\"",
                           "transfer.unfreeze all", "transfer.freeze 0-3", "transfer.view space", "transfer.tile 7"}) {
    driver.run(line);
  }
  PageDriver fresh("transfer");
  for (const std::string& line : driver.app.page().state()) ASSERT_NO_FATAL_FAILURE(fresh.run(line)) << line;
  EXPECT_EQ(fresh.app.page().state(), driver.app.page().state());
  EXPECT_EQ(fresh.text("transfer.freeze"), driver.text("transfer.freeze"));
  EXPECT_EQ(fresh.number("transfer.trained.parameters"), driver.number("transfer.trained.parameters"));
  driver.run("transfer.finish");
  EXPECT_EQ(driver.app.page().replay().back(), "transfer.finish");
}

TEST_F(TransferPageTest, tiles_of_the_world_are_pictures_like_any_others) {
  driver.run("transfer.data world:16:12");
  EXPECT_EQ(driver.number("transfer.classes"), 8);
  EXPECT_EQ(driver.number("transfer.pictures"), 8 * 12);
  driver.run("transfer.seeds 1");
  driver.run("transfer.finish");
  EXPECT_GT(driver.number("transfer.transfer.accuracy"), 1.0 / 8);
  for (const char* wrong : {"world:5000", "world:16:0", "world:small"}) {
    driver.run(std::string("transfer.data ") + wrong);
    EXPECT_NE(why("transfer.classes"), "") << wrong;
  }
  driver.run("transfer.data world:16:12");
  EXPECT_EQ(driver.number("transfer.classes"), 8);
}

// A base that takes no pictures, or has no convolution: said where it was asked for, and the page goes on.
TEST_F(TransferPageTest, a_base_without_convolution_and_a_class_with_one_picture_say_so) {
  const TestFolder folder;
  {
    Stream stream;
    Network network(stream, Architecture::parse("input 1x28x28 | flatten | dense 20 | relu | dense 3"));
    network.initialize(stream, Initializer::pytorch, 3);
    ModelInfo info;
    info.architecture = network.architecture();
    save_model(folder / "dense.safetensors", stream, info, network);
  }
  driver.run("transfer.base " + folder / "dense.safetensors");
  EXPECT_NE(why("transfer.frozen.parameters").find("no convolution"), std::string::npos);
  driver.run("transfer.base lenet5-digits");
  EXPECT_EQ(driver.number("transfer.frozen.parameters"), 60'856);
  driver.run("transfer.data shapes:6");
  driver.run("transfer.examples 1");
  EXPECT_NE(why("transfer.classes").find("1 sample to choose 1"), std::string::npos) << why("transfer.classes");
  driver.run("transfer.data shapes:12");
  EXPECT_EQ(driver.number("transfer.pictures"), 12);
}

TEST_F(TransferPageTest, a_hidden_page_learns_on_but_begins_nothing) {
  driver.run("transfer.start");
  driver.run("page pixels");
  driver.run("transfer.finish");
  EXPECT_GT(driver.number("transfer.transfer.accuracy"), 0.0);
  EXPECT_EQ(driver.text("page"), "pixels");
}

TEST_F(TransferPageTest, draws_every_state_in_every_size) {
  driver.draw_states({
      {"transfer.view curves"},
      {"transfer.view examples"},
      {"transfer.view space"},
      {"transfer.finish", "transfer.view curves"},
      {"transfer.view examples"},
      {"transfer.view space", "transfer.space after", "transfer.tile 3"},
      {"transfer.unfreeze all", "transfer.seeds 1", "transfer.finish", "transfer.view curves"},
      {"transfer.base nowhere.safetensors"},
      {"transfer.base squeezenet1_1"},
  });
}

TEST_F(TransferPageTest, its_lessons_are_true) {
  for (const char* lesson : {"learned-once", "how-many-examples", "what-to-freeze"}) {
    SCOPED_TRACE(lesson);
    PageDriver fresh("transfer");
    play_lesson(fresh, lesson);
  }
}

}  // namespace striate
