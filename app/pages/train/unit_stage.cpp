// The stage of the view `unit`: the input slice, the window with the kernel and the products, the output; below them
// all slices and all filters of the layer, to choose from.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/unit_view.h"
#include "app/words/words.h"

namespace striate {
void UnitView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!has_network(now)) {
    ui.empty_state(area, Icon::play, "No network yet",
                   "Press Start, or Space: then any of its units can be opened here, with its real numbers.");
    return;
  }
  Rect room = area.inset(20, 10);
  const Opened* o = shown(now);
  if (o == nullptr) {
    ui.empty_state(room, Icon::picture, "The numbers are on their way", why_);
    return;
  }
  draw_head(ui, room.cut_top(26), now, *o);
  // While presenting, what is large is the type, not these.
  const bool presents = ui.frame().presentation;
  const float strips = presents ? 64.0f : std::clamp(room.h * 0.2f, 80.0f, 140.0f);
  draw_strips(ui, room.cut_bottom(strips), now, *o);
  if (o->rows) {
    draw_channels(ui, room, *o);
  } else {
    draw_grids(ui, room, *o);
  }
}

void UnitView::draw_head(Ui& ui, const Rect& area, const TrainSnapshot& now, const Opened& o) const {
  std::string text = node_text(now, o.node);
  std::string from;
  if (o.batch) {
    from = format_tr("sample {} of the batch", o.walk.place.sample);
  } else {
    from = now.probe->name.empty() ? std::string(tr("the probe")) : probe_name(*now.probe);
  }
  const float wide = ui.measure(Font::strong, text).x;
  ui.label(area, text, Font::strong, ui.theme().text);
  Rect rest = area;
  rest.cut_left(std::min(area.w, wide + 12));
  ui.label(rest, format_tr("with {}, after step {}", from, now.step), Font::caption, ui.theme().secondary);
}

// The values that come in, the kernel's grids where there is a kernel, the values that go out.
void UnitView::draw_grids(Ui& ui, const Rect& area, const Opened& o) const {
  if (sample_values(o.values, o.input, o.walk.place.sample) == nullptr ||
      sample_values(o.values, o.node, o.walk.place.sample) == nullptr) {
    return;
  }
  LinkedGrids grids(ui, hover_);
  Figure& figure = grids.figure();
  figure.allow_small_cells();
  const Figure::Box input = grids.add(input_grid(ui, o)), output = grids.add(output_grid(ui, o));
  std::vector<Figure::Box> kernels;
  if (o.conv) kernels.push_back(grids.add(kernel_grid(ui, o, UnitTaps::window)));
  if (o.conv || o.dense) {
    kernels.push_back(grids.add(kernel_grid(ui, o, UnitTaps::weights)));
    kernels.push_back(grids.add(kernel_grid(ui, o, UnitTaps::products)));
  }
  // Below each other where there is room, else beside each other.
  std::vector<Figure::Box> ways = {figure.row({input, output})};
  if (!kernels.empty()) {
    ways = {figure.row({input, figure.column(kernels), output}), figure.row({input, figure.row(kernels), output})};
  }
  const Figure::Placed placed = grids.draw(area.inset(0, -8), ways);
  const bool to_output = kernels.empty() || scene_.opening->tone == Concept::activation;
  leave_place(ui, "figure", placed.at(to_output ? "output values" : "kernel values").cells);
  if (kernels.empty()) return;
  for (const GridResponse::Edit& edit : grids.response("kernel values").edits) {
    ui.send(fmt::format("train.edit {} {} {}", o.weight_name, o.weight_index(edit.row, edit.column),
                        shortest_double(edit.value)));
  }
}

