// The page satellite: what its trainings come to, what its map says, every view drawn, what goes wrong told.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/command/not_ready.h"
#include "app/pages/satellite/satellite_work.h"
#include "engine/files/image_file.h"
#include "engine/training/checkpoint.h"
#include "tests/app/page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

class SatellitePageTest : public testing::Test {
 protected:
  SatellitePageTest() : driver("satellite") {}
  void train(const char* split) {
    driver.run(std::string("satellite.split ") + split);
    driver.run("satellite.train");
    EXPECT_EQ(driver.number("satellite.trained"), 1) << split;
  }
  PageDriver driver;
};

}  // namespace

TEST_F(SatellitePageTest, a_random_split_promises_more_than_a_geographic_one_keeps) {
  EXPECT_EQ(driver.number("satellite.trained"), 0);
  EXPECT_THROW(driver.number("satellite.accuracy"), Error);
  for (const char* seed : {"1", "2", "3"}) {
    driver.run(std::string("satellite.seed ") + seed);
    EXPECT_EQ(driver.number("satellite.classes"), 8);
    EXPECT_EQ(static_cast<int>(driver.number("satellite.tiles")) % 16, 0);
    EXPECT_EQ(driver.number("satellite.parts.training"), driver.number("satellite.tiles") / 2);
    train("random");
    train("geographic");
    EXPECT_GT(driver.number("satellite.random.accuracy"), driver.number("satellite.geographic.accuracy") + 0.1) << seed;
    EXPECT_GT(driver.number("satellite.random.accuracy"), driver.number("satellite.reversed.accuracy") + 0.05) << seed;
    EXPECT_EQ(driver.number("satellite.accuracy"), driver.number("satellite.geographic.accuracy"));
  }
}

