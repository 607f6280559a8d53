// The open network: what commands set and readouts say, its page drawn and clicked, and that it follows the training.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/network/network_in_use.h"
#include "engine/camera/camera.h"
#include "engine/files/image_file.h"
#include "engine/network/find_layer.h"
#include "engine/session/session.h"
#include "tests/app/page_driver.h"
#include "tests/app/saved_network.h"
#include "tests/environment.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet = "input 3x16x16 | conv 4 3x3 pad 1 | relu | maxpool 2 | c2: conv 6 3x3 | relu | flatten | dense 3";

std::string saved(const TestFolder& folder, const std::string& name = "net.safetensors",
                  const std::string& text = kNet) {
  return save_network(folder / name, text, {"ant", "bee", "cat"});
}

// What the command line's session says.
std::vector<float> outputs(const std::string& file, const Image& image) {
  Stream stream(Device::cpu());
  Session session = Session::open(stream, file);
  SessionRequest request;
  request.input = session.input_of(image);
  return session.run(request)->output.values;
}

class NetworkPageTest : public testing::Test {
 protected:
  NetworkPageTest() : driver("network") { driver.show(made_picture(40, 30, 3)); }
  TestFolder folder;
  PageDriver driver;
};

}  // namespace

TEST_F(NetworkPageTest, without_a_network_everything_says_what_to_do) {
  driver.frames(2);
  for (const auto& [name, readout] : driver.app.registry().readouts()) {
    if (!name.starts_with("network.") || !readout.parameters.empty()) continue;
    try {
      driver.app.registry().read(name);
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "no network is open") << name;
      EXPECT_NE(error.hint().find("network.open"), std::string::npos) << name;
    }
  }
  EXPECT_EQ(driver.failure("network.use opened"),
            "no network was opened / open one: network.open NAME, or network.open FILE");
  EXPECT_NE(driver.failure("network.open resnet5").find("did you mean"), std::string::npos);
  EXPECT_NE(driver.failure("network.open nowhere/a.onnx").find("there is no such file / check the path"),
            std::string::npos);
  EXPECT_NE(driver.failure("network.image drawing").find("nothing is drawn / draw on the pad"), std::string::npos);
  EXPECT_NE(driver.failure("network.image test 3").find("nothing is being trained / begin a training"),
            std::string::npos);
  EXPECT_FALSE(driver.app.busy());
}

TEST_F(NetworkPageTest, a_file_is_opened_and_shown_with_its_layers_and_classes) {
  const std::string file = saved(folder);
  driver.run("open " + file);
  EXPECT_EQ(driver.text("page"), "network");
  EXPECT_EQ(driver.text("network.name"), "net.safetensors");
  EXPECT_EQ(driver.text("network.source"), "given");
  EXPECT_EQ(driver.text("network.use"), "opened");
  EXPECT_EQ(driver.number("network.layers"), 7);
  EXPECT_EQ(driver.text("network.layer 3"), "conv 6 3x3");
  EXPECT_EQ(driver.text("network.layer c2"), "conv 6 3x3");
  EXPECT_EQ(driver.text("network.shape 2"), "4 x 8 x 8");
  EXPECT_EQ(driver.number("network.parameters"), 4 * 28 + 6 * 37 + 3 * 217);
  const std::vector<float> logits = outputs(file, *driver.app.document().image);
  const char* const names[] = {"ant", "bee", "cat"};
  std::vector<int> order = {0, 1, 2};
  std::sort(order.begin(), order.end(),
            [&](int a, int b) { return logits[static_cast<size_t>(a)] > logits[static_cast<size_t>(b)]; });
  for (int n = 0; n < 3; ++n) {
    const auto c = static_cast<size_t>(order[static_cast<size_t>(n)]);
    EXPECT_EQ(driver.text(fmt::format("network.class {}", n)), names[c]);
    EXPECT_EQ(driver.number(fmt::format("network.logit {}", n)), static_cast<double>(logits[c]));
    EXPECT_EQ(driver.number(fmt::format("network.value 6 {} 0 0", c)), static_cast<double>(logits[c]));
  }
  EXPECT_EQ(driver.text("network.class"), names[order[0]]);
  EXPECT_NEAR(driver.number("network.probability 0") + driver.number("network.probability 1") +
                  driver.number("network.probability 2"),
              1, 1e-6);
  EXPECT_THROW(driver.number("network.class 3"), Error);
  EXPECT_THROW(driver.number("network.step"), Error);
  // On the screen, too.
  std::vector<std::string> texts;
  driver.ui.record_texts(&texts);
  driver.frame();
  driver.ui.record_texts(nullptr);
  for (const char* wanted : {"ant", "bee", "cat", "conv 4 3x3 pad 1", "4 \u00d7 16 \u00d7 16"}) {
    EXPECT_NE(std::find(texts.begin(), texts.end(), wanted), texts.end()) << wanted;
  }
}