LinkedGrid UnitView::input_grid(Ui& ui, const Opened& o) const {
  const Theme& theme = ui.theme();
  const Conv2dShape& g = o.geometry;
  ValueGrid grid;
  grid.rows = o.in.rows, grid.columns = o.in.columns;
  if (o.conv) {
    grid.rows += g.pad_top + g.pad_bottom, grid.columns += g.pad_left + g.pad_right;
    grid.first_row = -g.pad_top, grid.first_column = -g.pad_left;
  }
  grid.index_rows = o.in.rows, grid.index_columns = o.in.columns;
  const bool list = o.flat || (o.dense && gives_list(o.values, o.input));
  if (list) index_as_list(&grid, o.in.rows * o.in.columns);
  grid.tone = Concept::input;
  grid.strength = 0.75f;
  grid.command = "train.unit.slice";
  grid.tooltip = N_("The values that come in. Hover: the outputs that read this one.");
  const int channel = o.channel();
  const int64_t plane = int64_t{1} * o.in.rows * o.in.columns;
  const float* x = sample_values(o.values, o.input, o.walk.place.sample) + channel * plane;
  grid.limit = largest_of(x, plane);
  const auto padding = [&o](int row, int column) {
    return row < 0 || column < 0 || row >= o.in.rows || column >= o.in.columns;
  };
  grid.padding = padding;
  grid.value = [=, &o](int row, int column) { return padding(row, column) ? 0.0f : x[row * o.in.columns + column]; };
  const auto tap_at = [padding, &o, taps = o.taps()](int row, int column) {
    if (!padding(row, column)) return taps[static_cast<size_t>(row) * o.in.columns + column];
    for (int i = 0; o.conv && i < o.per_slice; ++i) {
      const UnitTerm& t = o.walk.terms[static_cast<size_t>(o.first_term() + i)];
      if (t.row == row && t.column == column) return i;
    }
    return -1;
  };
  grid.color = [=, &o, &ui, &theme](int row, int column) -> Color {
    const int i = tap_at(row, column);
    if (i < 0) return 0;
    if (o.conv) return color_of_tap(ui, i, o.per_slice);
    if (i == o.walk.winner && !o.dense) return theme.activation;
    return o.walk.form == UnitForm::products && !o.dense ? color_of_tap(ui, i, o.terms_shown()) : 0;
  };
  grid.frame = [=, this, &o, &g, &ui, &theme](int row, int column) -> Color {
    if (hover_.in("kernel") && o.conv) {
      // Every input that the hovered weight touches over the whole slide.
      const int p = row + g.pad_top - hover_.row * g.dilation_y, q = column + g.pad_left - hover_.column * g.dilation_x;
      const bool touched = p >= 0 && q >= 0 && p % g.stride_y == 0 && q % g.stride_x == 0 &&
                           p / g.stride_y < o.out.rows && q / g.stride_x < o.out.columns;
      if (!touched) return 0;
      const Color own = color_of_tap(ui, hover_.row * g.s + hover_.column, o.per_slice);
      return own ? own : theme.kernel;
    }
    if (hover_.in("kernel") && o.dense && row == hover_.row && column == hover_.column) return theme.text;
    if (hover_.in("chip") && tap_at(row, column) == hover_.column) return theme.text;
    return !o.conv && !o.dense && tap_at(row, column) >= 0 ? theme.kernel : 0;
  };
  LinkedGrid linked = linked_values(ui, "input values", {"input"}, std::move(grid));
  std::string which;
  const std::vector<Node>& nodes = o.values.architecture->nodes();
  if (nodes[static_cast<size_t>(o.node)].inputs.size() > 1) {
    which = fmt::format(" {},", nodes[static_cast<size_t>(o.input)].name);
  }
  if (o.in.channels > 1) which += " " + format_tr("slice {} of {},", channel, o.in.channels);
  const std::string size = list ? " " + format_tr("{} values", plane) : " " + size_of_grid(o.in.rows, o.in.columns);
  linked.caption = {tr("input"), {which + size, size}};
  if (o.dense) linked.window = {0, 0, o.in.rows, o.in.columns};  // its window is the whole slice
  if (o.conv && !o.walk.terms.empty()) {
    linked.window = {o.row * g.stride_y, o.column * g.stride_x, g.dilation_y * (g.r - 1) + 1,
                     g.dilation_x * (g.s - 1) + 1};
  }
  return linked;
}

