// The stage of the convolution page: the padded input, the kernel, the output; what is hovered lights what belongs to
// it in the other two.
#include <algorithm>
#include <cmath>

#include "app/pages/convolution.h"
#include "app/pages/convolution_layout.h"
#include "app/widgets/tap_colours.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

const char* const kSlices[] = {"red", "green", "blue"};

// A value as the page's display mode makes a grey of it: 0 to 255, rounded half to even.
int display_level(Show show, double value, double low, double high) {
  double shown = value;
  switch (show) {
    case Show::clip:
      break;
    case Show::absolute:
      shown = std::abs(value);
      break;
    case Show::offset128:
      shown = value + 128;
      break;
    case Show::minmax:
      shown = high > low ? (value - low) * 255 / (high - low) : 0;
      break;
  }
  return static_cast<int>(std::nearbyint(std::clamp(shown, 0.0, 255.0)));
}

Colour grey(int level) {
  const auto v = static_cast<uint32_t>(level);
  return rgb(v << 16 | v << 8 | v);
}

}  // namespace

Colour ConvolutionPage::grey_of(double value, bool output) const {
  if (output) return grey(display_level(state_.show, value, output_low_, output_high_));
  return grey(display_level(Show::minmax, value, low_, high_));
}

std::string ConvolutionPage::cell_text(double value) const {
  std::string text = exact_text(value);
  if (text.size() <= 5) return text;
  return rounded_text(value, std::abs(value) < 10 ? 2 : std::abs(value) < 100 ? 1 : 0, true);
}

ConvolutionWalk ConvolutionPage::shown_walk() const {
  const bool hovers = hover_.kind == Hover::Kind::output;
  const int row = hovers ? hover_.row : player_.row(), column = hovers ? hover_.column : player_.column();
  return walk_at(std::min(row, picture_.height - 1), std::min(column, picture_.width - 1));
}

int ConvolutionPage::tap_at(int channel, int row, int column) const {
  const ConvolutionGeometry& g = geometry();
  const int r = row + g.top - active_.row * g.stride, s = column + g.left - active_.column * g.stride;
  if (r < 0 || s < 0 || r % g.dilation != 0 || s % g.dilation != 0) return -1;
  if (r / g.dilation >= g.kernel_height || s / g.dilation >= g.kernel_width) return -1;
  return (channel * g.kernel_height + r / g.dilation) * g.kernel_width + s / g.dilation;
}

void ConvolutionPage::draw_stage(Ui& ui, const Rect& area) const {
  const ConvolutionGeometry& g = geometry();
  hover_ = hover_next_;
  hover_next_ = {};
  active_ = shown_walk();
  ConvolutionSizes sizes;
  sizes.channels = g.channels;
  sizes.input_rows = g.height + g.top + g.bottom;
  sizes.input_columns = g.width + g.left + g.right;
  sizes.kernel_rows = g.kernel_height;
  sizes.kernel_columns = g.kernel_width;
  sizes.output_rows = picture_.height;
  sizes.output_columns = picture_.width;
  const ConvolutionLayout layout = lay_out_convolution(area.inset(16, 8), sizes, ui.em(22));
  for (int c = 0; c < g.channels; ++c) {
    draw_input(ui, c, layout.input[static_cast<size_t>(c)], layout.cell);
    draw_kernel(ui, c, layout.kernel[static_cast<size_t>(c)], layout.kernel_cell);
  }
  draw_output(ui, layout.output, layout.cell);
  if (hover_next_.kind != hover_.kind || hover_next_.row != hover_.row || hover_next_.column != hover_.column ||
      hover_next_.channel != hover_.channel) {
    ui.request_frame();  // the other grids follow in the next one
  }
}

