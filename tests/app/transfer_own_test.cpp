// Own classes on page transfer: a button is held and things are shown to the camera, which is a folder of pictures
// here.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/command/script_files.h"
#include "engine/camera/camera.h"
#include "engine/files/image_file.h"
#include "engine/training/data/burst_folder.h"
#include "tests/app/page_driver.h"
#include "tests/environment.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

class TransferOwnTest : public testing::Test {
 protected:
  TransferOwnTest() : camera("STRIATE_CAMERA", folder / "cam"), driver("transfer") {
    fs::create_directory(folder / "cam");
    show("200 40 40");
    driver.run("transfer.base lenet5-digits");
    driver.run("transfer.seeds 1");
    driver.run("transfer.examples 2");
  }
  // What lies before the camera: a color with a little of something.
  void show(const std::string& color) {
    for (int i = 0; i < 3; ++i) {
      std::ofstream file(folder / fmt::format("cam/{}.ppm", i));
      file << "P3 40 30 255";
      for (int k = 0; k < 1200; ++k) file << " " << (k % 40 == 5 + i ? "9 9 9" : color);
    }
  }
  void wait_for(const std::function<bool()>& is) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is()) {
      driver.frame();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }
  // A burst of at least so many pictures.
  void hold(const std::string& name, int pictures) {
    const double before = driver.number("transfer.own.pictures");
    driver.run("transfer.hold " + quoted(name) + " on");
    EXPECT_EQ(driver.text("transfer.hold"), name);
    wait_for([&] { return driver.number("transfer.own.pictures") >= before + pictures; });
    driver.run("transfer.let_go");
    EXPECT_EQ(driver.text("transfer.hold"), "none");
  }
  std::string why(const std::string& readout) {
    try {
      driver.app.registry().read(readout);
    } catch (const NotReady&) {
      return "not ready";
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "";
  }
  TestFolder folder;
  EnvironmentVariable camera;
  PageDriver driver;
};

}  // namespace

TEST_F(TransferOwnTest, holding_a_button_is_a_burst_and_two_classes_can_be_learned) {
  driver.run("transfer.data own");
  EXPECT_EQ(driver.text("transfer.view"), "own");
  EXPECT_NE(why("transfer.classes").find("no own classes yet / name one"), std::string::npos);
  driver.run("transfer.class cup");
  driver.run("transfer.class \"red pen\"");
  EXPECT_EQ(driver.number("transfer.own.classes"), 2);
  EXPECT_NE(why("transfer.classes").find("'cup' has no pictures yet"), std::string::npos) << why("transfer.classes");
  for (int burst = 0; burst < 2; ++burst) {
    show("200 40 40");
    hold("cup", 3);
    show("30 60 220");
    hold("red pen", 3);
  }
  EXPECT_EQ(driver.number("transfer.own.bursts"), 4);
  EXPECT_EQ(driver.number("transfer.classes"), 2);
  EXPECT_EQ(driver.number("transfer.pictures"), driver.number("transfer.own.pictures"));
  driver.run("transfer.finish");
  EXPECT_GE(driver.number("transfer.transfer.accuracy"), 0.5);
  // One burst of a class can't be divided.
  driver.run("transfer.burst.remove cup 0");
  EXPECT_EQ(why("transfer.classes").find("class \"cup\" has a single burst"), 0u) << why("transfer.classes");
  EXPECT_EQ(driver.number("transfer.own.bursts"), 3);
  driver.run("undo");
  EXPECT_EQ(driver.number("transfer.own.bursts"), 4);
  EXPECT_EQ(driver.number("transfer.classes"), 2);
}

