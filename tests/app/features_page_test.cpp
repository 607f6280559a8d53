// The page features: its settings and readouts, what clicks do, every method drawn, long work begun, watched and
// stopped, the film of learning.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "app/network/network_in_use.h"
#include "engine/explain/receptive_field.h"
#include "engine/files/image_file.h"
#include "tests/app/page_driver.h"
#include "tests/app/saved_network.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x24x24 | conv 6 3x3 pad 1 | relu | maxpool 2 | c2: conv 5 3x3 pad 1 | relu | flatten | dense 3";

std::string saved(const TestFolder& folder, const std::string& name = "net.safetensors",
                  const std::string& text = kNet) {
  return save_network(folder / name, text, {"ant", "bee", "cat"});
}

class FeaturesPageTest : public testing::Test {
 protected:
  FeaturesPageTest() : driver("features") { driver.show(made_picture(40, 30, 3)); }
  void train() {
    for (const char* line : {"train.data digits:200", "train.layers conv 3 5x5 | relu | maxpool 2 | flatten | dense 10",
                             "train.batch 16", "train.until 6"}) {
      driver.run(line);
    }
  }
  TestFolder folder;
  PageDriver driver;
};

}  // namespace

TEST_F(FeaturesPageTest, without_a_network_everything_says_what_to_do) {
  driver.frames(2);
  for (const char* readout : {"features.score", "features.sum", "features.correlation", "features.map 0 0",
                              "features.patch 0", "features.field.x", "features.unit"}) {
    try {
      driver.app.registry().read(readout);
      ADD_FAILURE() << readout;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "no network is open") << readout;
    }
  }
  EXPECT_NE(driver.failure("features.start").find("no network is open"), std::string::npos);
  driver.click("SqueezeNet");
  EXPECT_EQ(driver.text("network.name"), "squeezenet1_1");
  EXPECT_EQ(driver.text("network.source"), "given");
}

TEST_F(FeaturesPageTest, names_a_layer_a_unit_and_a_class) {
  driver.run("network.open " + saved(folder));
  driver.run("features.layer c2");
  EXPECT_EQ(driver.text("features.layer"), "c2");
  driver.run("features.unit 4 7 2");
  EXPECT_EQ(driver.text("features.unit"), "4 7 2");
  EXPECT_EQ(driver.number("features.score"), driver.number("network.value c2 4 7 2"));
  EXPECT_EQ(driver.number("features.map 3 5"), driver.number("network.value c2 4 3 5"));
  double sum = 0;
  for (int row = 0; row < 12; ++row)
    for (int column = 0; column < 12; ++column)
      sum += driver.number(fmt::format("network.value 3 4 {} {}", row, column));
  EXPECT_NEAR(driver.number("features.sum"), sum, 1e-9);
  // Without a place: where the channel is largest.
  driver.run("features.unit 2");
  double most = -1e9;
  for (int row = 0; row < 12; ++row)
    for (int column = 0; column < 12; ++column)
      most = std::max(most, driver.number(fmt::format("features.map {} {}", row, column)));
  EXPECT_EQ(driver.number("features.score"), most);
  EXPECT_EQ(driver.text("features.of"), "unit");
  driver.run("features.class 1");
  EXPECT_EQ(driver.text("features.of"), "class");
  EXPECT_EQ(driver.text("features.class"), driver.text("network.class 1"));
  driver.run("features.class bee");
  EXPECT_EQ(driver.text("features.class"), "bee");
  EXPECT_EQ(driver.text("features.against"), "none");
  driver.run("features.against 2");
  EXPECT_EQ(driver.text("features.against"), driver.text("network.class 2"));
  EXPECT_EQ(driver.failure("features.unit 5"),
            "layer c2 has no channel 5 / it gives 5 x 12 x 12: channels count from 0 to 4");
  EXPECT_NE(driver.failure("features.unit 1 12 0").find("has no row 12"), std::string::npos);
  EXPECT_NE(driver.failure("features.unit 1 2").find("a place has a row and a column"), std::string::npos);
  EXPECT_NE(driver.failure("features.layer c3").find("unknown layer"), std::string::npos);
  EXPECT_NE(driver.failure("features.class 3").find("there is no class at place 3"), std::string::npos);
  EXPECT_NE(driver.failure("features.class dog").find("no class is called"), std::string::npos);
  EXPECT_NE(driver.failure("features.source " + (folder / "nowhere")).find("there is no such folder"),
            std::string::npos);
  EXPECT_NE(driver.failure("features.randomize c9").find("unknown layer"), std::string::npos);
  EXPECT_NE(driver.failure("features.start").find("maps needs no start"), std::string::npos);
  EXPECT_THROW(driver.number("features.correlation"), Error);
  EXPECT_THROW(driver.number("features.patch 0"), Error);
}