// What lies over the window: its values, the weights, their products.
LinkedGrid UnitView::kernel_grid(Ui& ui, const Opened& o, UnitTaps what) const {
  const Theme& theme = ui.theme();
  const auto value = [&o, what](int row, int column) {
    const UnitTerm& t = *o.term(row, column);
    return what == UnitTaps::window ? t.x : what == UnitTaps::weights ? t.w : static_cast<float>(t.product());
  };
  ValueGrid grid;
  grid.rows = o.kernel_rows, grid.columns = o.kernel_columns;
  if (o.dense && gives_list(o.values, o.input)) index_as_list(&grid, o.kernel_rows * o.kernel_columns);
  if (what == UnitTaps::window && o.conv) {  // where they stand in the input
    const Conv2dShape& g = o.geometry;
    grid.row_index = {o.row * g.stride_y - g.pad_top, g.dilation_y};
    grid.column_index = {o.column * g.stride_x - g.pad_left, g.dilation_x};
    grid.index_rows = o.in.rows, grid.index_columns = o.in.columns;
  }
  grid.value = value;
  float most = 0;
  for (int r = 0; r < o.kernel_rows; ++r) {
    for (int s = 0; s < o.kernel_columns; ++s) most = std::max(most, std::abs(value(r, s)));
  }
  grid.limit = most > 0 ? most : 1;
  grid.faint = [this, &o](int row, int column) {
    return state_.walked >= 0 && o.slice * o.per_slice + row * o.kernel_columns + column >= state_.walked;
  };
  int lit = hover_.in("chip")     ? hover_.column
            : hover_.in("kernel") ? hover_.row * o.kernel_columns + hover_.column
                                  : -1;
  for (int i = 0; hover_.in("input") && i < o.per_slice; ++i) {
    const UnitTerm& t = o.walk.terms[static_cast<size_t>(o.slice) * o.per_slice + i];
    if (o.dense ? i == hover_.row * o.kernel_columns + hover_.column
                : t.row == hover_.row && t.column == hover_.column) {
      lit = i;
    }
  }
  const bool weights = what == UnitTaps::weights;
  grid.frame = [=, &o, &theme](int row, int column) -> Color {
    if (weights && row == o.weight_row && column == o.weight_column) return theme.kernel;
    return row * o.kernel_columns + column == lit ? theme.text : 0;
  };
  grid.color = [&o, &ui](int row, int column) {
    return color_of_tap(ui, row * o.kernel_columns + column, o.per_slice);
  };
  grid.command = weights ? "train.edit" : "train.unit.weight";
  grid.editable = weights;
  if (what == UnitTaps::window) {
    grid.padding = [&o](int row, int column) { return o.term(row, column)->padding; };
    grid.tone = Concept::input;
    grid.caption = N_("window");
    grid.tooltip = N_("The input values under the kernel");
  } else if (weights) {
    grid.tone = Concept::kernel;
    grid.caption = o.conv ? N_("\u00d7 kernel") : N_("weights");
    grid.tooltip = N_("The weights. Type, drag or wheel to change one, also while it trains. A click opens its card.");
  } else {
    grid.tone = Concept::activation;
    grid.caption = N_("= products");
    grid.tooltip = N_("Input value times weight, cell by cell");
  }
  static const char* const names[] = {"window values", "kernel values", "product values"};
  LinkedGrid linked = linked_values(ui, names[static_cast<int>(what)], {"kernel"}, std::move(grid));
  linked.on_click = "train.unit.weight {column} {row}";
  const auto longer = static_cast<float>(std::max(o.kernel_rows, o.kernel_columns));
  linked.least = 48.0f / longer;
  linked.wish = 138.0f / longer;
  return linked;
}

}  // namespace striate
