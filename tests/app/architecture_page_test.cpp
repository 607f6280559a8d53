// The page architecture: its commands, readouts and errors, what hands do on the stage, the flow, the plan, the demo,
// and networks of any form: none, no pictures, one neuron, one pixel, 2,000 layers.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "app/network/network_in_use.h"
#include "app/scene/network_scene.h"
#include "tests/app/page_driver.h"
#include "tests/app/saved_network.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x16x16 | conv 4 3x3 pad 1 | relu | maxpool 2 | c2: conv 6 3x3 | relu | flatten | dense 12 | relu | dense 3";

std::string saved(const TestFolder& folder, const std::string& name = "net.safetensors",
                  const std::string& text = kNet) {
  return save_network(folder / name, text, {"ant", "bee", "cat"});
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class ArchitecturePageTest : public testing::Test {
 protected:
  ArchitecturePageTest() : driver("architecture") { driver.show(made_picture(40, 30, 3)); }

  void open(const std::string& text) {
    driver.run("architecture.model " + save_network(folder / "one.safetensors", text, {}));
  }
  std::string at(Vec place) { return driver.text(fmt::format("architecture.at {} {}", place.x, place.y)); }
  Vec stage() {
    return {static_cast<float>(driver.number("architecture.width")),
            static_cast<float>(driver.number("architecture.height"))};
  }
  // Of a grid of places of the stage: how many show a cell of this layer.
  int places_of(const std::string& layer) {
    int found = 0;
    const Vec size = stage();
    for (float y = 2; y < size.y; y += 6) {
      for (float x = 2; x < size.x; x += 6) found += at({x, y}).starts_with(layer + " ") ? 1 : 0;
    }
    return found;
  }
  // A place of the stage that shows a cell of this layer.
  Vec place_of(const std::string& layer) {
    const Vec size = stage();
    for (float y = 2; y < size.y; y += 3) {
      for (float x = 2; x < size.x; x += 3) {
        if (at({x, y}).starts_with(layer + " ")) return {x, y};
      }
    }
    ADD_FAILURE() << "nothing of layer " << layer << " can be seen";
    return {};
  }
  std::string state_line(const std::string& command) {
    for (const std::string& line : driver.app.page().state()) {
      if (line.starts_with(command + " ")) return line;
    }
    return {};
  }
  // What is selected, gives the number that the network has there; its sum is that number.
  void expect_a_value(const std::string& cell) {
    driver.run("architecture.select " + cell);
    EXPECT_EQ(driver.text("architecture.selected"), cell);
    EXPECT_EQ(driver.number("architecture.value"), driver.number("network.value " + cell)) << cell;
    if (!cell.starts_with("input")) {
      const double value = driver.number("architecture.value");
      EXPECT_NEAR(driver.number("architecture.sum"), value, 1e-5 * std::max(1.0, std::abs(value))) << cell;
    }
  }

  TestFolder folder;
  PageDriver driver;
};

}  // namespace

