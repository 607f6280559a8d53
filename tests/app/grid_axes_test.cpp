// Rows and columns count from 0 everywhere, as axes on every grid: they are the indices of the code that students will
// write. Every page and view is walked, and every grid of numbers that was drawn with cells large enough is asked for
// its axes: they are there, they begin at 0 where the first row or column is shown, and nothing lies on them.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "app/pages/train/network_values.h"
#include "app/widgets/linked_grids.h"
#include "app/widgets/mini_grid.h"
#include "app/widgets/tensor_grid.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

constexpr float kLargeEnough = 24;  // a cell of this size has room for its axes beside it, wherever it stands

struct State {
  const char* name;
  std::vector<const char*> commands;
  bool has_numbers = false;  // in a window of 1920 x 1080
};

// Every page and view, each in the states that draw other grids.
const std::vector<State>& states() {
  static const std::vector<State> list = {
      {"home", {"page home"}},
      {"pixels", {"page pixels"}, true},
      {"pixels zoomed in", {"page pixels", "pixels.zoom 40", "pixels.cursor 4 7"}, true},
      {"channels", {"page channels"}, true},
      {"filters", {"page filters", "filters.kernel edge"}, true},
      {"filters, median", {"page filters", "filters.kernel median", "filters.tab pixel"}, true},
      {"filters, an element", {"page filters", "filters.kernel erosion size 5 element disk"}, true},
      {"filters, a large kernel", {"page filters", "filters.kernel gaussian", "filters.size 9"}, true},
      {"convolution", {"page convolution"}, true},
      {"convolution, padded", {"page convolution", "convolution.padding 1", "convolution.dilation 2"}, true},
      {"convolution, flipped", {"page convolution", "convolution.flip on"}, true},
      {"pooling", {"page pooling"}, true},
      {"pooling, gradient", {"page pooling", "pooling.view gradient"}, true},
      {"pooling, shifted", {"page pooling", "pooling.view shift"}, true},
      {"network", {"page network", "network.open lenet5", "network.select 2"}},
      {"network, small maps", {"page network", "network.select 5"}},
      {"features, filters", {"page features", "features.method filters", "features.layer 0"}},
      {"features, slices", {"page features", "features.layer 3"}},
      {"features, maps", {"page features", "features.method maps", "features.layer 5"}},
      {"neuron", {"page neuron"}},
      {"neuron, one step", {"page neuron", "neuron.view step"}},
      {"neuron, losses", {"page neuron", "neuron.view losses"}},
      {"neuron, race", {"page neuron", "neuron.layers 1", "neuron.race on"}},
      {"sharing", {"page sharing"}, true},
      {"sharing, map", {"page sharing", "sharing.view map"}},
      {"sharing, neocognitron", {"page sharing", "sharing.view neocognitron", "sharing.neocognitron.learn 10"}},
      {"pretrained", {"page pretrained", "pretrained.open lenet5", "pretrained.layer 2"}},
      {"pretrained, block", {"page pretrained", "pretrained.open resnet20", "pretrained.block layer1.0.add"}},
      {"pretrained, logit", {"page pretrained", "pretrained.open resnet20", "pretrained.unroll best"}},
      {"architecture, a sum", {"page architecture", "architecture.model lenet5", "architecture.select 3 5 4 6"}},
      {"architecture, a sum of a dense layer", {"page architecture", "architecture.select 7 9 0 0"}},
      {"lenet, maps", {"page lenet", "lenet.digit 5 2", "lenet.model 1998", "lenet.layer 2"}},
      {"transfer", {"page transfer"}},
      {"satellite", {"page satellite"}},
      {"hardware", {"page hardware"}},
      {"satellite, confusion",
       {"page satellite", "satellite.epochs 20", "satellite.train", "satellite.view confusion"}},
      {"lenet, glyphs", {"page lenet", "lenet.view glyphs"}},
      {"train overview", {"page train", "train.view overview"}, true},
      {"train layers", {"page train", "train.view layers", "train.layers.gradients on"}},
      {"train tests", {"page train", "train.view tests"}, true},
      {"train draw", {"page train", "train.view draw"}},
      {"train compare", {"page train", "train.view compare", "train.compare seed 5"}},
      {"train build", {"page train", "train.view build"}},
      {"train data", {"page train", "train.view data"}},
      {"train unit", {"page train", "train.view unit", "train.unit.open 0 0 0", "train.unit.show window"}, true},
      {"train unit, channels", {"page train", "train.view unit", "train.unit.show channels"}, true},
      {"train unit, an activation", {"page train", "train.view unit", "train.unit.layer 1"}},
      {"train unit, pooling", {"page train", "train.view unit", "train.unit.layer 2"}},
      {"train unit, dense", {"page train", "train.view unit", "train.unit.layer 7"}, true},
      {"train step, batch", {"page train", "train.view step", "train.step.look batch"}},
      {"train step, forward", {"page train", "train.view step", "train.step.look forward"}},
      {"train step, loss", {"page train", "train.view step", "train.step.look loss"}},
      {"train step, backward", {"page train", "train.view step", "train.step.look backward", "train.step.way layers"}},
      {"train step, a weight", {"page train", "train.view step", "train.step.layer 0", "train.step.way weights"}, true},
      {"train step, an input", {"page train", "train.view step", "train.step.way input"}, true},
      {"train step, a weight of dense",
       {"page train", "train.view step", "train.step.layer 7", "train.step.way weights"},
       true},
      {"train step, an input of dense", {"page train", "train.view step", "train.step.way input"}, true},
      {"train step, update",
       {"page train", "train.view step", "train.step.layer 0", "train.step phase", "train.step phase",
        "train.step phase", "train.step phase", "train.step phase", "train.step.look update"},
       true},
      {"glossary, stride", {"page convolution", "glossary stride"}, true},
      {"glossary, padding", {"page convolution", "glossary padding"}, true},
      {"glossary, flip", {"page convolution", "glossary flipped kernel"}, true},
      {"glossary, kernel", {"page convolution", "glossary kernel"}, true},
      {"glossary, pooling", {"page convolution", "glossary pooling"}, true},
      {"glossary, one-hot", {"page convolution", "glossary one-hot"}, true},
      {"glossary, separable", {"page convolution", "glossary separable filter"}, true},
  };
  return list;
}

