// Commands and readouts of the pooling page.
#include <utility>

#include "app/pages/input_settings.h"
#include "app/pages/pooling.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kMaxInput = 32;
constexpr int kMaxWindow = 8;
constexpr int kMaxPadding = kMaxWindow / 2;
constexpr double kMaxValue = 1e9;
constexpr size_t kMaxPins = 4;

}  // namespace

std::function<void(const Arguments&)> PoolingPage::setting(std::function<void(State&, const Arguments&)> change) {
  return [this, change = std::move(change)](const Arguments& arguments) {
    State next = state_;
    change(next, arguments);
    commit(std::move(next));
  };
}

// In the order in which state() writes them.
void PoolingPage::declare_settings() {
  settings_.integer(
      "padding", "padding", "Cells added around the input; they never win a maximum",
      {"N", "cells on every side, at most half the window", 0, kMaxPadding},
      [](const State& s) { return s.pooling.geometry.top; },
      [](State& s, int64_t n) {
        PoolGeometry& g = s.pooling.geometry;
        g.top = g.bottom = g.left = g.right = static_cast<int>(n);
      });
  settings_.integer(
      "stride", "stride", "How many cells the window moves at each step", {"N", "cells", 1, kMaxWindow},
      [](auto& s) -> auto& { return s.pooling.geometry.stride; });
  settings_
      .choice(
          "kind", "kind", "What the window keeps: its largest cell, its mean, or the mean of the whole input",
          "how a window becomes one number", std::vector{PoolKind::max, PoolKind::average, PoolKind::global},
          pool_kind_name, [](auto& s) -> auto& { return s.pooling.geometry.kind; })
      .labels = {N_("max"), N_("average"), N_("global")};
  settings_.on_off(
      "count", "count the padding", "Whether an average counts the padding's cells, as zeros", "on: they count",
      [](auto& s) -> auto& { return s.pooling.geometry.count_padding; });
  Setting& view = settings_.choice(
      "view", "view",
      "What the stage shows: the output, where a gradient goes back to, or a shifted input beside the input",
      Parameter::choice("VIEW", "which", {"forward", "gradient", "shift"}), [](auto& s) -> auto& { return s.view; });
  view.undo = Undo::none;
  view.labels = {N_("forward"), N_("gradient"), N_("shift")};
  declare_input_settings(
      settings_, kMaxInput, kMaxValue,
      [](const State& s) { return std::pair(s.pooling.geometry.width, s.pooling.geometry.height); },
      [this](State& s, int columns, int rows) { resize_input(s, columns, rows); });
}

