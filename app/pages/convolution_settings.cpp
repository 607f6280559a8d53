// The commands of the convolution page that set how the kernel slides, what becomes of the sum, and what is looked at.
#include <algorithm>
#include <utility>

#include "app/pages/convolution.h"
#include "app/pages/input_settings.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr int kMaxInput = 32;  // cells along an axis
constexpr int kMaxKernel = 7;
constexpr int kMaxPadding = 7;
constexpr double kMaxValue = 1e9;
constexpr size_t kMaxPins = 4;

}  // namespace

// In the order in which state() writes them: whatever the page holds, each is legal once those before it are set.
void ConvolutionPage::declare_settings() {
  const auto geometry_of = [](auto field) {
    return [field](auto& s) -> auto& { return s.convolution.geometry.*field; };
  };
  using G = ConvolutionGeometry;
  settings_.integer("stride", "stride", "How many cells the kernel moves at each step", {"N", "cells", 1, 5},
                    geometry_of(&G::stride));
  settings_.integer("dilation", "dilation", "How far apart the kernel's numbers reach into the input",
                    {"N", "cells from one tap to the next", 1, 4}, geometry_of(&G::dilation));
  for (const auto& [side, cells] :
       {std::pair{N_("top"), &G::top}, {N_("bottom"), &G::bottom}, {N_("left"), &G::left}, {N_("right"), &G::right}}) {
    settings_.integer(std::string("padding.") + side, side, "Cells added at one side of the input",
                      {"N", "cells", 0, kMaxPadding}, geometry_of(cells));
  }
  settings_.integer(
      "groups", "channels",
      "1: all channels go into one sum, as in a layer. As many as channels: each stays alone, as in a photo filter",
      {"N", "groups of channels; each has its own output", 1, 4},
      [](const State& s) { return s.convolution.geometry.groups; },
      [](State& s, int64_t groups) {
        const int channels = s.convolution.geometry.channels;
        if (channels % groups != 0) {
          throw Error(fmt::format("{} groups do not divide {} channels", groups, channels),
                      channels == 1 ? "with one channel there is one group"
                                    : fmt::format("use a number that divides {}, as 1 or {}", channels, channels));
        }
        set_groups(s, static_cast<int>(groups));
      });
  settings_
      .choice("mode", "padding mode",
              "What stands in the padding: zeros, the nearest cell, the input mirrored, or its other side",
              "how the padding is filled", all_borders(), border_name, geometry_of(&G::border))
      .labels = {N_("zero"), N_("replicate"), N_("reflect"), N_("wrap")};
  settings_.on_off("flip", "flip (true convolution)",
                   "Turns the kernel by half a turn: on is convolution as mathematics has it, off is correlation, as "
                   "every framework computes",
                   "on: turned", geometry_of(&G::flip));
  settings_.number(
      "bias", "bias", "One number that is added to every sum, once, whatever the number of channels",
      {"B", "any number; 0 for none", -kMaxValue, kMaxValue},
      [](const State& s) { return s.convolution.geometry.has_bias ? s.convolution.bias[0] : 0.0; },
      [](State& s, double bias) {
        ConvolutionGeometry& g = s.convolution.geometry;
        g.has_bias = bias != 0;
        s.convolution.bias.assign(g.has_bias ? static_cast<size_t>(g.outputs) : 0, bias);
      });
  settings_.number("divisor", "divisor", "Divides every sum", {"D", "not 0", -kMaxValue, kMaxValue},
                   geometry_of(&G::divisor));
  settings_.number("offset", "offset", "Is added after the division", {"O", "any number", -kMaxValue, kMaxValue},
                   geometry_of(&G::offset));
  settings_.on_off("clamp", "clamp to 0..255", "Keeps the result between 0 and 255: below becomes 0, above becomes 255",
                   "on: clamped", geometry_of(&G::clamp));
  settings_
      .choice(
          "show", "show",
          "How output values become grays: cut at 0 and 255, without their sign, moved by 128, or stretched",
          "how signed results are shown", all_shows(), show_name, [](auto& s) -> auto& { return s.show; })
      .labels = show_labels();
  // What the line of the input says as well.
  settings_
      .on_off(
          "color", "red, green and blue", "Reads a region of the picture as red, green and blue slices, or as gray",
          "on: three slices", [](const State& s) { return s.color; },
          [this](State& s, bool color) {
            s.color = color;
            if (s.input == "image") pick_region(s, s.x, s.y);
          })
      .kept = false;
  declare_input_settings(
      settings_, kMaxInput, kMaxValue,
      [](const State& s) { return std::pair(s.convolution.geometry.width, s.convolution.geometry.height); },
      [this](State& s, int columns, int rows) { resize_input(s, columns, rows); });
}