ShellDriver& driver() {
  static ShellDriver* shared = [] {
    auto* made = new ShellDriver();  // one training for all tests of this file; it lives until the end
    made->run("train.data digits:120");
    made->run("train.model tiny");
    made->run("train.batch 16");
    made->run("train.step batch");
    made->run("train.step batch");
    return made;
  }();
  return *shared;
}

bool large(const DrawnGrid& grid) { return grid.numbers && std::min(grid.cell.x, grid.cell.y) >= kLargeEnough; }

// The first index of a side that is seen; what a window or a kernel in reverse order begins with is its own.
void expect_axis(int axis, int first, const std::string& where) {
  ASSERT_GE(axis, 0) << where << ": no indices";
  EXPECT_TRUE(first > 0 || axis == 0) << where << ": its first is shown, but the axis begins at " << axis;
}

// Where the indices of a grid stand.
std::vector<Rect> strips(const Ui& ui, const DrawnGrid& grid) {
  std::vector<Rect> list;
  const Rect& c = grid.cells;
  if (grid.row_axis >= 0) list.push_back({c.x - ui.index_width(grid.rows), c.y, ui.index_width(grid.rows), c.h});
  if (grid.column_axis >= 0) list.push_back({c.x, c.y - ui.index_height(), c.w, ui.index_height()});
  return list;
}

