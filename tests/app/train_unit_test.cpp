// The view `unit`: what it shows is what the network holds, at several steps and places; every state drawn; clicks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "app/pages/train/unit_view.h"
#include "tests/app/train_view_host.h"
#include "tests/engine/layer_alone.h"

namespace striate {
namespace {

// Small networks in which every kind of layer has its turn.
const char* const kEveryKind[] = {
    "input 2x5x6 | conv 4 3x2 pad 1 groups 2 | relu | maxpool 2 stride 1 pad 1 | batchnorm | dropout 0.4 | "
    "subsample 2 channels 8 | flatten | dense 5 | softmax",
    "input 3x4x4 | leakyrelu | avgpool 2 | sigmoid | globalavgpool | dense 4 | logsoftmax",
    "input 3x4x4 | a: tanh | from input | b: identity | from a | add b | concat a b | elu | selu | celu | "
    "globalmaxpool",
    "input 3x4x4 | a: tanh | c: constant 3x1x1 | from a | mul c | sub a | d: constant 4 | softplus | from a | div d | "
    "add c | hardsigmoid | hardswish | gelu | mish | clip -4 4 | prelu",
    "input 4x6 | c: constant 6x3 | from input | matmul c | reshape batch,2,6 | transpose 0,2,1 | "
    "slice axis 1 from 1 to 5 | gather axis 1 3,0,3 | pad edge 0,1,0,0,2,0 | reducemean 2",
    "input 2x3x4 | resize linear batch,2,5,7 | convtranspose 3 2x3 stride 2 | groupnorm 3 | instancenorm | "
    "layernorm from 3 | lrn 3 alpha 0.5 k 2 | softmax axis 3",
    "input 2x3x4x5 | conv3d 2 2x2x2 | convtranspose3d 2 2x2x2 | avgpool3d 2x2x2 stride 1x1x1 | maxpool3d 2x2x2 stride "
    "1x1x1 pad 1",
    "input 2x5x6 | local 3 3x2 pad 1 sets 2 | local 2 3x3",
    "input 2x5x5 | maxpoolindices 3 stride 2 pad 1",
    "input 2x3x4x3 | maxpoolindices 2x2x2 stride 1x1x1",
    "input 3x7 | layernormmean from 2 | from input | layernormrstd from 1",
};

// A paused training that holds this moment of a network.
TrainSnapshotPtr scene_of(const FilledNetwork& moment) {
  auto now = std::make_shared<TrainSnapshot>(*empty_scene());
  now->config = std::make_shared<TrainingConfig>();
  now->architecture = std::make_shared<Architecture>(moment.architecture);
  now->status = TrainSnapshot::Status::paused;
  static uint64_t versions = 1000;
  now->run = 1, now->version = ++versions;
  auto probe = std::make_shared<TrainProbe>();
  for (int node = 0; node < moment.architecture.size(); ++node) {
    auto tensor = std::make_shared<TensorValues>();
    tensor->values =
        moment.tensors.at({TensorKind::activation, moment.architecture.nodes()[static_cast<size_t>(node)].name});
    probe->activations.push_back(tensor);
  }
  now->probe = probe;
  for (const auto& [key, values] : moment.tensors) {
    auto tensor = std::make_shared<TensorValues>();
    tensor->values = values;
    now->tensors[key] = tensor;
  }
  return now;
}
TrainSnapshotPtr scene_of(const Architecture& architecture) { return scene_of(FilledNetwork(architecture)); }

struct Host : TrainViewHost {
  std::unique_ptr<TrainView> view;
  Host() {
    view = make_unit_view(*scene);
    use(*view);
    const auto taken = [this](const char* name) {
      registry.add(
          Command{name, "a weight is changed", {Parameter::text("WHAT", "which")}, [this, name](const Arguments& a) {
                    edits.push_back(std::string(name) + " " + a.text(0));
                  }});
    };
    taken("train.edit");
    taken("train.restore");
  }
  std::vector<std::string> edits;
  const std::vector<float>& activation(int node) {
    return snapshot->probe->activations[static_cast<size_t>(node)]->values;
  }
};

TEST(TrainUnit, value_sum_and_bias_are_the_numbers_of_the_network_at_random_places_and_steps) {
  Host host;
  unsigned random = 7;
  const auto pick = [&](int count) { return static_cast<int>((random = random * 1664525 + 1013904223) >> 8) % count; };
  for (const int64_t step : {0, 3, 60}) {
    host.snapshot = train_scene({.steps = step});
    const Architecture& architecture = *host.snapshot->architecture;
    const std::vector<Shape> shapes = architecture.shapes(1);
    for (int i = 0; i < 60; ++i) {
      const int node = 1 + pick(architecture.size() - 1);
      const UnitSizes s = unit_sizes(shapes[static_cast<size_t>(node)]);
      const int filter = pick(s.channels), row = pick(s.rows), column = pick(s.columns);
      SCOPED_TRACE(fmt::format("step {}, {} unit {} {} {}", step, architecture.describe(node), filter, row, column));
      host.registry.run(fmt::format("train.unit.open {} {}", node - 1, filter));
      host.registry.run(fmt::format("train.unit.cursor {} {}", column, row));
      const auto held =
          static_cast<double>(host.activation(node)[static_cast<size_t>((filter * s.rows + row) * s.columns + column)]);
      EXPECT_EQ(host.number("train.unit.value"), held);
      EXPECT_EQ(host.number("train.unit.sum"), held);
      const std::string kind = architecture.nodes()[static_cast<size_t>(node)].layer->kind();
      if (kind != "conv" && kind != "dense") continue;
      const std::string name = architecture.nodes()[static_cast<size_t>(node)].name;
      const TensorValues* bias = host.snapshot->tensor(TensorKind::weight, name + ".bias");
      EXPECT_EQ(host.number("train.unit.bias"), static_cast<double>(bias->values[static_cast<size_t>(filter)]));
      // The activation is the next layer's value, where that works value by value.
      if (kind == "conv") {
        EXPECT_EQ(host.number("train.unit.activation"),
                  static_cast<double>(
                      host.activation(node + 1)[static_cast<size_t>((filter * s.rows + row) * s.columns + column)]));
      }
    }
  }
}

TEST(TrainUnit, printed_terms_add_up_to_the_printed_sum) {
  Host host;
  host.snapshot = train_scene();
  host.run("train.unit.open 0 3");
  const std::string terms = host.text("train.unit.terms");
  const size_t equals = terms.find(" = ");
  ASSERT_NE(equals, std::string::npos) << terms;
  double sum = 0;
  size_t at = 0;
  const auto number = [&] {
    while (at < equals && (terms[at] == ' ' || terms[at] == '+' || terms[at] == '(' || terms[at] == ')')) ++at;
    size_t used = 0;
    const double value = std::stod(terms.substr(at), &used);
    at += used;
    return value;
  };
  int factors = 0;
  while (at < equals) {
    double value = number();
    if (at < equals && terms[at] == '*') {
      ++at;
      value *= number();
      ++factors;
    }
    while (at < equals && terms[at] == ')') ++at;
    sum += value;
  }
  EXPECT_EQ(factors, 9);
  const std::string result = terms.substr(equals + 3);
  const size_t point = result.find('.');
  const double unit = point == std::string::npos ? 1 : std::pow(10.0, -static_cast<double>(result.size() - point - 1));
  EXPECT_NEAR(sum, std::stod(result), 0.51 * unit) << terms;
}

TEST(TrainUnit, every_state_is_drawn_in_both_themes) {
  Host host;
  for (const bool dark : {true, false}) {
    host.dark = dark;
    for (const Vec size : {Vec{1024, 700}, Vec{1280, 800}, Vec{1920, 1080}}) {
      host.size = size;
      host.snapshot = empty_scene();
      host.settle();
      for (const char* model : {"tiny", "lenet5-tanh", "mlp"}) {
        host.snapshot = train_scene({.model = model, .steps = 4});
        for (int node = 1; node < host.snapshot->architecture->size(); ++node) {
          host.run(fmt::format("train.unit.open {} 1", node - 1));
          EXPECT_TRUE(host.shows("output values")) << model << " layer " << node;
          host.run("train.unit.source batch");
          host.run("train.unit.source probe");
        }
      }
    }
  }
}

TEST(TrainUnit, clicks_choose_filter_slice_cell_and_weight) {
  Host host;
  host.snapshot = train_scene();
  host.run("train.unit.open 3 2 1");
  host.click("output values");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.unit.cursor ", 0), 0U) << host.log[0];
  host.click("window values");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0], "train.unit.weight 1 1");
  EXPECT_EQ(host.text("train.unit.weight.name"), fmt::format("3.weight {}", (2 * 8 + 1) * 9 + 4));
  host.click("sum of slice 5");
  EXPECT_EQ(host.number("train.unit.slice"), 5);
  host.click("products");
  ASSERT_FALSE(host.log.empty());
  EXPECT_EQ(host.log[0].rfind("train.unit.walk ", 0), 0U);
  host.run("train.unit.turn filter 1");
  EXPECT_EQ(host.number("train.unit.filter"), 3);
  host.run("train.unit.turn filter -9");
  EXPECT_EQ(host.number("train.unit.filter"), 0);
}