void ConvolutionPage::declare_padding_command(Registry& registry) {
  registry.add(Command{
      "convolution.padding",
      N_("Cells added around the input; one number for all sides, or four"),
      {Parameter::integer("N", "cells on every side, or at the top", 0, kMaxPadding),
       Parameter::integer("BOTTOM", "cells at the bottom", 0, kMaxPadding).or_none(),
       Parameter::integer("LEFT", "cells at the left", 0, kMaxPadding).or_none(),
       Parameter::integer("RIGHT", "cells at the right", 0, kMaxPadding).or_none()},
      [this](const Arguments& arguments) {
        if (arguments.size() != 1 && arguments.size() != 4) {
          throw Error("padding takes one number, or four", "write: convolution.padding TOP BOTTOM LEFT RIGHT");
        }
        const auto side = [&](size_t i) { return static_cast<int>(arguments.integer(arguments.size() == 1 ? 0 : i)); };
        State next = state_;
        ConvolutionGeometry& g = next.convolution.geometry;
        g.top = side(0);
        g.bottom = side(1);
        g.left = side(2);
        g.right = side(3);
        commit(std::move(next));
      },
      Undo::edit,
  });
}

void ConvolutionPage::declare_looking_commands(Registry& registry) {
  const auto cell = [](bool all) {
    Parameter x = Parameter::integer("X", "column, from 0; less than 0 in the padding", -kMaxPadding, 999);
    Parameter y = Parameter::integer("Y", "row, from 0; less than 0 in the padding", -kMaxPadding, 999);
    return std::vector<Parameter>{
        all ? std::move(x).or_none() : x, all ? std::move(y).or_none() : y,
        Parameter::choice("GRID", "which grid's cell; the output's where it is left out", {"output", "input", "kernel"})
            .or_none(),
        Parameter::integer("CHANNEL", "of the grid, from 0", 0, 3).or_none()};
  };
  const auto pin_of = [this](const Arguments& arguments) {
    Pin pin;
    pin.column = static_cast<int>(arguments.integer(0));
    pin.row = static_cast<int>(arguments.integer(1));
    if (arguments.has(2)) pin.grid = arguments.text(2);
    pin.channel = arguments.has(3)       ? static_cast<int>(arguments.integer(3))
                  : pin.grid == "output" ? output_of(state_.slice)
                                         : state_.slice;
    return pin;
  };
  registry.add(Command{
      "convolution.pin",
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
      "convolution.unpin",
      N_("Takes a pinned card away, or all"),
      cell(true),
      [this, pin_of](const Arguments& arguments) {
        if (arguments.size() == 1)
          throw Error("unpin takes a column and a row, or nothing", "write: convolution.unpin X Y");
        if (arguments.size() == 0) {
          state_.pins.clear();
        } else {
          std::erase(state_.pins, pin_of(arguments));
        }
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.slice",
      N_("Which channel's products are shown, where the input has several"),
      {Parameter::integer("CHANNEL", "from 0", 0, 3)},
      [this](const Arguments& arguments) {
        if (arguments.integer(0) >= geometry().channels) {
          throw Error(fmt::format("the input has no channel {}", arguments.integer(0)),
                      fmt::format("it has channels 0 to {}", geometry().channels - 1));
        }
        state_.slice = static_cast<int>(arguments.integer(0));
      },
  });
  registry.add(Command{
      "convolution.focus",
      N_("Gives the keyboard to a grid, or to the products of the sum"),
      {Parameter::choice("GRID", "which", {"input", "kernel", "output", "products"})},
      [this](const Arguments& arguments) { focus_ = focus_label(arguments.text(0)); },
  });
  registry.add(Command{
      "convolution.walk",
      N_("Counts the products of the sum one by one; a running total fills"),
      {Parameter::integer("N", "how many products are counted; -1 for all", -1, kMaxKernel * kMaxKernel * 4)},
      [this](const Arguments& arguments) {
        const int channels = geometry().group_channels();
        state_.walked = static_cast<int>(std::min<int64_t>(arguments.integer(0), channels * taps()));
        // The chips that are counted are the ones that are seen.
        if (state_.walked >= 0) {
          state_.slice = output_of(state_.slice) * channels + std::max(0, state_.walked - 1) / taps();
        }
      },
  });
}

}  // namespace striate
