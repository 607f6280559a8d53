// The sum of the cell that is looked at, as the inspector takes it apart, and the cards of cells: pinned, or as words
// beside the mouse.
#include <algorithm>

#include "app/pages/convolution.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/tap_colors.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr size_t kMaxWritten = 25;  // products that can still be read as a line of text

}  // namespace

void ConvolutionPage::draw_cell_sum(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  ui.section(format_tr("OUTPUT CELL, ROW {}, COLUMN {}", active_.row, active_.column));
  const int channels = g.group_channels(), first = active_.output * channels;
  if (g.channels > 1) {
    ui.note(g.groups == 1   ? format_tr("Each channel is multiplied with its own slice. The {} sums are added, and one "
                                          "bias: so a layer of a network sees color.",
                                        channels)
            : channels == 1 ? N_("Each channel is filtered alone and has its own output: so a photo filter works.")
                            : format_tr("Groups of {} channels are added; each group has its own output.", channels));
  }
  const bool at_cursor =
      active_.row == player_.row() && active_.column == player_.column() && active_.output == output_of(state_.slice);
  for (int c = first; c < first + channels; ++c) draw_channel_sum(ui, c, at_cursor);
  draw_result(ui, at_cursor);
}

// One channel's line, and below it the products of the one that is shown.
void ConvolutionPage::draw_channel_sum(Ui& ui, int channel, bool at_cursor) const {
  const ConvolutionGeometry& g = geometry();
  const int first_channel = active_.output * g.group_channels(), of_sum = channel - first_channel;
  const int first = of_sum * taps();  // of the products, in active_
  const bool shown = at_cursor ? channel == state_.slice : of_sum == state_.slice % g.group_channels();
  if (g.channels > 1) {
    const std::string command = fmt::format("convolution.slice {}", channel);
    static constexpr const char* colors[] = {"red", "green", "blue"};
    const std::string name =
        g.channels == 3 ? std::string("sum of ") + colors[channel] : fmt::format("sum of channel {}", channel);
    const Rect line = ui.take(28);
    const Response r = ui.interact(
        line, {.label = name, .command = command, .kind = "row", .tooltip = N_("Show the products of this channel")});
    if (r.hovered || shown) ui.fill(line, ui.theme().raised, 6);
    if (r.keyboard) ui.draw_focus(line.inset(3), 3);
    ui.label(line.inset(8, 0), channel_name(channel), Font::body, ui.theme().secondary);
    ui.label(line.inset(8, 0), active_sum_.channel_sums[static_cast<size_t>(of_sum)], Font::number, ui.theme().text,
             Align::right);
    if (r.clicked) ui.send(command);
  }
  if (!shown) return;
  SumRow row;
  row.columns = g.kernel_width;
  row.prefix = "convolution.walk";
  row.first = first;
  row.total = g.group_channels() * taps();
  row.walked = at_cursor && state_.walked >= 0 ? std::clamp(state_.walked - first, 0, taps()) : -1;
  if (hover_.in("input", channel)) {
    row.lit = tap_at(0, hover_.row, hover_.column);
  } else if (hover_.in("kernel", channel)) {
    row.lit = hover_.row * g.kernel_width + hover_.column;
  }
  for (int i = 0; i < taps(); ++i) {
    const ConvolutionTap& tap = active_.taps[static_cast<size_t>(first + i)];
    SumChip chip;
    chip.term = &active_sum_.terms[static_cast<size_t>(first + i)];
    chip.color = tap_color(i, taps(), ui.theme().dark);
    chip.dashed = tap.row < 0 || tap.column < 0 || tap.row >= g.height || tap.column >= g.width;
    const std::string product =
        fmt::format("{} \u00d7 {} = {}", exact_text(tap.x), kernel_number_text(tap.w), exact_text(tap.product()));
    chip.about = !chip.dashed ? format_tr("{}; row {}, column {} of the input", product, tap.row, tap.column)
                 : tap.from_row < 0
                     ? format_tr("{}; the padding holds a 0", product)
                     : format_tr("{}; padding, taken from row {}, column {}", product, tap.from_row, tap.from_column);
    row.chips.push_back(std::move(chip));
  }
  const int under = sum_row(ui, "products", row);
  if (under >= 0) ui.found().cell = {"chip", 0, 0, channel * taps() + under};
}

