// The page neuron: every state drawn, weights that are typed, steps that are counted, one start to come back to, the
// code that lights what it means, training that goes on behind the window, the race, the lessons.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/pages/neuron/neuron_moment.h"
#include "engine/points/point_training.h"
#include "engine/walk/printed_sum.h"
#include "tests/app/page_driver.h"
#include "tests/python_with.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

class NeuronPageTest : public testing::Test {
 protected:
  NeuronPageTest() : driver("neuron") { driver.settle(); }
  // All weights and biases of layers of these sizes, the first being that of the inputs.
  std::vector<double> parameters(PageDriver& of, const std::vector<int>& sizes) {
    std::vector<double> all;
    for (size_t l = 0; l + 1 < sizes.size(); ++l) {
      for (int to = 0; to < sizes[l + 1]; ++to) {
        for (int from = 0; from < sizes[l]; ++from)
          all.push_back(of.number(fmt::format("neuron.weight {} {} {}", l, from, to)));
        all.push_back(of.number(fmt::format("neuron.bias {} {}", l, to)));
      }
    }
    return all;
  }
  std::vector<std::string> drawn() {
    driver.settle();
    return driver.texts();
  }
  // Also where it is drawn in several lines.
  static bool says(const std::vector<std::string>& texts, const std::string& what) {
    std::string all;
    for (const std::string& text : texts) {
      for (const char letter : text + " ") {
        if (letter != ' ' || (!all.empty() && all.back() != ' ')) all += letter;
      }
    }
    return all.find(what) != std::string::npos;
  }
  double topic() const { return driver.ui.drawn().number("neuron.topic", 0); }
  PageDriver driver;
};

}  // namespace

TEST_F(NeuronPageTest, every_state_is_drawn) {
  for (const char* data : {"circle", "xor", "gauss", "spiral", "plane", "hills", "digits"}) {
    driver.run(std::string("neuron.data ") + data);
    for (const char* layers : {"neuron.layers \"\"", "neuron.layers 8 8 8 8 8 8 8 8", "neuron.layers 3"}) {
      driver.run(layers);
      for (const char* view : {"network", "step", "losses"}) {
        driver.run(std::string("neuron.view ") + view);
        driver.run("neuron.step batch");
        for (const Vec size : {Vec{1280, 800}, Vec{760, 420}, Vec{1920, 1080}}) {
          driver.size = size;
          driver.frames(2);
        }
      }
    }
  }
  driver.run("neuron.data spiral");
  driver.run("neuron.classes 5");
  for (const char* view : {"step", "losses", "network"}) driver.run(std::string("neuron.view ") + view);
  driver.run("neuron.tests off");
  driver.run("neuron.curve accuracy");
}

TEST_F(NeuronPageTest, a_neuron_by_hand_is_its_formula) {
  driver.run("neuron.layers \"\"");
  EXPECT_EQ(driver.number("neuron.parameters"), 3);
  driver.run("neuron.activation sigmoid");
  driver.run("neuron.weight 0 0 0 1.5");
  driver.run("neuron.weight 0 1 0 -0.75");
  driver.run("neuron.bias 0 0 0.25");
  const double sum = 1.5 * 2 - 0.75 * -1 + 0.25;
  EXPECT_NEAR(driver.number("neuron.output 2 -1"), 1 / (1 + std::exp(-sum)), 1e-12);
  driver.run("neuron.point 2 -1");
  EXPECT_NEAR(driver.number("neuron.sum 0 0"), sum, 1e-12);
  EXPECT_EQ(driver.number("neuron.value 0 0"), driver.number("neuron.output 2 -1"));
  driver.run("neuron.activation relu");
  EXPECT_NEAR(driver.number("neuron.output 2 -1"), sum, 1e-12);
  EXPECT_EQ(driver.text("neuron.activation 0"), "relu");
  EXPECT_NE(driver.failure("neuron.weight 1 0 0 1").find("there is no layer 1"), std::string::npos);
  EXPECT_NE(driver.failure("neuron.weight 0 2 0 1").find("nothing comes into layer 0 from 2"), std::string::npos);
  EXPECT_NE(driver.failure("neuron.bias 0 1 1").find("layer 0 has no neuron 1"), std::string::npos);
}