void ConvolutionPage::draw_input(Ui& ui, int channel, const Rect& place, float cell) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  const int taps = g.kernel_height * g.kernel_width;
  const int reached_rows = (picture_.height - 1) * g.stride + g.span(g.kernel_height) - g.top;
  const int reached_columns = (picture_.width - 1) * g.stride + g.span(g.kernel_width) - g.left;
  const int only = hover_.kind == Hover::Kind::kernel && hover_.channel == channel
                       ? hover_.row * g.kernel_width + hover_.column
                       : -1;
  GridSpec spec;
  spec.rows = g.height + g.top + g.bottom;
  spec.columns = g.width + g.left + g.right;
  spec.first_row = -g.top;
  spec.first_column = -g.left;
  spec.origin = place.min();
  spec.size = cell;
  spec.tone = Concept::input;
  spec.command = "convolution.cell";
  spec.tooltip = "Hover: the outputs that read this cell. Type, drag or paint to change it; Shift is finer.";
  spec.paint = state_.tool == "paint";
  spec.paint_value = state_.paint;
  spec.step = high_ - low_ > 20 ? 1 : 0.1;
  spec.editable = [&g](int row, int column) { return row >= 0 && column >= 0 && row < g.height && column < g.width; };
  spec.value = [&](int row, int column) { return padded_value(state_.convolution, channel, row, column); };
  spec.cell = [&](int row, int column) {
    GridCell look;
    const double value = padded_value(state_.convolution, channel, row, column);
    const bool inside = spec.editable(row, column);
    look.text = cell_text(value);
    if (inside || g.border != Border::zero) look.fill = grey_of(value, false);
    if (!inside) {
      look.dashed = true;
      look.ink = theme.secondary;
      look.fill = look.fill ? mixed(theme.background, look.fill, 0.35f) : 0;
    }
    if (row >= reached_rows || column >= reached_columns) look.hatched = true;
    const int tap = tap_at(channel, row, column);
    if (tap >= 0) {
      const int index = tap % taps;
      const bool counted = state_.walked < 0 || hover_.kind == Hover::Kind::output || tap < state_.walked;
      const Colour colour = tap_colour(index, taps, theme.dark);
      look.fill = mixed(look.fill ? look.fill : theme.background, colour, counted ? 0.72f : 0.25f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [&](int row, int column) -> Colour {
    if (only >= 0) {
      // Every input that the hovered tap touches over the whole slide.
      const int r = only / g.kernel_width, s = only % g.kernel_width;
      const int p = row + g.top - r * g.dilation, q = column + g.left - s * g.dilation;
      const bool touched = p >= 0 && q >= 0 && p % g.stride == 0 && q % g.stride == 0 &&
                           p / g.stride < picture_.height && q / g.stride < picture_.width;
      return touched ? tap_colour(only, taps, theme.dark) : 0;
    }
    if (hover_.kind == Hover::Kind::chip && tap_at(channel, row, column) == hover_.column) return theme.text;
    return 0;
  };
  const GridResponse r = ui.grid(g.channels > 1 ? fmt::format("input {}", channel) : "input", spec);
  if (r.hovered || r.keyboard) hover_next_ = {Hover::Kind::input, channel, r.row, r.column};
  for (const GridResponse::Edit& edit : r.edits) {
    ui.send(fmt::format("convolution.cell {} {} {} {}", edit.column, edit.row, exact_text(edit.value), channel));
  }
  // The window, on its way to the active cell.
  const float seconds = player_.playing() && player_.speed() > 6 ? 0.0f : 0.25f;
  const float at_x = ui.ease(fmt::format("conv.x{}", channel), static_cast<float>(active_.column * g.stride), seconds);
  const float at_y = ui.ease(fmt::format("conv.y{}", channel), static_cast<float>(active_.row * g.stride), seconds);
  ui.stroke({place.x + at_x * cell, place.y + at_y * cell, cell * static_cast<float>(g.span(g.kernel_width)),
             cell * static_cast<float>(g.span(g.kernel_height))},
            theme.kernel, 4, 2.5f);

  const std::string name = g.channels == 1   ? "input"
                           : g.channels == 3 ? kSlices[channel]
                                             : fmt::format("channel {}", channel + 1);
  std::string rest;
  if (channel == 0) {
    rest = fmt::format(" {} \u00d7 {}", g.width, g.height);
    if (g.top || g.bottom || g.left || g.right) {
      const bool even = g.top == g.bottom && g.top == g.left && g.top == g.right;
      rest += even ? fmt::format(", padded by {}", g.top) : ", padded";
      rest += g.border == Border::zero ? " with zeros" : " (" + border_name(g.border) + ")";
    }
  }
  ui.caption({place.centre().x, place.y - ui.em(14)}, name, rest, theme.input);
}

void ConvolutionPage::draw_kernel(Ui& ui, int channel, const Rect& place, float cell) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  const int taps = g.kernel_height * g.kernel_width;
  const float turn = ui.ease(fmt::format("conv.turn{}", channel), g.flip ? 1.0f : 0.0f, 0.5f);
  const bool turning = turn > 0.001f && turn < 0.999f;
  // What lies over the window: the stored kernel, turned where flip is on.
  const auto stored = [&](int row, int column) {
    const int r = g.flip ? g.kernel_height - 1 - row : row, s = g.flip ? g.kernel_width - 1 - column : column;
    return (static_cast<size_t>(channel) * g.kernel_height + r) * g.kernel_width + s;
  };
  if (turning) {
    draw_turning(ui, channel, place, cell, g.flip ? turn - 1 : turn);
  } else {
    GridSpec spec;
    spec.rows = g.kernel_height;
    spec.columns = g.kernel_width;
    spec.origin = place.min();
    spec.size = cell;
    spec.tone = Concept::kernel;
    spec.command = "convolution.weight";
    spec.tooltip = "Hover: every input this number touches. Type, drag or paint to change it; Shift is finer.";
    spec.step = 1;
    spec.paint = state_.tool == "paint";
    spec.paint_value = state_.paint;
    spec.value = [&](int row, int column) { return state_.convolution.w[stored(row, column)]; };
    spec.cell = [&](int row, int column) {
      GridCell look;
      const int index = row * g.kernel_width + column;
      const bool counted = state_.walked < 0 || channel * taps + index < state_.walked;
      look.text = kernel_number_text(spec.value(row, column));
      look.fill = mixed(theme.raised, tap_colour(index, taps, theme.dark), counted ? 1.0f : 0.3f);
      look.ink = ink_on(look.fill);
      return look;
    };
    spec.frame = [&](int row, int column) -> Colour {
      const int index = row * g.kernel_width + column;
      if (hover_.kind == Hover::Kind::input && tap_at(channel, hover_.row, hover_.column) == channel * taps + index) {
        return theme.text;
      }
      if (hover_.kind == Hover::Kind::chip && hover_.column == channel * taps + index) return theme.text;
      return 0;
    };
    const GridResponse r = ui.grid(g.channels > 1 ? fmt::format("kernel {}", channel) : "kernel", spec);
    if (r.hovered || r.keyboard) hover_next_ = {Hover::Kind::kernel, channel, r.row, r.column};
    for (const GridResponse::Edit& edit : r.edits) {
      const size_t index = stored(edit.row, edit.column) % static_cast<size_t>(taps);
      ui.send(fmt::format("convolution.weight {} {} {} {}", index % static_cast<size_t>(g.kernel_width),
                          index / static_cast<size_t>(g.kernel_width), exact_text(edit.value), channel));
    }
  }
  ui.stroke(place.inset(-2), theme.kernel, 4, 2);
  const float room = std::max(place.w + 40, ui.em(150));
  const Rect above{place.centre().x - room / 2, place.y - ui.em(24), room, ui.em(20)};
  const std::string words =
      g.channels == 1 ? fmt::format("kernel {} \u00d7 {}", g.kernel_width, g.kernel_height)
                      : fmt::format("slice for {}", g.channels == 3 ? kSlices[channel] : std::to_string(channel + 1));
  ui.label(above, words, Font::caption, theme.kernel, Align::centre);
  const Rect below{above.x, place.bottom() + 6, room, ui.em(20)};
  if (g.channels > 1) {
    const double sum = active_.channels[static_cast<size_t>(channel)].sum;
    ui.label(below, "= " + significant_text(sum, 6), Font::number, theme.text, Align::centre);
  } else {
    double sum = 0;
    for (const double w : state_.convolution.w) sum += w;
    ui.label(below, "sum of weights " + significant_text(std::abs(sum) < 1e-12 ? 0 : sum, 5), Font::caption,
             theme.secondary, Align::centre);
  }
}

// The numbers on their way round the middle: half a turn, upright all the time. `turn` 0 is the stored kernel, at -1
// and 1 it is turned.
void ConvolutionPage::draw_turning(Ui& ui, int channel, const Rect& place, float cell, float turn) const {
  const ConvolutionGeometry& g = geometry();
  const Theme& theme = ui.theme();
  const float angle = turn * 3.14159265f + (g.flip ? 3.14159265f : 0);
  const Vec middle = place.centre();
  for (int r = 0; r < g.kernel_height; ++r) {
    for (int s = 0; s < g.kernel_width; ++s) {
      const Vec from{place.x + (static_cast<float>(s) + 0.5f) * cell - middle.x,
                     place.y + (static_cast<float>(r) + 0.5f) * cell - middle.y};
      const Vec at{middle.x + from.x * std::cos(angle) - from.y * std::sin(angle),
                   middle.y + from.x * std::sin(angle) + from.y * std::cos(angle)};
      const Rect box = Rect{at.x - cell / 2, at.y - cell / 2, cell, cell}.inset(1);
      const size_t index = (static_cast<size_t>(channel) * g.kernel_height + r) * g.kernel_width + s;
      ui.fill(box, mixed(theme.raised, theme.kernel, 0.5f), 4);
      ui.label(box, kernel_number_text(state_.convolution.w[index]), Font::number, theme.text, Align::centre,
               std::min(ui.text_size(Font::number), cell * 0.42f));
    }
  }
}

void ConvolutionPage::draw_output(Ui& ui, const Rect& place, float cell) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  GridSpec spec;
  spec.rows = picture_.height;
  spec.columns = picture_.width;
  spec.origin = place.min();
  spec.size = cell;
  spec.tone = Concept::activation;
  spec.command = "convolution.cursor";
  spec.tooltip = "Hover: the window this cell comes from. Click to stay there, right-click to pin its card.";
  spec.takes_wheel = false;
  spec.cell = [&](int row, int column) {
    GridCell look;
    if (player_.hidden(column, row)) {
      look.fill = mixed(theme.background, theme.line, 0.5f);
      return look;
    }
    const double value = picture_.value_at(0, row, column);
    look.fill = grey_of(value, true);
    look.text = cell_text(value);
    return look;
  };
  spec.frame = [&](int row, int column) -> Colour {
    if (row == active_.row && column == active_.column) return theme.activation;
    if (hover_.kind == Hover::Kind::input) {
      // Every output that reads the hovered input cell, in the colour of the tap that reads it.
      const int r = hover_.row + g.top - row * g.stride, s = hover_.column + g.left - column * g.stride;
      if (r >= 0 && s >= 0 && r % g.dilation == 0 && s % g.dilation == 0 && r / g.dilation < g.kernel_height &&
          s / g.dilation < g.kernel_width) {
        return tap_colour(r / g.dilation * g.kernel_width + s / g.dilation, g.kernel_height * g.kernel_width,
                          theme.dark);
      }
    }
    return 0;
  };
  const GridResponse r = ui.grid("output", spec);
  if (r.hovered) hover_next_ = {Hover::Kind::output, 0, r.row, r.column};
  if (r.clicked || r.moved) ui.send(fmt::format("convolution.cursor {} {}", r.column, r.row));
  if (r.right_clicked) ui.send(fmt::format("convolution.pin {} {}", r.column, r.row));
  ui.caption({place.centre().x, place.y - ui.em(14)}, "output",
             fmt::format(" {} \u00d7 {}", picture_.width, picture_.height), theme.activation);
  // The size formula, for both axes where they differ.
  const auto formula = [&](int in, int before, int after, int kernel) {
    return fmt::format("\u230a({} + {} \u2212 {}\u00b7({}\u22121) \u2212 1) / {}\u230b + 1 = {}", in,
                       before == after ? fmt::format("2\u00b7{}", before) : fmt::format("{} + {}", before, after),
                       g.dilation, kernel, g.stride, g.output_size(in, before + after, kernel));
  };
  const std::string columns = formula(g.width, g.left, g.right, g.kernel_width);
  const std::string rows = formula(g.height, g.top, g.bottom, g.kernel_height);
  Vec below{place.centre().x, place.bottom() + ui.em(18)};
  ui.caption(below, "", rows == columns ? columns : columns + " columns", theme.secondary);
  if (rows != columns) ui.caption({below.x, below.y + ui.em(20)}, "", rows + " rows", theme.secondary);
}

}  // namespace striate
