// The views overview, layers and tests without a window: drawn in every state a training can be in, in every size;
// clicks by label send their commands; they ask for what they show.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "app/pages/train/layers_view.h"
#include "app/pages/train/overview.h"
#include "app/pages/train/tests_view.h"
#include "app/shell/document.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "train_scene.h"

namespace striate {
namespace {

// One view with a snapshot that stands still, hands, and commands that are only written down.
class ViewDriver {
 public:
  explicit ViewDriver(const std::function<std::unique_ptr<TrainView>(const TrainScene&)>& make)
      : document(Device::cpu()),
        scene{PageContext{document, [] {}}, [this] { return now; },
              [this]() -> const TrainingConfig& { return config; }, [](const ProbePicture&) {}},
        view(make(scene)),
        ui(registry, textures) {
    view->declare(registry);
    for (const char* name : {"train.scrub", "train.probe", "train.unit.open", "train.tests.open"}) {
      if (registry.find_command(name)) continue;
      registry.add(Command{name, "noted", {Parameter::text("TEXT", "anything")}, [](const Arguments&) {}});
    }
    now = train_scene();
  }

  void frame() {
    time += 1.0 / 60;
    view->update(time);
    Ui::Frame frame;
    frame.input = hands.next();
    frame.size = size;
    frame.now = time;
    frame.motion = false;
    frame.patient = true;
    frame.dark = dark;
    frame.presentation = presentation;
    ui.begin_frame(frame);
    view->draw_stage(ui, {0, 48, size.x, size.y - 48}, *now);
    ui.begin_panel("inspector", {size.x, 0, 340, size.y});
    view->draw_inspector(ui, *now);
    ui.end_panel();
    ui.end_frame();
    ASSERT_TRUE(ui.conflicts().empty()) << "two items are called '" << ui.conflicts().front() << "'";
    view->drawn(ui.drawn());
    for (const std::string& line : ui.take_commands()) {
      log.push_back(line);
      registry.run(line);
    }
  }
  void settle() {
    do frame();
    while (!hands.empty());
    for (int i = 0; i < 3; ++i) frame();
  }
  void show(TrainSnapshotPtr snapshot) {
    now = std::move(snapshot);
    settle();
  }
  Rect rect(const std::string& label) {
    const Item* item = ui.find_item(label);
    EXPECT_NE(item, nullptr) << "nothing is called '" << label << "'";
    return item ? item->rect : Rect{};
  }
  void click_at(Vec at) {
    log.clear();
    hands.move(at);
    hands.button(0, true);
    hands.button(0, false);
    settle();
    time += 1;
  }
  void click(const std::string& label) {
    settle();
    const Item* item = ui.find_item(label);
    ASSERT_NE(item, nullptr) << "nothing is called '" << label << "'";
    click_at(item->visible.center());
  }