TEST(TrainUnit, all_channels_are_drawn_and_a_click_on_a_row_chooses_the_slice) {
  Host host;
  for (const bool dark : {true, false}) {
    host.dark = dark;
    for (const Vec size : {Vec{1024, 700}, Vec{1280, 800}, Vec{1920, 1080}}) {
      host.size = size;
      for (const char* model : {"tiny", "lenet5-tanh", "mlp"}) {
        host.snapshot = train_scene({.model = model, .steps = 4});
        host.run("train.unit.show channels");
        for (int node = 1; node < host.snapshot->architecture->size(); ++node) {
          host.run(fmt::format("train.unit.open {} 1", node - 1));
          const bool conv = host.snapshot->architecture->nodes()[static_cast<size_t>(node)].layer->kind() == "conv";
          EXPECT_EQ(host.shows("channel row 0"), conv) << model << " layer " << node;
          EXPECT_EQ(host.shows("channel products"), conv) << model << " layer " << node;
          EXPECT_EQ(host.shows("sum of the rows"), conv);
          EXPECT_TRUE(host.shows("output values"));
          host.run("train.unit.source batch");
          host.run("train.unit.source probe");
        }
      }
    }
  }
  host.size = {1280, 800};
  host.snapshot = train_scene();
  host.run("train.unit.open 3 2 1");
  const Item* row = host.ui.find_item("channel row 5");
  ASSERT_NE(row, nullptr);
  host.press_at({row->visible.x + 12, row->visible.center().y});
  EXPECT_EQ(host.number("train.unit.slice"), 5);
  row = host.ui.find_item("channel row 3");
  const Item* products = host.ui.find_item("channel products");
  ASSERT_NE(products, nullptr);
  host.press_at({products->visible.center().x, row->visible.center().y});
  EXPECT_EQ(host.number("train.unit.slice"), 3);
  host.click("one window");
  EXPECT_FALSE(host.shows("channel row 0"));
  EXPECT_TRUE(host.shows("window values"));
}

