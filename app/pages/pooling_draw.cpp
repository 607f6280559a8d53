// The stage of the pooling page: input, window and output; the gradients below them, or the shifted input.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/pages/pooling.h"
#include "app/widgets/linked_grids.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

std::string cell_text(double value) {
  const std::string text = exact_text(value);
  return text.size() <= 5 ? text : rounded_text(value, std::abs(value) < 100 ? 2 : 0, true);
}

}  // namespace

Color PoolingPage::gray_of(double value) const {
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
  LinkedGrids grids(ui, hover_);
  std::vector<Figure::Box> boxes = {grids.add(input_grid(ui, false)), grids.add(output_grid(ui, false))};
  for (const bool output : {false, true}) {
    if (state_.view == "gradient") boxes.push_back(grids.add(gradient_grid(ui, output)));
    if (state_.view == "shift") boxes.push_back(grids.add(output ? output_grid(ui, true) : input_grid(ui, true)));
  }
  grids.draw(area, {grids.figure().table(2, boxes)}, focus_);
}

LinkedGrid PoolingPage::input_grid(Ui& ui, bool shifted) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  const Pooling source = shifted ? shifted_pooling() : state_.pooling;
  const PoolingWalk walk = shifted ? walk_pooling(source, 0, active_.row, active_.column) : active_;
  const bool global = g.kind == PoolKind::global;
  const int reached_rows = global ? g.height : (picture_.height - 1) * g.stride + g.window_height - g.top;
  const int reached_columns = global ? g.width : (picture_.width - 1) * g.stride + g.window_width - g.left;
  const auto inside = [&g](int row, int column) {
    return row >= 0 && column >= 0 && row < g.height && column < g.width;
  };
  const auto value = [&g, x = source.x](int row, int column) { return x[static_cast<size_t>(row) * g.width + column]; };
  LinkedGrid grid;
  grid.name = shifted ? "shifted input" : "input";
  GridSpec& spec = grid.cells;
  spec.rows = g.height + g.top + g.bottom;
  spec.columns = g.width + g.left + g.right;
  spec.first_row = -g.top;
  spec.first_column = -g.left;
  spec.index_rows = g.height, spec.index_columns = g.width;
  spec.tone = Concept::input;
  grid.tooltip = shifted ? std::string(tr("The input, shifted")) : input_words();
  if (!shifted) {
    grid.family = {"input"};
    grid.key = "I";
    spec.paint = state_.tool == "paint";
    spec.paint_value = state_.paint;
    spec.editable = inside;
    spec.value = value;
    grid.on_edit = "pooling.cell {column} {row} {value}";
    grid.on_pin = "pooling.pin {column} {row} input";
    grid.takes = inside;
  }
  spec.cell = [=, this, &theme, &g](int row, int column) {
    GridCell look;
    if (!inside(row, column)) {
      look.dashed = true;
      look.text = g.kind == PoolKind::max ? "\u2212\u221e" : g.count_padding ? "0" : "";
      return look;
    }
    look.fill = gray_of(value(row, column));
    look.text = cell_text(value(row, column));
    look.hatched = row >= reached_rows || column >= reached_columns;
    if (covers(walk.row, walk.column, row, column)) {
      const bool won = g.kind == PoolKind::max && row == walk.result.winner_row && column == walk.result.winner_column;
      look.fill = mixed(look.fill, won ? theme.activation : theme.kernel, won ? 0.8f : 0.3f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [=, &theme, &g, &winners = shifted ? shifted_.winner : picture_.winner](int row, int column) -> Color {
    // Which cells win anywhere: they alone pass on.
    if (g.kind != PoolKind::max || !inside(row, column)) return 0;
    return std::find(winners.begin(), winners.end(), row * g.width + column) != winners.end() ? theme.activation : 0;
  };
  if (!global) grid.window = {walk.row * g.stride, walk.column * g.stride, g.window_height, g.window_width};
  const std::string size = " " + size_of_grid(g.width, g.height);
  grid.caption = {tr("input"), {size}};
  if (!shifted && g.top > 0)
    grid.caption.rest = {" " + format_tr("{}, padded by {}", size_of_grid(g.width, g.height), g.top), size};
  if (shifted) {
    grid.caption.rest = {", " + format_tr("shifted by {} right, {} down", state_.shift_x, state_.shift_y),
                         std::string(", ") + tr("shifted")};
  }
  return grid;
}

LinkedGrid PoolingPage::output_grid(Ui& ui, bool shifted) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  const PoolingPicture& picture = shifted ? shifted_ : picture_;
  LinkedGrid grid;
  grid.name = shifted ? "shifted output" : "output";
  grid.family = {"output"};
  GridSpec& spec = grid.cells;
  spec.rows = spec.index_rows = picture.height;
  spec.columns = spec.index_columns = picture.width;
  spec.tone = Concept::activation;
  spec.at = std::pair(player_.row(), player_.column());
  grid.tooltip = output_words();
  if (!shifted) grid.key = "O";
  grid.on_click = "pooling.cursor {column} {row}";
  grid.on_pin = "pooling.pin {column} {row}";
  spec.cell = [this, shifted, &theme, &picture](int row, int column) {
    GridCell look;
    if (player_.hidden(column, row)) {
      look.fill = mixed(theme.background, theme.line, 0.5f);
      return look;
    }
    const double value = picture.value_at(0, row, column);
    look.fill = gray_of(value);
    look.text = cell_text(value);
    if (shifted && value == picture_.value_at(0, row, column)) {
      look.fill = mixed(look.fill, theme.activation, 0.6f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [this, &theme](int row, int column) -> Color {
    if (row == active_.row && column == active_.column) return theme.activation;
    return hover_.in("input") && covers(row, column, hover_.row, hover_.column) ? theme.kernel : 0;
  };
  grid.caption = {tr("output"), {" " + size_of_grid(picture.width, picture.height)}};
  grid.notes = {
      shifted ? format_tr("{} of {} cells stayed", kept_cells(), player_.count())
              : std::string(tr(std::string_view(pool_size_formula(g, g.width, g.left, g.right, g.window_width))))};
  return grid;
}

// Gradients are green for what comes in (1 everywhere) and rose for what arrives at the input.
LinkedGrid PoolingPage::gradient_grid(Ui& ui, bool output) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  LinkedGrid grid;
  grid.name = output ? "output gradient" : "input gradient";
  grid.family = {output ? "output" : "input"};
  GridSpec& spec = grid.cells;
  spec.rows = spec.index_rows = output ? picture_.height : g.height;
  spec.columns = spec.index_columns = output ? picture_.width : g.width;
  spec.tone = Concept::gradient;
  spec.takes_press = false;
  grid.tooltip =
      output ? N_("The gradient that comes back to each output cell: 1") : N_("What each input cell gets of it");
  const double most = std::max(1.0, *std::max_element(gradient_.begin(), gradient_.end()));
  spec.cell = [this, output, most, &theme, &g](int row, int column) {
    GridCell look;
    const double value = output ? 1 : gradient_[static_cast<size_t>(row) * g.width + column];
    look.fill = mixed(theme.raised, theme.gradient, static_cast<float>(value / most) * 0.85f);
    look.ink = ink_on(look.fill);
    look.text = significant_text(value, 3);
    return look;
  };
  spec.frame = [this, output, &theme](int row, int column) -> Color {
    return !output && covers(active_.row, active_.column, row, column) ? theme.kernel : 0;
  };
  grid.caption = {tr("gradient"), {std::string(" ") + (output ? tr("at the output: 1 each") : tr("at the input"))}};
  return grid;
}

}  // namespace striate