  TrainSnapshotPtr now;
  TrainingConfig config;
  Registry registry;
  NoTextures textures;
  Document document;
  TrainScene scene;
  std::unique_ptr<TrainView> view;
  Ui ui;
  InputQueue hands;
  Vec size{720, 744};
  bool dark = true, presentation = false;
  double time = 1;
  std::vector<std::string> log;
};

using Make = std::unique_ptr<TrainView> (*)(const TrainScene&);
constexpr Make kViews[] = {make_overview_view, make_layers_view, make_tests_view};

constexpr const char* kOneConv = "conv 4 5x5 | relu | globalavgpool | dense 10";
constexpr const char* kBare = "flatten | dense 10";

TrainSnapshotPtr bare(const TrainSnapshotPtr& from) {
  // A snapshot as it first comes: the run is there, nothing that was asked for yet.
  auto now = std::make_shared<TrainSnapshot>(*from);
  now->tensors.clear();
  now->probe = nullptr;
  now->batch = nullptr;
  now->test = nullptr;
  now->norms.clear();
  now->dead_units.clear();
  return now;
}

TrainSnapshotPtr with_nan(const TrainSnapshotPtr& from) {
  auto now = std::make_shared<TrainSnapshot>(*from);
  for (auto& [key, tensor] : now->tensors) {
    auto values = std::make_shared<TensorValues>(*tensor);
    for (size_t i = 0; i < values->values.size(); i += 3) values->values[i] = std::numeric_limits<float>::quiet_NaN();
    tensor = values;
  }
  auto probe = std::make_shared<TrainProbe>(*now->probe);
  probe->label = -1;
  for (TensorValuesPtr& gradient : probe->gradients) gradient = nullptr;
  for (float& p : probe->probabilities) p = std::numeric_limits<float>::quiet_NaN();
  now->probe = probe;
  auto piece = std::make_shared<std::vector<StepRecord>>(*now->curves.pieces.front());
  piece->back().loss = std::numeric_limits<float>::infinity();
  now->curves.pieces = {piece};
  ++now->run;
  return now;
}

TEST(TrainViews, are_drawn_in_every_state_and_size) {
  const TrainSnapshotPtr states[] = {empty_scene(),
                                     preparing_scene(),
                                     train_scene({.steps = 0}),
                                     train_scene({.steps = 100}),
                                     scrubbed_scene(),
                                     failed_scene(),
                                     bare(train_scene()),
                                     with_nan(train_scene()),
                                     train_scene({.model = "mlp", .steps = 3}),
                                     train_scene({.model = kOneConv, .steps = 3}),
                                     train_scene({.model = kBare, .steps = 3}),
                                     train_scene({.model = "resnet20", .data = "shapes:120", .steps = 2, .batch = 4}),
                                     train_scene({.model = "tinyvgg", .data = "shapes:120", .steps = 2, .batch = 4})};
  for (const Make make : kViews) {
    ViewDriver driver(make);
    for (const TrainSnapshotPtr& state : states) {
      for (const Vec size : {Vec{464, 644}, Vec{720, 744}, Vec{1360, 1024}, Vec{200, 150}}) {
        driver.size = size;
        ASSERT_NO_FATAL_FAILURE(driver.show(state));
        for (float y = 60; y < size.y; y += 97) {
          for (float x = 15; x < size.x; x += 131) {
            driver.hands.move({x, y});
            ASSERT_NO_FATAL_FAILURE(driver.frame());
          }
        }
      }
    }
    driver.presentation = true;
    driver.dark = false;
    driver.size = {720, 744};
    ASSERT_NO_FATAL_FAILURE(driver.show(train_scene()));
  }
}

TEST(TrainViews, bring_back_their_state) {
  const std::vector<std::vector<std::string>> changes = {
      {"train.curves.window 10 40", "train.curves.log on", "train.curves.smooth 7"},
      {"train.layers.gradients off", "train.layers.scale network", "train.layers.all on"},
      {"train.tests.cell 3 5", "train.tests.show batch"}};
  for (size_t i = 0; i < 3; ++i) {
    ViewDriver driver(kViews[i]), other(kViews[i]);
    for (const std::string& line : changes[i]) driver.registry.run(line);
    EXPECT_NE(driver.view->state(), other.view->state());
    for (const std::string& line : driver.view->state()) other.registry.run(line);
    EXPECT_EQ(driver.view->state(), other.view->state());
    driver.settle();
  }
}

std::string failure(const ViewDriver& driver, const std::string& line) {
  try {
    driver.registry.run(line);
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "";
}

TEST(OverviewView, a_click_on_a_curve_shows_that_step) {
  ViewDriver driver(make_overview_view);
  driver.settle();
  const Rect plot = driver.rect("loss curve");
  driver.click_at({plot.x + plot.w * 0.4f, plot.y + plot.h * 0.5f});
  ASSERT_EQ(driver.log.size(), 1u);
  ASSERT_TRUE(driver.log[0].starts_with("train.scrub ")) << driver.log[0];
  const int step = std::stoi(driver.log[0].substr(12));
  EXPECT_GT(step, 10);
  EXPECT_LT(step, 40);
}

TEST(OverviewView, the_wheel_zooms_about_the_mouse_and_a_double_click_shows_all) {
  ViewDriver driver(make_overview_view);
  driver.settle();
  const Rect plot = driver.rect("accuracy curve");
  driver.hands.move(plot.center());
  driver.frame();
  driver.log.clear();
  driver.hands.scroll({0, 3});
  driver.settle();
  ASSERT_EQ(driver.log.size(), 1u);
  EXPECT_TRUE(driver.log[0].starts_with("train.curves.window "));
  EXPECT_NE(driver.view->state()[0], "train.curves.window all");
  driver.hands.button(0, true);
  driver.hands.button(0, false);
  driver.hands.button(0, true);
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_EQ(driver.view->state()[0], "train.curves.window all");
  EXPECT_TRUE(failure(driver, "train.curves.window 5").starts_with("\"5\" are no steps / ")) << "two numbers or all";
  EXPECT_NE(failure(driver, "train.curves.window 9 3"), "");
  EXPECT_NE(failure(driver, "train.curves.at 61"), "");
  const ReadoutValue loss = driver.registry.read("train.curves.at 60");
  EXPECT_EQ(std::get<double>(loss), static_cast<double>(driver.now->curves.at(59).loss));
}

TEST(OverviewView, a_click_on_a_map_opens_its_unit) {
  ViewDriver driver(make_overview_view);
  driver.settle();
  // 8 filters in one line: the middle of the fourth.
  Rect maps = driver.rect("layer 0 weights");
  driver.click_at({maps.x + maps.w * 3.5f / 8, maps.center().y});
  EXPECT_EQ(driver.log, (std::vector<std::string>{"train.unit.open 0 3"}));
  // 16 columns of 8 slices.
  maps = driver.rect("layer 3 slices");
  driver.click_at({maps.x + maps.w * 10.4f / 16, maps.y + maps.h * 2.4f / 8});
  EXPECT_EQ(driver.log, (std::vector<std::string>{"train.unit.open 3 10 2"}));
  driver.click_at(driver.rect("layer 3 composed").min() + Vec{4, 4});
  EXPECT_EQ(driver.log, (std::vector<std::string>{"train.unit.open 3 0"}));
  const Rect cells = driver.rect("confusion");
  driver.click_at({cells.x + cells.w * 0.25f, cells.y + cells.h * 0.75f});
  EXPECT_EQ(driver.log, (std::vector<std::string>{"train.tests.open 7 2"}));
}

TEST(OverviewView, asks_for_what_it_shows) {
  ViewDriver driver(make_overview_view);
  TrainSubscription wanted;
  driver.view->subscribe(*driver.now, wanted);
  EXPECT_TRUE(wanted.probe && wanted.test && wanted.dead_units);
  EXPECT_FALSE(wanted.batch || wanted.probe_gradients);
  const std::set<TensorKey> tensors = {
      {TensorKind::weight, "0.weight"}, {TensorKind::weight_gradient, "0.weight"}, {TensorKind::weight, "3.weight"}};
  EXPECT_EQ(wanted.tensors, tensors);
  TrainSubscription nothing;
  driver.view->subscribe(*empty_scene(), nothing);
  EXPECT_TRUE(nothing.tensors.empty());
}

TEST(LayersView, asks_only_for_what_can_be_seen) {
  ViewDriver driver(make_layers_view);
  driver.size = {720, 400};
  driver.show(train_scene({.model = "resnet20", .data = "shapes:120", .steps = 2, .batch = 4}));
  TrainSubscription top;
  driver.view->subscribe(*driver.now, top);
  EXPECT_TRUE(top.tensors.contains({TensorKind::weight, "conv1.weight"}));
  EXPECT_FALSE(top.tensors.contains({TensorKind::weight, "linear.weight"}));
  EXPECT_LT(top.tensors.size(), 12u);
  driver.hands.move({360, 300});
  driver.frame();
  for (int i = 0; i < 60; ++i) driver.hands.scroll({0, -10});
  driver.settle();
  TrainSubscription end;
  driver.view->subscribe(*driver.now, end);
  EXPECT_FALSE(end.tensors.contains({TensorKind::weight, "conv1.weight"}));
  EXPECT_TRUE(end.tensors.contains({TensorKind::weight, "linear.weight"}));
  driver.registry.run("train.layers.gradients off");
  TrainSubscription without;
  driver.view->subscribe(*driver.now, without);
  EXPECT_TRUE(end.probe_gradients);
  EXPECT_FALSE(without.probe_gradients);
}

TEST(LayersView, a_click_on_an_answer_opens_its_unit) {
  ViewDriver driver(make_layers_view);
  driver.settle();
  const Rect maps = driver.rect("answers of layer 0");
  driver.click_at(maps.min() + Vec{5, 5});
  EXPECT_EQ(driver.log, (std::vector<std::string>{"train.unit.open 0 0"}));
  driver.click("gradients");
  EXPECT_EQ(driver.log, (std::vector<std::string>{"train.layers.gradients off"}));
}

TEST(Spread, counts_every_value_once_over_its_range) {
  const std::vector<float> values = {-1, -0.5f, 0, 0, 2, std::numeric_limits<float>::quiet_NaN()};
  const Spread spread = spread_of(values, 8, true);
  EXPECT_EQ(spread.low, -2);
  EXPECT_EQ(spread.high, 2);
  EXPECT_EQ(spread.not_finite, 1);
  EXPECT_EQ(spread.least, -1);
  double all = 0;
  for (const double bin : spread.bins) all += bin;
  EXPECT_EQ(all, 5);
  EXPECT_EQ(spread.bins[4], 2);
  EXPECT_EQ(spread.bins[7], 1);
  EXPECT_EQ(spread_of({}, 4, false).bins, (std::vector<double>{0, 0, 0, 0}));
  const std::vector<float> same = {3, 3};
  EXPECT_EQ(spread_of(same, 3, false).bins[2], 2);
}

TEST(TestsView, a_cell_opens_its_pictures_and_a_picture_becomes_the_probe) {
  ViewDriver driver(make_tests_view);
  driver.show(train_scene({.steps = 20}));
  const TrainTest& test = *driver.now->test;
  ASSERT_FALSE(test.mistakes.empty());
  // A wrong cell with pictures in it.
  const int t = test.labels[static_cast<size_t>(test.mistakes[0])];
  const int p = test.evaluation.predicted[static_cast<size_t>(test.mistakes[0])];
  const Rect cells = driver.rect("confusion");
  driver.click_at({cells.x + cells.w * (static_cast<float>(p) + 0.5f) / 10,
                   cells.y + cells.h * (static_cast<float>(t) + 0.5f) / 10});
  EXPECT_EQ(driver.log, (std::vector<std::string>{fmt::format("train.tests.cell {} {}", t, p)}));
  const std::vector<int32_t> list = pictures_of_cell(test, t, p);
  ASSERT_EQ(static_cast<int64_t>(list.size()), test.evaluation.count(t, p));
  EXPECT_EQ(list[0], test.mistakes[0]);
  for (size_t i = 1; i < list.size(); ++i) {
    EXPECT_GE(test.evaluation.probability[static_cast<size_t>(list[i - 1])],
              test.evaluation.probability[static_cast<size_t>(list[i])]);
  }
  const Rect pictures = driver.rect("test pictures");
  driver.click_at(pictures.min() + Vec{10, 10});
  EXPECT_EQ(driver.log, (std::vector<std::string>{fmt::format("train.probe {}", list[0])}));
  EXPECT_EQ(std::get<double>(driver.registry.read(fmt::format("train.tests.count {} {}", t, p))),
            static_cast<double>(list.size()));
  EXPECT_EQ(std::get<double>(driver.registry.read("train.tests.mistakes")), static_cast<double>(test.mistakes.size()));
  EXPECT_EQ(failure(driver, "train.tests.cell 3 12"), "there is no class 12 / classes count from 0 to 9");
  driver.registry.run("train.tests.cell -1 -1");
  EXPECT_NE(failure(driver, "train.tests.show cell"), "");
}

TEST(TestsView, the_batch_becomes_the_probe_by_its_place_in_the_data) {
  ViewDriver driver(make_tests_view);
  driver.settle();
  TrainSubscription before, after;
  driver.view->subscribe(*driver.now, before);
  EXPECT_FALSE(before.batch);
  driver.registry.run("train.tests.show batch");
  driver.settle();
  driver.view->subscribe(*driver.now, after);
  EXPECT_TRUE(after.batch);
  driver.click_at(driver.rect("batch pictures").min() + Vec{10, 10});
  EXPECT_EQ(driver.log,
            (std::vector<std::string>{fmt::format("train.probe sample:{}", driver.now->batch->indices[0])}));
}

TEST(CurveStore, follows_a_run_that_grows_and_one_that_is_another) {
  CurveStore store;
  auto now = std::make_shared<TrainSnapshot>(*train_scene());
  store.sync(*now);
  EXPECT_EQ(store.loss().size(), 60);
  EXPECT_EQ(store.splits().at("test").loss.size(), 4u);
  store.sync(*train_scene({.steps = 0}));
  EXPECT_EQ(store.loss().size(), 0);
  now->run = 7;
  store.sync(*now);
  EXPECT_EQ(store.loss().at(59), now->curves.at(59).loss);
  EXPECT_EQ(store.first(), 1);
}

TEST(NetworkFigures, know_what_can_be_drawn_of_any_network) {
  const NetworkFigures tiny = network_figures(*train_scene()->architecture);
  EXPECT_EQ(tiny.first, 1);
  EXPECT_EQ(tiny.second, 4);
  EXPECT_EQ(tiny.answers, 2);
  EXPECT_FALSE(tiny.layer(1).never_negative);
  EXPECT_TRUE(tiny.layer(2).never_negative && tiny.layer(3).never_negative);
  const NetworkFigures mlp = network_figures(build_model("mlp"));
  const WeightMaps maps = weight_maps(mlp.layer(mlp.first), Shape{1, 28, 28});
  EXPECT_EQ(maps.kind, WeightMaps::Kind::pictures);
  EXPECT_EQ(maps.count, 128);
  EXPECT_EQ(weight_maps(mlp.layer(mlp.second), Shape{1, 28, 28}).kind, WeightMaps::Kind::matrix);
  const NetworkFigures resnet = network_figures(build_model("resnet20"));
  EXPECT_EQ(resnet.layer(resnet.answers).kind, "relu");
  EXPECT_EQ(size_words(Shape{8, 26, 26}), "8 \u00d7 26 \u00d7 26");
}

}  // namespace
}  // namespace striate