TEST_F(TransferOwnTest, pictures_come_eight_a_second_as_the_square_that_is_seen) {
  driver.run("transfer.class cup");
  const auto begin = std::chrono::steady_clock::now();
  hold("cup", 9);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_GE(seconds, 0.8);
  driver.run("transfer.own.folder " + folder / "kept");
  EXPECT_EQ(driver.text("transfer.own.folder"), folder / "kept");
  EXPECT_GE(driver.number("transfer.own.pictures"), 9);
  const ImagePtr first = read_image(folder / "kept/cup/burst-000-000.png");
  EXPECT_EQ(first->width, 30);
  EXPECT_EQ(first->height, 30);
  EXPECT_EQ(first->at(29, 29)[0], 200);
  // In another program the folder is there as it was.
  PageDriver again("transfer");
  again.run("transfer.own.folder " + folder / "kept");
  EXPECT_EQ(again.number("transfer.own.pictures"), driver.number("transfer.own.pictures"));
  EXPECT_EQ(again.number("transfer.own.bursts"), 1);
}

// A lesson from elsewhere asks before it looks through the camera, and what it asks about is not changed by the asking.
TEST_F(TransferOwnTest, turning_the_camera_on_counts_as_reading_a_file) {
  for (const char* line : {"transfer.hold cup on", "transfer.own.camera on"}) {
    const std::optional<FileInLine> file = file_in(line, driver.app.registry());
    ASSERT_TRUE(file) << line;
    EXPECT_EQ(file->path, "on");
    driver.app.registry().check(file->with(file->path));  // throws
  }
  EXPECT_FALSE(file_in("transfer.hold cup off", driver.app.registry()));
  EXPECT_FALSE(file_in("transfer.own.camera off", driver.app.registry()));
}

TEST_F(TransferOwnTest, everything_can_be_undone) {
  driver.run("transfer.class cup");
  driver.run("transfer.class pen");
  hold("cup", 2);
  const double pictures = driver.number("transfer.own.pictures");
  driver.run("transfer.class.remove cup");
  EXPECT_EQ(driver.number("transfer.own.classes"), 1);
  EXPECT_EQ(driver.number("transfer.own.pictures"), 0);
  driver.run("undo");
  EXPECT_EQ(driver.number("transfer.own.classes"), 2);
  EXPECT_EQ(driver.number("transfer.own.pictures"), pictures);
  driver.run("undo");  // of the burst
  EXPECT_EQ(driver.number("transfer.own.pictures"), 0);
  EXPECT_EQ(driver.number("transfer.own.classes"), 2);
  driver.run("redo");
  EXPECT_EQ(driver.number("transfer.own.pictures"), pictures);
  driver.run("undo");
  driver.run("undo");
  driver.run("undo");
  EXPECT_EQ(driver.number("transfer.own.classes"), 0);
}

TEST_F(TransferOwnTest, hands_hold_the_button_and_the_keyboard_begins_and_ends) {
  driver.run("transfer.class cup");
  driver.settle();
  ASSERT_NE(driver.ui.find_item("hold cup"), nullptr);
  const Vec at = driver.ui.find_item("hold cup")->visible.center();
  driver.hands.move(at);
  driver.hands.button(0, true);
  driver.frames(6);
  EXPECT_EQ(driver.text("transfer.hold"), "cup");
  wait_for([&] { return driver.number("transfer.own.pictures") >= 2; });
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_EQ(driver.text("transfer.hold"), "none");
  EXPECT_EQ(driver.number("transfer.own.bursts"), 1);
  driver.ui.focus_on("hold cup");
  driver.frames(2);
  driver.hands.key({"Enter"});
  driver.frames(4);
  EXPECT_EQ(driver.text("transfer.hold"), "cup");
  wait_for([&] { return driver.number("transfer.own.bursts") >= 2; });
  driver.hands.key({"Enter"});
  driver.settle();
  EXPECT_EQ(driver.text("transfer.hold"), "none");
  driver.click("remove burst 0 of cup");
  EXPECT_EQ(driver.number("transfer.own.bursts"), 1);
  driver.click("remove class cup");
  EXPECT_EQ(driver.number("transfer.own.classes"), 0);
}

