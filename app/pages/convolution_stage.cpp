// The stage of the convolution page: the padded input, the kernel, the output; what is hovered lights what belongs to
// it in the other two.
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/pages/convolution.h"
#include "app/pages/convolution_layout.h"
#include "app/widgets/tap_colors.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr float kLeastNumbered = 16;  // of a cell whose grid has the numbers of rows and columns at its edge

// A value as the page's display mode makes a gray of it: 0 to 255, rounded half to even.
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

Color gray(int level) {
  const auto v = static_cast<uint32_t>(level);
  return rgb(v << 16 | v << 8 | v);
}

}  // namespace

Color ConvolutionPage::gray_of(double value, bool output) const {
  if (output) return gray(display_level(state_.show, value, output_low_, output_high_));
  return gray(display_level(Show::minmax, value, low_, high_));
}

std::string ConvolutionPage::cell_text(double value) const {
  std::string text = exact_text(value);
  if (text.size() <= 5) return text;
  return rounded_text(value, std::abs(value) < 10 ? 2 : std::abs(value) < 100 ? 1 : 0, true);
}

ConvolutionWalk ConvolutionPage::shown_walk() const {
  const bool hovers = hover_.kind == Hover::Kind::output;
  const int row = hovers ? hover_.row : player_.row(), column = hovers ? hover_.column : player_.column();
  const int output = hovers ? std::min(hover_.channel, geometry().outputs - 1) : output_of(state_.slice);
  return walk_convolution(state_.convolution, output, std::min(row, picture_.height - 1),
                          std::min(column, picture_.width - 1));
}

void ConvolutionPage::look() const {
  active_ = shown_walk();
  active_sum_ = printed(active_, geometry().kernel_width <= 3 ? 4 : 3);
}

int ConvolutionPage::tap_at(int channel, int row, int column) const {
  const ConvolutionGeometry& g = geometry();
  const int r = row + g.top - active_.row * g.stride, s = column + g.left - active_.column * g.stride;
  if (r < 0 || s < 0 || r % g.dilation != 0 || s % g.dilation != 0) return -1;
  if (r / g.dilation >= g.kernel_height || s / g.dilation >= g.kernel_width) return -1;
  return (channel * g.kernel_height + r / g.dilation) * g.kernel_width + s / g.dilation;
}

// A cell is read itself, or as the padding that is taken from it; a cell of the padding stands for itself alone.
int ConvolutionPage::feeding_tap(int from_row, int from_column, int row, int column) const {
  const ConvolutionGeometry& g = geometry();
  const bool inside = from_row >= 0 && from_column >= 0 && from_row < g.height && from_column < g.width;
  const auto find = [&](int start, int kernel, int wanted, int n) {
    int copied = -1;
    for (int r = 0; r < kernel; ++r) {
      const int at = start + r * g.dilation;
      if (at == wanted) return r;
      if (inside && copied < 0 && border_index(at, n, g.border) == wanted) copied = r;
    }
    return copied;
  };
  const int r = find(row * g.stride - g.top, g.kernel_height, from_row, g.height);
  const int s = find(column * g.stride - g.left, g.kernel_width, from_column, g.width);
  return r < 0 || s < 0 ? -1 : r * g.kernel_width + s;
}

bool ConvolutionPage::counted(int tap) const {
  const int first = active_.output * geometry().group_channels() * taps();
  const bool in_sum = tap >= first && tap < first + static_cast<int>(active_.taps.size());
  return state_.walked < 0 || hover_.kind == Hover::Kind::output || !in_sum || tap - first < state_.walked;
}

std::string ConvolutionPage::channel_name(int channel) const {
  static const char* const slices[] = {"red", "green", "blue"};
  return geometry().channels == 3 ? slices[channel] : fmt::format("channel {}", channel);
}