// The lines below the products, down to what stands in the output.
void ConvolutionPage::draw_result(Ui& ui, bool at_cursor) const {
  const ConvolutionGeometry& g = geometry();
  const auto all = static_cast<int>(active_.taps.size());
  if (at_cursor && state_.walked >= 0) {
    ui.row(format_tr("after {} of {}", state_.walked, all), active_sum_.running(state_.walked), Concept::kernel);
  } else if (active_.taps.size() <= kMaxWritten && g.channels == 1) {
    ui.note("`" + active_sum_.products() + "`");
  }
  if (g.has_bias) ui.row("+ bias", active_sum_.bias, Concept::bias);
  ui.big_row("sum", active_sum_.result, Concept::activation);
  if (!active_sum_.reproduces) {
    ui.note(format_tr("Rounded; exactly {}", active_sum_.exact_value));
  } else if (!active_sum_.exact) {
    ui.note(
        format_tr("Factors and products are rounded so that they still add up. Exactly {}", active_sum_.exact_value));
  }
  if (g.divisor == 1 && g.offset == 0 && !g.clamp) return;
  const PrintedFinish finish = print_finish(active_sum_, active_.total, g.divisor, g.offset, g.clamp);
  if (g.divisor != 1) ui.row(format_tr("\u00f7 divisor {}", finish.divisor), finish.divided);
  if (g.offset != 0) ui.row(format_tr("+ offset {}", finish.offset), finish.moved);
  if (g.clamp) {
    ui.row(active_.clamped && active_.value > 0 ? format_tr("clamp: min(255, {})", finish.moved)
           : active_.clamped                    ? format_tr("clamp: max(0, {})", finish.moved)
                                                : std::string(tr("clamp to 0..255")),
           finish.value);
  }
  ui.row("value", finish.value, Concept::activation);
  if (!finish.reproduces) ui.note(format_tr("Rounded; the value is exactly {}", finish.exact_value));
}

// ---- words and cards ------------------------------------------------------------------------------------------------

std::string ConvolutionPage::input_words(int channel) const {
  const ConvolutionGeometry& g = geometry();
  const std::string how = std::string(" ") + tr("Type, drag or paint to change it; right-click keeps its card.");
  if (!hover_.in("input", channel)) return tr("The input.") + how;
  const std::string value = exact_text(padded_value(state_.convolution, channel, hover_.row, hover_.column));
  if (hover_.row < 0 || hover_.column < 0 || hover_.row >= g.height || hover_.column >= g.width) {
    const int row = border_index(hover_.row, g.height, g.border),
              column = border_index(hover_.column, g.width, g.border);
    return row < 0 || column < 0 ? std::string(tr("Padding: a `0`."))
                                 : format_tr("Padding: `{}`, taken from row {}, column {}.", value, row, column);
  }
  int readers = 0;
  for (int p = 0; p < picture_.height; ++p) {
    for (int q = 0; q < picture_.width; ++q) readers += feeding_tap(hover_.row, hover_.column, p, q) >= 0;
  }
  return format_tr("Row {}, column {}: `{}`.", hover_.row, hover_.column, value) + " " +
         (readers == 0 ? std::string(tr("No outputs read it."))
                       : trn("1 output reads it.", "{} outputs read it.", readers)) +
         how;
}

std::string ConvolutionPage::kernel_words(int channel) const {
  const ConvolutionGeometry& g = geometry();
  const std::string how = std::string(" ") + tr("Type, drag or paint to change it; right-click keeps its card.");
  if (!hover_.in("kernel", channel)) return tr("The kernel.") + how;
  const int index = hover_.row * g.kernel_width + hover_.column;
  const int of_sum = channel - active_.output * g.group_channels();
  std::string words = format_tr("Row {}, column {}.", hover_.row, hover_.column);
  if (of_sum >= 0 && of_sum < g.group_channels()) {
    const ConvolutionTap& tap = active_.taps[static_cast<size_t>(of_sum * taps() + index)];
    words =
        format_tr("Row {}, column {}: `{}`. Here {} \u00d7 {} = `{}`.", hover_.row, hover_.column,
                  kernel_number_text(tap.w), exact_text(tap.x), kernel_number_text(tap.w), exact_text(tap.product()));
  }
  return words + how;
}

std::string ConvolutionPage::output_words() const {
  if (!hover_.in("output")) return tr("The output. Click a cell to stay there; right-click keeps its card.");
  return format_tr("Row {}, column {}: sum `{}`, value `{}`. Click to stay there; right-click keeps its card.",
                   hover_.row, hover_.column, exact_text(active_.total), exact_text(active_.value));
}

void ConvolutionPage::draw_pins(Ui& ui) const {
  for (const Pin& pin : state_.pins) cell_card(ui, card_of(ui, pin));
}

