// Heat maps on the page `features`: their numbers are the engine's own, beside controls of the same network; drawn in
// every state; stopped, they never look finished.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/widgets/heat_picture.h"
#include "engine/explain/heat.h"
#include "engine/explain/randomize.h"
#include "engine/explain/rank_correlation.h"
#include "engine/explain/sobel.h"
#include "engine/network/find_layer.h"
#include "engine/training/checkpoint.h"
#include "tests/app/page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x24x24 | c1: conv 4 3x3 pad 1 | r1: relu | maxpool 2 | c2: conv 6 3x3 pad 1 | r2: relu | globalavgpool | "
    "flatten | fc: dense 3";

std::string saved(const TestFolder& folder, const std::string& text = kNet) {
  Stream stream(Device::cpu());
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  info.classes = {"ant", "bee", "cat"};
  if (info.architecture.shapes(1).back()[1] != 3) info.classes.clear();
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  save_model(folder / "net.safetensors", stream, info, network);
  return folder / "net.safetensors";
}

// Why a readout has no value.
std::string why_not(PageDriver& driver, const std::string& readout) {
  try {
    driver.number(readout);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return {};
}

class HeatMaps : public testing::Test {
 protected:
  HeatMaps() : driver("features") {
    driver.show(made_picture(24, 24, 3));
    driver.run("network.open " + saved(folder));
  }
  // The same asked of the engine.
  Heat by_engine(const std::string& method, std::optional<int> against = std::nullopt, int drawn = -1) {
    Stream stream(Device::cpu());
    OpenNetwork network = OpenNetwork::open(stream, folder / "net.safetensors");
    NetworkPicture picture;
    picture.image = driver.app.document().image;
    input = network.look_at(picture);
    const NetworkAnswer answer = *network.run(input.values);
    HeatSettings how;
    how.method = parse_heat_method(method);
    how.occlusion = {6, 3, 0};
    how.integrated.steps = 20;
    std::optional<int> other;
    if (against) other = answer.order[static_cast<size_t>(*against)];
    const Target target = class_target(*network.info(), answer.order[0], other);
    std::optional<RandomizedWeights> control;
    if (drawn >= 0) control.emplace(network, cascade(*network.info(), drawn), 1);
    return *heat(network, input.values, target, how);
  }
  TestFolder folder;
  PageDriver driver;
  LookedAt input;
};

}  // namespace

TEST_F(HeatMaps, are_those_of_the_engine_beside_their_controls) {
  driver.run("features.occlude 6 3");
  driver.run("features.steps 20");
  for (const HeatMethod each : heat_methods()) {
    const std::string method = heat_method_name(each);
    SCOPED_TRACE(method);
    driver.run("features.method " + method);
    driver.run("features.class 0");
    const Heat heat = by_engine(method), twin = by_engine(method, std::nullopt, 0);
    EXPECT_FLOAT_EQ(static_cast<float>(driver.number("features.score")), static_cast<float>(heat.score));
    EXPECT_FLOAT_EQ(static_cast<float>(driver.number("features.sum")), static_cast<float>(heat.sum));
    for (const auto& [row, column] : {std::pair{0, 0}, {2, 1}, {3, 3}}) {
      EXPECT_EQ(static_cast<float>(driver.number(fmt::format("features.map {} {}", row, column))),
                heat.map.at(row, column));
    }
    const std::optional<double> alike = rank_correlation(heat.map.values, twin.map.values);
    if (alike) {
      EXPECT_NEAR(driver.number("features.correlation"), *alike, 1e-9);
    } else {
      EXPECT_NE(why_not(driver, "features.correlation").find("no ranks"), std::string::npos);
    }
    EXPECT_NE(why_not(driver, "features.map 99 0").find("the map has no row 99, column 0"), std::string::npos);
  }
}

TEST_F(HeatMaps, the_control_goes_down_layer_by_layer_and_can_be_none) {
  driver.run("features.method gradient");
  EXPECT_EQ(driver.text("features.randomize"), "all");
  EXPECT_EQ(driver.number("features.cascade"), 3);
  const double all = driver.number("features.correlation");
  driver.run("features.randomize fc");
  EXPECT_EQ(driver.number("features.cascade"), 1);
  EXPECT_NE(driver.number("features.correlation"), all);
  driver.run("features.cascade 2");
  EXPECT_EQ(driver.text("features.randomize"), "3");
  const Heat heat = by_engine("gradient"), twin = by_engine("gradient", std::nullopt, 4);
  EXPECT_NEAR(driver.number("features.correlation"), *rank_correlation(heat.map.values, twin.map.values), 1e-9);
  driver.run("features.cascade 3");
  EXPECT_EQ(driver.text("features.randomize"), "all");
  EXPECT_NEAR(driver.number("features.correlation"), all, 1e-12);
  driver.run("features.cascade 0");
  EXPECT_EQ(driver.text("features.randomize"), "none");
  EXPECT_NE(why_not(driver, "features.correlation").find("there is no control"), std::string::npos);
  Stream stream(Device::cpu());
  const HeatMap edges = sobel(stream, {3, 24, 24}, input.pixels);
  EXPECT_NEAR(driver.number("features.edges"), *rank_correlation(heat.map.values, edges.values), 1e-9);
  EXPECT_NE(driver.failure("features.randomize c9").find("unknown layer"), std::string::npos);
}