void ConvolutionPage::draw_stage(Ui& ui, const Rect& area) const {
  const ConvolutionGeometry& g = geometry();
  hover_ = hover_next_;
  hover_next_ = {};
  // At once: the next key is already for the grid.
  for (const auto& [key, grid] : {std::pair("I", "input"), {"K", "kernel"}, {"O", "output"}, {"S", "products"}}) {
    if (!ui.editing() && ui.take_key(key)) focus_ = focus_label(grid);
  }
  if (!focus_.empty()) ui.focus_on(std::exchange(focus_, {}));
  look();
  ConvolutionSizes sizes;
  sizes.channels = g.channels;
  sizes.outputs = g.outputs;
  const std::vector<std::string> notes = notes_below();
  sizes.notes = static_cast<int>(notes.size());
  for (const std::string& note : notes) {
    sizes.note_width = std::max(sizes.note_width, ui.measure(Font::caption, note).x);
  }
  sizes.input_rows = g.height + g.top + g.bottom;
  sizes.input_columns = g.width + g.left + g.right;
  sizes.kernel_rows = g.kernel_height;
  sizes.kernel_columns = g.kernel_width;
  sizes.output_rows = picture_.height;
  sizes.output_columns = picture_.width;
  sizes.index_height = ui.index_height();
  sizes.index_width = ui.index_width(std::max({g.width, g.height, sizes.output_rows, sizes.output_columns}));
  // A stage that is too low for all channels scrolls.
  const float margin = sizes.index_height;
  sizes.index_height = 0;
  const float least = least_convolution_height(sizes, ui.em(22)) + 16;
  sizes.index_height = margin;
  const bool scrolls = least > area.h;
  if (scrolls) ui.begin_panel("grids", area, 0, true);
  const Rect room = scrolls ? ui.take(least) : area;
  ConvolutionLayout layout = lay_out_convolution(room.inset(16, 8), sizes, ui.em(22));
  numbered_ = layout.cell >= kLeastNumbered;
  if (!numbered_) {
    // The cells need the room of the numbers at their edge.
    sizes.index_height = sizes.index_width = 0;
    layout = lay_out_convolution(room.inset(16, 8), sizes, ui.em(22));
  }
  for (int c = 0; c < g.channels; ++c) {
    draw_input(ui, c, layout.input[static_cast<size_t>(c)], layout.cell);
    draw_kernel(ui, c, layout.kernel[static_cast<size_t>(c)], layout.kernel_cell);
  }
  for (int k = 0; k < g.outputs; ++k) draw_output(ui, k, layout.output[static_cast<size_t>(k)], layout.cell);
  for (size_t i = 0; i < notes.size(); ++i) {
    ui.caption({layout.notes_x, layout.notes_y + static_cast<float>(i) * ui.em(22)}, "", notes[i],
               ui.theme().secondary);
  }
  if (scrolls) ui.end_panel();
  // The other grids follow in the next frame. Whether a chip is still hovered the inspector finds.
  const bool chip = hover_.kind == Hover::Kind::chip && hover_next_.kind == Hover::Kind::none;
  if (!chip && !(hover_next_ == hover_)) ui.request_frame();
}

// From a grid's edge up to the middle of its caption.
float ConvolutionPage::caption_height(const Ui& ui) const {
  return numbered_ ? ui.index_height() + ui.em(12) : ui.em(14);
}

