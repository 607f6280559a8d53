// State, commands and readouts of the pooling page.
#include "app/pages/pooling.h"

#include <algorithm>
#include <cmath>

#include "app/pages/input_region.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"
#include "engine/number_rows.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr int kMostInput = 32;
constexpr int kMostWindow = 8;
constexpr int kMostPadding = kMostWindow / 2;
constexpr double kMostValue = 1e9;
constexpr const char* kDeck = "2 2 7 3; 9 4 6 1; 8 5 2 4; 3 1 2 6";  // the course's slide: 9 7; 8 6

const char* name_of(PoolKind kind) {
  return kind == PoolKind::max ? "max" : kind == PoolKind::average ? "average" : "global";
}

}  // namespace

PoolingPage::PoolingPage(const PageContext& context)
    : info_{"pooling", "Pooling", "Convolution",
            "A window steps over the input and keeps one number of what it sees: the largest, or the mean. Move the "
            "mouse over an output cell to see its window and which input won. Under Gradient you see where learning "
            "flows back to, under Shift what stays when the input moves by a cell."},
      context_(context),
      player_("pooling", 2) {
  State start;
  set_input(start, "deck");
  commit(std::move(start));
}

void PoolingPage::commit(State state) {
  PoolingPicture picture = pool(context_.document.stream, state.pooling);
  const std::vector<double> ones(picture.value.size(), 1.0);
  gradient_ = pool_gradient(context_.document.stream, state.pooling, ones);
  state_ = std::move(state);
  picture_ = std::move(picture);
  shifted_ = pool(context_.document.stream, shifted_pooling());
  player_.set_size(picture_.width, picture_.height);
  const auto [least, most] = std::minmax_element(state_.pooling.x.begin(), state_.pooling.x.end());
  const bool picture_range = *least >= 0 && *most <= 255 && *most > 16;
  low_ = picture_range ? 0 : std::min(0.0, *least);
  high_ = picture_range ? 255 : *most;
}

Pooling PoolingPage::shifted_pooling() const {
  Pooling moved = state_.pooling;
  const PoolGeometry& g = moved.geometry;
  moved.x = shifted(moved.x, g.channels, g.height, g.width, state_.shift_x, state_.shift_y);
  return moved;
}

int PoolingPage::kept_cells() const {
  int kept = 0;
  for (size_t i = 0; i < picture_.value.size(); ++i) kept += picture_.value[i] == shifted_.value[i];
  return kept;
}

void PoolingPage::set_input(State& state, const std::string& text) const {
  const InputRegion region = read_input(text, {{"deck", kDeck}}, context_.document.image, kMostInput, false);
  state.input = region.name;
  state.x = region.x;
  state.y = region.y;
  state.pooling.geometry.height = region.cells.rows;
  state.pooling.geometry.width = region.cells.columns;
  state.pooling.x = region.cells.values;
  if (region.cells.planes != 1) {
    throw Error(fmt::format("the input has {} channels", region.cells.planes),
                "pooling works on each channel alone: give one grid");
  }
}

