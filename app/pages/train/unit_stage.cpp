// The stage of the view `unit`: the input slice, the window with the kernel and the products, the output; below them
// all slices and all filters of the layer, to choose from.
#include <algorithm>
#include <cmath>

#include "app/pages/train/unit_view.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr float kGap = 24;
constexpr float kMaxKernelCell = 50;  // of kernels beside each other

}  // namespace

void UnitView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!has_network(now)) {
    ui.empty_state(area, Icon::play, "No network yet",
                   "Press Start, or Space: then any of its units can be opened here, with its real numbers.");
    return;
  }
  hover_ = hover_next_;
  hover_next_ = {};
  std::string why;
  const std::optional<Opened> o = open(now, &why);
  Rect room = area.inset(20, 10);
  if (!o) {
    ui.empty_state(room, Icon::picture, "The numbers are on their way", why);
    return;
  }
  draw_head(ui, room.cut_top(ui.em(26)), now, *o);
  // While presenting, what is large is the type, not these.
  const bool presents = ui.frame().presentation;
  const float strips = std::clamp(room.h * 0.2f, ui.em(presents ? 64 : 80), presents ? 168.0f : ui.em(140));
  draw_strips(ui, room.cut_bottom(strips), now, *o);
  if (shows_channels(*o)) {
    draw_channels(ui, room, now, *o);
  } else {
    draw_grids(ui, room, now, *o);
  }
  // The other grids follow in the next frame. Whether a chip is still hovered the inspector finds.
  const bool chip = hover_.kind == Hover::Kind::chip && hover_next_.kind == Hover::Kind::none;
  if (!chip && !(hover_next_ == hover_)) ui.request_frame();
}

void UnitView::draw_head(Ui& ui, const Rect& area, const TrainSnapshot& now, const Opened& o) const {
  std::string text = node_text(now, o.node);
  std::string from;
  if (state_.batch) {
    from = fmt::format("sample {} of the batch", o.walk.place.sample);
  } else {
    from = now.probe->name.empty() ? "the probe" : now.probe->name;
  }
  const float wide = ui.measure(Font::strong, text).x;
  ui.label(area, text, Font::strong, ui.theme().text);
  Rect rest = area;
  rest.cut_left(std::min(area.w, wide + 12));
  ui.label(rest, fmt::format("with {}, after step {}", from, now.step), Font::caption, ui.theme().secondary);
}