// A list is drawn in lines: what its axes say is what the inspector and the code call its values.
TEST(TrainUnit, a_list_counts_its_values_on_and_a_window_says_where_it_stands) {
  Host host;
  const auto texts_of = [&host](const std::string& command) {
    host.run(command);
    std::vector<std::string> texts;
    host.ui.record_texts(&texts);
    host.frame();
    host.ui.record_texts(nullptr);
    return std::set<std::string>(texts.begin(), texts.end());
  };
  const auto grid = [&host](const std::string& name) {
    const std::vector<DrawnGrid>& grids = host.ui.grids();
    const auto found = std::find_if(grids.begin(), grids.end(), [&](const DrawnGrid& g) { return g.name == name; });
    return found != grids.end() ? *found : DrawnGrid{};
  };
  host.size = {1920, 1080};
  host.snapshot = train_scene({.model = "mlp", .steps = 2});
  host.run("train.unit.open 3 0");
  const std::set<std::string> dense = texts_of("train.unit.weight 6 1");
  EXPECT_TRUE(dense.contains("16") && dense.contains("112"));  // 128 values as 8 lines of 16
  const auto begins = [&dense](std::string_view words) {
    return std::count_if(dense.begin(), dense.end(), [&](const std::string& text) { return text.starts_with(words); });
  };
  EXPECT_EQ(begins("value "), 8) << "the largest products";
  EXPECT_EQ(begins("row "), 0);
  EXPECT_EQ(grid("input values").row_axis, 0);
  EXPECT_EQ(grid("output values").row_axis, 0);
  host.snapshot = train_scene();
  host.run("train.unit.open 0 0 0");
  host.run("train.unit.show window");
  host.run("train.unit.cursor 4 7");
  EXPECT_EQ(grid("window values").row_axis, 7);
  EXPECT_EQ(grid("window values").column_axis, 4);
  EXPECT_EQ(grid("kernel values").row_axis, 0);
  EXPECT_EQ(grid("input values").column_axis, 0);
}

