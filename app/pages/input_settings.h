// The settings that every page with a grid of numbers has for its input: what a drag over it does, how large it is.
#pragma once

#include <utility>

#include "app/command/setting.h"
#include "app/words/words.h"

namespace striate {

// State has `tool` (drag or paint) and `paint`. size(const State&): the input's columns and rows; resize(State&,
// columns, rows): a region of the picture reads on, else cells are cut or added as 0. Those two have no line in
// state(): the input's own line says them.
template <typename State, typename Size, typename Resize>
void declare_input_settings(SettingsOf<State>& settings, int most, double most_value, Size size, Resize resize) {
  Setting& tool = settings.choice(
      "tool", "tool", "What a drag over the input does",
      Parameter::choice("TOOL", "drag moves one cell's value up and down, paint gives every cell the paint's value",
                        {"drag", "paint"}),
      [](auto& s) -> auto& { return s.tool; });
  tool.labels = {N_("drag a value"), N_("paint")};
  tool.undo = Undo::none;
  settings
      .number(
          "paint", "paint value", "The value that painting gives to a cell",
          {"VALUE", "any number; of a picture, 0 is black and 255 white", -most_value, most_value},
          [](auto& s) -> auto& { return s.paint; })
      .undo = Undo::none;
  const double limit = most;
  settings
      .integer(
          "columns", "columns of the input",
          "Makes the input wider or narrower: a region of the picture reads on, else cells are cut or added as 0",
          {"N", "columns of the input", 1, limit}, [size](const State& s) { return size(s).first; },
          [size, resize](State& s, int64_t n) { resize(s, static_cast<int>(n), size(s).second); })
      .kept = false;
  settings
      .integer(
          "rows", "rows of the input",
          "Makes the input higher or lower: a region of the picture reads on, else cells are cut or added as 0",
          {"N", "rows of the input", 1, limit}, [size](const State& s) { return size(s).second; },
          [size, resize](State& s, int64_t n) { resize(s, size(s).first, static_cast<int>(n)); })
      .kept = false;
}

}  // namespace striate