TEST_F(NetworkPageTest, clicks_choose_a_layer_and_cut_a_channel_out) {
  driver.size = {1280, 1200};  // the whole inspector
  driver.run("network.open " + saved(folder));
  const double before = driver.number("network.logit");
  driver.click("layer 1");
  EXPECT_EQ(driver.text("network.select"), "1");
  const Item* maps = driver.ui.find_item("maps of the layer");
  ASSERT_NE(maps, nullptr);
  driver.click_at({maps->rect.x + 8, maps->rect.y + 8});
  EXPECT_EQ(driver.text("network.lesion"), "1 0");
  EXPECT_NE(driver.number("network.logit"), before);
  driver.click("Restore all");
  EXPECT_EQ(driver.text("network.lesion"), "");
  EXPECT_EQ(driver.number("network.logit"), before);
  driver.click("Cut this layer out");
  EXPECT_EQ(driver.text("network.lesion"), "1");
  EXPECT_EQ(driver.number("network.value 1 2 3 4"), 0);
  driver.run("undo");
  EXPECT_EQ(driver.number("network.logit"), before);
  driver.click("Draw anew");
  EXPECT_EQ(driver.text("network.source"), "random");
  EXPECT_NE(driver.number("network.logit"), before);
  driver.click("Given weights");
  EXPECT_EQ(driver.number("network.logit"), before);
  EXPECT_EQ(driver.failure("network.lesion 1 4"), "layer 1 has no channel 4 / channels count from 0 to 3");
  EXPECT_NE(driver.failure("network.lesion c3").find("unknown layer \"c3\" / did you mean"), std::string::npos);
}

TEST_F(NetworkPageTest, every_state_is_drawn) {
  for (const char* line :
       {"network.open lenet5", "network.select 2", "network.select 6", "network.select input", "network.lesion 0 1",
        "network.image sample:balloons", "network.open tinyvgg", "network.select 3", "network.weights random 4",
        "network.image portrait", "network.open resnet20", "network.open mlp"}) {
    driver.run(line);
    driver.frames(2);
  }
  driver.size = {800, 500};
  driver.frames(3);
  driver.size = {1920, 1080};
  driver.frames(3);
  driver.show(nullptr);
  driver.run("network.image picture");
  EXPECT_THROW(driver.text("network.class"), Error);
  driver.frames(3);
}

TEST_F(NetworkPageTest, a_known_architecture_is_random_and_says_so) {
  driver.run("network.open lenet5");
  EXPECT_EQ(driver.text("network.name"), "lenet5");
  EXPECT_EQ(driver.text("network.source"), "random");
  EXPECT_EQ(driver.number("network.parameters"), 61706);
  EXPECT_EQ(driver.text("network.weights"), "random 0");
  const double first = driver.number("network.logit");
  driver.run("network.weights random 8");
  EXPECT_NE(driver.number("network.logit"), first);
  driver.run("network.weights random 0");
  EXPECT_EQ(driver.number("network.logit"), first);
  EXPECT_NE(driver.failure("network.weights given").find("it has no weights but random ones / open a file"),
            std::string::npos);
}

TEST_F(NetworkPageTest, a_file_that_can_t_be_read_leaves_what_was_open) {
  driver.run("network.open " + saved(folder));
  const double before = driver.number("network.logit");
  std::ofstream(folder / "bad.onnx") << "no model";
  driver.run("open " + (folder / "bad.onnx"));
  ASSERT_FALSE(driver.app.notices().empty());
  EXPECT_NE(driver.app.notices().back().what.find("bad.onnx"), std::string::npos);
  EXPECT_FALSE(driver.app.notices().back().hint.empty());
  EXPECT_TRUE(driver.app.take_failure().has_value());
  EXPECT_EQ(driver.text("network.name"), "net.safetensors");
  EXPECT_EQ(driver.number("network.logit"), before);
}

TEST_F(NetworkPageTest, undo_and_its_state_bring_everything_back) {
  const std::string one = saved(folder), two = saved(folder, "two.safetensors", "input 1x8x8 | flatten | dense 3");
  driver.run("network.open " + one);
  driver.run("network.lesion 0 2");
  driver.run("network.lesion c2");
  driver.run("network.image sample:balloons");
  driver.run("network.select 4");
  const std::vector<std::string> state = driver.app.document().network->state();
  const double logit = driver.number("network.logit");
  driver.run("network.open " + two);
  EXPECT_EQ(driver.number("network.layers"), 2);
  driver.run("undo");
  EXPECT_EQ(driver.app.document().network->state(), state);
  EXPECT_EQ(driver.number("network.logit"), logit);
  driver.run("redo");
  EXPECT_EQ(driver.text("network.name"), "two.safetensors");
  // The lines alone, one after the other without waiting, in a fresh program.
  PageDriver fresh("network");
  for (const std::string& line : state) fresh.app.run(line);
  fresh.settle();
  EXPECT_EQ(fresh.number("network.logit"), logit);
  EXPECT_EQ(fresh.app.document().network->state(), state);
  EXPECT_EQ(fresh.app.page().state().back(), "network.select 0");
  driver.run("open sample:night");
  // What `open` did to the network is taken back as well.
  driver.run("open " + one);
  driver.run("undo");
  EXPECT_EQ(driver.text("network.name"), "two.safetensors");
}