TEST_F(NeuronPageTest, a_change_of_the_network_begins_again_from_the_start_of_its_seed) {
  const std::vector<double> start = parameters(driver, {2, 4, 2, 1});
  driver.run("neuron.step epoch 3");
  EXPECT_EQ(driver.number("neuron.epoch"), 3);
  EXPECT_EQ(driver.number("neuron.step"), 75);
  EXPECT_NE(parameters(driver, {2, 4, 2, 1}), start);
  driver.run("neuron.scrub 0");
  EXPECT_EQ(parameters(driver, {2, 4, 2, 1}), start);
  EXPECT_EQ(driver.number("neuron.scrub"), 75);
  driver.run("neuron.scrub 75");
  const double loss = driver.number("neuron.loss");
  driver.run("neuron.layers 3");
  EXPECT_EQ(driver.number("neuron.step"), 0);
  driver.run("neuron.layers 4 2");
  EXPECT_EQ(parameters(driver, {2, 4, 2, 1}), start);
  driver.run("neuron.scrub 75");
  EXPECT_EQ(driver.number("neuron.loss"), loss);
  driver.run("neuron.seed 2");
  EXPECT_NE(parameters(driver, {2, 4, 2, 1}), start);
  EXPECT_EQ(driver.number("neuron.parameters"), 2 * 4 + 4 + 4 * 2 + 2 + 2 + 1);
}

TEST_F(NeuronPageTest, steps_are_those_of_the_engine) {
  for (const char* line :
       {"neuron.data xor", "neuron.noise 10", "neuron.optimizer adam", "neuron.rate 0.01", "neuron.batch 16",
        "neuron.layers 3", "neuron.loss cross-entropy", "neuron.activation sigmoid", "neuron.split 0.8",
        "neuron.features x y xy", "neuron.step sample", "neuron.step batch 40"}) {
    driver.run(line);
  }
  PointSource source;
  source.kind = PointKind::xor_, source.noise = 10, source.training = 0.8, source.seed = 1;
  PointModel model;
  model.hidden = {3};
  model.activations = {PointActivation::sigmoid, PointActivation::sigmoid};
  model.loss = PointLoss::cross_entropy;
  model.features = {PointFeature::x, PointFeature::y, PointFeature::xy};
  PointTraining training(make_points(source), model, {PointOptimizer::adam, 0.01, 16}, 1);
  training.advance_sample();
  training.advance(40);
  EXPECT_EQ(driver.number("neuron.step"), 41);
  EXPECT_EQ(driver.number("neuron.loss"), training.point().training.loss);
  EXPECT_EQ(driver.number("neuron.test_loss"), training.point().test.loss);
  EXPECT_EQ(driver.number("neuron.accuracy"), training.point().training.accuracy);
  EXPECT_EQ(driver.number("neuron.test_accuracy"), training.point().test.accuracy);
  EXPECT_EQ(driver.number("neuron.weight 0 2 1"), training.parameters()[2 * 3 + 1]);
  EXPECT_EQ(driver.number("neuron.samples"), 400);
  EXPECT_EQ(driver.text("neuron.loss.setting"), "cross-entropy");
  EXPECT_EQ(driver.text("neuron.features"), "x y xy");
  // What the view of a step says comes next is what comes.
  const double gradient = driver.number("neuron.gradient 0 2 1");
  PointPass pass;
  std::vector<double> all;
  batch_gradient(training.network(), training.parameters(), training.data(), training.next_samples(false), pass, all);
  EXPECT_EQ(gradient, all[2 * 3 + 1]);
}

