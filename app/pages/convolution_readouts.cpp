// What scripts, lessons and tests can read from the convolution page.
#include "app/pages/convolution.h"

#include <cmath>

#include "engine/error.h"
#include "engine/filter.h"

namespace striate {

PrintedSum ConvolutionPage::printed(const ConvolutionWalk& walk, int digits) const {
  std::vector<Term> terms;
  terms.reserve(walk.taps.size());
  for (const ConvolutionTap& tap : walk.taps) terms.push_back({tap.x, tap.w});
  return print_sum(terms, geometry().has_bias ? &walk.bias : nullptr, walk.total, digits, geometry().group_channels());
}

double ConvolutionPage::kernel_sum() const {
  const size_t size = static_cast<size_t>(geometry().group_channels()) * taps();
  const size_t first = size * output_of(state_.slice);
  double sum = 0;
  for (size_t i = first; i < first + size; ++i) sum += state_.convolution.w[i];
  return std::abs(sum) < 1e-12 ? 0 : sum;
}

std::string ConvolutionPage::parameters() const {
  const ConvolutionGeometry& g = geometry();
  const std::string channels = g.groups == 1 ? std::to_string(g.channels) : fmt::format("{}/{}", g.channels, g.groups);
  return fmt::format("({}\u00b7{}\u00b7{} + 1)\u00b7{} = {}", g.kernel_height, g.kernel_width, channels, g.outputs,
                     (taps() * g.group_channels() + 1) * g.outputs);
}

void ConvolutionPage::check_pin(const Pin& pin) const {
  const ConvolutionGeometry& g = geometry();
  const auto check = [&](int channels, int first_column, int first_row, int columns, int rows) {
    if (pin.column >= first_column && pin.row >= first_row && pin.column < columns && pin.row < rows &&
        pin.channel < channels) {
      return;
    }
    throw Error(fmt::format("the {} has no cell {} {} in channel {}", pin.grid, pin.column, pin.row, pin.channel),
                fmt::format("it has columns {} to {}, rows {} to {}, channels 0 to {}", first_column, columns - 1,
                            first_row, rows - 1, channels - 1));
  };
  if (pin.grid == "output") {
    check(g.outputs, 0, 0, picture_.width, picture_.height);
  } else if (pin.grid == "kernel") {
    check(g.channels, 0, 0, g.kernel_width, g.kernel_height);
  } else {
    check(g.channels, -g.left, -g.top, g.width + g.right, g.height + g.bottom);
  }
}

void ConvolutionPage::declare_readouts(Registry& registry) {
  const auto add = [&registry](const char* name, const char* help, std::function<ReadoutValue()> value) {
    registry.add(Readout{std::string("convolution.") + name, help, std::move(value)});
  };
  add("sum", "products of the cell at the cursor, added up, with the bias; before divisor, offset and clamp",
      [this] { return ReadoutValue(walk_at(player_.row(), player_.column()).total); });
  add("value", "what the sum becomes: divided, moved by the offset, clamped",
      [this] { return ReadoutValue(walk_at(player_.row(), player_.column()).value); });
  add("terms", "the products of the cell at the cursor: 2*1 + 5*2 + ...",
      [this] { return ReadoutValue(printed(walk_at(player_.row(), player_.column()), 17).factors()); });
  add("running", "the sum of the products that are counted so far", [this] {
    const ConvolutionWalk walk = walk_at(player_.row(), player_.column());
    double sum = 0;
    const int count = state_.walked < 0 ? static_cast<int>(walk.taps.size()) : state_.walked;
    for (int i = 0; i < count; ++i) sum += walk.taps[static_cast<size_t>(i)].product();
    return ReadoutValue(sum);
  });
  // What the mouse is over is looked at without moving the cursor.
  add("shown.column", "column of the output cell that the inspector takes apart: under the mouse, or the cursor's",
      [this] { return ReadoutValue(double(shown_walk().column)); });
  add("shown.row", "its row, from 0", [this] { return ReadoutValue(double(shown_walk().row)); });
  add("shown.sum", "its sum, before divisor, offset and clamp", [this] { return ReadoutValue(shown_walk().total); });
  add("shown.value", "what its sum becomes", [this] { return ReadoutValue(shown_walk().value); });
  add("shown.terms", "its products: 2*1 + 5*2 + ...",
      [this] { return ReadoutValue(printed(shown_walk(), 17).factors()); });
  add("width", "columns of the output", [this] { return ReadoutValue(double(picture_.width)); });
  add("height", "rows of the output", [this] { return ReadoutValue(double(picture_.height)); });
  add("channels", "channels of the input", [this] { return ReadoutValue(double(geometry().channels)); });
  add("dropped", "columns of the padded input at its right end that no window reaches", [this] {
    const ConvolutionGeometry& g = geometry();
    return ReadoutValue(double(dropped_cells(g, g.width, g.left + g.right, g.kernel_width)));
  });
  add("kernel_sum", "sum of all the kernel's numbers, of the output that is looked at",
      [this] { return ReadoutValue(kernel_sum()); });
  add("parameters", "what a layer of this kind has to learn: (R*S*C/groups + 1)*K",
      [this] { return ReadoutValue(double((taps() * geometry().group_channels() + 1) * geometry().outputs)); });
  add("walked", "products that are counted so far; -1: all", [this] { return ReadoutValue(double(state_.walked)); });
  add("slice", "the channel whose products are shown, from 0", [this] { return ReadoutValue(double(state_.slice)); });
  add("flipped", "1 where the kernel is turned, else 0", [this] { return ReadoutValue(geometry().flip ? 1.0 : 0.0); });
  add("pins", "cards that are pinned", [this] { return ReadoutValue(double(state_.pins.size())); });
  add("formula", "the size formula of the output's width with its numbers", [this] {
    const ConvolutionGeometry& g = geometry();
    return ReadoutValue(size_formula(g, g.width, g.left, g.right, g.kernel_width));
  });
  add("input", "deck, slide, portrait, image or numbers", [this] { return ReadoutValue(state_.input); });

  const auto cell_of = [&registry](const char* name, const char* help, int axes,
                                   std::function<ReadoutValue(const Arguments&)> value_of) {
    Readout readout{std::string("convolution.") + name, help, {}};
    readout.parameters = {Parameter::integer("X", "column, from 0", -7, 999),
                          Parameter::integer("Y", "row, from 0", -7, 999)};
    if (axes == 3) readout.parameters.push_back(Parameter::integer("CHANNEL", "from 0", 0, 3).or_none());
    readout.value_of = std::move(value_of);
    registry.add(std::move(readout));
  };
  cell_of("output", "value of one output cell", 3, [this](const Arguments& arguments) {
    const int output = arguments.has(2) ? static_cast<int>(arguments.integer(2)) : output_of(state_.slice);
    if (output >= geometry().outputs) {
      throw Error(fmt::format("there is no output {}", output),
                  fmt::format("there are outputs 0 to {}", geometry().outputs - 1));
    }
    return ReadoutValue(walk_convolution(state_.convolution, output, static_cast<int>(arguments.integer(1)),
                                         static_cast<int>(arguments.integer(0)))
                            .value);
  });
  cell_of("at", "value of one cell of the padded input; negative in the padding", 3,
          [this](const Arguments& arguments) {
            const ConvolutionGeometry& g = geometry();
            const int64_t x = arguments.integer(0), y = arguments.integer(1),
                          c = arguments.has(2) ? arguments.integer(2) : 0;
            if (x < -g.left || y < -g.top || x >= g.width + g.right || y >= g.height + g.bottom || c >= g.channels) {
              throw Error(fmt::format("the padded input has no cell {} {} in channel {}", x, y, c),
                          fmt::format("it has columns {} to {} and rows {} to {}", -g.left, g.width + g.right - 1,
                                      -g.top, g.height + g.bottom - 1));
            }
            return ReadoutValue(
                padded_value(state_.convolution, static_cast<int>(c), static_cast<int>(y), static_cast<int>(x)));
          });
}

}  // namespace striate