TEST(TrainUnit, the_rows_that_stand_on_the_screen_add_up_with_the_bias) {
  Host host;
  host.snapshot = train_scene();
  host.run("train.unit.open 3 2 1");
  host.run("train.unit.cursor 5 6");
  host.run("train.unit.show channels");
  std::vector<std::string> texts;
  host.ui.record_texts(&texts);
  host.frame();
  host.ui.record_texts(nullptr);
  const auto after = [&](const std::string& what) {
    const auto found = std::find(texts.begin(), texts.end(), what);
    return found == texts.end() || found + 1 == texts.end() ? std::nan("") : std::stod(*(found + 1));
  };
  double sum = 0;
  for (int c = 0; c < 8; ++c) sum += after(fmt::format("slice {}", c));
  EXPECT_NEAR(sum + host.number("train.unit.bias"), host.number("train.unit.value"), 0.002);
  EXPECT_NE(std::find_if(texts.begin(), texts.end(),
                         [](const std::string& text) { return text.rfind("The rows and the bias add up", 0) == 0; }),
            texts.end());
}

TEST(TrainUnit, a_map_that_was_clicked_opens_with_all_channels_and_a_kernel_with_its_window) {
  Host host;
  host.snapshot = train_scene();
  const auto shown = [&](const char* line) {
    const std::vector<std::string> state = host.view->state();
    return std::find(state.begin(), state.end(), line) != state.end();
  };
  host.run("train.unit.open 3 2");
  EXPECT_TRUE(shown("train.unit.show window"));
  *host.scene->opening = {{10, 10, 40, 40}, host.now, Concept::activation, "overview"};
  host.run("train.unit.open 3 3");
  EXPECT_TRUE(shown("train.unit.show channels"));
  EXPECT_FALSE(host.scene->opening->figure.empty()) << "where the outline grows to";
  bool escape = false;
  for (const Page::Key& key : host.view->keys()) escape |= key.key == "Escape" && key.command == "train.view overview";
  EXPECT_TRUE(escape);
  host.run("train.unit.show window");
  EXPECT_TRUE(shown("train.unit.show window")) << "it is the user's choice from then on";
  *host.scene->opening = {{10, 10, 40, 40}, host.now, Concept::activation, "layers"};
  host.run("train.unit.open 3 3");
  *host.scene->opening = {{10, 10, 40, 40}, host.now, Concept::kernel, "layers"};
  host.run("train.unit.open 3 3");
  EXPECT_TRUE(shown("train.unit.show window"));
}

TEST(TrainUnit, a_weight_is_typed_into_the_kernel_and_given_back) {
  Host host;
  auto scene = std::make_shared<TrainSnapshot>(*train_scene());
  scene->edited.insert({TensorKind::weight, "0.weight"});
  host.snapshot = scene;
  host.run("train.unit.open 0 3");
  host.click("kernel values");
  host.type("0.5");
  host.key("Enter");
  ASSERT_FALSE(host.edits.empty());
  EXPECT_EQ(host.edits[0], "train.edit 0.weight 31 0.5");
  const Item* back = host.ui.find_item("Back to the trained value");
  ASSERT_NE(back, nullptr);
  host.size = {1280, 1600};
  host.click("Back to the trained value");
  EXPECT_EQ(host.edits.back(), "train.restore 0.weight 31");
}

TEST(TrainUnit, a_wrong_place_says_what_is_legal) {
  Host host;
  host.snapshot = train_scene();
  EXPECT_EQ(host.failure("train.unit.open 99 0"), "unknown layer 99 / layers count from 0 to 7 without the input");
  host.snapshot = empty_scene();
  EXPECT_NE(host.failure("train.unit.move 1 0"), "");
}

TEST(TrainUnit, values_that_are_no_numbers_are_named) {
  Host host;
  auto scene = std::make_shared<TrainSnapshot>(*train_scene());
  auto probe = std::make_shared<TrainProbe>(*scene->probe);
  for (TensorValuesPtr& tensor : probe->activations) {
    auto broken = std::make_shared<TensorValues>(*tensor);
    for (size_t i = 0; i < broken->values.size(); i += 2) broken->values[i] = std::nanf("");
    tensor = broken;
  }
  scene->probe = probe;
  host.snapshot = scene;
  for (int node = 1; node < scene->architecture->size(); ++node) {
    host.run(fmt::format("train.unit.open {} 0", node - 1));
    EXPECT_TRUE(host.shows("output values"));
    host.run("train.unit.show channels");
    EXPECT_TRUE(host.shows("output values"));
    host.run("train.unit.show window");
  }
  host.run("train.unit.open 0 0");
  EXPECT_NE(host.text("train.unit.terms").find("= NaN"), std::string::npos);
}

