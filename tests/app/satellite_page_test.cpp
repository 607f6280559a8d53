// The page satellite: what its trainings come to, what its map says, every view drawn, what goes wrong told.
#include <filesystem>
#include <string>
#include <vector>

#include "app/command/not_ready.h"
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

TEST_F(SatellitePageTest, a_hidden_page_goes_on_training_and_classifies_nothing) {
  driver.run("satellite.view map");
  driver.app.run("satellite.train");
  driver.app.run("page pixels");
  driver.settle();
  EXPECT_EQ(driver.number("satellite.trained"), 1);
  EXPECT_EQ(driver.number("satellite.done"), 0);
}

TEST_F(SatellitePageTest, its_lessons_hold) {
  play_lesson(driver, "hands-on");
  play_lesson(driver, "split-that-lies");
}

}  // namespace striate