void UnitView::draw_grids(Ui& ui, const Rect& area, const TrainSnapshot& now, const Opened& o) const {
  (void)now;
  const float line = ui.em(24);
  const int pad_rows = o.conv ? o.geometry.pad_top + o.geometry.pad_bottom : 0;
  const int pad_columns = o.conv ? o.geometry.pad_left + o.geometry.pad_right : 0;
  const int in_rows = o.in.rows + pad_rows, in_columns = o.in.columns + pad_columns;
  const int out_rows = o.out_rows, out_columns = o.out_columns;
  const bool kernel = o.conv || o.dense;
  const int stack = o.conv ? 3 : o.dense ? 2 : 1;  // window, kernel, product
  const int k_rows = kernel ? o.kernel_rows : std::min(static_cast<int>(o.walk.terms.size()), 1);
  const int k_columns = kernel ? o.kernel_columns : k_rows;
  const float high = area.h - line;
  float k_cell = 0, k_room = 0;
  if (kernel) {
    k_cell = (high - line * static_cast<float>(stack - 1)) / static_cast<float>(stack * k_rows);
    k_cell = std::clamp(std::min(k_cell, area.w * 0.34f / static_cast<float>(k_columns)), 3.0f, ui.em(46));
    // A projector's stage is wide and its captions are high: there they stand beside each other where that is larger.
    const float gaps = kGap * static_cast<float>(stack - 1);
    const float across = (area.w * 0.38f - gaps) / static_cast<float>(stack * k_columns);
    const float beside = std::min({high / static_cast<float>(k_rows), across, kMaxKernelCell});
    kernels_beside_ = ui.frame().presentation && beside > k_cell;
    if (kernels_beside_) k_cell = beside;
    k_cell = k_cell > 12 ? std::floor(k_cell) : k_cell;
    k_room = std::max(k_cell * static_cast<float>(k_columns), ui.em(80));
    if (kernels_beside_) k_room = static_cast<float>(stack) * k_cell * static_cast<float>(k_columns) + gaps;
  }
  const float wide = area.w - k_room - 2 * kGap;
  float cell = std::min({high / static_cast<float>(std::max(in_rows, out_rows)),
                         wide / static_cast<float>(in_columns + out_columns), ui.em(44)});
  // A small input without a kernel has room for its words: which slice of which layer it is.
  const float in_least = kernel ? 0 : std::min(ui.em(210), wide / 2);
  if (cell * static_cast<float>(in_columns) < in_least) {
    cell = std::min(cell, (wide - in_least) / static_cast<float>(out_columns));
  }
  if (cell > 4) cell = std::floor(cell);
  const float in_w = std::max(in_least, cell * static_cast<float>(in_columns));
  const float out_w = cell * static_cast<float>(out_columns);
  const float used = in_w + out_w + k_room + 2 * kGap;
  const float x = area.x + std::max(0.0f, (area.w - used) / 2);
  const auto middle = [&](int rows) {
    return area.y + line + std::max(0.0f, (high - cell * static_cast<float>(rows)) / 2);
  };
  draw_input(ui, {x + (in_w - cell * static_cast<float>(in_columns)) / 2, middle(in_rows)}, cell, o);
  if (kernel) {
    draw_kernels(ui, {x + in_w + kGap, area.y + line, k_room, high}, k_cell, o);
  }
  const bool output = !kernel || scene_.opening->tone == Concept::activation;
  MapOpening& opening = *scene_.opening;
  if (opening.figure.empty() && opening.since >= 0) opening.since = ui.frame().now;  // its numbers had to come first
  opening.figure =
      output ? Rect{x + in_w + k_room + 2 * kGap, middle(out_rows), out_w, cell * static_cast<float>(out_rows)}
             : Rect{x + in_w + kGap, area.y + line, k_room, high};
  draw_output(ui, {x + in_w + k_room + 2 * kGap, middle(out_rows)}, cell, o);
}