CellCard ConvolutionPage::card_of(Ui& ui, const Pin& pin) const {
  const ConvolutionGeometry& g = geometry();
  const bool dark = ui.theme().dark;
  CellCard card;
  card.title = fmt::format("{}, row {}, column {}", pin.grid, pin.row, pin.column);
  const std::string_view of = tr(pin.grid == "output"  ? N_("output")
                                 : pin.grid == "input" ? N_("input")
                                                       : N_("kernel"));
  card.words = format_tr("{}, row {}, column {}", of, pin.row, pin.column);
  if (pin.grid == "output" ? g.outputs > 1 : g.channels > 1) {
    card.title += fmt::format(", channel {}", pin.channel);
    card.words = format_tr("{}, row {}, column {}, {}", of, pin.row, pin.column, channel_name(pin.channel));
  }
  card.unpin = fmt::format("convolution.unpin {} {} {} {}", pin.column, pin.row, pin.grid, pin.channel);
  const auto kernel_picture = [&](int lit) {
    CardGrid grid{"", g.kernel_height, g.kernel_width, {}, Concept::kernel};
    for (int i = 0; i < taps(); ++i) {
      grid.cells.push_back(lit < 0 || lit == i ? tap_color(i, taps(), dark) : ui.theme().line);
    }
    return grid;
  };
  if (pin.grid == "output") {
    const ConvolutionWalk walk = walk_convolution(state_.convolution, pin.channel, pin.row, pin.column);
    const PrintedSum sum = printed(walk, 4);
    const PrintedFinish finish = print_finish(sum, walk.total, g.divisor, g.offset, g.clamp);
    card.tone = Concept::activation;
    CardGrid window{"", g.kernel_height, g.kernel_width, {}, Concept::input};
    for (int i = 0; i < taps(); ++i) window.cells.push_back(gray_of(walk.taps[static_cast<size_t>(i)].x, false));
    CardGrid kernel = kernel_picture(-1);
    kernel.sign = "\u00d7";
    card.picture = {window, kernel, {"=", 1, 1, {gray_of(walk.value, true)}, Concept::activation}};
    card.formula =
        g.group_channels() > 1 ? tr("sum of input \u00d7 kernel over all channels") : tr("sum of input \u00d7 kernel");
    for (const auto& [also, words] : {std::pair(g.has_bias, N_("plus bias")),
                                      {g.divisor != 1, N_("divided")},
                                      {g.offset != 0, N_("plus offset")},
                                      {g.clamp, N_("clamped")}}) {
      if (also) card.formula += std::string(", ") + tr(words);
    }
    if (walk.taps.size() <= kMaxWritten) card.numbers = sum.factors() + " = " + sum.result;
    card.result = finish.value;
    if (!finish.reproduces || !sum.exact) card.exact = finish.exact_value;
    card.shape = format_tr("one of {} \u00d7 {}", picture_.width, picture_.height);
  } else if (pin.grid == "input") {
    const double value = padded_value(state_.convolution, pin.channel, pin.row, pin.column);
    size_t readers = 0;
    card.tone = Concept::input;
    CardGrid outputs{"\u2192", picture_.height, picture_.width, {}, Concept::activation};
    for (int p = 0; p < picture_.height; ++p) {
      for (int q = 0; q < picture_.width; ++q) {
        const int tap = feeding_tap(pin.row, pin.column, p, q);
        outputs.cells.push_back(tap < 0 ? ui.theme().line : tap_color(tap, taps(), dark));
        readers += tap >= 0;
      }
    }
    card.picture = {{"", 1, 1, {gray_of(value, false)}, Concept::input}, outputs};
    card.formula = readers == 0 ? std::string(tr("No output reads this cell."))
                                : trn("1 output reads this cell, each through another number of the kernel.",
                                      "{} outputs read this cell, each through another number of the kernel.",
                                      static_cast<int64_t>(readers));
    card.result = exact_text(value);
    card.shape = format_tr("one of {} \u00d7 {}", g.width + g.left + g.right, g.height + g.top + g.bottom);
  } else {
    const int index = pin.row * g.kernel_width + pin.column;
    const double w = state_.convolution.w[static_cast<size_t>(pin.channel * taps() + index)];
    const int seen = g.flip ? taps() - 1 - index : index;  // where it lies over the window
    card.tone = Concept::kernel;
    card.picture = {kernel_picture(seen)};
    const int of_sum = pin.channel - active_.output * g.group_channels();
    if (of_sum >= 0 && of_sum < g.group_channels()) {
      const ConvolutionTap& tap = active_.taps[static_cast<size_t>(of_sum * taps() + seen)];
      card.formula = format_tr("input \u00d7 this number, at output row {}, column {}:", active_.row, active_.column);
      card.numbers =
          fmt::format("{} \u00d7 {} = {}", exact_text(tap.x), kernel_number_text(tap.w), exact_text(tap.product()));
    }
    card.result = kernel_number_text(w);
    card.shape = format_tr("one of {} \u00d7 {}", g.kernel_width, g.kernel_height);
  }
  return card;
}

}  // namespace striate