TEST_F(TransferOwnTest, a_camera_that_is_unplugged_or_missing_loses_nothing) {
  driver.run("transfer.class cup");
  driver.run("transfer.hold cup on");
  wait_for([&] { return driver.number("transfer.own.pictures") >= 2; });
  for (int i = 0; i < 3; ++i) fs::remove(folder / fmt::format("cam/{}.ppm", i));
  wait_for([&] { return driver.text("transfer.hold") == "none"; });
  EXPECT_GE(driver.number("transfer.own.pictures"), 2);
  EXPECT_EQ(driver.number("transfer.own.bursts"), 1);
  EXPECT_EQ(driver.text("transfer.own.camera"), "off");
  std::string all;
  for (const std::string& text : driver.texts(3)) all += text;
  EXPECT_NE(all.find("cam/"), std::string::npos) << all;
  ASSERT_NE(driver.ui.find_item("Try again"), nullptr);
  show("9 200 9");
  driver.click("Try again");
  EXPECT_EQ(driver.text("transfer.own.camera"), "on");
  hold("cup", 1);
  EXPECT_EQ(driver.number("transfer.own.bursts"), 2);
  driver.run("transfer.hold cup on");
  driver.run("transfer.hold cup off");
  EXPECT_EQ(driver.text("transfer.hold"), "none");
  camera.remove();
  if (!has_camera()) {
    const double pictures = driver.number("transfer.own.pictures");
    EXPECT_NE(driver.failure("transfer.hold cup on").find("there is no camera / plug one in"), std::string::npos);
    EXPECT_NE(driver.failure("transfer.own.camera on").find("there is no camera"), std::string::npos);
    EXPECT_EQ(driver.number("transfer.own.pictures"), pictures);
  }
}

TEST_F(TransferOwnTest, the_camera_is_off_until_it_is_asked_for_and_when_nobody_looks) {
  driver.run("transfer.view own");
  EXPECT_EQ(driver.text("transfer.own.camera"), "off");
  driver.click("Turn the camera on");
  EXPECT_EQ(driver.text("transfer.own.camera"), "on");
  driver.run("transfer.view curves");
  EXPECT_EQ(driver.text("transfer.own.camera"), "off");
  driver.run("transfer.class cup");
  driver.run("transfer.hold cup on");
  driver.run("page pixels");
  EXPECT_EQ(driver.text("transfer.hold"), "none");
  EXPECT_EQ(driver.text("transfer.own.camera"), "off");
  EXPECT_NE(driver.failure("transfer.hold cup on").find("only while somebody sees it"), std::string::npos);
  EXPECT_NE(driver.failure("transfer.hold pan on").find("no own class 'pan'"), std::string::npos);
  EXPECT_NE(driver.failure("transfer.hold cup maybe").find("neither on nor off"), std::string::npos);
}

TEST_F(TransferOwnTest, folders_that_are_dropped_are_classes_or_hold_them) {
  for (const char* name : {"all/spoons", "all/forks"}) {
    fs::create_directories(folder / name);
    for (int i = 0; i < 5; ++i) std::ofstream(folder / fmt::format("{}/{}.pgm", name, i)) << "P2 2 1 255 7 " << i;
  }
  EXPECT_EQ(driver.app.page().dropped({folder / "all"}),
            std::vector<std::string>{"transfer.data folder:" + folder / "all"});
  for (const std::string& line : driver.app.page().dropped({folder / "all/spoons", folder / "all/forks"})) {
    driver.run(line);
  }
  EXPECT_EQ(driver.text("transfer.data"), "own");
  EXPECT_EQ(driver.number("transfer.own.classes"), 2);
  EXPECT_EQ(driver.number("transfer.classes"), 2);
  EXPECT_EQ(driver.number("transfer.pictures"), 10);
  EXPECT_NE(driver.failure("transfer.hold spoons on").find("nothing is written"), std::string::npos);
  EXPECT_NE(driver.failure("transfer.class.folder " + folder / "cam/nowhere"), "");
  // A second time: one class more.
  fs::create_directories(folder / "knives");
  std::ofstream(folder / "knives/1.pgm") << "P2 2 1 255 7 9";
  std::ofstream(folder / "knives/2.pgm") << "P2 2 1 255 7 5";
  std::ofstream(folder / "knives/3.pgm") << "P2 2 1 255 9 5";
  for (const std::string& line : driver.app.page().dropped({folder / "knives"})) driver.run(line);
  EXPECT_EQ(driver.number("transfer.classes"), 3);
}