void UnitView::draw_input(Ui& ui, Vec origin, float cell, const Opened& o) const {
  const Theme& theme = ui.theme();
  const Conv2dShape& g = o.geometry;
  ValueGrid grid;
  grid.rows = o.in.rows, grid.columns = o.in.columns;
  if (o.conv) {
    grid.rows += g.pad_top + g.pad_bottom, grid.columns += g.pad_left + g.pad_right;
    grid.first_row = -g.pad_top, grid.first_column = -g.pad_left;
  }
  grid.origin = origin;
  grid.size = cell;
  grid.tone = Concept::input;
  grid.strength = 0.75f;
  grid.command = "train.unit.slice";
  grid.tooltip = "The values that come in. Hover: the outputs that read this one.";
  const int channel = o.channel();
  const int64_t plane = int64_t{1} * o.in.rows * o.in.columns;
  const float* x = sample_values(o.values, o.input, o.walk.place.sample);
  if (x == nullptr) return;
  x += channel * plane;
  grid.limit = largest_of(x, plane);
  grid.padding = [&](int row, int column) {
    return row < 0 || column < 0 || row >= o.in.rows || column >= o.in.columns;
  };
  grid.value = [&](int row, int column) { return grid.padding(row, column) ? 0.0f : x[row * o.in.columns + column]; };
  const std::vector<int> taps = o.taps();
  const auto tap_at = [&](int row, int column) {
    if (!grid.padding(row, column)) return taps[static_cast<size_t>(row) * o.in.columns + column];
    for (int i = 0; o.conv && i < o.per_slice; ++i) {
      const UnitTerm& t = o.walk.terms[static_cast<size_t>(o.first_term() + i)];
      if (t.row == row && t.column == column) return i;
    }
    return -1;
  };
  grid.color = [&](int row, int column) -> Color {
    const int i = tap_at(row, column);
    if (i < 0) return 0;
    if (o.conv) return color_of_tap(ui, i, o.per_slice);
    if (i == o.walk.winner && !o.dense) return theme.activation;
    return o.walk.form == UnitForm::products && !o.dense ? color_of_tap(ui, i, o.terms_shown()) : 0;
  };
  grid.frame = [&](int row, int column) -> Color {
    if (hover_.kind == Hover::Kind::kernel && o.conv) {
      // Every input that the hovered weight touches over the whole slide.
      const int p = row + g.pad_top - hover_.row * g.dilation_y, q = column + g.pad_left - hover_.column * g.dilation_x;
      const bool touched = p >= 0 && q >= 0 && p % g.stride_y == 0 && q % g.stride_x == 0 &&
                           p / g.stride_y < o.out.rows && q / g.stride_x < o.out.columns;
      if (!touched) return 0;
      const Color own = color_of_tap(ui, hover_.row * g.s + hover_.column, o.per_slice);
      return own ? own : theme.kernel;
    }
    if (hover_.kind == Hover::Kind::kernel && o.dense && row == hover_.row && column == hover_.column)
      return theme.text;
    if (hover_.kind == Hover::Kind::chip && tap_at(row, column) == hover_.column) return theme.text;
    if (!o.conv && !o.dense && tap_at(row, column) >= 0) return theme.kernel;
    return 0;
  };
  grid.caption = "input";
  const std::vector<Node>& nodes = o.values.architecture->nodes();
  if (nodes[static_cast<size_t>(o.node)].inputs.size() > 1) {
    grid.rest = fmt::format(" {},", nodes[static_cast<size_t>(o.input)].name);
  }
  if (o.in.channels > 1) grid.rest += fmt::format(" slice {} of {},", channel, o.in.channels);
  grid.rest += o.flat ? fmt::format(" {} values", plane) : fmt::format(" {} \u00d7 {}", o.in.rows, o.in.columns);
  grid.room = o.conv || o.dense ? grid.rect().w + kGap : std::max(grid.rect().w, ui.em(210)) + kGap;
  const GridResponse r = draw_value_grid(ui, "input values", grid);
  if (r.hovered || r.keyboard) hover_next_ = {Hover::Kind::input, r.row, r.column};
  if (o.dense) ui.stroke(grid.rect(), theme.kernel, 3, 2.5f);  // its window is the whole slice
  if (!o.conv || o.walk.terms.empty()) return;
  // The window, on its way to the active cell.
  const float at_x = ui.ease("unit.x", static_cast<float>(o.column * g.stride_x), 0.25f);
  const float at_y = ui.ease("unit.y", static_cast<float>(o.row * g.stride_y), 0.25f);
  ui.stroke({origin.x + at_x * cell, origin.y + at_y * cell, cell * static_cast<float>(g.dilation_x * (g.s - 1) + 1),
             cell * static_cast<float>(g.dilation_y * (g.r - 1) + 1)},
            theme.kernel, 3, 2.5f);
}

