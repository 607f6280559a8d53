// What the pooling page looks like: the stage with its grids, the inspector with the window's arithmetic.
#include <algorithm>
#include <cmath>

#include "app/pages/pooling.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"
#include "engine/number_rows.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

std::string cell_text(double value) {
  const std::string text = exact_text(value);
  return text.size() <= 5 ? text : rounded_text(value, std::abs(value) < 100 ? 2 : 0, true);
}

}  // namespace

Colour PoolingPage::grey_of(double value) const {
  const double share = high_ > low_ ? (value - low_) / (high_ - low_) : 0;
  const auto v = static_cast<uint32_t>(std::nearbyint(std::clamp(share, 0.0, 1.0) * 255));
  return rgb(v << 16 | v << 8 | v);
}

bool PoolingPage::covers(int p, int q, int row, int column) const {
  const PoolGeometry& g = geometry();
  if (g.kind == PoolKind::global) return true;
  const int r = row + g.top - p * g.stride, s = column + g.left - q * g.stride;
  return r >= 0 && s >= 0 && r < g.window_height && s < g.window_width;
}

void PoolingPage::draw_stage(Ui& ui, const Rect& area) const {
  const PoolGeometry& g = geometry();
  hover_ = hover_next_;
  hover_next_ = {};
  const bool hovers = hover_.kind == Hover::Kind::output;
  active_ = walk_pooling(state_.pooling, 0, std::min(hovers ? hover_.row : player_.row(), picture_.height - 1),
                         std::min(hovers ? hover_.column : player_.column(), picture_.width - 1));
  const bool two_lines = state_.view != "forward";
  const float gap = ui.em(72), caption_room = ui.em(30);
  const auto in_columns = static_cast<float>(g.width + g.left + g.right);
  const auto in_rows = static_cast<float>(g.height + g.top + g.bottom);
  const auto out_columns = static_cast<float>(picture_.width), out_rows = static_cast<float>(picture_.height);
  const float lines = two_lines ? 2 : 1;
  const Rect room = area.inset(24, 16);
  float cell =
      std::min({(room.w - gap) / (in_columns + std::max(out_columns, 2.0f)),
                (room.h - lines * (caption_room + ui.em(34))) / (lines * std::max(in_rows, out_rows)), ui.em(56)});
  cell = std::max(3.0f, std::floor(cell));
  const float wide = in_columns * cell + gap + std::max(out_columns, 2.0f) * cell;
  const float line_h = std::max(in_rows, out_rows) * cell + caption_room + ui.em(34);
  const float left = std::round(room.centre().x - wide / 2);
  const float top = std::round(room.centre().y - lines * line_h / 2 + caption_room);
  const auto at = [&](int line, bool output) {
    const float h = output ? out_rows * cell : in_rows * cell;
    const float y = top + static_cast<float>(line) * line_h + (std::max(in_rows, out_rows) * cell - h) / 2;
    return Vec{output ? left + in_columns * cell + gap : left, std::round(y)};
  };
  draw_input(ui, at(0, false), cell, false);
  draw_output(ui, at(0, true), cell, false);
  if (state_.view == "gradient") {
    draw_gradient(ui, at(1, false), cell, false);
    draw_gradient(ui, at(1, true), cell, true);
  } else if (state_.view == "shift") {
    draw_input(ui, at(1, false), cell, true);
    draw_output(ui, at(1, true), cell, true);
  }
  if (hover_next_.kind != hover_.kind || hover_next_.row != hover_.row || hover_next_.column != hover_.column) {
    ui.request_frame();
  }
}