TEST_F(NeuronPageTest, learns_behind_the_window_and_stops) {
  driver.run("neuron.layers 8 8 8 8 8 8 8 8");
  driver.run("neuron.start");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (driver.number("neuron.step") < 200 && std::chrono::steady_clock::now() < deadline) {
    driver.frame();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_GE(driver.number("neuron.step"), 200);
  EXPECT_EQ(driver.number("neuron.running"), 1);
  driver.run("neuron.pause");
  const double step = driver.number("neuron.step"), loss = driver.number("neuron.loss");
  driver.frames(5);
  EXPECT_EQ(driver.number("neuron.step"), step);
  // However it was cut into slices, it is the same training.
  driver.run("neuron.reset");
  driver.run(fmt::format("neuron.scrub {}", step));
  EXPECT_EQ(driver.number("neuron.loss"), loss);
}

TEST_F(NeuronPageTest, clicks_choose_and_change) {
  driver.size = {1280, 900};
  driver.click("feature xx");
  EXPECT_EQ(driver.text("neuron.features"), "x y xx");
  driver.click("feature x");
  EXPECT_EQ(driver.text("neuron.features"), "y xx");
  driver.click("neuron 1 of layer 1");
  EXPECT_EQ(driver.text("neuron.selected"), "1 1 0");
  driver.click("Epoch");
  EXPECT_EQ(driver.number("neuron.epoch"), 1);
  driver.click("Sample");
  driver.click("Batch");
  EXPECT_EQ(driver.number("neuron.step"), 27);
  driver.click("Back to the start");
  EXPECT_EQ(driver.number("neuron.step"), 0);
  const Item* surface = driver.ui.find_item("decision surface");
  ASSERT_NE(surface, nullptr);
  driver.click_at({surface->rect.x + surface->rect.w * 0.75f, surface->rect.y + surface->rect.h * 0.25f});
  EXPECT_NEAR(driver.number("neuron.x"), 3, 0.1);
  EXPECT_NEAR(driver.number("neuron.y"), 3, 0.1);
}

TEST_F(NeuronPageTest, a_weight_is_chosen_by_its_line) {
  driver.run("neuron.layers 1");
  driver.run("neuron.select 1 0");
  driver.frames(2);
  // Between y and the only neuron of layer 0: where both ends are halfway.
  const Item* from = driver.ui.find_item("feature y");
  const Item* to = driver.ui.find_item("neuron 0 of layer 0");
  ASSERT_NE(from, nullptr);
  ASSERT_NE(to, nullptr);
  const Vec a{from->rect.right(), from->rect.center().y}, b{to->rect.x, to->rect.center().y};
  driver.click_at((a + b) * 0.5f);
  EXPECT_EQ(driver.text("neuron.selected"), "0 0 1");
}

TEST_F(NeuronPageTest, the_line_of_one_neuron_is_dragged) {
  driver.run("neuron.layers \"\"");
  driver.run("neuron.line 1 1 0");
  EXPECT_EQ(driver.number("neuron.weight 0 1 0"), 1);
  const auto drag = [&](const std::string& label, Vec by) {
    const Item* item = driver.ui.find_item(label);
    ASSERT_NE(item, nullptr) << label;
    const Vec from = item->rect.center();
    driver.hands.move(from);
    driver.hands.button(0, true);
    driver.hands.move(from + by * 0.5f);
    driver.hands.move(from + by);
    driver.hands.button(0, false);
    driver.settle();
  };
  const float unit = driver.ui.find_item("decision surface")->rect.w / 12;
  drag("place of the line", {unit, -unit});
  // One to the right and one up: the line is where x + y = 2.
  EXPECT_NEAR(driver.number("neuron.bias 0 0"), -2, 0.02);
  EXPECT_EQ(driver.number("neuron.weight 0 0 0"), 1);
  drag("weights of the line", {-unit, 0});
  EXPECT_NEAR(driver.number("neuron.weight 0 0 0"), 0, 0.02);
  EXPECT_NEAR(driver.number("neuron.weight 0 1 0"), 1, 0.02);
  EXPECT_NEAR(driver.number("neuron.bias 0 0"), -std::sqrt(2.0), 0.03);
  driver.run("neuron.layers 2");
  EXPECT_NE(driver.failure("neuron.line 1 1 0").find("only a single neuron"), std::string::npos);
}

TEST_F(NeuronPageTest, activations_are_chosen_from_lists) {
  driver.size = {1280, 1800};
  driver.run("neuron.layers 4");
  driver.click("activation of all layers");
  driver.click("sigmoid");
  EXPECT_EQ(driver.text("neuron.activation"), "sigmoid");
  driver.click("activation 0");
  driver.click("relu");
  EXPECT_EQ(driver.text("neuron.activation 0"), "relu");
  EXPECT_EQ(driver.text("neuron.activation"), "mixed");
}

TEST_F(NeuronPageTest, code_and_things_light_each_other) {
  driver.size = {1280, 900};
  driver.settle();
  const auto over = [&](const std::string& label) {
    const Item* item = driver.ui.find_item(label);
    EXPECT_NE(item, nullptr) << label;
    if (item != nullptr) driver.hands.move(item->visible.center());
    driver.settle();
  };
  // Of a layer: its line, and its neurons.
  over("line 7 of the code");
  EXPECT_EQ(topic(), 101);
  over("neuron 0 of layer 1");
  EXPECT_EQ(topic(), 101);
  driver.click("line 8 of the code");
  EXPECT_EQ(driver.text("neuron.selected"), "2 0 0");
  over("line 5 of the code");
  const double features = topic();
  over("feature y");
  EXPECT_EQ(topic(), features);
  over("line 1 of the code");
  const double data = topic();
  over("data");
  EXPECT_EQ(topic(), data);
  EXPECT_NE(data, features);
  EXPECT_NE(driver.text("neuron.keras").find("layers.Dense(2, activation=\"tanh\")"), std::string::npos);
  // A line below the edge comes into sight with what it means: the button that makes fit count lights fit.
  driver.size = {1280, 640};
  over("line 1 of the code");
  ASSERT_NE(driver.ui.find_item("line 13 of the code"), nullptr);
  EXPECT_LT(driver.ui.find_item("line 13 of the code")->visible.h, 6);
  over("Epoch");
  EXPECT_GT(driver.ui.find_item("line 13 of the code")->visible.h, 6);
  const double fit = topic();
  over("line 13 of the code");
  EXPECT_EQ(topic(), fit);
  EXPECT_NE(driver.ui.find_item("line 13 of the code"), nullptr);
}

// Its small picture is the surface, smaller: a sigmoid's 0 to 1 has its border at 0.5.
TEST(NeuronMoment, an_output_of_two_classes_has_the_colors_of_the_surface) {
  for (const PointActivation activation : {PointActivation::sigmoid, PointActivation::tanh, PointActivation::linear}) {
    PointModel model;
    model.hidden = {};
    model.activations = {activation};
    PointTraining training(make_points({}), model, {PointOptimizer::sgd, 0.03, 10}, 1);
    training.advance(20);
    const NeuronMomentPtr moment = make_moment(training);
    constexpr int small = NeuronMoment::kSmall, large = NeuronMoment::kLarge;
    ASSERT_EQ(moment->small.size(), static_cast<size_t>(small * small));
    for (const auto& [x, y] :
         {std::pair{0, 0}, std::pair{small - 1, 0}, std::pair{0, small - 1}, std::pair{small - 1, small - 1}}) {
      const int value = moment->small[static_cast<size_t>(y * small + x)];
      const int same = moment->large[static_cast<size_t>((y == 0 ? 0 : large - 1) * large + (x == 0 ? 0 : large - 1))];
      EXPECT_NEAR(value, same, 4) << name_of(activation) << " at " << x << ", " << y;
    }
  }
}

TEST_F(NeuronPageTest, its_state_makes_the_same_training_again) {
  for (const char* line : {"neuron.data gauss", "neuron.classes 3", "neuron.noise 20", "neuron.layers 3 2",
                           "neuron.seed 5", "neuron.activation relu", "neuron.activation tanh 1",
                           "neuron.loss cross-entropy", "neuron.weight 0 1 2 0.7", "neuron.step epoch 2",
                           "neuron.bias 1 0 -0.3", "neuron.step sample", "neuron.rate 0.1", "neuron.optimizer momentum",
                           "neuron.step batch 7", "neuron.scrub 40", "neuron.point 2 -1.5", "neuron.select 1 1 2"}) {
    driver.run(line);
  }
  PageDriver fresh("neuron");
  for (const std::string& line : driver.app.page().state()) fresh.run(line);
  EXPECT_EQ(fresh.app.page().state(), driver.app.page().state());
  EXPECT_EQ(parameters(fresh, {2, 3, 2, 3}), parameters(driver, {2, 3, 2, 3}));
  EXPECT_EQ(fresh.number("neuron.step"), 40);
  EXPECT_EQ(fresh.number("neuron.scrub"), driver.number("neuron.scrub"));
  EXPECT_EQ(fresh.text("neuron.selected"), "1 1 2");
  fresh.run("neuron.scrub 55");
  driver.run("neuron.scrub 55");
  EXPECT_EQ(parameters(fresh, {2, 3, 2, 3}), parameters(driver, {2, 3, 2, 3}));
}

TEST_F(NeuronPageTest, an_edit_is_undone) {
  driver.app.send("neuron.step epoch 2", 1);
  driver.settle();
  const std::vector<double> before = parameters(driver, {2, 4, 2, 1});
  driver.app.send("neuron.weight 0 0 0 3", 2);
  driver.settle();
  EXPECT_EQ(driver.number("neuron.weight 0 0 0"), 3);
  driver.app.send("undo", 3);
  driver.settle();
  EXPECT_EQ(parameters(driver, {2, 4, 2, 1}), before);
  EXPECT_EQ(driver.number("neuron.step"), 50);
}

TEST_F(NeuronPageTest, numbers_have_no_accuracy) {
  driver.run("neuron.loss cross-entropy");
  driver.run("neuron.data hills");
  EXPECT_EQ(driver.text("neuron.loss.setting"), "mse");
  EXPECT_THROW(driver.number("neuron.accuracy"), Error);
  EXPECT_NE(driver.failure("neuron.loss cross-entropy").find("has numbers to learn"), std::string::npos);
  driver.run("neuron.loss huber");
  driver.run("neuron.step epoch");
  EXPECT_GT(driver.number("neuron.loss"), 0);
}

TEST_F(NeuronPageTest, wrong_layers_are_told) {
  EXPECT_NE(driver.failure("neuron.layers 4 x").find("\"x\" is no number of neurons"), std::string::npos);
  EXPECT_NE(driver.failure("neuron.layers 0").find("from 1 to 12"), std::string::npos);
  EXPECT_NE(driver.failure("neuron.layers 1 1 1 1 1 1 1 1 1").find("9 hidden layers are too many"), std::string::npos);
  EXPECT_EQ(driver.text("neuron.layers"), "4 2");
}

TEST_F(NeuronPageTest, optimizers_race) {
  EXPECT_THROW(driver.number("neuron.race.loss adam"), Error);
  driver.run("neuron.layers 2");
  driver.run("neuron.race on");
  EXPECT_EQ(driver.text("neuron.view"), "race");
  const double start = driver.number("neuron.loss");
  for (const char* name : {"sgd", "momentum", "rmsprop", "adam"}) {
    EXPECT_LT(driver.number(std::string("neuron.race.loss ") + name), start) << name;
    EXPECT_GT(driver.number(std::string("neuron.race.rate ") + name), 0) << name;
    EXPECT_GT(driver.number(std::string("neuron.race.distance ") + name), 0) << name;
    EXPECT_GT(driver.number(std::string("neuron.race.moved ") + name),
              driver.number(std::string("neuron.race.distance ") + name))
        << name;
  }
  driver.frames(2);
  driver.click("racer adam");
  EXPECT_EQ(driver.text("neuron.optimizer"), "adam");
  driver.run("neuron.race off");
  EXPECT_EQ(driver.text("neuron.view"), "network");
}

TEST_F(NeuronPageTest, writes_a_script_that_Python_can_read) {
  TestFolder folder;
  const std::string file = folder / "points.py";
  EXPECT_NE(driver.failure("neuron.export " + (folder / "points.txt")).find("ends in .py"), std::string::npos);
  driver.run("neuron.step epoch 2");
  driver.run("neuron.export " + file);
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_NE(text.str().find("keras.Sequential"), std::string::npos);
  const std::string python = python_with("ast");
  if (python.empty()) GTEST_SKIP() << "no Python";
  EXPECT_EQ(std::system(
                ("'" + python + "' -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' '" + file + "'").c_str()),
            0);
}

// What stands in the view of one step is of one sample, wherever it stands.
TEST_F(NeuronPageTest, the_view_of_one_step_shows_one_sample) {
  driver.size = {1280, 900};
  for (const char* data : {"circle", "digits"}) {
    SCOPED_TRACE(data);
    driver.run(std::string("neuron.data ") + data);
    driver.run("neuron.point 3 3");
    driver.run("neuron.sample 4");
    driver.run("neuron.view step");
    PointSource source;
    source.kind = parse_point_kind(data), source.seed = 1;
    const PointTraining training(make_points(source), PointModel{}, {}, 1);
    const PointData& points = training.data();
    const int sample = training.next_samples(false)[4];
    const auto row = static_cast<size_t>(driver.number("neuron.step.row"));
    ASSERT_LT(row, points.train.size());
    EXPECT_EQ(points.train[row], sample);
    PointPass pass;
    training.network().forward(training.parameters().data(), points.sample(sample), pass);
    EXPECT_EQ(driver.number("neuron.sum 1 1"), pass.sums[4 + 1]);
    EXPECT_EQ(driver.number("neuron.value 0 2"), pass.values[2]);
    const std::vector<std::string> texts = drawn();
    EXPECT_TRUE(says(texts, fmt::format("number {} of the training set", row)));
    EXPECT_TRUE(says(texts, points.pictures() ? fmt::format("sample 4 of the batch, a {}", points.label(sample))
                                              : std::string("sample 4")));
    EXPECT_FALSE(says(texts, "picture 4"));
  }
  // A click follows the nearest sample of the step.
  driver.run("neuron.data circle");
  PointSource source;
  source.seed = 1;
  const PointTraining training(make_points(source), PointModel{}, {}, 1);
  const double* const place = training.data().sample(training.next_samples(false)[7]);
  const Item* surface = driver.ui.find_item("decision surface");
  ASSERT_NE(surface, nullptr);
  driver.click_at({surface->rect.x + surface->rect.w * static_cast<float>((place[0] + 6) / 12),
                   surface->rect.y + surface->rect.h * static_cast<float>((6 - place[1]) / 12)});
  EXPECT_EQ(driver.number("neuron.sample"), 7);
}

// The view of the losses has the targets that the network learns: -1 and 1 of tanh, 0 and 1 of sigmoid.
TEST_F(NeuronPageTest, losses_are_those_of_the_network) {
  driver.run("neuron.point 2 -1");
  driver.run("neuron.view losses");
  for (const char* activation : {"tanh", "sigmoid", "linear", "relu"}) {
    SCOPED_TRACE(activation);
    driver.run(std::string("neuron.activation ") + activation);
    const double output = driver.number("neuron.output 2 -1"), off = std::abs(output - 1);
    EXPECT_NEAR(driver.number("neuron.cost mse"), off * off, 1e-12);
    EXPECT_NEAR(driver.number("neuron.cost mae"), off, 1e-12);
    EXPECT_TRUE(says(drawn(), significant_text(off * off, 4)));
  }
  driver.run("neuron.activation sigmoid");
  EXPECT_TRUE(says(drawn(), fmt::format("a probability of {} for class 1",
                                        significant_text(driver.number("neuron.output 2 -1"), 4))));
  driver.run("neuron.activation tanh");
  const double share = (1 + driver.number("neuron.output 2 -1")) / 2;
  EXPECT_NEAR(driver.number("neuron.cost cross-entropy"), -std::log(share), 1e-12);
  EXPECT_TRUE(says(drawn(), "probability of " + significant_text(share, 4)));
  // A picture is judged by its own class, and of ten outputs the loss is the mean.
  driver.run("neuron.data digits");
  driver.run("neuron.sample 13");
  EXPECT_TRUE(says(drawn(), "class 3 is right"));
  double sum = 0;
  for (int j = 0; j < 10; ++j) {
    const double off = driver.number(fmt::format("neuron.value 2 {}", j)) - (j == 3 ? 1 : 0);
    sum += off * off / 10;
  }
  EXPECT_NEAR(driver.number("neuron.cost mse"), sum, 1e-12);
  driver.run("neuron.data hills");
  EXPECT_THROW(driver.number("neuron.cost cross-entropy"), Error);
}

TEST_F(NeuronPageTest, a_pixel_is_chosen_in_the_picture) {
  driver.size = {1280, 900};
  driver.run("neuron.data digits");
  driver.run("neuron.select 0 2");
  driver.settle();
  const Item* picture = driver.ui.find_item("pixels of the picture");
  ASSERT_NE(picture, nullptr);
  driver.click_at({picture->rect.x + picture->rect.w * 6.5f / 14, picture->rect.y + picture->rect.h * 3.5f / 14});
  EXPECT_EQ(driver.text("neuron.selected"), "0 2 48");
  EXPECT_NE(driver.ui.find_item("weight 48"), nullptr);
}

TEST_F(NeuronPageTest, heads_and_features_have_their_names_in_a_small_window) {
  driver.size = {800, 500};
  for (const char* layers : {"neuron.layers 4 2", "neuron.layers 8 8 8 8 8 8 8 8"}) {
    driver.run(layers);
    const std::vector<std::string> texts = drawn();
    for (const char* text : {"epoch", "training", "test", "sin x", "sin y", "x\u00b2"}) {
      EXPECT_NE(std::find(texts.begin(), texts.end(), text), texts.end()) << text << ", " << layers;
    }
    EXPECT_TRUE(says(texts, "out"));
    EXPECT_FALSE(says(texts, "ou..."));
  }
}

TEST_F(NeuronPageTest, hints_say_what_a_value_means_and_its_range) {
  EXPECT_NE(driver.failure("neuron.weight 0 0 0 inf")
                .find("VALUE is what the weight becomes: a number from -1000 to "
                      "1000"),
            std::string::npos);
  EXPECT_NE(driver.failure("neuron.split 1")
                .find("SHARE is the share of the samples that is learned from: a number "
                      "from 0.05 to 0.95"),
            std::string::npos);
}

TEST_F(NeuronPageTest, lessons_hold) {
  for (const char* lesson :
       {"one-neuron", "why-layers", "cross-entropy", "sample-batch-epoch", "adam", "overfitting-seen"}) {
    ASSERT_NO_FATAL_FAILURE(play_lesson(driver, lesson)) << lesson;
  }
}

}  // namespace striate