void PoolingPage::declare(Registry& registry) {
  settings_.declare(registry);
  declare_input_commands(registry);
  registry.add(Command{
      "pooling.size",
      N_("Size of the window"),
      {Parameter::integer("COLUMNS", "its width", 1, kMaxWindow),
       Parameter::integer("ROWS", "its height; as many as columns where it is left out", 1, kMaxWindow).or_none()},
      setting([](State& next, const Arguments& arguments) {
        next.pooling.geometry.window_width = static_cast<int>(arguments.integer(0));
        next.pooling.geometry.window_height = static_cast<int>(arguments.integer(arguments.has(1) ? 1 : 0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.shift",
      N_("Shifts the input to compare its output with that of the input as it is"),
      {Parameter::integer("DX", "columns to the right", -4, 4), Parameter::integer("DY", "rows down", -4, 4)},
      setting([](State& next, const Arguments& arguments) {
        next.shift_x = static_cast<int>(arguments.integer(0));
        next.shift_y = static_cast<int>(arguments.integer(1));
        if (next.shift_x || next.shift_y) next.view = "shift";
      }),
      Undo::edit,
  });
  player_.declare(registry);
  declare_looking_commands(registry);
  declare_readouts(registry);
}

void PoolingPage::declare_input_commands(Registry& registry) {
  registry.add(Command{
      "pooling.reset",
      N_("Everything on this page as it was at the beginning: the course's example"),
      {},
      [this](const Arguments&) { reset(); },
      Undo::edit,
  });
  registry.add(Command{
      "pooling.input",
      N_("What the window steps over"),
      {Parameter::text(
          "INPUT",
          "deck (the course's 4 x 4), portrait, image [X Y WIDTH HEIGHT] (a region of the open picture), or "
          "rows of numbers: 1 2; 3 4")},
      setting([this](State& next, const Arguments& arguments) { set_input(next, arguments.text(0)); }),
      Undo::edit,
  });
  registry.add(Command{
      "pooling.cell",
      N_("Sets one cell of the input"),
      {Parameter::integer("X", "column, from 0", 0, kMaxInput - 1),
       Parameter::integer("Y", "row, from 0", 0, kMaxInput - 1),
       Parameter::number("VALUE", "its number", -kMaxValue, kMaxValue)},
      setting([](State& next, const Arguments& arguments) {
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
}

void PoolingPage::declare_looking_commands(Registry& registry) {
  const auto cell = [](bool all) {
    Parameter x = Parameter::integer("X", "column, from 0", 0, 999), y = Parameter::integer("Y", "row, from 0", 0, 999);
    return std::vector<Parameter>{
        all ? std::move(x).or_none() : x, all ? std::move(y).or_none() : y,
        Parameter::choice("GRID", "which grid's cell; the output's where it is left out", {"output", "input"})
            .or_none()};
  };
  const auto pin_of = [](const Arguments& arguments) {
    Pin pin;
    pin.column = static_cast<int>(arguments.integer(0));
    pin.row = static_cast<int>(arguments.integer(1));
    if (arguments.has(2)) pin.grid = arguments.text(2);
    return pin;
  };
  registry.add(Command{
      "pooling.pin",
      N_("Keeps the card of a cell: a small picture of its formula, its numbers, its value"),
      cell(false),
      [this, pin_of](const Arguments& arguments) {
        const Pin pin = pin_of(arguments);
        check_pin(pin);
        std::erase(state_.pins, pin);
        state_.pins.push_back(pin);
        if (state_.pins.size() > kMaxPins) state_.pins.erase(state_.pins.begin());
      },
      Undo::edit,
  });
  registry.add(Command{
      "pooling.unpin",
      N_("Takes a pinned card away, or all"),
      cell(true),
      [this, pin_of](const Arguments& arguments) {
        if (arguments.size() == 1)
          throw Error("unpin takes a column and a row, or nothing", "write: pooling.unpin X Y");
        if (arguments.size() == 0) {
          state_.pins.clear();
        } else {
          std::erase(state_.pins, pin_of(arguments));
        }
      },
      Undo::edit,
  });
  registry.add(Command{
      "pooling.focus",
      N_("Gives the keyboard to a grid"),
      {Parameter::choice("GRID", "which", {"input", "output"})},
      [this](const Arguments& arguments) { focus_ = arguments.text(0); },
  });
}

void PoolingPage::declare_readouts(Registry& registry) {
  const auto add = [&registry](const char* name, const char* help, std::function<ReadoutValue()> value) {
    registry.add(Readout{std::string("pooling.") + name, help, std::move(value)});
  };
  add("value", "what the window at the cursor gives",
      [this] { return ReadoutValue(walk_pooling(state_.pooling, 0, player_.row(), player_.column()).result.value); });
  add("width", "columns of the output", [this] { return ReadoutValue(double(picture_.width)); });
  add("height", "rows of the output", [this] { return ReadoutValue(double(picture_.height)); });
  add("shifted", "columns that the compared input is moved to the right",
      [this] { return ReadoutValue(double(state_.shift_x)); });
  add("pins", "cards that are pinned", [this] { return ReadoutValue(double(state_.pins.size())); });
  add("shown.value", "what the window that is looked at gives: under the mouse, or at the cursor",
      [this] { return ReadoutValue(shown_walk().result.value); });
  add("shown.column", "column of the output cell that is looked at, from 0",
      [this] { return ReadoutValue(double(shown_walk().column)); });
  add("shown.row", "its row, from 0", [this] { return ReadoutValue(double(shown_walk().row)); });
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

}  // namespace striate