TEST_F(SatellitePageTest, the_map_says_what_lies_there) {
  driver.run("satellite.epochs 60");
  train("random");
  driver.run("satellite.tile 16 0");
  EXPECT_EQ(driver.number("satellite.trained"), 1) << "the overlap is of the scene alone";
  driver.run("satellite.view map");
  EXPECT_EQ(driver.number("satellite.done"), 1);
  EXPECT_EQ(driver.text("satellite.class 140 90"), "water");  // 31 W, 6 S
  EXPECT_EQ(driver.text("satellite.class 200 160"), "snow");  // Antarctica
  EXPECT_NE(driver.failure("satellite.cell 338 10"), "");
  driver.click("map");
  EXPECT_NE(driver.text("satellite.cell"), "none");
  driver.run("satellite.cell 140 90");
  EXPECT_EQ(driver.text("satellite.cell.class"), "water");
  EXPECT_EQ(driver.text("satellite.cell.truth"), "water");
  EXPECT_EQ(driver.text("satellite.nearest 0"), "water");
  driver.run("satellite.blend off");
  EXPECT_EQ(driver.text("satellite.class 140 90"), "water");
  const TestFolder folder;
  driver.run("satellite.save " + (folder / "map.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "map.png"));
  EXPECT_NE(driver.failure("satellite.save " + (folder / "map.gif")).find("PNG"), std::string::npos);
}

// Whoever clicks the map sees the answer: on top of the panel at the right, and on a projector beside the map.
TEST_F(SatellitePageTest, the_answer_to_a_click_on_the_map_is_in_sight) {
  driver.run("satellite.epochs 5");
  train("random");
  driver.run("satellite.view map");
  EXPECT_EQ(driver.number("satellite.done"), 1);
  for (const Vec size : {Vec{1280, 800}, Vec{1280, 720}, Vec{1920, 1080}}) {
    driver.size = size;
    for (const bool presentation : {false, true}) {
      driver.presentation = presentation;
      driver.run("satellite.cell 330 110");
      driver.settle();
      std::vector<Ui::WholeText> texts;
      driver.ui.record_whole(&texts);
      driver.frames(1);
      driver.ui.record_whole(nullptr);
      const bool seen = std::any_of(texts.begin(), texts.end(), [&](const Ui::WholeText& text) {
        return text.text == "land cover" && text.place.bottom() < driver.size.y &&
               (text.place.x < size.x - 340) == presentation;
      });
      EXPECT_TRUE(seen) << size.x << " " << presentation;
    }
  }
}

TEST_F(SatellitePageTest, a_paused_training_goes_on_and_comes_to_the_same) {
  train("random");
  const double whole = driver.number("satellite.accuracy");
  driver.run("satellite.seed 2");
  driver.run("satellite.seed 1");
  driver.settle();
  driver.app.run("satellite.train");
  driver.frames(3);
  driver.run("satellite.pause");
  driver.run("satellite.train");
  EXPECT_EQ(driver.number("satellite.epoch"), 60);
  EXPECT_EQ(driver.number("satellite.accuracy"), whole);
}

TEST_F(SatellitePageTest, every_view_is_drawn_with_and_without_a_training) {
  for (const char* data : {"world", "drawn"}) {
    driver.run(std::string("satellite.data ") + data);
    driver.run("satellite.split random");
    driver.run("satellite.epochs 5");
    for (const bool trained : {false, true}) {
      if (trained) train("random");
      for (const char* view : {"data", "split", "training", "confusion", "map", "errors"}) {
        driver.run(std::string("satellite.view ") + view);
        for (const Vec size : {Vec{1280, 800}, Vec{800, 500}}) {
          driver.size = size;
          driver.settle();
        }
      }
    }
  }
}

TEST_F(SatellitePageTest, what_cannot_be_done_says_why) {
  EXPECT_NE(driver.failure("satellite.data digits").find("no tiles"), std::string::npos);
  driver.run("satellite.data drawn");
  driver.run("satellite.split geographic");
  driver.run("satellite.train");
  try {
    driver.number("satellite.accuracy");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("where they were taken"), std::string::npos) << error.what();
  }
  driver.run("satellite.data folder:/nowhere/at/all");
  EXPECT_THROW(driver.number("satellite.tiles"), Error);
  driver.run("satellite.data world");
  driver.run("satellite.split random");
  driver.run("satellite.epochs 3");
  train("random");
  driver.run("satellite.scene /nowhere.png");
  driver.run("satellite.view map");
  EXPECT_THROW(driver.text("satellite.class 0 0"), Error);
}

TEST_F(SatellitePageTest, who_waits_for_a_training_that_cannot_begin_is_told_why) {
  const auto why = [&](const char* data) {
    driver.run(std::string("satellite.data ") + data);
    driver.run("satellite.split geographic");
    driver.run("satellite.train");
    try {
      driver.number("satellite.trained");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(why("drawn").find("where they were taken"), std::string::npos);
  EXPECT_NE(why("folder:/nowhere/at/all").find("/nowhere/at/all"), std::string::npos);
  driver.run("satellite.data world");
  EXPECT_EQ(driver.number("satellite.trained"), 0);
}

TEST_F(SatellitePageTest, a_hidden_page_goes_on_training_and_classifies_nothing) {
  driver.run("satellite.view map");
  driver.app.run("satellite.train");
  driver.app.run("page pixels");
  driver.settle();
  EXPECT_EQ(driver.number("satellite.trained"), 1);
  EXPECT_EQ(driver.number("satellite.done"), 0);
}

TEST_F(SatellitePageTest, a_cell_of_the_confusion_matrix_shows_its_tiles_alone_on_the_globe) {
  driver.run("satellite.epochs 3");
  train("geographic");
  driver.run("satellite.view confusion");
  const double all = driver.number("satellite.shown");
  EXPECT_EQ(all, driver.number("satellite.tiles") - driver.number("satellite.parts.training"));
  double sum = 0;
  for (int truth = 0; truth < 8; ++truth) {
    for (int said = 0; said < 8; ++said) {
      driver.run(fmt::format("satellite.confused {} {}", truth, said));
      sum += driver.number("satellite.shown");
    }
  }
  EXPECT_EQ(sum, all) << "each tile is in one cell";
  driver.run("satellite.confused");
  // A click sends the cell; the same again shows all.
  const Rect cells = driver.ui.find_item("confusion")->rect;
  const Vec water{cells.right() - cells.w / 16, cells.bottom() - cells.h / 16};
  driver.click_at(water);
  EXPECT_EQ(driver.text("satellite.confused"), "7 7");
  EXPECT_LT(driver.number("satellite.shown"), all);
  driver.click_at(water);
  EXPECT_EQ(driver.text("satellite.confused"), "all");
  EXPECT_NE(driver.failure("satellite.confused 8 0").find("no class 8"), std::string::npos);
}

TEST_F(SatellitePageTest, a_hand_turns_the_globe) {
  driver.run("satellite.epochs 3");
  train("random");
  driver.run("satellite.view confusion");
  driver.run("satellite.globe 170 10");
  const Rect globe = driver.ui.find_item("globe")->rect;
  const Vec middle = globe.center();
  driver.hands.move(middle);
  driver.hands.button(0, true);
  driver.hands.move(middle + Vec{-globe.w / 4, globe.h / 8});
  driver.hands.button(0, false);
  driver.settle();
  const std::string turned = driver.text("satellite.globe");
  double longitude = 0, latitude = 0;
  ASSERT_EQ(std::sscanf(turned.c_str(), "%lf %lf", &longitude, &latitude), 2) << turned;
  EXPECT_NEAR(longitude, 170 + 28.65 - 360, 0.5) << "half a radius, and across the date line";
  EXPECT_NEAR(latitude, 10 + 14.3, 0.5);
  driver.run("satellite.globe 0 90");
  EXPECT_EQ(driver.text("satellite.globe"), "0.00 90.00");
}

TEST_F(SatellitePageTest, the_map_is_seen_as_near_as_one_likes) {
  driver.run("satellite.epochs 3");
  train("random");
  driver.run("satellite.view map");
  EXPECT_EQ(driver.text("satellite.look"), "whole");
  const Rect map = driver.ui.find_item("map")->rect;
  driver.hands.move(map.center() + Vec{40, 20});
  driver.hands.scroll({0, 5});
  driver.settle();
  EXPECT_NE(driver.text("satellite.look"), "whole");
  driver.run("satellite.look 140 90 12");
  driver.click("map");
  EXPECT_EQ(driver.text("satellite.cell"), "140 90") << "what is in the middle";
  driver.run("satellite.move 2 -1");
  EXPECT_EQ(driver.text("satellite.cell"), "142 89");
  driver.run("satellite.fit");
  EXPECT_EQ(driver.text("satellite.look"), "whole");
}

TEST_F(SatellitePageTest, features_of_a_tile_are_computed_once_whatever_head_asks) {
  driver.run("satellite.epochs 30");
  driver.run("satellite.view map");
  train("random");
  const double tiles = driver.number("satellite.computed");
  EXPECT_GT(tiles, 10000);
  EXPECT_EQ(driver.number("satellite.done"), 1);
  train("geographic");
  EXPECT_EQ(driver.number("satellite.done"), 1);
  driver.run("satellite.cell 100 60");
  EXPECT_EQ(driver.text("satellite.class 100 60").empty(), false);
  EXPECT_EQ(driver.number("satellite.computed"), tiles);
  EXPECT_EQ(driver.text("satellite.way"), "tile by tile: colors are counted in each");
}

TEST_F(SatellitePageTest, a_base_without_padding_maps_the_scene_in_one_convolutional_run) {
  const TestFolder folder;
  Stream stream;
  Network network(stream, Architecture::parse("input 3x16x16 | conv 8 5x5 | relu | maxpool 2 | conv 12 3x3 | relu | "
                                              "globalavgpool | flatten | dense 4"));
  network.initialize(stream, Initializer::he_normal, 3);
  ModelInfo info;
  info.architecture = network.architecture();
  save_model(folder / "base.safetensors", stream, info, network);
  driver.run("satellite.base " + (folder / "base.safetensors"));
  driver.run("satellite.epochs 100");
  train("random");
  EXPECT_GT(driver.number("satellite.accuracy"), 0.5);
  driver.run("satellite.view map");
  EXPECT_EQ(driver.number("satellite.done"), 1);
  EXPECT_EQ(driver.text("satellite.way"), "one convolutional run");
  EXPECT_EQ(driver.text("satellite.class 280 180"), "water");
  driver.run("satellite.tile 16 45");
  EXPECT_EQ(driver.text("satellite.class 249 160").empty(), false);
  EXPECT_EQ(driver.text("satellite.way"), "tile by tile: tiles move by 9 pixels, the network by 2");
}

TEST_F(SatellitePageTest, the_training_becomes_a_project_with_the_same_parts) {
  const TestFolder folder;
  driver.run("satellite.split geographic");
  const double training = driver.number("satellite.parts.training"), tiles = driver.number("satellite.tiles");
  driver.run("satellite.export " + (folder / "project"));
  for (const char* name : {"train.py", "model.py", "data.py", "README.md", "start.safetensors", "data/pictures.npy"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / (std::string("project/") + name))) << name;
  }
  std::ifstream split(folder / "project/split.csv");
  double learned = 0, tested = 0;
  for (std::string line; std::getline(split, line);) {
    learned += line.starts_with("training,");
    tested += line.starts_with("test,");
  }
  EXPECT_EQ(learned, training);
  EXPECT_EQ(tested, tiles - training);
  EXPECT_NE(driver.failure("satellite.export " + (folder / "project")).find("not empty"), std::string::npos);
}

// A random split is drawn once: the project has the one that the page learned with.
TEST_F(SatellitePageTest, the_project_of_a_random_split_has_its_very_tiles) {
  const TestFolder folder;
  driver.run("satellite.seed 3");
  driver.run("satellite.split random");
  driver.number("satellite.tiles");
  driver.run("satellite.export " + (folder / "project"));
  SatelliteSetup setup;
  setup.seed = 3;
  Progress progress;
  const SatelliteTilesPtr tiles = load_tiles(setup, progress);
  const SatelliteParts parts = parts_of(*tiles, SatelliteSplit::random);
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
}

TEST_F(SatellitePageTest, bad_tiles_scenes_and_bases_are_told_and_nothing_is_lost) {
  const TestFolder folder;
  const auto picture = [&](const std::string& name, int side, int value) {
    Image image;
    image.width = image.height = side, image.channels = 3;
    image.bytes.resize(image.value_count());
    for (size_t i = 0; i < image.value_count(); ++i)
      image.bytes.data()[i] = static_cast<uint8_t>((value + static_cast<int>(i) * 7) % 256);
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    write_image(folder / name, image);
  };
  const auto broken = [&](const std::string& name) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    std::ofstream(folder / name) << "\x89PNG\r\n\x1a\nno more";
  };
  const auto why = [&](const char* readout) -> std::string {
    try {
      driver.number(readout);
    } catch (const NotReady&) {
      return "not ready";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.hint()), "") << error.what();
      return error.what();
    }
    return "no error";
  };
  for (int i = 0; i < 4; ++i) {
    for (const char* name : {"good/dark/", "good/light/", "alone/dark/", "halved/dark/"})
      picture(fmt::format("{}{}.png", name, i), 16, std::string(name).find("light") == std::string::npos ? i : 120 + i);
  }
  picture("single/dark/0.png", 16, 0);
  picture("single/light/0.png", 16, 120);
  for (int i = 0; i < 3; ++i) broken(fmt::format("halved/light/{}.png", i));
  std::filesystem::create_directories(folder / "empty/dark");
  std::filesystem::create_directories(folder / "empty/light");

  driver.run("satellite.epochs 3");
  train("random");
  const double accuracy = driver.number("satellite.accuracy");
  const auto bad = [&](const std::string& command, const char* readout, const char* words) {
    driver.run(command);
    driver.run("satellite.train");
    const std::string said = why(readout);
    EXPECT_NE(said.find(words), std::string::npos) << command << ": " << said;
    for (const char* view : {"data", "training", "confusion", "map"}) driver.run(std::string("satellite.view ") + view);
  };
  bad("satellite.data folder:" + (folder / "halved"), "satellite.accuracy", "halved/light");
  bad("satellite.data folder:" + (folder / "alone"), "satellite.accuracy", "one class");
  bad("satellite.data folder:" + (folder / "single"), "satellite.accuracy", "no tiles");
  bad("satellite.data folder:" + (folder / "empty"), "satellite.accuracy", "no picture");
  driver.run("satellite.data world");
  EXPECT_EQ(driver.number("satellite.accuracy"), accuracy) << "what was learned is there again";

  Stream stream;
  Network network(stream, Architecture::parse("input 3x16x16 | flatten | dense 9 | relu | dense 4"));
  network.initialize(stream, Initializer::pytorch, 3);
  ModelInfo info;
  info.architecture = network.architecture();
  save_model(folder / "dense.safetensors", stream, info, network);
  bad("satellite.base " + (folder / "dense.safetensors"), "satellite.accuracy", "no convolution");
  driver.run("satellite.base color");
  EXPECT_EQ(driver.number("satellite.accuracy"), accuracy);

  picture("small.png", 9, 3);
  driver.run("satellite.scene " + (folder / "small.png"));
  driver.run("satellite.view map");
  try {
    driver.text("satellite.class 0 0");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("9 x 9 pixels are less than a tile of 16"), std::string::npos);
  }
  broken("broken.png");
  driver.run("satellite.scene " + (folder / "broken.png"));
  EXPECT_THROW(driver.text("satellite.class 0 0"), Error);
  EXPECT_EQ(driver.number("satellite.accuracy"), accuracy);
  driver.run("satellite.scene world");
  EXPECT_EQ(driver.text("satellite.class 249 160").empty(), false);
}

TEST_F(SatellitePageTest, its_lessons_hold) {
  play_lesson(driver, "hands-on");
  play_lesson(driver, "split-that-lies");
}

}  // namespace striate
