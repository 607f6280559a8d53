// The commands of the convolution page that set how the kernel slides, what becomes of the sum, and what is looked at.
#include <algorithm>
#include <utility>

#include "app/pages/convolution.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr int kMaxKernel = 7;
constexpr int kMaxPadding = 7;
constexpr double kMaxValue = 1e9;
constexpr size_t kMaxPins = 4;

}  // namespace

void ConvolutionPage::declare_sliding_commands(Registry& registry) {
  const auto set = [this](auto change) {
    return [this, change](const Arguments& arguments) {
      State next = state_;
      change(next.convolution.geometry, arguments);
      commit(std::move(next));
    };
  };
  registry.add(Command{
      "convolution.padding",
      "Cells added around the input; one number for all sides, or four",
      {Parameter::integer("N", "cells on every side, or at the top", 0, kMaxPadding),
       Parameter::integer("BOTTOM", "cells at the bottom", 0, kMaxPadding).or_none(),
       Parameter::integer("LEFT", "cells at the left", 0, kMaxPadding).or_none(),
       Parameter::integer("RIGHT", "cells at the right", 0, kMaxPadding).or_none()},
      set([](ConvolutionGeometry& g, const Arguments& arguments) {
        if (arguments.size() != 1 && arguments.size() != 4) {
          throw Error("padding takes one number, or four", "write: convolution.padding TOP BOTTOM LEFT RIGHT");
        }
        const auto side = [&](size_t i) { return static_cast<int>(arguments.integer(arguments.size() == 1 ? 0 : i)); };
        g.top = side(0);
        g.bottom = side(1);
        g.left = side(2);
        g.right = side(3);
      }),
      Undo::edit,
  });
  std::vector<std::string> borders;
  for (const Border border : all_borders()) borders.push_back(border_name(border));
  registry.add(Command{
      "convolution.mode",
      "What stands in the padding: zeros, the nearest cell, the input mirrored, or its other side",
      {Parameter::choice("MODE", "how the padding is filled", borders)},
      set([](ConvolutionGeometry& g, const Arguments& arguments) { g.border = parse_border(arguments.text(0)); }),
      Undo::edit,
  });
  registry.add(Command{
      "convolution.stride",
      "How many cells the kernel moves at each step",
      {Parameter::integer("N", "cells", 1, 5)},
      set([](ConvolutionGeometry& g, const Arguments& arguments) {
        g.stride = static_cast<int>(arguments.integer(0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "convolution.dilation",
      "How far apart the kernel's numbers reach into the input",
      {Parameter::integer("N", "cells from one tap to the next", 1, 4)},
      set([](ConvolutionGeometry& g, const Arguments& arguments) {
        g.dilation = static_cast<int>(arguments.integer(0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "convolution.flip",
      "Turns the kernel by half a turn: on is convolution as mathematics has it, off is correlation, as every "
      "framework computes",
      {Parameter::on_off("ON", "on: turned")},
      set([](ConvolutionGeometry& g, const Arguments& arguments) { g.flip = arguments.on(0); }),
      Undo::edit,
  });
}

void ConvolutionPage::declare_padding_commands(Registry& registry) {
  struct Side {
    const char* name;
    int ConvolutionGeometry::*cells;
  };
  for (const Side side : {Side{"top", &ConvolutionGeometry::top}, Side{"bottom", &ConvolutionGeometry::bottom},
                          Side{"left", &ConvolutionGeometry::left}, Side{"right", &ConvolutionGeometry::right}}) {
    registry.add(Command{
        std::string("convolution.padding.") + side.name,
        "Cells added at one side of the input",
        {Parameter::integer("N", "cells", 0, kMaxPadding)},
        [this, side](const Arguments& arguments) {
          State next = state_;
          next.convolution.geometry.*side.cells = static_cast<int>(arguments.integer(0));
          commit(std::move(next));
        },
        Undo::edit,
    });
  }
  registry.add(Command{
      "convolution.groups",
      "1: all channels go into one sum, as in a layer. As many as channels: each stays alone, as in a photo filter",
      {Parameter::integer("N", "groups of channels; each has its own output", 1, 4)},
      [this](const Arguments& arguments) {
        State next = state_;
        const int groups = static_cast<int>(arguments.integer(0));
        if (geometry().channels % groups != 0) {
          throw Error(fmt::format("{} groups do not divide {} channels", groups, geometry().channels),
                      geometry().channels == 1 ? "with one channel there is one group"
                                               : fmt::format("use a number that divides {}, as 1 or {}",
                                                             geometry().channels, geometry().channels));
        }
        set_groups(next, groups);
        commit(std::move(next));
      },
      Undo::edit,
  });
}

void ConvolutionPage::declare_result_commands(Registry& registry) {
  registry.add(Command{
      "convolution.divisor",
      "Divides every sum",
      {Parameter::number("D", "not 0", -kMaxValue, kMaxValue)},
      [this](const Arguments& arguments) {
        State next = state_;
        next.convolution.geometry.divisor = arguments.number(0);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.offset",
      "Is added after the division",
      {Parameter::number("O", "any number", -kMaxValue, kMaxValue)},
      [this](const Arguments& arguments) {
        State next = state_;
        next.convolution.geometry.offset = arguments.number(0);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.clamp",
      "Keeps the result between 0 and 255: below becomes 0, above becomes 255",
      {Parameter::on_off("ON", "on: clamped")},
      [this](const Arguments& arguments) {
        State next = state_;
        next.convolution.geometry.clamp = arguments.on(0);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.bias",
      "One number that is added to every sum, once, whatever the number of channels",
      {Parameter::number("B", "any number; 0 for none", -kMaxValue, kMaxValue)},
      [this](const Arguments& arguments) {
        State next = state_;
        const double bias = arguments.number(0);
        ConvolutionGeometry& g = next.convolution.geometry;
        g.has_bias = bias != 0;
        next.convolution.bias.assign(g.has_bias ? static_cast<size_t>(g.outputs) : 0, bias);
        commit(std::move(next));
      },
      Undo::edit,
  });
  std::vector<std::string> shows;
  for (const Show show : all_shows()) shows.push_back(show_name(show));
  registry.add(Command{
      "convolution.show",
      "How output values become grays: cut at 0 and 255, without their sign, moved by 128, or stretched",
      {Parameter::choice("MODE", "how signed results are shown", shows)},
      [this](const Arguments& arguments) { state_.show = parse_show(arguments.text(0)); },
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
      "Keeps the card of a cell: a small picture of its formula, its numbers, its value",
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
      "Takes a pinned card away, or all",
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
      "Which channel's products are shown, where the input has several",
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
      "Gives the keyboard to a grid, or to the products of the sum",
      {Parameter::choice("GRID", "which", {"input", "kernel", "output", "products"})},
      [this](const Arguments& arguments) { focus_ = focus_label(arguments.text(0)); },
  });
  registry.add(Command{
      "convolution.walk",
      "Counts the products of the sum one by one; a running total fills",
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