TEST_F(FeaturesPageTest, the_field_is_the_box_that_the_layers_say) {
  driver.run("network.open " + saved(folder));
  driver.run("features.layer c2");
  driver.run("features.unit 1 0 3");
  const FieldBox box = receptive_field(Architecture::parse(kNet), 4, 1, 0, 3);
  EXPECT_EQ(driver.number("features.field.x"), box.column);
  EXPECT_EQ(driver.number("features.field.y"), box.row);
  EXPECT_EQ(driver.number("features.field.y"), -3);
  EXPECT_EQ(driver.number("features.field.width"), 8);
  EXPECT_EQ(driver.number("features.field.height"), 8);
  driver.run("features.method field");
  // The gradient's magnitude: 0 outside of the box, its sum above 0.
  EXPECT_EQ(driver.number("features.map 20 20"), 0);
  EXPECT_GT(driver.number("features.sum"), 0);
  driver.run("features.layer 6");
  EXPECT_EQ(driver.number("features.field.width"), 24);
}

TEST_F(FeaturesPageTest, clicks_choose_layer_unit_and_method) {
  driver.size = {1280, 1000};
  driver.run("network.open " + saved(folder));
  driver.click("layer 3");
  EXPECT_EQ(driver.text("features.layer"), "3");
  const Item* units = driver.ui.find_item("units of the layer");
  ASSERT_NE(units, nullptr);
  driver.click_at({units->rect.right() - 6, units->rect.y + 6});
  EXPECT_NE(driver.text("features.unit").substr(0, 1), "0");
  driver.run("features.unit 0");
  driver.run("features.method maximize");
  driver.run("features.steps 3");
  driver.click("Start");
  EXPECT_EQ(driver.number("features.done"), 3);
  driver.run("features.method patches");
  driver.click("Find them");
  EXPECT_GT(driver.number("features.seen"), 0);
  driver.run("features.save " + (folder / "patches.png"));
  driver.settle();
  EXPECT_TRUE(std::filesystem::exists(folder / "patches.png"));
}

TEST_F(FeaturesPageTest, maximizes_a_unit_and_all_of_a_layer) {
  driver.run("network.open " + saved(folder));
  for (const char* line : {"features.layer 3", "features.unit 2", "features.method maximize", "features.steps 5"})
    driver.run(line);
  EXPECT_NE(driver.failure("features.save " + (folder / "a.png")).find("nothing was maximized"), std::string::npos);
  EXPECT_THROW(driver.number("features.score"), Error);
  driver.run("features.start");
  EXPECT_EQ(driver.number("features.done"), 5);
  const double score = driver.number("features.score");
  driver.run("features.waves off");
  EXPECT_THROW(driver.number("features.score"), Error) << "that picture is another";
  driver.run("features.start");
  EXPECT_NE(driver.number("features.score"), score);
  driver.run("features.waves on");
  EXPECT_EQ(driver.number("features.score"), score) << "it is still there";
  driver.run("features.start all");
  driver.run("features.unit 4");
  EXPECT_EQ(driver.number("features.done"), 5);
  driver.run("features.save " + (folder / "a.png"));
  const ImagePtr picture = read_image(folder / "a.png");
  EXPECT_EQ(picture->width, 24);
  // Other weights have other pictures.
  driver.run("network.weights random 3");
  EXPECT_THROW(driver.number("features.score"), Error);
}