void UnitView::draw_kernels(Ui& ui, const Rect& place, float cell, const Opened& o) const {
  const Theme& theme = ui.theme();
  const float line = ui.em(24);
  const int taps = o.per_slice;
  const int stack = o.conv ? 3 : 2;
  const float each = cell * static_cast<float>(o.kernel_rows);
  const float total = kernels_beside_ ? each : each * static_cast<float>(stack) + line * static_cast<float>(stack - 1);
  const float one_wide = cell * static_cast<float>(o.kernel_columns);
  Vec at{kernels_beside_ ? place.x : place.x + (place.w - one_wide) / 2,
         place.y + std::max(0.0f, (place.h - total) / 2)};
  const Vec next = kernels_beside_ ? Vec{one_wide + kGap, 0} : Vec{0, each + line};
  const auto term = [&](int row, int column) -> const UnitTerm& { return *o.term(row, column); };
  float w_limit = 0, x_limit = 0, p_limit = 0;
  for (int r = 0; r < o.kernel_rows; ++r) {
    for (int s = 0; s < o.kernel_columns; ++s) {
      const UnitTerm& t = term(r, s);
      w_limit = std::max(w_limit, std::abs(t.w)), x_limit = std::max(x_limit, std::abs(t.x));
      p_limit = std::max(p_limit, std::abs(static_cast<float>(t.product())));
    }
  }
  ValueGrid grid;
  grid.rows = o.kernel_rows, grid.columns = o.kernel_columns;
  grid.size = cell;
  grid.faint = [&](int row, int column) {
    return state_.walked >= 0 && o.slice * taps + row * o.kernel_columns + column >= state_.walked;
  };
  const auto index_of_input = [&]() -> int {
    if (hover_.kind != Hover::Kind::input) return -1;
    if (o.dense) return hover_.row * o.kernel_columns + hover_.column;
    for (int i = 0; i < taps; ++i) {
      const UnitTerm& t = o.walk.terms[static_cast<size_t>(o.slice) * taps + i];
      if (t.row == hover_.row && t.column == hover_.column) return i;
    }
    return -1;
  };
  const int lit = hover_.kind == Hover::Kind::chip     ? hover_.column
                  : hover_.kind == Hover::Kind::kernel ? hover_.row * o.kernel_columns + hover_.column
                                                       : index_of_input();
  grid.frame = [&](int row, int column) -> Color { return row * o.kernel_columns + column == lit ? theme.text : 0; };
  grid.color = [&](int row, int column) { return color_of_tap(ui, row * o.kernel_columns + column, taps); };
  const auto hovered = [&](const GridResponse& r) {
    if (r.hovered || r.keyboard) hover_next_ = {Hover::Kind::kernel, r.row, r.column};
    if (r.clicked) ui.send(fmt::format("train.unit.weight {} {}", r.column, r.row));
  };
  if (o.conv) {
    grid.origin = at;
    grid.tone = Concept::input;
    grid.caption = "window";
    grid.limit = x_limit > 0 ? x_limit : 1;
    grid.value = [&](int row, int column) { return term(row, column).x; };
    grid.padding = [&](int row, int column) { return term(row, column).padding; };
    grid.command = "train.unit.weight";
    grid.tooltip = "The input values under the kernel";
    hovered(draw_value_grid(ui, "window values", grid));
    at = at + next;
  }
  grid.origin = at;
  grid.tone = Concept::kernel;
  grid.caption = o.conv ? "\u00d7 kernel" : "weights";
  grid.limit = w_limit > 0 ? w_limit : 1;
  grid.padding = {};
  grid.value = [&](int row, int column) { return term(row, column).w; };
  grid.command = "train.edit";
  grid.tooltip = "The weights. Type, drag or wheel to change one, also while it trains. A click opens its card.";
  grid.editable = true;
  const auto selected = grid.frame;
  grid.frame = [&](int row, int column) -> Color {
    if (row == o.weight_row && column == o.weight_column) return theme.kernel;
    return selected(row, column);
  };
  const GridResponse r = draw_value_grid(ui, "kernel values", grid);
  hovered(r);
  for (const GridResponse::Edit& edit : r.edits) {
    ui.send(fmt::format("train.edit {} {} {}", o.weight_name, o.weight_index(edit.row, edit.column),
                        shortest_double(edit.value)));
  }
  grid.frame = selected;
  grid.editable = false;
  at = at + next;
  grid.origin = at;
  grid.tone = Concept::activation;
  grid.caption = "= products";
  grid.limit = p_limit > 0 ? p_limit : 1;
  grid.value = [&](int row, int column) { return static_cast<float>(term(row, column).product()); };
  grid.command = "train.unit.weight";
  grid.tooltip = "Input value times weight, cell by cell";
  hovered(draw_value_grid(ui, "product values", grid));
}

}  // namespace striate