TEST_F(ArchitecturePageTest, without_a_network_everything_says_what_to_do) {
  driver.frames(2);
  for (const char* readout :
       {"parameters", "multiply_adds", "layers", "tensors", "selected", "value", "at 10 10", "upstream 0",
        "upstream.value 0", "upstream.count", "sum", "field.x", "field.y", "field.width", "field.height", "position"}) {
    try {
      driver.app.registry().read(std::string("architecture.") + readout);
      ADD_FAILURE() << readout;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "no network is open") << readout;
      EXPECT_NE(error.hint().find("network.open"), std::string::npos) << readout;
    }
  }
  for (const char* line : {"architecture.play",       "architecture.step",
                           "architecture.scrub 3",    "architecture.pause",
                           "architecture.toggle",     "architecture.view side",
                           "architecture.view fit",   "architecture.move 1 0 0",
                           "architecture.turn 30 10", "architecture.zoom 1.5",
                           "architecture.pan 10 10",  "architecture.demo on",
                           "architecture.demo off",   "architecture.select 0 1 2 3",
                           "architecture.open 0",     "architecture.kernels 0 on",
                           "architecture.close all",  "architecture.plan on",
                           "architecture.plan off",   "architecture.size milliseconds",
                           "architecture.deselect"}) {
    EXPECT_NO_THROW(driver.run(line)) << line;
  }
  EXPECT_NE(driver.failure("architecture.plan.save " + (folder / "a.svg")).find("no network is open"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.svg"));
  EXPECT_NE(driver.failure("architecture.model resnet5").find("did you mean"), std::string::npos);
  EXPECT_FALSE(driver.app.busy());
  EXPECT_FALSE(driver.app.page().has_transport());
  driver.click("SqueezeNet");
  EXPECT_EQ(driver.text("network.name"), "squeezenet1_1");
  EXPECT_EQ(driver.text("page"), "architecture");
  EXPECT_GT(driver.number("architecture.tensors"), 20);
}

TEST_F(ArchitecturePageTest, a_network_stands_there_with_its_tensors) {
  driver.run("architecture.model " + saved(folder));
  EXPECT_EQ(driver.number("architecture.layers"), 9);
  EXPECT_EQ(driver.number("architecture.tensors"), 7) << "both ReLUs behind layers are part of them";
  EXPECT_EQ(driver.number("architecture.parameters"), driver.number("network.parameters"));
  EXPECT_EQ(driver.number("architecture.multiply_adds"), driver.number("network.multiply_adds"));
  driver.run("architecture.every on");
  EXPECT_EQ(driver.number("architecture.tensors"), 10);
  driver.run("architecture.kernels c2 on");
  EXPECT_EQ(driver.number("architecture.tensors"), 10) << "weights are no tensors of a picture";
  EXPECT_EQ(driver.number("architecture.position"), 11) << "but what flows passes them";
  const Vec size = stage();
  EXPECT_EQ(size.x, driver.size.x - 340);
  EXPECT_EQ(size.y, driver.size.y - 56);
}

TEST_F(ArchitecturePageTest, wrong_layers_and_cells_say_what_is_right) {
  driver.run("architecture.model " + saved(folder));
  for (const char* line : {"architecture.select c3 0 0 0", "architecture.open c3", "architecture.close c3",
                           "architecture.kernels c3 on", "architecture.show c3"}) {
    EXPECT_NE(driver.failure(line).find("unknown layer \"c3\" / did you mean"), std::string::npos) << line;
  }
  EXPECT_NE(driver.failure("architecture.open 9").find("unknown layer"), std::string::npos);
  EXPECT_EQ(driver.failure("architecture.select c2 6 0 0"),
            "layer c2 has no cell 6 0 0 / it has 6 channels of 6 rows and 6 columns, all from 0");
  EXPECT_EQ(driver.failure("architecture.select 0 0 16 0"),
            "layer 0 has no cell 0 16 0 / it has 4 channels of 16 rows and 16 columns, all from 0");
  EXPECT_EQ(driver.failure("architecture.select input 3 0 0"),
            "layer input has no cell 3 0 0 / it has 3 channels of 16 rows and 16 columns, all from 0");
  EXPECT_EQ(driver.failure("architecture.select 8 0 0 1"),
            "layer 8 has no cell 0 0 1 / it has 3 channels of 1 rows and 1 columns, all from 0");
  EXPECT_FALSE(driver.failure("architecture.select 0 -1 0 0").empty());
  EXPECT_EQ(driver.failure("architecture.kernels 2 on"),
            "layer 2 has no weights to multiply with / choose a convolution or a dense layer");
  EXPECT_EQ(driver.failure("architecture.kernels input on"),
            "layer input has no weights to multiply with / choose a convolution or a dense layer");
  EXPECT_EQ(driver.text("architecture.selected"), "none");
  for (const char* readout :
       {"architecture.value", "architecture.sum", "architecture.field.x", "architecture.upstream 0"}) {
    try {
      driver.value(readout);
      ADD_FAILURE() << readout;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "no cell is selected") << readout;
    }
  }
  driver.run("architecture.select 0 1 2 3");
  EXPECT_THROW(driver.value("architecture.upstream 5"), Error);
  EXPECT_FALSE(driver.failure("architecture.size volume").empty());
  EXPECT_FALSE(driver.failure("architecture.camera 0 81 3").empty());
  EXPECT_FALSE(driver.failure("architecture.view top").empty());
}

TEST_F(ArchitecturePageTest, what_is_too_large_is_not_opened) {
  // 20,000 maps of 16 x 16 are more than may be opened; the dense layer has more weights than may be shown.
  open("input 1x16x16 | conv 20000 1x1 | globalavgpool | dense 300");
  ASSERT_GT(20000 * 16 * 16, kMostOpenCells);
  EXPECT_NE(driver.failure("architecture.open 0").find("layer 0 cannot be opened: it has 5120000 values"),
            std::string::npos)
      << driver.failure("architecture.open 0");
  EXPECT_NE(driver.failure("architecture.kernels 2 on").find("layer 2 has 6000000 weights"), std::string::npos)
      << driver.failure("architecture.kernels 2 on");
  expect_a_value("0 19999 15 15");
  driver.frames(3);
  // Named before it was there, it stays closed.
  driver.run("architecture.model lenet5");
  driver.app.run("architecture.model " + (folder / "one.safetensors"));
  driver.app.run("architecture.open 0");
  driver.settle();
  driver.frames(3);
  EXPECT_EQ(driver.number("architecture.tensors"), 4);
}

TEST_F(ArchitecturePageTest, a_value_is_the_network_s_own_bit_for_bit) {
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.edges 0");
  const OpenNetworkInfoPtr info = driver.app.document().network->moment()->info;
  std::mt19937 random(11);
  for (int n = 0; n < 400; ++n) {
    const auto node = static_cast<size_t>(random() % info->layers.size());
    const Shape& shape = info->layers[node].shape;
    const Shape cells = shape.rank() == 3 ? shape : Shape{shape[0], 1, 1};
    const auto any = [&](int axis) { return static_cast<int64_t>(random() % static_cast<uint64_t>(cells[axis])); };
    const int64_t channel = any(0), row = any(1), column = any(2);
    const std::string cell =
        fmt::format("{} {} {} {}", node == 0 ? "input" : std::to_string(node - 1), channel, row, column);
    driver.app.run("architecture.select " + cell);
    ASSERT_EQ(driver.number("architecture.value"), driver.number("network.value " + cell)) << cell;
    ASSERT_EQ(driver.text("architecture.selected"), cell);
  }
  driver.run("architecture.edges 3");
  for (const char* cell :
       {"0 0 0 0", "0 3 15 15", "1 2 7 8", "2 1 7 0", "c2 5 0 5", "5 71 0 0", "6 11 0 0", "8 2 0 0"}) {
    driver.run(std::string("architecture.select ") + cell);
    const double value = driver.number("architecture.value");
    EXPECT_NEAR(driver.number("architecture.sum"), value, 1e-5 * std::max(1.0, std::abs(value))) << cell;
  }
  // What was cut out is 0, and so is what is read.
  driver.run("network.lesion 0 1");
  driver.run("architecture.select 0 1 5 5");
  EXPECT_EQ(driver.number("architecture.value"), 0);
  driver.run("network.restore");
  EXPECT_NE(driver.number("architecture.value"), 0);
}

