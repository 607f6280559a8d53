// The stage of the convolution page: the padded input, the kernel, the output; what is hovered lights what belongs to
// it in the other two.
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/pages/convolution.h"
#include "app/widgets/linked_grids.h"
#include "app/widgets/tap_colors.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

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
  const bool hovers = hover_.in("output");
  const int row = hovers ? hover_.row : player_.row(), column = hovers ? hover_.column : player_.column();
  const int output = hovers ? std::min(hover_.channel, geometry().outputs - 1) : output_of(state_.slice);
  return walk_convolution(state_.convolution, output, std::min(row, picture_.height - 1),
                          std::min(column, picture_.width - 1));
}

void ConvolutionPage::look() {
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
  return state_.walked < 0 || hover_.in("output") || !in_sum || tap - first < state_.walked;
}

std::string ConvolutionPage::channel_name(int channel) const {
  static const char* const slices[] = {N_("red"), N_("green"), N_("blue")};
  return geometry().channels == 3 ? std::string(tr(slices[channel])) : format_tr("channel {}", channel);
}

void ConvolutionPage::draw_stage(Ui& ui, const Rect& area) const {
  const ConvolutionGeometry& g = geometry();
  if (!ui.editing() && ui.take_key("S")) ui.focus_on("products");
  LinkedGrids grids(ui, hover_);
  std::vector<Figure::Box> slices, outputs;
  for (int c = 0; c < g.channels; ++c) {
    slices.push_back(grids.add(input_grid(ui, c)));
    slices.push_back(grids.add(kernel_grid(ui, c)));
  }
  for (int k = 0; k < g.outputs; ++k) outputs.push_back(grids.add(output_grid(ui, k)));
  Figure& figure = grids.figure();
  const Figure::Box left = figure.table(2, slices), right = figure.column(outputs);
  // Read from left to right where the numbers can be read.
  grids.draw(area, {figure.row({left, right}), figure.column({left, right})}, focus_);
  for (int k = 0; k < g.outputs; ++k) {
    const GridResponse& r = grids.response(grid_name("output", k));
    if ((r.clicked || r.moved) && k != output_of(state_.slice)) {
      ui.send(fmt::format("convolution.slice {}", k * g.group_channels()));
    }
  }
}

