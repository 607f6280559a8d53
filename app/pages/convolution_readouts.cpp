// What scripts, lessons and tests can read from the convolution page.
#include "app/pages/convolution.h"
#include "engine/error.h"

namespace striate {

PrintedSum ConvolutionPage::printed(const ConvolutionWalk& walk, int digits) const {
  std::vector<Term> terms;
  terms.reserve(walk.taps.size());
  for (const ConvolutionTap& tap : walk.taps) terms.push_back({tap.x, tap.w});
  return print_sum(terms, geometry().has_bias ? &walk.bias : nullptr, walk.total, digits);
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
  add("kernel_sum", "sum of all the kernel's numbers", [this] {
    double sum = 0;
    for (const double w : state_.convolution.w) sum += w;
    return ReadoutValue(sum);
  });
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
  cell_of("output", "value of one output cell", 2, [this](const Arguments& arguments) {
    return ReadoutValue(walk_at(static_cast<int>(arguments.integer(1)), static_cast<int>(arguments.integer(0))).value);
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