TEST_F(ArchitecturePageTest, strongest_inputs_lead_back_to_the_picture) {
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.select 0 2 5 6");
  driver.run("architecture.edges 50");
  const double count = driver.number("architecture.upstream.count");
  ASSERT_GE(count, 20);
  ASSERT_LE(count, 27);
  double before = 1e9;
  for (int n = 0; n < static_cast<int>(count); ++n) {
    const double product = driver.number(fmt::format("architecture.upstream.value {}", n));
    EXPECT_LE(std::abs(product), before + 1e-9) << n;
    before = std::abs(product);
    std::istringstream words(driver.text(fmt::format("architecture.upstream {}", n)));
    std::string layer;
    int channel = -1, row = -1, column = -1;
    words >> layer >> channel >> row >> column;
    EXPECT_EQ(layer, "input");
    EXPECT_TRUE(row >= 4 && row <= 6 && column >= 5 && column <= 7) << row << " " << column;
  }
  EXPECT_EQ(driver.number("architecture.field.x"), 5);
  EXPECT_EQ(driver.number("architecture.field.y"), 4);
  EXPECT_EQ(driver.number("architecture.field.width"), 3);
  EXPECT_EQ(driver.number("architecture.field.height"), 3);
  driver.run("architecture.select 0 0 0 0");
  EXPECT_EQ(driver.number("architecture.field.x"), -1) << "a part of it is padding";
  driver.run("architecture.edges 2");
  EXPECT_NO_THROW(driver.number("architecture.upstream.value 1"));
  EXPECT_THROW(driver.value("architecture.upstream 2"), Error);
  // The list of the inspector goes back one layer with each click.
  driver.size = {1280, 1400};
  driver.run("architecture.select c2 0 2 2");
  const std::string input = driver.text("architecture.upstream 0");
  ASSERT_TRUE(input.starts_with("2 "));
  driver.click("strongest input 0");
  EXPECT_EQ(driver.text("architecture.selected"), input);
  // All inputs of a sum without a bias are that sum.
  open("input 3x8x8 | conv 2 3x3 no bias");
  driver.run("architecture.edges 50");
  driver.run("architecture.select 0 1 2 3");
  double sum = 0;
  const int all = static_cast<int>(driver.number("architecture.upstream.count"));
  for (int n = 0; n < all; ++n) sum += driver.number(fmt::format("architecture.upstream.value {}", n));
  const double value = driver.number("architecture.value");
  EXPECT_NE(value, 0);
  EXPECT_NEAR(sum, value, 1e-5 * std::max(1.0, std::abs(value)));
}

TEST_F(ArchitecturePageTest, undo_takes_models_openings_and_selections_back) {
  const std::string one = saved(folder), two = saved(folder, "two.safetensors", "input 1x8x8 | flatten | dense 3");
  driver.run("architecture.model " + one);
  driver.run("architecture.select c2 1 2 3");
  driver.run("architecture.select 0 1 2 3");
  driver.run("undo");
  EXPECT_EQ(driver.text("architecture.selected"), "3 1 2 3");
  driver.run("redo");
  EXPECT_EQ(driver.text("architecture.selected"), "0 1 2 3");
  const std::vector<std::string> state = driver.app.page().state();
  driver.run("architecture.close 0");
  driver.run("undo");
  EXPECT_EQ(driver.app.page().state(), state);
  driver.run("architecture.kernels c2 on");
  EXPECT_EQ(driver.number("architecture.position"), 8);
  driver.run("undo");
  EXPECT_EQ(driver.number("architecture.position"), 7);
  driver.run("architecture.model " + two);
  EXPECT_EQ(driver.number("architecture.tensors"), 3);
  driver.run("undo");
  EXPECT_EQ(driver.text("network.name"), "net.safetensors");
  EXPECT_EQ(driver.text("architecture.selected"), "0 1 2 3");
  driver.run("redo");
  EXPECT_EQ(driver.text("network.name"), "two.safetensors");
}

TEST_F(ArchitecturePageTest, its_state_brings_everything_back) {
  for (const std::string& line :
       {"architecture.model " + saved(folder), std::string("architecture.open input"),
        std::string("architecture.close 0"), std::string("architecture.kernels c2 on"),
        std::string("architecture.size parameters"), std::string("architecture.scale network"),
        std::string("architecture.merged strongest"), std::string("architecture.every on"),
        std::string("architecture.edges 7"), std::string("architecture.speed 2.5"),
        std::string("architecture.select c2 5 4 3"), std::string("architecture.slice 2"),
        std::string("architecture.target 1 0.5 -0.25"), std::string("architecture.camera 30 20 7")}) {
    driver.run(line);
  }
  const std::vector<std::string> state = driver.app.page().state();
  for (const char* wanted :
       {"architecture.slice 2", "architecture.camera 30 20 7", "architecture.edges 7", "architecture.size parameters",
        "architecture.kernels c2 on", "architecture.close 0", "architecture.open input"}) {
    EXPECT_NE(std::find(state.begin(), state.end(), wanted), state.end()) << wanted;
  }
  // The lines alone, one after the other without waiting, in a fresh program.
  PageDriver fresh("architecture");
  for (const std::string& line : state) fresh.app.run(line);
  fresh.settle();
  EXPECT_EQ(fresh.app.page().state(), state);
  EXPECT_EQ(fresh.text("architecture.selected"), "3 5 4 3");
  EXPECT_EQ(fresh.number("architecture.tensors"), driver.number("architecture.tensors"));
  EXPECT_EQ(fresh.number("architecture.position"), driver.number("architecture.position"));
  EXPECT_EQ(fresh.text("architecture.at 400 300"), driver.text("architecture.at 400 300"));
}