TEST_F(NetworkPageTest, it_is_the_network_of_the_training_at_the_step_that_is_shown) {
  for (const char* line : {"train.data digits:200", "train.layers conv 3 5x5 | relu | maxpool 2 | flatten | dense 10",
                           "train.batch 16", "train.until 6"}) {
    driver.run(line);
  }
  driver.run("network.image test 3");
  EXPECT_EQ(driver.text("network.source"), "training");
  EXPECT_EQ(driver.number("network.step"), 6);
  const double at_six = driver.number("network.logit"), value = driver.number("network.value 0 1 3 4");
  // The same as the file that the training is saved to.
  driver.run("train.save " + (folder / "net.safetensors"));
  driver.run("network.open " + (folder / "net.safetensors"));
  EXPECT_EQ(driver.text("network.source"), "given");
  EXPECT_EQ(driver.number("network.step"), 6);
  EXPECT_EQ(driver.number("network.logit"), at_six);
  EXPECT_EQ(driver.number("network.value 0 1 3 4"), value);
  driver.run("network.use training");
  driver.run("train.scrub 2");
  EXPECT_EQ(driver.number("network.step"), 2);
  EXPECT_NE(driver.number("network.logit"), at_six);
  driver.run("network.use opened");
  EXPECT_EQ(driver.number("network.logit"), at_six) << "it stays while the training is somewhere else";
  driver.run("network.use training");
  driver.run("train.scrub 6");
  EXPECT_EQ(driver.number("network.logit"), at_six);
  // What the student draws.
  driver.run("page train");
  driver.run("train.view draw");
  driver.run("train.draw 70 60 210 60 120 230");
  driver.run("network.image drawing");
  EXPECT_EQ(driver.text("network.class"), driver.text("train.draw.class"));
  EXPECT_NEAR(driver.number("network.probability"), driver.number("train.draw.probability"), 1e-6);
  // Another network: what was cut out of the one before is none of its.
  driver.run("network.lesion 0 1");
  driver.run("train.layers flatten | dense 10");
  driver.run("train.discard yes");
  driver.run("train.step");
  driver.run("train.discard yes");
  EXPECT_EQ(driver.number("network.layers"), 2);
  EXPECT_EQ(driver.text("network.lesion"), "");
}

TEST_F(NetworkPageTest, it_follows_a_training_that_runs) {
  for (const char* line : {"train.data digits:200", "train.layers conv 3 5x5 | relu | flatten | dense 10",
                           "train.batch 16", "train.start"}) {
    driver.app.run(line);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  double first = -1, last = -1;
  while (last < first + 5 || first < 0) {
    driver.frame();
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "it does not follow";
    try {
      last = driver.number("network.step");
      if (first < 0) first = last;
    } catch (const Error&) {
      std::this_thread::yield();  // not answered yet
    }
  }
  driver.run("train.pause");
  EXPECT_EQ(driver.number("network.step"), driver.number("train.step"));
}

TEST_F(NetworkPageTest, it_looks_through_a_camera_while_somebody_looks_at_it) {
  const std::string cam = folder / "cam";
  std::filesystem::create_directory(cam);
  for (const int bright : {0, 1}) {
    std::ofstream(cam + (bright == 0 ? "/a.ppm" : "/b.ppm"))
        << "P3 2 2 255 " << (bright == 0 ? "9 9 9 0 0 0 9 9 9 0 0 0" : "255 0 0 9 9 9 0 0 255 9 9 9");
  }
  std::ofstream(cam + "/c.txt") << "no picture";
  const EnvironmentVariable camera("STRIATE_CAMERA", cam);
  const std::string net = saved(folder);
  driver.run("network.open " + net);
  driver.run("network.image camera");
  const double one = outputs(net, *read_image(cam + "/a.ppm"))[0], other = outputs(net, *read_image(cam + "/b.ppm"))[0];
  ASSERT_NE(one, other);
  bool saw_one = false, saw_other = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!saw_one || !saw_other) {
    driver.frame();
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the pictures don't change";
    const NetworkMomentPtr& moment = driver.app.document().network->moment();
    if (!moment || moment->answer.logits.empty() || moment->of.state.image != "camera") continue;
    saw_one = saw_one || moment->answer.logits[0] == static_cast<float>(one);
    saw_other = saw_other || moment->answer.logits[0] == static_cast<float>(other);
  }
  EXPECT_TRUE(driver.app.document().network->has_camera());
  driver.run("network.image portrait");
  EXPECT_EQ(driver.text("network.image"), "portrait");

  camera.set(folder / "nowhere");
  driver.run("network.image camera");  // what is wrong with it is found behind the window
  while (driver.text("network.image") == "camera") driver.frame();
  EXPECT_EQ(driver.text("network.image"), "portrait");
  camera.remove();
  if (!has_camera()) {
    EXPECT_NE(driver.failure("network.image camera").find("there is no camera / plug one in"), std::string::npos);
  }
}

}  // namespace striate