void ConvolutionPage::draw_input(Ui& ui, int channel, const Rect& place, float cell) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
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
  if (numbered_) spec.index_rows = g.height, spec.index_columns = g.width;
  spec.origin = place.min();
  spec.size = cell;
  spec.tone = Concept::input;
  spec.command = "convolution.cell";
  const std::string words = input_words(channel);
  spec.tooltip = words;
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
    // A zero of the padding is drawn as what it is: black in a picture, average gray where values are signed.
    if (inside || g.border != Border::zero || low_ < 0) look.fill = gray_of(value, false);
    if (!inside) {
      look.dashed = true;
      look.ink = theme.secondary;
      look.fill = look.fill ? mixed(theme.background, look.fill, 0.35f) : 0;
    }
    if (row >= reached_rows || column >= reached_columns) look.hatched = true;
    const int tap = tap_at(channel, row, column);
    if (tap >= 0) {
      const Color color = tap_color(tap % taps(), taps(), theme.dark);
      look.fill = mixed(look.fill ? look.fill : theme.background, color, counted(tap) ? 0.72f : 0.25f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [&](int row, int column) -> Color {
    if (only >= 0) {
      // Every input that the hovered tap touches over the whole slide.
      const int r = only / g.kernel_width, s = only % g.kernel_width;
      const int p = row + g.top - r * g.dilation, q = column + g.left - s * g.dilation;
      const bool touched = p >= 0 && q >= 0 && p % g.stride == 0 && q % g.stride == 0 &&
                           p / g.stride < picture_.height && q / g.stride < picture_.width;
      return touched ? tap_color(only, taps(), theme.dark) : 0;
    }
    if (hover_.kind == Hover::Kind::input && hover_.channel == channel && g.border != Border::zero) {
      // The padding's cells that are taken from the hovered cell, or the cell that a hovered one of the padding is
      // from.
      const bool inside = spec.editable(hover_.row, hover_.column), here = spec.editable(row, column);
      const int from_row = border_index(inside ? row : hover_.row, g.height, g.border);
      const int from_column = border_index(inside ? column : hover_.column, g.width, g.border);
      if (inside != here && from_row == (inside ? hover_.row : row) &&
          from_column == (inside ? hover_.column : column)) {
        return theme.input;
      }
    }
    if (hover_.kind == Hover::Kind::chip && tap_at(channel, row, column) == hover_.column) return theme.text;
    return 0;
  };
  const GridResponse r = ui.grid(g.channels > 1 ? fmt::format("input {}", channel) : "input", spec);
  if (r.hovered || r.keyboard) hover_next_ = {Hover::Kind::input, channel, r.row, r.column};
  if (r.right_clicked || (r.keyboard && ui.take_key("P"))) {
    ui.send(fmt::format("convolution.pin {} {} input {}", r.column, r.row, channel));
  }
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

  const std::string name = g.channels == 1 ? "input" : channel_name(channel);
  std::string rest;
  if (channel == 0) {
    rest = fmt::format(" {} \u00d7 {}", g.width, g.height);
    if (g.top || g.bottom || g.left || g.right) {
      const bool even = g.top == g.bottom && g.top == g.left && g.top == g.right;
      rest += even ? fmt::format(", padded by {}", g.top) : ", padded";
      rest += g.border == Border::zero ? " with zeros" : " (" + border_name(g.border) + ")";
    }
  }
  // No longer than the grid and the gap beside it.
  const auto wide = [&](const std::string& after) { return ui.measure(Font::caption, name + after).x; };
  const float room = place.w + 2 * std::min(28.0f, place.x);
  if (const size_t comma = rest.find(','); comma != std::string::npos && wide(rest) > room) {
    rest = rest.substr(0, comma) + ", padded";
    if (wide(rest) > room) rest = rest.substr(0, comma);
  }
  ui.caption({place.center().x, place.y - caption_height(ui)}, name, rest, theme.input);
}

void ConvolutionPage::draw_output(Ui& ui, int output, const Rect& place, float cell) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  GridSpec spec;
  spec.rows = picture_.height;
  spec.columns = picture_.width;
  if (numbered_) spec.index_rows = spec.rows, spec.index_columns = spec.columns;
  spec.origin = place.min();
  spec.size = cell;
  spec.tone = Concept::activation;
  spec.command = "convolution.cursor";
  spec.at = std::pair(player_.row(), player_.column());
  const std::string words = output_words();
  spec.tooltip = words;
  spec.takes_wheel = false;
  spec.takes_press = false;
  spec.cell = [&](int row, int column) {
    GridCell look;
    if (player_.hidden(column, row)) {
      look.fill = mixed(theme.background, theme.line, 0.5f);
      return look;
    }
    const double value = picture_.value_at(output, row, column);
    look.fill = gray_of(value, true);
    look.text = cell_text(value);
    return look;
  };
  spec.frame = [&](int row, int column) -> Color {
    if (output == active_.output && row == active_.row && column == active_.column) return theme.activation;
    if (hover_.kind == Hover::Kind::input && output_of(hover_.channel) == output) {
      // Every output that reads the hovered input cell, in the color of the tap that reads it.
      const int tap = feeding_tap(hover_.row, hover_.column, row, column);
      if (tap >= 0) return tap_color(tap, taps(), theme.dark);
    }
    return 0;
  };
  const GridResponse r = ui.grid(g.outputs > 1 ? fmt::format("output {}", output) : "output", spec);
  if (r.hovered) hover_next_ = {Hover::Kind::output, output, r.row, r.column};
  if (r.clicked || r.moved) {
    ui.send(fmt::format("convolution.cursor {} {}", r.column, r.row));
    if (output != output_of(state_.slice)) ui.send(fmt::format("convolution.slice {}", output * g.group_channels()));
  }
  if (r.right_clicked) ui.send(fmt::format("convolution.pin {} {} output {}", r.column, r.row, output));
  const std::string name = g.outputs == 1            ? "output"
                           : g.outputs == g.channels ? channel_name(output) + " output"
                                                     : fmt::format("output {}", output);
  ui.caption({place.center().x, place.y - caption_height(ui)}, name,
             output == 0 ? fmt::format(" {} \u00d7 {}", picture_.width, picture_.height) : "", theme.activation);
}

// The size formula, for both axes where they differ; then, where there are several channels, their sums and the bias.
std::vector<std::string> ConvolutionPage::notes_below() const {
  const ConvolutionGeometry& g = geometry();
  const auto formula = [&](int in, int before, int after, int kernel) {
    return fmt::format("\u230a({} + {} \u2212 {}\u00b7({}\u22121) \u2212 1) / {}\u230b + 1 = {}", in,
                       before == after ? fmt::format("2\u00b7{}", before) : fmt::format("{} + {}", before, after),
                       g.dilation, kernel, g.stride, g.output_size(in, before + after, kernel));
  };
  const std::string columns = formula(g.width, g.left, g.right, g.kernel_width);
  const std::string rows = formula(g.height, g.top, g.bottom, g.kernel_height);
  std::vector<std::string> notes = {rows == columns ? columns : columns + " columns"};
  if (rows != columns) notes.push_back(rows + " rows");
  if (g.group_channels() > 1) {
    std::string sums;
    for (const std::string& sum : active_sum_.channel_sums) {
      sums += sums.empty() ? sum : sum[0] == '-' ? " \u2212 " + sum.substr(1) : " + " + sum;
    }
    if (g.has_bias) sums += " + bias " + active_sum_.bias;
    notes.push_back(sums + " = " + active_sum_.result);
  }
  return notes;
}

}  // namespace striate