TEST_F(HeatMaps, a_class_against_another_a_unit_and_lesions_are_followed) {
  driver.run("features.method gradcam");
  driver.run("features.class 0");
  driver.run("features.against 1");
  EXPECT_FLOAT_EQ(static_cast<float>(driver.number("features.score")),
                  static_cast<float>(by_engine("gradcam", 1).score));
  EXPECT_NEAR(driver.number("features.score"), driver.number("network.logit") - driver.number("network.logit 1"), 1e-5);
  driver.run("features.method gradient");
  driver.run("features.layer r1");
  driver.run("features.unit 2 3 4");
  EXPECT_NEAR(driver.number("features.score"), driver.number("network.value r1 2 3 4"), 1e-6);
  driver.run("features.class 0");
  driver.run("features.against none");
  const double whole = driver.number("features.sum");
  driver.run("network.lesion c1 0");
  EXPECT_NE(driver.number("features.sum"), whole);
  driver.run("network.restore");
  EXPECT_EQ(driver.number("features.sum"), whole);
}

TEST_F(HeatMaps, every_state_is_drawn) {
  driver.run("features.occlude 6 3");
  for (const Vec size : {Vec{1280, 800}, Vec{1920, 1080}, Vec{1024, 620}}) {
    driver.size = size;
    for (const HeatMethod each : heat_methods()) {
      driver.run(std::string("features.method ") + heat_method_name(each));
      for (const char* line : {"features.class 0", "features.against 1", "features.raw on", "features.opacity 0.3",
                               "features.raw off", "features.against none", "features.layer c2", "features.unit 1",
                               "features.cascade 1", "features.randomize none", "features.randomize all"}) {
        driver.run(line);
      }
    }
  }
  driver.size = {1280, 800};
  driver.run("features.method guided");
  driver.run("features.channels sum");
  driver.run("features.rule 2");
  driver.run("features.class 1");
  EXPECT_NE(driver.ui.find_item("g of guided"), nullptr);
  EXPECT_NE(driver.ui.find_item("the map of random weights"), nullptr);
}

TEST_F(HeatMaps, what_is_stopped_is_not_finished_until_it_is_begun_again) {
  driver.run("features.method occlusion");
  driver.run("features.occlude 6 3");
  const double sum = driver.number("features.sum");
  driver.app.run("features.occlude 2 1");
  driver.frame();
  driver.app.run("features.stop");
  driver.settle();
  const std::string after = why_not(driver, "features.sum");
  if (after.find("stopped") != std::string::npos) {  // else it had been faster than the hand
    driver.run("features.start");
  }
  EXPECT_NO_THROW(driver.number("features.sum"));
  driver.run("features.occlude 6 3");
  EXPECT_EQ(driver.number("features.sum"), sum);
}

TEST(HeatMapsOf, networks_without_relu_classes_or_convolution_say_so) {
  TestFolder folder;
  PageDriver driver("features");
  driver.show(made_picture(24, 24, 3));
  driver.run("network.open " + saved(folder, "input 3x24x24 | flatten | dense 8 | tanh | dense 3"));
  driver.run("features.class 0");
  driver.run("features.method guided");
  EXPECT_NO_THROW(driver.number("features.sum"));
  driver.run("features.method gradcam");
  EXPECT_NE(why_not(driver, "features.sum").find("rows and columns before"), std::string::npos);
  driver.run("network.open " + saved(folder, "input 3x24x24 | conv 5 3x3 | relu"));
  driver.run("features.of class");
  driver.run("features.method gradient");
  EXPECT_EQ(why_not(driver, "features.sum"), "net.safetensors does not name what a picture shows");
  driver.run("features.unit 1 2 2");
  EXPECT_NO_THROW(driver.number("features.sum"));
}

TEST(HeatPicture, leaves_out_what_no_cell_covers_and_what_is_not_there_yet) {
  HeatMap map;
  map.rows = 1, map.columns = 3;
  map.values = {1, -1, NAN};
  map.step_y = map.step_x = 2, map.size_y = map.size_x = 4;
  // Cells of 4 pixels every 2: each is drawn 2 wide around its middle, one pixel stays free at both ends.
  EXPECT_FALSE(heat_at(map, 1.5, 0.5));
  EXPECT_EQ(*heat_at(map, 1.5, 1.5), 1);
  EXPECT_EQ(*heat_at(map, 1.5, 3.5), -1);
  EXPECT_FALSE(heat_at(map, 1.5, 5.5));
  EXPECT_FALSE(heat_at(map, 3.5, 3.5));
  const Image shown = shown_heat(map, true, {1, 4, 8}, 1);
  EXPECT_EQ(shown.at(0, 1)[0], shown.at(6, 1)[0]);
  EXPECT_NE(shown.at(1, 1)[0], shown.at(3, 1)[0]);
  EXPECT_EQ(beside({shown, shown}, 8).width, 24);
}

}  // namespace striate