int expect_axes(const Ui& ui, const std::string& where) {
  int seen = 0;
  for (const DrawnGrid& grid : ui.grids()) {
    const std::string at = fmt::format("{}: '{}', {} x {} cells of {:.0f} x {:.0f}", where, grid.name, grid.columns,
                                       grid.rows, grid.cell.x, grid.cell.y);
    if (large(grid)) {
      ++seen;
      if (grid.rows > 1) expect_axis(grid.row_axis, grid.first_row, at + ", rows");
      if (grid.columns > 1) expect_axis(grid.column_axis, grid.first_column, at + ", columns");
    }
    if (grid.name == Ui::kPixels) continue;  // they lie over the picture
    for (const Rect& strip : strips(ui, grid)) {
      for (const DrawnGrid& other : ui.grids()) {
        // Figures of the glossary stand in front of the page.
        const bool other_layer = (grid.name == "mini grid") != (other.name == "mini grid");
        if (&other == &grid || other.name == Ui::kPixels || other_layer) continue;
        const Rect shared = intersection(strip, other.cells);
        EXPECT_TRUE(shared.w <= 1 || shared.h <= 1) << at << ": its axis lies on '" << other.name << "'";
      }
    }
  }
  return seen;
}

TEST(GridAxes, stand_on_every_grid_of_numbers_of_every_page_and_begin_at_0) {
  for (const State& state : states()) {
    driver().run("presentation off");
    for (const char* command : state.commands) driver().run(command);
    for (const Vec size : {Vec{1280, 800}, Vec{1920, 1080}, Vec{800, 500}}) {
      driver().resize(size);
      for (const bool presentation : {false, true}) {
        driver().run(presentation ? "presentation on" : "presentation off");
        const std::string where =
            fmt::format("{} at {} x {}{}", state.name, size.x, size.y, presentation ? ", presenting" : "");
        const int seen = expect_axes(driver().shell.ui(), where);
        if (size.x == 1920 && !presentation && state.has_numbers) {
          EXPECT_GT(seen, 0) << where << ": no grid of numbers was drawn";
        }
      }
    }
    driver().run("presentation off");
    if (std::string(state.commands.back()).starts_with("glossary")) driver().run("glossary.close");
  }
  driver().run("presentation off");
  driver().run("convolution.reset");
  driver().resize({1280, 800});
}

// All pages are in the list above, whichever come.
TEST(GridAxes, are_asked_of_every_page_and_view) {
  std::set<std::string> walked;
  for (const State& state : states()) {
    for (const std::string command : state.commands) {
      if (command.starts_with("page ")) walked.insert(command.substr(5));
      if (command.starts_with("train.view ")) walked.insert(command.substr(11));
    }
  }
  for (const auto& page : driver().app.pages()) EXPECT_TRUE(walked.contains(page->info().id)) << page->info().id;
  for (const char* view : {"overview", "layers", "tests", "draw", "compare", "step", "unit", "build", "data"}) {
    EXPECT_TRUE(walked.contains(view)) << view;
  }
}

// ---- what is numbered how -------------------------------------------------------------------------------------------

// What a function draws, into nothing.
class Axes : public testing::Test {
 protected:
  const DrawnGrid& draw(const std::function<void()>& paint) {
    Ui::Frame frame;
    frame.size = {1280, 800};
    ui.begin_frame(frame);
    texts_.clear();
    ui.record_texts(&texts_);
    paint();
    ui.record_texts(nullptr);
    ui.end_frame();
    return ui.grids().back();
  }
  bool shows(const std::string& text) const { return std::find(texts_.begin(), texts_.end(), text) != texts_.end(); }

  static GridSpec spec(int rows, int columns) {
    GridSpec spec;
    spec.rows = spec.index_rows = rows, spec.columns = spec.index_columns = columns;
    spec.origin = {100, 100};
    spec.cell = [](int, int) { return GridCell{.text = "x"}; };
    return spec;
  }

  NoTextures textures;
  Registry registry;
  Ui ui{registry, textures};
  std::vector<std::string> texts_;
};

