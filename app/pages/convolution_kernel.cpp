// The kernel on the convolution page's stage: its numbers under the hands, and its half turn.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/convolution.h"
#include "app/widgets/linked_grids.h"
#include "app/widgets/tap_colors.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/filter.h"

namespace striate {

std::string ConvolutionPage::grid_name(const std::string& grid, int channel) const {
  const int count = grid == "output" ? geometry().outputs : geometry().channels;
  return count > 1 ? fmt::format("{} {}", grid, channel) : grid;
}

std::string ConvolutionPage::focus_label(const std::string& grid) const {
  return grid == "products" ? grid : grid_name(grid, grid == "output" ? output_of(state_.slice) : state_.slice);
}

LinkedGrid ConvolutionPage::kernel_grid(Ui& ui, int channel) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
  // What lies over the window: the stored kernel, turned where flip is on.
  const auto stored = [&g](int row, int column) {
    return std::pair(g.flip ? g.kernel_height - 1 - row : row, g.flip ? g.kernel_width - 1 - column : column);
  };
  LinkedGrid grid;
  grid.name = grid_name("kernel", channel);
  grid.family = {"kernel", channel};
  if (channel == state_.slice) grid.key = "K";
  grid.least = 24.0f;
  grid.outlined = true;
  GridSpec& spec = grid.cells;
  spec.rows = spec.index_rows = g.kernel_height;
  spec.columns = spec.index_columns = g.kernel_width;
  if (g.flip) spec.row_index = {g.kernel_height - 1, -1}, spec.column_index = {g.kernel_width - 1, -1};
  spec.tone = Concept::kernel;
  spec.paint = state_.tool == "paint";
  spec.paint_value = state_.paint;
  spec.value = [=, this, &g](int row, int column) {
    const auto [r, s] = stored(row, column);
    return state_.convolution.w[(static_cast<size_t>(channel) * g.kernel_height + r) * g.kernel_width + s];
  };
  grid.tooltip = kernel_words(channel);
  grid.stored = stored;
  grid.on_edit = fmt::format("convolution.weight {{column}} {{row}} {{value}} {}", channel);
  grid.on_pin = fmt::format("convolution.pin {{column}} {{row}} kernel {}", channel);
  spec.cell = [this, channel, value = spec.value, &theme, &g](int row, int column) {
    GridCell look;
    const int index = row * g.kernel_width + column;
    look.text = kernel_number_text(value(row, column));
    if (look.text.size() > 6) look.text = cell_text(value(row, column));
    look.fill =
        mixed(theme.raised, tap_color(index, taps(), theme.dark), counted(channel * taps() + index) ? 1.0f : 0.3f);
    look.ink = ink_on(look.fill);
    return look;
  };
  spec.frame = [this, channel, &theme, &g](int row, int column) -> Color {
    const int tap = channel * taps() + row * g.kernel_width + column;
    const bool lit = (hover_.in("input") && tap_at(channel, hover_.row, hover_.column) == tap) ||
                     (hover_.in("chip") && hover_.column == tap);
    return lit ? theme.text : 0;
  };
  const float turn = ui.ease(fmt::format("conv.turn{}", channel), g.flip ? 1.0f : 0.0f, 0.5f);
  if (turn > 0.001f && turn < 0.999f) {
    grid.instead = [this, channel, turn, &g](Ui& on, const FigurePlace& place) {
      draw_turning(on, channel, place.cells, place.cell, g.flip ? turn - 1 : turn);
    };
  }
  if (g.channels == 1) {
    grid.caption = {tr("kernel"), {" " + size_of_grid(g.kernel_width, g.kernel_height)}};
    grid.notes = {format_tr("sum of weights {}", significant_text(kernel_sum(), 5))};
    return grid;
  }
  grid.caption = {tr("slice"), {" " + format_tr("for {}", channel_name(channel))}};
  const int of_sum = channel - active_.output * g.group_channels();
  const bool summed = of_sum >= 0 && of_sum < g.group_channels();
  grid.notes = {summed ? "= " + active_sum_.channel_sums[static_cast<size_t>(of_sum)] : std::string()};
  grid.note_color = theme.text;
  return grid;
}

// The numbers on their way round the middle: half a turn, upright all the time. `turn` 0 is the stored kernel, at -1
// and 1 it is turned.
void ConvolutionPage::draw_turning(Ui& ui, int channel, const Rect& place, float cell, float turn) const {
  const ConvolutionGeometry& g = geometry();
  const Theme& theme = ui.theme();
  const float angle = turn * 3.14159265f + (g.flip ? 3.14159265f : 0);
  const Vec middle = place.center();
  for (int r = 0; r < g.kernel_height; ++r) {
    for (int s = 0; s < g.kernel_width; ++s) {
      const Vec from{place.x + (static_cast<float>(s) + 0.5f) * cell - middle.x,
                     place.y + (static_cast<float>(r) + 0.5f) * cell - middle.y};
      const Vec at{middle.x + from.x * std::cos(angle) - from.y * std::sin(angle),
                   middle.y + from.x * std::sin(angle) + from.y * std::cos(angle)};
      const Rect box = Rect{at.x - cell / 2, at.y - cell / 2, cell, cell}.inset(1);
      const size_t index = (static_cast<size_t>(channel) * g.kernel_height + r) * g.kernel_width + s;
      ui.fill(box, mixed(theme.raised, theme.kernel, 0.5f), 4);
      ui.label(box, kernel_number_text(state_.convolution.w[index]), Font::number, theme.text, Align::center,
               std::min(ui.text_size(Font::number), cell * 0.42f));
    }
  }
}

}  // namespace striate