TEST_F(ArchitecturePageTest, a_tensor_opens_into_its_maps_and_closes) {
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.close all");
  EXPECT_EQ(state_line("architecture.open"), "");
  driver.run("architecture.view front");
  // Closed, from the front, only the first map of a tensor can be seen there: its front.
  driver.run("architecture.show 1");
  const auto channels = [&] {
    std::vector<std::string> found;
    const Vec size = stage();
    for (float y = 2; y < size.y; y += 5) {
      for (float x = 2; x < size.x; x += 5) {
        const std::string cell = at({x, y});
        if (!cell.starts_with("1 ")) continue;
        const std::string channel = cell.substr(2, cell.find(' ', 2) - 2);
        if (std::find(found.begin(), found.end(), channel) == found.end()) found.push_back(channel);
      }
    }
    return found.size();
  };
  driver.run("architecture.camera 0 0 6");
  const size_t closed = channels();
  driver.run("architecture.open 1");
  EXPECT_EQ(state_line("architecture.open"), "architecture.open 1");
  EXPECT_EQ(channels(), 4u);
  EXPECT_LT(closed, 4u);
  driver.run("architecture.close 1");
  EXPECT_EQ(channels(), closed);
  driver.run("architecture.close none");
  EXPECT_EQ(channels(), 4u) << "few maps are open by themselves";
}

TEST_F(ArchitecturePageTest, a_click_selects_what_lies_there) {
  driver.run("architecture.model " + saved(folder));
  const Vec size = stage();
  std::mt19937 random(3);
  int cells = 0;
  for (int n = 0; n < 4000 && cells < 25; ++n) {
    const Vec place{static_cast<float>(random() % static_cast<unsigned>(size.x)),
                    static_cast<float>(random() % static_cast<unsigned>(size.y))};
    const std::string cell = at(place);
    if (cell == "none") continue;
    ++cells;
    driver.now += 2;  // no double-click
    driver.log.clear();
    driver.click_at(place);
    EXPECT_NE(std::find(driver.log.begin(), driver.log.end(), "architecture.select " + cell), driver.log.end()) << cell;
    EXPECT_EQ(driver.text("architecture.selected"), cell);
    EXPECT_EQ(driver.number("architecture.value"), driver.number("network.value " + cell)) << cell;
  }
  EXPECT_EQ(cells, 25);
  ASSERT_EQ(at({3, 3}), "none");
  driver.now += 2;
  driver.click_at({3, 3});
  EXPECT_EQ(driver.text("architecture.selected"), "none");
}

TEST_F(ArchitecturePageTest, a_double_click_opens_and_closes) {
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.close all");
  const auto twice = [&](Vec place) {
    driver.now += 2;
    driver.hands.move(place);
    for (int i = 0; i < 2; ++i) driver.hands.button(0, true), driver.hands.button(0, false);
    driver.settle();
  };
  twice(place_of("1"));
  EXPECT_EQ(state_line("architecture.open"), "architecture.open 1");
  twice(place_of("1"));
  EXPECT_EQ(state_line("architecture.open"), "");
  driver.run("architecture.camera 10 10 30");
  ASSERT_EQ(at({3, 3}), "none");
  twice({3, 3});
  EXPECT_EQ(state_line("architecture.view"), "architecture.view fit");
}

TEST_F(ArchitecturePageTest, wheel_and_drags_move_the_camera) {
  driver.run("architecture.model " + saved(folder));
  const Vec middle = stage() * 0.5f;
  const double distance = driver.number("architecture.camera.distance");
  const std::string under = at(middle);
  driver.hands.move(middle);
  driver.frame();
  driver.hands.scroll({0, 2});
  driver.settle();
  EXPECT_NEAR(driver.number("architecture.camera.distance"), distance / (1.15 * 1.15), distance * 1e-3);
  driver.hands.scroll({0, -2});
  driver.settle();
  EXPECT_NEAR(driver.number("architecture.camera.distance"), distance, distance * 1e-3);
  const auto drag = [&](int button, bool shift, Vec by) {
    driver.now += 2;
    driver.hands.modifiers(shift, false, false);
    driver.hands.move(middle);
    driver.hands.button(button, true);
    for (int i = 1; i <= 4; ++i) driver.hands.move(middle + by * (static_cast<float>(i) / 4));
    driver.hands.button(button, false);
    driver.hands.modifiers(false, false, false);
    driver.settle();
  };
  const double yaw = driver.number("architecture.camera.yaw"), pitch = driver.number("architecture.camera.pitch");
  drag(0, false, {40, 20});
  EXPECT_NEAR(driver.number("architecture.camera.yaw"), yaw - 14, 0.1);
  EXPECT_NEAR(driver.number("architecture.camera.pitch"), pitch + 7, 0.1);
  EXPECT_EQ(driver.text("architecture.selected"), "none") << "a drag is no click";
  // Shift, or another button, moves what it looks at, with the hand.
  driver.run("architecture.view fit");
  const Vec place = place_of("input");
  const std::string cell = at(place);
  for (const bool shift : {true, false}) {
    driver.run("architecture.view fit");
    drag(shift ? 0 : 1, shift, {48, 12});
    EXPECT_NEAR(driver.number("architecture.camera.yaw"), yaw, 1e-3);
    EXPECT_FALSE(state_line("architecture.target").empty()) << shift;
    EXPECT_NE(at(place), cell) << shift;
  }
  driver.run("architecture.turn 0 179");
  EXPECT_EQ(driver.number("architecture.camera.pitch"), 80) << "the horizon stays";
  driver.run("architecture.zoom 100");
  driver.run("architecture.zoom 100");
  driver.run("architecture.zoom 100");
  EXPECT_GE(driver.number("architecture.camera.distance"), 0.049);
  for (int i = 0; i < 5; ++i) driver.run("architecture.zoom 0.01");
  EXPECT_LE(driver.number("architecture.camera.distance"), 5001);
  for (const char* view : {"front", "side", "along", "fit"}) {
    driver.run(std::string("architecture.view ") + view);
    EXPECT_TRUE(at(place_of("input")).starts_with("input ")) << view;
  }
}

