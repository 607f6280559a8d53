// The stage of the pooling page: input, window and output; the gradients below them, or the shifted input.
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/pages/pooling.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
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
  const PoolGeometry& g = geometry();
  hover_ = hover_next_;
  hover_next_ = {};
  // At once: the next key is already for the grid.
  for (const auto& [key, grid] : {std::pair("I", "input"), {"O", "output"}}) {
    if (!ui.editing() && ui.take_key(key)) focus_ = grid;
  }
  if (!focus_.empty()) ui.focus_on(std::exchange(focus_, {}));
  const bool hovers = hover_.kind == Hover::Kind::output;
  active_ = walk_pooling(state_.pooling, 0, std::min(hovers ? hover_.row : player_.row(), picture_.height - 1),
                         std::min(hovers ? hover_.column : player_.column(), picture_.width - 1));
  const bool two_lines = state_.view != "forward";
  const float gap = ui.em(72), caption_room = ui.em(26) + ui.index_height();
  const auto in_columns = static_cast<float>(g.width + g.left + g.right);
  const auto in_rows = static_cast<float>(g.height + g.top + g.bottom);
  const auto out_columns = static_cast<float>(picture_.width), out_rows = static_cast<float>(picture_.height);
  const float lines = two_lines ? 2 : 1;
  const Rect room = area.inset(24, 16);
  float cell = std::min({(room.w - gap) / (in_columns + std::max(out_columns, 2.0f)),
                         (room.h - lines * (caption_room + ui.em(34))) / (lines * std::max(in_rows, out_rows)),
                         std::max(ui.em(56), 0.2f * std::min(room.w, room.h))});
  cell = std::max(3.0f, std::floor(cell));
  const float wide = in_columns * cell + gap + std::max(out_columns, 2.0f) * cell;
  const float line_h = std::max(in_rows, out_rows) * cell + caption_room + ui.em(34);
  const float left = std::round(room.center().x - wide / 2);
  const float top = std::round(room.center().y - lines * line_h / 2 + caption_room);
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
  if (!(hover_next_ == hover_)) ui.request_frame();
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
  spec.index_rows = g.height, spec.index_columns = g.width;
  spec.origin = at;
  spec.size = cell;
  spec.tone = Concept::input;
  spec.command = "pooling.cell";
  const std::string tip = shifted ? "The input, shifted" : input_words();
  spec.tooltip = tip;
  spec.paint = !shifted && state_.tool == "paint";
  spec.paint_value = state_.paint;
  spec.editable = [&](int row, int column) {
    return !shifted && row >= 0 && column >= 0 && row < g.height && column < g.width;
  };
  spec.value = [&](int row, int column) { return source.x[static_cast<size_t>(row) * g.width + column]; };
  spec.cell = [&](int row, int column) {
    GridCell look;
    const bool inside = row >= 0 && column >= 0 && row < g.height && column < g.width;
    if (inside) {
      const double value = spec.value(row, column);
      look.fill = gray_of(value);
      look.text = cell_text(value);
      look.hatched = row >= reached_rows || column >= reached_columns;
    } else {
      look.dashed = true;
      look.text = g.kind == PoolKind::max ? "\u2212\u221e" : g.count_padding ? "0" : "";
    }
    if (covers(walk.row, walk.column, row, column) && inside) {
      const bool won = g.kind == PoolKind::max && row == walk.result.winner_row && column == walk.result.winner_column;
      look.fill = mixed(look.fill, won ? theme.activation : theme.kernel, won ? 0.8f : 0.3f);
      look.ink = ink_on(look.fill);
    }
    return look;
  };
  spec.frame = [&](int row, int column) -> Color {
    // Which cells win anywhere: they alone pass on.
    if (g.kind != PoolKind::max || row < 0 || column < 0 || row >= g.height || column >= g.width) return 0;
    const std::vector<int32_t>& winners = shifted ? shifted_.winner : picture_.winner;
    const bool wins = std::find(winners.begin(), winners.end(), row * g.width + column) != winners.end();
    return wins ? theme.activation : 0;
  };
  const GridResponse r = ui.grid(shifted ? "shifted input" : "input", spec);
  if ((r.hovered || r.keyboard) && !shifted) hover_next_ = {Hover::Kind::input, r.row, r.column};
  if (!shifted && (r.right_clicked || (r.keyboard && ui.take_key("P"))) && spec.editable(r.row, r.column)) {
    ui.send(fmt::format("pooling.pin {} {} input", r.column, r.row));
  }
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
  ui.caption({middle, at.y - ui.index_height() - ui.em(12)}, "input", words, theme.input);
}

void PoolingPage::draw_output(Ui& ui, Vec at, float cell, bool shifted) const {
  const Theme& theme = ui.theme();
  const PoolGeometry& g = geometry();
  const PoolingPicture& picture = shifted ? shifted_ : picture_;
  GridSpec spec;
  spec.rows = picture.height;
  spec.columns = picture.width;
  spec.index_rows = spec.rows, spec.index_columns = spec.columns;
  spec.origin = at;
  spec.size = cell;
  spec.tone = Concept::activation;
  spec.command = "pooling.cursor";
  spec.at = std::pair(player_.row(), player_.column());
  const std::string tip = output_words();
  spec.tooltip = tip;
  spec.takes_wheel = false;
  spec.takes_press = false;
  spec.cell = [&](int row, int column) {
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
  spec.frame = [&](int row, int column) -> Color {
    if (row == active_.row && column == active_.column) return theme.activation;
    if (hover_.kind == Hover::Kind::input && covers(row, column, hover_.row, hover_.column)) return theme.kernel;
    return 0;
  };
  const GridResponse r = ui.grid(shifted ? "shifted output" : "output", spec);
  if (r.hovered) hover_next_ = {Hover::Kind::output, r.row, r.column};
  if (r.clicked || r.moved) ui.send(fmt::format("pooling.cursor {} {}", r.column, r.row));
  if (r.right_clicked) ui.send(fmt::format("pooling.pin {} {}", r.column, r.row));
  const float middle = at.x + cell * static_cast<float>(spec.columns) / 2;
  ui.caption({middle, at.y - ui.index_height() - ui.em(12)}, "output",
             fmt::format(" {} \u00d7 {}", picture.width, picture.height), theme.activation);
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
  spec.index_rows = spec.rows, spec.index_columns = spec.columns;
  spec.origin = output ? at : at + Vec{cell * static_cast<float>(g.left), cell * static_cast<float>(g.top)};
  spec.size = cell;
  spec.tone = Concept::gradient;
  spec.takes_wheel = false;
  spec.takes_press = false;
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
  spec.frame = [&](int row, int column) -> Color {
    return !output && covers(active_.row, active_.column, row, column) ? theme.kernel : 0;
  };
  const GridResponse r = ui.grid(output ? "output gradient" : "input gradient", spec);
  if (r.hovered) hover_next_ = {output ? Hover::Kind::output : Hover::Kind::input, r.row, r.column};
  const float middle = spec.origin.x + cell * static_cast<float>(spec.columns) / 2;
  ui.caption({middle, spec.origin.y - ui.index_height() - ui.em(12)}, "gradient",
             output ? " at the output: 1 each" : " at the input", theme.gradient);
}

}  // namespace striate
