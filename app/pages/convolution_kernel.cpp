// The kernel on the convolution page's stage: its numbers under the hands, and its half turn.
#include <algorithm>
#include <cmath>

#include "app/pages/convolution.h"
#include "app/widgets/tap_colors.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {

std::string ConvolutionPage::focus_label(const std::string& grid) const {
  const ConvolutionGeometry& g = geometry();
  if ((grid == "input" || grid == "kernel") && g.channels > 1) return fmt::format("{} {}", grid, state_.slice);
  if (grid == "output" && g.outputs > 1) return fmt::format("{} {}", grid, output_of(state_.slice));
  return grid;
}

void ConvolutionPage::draw_kernel(Ui& ui, int channel, const Rect& place, float cell) const {
  const Theme& theme = ui.theme();
  const ConvolutionGeometry& g = geometry();
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
    const std::string words = kernel_words(channel);
    spec.tooltip = words;
    spec.step = 1;
    spec.paint = state_.tool == "paint";
    spec.paint_value = state_.paint;
    spec.value = [&](int row, int column) { return state_.convolution.w[stored(row, column)]; };
    spec.cell = [&](int row, int column) {
      GridCell look;
      const int index = row * g.kernel_width + column;
      look.text = kernel_number_text(spec.value(row, column));
      if (look.text.size() > 6) look.text = cell_text(spec.value(row, column));
      look.fill =
          mixed(theme.raised, tap_color(index, taps(), theme.dark), counted(channel * taps() + index) ? 1.0f : 0.3f);
      look.ink = ink_on(look.fill);
      return look;
    };
    spec.frame = [&](int row, int column) -> Color {
      const int index = row * g.kernel_width + column;
      if (hover_.kind == Hover::Kind::input && tap_at(channel, hover_.row, hover_.column) == channel * taps() + index) {
        return theme.text;
      }
      if (hover_.kind == Hover::Kind::chip && hover_.column == channel * taps() + index) return theme.text;
      return 0;
    };
    const GridResponse r = ui.grid(g.channels > 1 ? fmt::format("kernel {}", channel) : "kernel", spec);
    if (r.hovered || r.keyboard) hover_next_ = {Hover::Kind::kernel, channel, r.row, r.column};
    if (r.right_clicked || (r.keyboard && ui.take_key("P"))) {
      const auto index = static_cast<int>(stored(r.row, r.column)) % taps();
      ui.send(fmt::format("convolution.pin {} {} kernel {}", index % g.kernel_width, index / g.kernel_width, channel));
    }
    for (const GridResponse::Edit& edit : r.edits) {
      const size_t index = stored(edit.row, edit.column) % static_cast<size_t>(taps());
      ui.send(fmt::format("convolution.weight {} {} {} {}", index % static_cast<size_t>(g.kernel_width),
                          index / static_cast<size_t>(g.kernel_width), exact_text(edit.value), channel));
    }
  }
  ui.stroke(place.inset(-2), theme.kernel, 4, 2);
  const float room = std::max(place.w + 40, ui.em(150));
  const Rect above{place.center().x - room / 2, place.y - ui.em(24), room, ui.em(20)};
  const std::string words = g.channels == 1 ? fmt::format("kernel {} \u00d7 {}", g.kernel_width, g.kernel_height)
                                            : "slice for " + channel_name(channel);
  ui.label(above, words, Font::caption, theme.kernel, Align::center);
  const Rect below{above.x, place.bottom() + 6, room, ui.em(20)};
  if (g.channels > 1) {
    const int of_sum = channel - active_.output * g.group_channels();
    if (of_sum >= 0 && of_sum < g.group_channels()) {
      ui.label(below, "= " + active_sum_.channel_sums[static_cast<size_t>(of_sum)], Font::number, theme.text,
               Align::center);
    }
  } else {
    ui.label(below, "sum of weights " + significant_text(kernel_sum(), 5), Font::caption, theme.secondary,
             Align::center);
  }
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