LinkedGrid ConvolutionPage::input_grid(Ui& ui, int channel) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  const int reached_rows = (picture_.height - 1) * g.stride + g.span(g.kernel_height) - g.top;
  const int reached_columns = (picture_.width - 1) * g.stride + g.span(g.kernel_width) - g.left;
  const auto inside = [&g](int row, int column) {
    return row >= 0 && column >= 0 && row < g.height && column < g.width;
  };
  LinkedGrid grid;
  grid.name = grid_name("input", channel);
  grid.family = {"input", channel};
  if (channel == state_.slice) grid.key = "I";
  GridSpec& spec = grid.cells;
  spec.rows = g.height + g.top + g.bottom;
  spec.columns = g.width + g.left + g.right;
  spec.first_row = -g.top;
  spec.first_column = -g.left;
  spec.index_rows = g.height, spec.index_columns = g.width;
  spec.tone = Concept::input;
  spec.paint = state_.tool == "paint";
  spec.paint_value = state_.paint;
  spec.step = high_ - low_ > 20 ? 1 : 0.1;
  spec.editable = inside;
  spec.value = [this, channel](int row, int column) { return padded_value(state_.convolution, channel, row, column); };
  grid.tooltip = input_words(channel);
  grid.on_edit = fmt::format("convolution.cell {{column}} {{row}} {{value}} {}", channel);
  grid.on_pin = fmt::format("convolution.pin {{column}} {{row}} input {}", channel);
  spec.cell = [=, this, &theme, &g](int row, int column) {
    GridCell look;
    const double value = padded_value(state_.convolution, channel, row, column);
    look.text = cell_text(value);
    // A zero of the padding is drawn as what it is: black in a picture, average gray where values are signed.
    if (inside(row, column) || g.border != Border::zero || low_ < 0) look.fill = gray_of(value, false);
    if (!inside(row, column)) {
      look.dashed = true;
      look.ink = theme.secondary;
      look.fill = look.fill ? mixed(theme.background, look.fill, 0.35f) : 0;
    }
    look.hatched = row >= reached_rows || column >= reached_columns;
    const int tap = tap_at(channel, row, column);
    if (tap >= 0) {
      const Color color = tap_color(tap % taps(), taps(), theme.dark);
      look.fill = mixed(look.fill ? look.fill : theme.background, color, counted(tap) ? 0.72f : 0.25f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [=, this, &theme, &g](int row, int column) -> Color {
    if (hover_.in("kernel", channel)) {
      // Every input that the hovered tap touches over the whole slide.
      const int p = row + g.top - hover_.row * g.dilation, q = column + g.left - hover_.column * g.dilation;
      const bool touched = p >= 0 && q >= 0 && p % g.stride == 0 && q % g.stride == 0 &&
                           p / g.stride < picture_.height && q / g.stride < picture_.width;
      return touched ? tap_color(hover_.row * g.kernel_width + hover_.column, taps(), theme.dark) : 0;
    }
    if (hover_.in("input", channel) && g.border != Border::zero) {
      // The padding's cells that are taken from the hovered cell, or the cell that a hovered one of the padding is
      // from.
      const bool from_inside = inside(hover_.row, hover_.column);
      const int from_row = border_index(from_inside ? row : hover_.row, g.height, g.border);
      const int from_column = border_index(from_inside ? column : hover_.column, g.width, g.border);
      if (from_inside != inside(row, column) && from_row == (from_inside ? hover_.row : row) &&
          from_column == (from_inside ? hover_.column : column)) {
        return theme.input;
      }
    }
    return hover_.in("chip") && tap_at(channel, row, column) == hover_.column ? theme.text : 0;
  };
  grid.window = {active_.row * g.stride, active_.column * g.stride, g.span(g.kernel_height), g.span(g.kernel_width),
                 player_.playing() && player_.speed() > 6 ? 0.0f : 0.25f};
  grid.caption.name = g.channels == 1 ? std::string(tr("input")) : channel_name(channel);
  if (channel > 0) return grid;
  const std::string size = " " + size_of_grid(g.width, g.height);
  grid.caption.rest = {size};
  if (g.top || g.bottom || g.left || g.right) {
    const bool even = g.top == g.bottom && g.top == g.left && g.top == g.right, zeros = g.border == Border::zero;
    const std::string cells = size_of_grid(g.width, g.height), how(tr(std::string_view(border_name(g.border))));
    grid.caption.rest = {" " + (even && zeros ? format_tr("{}, padded by {} with zeros", cells, g.top)
                                : even        ? format_tr("{}, padded by {} ({})", cells, g.top, how)
                                : zeros       ? format_tr("{}, padded with zeros", cells)
                                              : format_tr("{}, padded ({})", cells, how)),
                         " " + format_tr("{}, padded", cells), size};
  }
  return grid;
}

LinkedGrid ConvolutionPage::output_grid(Ui& ui, int output) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  LinkedGrid grid;
  grid.name = grid_name("output", output);
  grid.family = {"output", output};
  if (output == output_of(state_.slice)) grid.key = "O";
  GridSpec& spec = grid.cells;
  spec.rows = spec.index_rows = picture_.height;
  spec.columns = spec.index_columns = picture_.width;
  spec.tone = Concept::activation;
  spec.at = std::pair(player_.row(), player_.column());
  grid.tooltip = output_words();
  grid.on_click = "convolution.cursor {column} {row}";
  grid.on_pin = fmt::format("convolution.pin {{column}} {{row}} output {}", output);
  spec.cell = [this, output, &theme](int row, int column) {
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
  spec.frame = [this, output, &theme](int row, int column) -> Color {
    if (output == active_.output && row == active_.row && column == active_.column) return theme.activation;
    if (!hover_.in("input") || output_of(hover_.channel) != output) return 0;
    // Every output that reads the hovered input cell, in the color of the tap that reads it.
    const int tap = feeding_tap(hover_.row, hover_.column, row, column);
    return tap >= 0 ? tap_color(tap, taps(), theme.dark) : 0;
  };
  grid.caption.name = g.outputs == 1            ? std::string(tr("output"))
                      : g.outputs == g.channels ? format_tr("{}: output", channel_name(output))
                                                : format_tr("output {}", output);
  if (output == 0) grid.caption.rest = {" " + size_of_grid(picture_.width, picture_.height)};
  if (output + 1 == g.outputs) grid.notes = notes_below();
  return grid;
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
  std::vector<std::string> notes = {rows == columns ? columns : format_tr("{} columns", columns)};
  if (rows != columns) notes.push_back(format_tr("{} rows", rows));
  if (g.group_channels() > 1) {
    std::string sums;
    for (const std::string& sum : active_sum_.channel_sums) {
      sums += sums.empty() ? sum : sum[0] == '-' ? " \u2212 " + sum.substr(1) : " + " + sum;
    }
    if (g.has_bias) sums += " + " + format_tr("bias {}", active_sum_.bias);
    notes.push_back(sums + " = " + active_sum_.result);
  }
  return notes;
}

}  // namespace striate