TEST_F(ArchitecturePageTest, the_flow_passes_one_tensor_after_the_other) {
  driver.run("architecture.model " + saved(folder));
  const double all = driver.number("architecture.position");
  EXPECT_EQ(all, 7);
  driver.run("architecture.step");
  EXPECT_EQ(driver.number("architecture.position"), 1);
  driver.run("architecture.step");
  EXPECT_EQ(driver.number("architecture.position"), 2);
  driver.run("architecture.scrub 4");
  EXPECT_EQ(driver.number("architecture.position"), 5);
  driver.run("architecture.scrub 1000");
  EXPECT_EQ(driver.number("architecture.position"), all);
  driver.run("architecture.speed 10");
  driver.app.run("architecture.play");
  driver.frames(3);
  EXPECT_EQ(driver.number("architecture.position"), 0);
  driver.frames(20);
  const double some = driver.number("architecture.position");
  EXPECT_GE(some, 2);
  EXPECT_LE(some, 5);
  driver.app.run("architecture.pause");
  driver.frames(60);
  EXPECT_EQ(driver.number("architecture.position"), some);
  driver.app.run("architecture.toggle");
  driver.frames(120);
  EXPECT_EQ(driver.number("architecture.position"), all) << "at the end all of it is there";
  EXPECT_NE(driver.ui.find_item("Play"), nullptr);
  // By hand.
  driver.click("Step");
  EXPECT_EQ(driver.number("architecture.position"), 1);
  driver.app.run("architecture.play");
  driver.frames(2);
  EXPECT_NE(driver.ui.find_item("Pause"), nullptr);
  driver.run("architecture.pause");
  // Other values do not begin it anew; another network does.
  driver.run("architecture.scrub 2");
  driver.run("network.lesion 0 1");
  EXPECT_EQ(driver.number("architecture.position"), 3);
}

TEST_F(ArchitecturePageTest, blocks_are_as_high_as_what_they_stand_for) {
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.view side");
  // The dense layer of 72 x 12 has most parameters, the first convolution most multiply-adds and activations.
  const auto height = [&](const char* layer) {
    const Vec size = stage();
    int most = 0;
    for (float x = 2; x < size.x; x += 4) {
      int column = 0;
      for (float y = 2; y < size.y; y += 4) column += at({x, y}).starts_with(std::string(layer) + " ") ? 1 : 0;
      most = std::max(most, column);
    }
    return most;
  };
  driver.run("architecture.camera 60 10 14");
  driver.run("architecture.size parameters");
  EXPECT_GT(height("7"), 2 * height("1"));
  driver.run("architecture.size multiply_adds");
  EXPECT_GT(height("1"), 2 * height("7"));
  driver.run("architecture.size memory");
  EXPECT_GT(height("1"), 2 * height("4"));
  driver.run("architecture.size milliseconds");
  EXPECT_GT(height("1"), 0);
  EXPECT_FALSE(driver.app.busy());
  driver.run("architecture.size shape");
  EXPECT_GT(height("1"), 0);
}

TEST_F(ArchitecturePageTest, the_plan_is_flat_and_can_be_written) {
  driver.run("architecture.model " + saved(folder));
  EXPECT_TRUE(driver.app.page().has_transport());
  driver.click("Plan");
  EXPECT_EQ(driver.text("architecture.plan"), "on");
  EXPECT_FALSE(driver.app.page().has_transport());
  EXPECT_EQ(driver.ui.find_item("scene"), nullptr);
  driver.run("architecture.show c2");
  driver.run("architecture.plan.view 100 40 2");
  driver.run("architecture.plan.view");
  const Vec middle = stage() * 0.5f;
  driver.log.clear();
  driver.hands.move(middle);
  driver.frame();
  driver.hands.scroll({0, 2});
  driver.settle();
  EXPECT_TRUE(std::any_of(driver.log.begin(), driver.log.end(),
                          [](const std::string& line) { return line.starts_with("architecture.plan.view "); }));
  const std::string svg = folder / "plan.svg", png = folder / "plan.png";
  driver.run("architecture.plan.save " + svg);
  EXPECT_NE(text_of(svg).find("<svg"), std::string::npos);
  EXPECT_NE(text_of(svg).find("conv 4 3x3 pad 1"), std::string::npos);
  driver.run("architecture.plan.save " + png);
  EXPECT_EQ(text_of(png).substr(1, 3), "PNG");
  EXPECT_NE(driver.failure("architecture.plan.save " + (folder / "plan.txt")).find("ends neither in .svg nor in .png"),
            std::string::npos);
  EXPECT_FALSE(driver.failure("architecture.plan.save " + (folder / "nowhere/plan.svg")).empty());
  // What somebody else wrote stays.
  std::ofstream(folder / "notes.svg") << "my notes";
  EXPECT_FALSE(driver.failure("architecture.plan.save " + (folder / "notes.svg")).empty());
  EXPECT_EQ(text_of(folder / "notes.svg"), "my notes");
  driver.click("In space");
  EXPECT_EQ(driver.text("architecture.plan"), "off");
  EXPECT_NE(driver.ui.find_item("scene"), nullptr);
}