void PoolingPage::declare(Registry& registry) {
  const auto set = [this](auto change) {
    return [this, change](const Arguments& arguments) {
      State next = state_;
      change(next, arguments);
      commit(std::move(next));
    };
  };
  registry.add(Command{
      "pooling.input",
      "What the window steps over",
      {Parameter::text(
          "INPUT",
          "deck (the course's 4 x 4), portrait, image [X Y WIDTH HEIGHT] (a region of the open picture), or "
          "rows of numbers: 1 2; 3 4")},
      set([this](State& next, const Arguments& arguments) { set_input(next, arguments.text(0)); }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.cell",
      "Sets one cell of the input",
      {Parameter::integer("X", "column, from 0", 0, kMostInput - 1),
       Parameter::integer("Y", "row, from 0", 0, kMostInput - 1),
       Parameter::number("VALUE", "its number", -kMostValue, kMostValue)},
      set([](State& next, const Arguments& arguments) {
        const PoolGeometry& g = next.pooling.geometry;
        const int64_t x = arguments.integer(0), y = arguments.integer(1);
        if (x >= g.width || y >= g.height) {
          throw Error(fmt::format("the input has no cell {} {}", x, y),
                      fmt::format("it has columns 0 to {} and rows 0 to {}", g.width - 1, g.height - 1));
        }
        next.input = "numbers";
        next.pooling.x[static_cast<size_t>(y * g.width + x)] = arguments.number(2);
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.kind",
      "What the window keeps: its largest cell, its mean, or the mean of the whole input",
      {Parameter::choice("KIND", "how a window becomes one number", {"max", "average", "global"})},
      set([](State& next, const Arguments& arguments) {
        const std::string& word = arguments.text(0);
        next.pooling.geometry.kind = word == "max"       ? PoolKind::max
                                     : word == "average" ? PoolKind::average
                                                         : PoolKind::global;
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.size",
      "Size of the window",
      {Parameter::integer("COLUMNS", "its width", 1, kMostWindow),
       Parameter::integer("ROWS", "its height; as many as columns where it is left out", 1, kMostWindow).or_none()},
      set([](State& next, const Arguments& arguments) {
        next.pooling.geometry.window_width = static_cast<int>(arguments.integer(0));
        next.pooling.geometry.window_height = static_cast<int>(arguments.integer(arguments.has(1) ? 1 : 0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.stride",
      "How many cells the window moves at each step",
      {Parameter::integer("N", "cells", 1, kMostWindow)},
      set([](State& next, const Arguments& arguments) {
        next.pooling.geometry.stride = static_cast<int>(arguments.integer(0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.padding",
      "Cells added around the input; they never win a maximum",
      {Parameter::integer("N", "cells on every side, at most half the window", 0, kMostPadding)},
      set([](State& next, const Arguments& arguments) {
        PoolGeometry& g = next.pooling.geometry;
        g.top = g.bottom = g.left = g.right = static_cast<int>(arguments.integer(0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.count",
      "Whether an average counts the padding's cells, as zeros",
      {Parameter::on_off("ON", "on: they count")},
      set([](State& next, const Arguments& arguments) { next.pooling.geometry.count_padding = arguments.on(0); }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.shift",
      "Shifts the input to compare its output with that of the input as it is",
      {Parameter::integer("DX", "columns to the right", -4, 4), Parameter::integer("DY", "rows down", -4, 4)},
      set([](State& next, const Arguments& arguments) {
        next.shift_x = static_cast<int>(arguments.integer(0));
        next.shift_y = static_cast<int>(arguments.integer(1));
        if (next.shift_x || next.shift_y) next.view = "shift";
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.view",
      "What the stage shows: the output, where a gradient goes back to, or a shifted input beside the input",
      {Parameter::choice("VIEW", "which", {"forward", "gradient", "shift"})},
      [this](const Arguments& arguments) { state_.view = arguments.text(0); },
  });
  player_.declare(registry);
  declare_readouts(registry);
}

void PoolingPage::declare_readouts(Registry& registry) {
  const auto add = [&registry](const char* name, const char* help, std::function<ReadoutValue()> value) {
    registry.add(Readout{std::string("pooling.") + name, help, std::move(value)});
  };
  add("value", "what the window at the cursor gives",
      [this] { return ReadoutValue(walk_pooling(state_.pooling, 0, player_.row(), player_.column()).result.value); });
  add("width", "columns of the output", [this] { return ReadoutValue(double(picture_.width)); });
  add("height", "rows of the output", [this] { return ReadoutValue(double(picture_.height)); });
  add("kept", "output cells that are the same after the shift", [this] { return ReadoutValue(double(kept_cells())); });
  add("winner", "the input cell that won at the cursor: column, row, from 0", [this] {
    if (geometry().kind != PoolKind::max) {
      throw Error("a mean has no winner", "choose: pooling.kind max");
    }
    const PoolResult result = walk_pooling(state_.pooling, 0, player_.row(), player_.column()).result;
    return ReadoutValue(fmt::format("{} {}", result.winner_column, result.winner_row));
  });
  const auto cell_of = [&registry](const char* name, const char* help,
                                   const std::function<ReadoutValue(int x, int y)>& value_of) {
    Readout readout{std::string("pooling.") + name, help, {}};
    readout.parameters = {Parameter::integer("X", "column, from 0", 0, 999),
                          Parameter::integer("Y", "row, from 0", 0, 999)};
    readout.value_of = [value_of](const Arguments& arguments) {
      return value_of(static_cast<int>(arguments.integer(0)), static_cast<int>(arguments.integer(1)));
    };
    registry.add(std::move(readout));
  };
  cell_of("output", "value of one output cell",
          [this](int x, int y) { return ReadoutValue(walk_pooling(state_.pooling, 0, y, x).result.value); });
  cell_of("gradient", "what one input cell gets back when every output cell's gradient is 1", [this](int x, int y) {
    const PoolGeometry& g = geometry();
    if (x >= g.width || y >= g.height) {
      throw Error(fmt::format("the input has no cell {} {}", x, y),
                  fmt::format("it has columns 0 to {} and rows 0 to {}", g.width - 1, g.height - 1));
    }
    return ReadoutValue(gradient_[static_cast<size_t>(y) * g.width + x]);
  });
}

std::vector<std::string> PoolingPage::state() const {
  const PoolGeometry& g = geometry();
  // In an order in which every line is legal whatever the page holds: a 1 x 1 window fits any input.
  std::vector<std::string> lines = {"pooling.padding 0", "pooling.size 1"};
  if (state_.input == "image") {
    lines.push_back(fmt::format("pooling.input image {} {} {} {}", state_.x, state_.y, g.width, g.height));
  } else if (state_.input == "numbers") {
    lines.push_back("pooling.input " +
                    number_planes_text({1, g.height, g.width, state_.pooling.x}, kernel_number_text));
  } else {
    lines.push_back("pooling.input " + state_.input);
  }
  // A window larger than the input is legal for the global mean alone, which does not use it.
  lines.push_back("pooling.kind global");
  lines.push_back(fmt::format("pooling.size {} {}", g.window_width, g.window_height));
  lines.push_back(fmt::format("pooling.padding {}", g.top));
  lines.push_back(fmt::format("pooling.stride {}", g.stride));
  lines.push_back(std::string("pooling.kind ") + name_of(g.kind));
  lines.push_back(std::string("pooling.count ") + (g.count_padding ? "on" : "off"));
  lines.push_back(fmt::format("pooling.shift {} {}", state_.shift_x, state_.shift_y));
  lines.push_back("pooling.view " + state_.view);
  for (std::string& line : player_.state()) lines.push_back(std::move(line));
  return lines;
}

void PoolingPage::image_changed() {
  if (state_.input != "image") return;
  State next = state_;
  try {
    set_input(next, "image");
    commit(std::move(next));
  } catch (const Error&) {
    state_.input = "numbers";  // without a picture the numbers stay as they are
  }
}

std::unique_ptr<Page> make_pooling_page(const PageContext& context) { return std::make_unique<PoolingPage>(context); }

}  // namespace striate