void PoolingPage::draw_input(Ui& ui, Vec at, float cell, bool shifted) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  const Pooling source = shifted ? shifted_pooling() : state_.pooling;
  const PoolingWalk walk = shifted ? walk_pooling(source, 0, active_.row, active_.column) : active_;
  const int reached_rows =
      g.kind == PoolKind::global ? g.height : (picture_.height - 1) * g.stride + g.window_height - g.top;
  const int reached_columns =
      g.kind == PoolKind::global ? g.width : (picture_.width - 1) * g.stride + g.window_width - g.left;
  GridSpec spec;
  spec.rows = g.height + g.top + g.bottom;
  spec.columns = g.width + g.left + g.right;
  spec.first_row = -g.top;
  spec.first_column = -g.left;
  spec.origin = at;
  spec.size = cell;
  spec.tone = Concept::input;
  spec.command = "pooling.cell";
  spec.tooltip = shifted ? "The input, shifted" : "Hover: the outputs that see this cell. Type or drag to change it.";
  spec.editable = [&](int row, int column) {
    return !shifted && row >= 0 && column >= 0 && row < g.height && column < g.width;
  };
  spec.value = [&](int row, int column) { return source.x[static_cast<size_t>(row) * g.width + column]; };
  spec.cell = [&](int row, int column) {
    GridCell look;
    const bool inside = row >= 0 && column >= 0 && row < g.height && column < g.width;
    if (inside) {
      const double value = spec.value(row, column);
      look.fill = grey_of(value);
      look.text = cell_text(value);
      look.hatched = row >= reached_rows || column >= reached_columns;
    } else {
      look.dashed = true;
    }
    if (covers(walk.row, walk.column, row, column) && inside) {
      const bool won = g.kind == PoolKind::max && row == walk.result.winner_row && column == walk.result.winner_column;
      look.fill = mixed(look.fill, won ? theme.activation : theme.kernel, won ? 0.8f : 0.3f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [&](int row, int column) -> Colour {
    // Which cells win anywhere: they alone pass on.
    if (g.kind != PoolKind::max || row < 0 || column < 0 || row >= g.height || column >= g.width) return 0;
    const std::vector<int32_t>& winners = shifted ? shifted_.winner : picture_.winner;
    const bool wins = std::find(winners.begin(), winners.end(), row * g.width + column) != winners.end();
    return wins ? theme.activation : 0;
  };
  const GridResponse r = ui.grid(shifted ? "shifted input" : "input", spec);
  if (r.hovered && !shifted) hover_next_ = {Hover::Kind::input, r.row, r.column};
  for (const GridResponse::Edit& edit : r.edits) {
    ui.send(fmt::format("pooling.cell {} {} {}", edit.column, edit.row, exact_text(edit.value)));
  }
  if (g.kind != PoolKind::global) {
    const float x = ui.ease(shifted ? "pool.sx" : "pool.x", static_cast<float>(walk.column * g.stride), 0.25f);
    const float y = ui.ease(shifted ? "pool.sy" : "pool.y", static_cast<float>(walk.row * g.stride), 0.25f);
    ui.stroke({at.x + x * cell, at.y + y * cell, cell * static_cast<float>(g.window_width),
               cell * static_cast<float>(g.window_height)},
              theme.kernel, 4, 2.5f);
  }
  const float middle = at.x + cell * static_cast<float>(spec.columns) / 2;
  std::string words = shifted ? fmt::format(", shifted by {} right, {} down", state_.shift_x, state_.shift_y)
                              : fmt::format(" {} \u00d7 {}", g.width, g.height);
  if (!shifted && g.top > 0) words += fmt::format(", padded by {}", g.top);
  ui.caption({middle, at.y - ui.em(14)}, "input", words, theme.input);
}

void PoolingPage::draw_output(Ui& ui, Vec at, float cell, bool shifted) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  const PoolingPicture& picture = shifted ? shifted_ : picture_;
  GridSpec spec;
  spec.rows = picture.height;
  spec.columns = picture.width;
  spec.origin = at;
  spec.size = cell;
  spec.tone = Concept::activation;
  spec.command = "pooling.cursor";
  spec.tooltip = "Hover: the window this cell comes from. Click to stay there.";
  spec.takes_wheel = false;
  spec.cell = [&](int row, int column) {
    GridCell look;
    if (player_.hidden(column, row)) {
      look.fill = mixed(theme.background, theme.line, 0.5f);
      return look;
    }
    const double value = picture.value_at(0, row, column);
    look.fill = grey_of(value);
    look.text = cell_text(value);
    if (shifted && value == picture_.value_at(0, row, column)) {
      look.fill = mixed(look.fill, theme.activation, 0.6f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [&](int row, int column) -> Colour {
    if (row == active_.row && column == active_.column) return theme.activation;
    if (hover_.kind == Hover::Kind::input && covers(row, column, hover_.row, hover_.column)) return theme.kernel;
    return 0;
  };
  const GridResponse r = ui.grid(shifted ? "shifted output" : "output", spec);
  if (r.hovered) hover_next_ = {Hover::Kind::output, r.row, r.column};
  if (r.clicked || r.moved) ui.send(fmt::format("pooling.cursor {} {}", r.column, r.row));
  const float middle = at.x + cell * static_cast<float>(spec.columns) / 2;
  ui.caption({middle, at.y - ui.em(14)}, "output", fmt::format(" {} \u00d7 {}", picture.width, picture.height),
             theme.activation);
  const Vec below{middle, at.y + cell * static_cast<float>(spec.rows) + ui.em(18)};
  if (shifted) {
    ui.caption(below, fmt::format("{} of {} cells stayed", kept_cells(), player_.count()), "", theme.secondary);
  } else {
    ui.caption(below, pool_size_formula(g, g.width, g.left, g.right, g.window_width), "", theme.secondary);
  }
}

// Gradients are green for what comes in (1 everywhere) and rose for what arrives at the input.
void PoolingPage::draw_gradient(Ui& ui, Vec at, float cell, bool output) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  GridSpec spec;
  spec.rows = output ? picture_.height : g.height;
  spec.columns = output ? picture_.width : g.width;
  spec.origin = output ? at : at + Vec{cell * static_cast<float>(g.left), cell * static_cast<float>(g.top)};
  spec.size = cell;
  spec.tone = Concept::gradient;
  spec.takes_wheel = false;
  spec.tooltip = output ? "The gradient that comes back to each output cell: 1" : "What each input cell gets of it";
  double most = 1;
  for (const double value : gradient_) most = std::max(most, value);
  spec.cell = [&](int row, int column) {
    GridCell look;
    const double value = output ? 1 : gradient_[static_cast<size_t>(row) * g.width + column];
    look.fill = mixed(theme.raised, theme.gradient, static_cast<float>(value / most) * 0.85f);
    look.ink = ink_on(look.fill);
    look.text = significant_text(value, 3);
    return look;
  };
  spec.frame = [&](int row, int column) -> Colour {
    return !output && covers(active_.row, active_.column, row, column) ? theme.kernel : 0;
  };
  const GridResponse r = ui.grid(output ? "output gradient" : "input gradient", spec);
  if (r.hovered) hover_next_ = {output ? Hover::Kind::output : Hover::Kind::input, r.row, r.column};
  const float middle = spec.origin.x + cell * static_cast<float>(spec.columns) / 2;
  ui.caption({middle, spec.origin.y - ui.em(14)}, "gradient", output ? " at the output: 1 each" : " at the input",
             theme.gradient);
}

void PoolingPage::draw_inspector(Ui& ui) const {
  const PoolGeometry& g = geometry();
  const PoolResult& result = active_.result;
  ui.section(fmt::format("OUTPUT CELL, ROW {}, COLUMN {}", active_.row + 1, active_.column + 1));
  std::string cells;
  std::vector<Term> terms;
  for (const PoolCell& cell : active_.cells) {
    if (cell.padding && (g.kind == PoolKind::max || !g.count_padding)) continue;
    cells += (cells.empty() ? "" : g.kind == PoolKind::max ? ", " : " + ") + exact_text(cell.x);
    terms.push_back({cell.x, 1});
  }
  if (active_.cells.size() <= 25) {
    ui.note(g.kind == PoolKind::max ? "`max(" + cells + ")`"
                                    : "`(" + cells + ") / " + std::to_string(result.divisor) + "`");
  } else {
    ui.row("cells under the window", std::to_string(active_.cells.size()));
  }
  if (g.kind == PoolKind::max) {
    ui.big_row("largest", exact_text(result.value), Concept::activation);
    ui.row("winner", fmt::format("row {}, column {}", result.winner_row + 1, result.winner_column + 1));
    const bool tie = std::count_if(active_.cells.begin(), active_.cells.end(),
                                   [&](const PoolCell& cell) { return !cell.padding && cell.x == result.value; }) > 1;
    if (tie) ui.note("Several cells are equally large. The first one in reading order wins, as in every framework.");
  } else {
    const PrintedSum sum = print_sum(terms, nullptr, result.sum, 6);
    ui.row("sum", sum.result);
    ui.row("\u00f7 cells", std::to_string(result.divisor));
    ui.big_row("mean", significant_text(result.value, 7), Concept::activation);
  }
  ui.hairline();
  ui.section("WHAT TO LOOK AT");
  static const Choice views[] = {{"forward", "forward"}, {"gradient", "gradient"}, {"shift", "shift"}};
  ui.segmented("view", views, state_.view, "pooling.view");
  if (state_.view == "gradient") {
    ui.note(
        g.kind == PoolKind::max
            ? "Learning flows back to the [winners](activation) alone: the others did not matter, so they get nothing."
            : "A mean shares its gradient: every cell under the window gets the same part.");
  } else if (state_.view == "shift") {
    ui.note("The same input, moved. Cells of the output that stay the same are green.");
    NumberSpec shift;
    shift.minimum = -4;
    shift.maximum = 4;
    shift.step = 1;
    shift.decimals = 0;
    ui.begin_flow();
    ui.button("\u2190", fmt::format("pooling.shift {} {}", std::max(-4, state_.shift_x - 1), state_.shift_y));
    ui.button("\u2192", fmt::format("pooling.shift {} {}", std::min(4, state_.shift_x + 1), state_.shift_y));
    ui.button("\u2191", fmt::format("pooling.shift {} {}", state_.shift_x, std::max(-4, state_.shift_y - 1)));
    ui.button("\u2193", fmt::format("pooling.shift {} {}", state_.shift_x, std::min(4, state_.shift_y + 1)));
    ui.button("No shift", "pooling.shift 0 0", {.style = ButtonStyle::quiet});
    ui.end_flow();
    ui.row("stayed the same", fmt::format("{} of {}", kept_cells(), player_.count()), Concept::activation);
  }
  ui.hairline();
  ui.section("WINDOW");
  static const Choice kinds[] = {{"max", "max"}, {"average", "average"}, {"global", "global"}};
  ui.segmented("kind", kinds,
               g.kind == PoolKind::max       ? "max"
               : g.kind == PoolKind::average ? "average"
                                             : "global",
               "pooling.kind");
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
    ui.slider("stride", g.stride, spec, "pooling.stride");
    spec.minimum = 0;
    spec.maximum = 4;
    spec.reset = 0;
    ui.slider("padding", g.top, spec, "pooling.padding");
    if (g.kind == PoolKind::average && g.top > 0) ui.toggle("count the padding", g.count_padding, "pooling.count");
  }
  ui.toggle("fill as it steps", player_.fill(), "pooling.fill");
  ui.hairline();
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
  preset("deck 4\u00d74", "deck", "The course's example", true);
  preset("portrait", "portrait", "The 12 x 16 portrait", true);
  preset("region", "image", "A piece of the open picture", context_.document.image != nullptr);
  ui.end_flow();
  ui.text_field(
      "input rows",
      state_.input == "numbers" ? number_planes_text({1, g.height, g.width, state_.pooling.x}, kernel_number_text) : "",
      "pooling.input", "own numbers: 1 2; 3 4");
  ui.row("size", fmt::format("{} \u00d7 {}", g.width, g.height));
  ui.note("Pooling works on each channel alone and has nothing to learn: 0 parameters.");
}

}  // namespace striate