TEST_F(ArchitecturePageTest, the_demo_goes_on_by_itself_until_somebody_touches_it) {
  driver.run("architecture.model " + saved(folder));
  const auto begin = [&] {
    driver.app.run("architecture.demo on");
    driver.frames(3);
    ASSERT_EQ(driver.text("architecture.demo"), "on");
  };
  begin();
  std::vector<std::string> cameras;
  for (int n = 0; n < 40; ++n) {
    driver.frames(60);  // a second
    const std::string camera = state_line("architecture.target") + state_line("architecture.camera") +
                               driver.text("architecture.selected") + to_text(driver.number("architecture.position"));
    if (std::find(cameras.begin(), cameras.end(), camera) == cameras.end()) cameras.push_back(camera);
  }
  EXPECT_GE(cameras.size(), 6u) << "it shows nothing else";
  EXPECT_EQ(driver.text("architecture.demo"), "on");
  driver.hands.move(stage() * 0.5f);
  driver.frames(2);
  EXPECT_EQ(driver.text("architecture.demo"), "on") << "a mouse that moves is no hand that touches";
  driver.click_at(stage() * 0.5f);
  driver.frames(2);
  EXPECT_EQ(driver.text("architecture.demo"), "off");
  begin();
  driver.hands.scroll({0, 1});
  driver.frames(4);
  EXPECT_EQ(driver.text("architecture.demo"), "off");
  begin();
  driver.hands.key({"Space", false});
  driver.frames(4);
  EXPECT_EQ(driver.text("architecture.demo"), "off");
  begin();
  driver.run("page pixels");
  driver.run("page architecture");
  EXPECT_EQ(driver.text("architecture.demo"), "off");
}

TEST_F(ArchitecturePageTest, every_state_is_drawn) {
  for (const char* line : {"architecture.model lenet5",
                           "architecture.select 1 2 3 4",
                           "architecture.select 6 30 0 0",
                           "architecture.edges 0",
                           "architecture.edges 50",
                           "architecture.select 11 4 0 0",
                           "architecture.select input 0 5 5",
                           "architecture.kernels 3 on",
                           "architecture.kernels 7 on",
                           "architecture.every on",
                           "architecture.close all",
                           "architecture.open 3",
                           "architecture.scale map",
                           "architecture.scale network",
                           "architecture.merged strongest",
                           "architecture.view along",
                           "architecture.view front",
                           "architecture.plan on",
                           "architecture.show 7",
                           "architecture.plan off",
                           "architecture.model squeezenet1_1",
                           "architecture.model resnet20",
                           "architecture.model mlp",
                           "architecture.size memory",
                           "network.image portrait",
                           "network.weights random 3"}) {
    driver.run(line);
    driver.frames(2);
  }
  for (const Vec size : {Vec{800, 500}, Vec{1920, 1080}, Vec{400, 120}}) {
    driver.size = size;
    driver.frames(3);
  }
  driver.motion = true;
  for (const char* line : {"architecture.model lenet5", "architecture.view side", "architecture.open 0",
                           "architecture.close 0", "architecture.size parameters", "architecture.show 3"}) {
    driver.app.run(line);
    driver.frames(6);
  }
  driver.settle();
  driver.show(nullptr);
  driver.run("network.image picture");
  driver.run("architecture.select 0 0 0 0");
  EXPECT_THROW(driver.value("architecture.value"), Error);
  driver.frames(3);
}

TEST_F(ArchitecturePageTest, it_is_the_network_of_the_training_at_the_step_that_is_shown) {
  for (const char* line : {"train.data digits:200", "train.layers conv 3 5x5 | relu | maxpool 2 | flatten | dense 10",
                           "train.batch 16", "train.until 6", "network.image test 3"}) {
    driver.run(line);
  }
  driver.run("architecture.select 0 1 3 4");
  const double at_six = driver.number("architecture.value");
  EXPECT_EQ(at_six, driver.number("network.value 0 1 3 4"));
  driver.run("train.scrub 2");
  EXPECT_EQ(driver.number("network.step"), 2);
  EXPECT_EQ(driver.text("architecture.selected"), "0 1 3 4");
  EXPECT_NE(driver.number("architecture.value"), at_six);
  driver.run("train.scrub 6");
  EXPECT_EQ(driver.number("architecture.value"), at_six);
  driver.run("architecture.model lenet5");
  EXPECT_EQ(driver.text("network.use"), "opened");
  driver.run("architecture.model training");
  EXPECT_EQ(driver.number("architecture.value"), at_six);
}

