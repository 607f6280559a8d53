// The inspector of the pooling page: the window's arithmetic, the cards of cells, everything that can be set.
#include <algorithm>

#include "app/pages/pooling.h"
#include "app/pages/region_picker.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"
#include "engine/number_rows.h"

namespace striate {
namespace {

constexpr size_t kMaxWritten = 25;  // cells that can still be read as a line of text

}  // namespace

void PoolingPage::draw_inspector(Ui& ui) const {
  draw_window(ui);
  for (const Pin& pin : state_.pins) cell_card(ui, card_of(ui, pin));
  ui.hairline();
  draw_views(ui);
  ui.hairline();
  draw_settings(ui);
  ui.hairline();
  draw_input_settings(ui);
}

PrintedSum PoolingPage::printed(const PoolingWalk& walk) const {
  std::vector<Term> terms;
  for (const PoolCell& cell : walk.cells) terms.push_back({cell.x, 1});
  return print_sum(terms, nullptr, walk.result.sum, 6);
}

std::string PoolingPage::numbers_of(const PoolingWalk& walk) const {
  const PoolGeometry& g = geometry();
  const PrintedSum sum = g.kind == PoolKind::max ? PrintedSum() : printed(walk);
  std::string cells;
  for (size_t i = 0; i < walk.cells.size(); ++i) {
    const PoolCell& cell = walk.cells[i];
    if (cell.padding && (g.kind == PoolKind::max || !g.count_padding)) continue;
    const std::string text = g.kind == PoolKind::max ? exact_text(cell.x) : sum.terms[i].x;
    if (g.kind == PoolKind::max) {
      cells += (cells.empty() ? "" : ", ") + text;
    } else {
      cells += cells.empty() ? text : text[0] == '-' ? " \u2212 " + text.substr(1) : " + " + text;
    }
  }
  return g.kind == PoolKind::max ? "max(" + cells + ")" : "(" + cells + ") / " + std::to_string(walk.result.divisor);
}

void PoolingPage::draw_window(Ui& ui) const {
  const PoolGeometry& g = geometry();
  const PoolResult& result = active_.result;
  ui.section(format_tr("OUTPUT CELL, ROW {}, COLUMN {}", active_.row, active_.column));
  if (active_.cells.size() <= kMaxWritten) {
    ui.note("`" + numbers_of(active_) + "`");
  } else {
    ui.row("cells under the window", std::to_string(active_.cells.size()));
  }
  if (g.kind == PoolKind::max) {
    ui.big_row("largest", exact_text(result.value), Concept::activation);
    ui.row("winner", format_tr("row {}, column {}", result.winner_row, result.winner_column));
    const bool tie = std::count_if(active_.cells.begin(), active_.cells.end(),
                                   [&](const PoolCell& cell) { return !cell.padding && cell.x == result.value; }) > 1;
    if (tie) ui.note("Several cells are equally large. The first one in reading order wins, as in every framework.");
    return;
  }
  const PrintedSum sum = printed(active_);
  const PrintedFinish finish = print_finish(sum, result.sum, result.divisor, 0, false);
  ui.row("sum", sum.result);
  ui.row("\u00f7 cells", std::to_string(result.divisor));
  ui.big_row("mean", finish.value, Concept::activation);
  if (!finish.reproduces || finish.value != finish.exact_value)
    ui.note(format_tr("Rounded; exactly {}", finish.exact_value));
}

void PoolingPage::draw_views(Ui& ui) const {
  const PoolGeometry& g = geometry();
  ui.section("WHAT TO LOOK AT");
  ui.setting("pooling.view");
  if (state_.view == "gradient") {
    ui.note(g.kind == PoolKind::max
                ? N_("Learning flows back to the [winners](activation) alone: the others did not matter, so they get "
                     "nothing.")
                : N_("A mean shares its gradient: every cell under the window gets the same part."));
  } else if (state_.view == "shift") {
    ui.note("The same input, moved. Cells of the output that stay the same are green.");
    ui.begin_flow();
    ui.button("\u2190", fmt::format("pooling.shift {} {}", std::max(-4, state_.shift_x - 1), state_.shift_y));
    ui.button("\u2192", fmt::format("pooling.shift {} {}", std::min(4, state_.shift_x + 1), state_.shift_y));
    ui.button("\u2191", fmt::format("pooling.shift {} {}", state_.shift_x, std::max(-4, state_.shift_y - 1)));
    ui.button("\u2193", fmt::format("pooling.shift {} {}", state_.shift_x, std::min(4, state_.shift_y + 1)));
    ui.button("No shift", "pooling.shift 0 0", {.style = ButtonStyle::quiet});
    ui.end_flow();
    ui.row("stayed the same", format_tr("{} of {}", kept_cells(), player_.count()), Concept::activation);
  }
}

void PoolingPage::draw_settings(Ui& ui) const {
  const PoolGeometry& g = geometry();
  ui.section("WINDOW");
  ui.setting("pooling.kind");
  if (g.kind == PoolKind::global) {
    ui.note("The mean of the whole input: one number for each channel, whatever the size.");
  } else {
    NumberSpec spec;
    spec.step = 1;
    spec.decimals = 0;
    spec.minimum = 1;
    spec.maximum = 8;
    spec.reset = 2;
    ui.slider("size", g.window_width, spec, "pooling.size");
    ui.error_beside("pooling.size");
    ui.setting("pooling.stride");
    ui.setting("pooling.padding");
    if (g.kind == PoolKind::average && g.top > 0) ui.setting("pooling.count");
  }
  ui.setting("pooling.fill");
}

void PoolingPage::draw_input_settings(Ui& ui) const {
  const PoolGeometry& g = geometry();
  ui.section("INPUT");
  ui.begin_flow(6);
  const auto preset = [&](const char* label, const char* value, std::string_view tip, bool enabled) {
    ButtonOptions options;
    options.selected = state_.input == value;
    options.tone = Concept::input;
    options.tooltip = tip;
    options.enabled = enabled;
    ui.button(label, std::string("pooling.input ") + value, options);
  };
  preset(N_("deck 4\u00d74"), "deck", N_("The course's example"), true);
  preset(N_("portrait"), "portrait", N_("The 12 x 16 portrait"), true);
  preset(N_("region"), "image", N_("A piece of the open picture"), context_.document.image != nullptr);
  ui.end_flow();
  ui.text_field(
      "input rows",
      state_.input == "numbers" ? number_planes_text({1, g.height, g.width, state_.pooling.x}, kernel_number_text) : "",
      "pooling.input", "own numbers: 1 2; 3 4");
  ui.error_beside("pooling.input");
  if (state_.input == "image") {
    region_picker(ui, context_.document, state_.x, state_.y, g.width, g.height, "pooling.input");
  }
  ui.setting("pooling.columns");
  ui.setting("pooling.rows");
  ui.setting("pooling.tool");
  if (state_.tool == "paint") ui.setting("pooling.paint");
  ui.note("Pooling works on each channel alone and has nothing to learn: 0 parameters.");
  ui.button("Start again", "pooling.reset", {.icon = Icon::reset});
}

// ---- words and cards ------------------------------------------------------------------------------------------------

std::string PoolingPage::input_words() const {
  const PoolGeometry& g = geometry();
  const std::string how = std::string(" ") + tr("Type, drag or paint to change it; right-click keeps its card.");
  if (!hover_.in("input")) return tr("The input.") + how;
  if (hover_.row < 0 || hover_.column < 0 || hover_.row >= g.height || hover_.column >= g.width) {
    return g.kind == PoolKind::max ? tr("Padding: it never wins.")
           : g.count_padding       ? tr("Padding: a `0` that counts.")
                                   : tr("Padding: it does not count.");
  }
  int readers = 0;
  for (int p = 0; p < picture_.height; ++p) {
    for (int q = 0; q < picture_.width; ++q) readers += covers(p, q, hover_.row, hover_.column);
  }
  return format_tr("Row {}, column {}: `{}`.", hover_.row, hover_.column,
                   exact_text(state_.pooling.x[static_cast<size_t>(hover_.row) * g.width + hover_.column])) +
         " " +
         (readers == 0 ? std::string(tr("No outputs see it."))
                       : trn("1 output sees it.", "{} outputs see it.", readers)) +
         how;
}

std::string PoolingPage::output_words() const {
  if (!hover_.in("output")) return tr("The output. Click a cell to stay there; right-click keeps its card.");
  return format_tr("Row {}, column {}: `{}`. Click to stay there; right-click keeps its card.", hover_.row,
                   hover_.column, exact_text(active_.result.value));
}

CellCard PoolingPage::card_of(Ui& ui, const Pin& pin) const {
  const PoolGeometry& g = geometry();
  const Theme& theme = ui.theme();
  CellCard card;
  card.title = fmt::format("{}, row {}, column {}", pin.grid, pin.row, pin.column);
  card.words =
      format_tr("{}, row {}, column {}", tr(pin.grid == "output" ? N_("output") : N_("input")), pin.row, pin.column);
  card.unpin = fmt::format("pooling.unpin {} {} {}", pin.column, pin.row, pin.grid);
  if (pin.grid == "output") {
    const PoolingWalk walk = walk_pooling(state_.pooling, 0, pin.row, pin.column);
    const bool max = g.kind == PoolKind::max;
    card.tone = Concept::activation;
    CardGrid window{"", g.rows(), g.columns(), {}, Concept::kernel};
    for (const PoolCell& cell : walk.cells) {
      const bool won = max && cell.row == walk.result.winner_row && cell.column == walk.result.winner_column;
      window.cells.push_back(cell.padding ? theme.line : won ? theme.activation : gray_of(cell.x));
    }
    card.picture = {window, {"\u2192", 1, 1, {gray_of(walk.result.value)}, Concept::activation}};
    card.formula = max ? N_("the largest cell under the window") : N_("the mean of the cells under the window");
    if (walk.cells.size() <= kMaxWritten) card.numbers = numbers_of(walk);
    if (max) {
      card.result = exact_text(walk.result.value);
    } else {
      const PrintedFinish finish = print_finish(printed(walk), walk.result.sum, walk.result.divisor, 0, false);
      card.result = finish.value;
      if (!finish.reproduces || finish.value != finish.exact_value) card.exact = finish.exact_value;
    }
    card.shape = format_tr("one of {} \u00d7 {}", picture_.width, picture_.height);
    return card;
  }
  const size_t index = static_cast<size_t>(pin.row) * g.width + pin.column;
  card.tone = Concept::input;
  CardGrid outputs{"\u2192", picture_.height, picture_.width, {}, Concept::activation};
  int seen = 0, won = 0;
  for (int p = 0; p < picture_.height; ++p) {
    for (int q = 0; q < picture_.width; ++q) {
      const bool sees = covers(p, q, pin.row, pin.column);
      const size_t cell = static_cast<size_t>(p) * picture_.width + q;
      const bool wins = sees && g.kind == PoolKind::max && picture_.winner[cell] == static_cast<int32_t>(index);
      outputs.cells.push_back(wins ? theme.activation : sees ? theme.kernel : theme.line);
      seen += sees;
      won += wins;
    }
  }
  card.picture = {{"", 1, 1, {gray_of(state_.pooling.x[index])}, Concept::input}, outputs};
  card.formula = seen == 0 ? std::string(tr("No outputs see this cell."))
                           : trn("1 output sees this cell.", "{} outputs see this cell.", seen);
  if (g.kind == PoolKind::max)
    card.formula += " " + (won > 0 ? format_tr("It wins {} of them.", won) : std::string(tr("It wins none.")));
  card.formula += " " + format_tr("Gradient that comes back: {}.", significant_text(gradient_[index], 5));
  card.result = exact_text(state_.pooling.x[index]);
  card.shape = format_tr("one of {} \u00d7 {}", g.width, g.height);
  return card;
}

}  // namespace striate