// Broken pictures, one class, one picture, labels without pictures: two lines each, and what was there is there again.
TEST_F(TransferOwnTest, folders_that_nothing_can_be_learned_from_say_why) {
  const auto says = [&](const std::string& data) {
    driver.run("transfer.data \"folder:" + folder / data + "\"");
    return why("transfer.classes");
  };
  const auto put = [&](const std::string& file, const std::string& text) {
    fs::create_directories(fs::path(folder / file).parent_path());
    std::ofstream(folder / file) << text;
  };
  put("one/cup/1.pgm", "P2 1 1 255 3");
  EXPECT_NE(says("one").find("one class only (\"cup\")"), std::string::npos) << says("one");
  put("single/cup/1.pgm", "P2 1 1 255 3");
  put("single/pen/1.pgm", "P2 1 1 255 4");
  EXPECT_NE(says("single").find("1 sample to choose 2"), std::string::npos) << says("single");
  put("labels/cup/names.csv", "1.png,cup");
  put("labels/pen/names.csv", "2.png,pen");
  EXPECT_NE(says("labels").find("is empty: no picture in it"), std::string::npos) << says("labels");
  put("broken/cup/1.pgm", "P2 1 1 255");
  for (int i = 0; i < 5; ++i) put(fmt::format("broken/pen/{}.pgm", i), "P2 1 1 255 4");
  EXPECT_NE(says("broken").find("no picture of class \"cup\" can be read"), std::string::npos) << says("broken");
  // One broken picture of several is left out.
  for (int i = 2; i < 6; ++i) put(fmt::format("broken/cup/{}.pgm", i), "P2 1 1 255 4");
  driver.run("transfer.data shapes:72");
  EXPECT_EQ(says("broken"), "");
  EXPECT_EQ(driver.number("transfer.pictures"), 9);
  EXPECT_NE(says("nowhere").find("there is no such folder"), std::string::npos);
  driver.run("transfer.data shapes:72");
  EXPECT_EQ(driver.number("transfer.pictures"), 72);
}

// The folder that own classes are kept in is nobody's business.
TEST_F(TransferOwnTest, own_classes_that_cannot_be_read_are_named_without_the_folder_that_keeps_them) {
  for (const char* name : {"cup", "pen"}) fs::create_directories(folder / name);
  std::ofstream(folder / "cup/1.pgm") << "P2 1 1 255";
  for (int i = 0; i < 5; ++i) std::ofstream(folder / fmt::format("pen/{}.pgm", i)) << "P2 1 1 255 4";
  for (const std::string& line : driver.app.page().dropped({folder / "cup", folder / "pen"})) driver.run(line);
  const std::string said = why("transfer.classes");
  EXPECT_EQ(said.find("no picture of class \"cup\" can be read: cup/1.pgm"), 0u) << said;
}

TEST_F(TransferOwnTest, draws_every_state_in_every_size) {
  driver.draw_states({
      {"transfer.view own"},
      {"transfer.data own"},
      {"transfer.own.camera on"},
      {"transfer.class cup", "transfer.class \"a rather long name of a class that has to be cut\""},
      {"transfer.hold cup on"},
      {"transfer.hold cup off"},
  });
}

}  // namespace striate