TEST_F(ArchitecturePageTest, networks_of_any_form_stand_there) {
  open("input 1 | dense 1");
  EXPECT_EQ(driver.number("architecture.tensors"), 2);
  driver.run("architecture.select 0 0 0 0");
  EXPECT_EQ(driver.text("architecture.selected"), "0 0 0 0");
  EXPECT_THROW(driver.value("architecture.value"), Error) << "it takes no pictures";
  EXPECT_THROW(driver.value("architecture.field.x"), Error);
  for (const char* line : {"architecture.step", "architecture.step", "architecture.play", "architecture.kernels 0 on",
                           "architecture.open 0", "architecture.size parameters", "architecture.size milliseconds",
                           "architecture.plan on", "architecture.plan off", "architecture.view front"}) {
    EXPECT_NO_THROW(driver.run(line)) << line;
    driver.frames(2);
  }
  driver.run("architecture.size shape");
  driver.run("architecture.close none");

  open("input 7 | dense 5 | relu | dense 3");
  EXPECT_EQ(driver.number("architecture.tensors"), 3);
  driver.run("architecture.select 2 2 0 0");
  EXPECT_THROW(driver.value("architecture.value"), Error);
  driver.run("architecture.demo on");
  driver.frames(400);
  driver.run("architecture.demo off");

  open("input 1x1x1 | conv 1 1x1 | flatten | dense 1");
  EXPECT_EQ(driver.number("architecture.tensors"), 4);
  expect_a_value("0 0 0 0");
  EXPECT_EQ(driver.number("architecture.field.width"), 1);
  EXPECT_EQ(driver.number("architecture.upstream.count"), 1);
  EXPECT_EQ(driver.text("architecture.upstream 0"), "input 0 0 0");
  expect_a_value("2 0 0 0");
  expect_a_value("input 0 0 0");

  open("input 3x1x64 | conv 8 1x5 | relu | conv 300 1x1");
  expect_a_value("2 299 0 59");
  open("input 1x64x1 | conv 2 5x1 stride 3 | flatten");
  expect_a_value("1 39 0 0");
  open("input 3x8x8 | flatten");
  expect_a_value("0 191 0 0");
}

TEST_F(ArchitecturePageTest, two_thousand_layers_stand_there) {
  std::string text = "input 1x8x8";
  for (int n = 0; n < 1000; ++n) text += " | conv 1 3x3 pad 1 | relu";
  open(text);
  EXPECT_EQ(driver.number("architecture.layers"), 2000);
  EXPECT_EQ(driver.number("architecture.tensors"), 1001);
  driver.run("architecture.every on");
  EXPECT_EQ(driver.number("architecture.tensors"), 2001);
  expect_a_value("1998 0 4 4");
  EXPECT_EQ(driver.number("architecture.field.width"), 2001);
  driver.run("architecture.show 1500");
  for (const char* line :
       {"architecture.plan on", "architecture.show 1500", "architecture.plan off", "architecture.view side",
        "architecture.size parameters", "architecture.open 3", "architecture.scrub 700"}) {
    driver.run(line);
    driver.frames(2);
  }
  EXPECT_EQ(driver.number("architecture.position"), 701);
}

TEST_F(ArchitecturePageTest, any_order_of_commands_is_survived) {
  const std::string one = saved(folder), two = saved(folder, "two.safetensors", "input 7 | dense 5 | relu | dense 3"),
                    bad = folder / "bad.safetensors";
  std::ofstream(bad) << "no network";
  const std::vector<std::string> lines = {"architecture.model " + one,
                                          "architecture.model " + two,
                                          "architecture.model " + bad,
                                          "architecture.model lenet5",
                                          "architecture.model training",
                                          "architecture.open 0",
                                          "architecture.open input",
                                          "architecture.open 3",
                                          "architecture.open c2",
                                          "architecture.close 0",
                                          "architecture.close all",
                                          "architecture.close none",
                                          "architecture.kernels 0 on",
                                          "architecture.kernels c2 on",
                                          "architecture.kernels 0 off",
                                          "architecture.select 0 0 0 0",
                                          "architecture.select 3 2 1 1",
                                          "architecture.select c2 5 5 5",
                                          "architecture.select 7 9 0 0",
                                          "architecture.deselect",
                                          "architecture.move 1 0 0",
                                          "architecture.move -1 0 0",
                                          "architecture.move 10000 -10000 10000",
                                          "architecture.move 0 1 1",
                                          "architecture.play",
                                          "architecture.pause",
                                          "architecture.step",
                                          "architecture.scrub 3",
                                          "architecture.toggle",
                                          "architecture.size parameters",
                                          "architecture.size milliseconds",
                                          "architecture.size shape",
                                          "architecture.every on",
                                          "architecture.every off",
                                          "architecture.edges 0",
                                          "architecture.edges 50",
                                          "architecture.plan on",
                                          "architecture.plan off",
                                          "architecture.plan.view 1 2 3",
                                          "architecture.plan.view",
                                          "architecture.show 0",
                                          "architecture.show input",
                                          "architecture.show c2",
                                          "architecture.view along",
                                          "architecture.view fit",
                                          "architecture.camera -360 -80 0.05",
                                          "architecture.target 10000 -10000 0",
                                          "architecture.zoom 0.01 -10000 100000",
                                          "architecture.pan 10000 -10000",
                                          "architecture.turn 360 -180",
                                          "architecture.demo on",
                                          "architecture.demo off",
                                          "network.lesion 0",
                                          "network.restore",
                                          "network.weights random 2",
                                          "network.image sample:balloons",
                                          "undo",
                                          "redo",
                                          "page pixels",
                                          "page architecture"};
  std::mt19937 random(5);
  for (int n = 0; n < 600; ++n) {
    const std::string& line = lines[random() % lines.size()];
    driver.failure(line);  // done, or refused in words
    if (random() % 3 == 0) driver.frame();
    if (random() % 40 == 0) driver.settle();
  }
  driver.app.run("page architecture");
  driver.app.run("architecture.demo off");
  driver.run("architecture.model " + one);
  driver.run("architecture.plan off");
  driver.run("network.image picture");
  driver.run("network.weights given");
  driver.run("network.restore");
  driver.run("architecture.view fit");
  driver.run("architecture.edges 5");
  expect_a_value("0 1 2 3");
}