TEST(TrainUnit, a_flat_value_is_lit_where_it_stands_in_the_picture) {
  Host host;
  host.snapshot = scene_of(Architecture::parse("input 2x4x5 | flatten | dense 3 | softmax"));
  host.run("train.unit.open 0 3");
  EXPECT_EQ(host.text("train.unit.lit"), "0,0,3");
  EXPECT_EQ(host.number("train.unit.slices"), 1);
  host.run("train.unit.open 0 29");
  EXPECT_EQ(host.text("train.unit.lit"), "1,1,4");
  host.run("train.unit.open 2 1");
  EXPECT_EQ(host.text("train.unit.lit"), "0,0,0 1,0,0 2,0,0");
  EXPECT_TRUE(host.shows("output values"));
}

TEST(TrainUnit, the_cells_that_are_lit_are_those_whose_values_make_the_number) {
  Host host;
  std::set<std::string> seen;
  for (const char* text : kEveryKind) {
    SCOPED_TRACE(text);
    const Architecture architecture = Architecture::parse(text);
    const FilledNetwork moment(architecture);
    host.snapshot = scene_of(moment);
    for (int node = 1; node < architecture.size(); ++node) {
      SCOPED_TRACE(architecture.describe(node));
      const NetworkValues& values = moment.values;
      const std::string kind = values.layer(node).kind();
      seen.insert(kind);
      const std::vector<int>& inputs = architecture.nodes()[static_cast<size_t>(node)].inputs;
      if (inputs.empty()) continue;
      const std::vector<std::set<Source>> truth = sources_by_changing(moment, node);
      const UnitSizes s = unit_sizes(values, node);
      for (int64_t i = 0; i < s.count(); i += 1 + s.count() / 6) {
        SCOPED_TRACE(fmt::format("unit {}", i));
        host.registry.run(fmt::format("train.unit.open {} {}", node - 1, i / s.columns / s.rows));
        host.registry.run(fmt::format("train.unit.cursor {} {}", i % s.columns, i / s.columns % s.rows));
        std::set<std::tuple<int, int, int, int>> lit, expected;  // node, channel, row, column
        for (int slice = 0; slice < host.number("train.unit.slices"); ++slice) {
          host.registry.run(fmt::format("train.unit.slice {}", slice));
          std::istringstream cells(host.text("train.unit.lit"));
          const int input = static_cast<int>(host.number("train.unit.input")) + 1;
          for (std::string cell; cells >> cell;) {
            int c = 0, row = 0, column = 0;
            ASSERT_EQ(std::sscanf(cell.c_str(), "%d,%d,%d", &c, &row, &column), 3) << cell;
            lit.insert({input, c, row, column});
          }
        }
        for (const auto& [input, c, row, column] : truth[static_cast<size_t>(i)]) {
          expected.insert({inputs[static_cast<size_t>(input)], c, row, column});
        }
        ASSERT_EQ(lit, expected);
      }
      host.settle();
      EXPECT_TRUE(host.shows("input values"));
      EXPECT_TRUE(host.shows("output values"));
    }
  }
  EXPECT_GT(seen.size(), 50U);
}

TEST(TrainUnit, asks_for_its_own_layer_alone) {
  Host host;
  host.snapshot = train_scene();
  host.run("train.unit.open 3 0");
  TrainSubscription wants;
  host.view->subscribe(*host.snapshot, wants);
  EXPECT_TRUE(wants.probe);
  EXPECT_FALSE(wants.batch);
  EXPECT_EQ(wants.tensors, (std::set<TensorKey>{{TensorKind::weight, "3.weight"},
                                                {TensorKind::weight, "3.bias"},
                                                {TensorKind::weight_gradient, "3.weight"},
                                                {TensorKind::weight_gradient, "3.bias"}}));
  host.run("train.unit.source batch");
  wants = {};
  host.view->subscribe(*host.snapshot, wants);
  EXPECT_TRUE(wants.batch);
  EXPECT_TRUE(wants.tensors.contains({TensorKind::activation, "2"}));
}

}  // namespace
}  // namespace striate