TEST_F(Axes, of_a_padded_grid_leave_the_padding_out) {
  GridSpec padded = spec(5, 6);
  padded.first_row = padded.first_column = -1;
  padded.index_rows = 3, padded.index_columns = 4;
  const DrawnGrid& drawn = draw([&] { ui.grid("padded", padded); });
  EXPECT_EQ(drawn.row_axis, 0);
  EXPECT_EQ(drawn.first_row, -1);
  EXPECT_TRUE(shows("3"));
  EXPECT_FALSE(shows("4"));
  EXPECT_FALSE(shows("-1"));
}

TEST_F(Axes, of_a_list_in_lines_say_what_each_line_begins_with) {
  ValueGrid values;
  values.rows = 3, values.columns = 8;
  values.value = [](int, int) { return 0.5f; };
  index_as_list(&values, 20);
  const LinkedGrid list = linked_values(ui, "list", {}, values);
  const DrawnGrid& drawn = draw([&] { LinkedGrids(ui, {}).draw_at(list, {100, 100}, 40); });
  EXPECT_EQ(drawn.row_axis, 0);
  EXPECT_EQ(drawn.column_axis, 0);
  for (const char* index : {"0", "7", "8", "16"}) EXPECT_TRUE(shows(index)) << index;
  EXPECT_FALSE(shows("24"));
}

TEST_F(Axes, of_a_window_are_those_of_what_it_lies_over_and_of_a_flipped_kernel_run_back) {
  GridSpec window = spec(3, 3);
  window.row_index = {7, 2}, window.column_index = {-1, 2};
  window.index_rows = window.index_columns = 20;
  EXPECT_EQ(draw([&] { ui.grid("window", window); }).row_axis, 7);
  for (const char* index : {"7", "9", "11", "1", "3"}) EXPECT_TRUE(shows(index)) << index;
  EXPECT_EQ(ui.grids().back().column_axis, 1) << "the column before stands in the padding";
  GridSpec flipped = spec(3, 3);
  flipped.row_index = flipped.column_index = {2, -1};
  EXPECT_EQ(draw([&] { ui.grid("flipped", flipped); }).row_axis, 2);
  EXPECT_TRUE(shows("0"));
}

TEST_F(Axes, of_small_maps_stand_once_around_all_of_them_and_give_way_where_cells_are_small) {
  const std::vector<float> values(8 * 9, 0.5f);
  TensorGrid grid;
  grid.maps = {values, 8, 3, 3};
  grid.key = "test";
  grid.scale = scale_of(grid.maps, ScaleScope::layer);
  for (const float most : {30.0f, 60.0f}) {
    grid.layout = fit_maps(8, 3, 3, 700, 100, 12, most, 6);
    const DrawnGrid& drawn = draw([&] { draw_tensor_grid(ui, "maps", {100, 100, 700, 100}, grid); });
    EXPECT_EQ(drawn.column_axis, most > 48 ? 0 : -1);
    EXPECT_EQ(drawn.row_axis, most > 48 ? 0 : -1);
    EXPECT_EQ(std::count(texts_.begin(), texts_.end(), "2"), most > 48 ? 8 + 1 : 0);
    EXPECT_LE(grid.layout.total_width(), 700);
    EXPECT_LE(grid.layout.total_height(), 100);
  }
  EXPECT_EQ(grid.layout.at(0), grid.layout.edge);
}

TEST_F(Axes, of_figures_stand_beside_numbers_only) {
  MiniGrid figure;
  figure.rows = figure.columns = 5;
  const DrawnGrid plain = draw([&] { mini_grid(ui, {0, 0, 300, 300}, figure); });
  EXPECT_EQ(plain.row_axis, -1);
  figure.text = [](int, int) { return std::string("1"); };
  const DrawnGrid numbered = draw([&] { mini_grid(ui, {0, 0, 300, 300}, figure); });
  EXPECT_EQ(numbered.row_axis, 0);
  EXPECT_GT(numbered.cells.x, 5);
  EXPECT_EQ(draw([&] { mini_grid(ui, {0, 0, 80, 80}, figure); }).row_axis, -1) << "the cells are too small";
}

}  // namespace
}  // namespace striate