TEST_F(ArchitecturePageTest, a_hidden_page_computes_nothing) {
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.play");
  driver.run("page home");
  driver.app.run("architecture.open 0");
  driver.app.run("architecture.size milliseconds");
  driver.app.run("architecture.select 0 1 2 3");
  driver.frames(5);
  EXPECT_FALSE(driver.app.busy());
  EXPECT_EQ(driver.text("page"), "home");
  driver.run("page architecture");
  EXPECT_EQ(driver.text("architecture.selected"), "0 1 2 3");
  EXPECT_EQ(driver.number("architecture.value"), driver.number("network.value 0 1 2 3"));
  EXPECT_NE(driver.ui.find_item("Play"), nullptr) << "a flow stops where nobody looks";
}

TEST_F(ArchitecturePageTest, asked_while_hidden_it_answers) {
  driver.run("architecture.model " + saved(folder));
  driver.run("page home");
  driver.run("architecture.select c2 1 2 3");
  EXPECT_EQ(driver.number("architecture.value"), driver.number("network.value 3 1 2 3"));
  EXPECT_NEAR(driver.number("architecture.sum"), driver.number("architecture.value"), 1e-5);
  EXPECT_EQ(driver.number("architecture.field.width"), 8);
}

TEST(ArchitectureKeys, move_the_selection_along_the_flow_and_within_a_map) {
  TestFolder folder;
  ShellDriver driver;
  driver.run("page architecture");
  driver.run("architecture.model " + saved(folder));
  driver.run("architecture.select 1 2 3 4");
  for (const auto& [key, cell] :
       {std::pair("Shift+Down", "1 2 4 4"), std::pair("Shift+Right", "1 2 4 5"), std::pair("Shift+Up", "1 2 3 5"),
        std::pair("Shift+Left", "1 2 3 4"), std::pair("Right", "2 2 3 4"), std::pair("Right", "4 2 3 4"),
        std::pair("Left", "2 2 3 4"), std::pair("Left", "1 2 3 4"), std::pair("Left", "input 2 3 4")}) {
    driver.key(key);
    EXPECT_EQ(driver.text("architecture.selected"), cell) << key;
  }
  driver.key("Left");
  EXPECT_EQ(driver.text("architecture.selected"), "input 2 3 4") << "there is nothing before the picture";
  driver.run("architecture.select input 0 0 0");
  driver.key("Shift+Up");
  driver.key("Shift+Left");
  EXPECT_EQ(driver.text("architecture.selected"), "input 0 0 0");
  driver.run("architecture.select 8 0 0 0");
  driver.key("Right");
  EXPECT_EQ(driver.text("architecture.selected"), "8 0 0 0");
  driver.key("Shift+Down");
  EXPECT_EQ(driver.text("architecture.selected"), "8 1 0 0") << "of a vector the next unit";

  // The same where Tab has come to the stage.
  driver.run("architecture.select 1 2 3 4");
  driver.shell.ui().focus_on("scene");
  driver.settle();
  for (const auto& [key, cell] : {std::pair("Shift+Down", "1 2 4 4"), std::pair("Shift+Right", "1 2 4 5"),
                                  std::pair("Right", "2 2 4 5"), std::pair("Left", "1 2 4 5")}) {
    driver.key(key);
    EXPECT_EQ(driver.text("architecture.selected"), cell) << key << " on the stage";
  }
  driver.key("Escape");

  const double yaw = driver.number("architecture.camera.yaw"), pitch = driver.number("architecture.camera.pitch"),
               distance = driver.number("architecture.camera.distance");
  driver.key("D");
  EXPECT_NE(driver.number("architecture.camera.yaw"), yaw);
  driver.key("A");
  EXPECT_NEAR(driver.number("architecture.camera.yaw"), yaw, 1e-3);
  driver.key("W");
  EXPECT_GT(driver.number("architecture.camera.pitch"), pitch);
  driver.key("S");
  driver.key("Plus");
  EXPECT_LT(driver.number("architecture.camera.distance"), distance);
  driver.key("Home");
  EXPECT_NEAR(driver.number("architecture.camera.distance"), distance, 1e-3);
  driver.key("P");
  EXPECT_EQ(driver.text("architecture.plan"), "on");
  driver.key("P");
  EXPECT_EQ(driver.text("architecture.plan"), "off");
  driver.run("architecture.select 1 0 0 0");
  const auto opened = [&] {
    const std::vector<std::string> state = driver.app.page().state();
    return std::find(state.begin(), state.end(), "architecture.close 1") == state.end();
  };
  driver.key("O");
  EXPECT_FALSE(opened());
  driver.key("O");
  EXPECT_TRUE(opened());
  driver.key("G");
  EXPECT_NE(driver.number("architecture.camera.distance"), distance);
}

}  // namespace striate