TEST_F(FeaturesPageTest, a_block_that_is_left_out_makes_another_network) {
  driver.run("network.open " + saved(folder, "residual.safetensors",
                                     "input 3x8x8 | conv 4 3x3 pad 1 | a: relu | conv 4 3x3 pad 1 | sum: add a | "
                                     "out: relu | globalavgpool | flatten | dense 3"));
  for (const char* line : {"features.layer out", "features.method maximize", "features.steps 3", "features.start"})
    driver.run(line);
  const double score = driver.number("features.score");
  driver.run("network.skip sum on");
  EXPECT_THROW(driver.number("features.score"), Error);
  driver.run("features.start");
  EXPECT_NE(driver.number("features.score"), score);
}

TEST_F(FeaturesPageTest, long_work_can_be_stopped_and_says_so) {
  driver.run("network.open " + saved(folder));
  driver.run("features.layer 3");
  driver.run("features.method maximize");
  driver.run("features.steps 4096");
  driver.app.run("features.start");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (driver.number("features.done") < 1) {
    driver.frame();
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  driver.app.run("features.stop");
  driver.settle();
  const double done = driver.number("features.done");
  EXPECT_GE(done, 1);
  EXPECT_LT(done, 4096);
  const std::vector<std::string> texts = driver.texts();
  EXPECT_TRUE(std::any_of(texts.begin(), texts.end(),
                          [](const std::string& text) { return text.find("not finished") != std::string::npos; }));
}

// What is still on its way when the network changes is of the one before.
TEST_F(FeaturesPageTest, nothing_of_another_network_arrives_late) {
  driver.run("network.open " + saved(folder));
  for (const char* line : {"features.layer 3", "features.unit 4", "features.method maximize", "features.steps 4096"})
    driver.run(line);
  for (const char* change : {"network.lesion 0 1", "network.weights random 5", "network.restore"}) {
    driver.app.run("features.start");
    for (int i = 0; i < 5; ++i) driver.frame();
    driver.run(change);
    EXPECT_EQ(driver.number("features.done"), 0) << change;
    EXPECT_THROW(driver.number("features.score"), Error) << change;
  }
  driver.app.run("features.stop");
  driver.run("features.method patches");
  driver.run("features.start");
  EXPECT_NO_THROW(driver.number("features.patch 0"));
  // Of a network with more units none was looked for.
  driver.run("network.open " + saved(folder, "wide.safetensors",
                                     "input 3x16x16 | conv 4 3x3 | relu | maxpool 2 | conv 40 3x3 | relu | "
                                     "globalavgpool | flatten | dense 3"));
  driver.run("features.unit 39");
  EXPECT_THROW(driver.number("features.patch 0"), Error);
}

TEST_F(FeaturesPageTest, patches_come_from_samples_a_folder_and_the_training) {
  driver.run("network.open " + saved(folder));
  driver.run("features.layer 3");
  driver.run("features.method patches");
  EXPECT_THROW(driver.number("features.patch 0"), Error);
  driver.run("features.start");
  EXPECT_GE(driver.number("features.patch 0"), driver.number("features.patch 1"));
  std::filesystem::create_directories(folder / "pictures");
  for (int i = 0; i < 3; ++i) write_image(folder / fmt::format("pictures/{}.png", i), *made_picture(30 + i, 24, 3));
  driver.run("features.source " + (folder / "pictures"));
  EXPECT_THROW(driver.number("features.patch 0"), Error) << "those were of the samples";
  driver.run("features.start");
  EXPECT_EQ(driver.number("features.seen"), 3);
  EXPECT_THROW(driver.number("features.patch 3"), Error);
  driver.run("features.source data");
  EXPECT_NE(driver.failure("features.start").find("there is no training"), std::string::npos);
  train();
  driver.run("network.use training");
  driver.run("features.layer 0");
  driver.run("features.start");
  EXPECT_EQ(driver.number("features.seen"), 160);
  EXPECT_EQ(driver.text("page"), "features");
}

TEST_F(FeaturesPageTest, the_film_of_learning_has_a_frame_for_every_kept_step) {
  driver.run("network.open " + saved(folder));
  driver.run("features.layer 3");
  driver.run("features.method maximize");
  driver.run("features.film on");
  EXPECT_NE(driver.failure("features.start").find("there is no training behind this network"), std::string::npos);
  train();
  driver.run("network.use training");
  for (const char* line : {"features.layer 0", "features.unit 1", "features.steps 3", "features.start"})
    driver.run(line);
  EXPECT_EQ(driver.number("features.film.frames"), 7) << "steps 0 to 6";
  driver.run("features.film.scrub 0");
  const double first = driver.number("features.score");
  driver.run("features.film.scrub 6");
  EXPECT_NE(driver.number("features.score"), first);
  EXPECT_EQ(driver.number("features.film.frame"), 6);
  // The last frame is what maximizing at that step gives.
  const double last = driver.number("features.score");
  driver.run("features.film off");
  driver.run("features.start");
  EXPECT_EQ(driver.number("features.score"), last);
  EXPECT_EQ(driver.number("train.step"), 6) << "the timeline stays where it is";
  driver.run("features.film on");
  driver.run("features.method patches");
  driver.run("features.source samples");
  driver.run("features.start");
  EXPECT_EQ(driver.number("features.film.frames"), 7);
  driver.run("features.film.play");
  driver.frames(150);  // of a sixtieth of a second
  EXPECT_EQ(driver.number("features.film.frame"), 6);
  EXPECT_FALSE(driver.failure("features.film.scrub 9").empty());
}

TEST_F(FeaturesPageTest, every_state_is_drawn) {
  const std::string file = saved(folder);
  for (const std::string& line : {std::string("network.open lenet5"),   std::string("features.method filters"),
                                  std::string("features.layer 3"),      std::string("features.layer 6"),
                                  std::string("features.layer 7"),      "network.open " + file,
                                  std::string("features.layer 0"),      std::string("features.layer 3"),
                                  std::string("features.layer input"),  std::string("features.method maps"),
                                  std::string("features.layer 6"),      std::string("features.method field"),
                                  std::string("features.layer 1"),      std::string("features.method patches"),
                                  std::string("features.start"),        std::string("features.method maximize"),
                                  std::string("features.steps 2"),      std::string("features.start all"),
                                  std::string("network.open resnet20"), std::string("network.open mlp"),
                                  std::string("features.method field")}) {
    driver.run(line);
    driver.frames(2);
  }
  for (const Vec size : {Vec{800, 500}, Vec{1920, 1080}}) {
    driver.size = size;
    for (const char* method : {"filters", "maps", "patches", "maximize", "field"}) {
      driver.run(std::string("features.method ") + method);
      driver.frames(2);
    }
  }
  driver.show(nullptr);
  driver.run("network.image picture");
  for (const char* method : {"filters", "maps", "patches", "maximize", "field"}) {
    driver.run(std::string("features.method ") + method);
    driver.frames(2);
  }
  EXPECT_THROW(driver.number("features.score"), Error);
}

TEST_F(FeaturesPageTest, its_state_brings_everything_back) {
  driver.run("network.open " + saved(folder));
  for (const char* line : {"features.layer c2", "features.unit 3 4 5", "features.method field", "features.class 1",
                           "features.against 0", "features.randomize all", "features.occlude 8 4", "features.steps 12",
                           "features.jitter off", "features.size 32", "features.keep 5", "features.of unit"}) {
    driver.run(line);
  }
  const std::vector<std::string> state = driver.app.page().state();
  PageDriver fresh("features");
  fresh.show(made_picture(40, 30, 3));
  for (const std::string& line : state) fresh.run(line);
  EXPECT_EQ(fresh.app.page().state(), state);
  EXPECT_EQ(fresh.text("features.unit"), "3 4 5");
  EXPECT_EQ(fresh.text("features.occlude"), "8 4");
}

}  // namespace striate
