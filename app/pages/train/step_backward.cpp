// The backward phase of the view `step`, through one layer tap by tap: a weight's gradient as input times gradient, an
// input value's gradient as the flipped kernel over the output's gradients. What is hovered in one grid lights in the
// others.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

void StepView::draw_backward(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  Rect room = area;
  static const Choice ways[] = {
      {N_("layer by layer"), "layers"}, {N_("dL/dw: a weight"), "weights"}, {N_("dL/dx: an input"), "input"}};
  ui.next(room.cut_top(34));
  ui.segmented("way back", ways, state_.way, "train.step.way");
  room.cut_top(10);
  if (state_.way == "layers") return draw_layers(ui, room, now, true);
  const Place at = place(now);
  if (at.node < 1) throw Error("this network has no weights", "add a conv or dense layer");
  const Rect head = room.cut_top(24);
  ui.label(
      head,
      at.conv
          ? format_tr("{}, filter {}, slice {}, sample {}", node_text(now, at.node), at.filter, at.slice, at.sample)
          : format_tr("{}, neuron {}, input {}, sample {}", node_text(now, at.node), at.filter, at.slice, at.sample),
      Font::caption, ui.theme().secondary);
  if (state_.way == "weights") {
    at.conv ? draw_weight_gradient(ui, room, now, at) : draw_dense_weight_gradient(ui, room, now, at);
  } else {
    at.conv ? draw_data_gradient(ui, room, now, at) : draw_dense_data_gradient(ui, room, now, at);
  }
}

// dx of the whole channel, where the trainer has none of this layer alone.
void StepView::compute_gradient(const TrainSnapshot& now) {
  if (!has_network(now) || done_phase(now) < 0 || state_.way != "input" || shown_phase(now) != 3 || fast(now)) return;
  const Place at = place(now);
  if (at.node < 1 || !at.conv) return;
  const NetworkValues values = batch_values(now);
  const bool shared = readers_of(*now.architecture, at.input).size() > 1;
  if (values.gradient(at.node) == nullptr || now.tensor(TensorKind::weight, at.weight_name) == nullptr) return;
  if (values.gradient(at.input) != nullptr && !shared) return;
  Computed& c = computed_;
  if (c.version == now.version && c.run == now.run && c.node == at.node && c.channel == at.channel &&
      c.sample == at.sample) {
    return;
  }
  c = {now.version, now.run, at.node, at.channel, at.sample, {}};
  for (int row = 0; row < at.g.h; ++row) {
    for (int column = 0; column < at.g.w; ++column) c.dx.push_back(input_gradient(now, at, row, column).value);
  }
}

void StepView::draw_weight_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const {
  const Theme& theme = ui.theme();
  const Conv2dShape& g = at.g;
  const NetworkValues values = batch_values(now);
  const WeightGradient walk = walk_weight_gradient(values, {at.node, 0, at.index});
  const std::vector<WeightGradientTerm> terms = weight_gradient_terms(values, {at.node, 0, at.index}, at.sample);
  const float* x = values.activation(at.input) + (int64_t{1} * at.sample * g.c + at.channel) * g.h * g.w;
  const float* dy = values.gradient(at.node) + (int64_t{1} * at.sample * g.k + at.filter) * g.p() * g.q();
  const int p_count = g.p(), q_count = g.q();
  // The product that is looked at: hovered in any of the three grids, or the cursor's.
  int p = state_.row < 0 ? p_count / 2 : std::min(state_.row, p_count - 1);
  int q = state_.column < 0 ? q_count / 2 : std::min(state_.column, q_count - 1);
  if (hover_.in("product") || hover_.in("dy")) {
    p = std::min(hover_.row, p_count - 1), q = std::min(hover_.column, q_count - 1);
  } else if (hover_.in("x")) {
    for (const WeightGradientTerm& t : terms) {
      if (t.row == hover_.row && t.column == hover_.column) p = t.p, q = t.q;
    }
  }
  const WeightGradientTerm& active = terms[static_cast<size_t>(p) * q_count + q];
  LinkedGrids grids(ui, hover_);
  grids.figure().allow_small_cells();
  std::vector<Figure::Box> boxes;
  const auto add = [&](const char* name, const char* family, ValueGrid grid, const char* on_click) {
    LinkedGrid linked = linked_values(ui, name, {family}, std::move(grid));
    linked.on_click = on_click;
    boxes.push_back(grids.add(std::move(linked)));
  };
  // x: the cells that this weight was multiplied with are bright.
  const auto padding = [&g](int row, int column) { return row < 0 || column < 0 || row >= g.h || column >= g.w; };
  ValueGrid grid;
  grid.rows = g.h + g.pad_top + g.pad_bottom, grid.columns = g.w + g.pad_left + g.pad_right;
  grid.first_row = -g.pad_top, grid.first_column = -g.pad_left;
  grid.index_rows = g.h, grid.index_columns = g.w;
  std::vector<char> read(static_cast<size_t>(grid.rows) * grid.columns, 0);
  const auto place = [&g, wide = grid.columns](int row, int column) {
    return static_cast<size_t>(row + g.pad_top) * wide + column + g.pad_left;
  };
  for (const WeightGradientTerm& t : terms) read[place(t.row, t.column)] = 1;
  grid.tone = Concept::input;
  grid.caption = "x";
  grid.rest = " " + format_tr("what the weight saw, slice {}", at.channel);
  grid.limit = largest_of(x, int64_t{1} * g.h * g.w);
  grid.padding = padding;
  grid.value = [&](int row, int column) { return padding(row, column) ? 0.0f : x[row * g.w + column]; };
  grid.faint = [&](int row, int column) { return read[place(row, column)] == 0; };
  grid.frame = [&](int row, int column) -> Color {
    return row == active.row && column == active.column ? theme.text : 0;
  };
  grid.command = "train.step.cell";
  grid.tooltip = N_("The input values that this weight was multiplied with, one for every position of the kernel");
  add("x values", "x", grid, "");
  ValueGrid out;
  out.rows = p_count, out.columns = q_count;
  out.tone = Concept::gradient;
  out.caption = "\u00d7 dL/dy";
  out.rest = " " + format_tr("of filter {}", at.filter);
  out.limit = largest_of(dy, int64_t{1} * p_count * q_count);
  out.value = [&](int row, int column) { return dy[row * q_count + column]; };
  out.frame = [&](int row, int column) -> Color { return row == p && column == q ? theme.text : 0; };
  out.tooltip = N_("What the loss changes by with each output of the filter");
  add("dy values", "dy", out, "train.step.cell {column} {row}");
  float most = 0;
  for (const WeightGradientTerm& t : terms) most = std::max(most, std::abs(static_cast<float>(t.product())));
  out.caption = N_("= products");
  out.rest = "";
  out.limit = most > 0 ? most : 1;
  out.value = [&](int row, int column) {
    return static_cast<float>(terms[static_cast<size_t>(row) * q_count + column].product());
  };
  out.tooltip = N_("Input value times gradient, position by position; their sum is what this sample gives");
  add("gradient products", "product", out, "train.step.cell {column} {row}");
  // The samples' shares at the bottom; the slice's gradients beside them.
  Rect room = area;
  Rect bottom = room.cut_bottom(std::clamp(room.h * 0.32f, 80.0f, 170.0f));
  grids.draw(room.inset(0, -8), {grids.figure().row(boxes)});
  bottom.cut_top(10);
  if (const TensorValues* stored = now.tensor(TensorKind::weight_gradient, at.weight_name)) {
    const float* own = stored->values.data() + at.index - int64_t{1} * at.weight_row * g.s - at.weight_column;
    ValueGrid kernel;
    kernel.rows = g.r, kernel.columns = g.s;
    kernel.limit = largest_of(own, int64_t{1} * g.r * g.s);
    kernel.value = [own, &g](int row, int column) { return own[row * g.s + column]; };
    kernel.frame = [&](int row, int column) -> Color {
      return row == at.weight_row && column == at.weight_column ? theme.kernel : 0;
    };
    kernel.tone = Concept::gradient;
    kernel.caption = "dL/dw";
    kernel.tooltip = N_("Click: the sum of this weight");
    LinkedGrid linked = linked_values(ui, "gradient of the kernel", {}, std::move(kernel));
    linked.on_click = "train.step.weight {column} {row}";
    const auto cell_below = [&](float words) { return std::min((bottom.h - words) / static_cast<float>(g.r), 44.0f); };
    const Vec edge = cell_below(26 + ui.index_height()) >= Ui::kIndexed ? map_edge(g.r, g.s) : Vec{};
    const float cell = std::floor(cell_below(26 + edge.y)), wide = cell * static_cast<float>(g.s);
    const Rect beside = bottom.cut_left(std::max(edge.x + wide, 110.0f));
    grids.draw_at(std::move(linked), {beside.center().x + (edge.x - wide) / 2, beside.y + 26 + edge.y}, cell);
    bottom.cut_left(20);
  }
  ui.label(bottom.cut_top(22), format_tr("what each sample gives; together {}", short_value(walk.sum, 6)),
           Font::caption, theme.gradient);
  draw_bars(ui, bottom.inset(0, 4), "what each sample gives", walk.samples, at.sample);
}

void StepView::draw_data_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const {
  const Theme& theme = ui.theme();
  const Conv2dShape& g = at.g;
  const NetworkValues values = batch_values(now);
  const float* dy = values.gradient(at.node);
  const TensorValues* weights = now.tensor(TensorKind::weight, at.weight_name);
  if (dy == nullptr || weights == nullptr)
    throw Error("the gradients are not available", "they come with the next moment");
  const int p_count = g.p(), q_count = g.q();
  const float* plane = dy + (int64_t{1} * at.sample * g.k + at.filter) * p_count * q_count;
  // dx of the whole channel: the trainer's where it has one, else computed here, once.
  const float* dx = values.gradient(at.input);
  const bool shared = readers_of(*now.architecture, at.input).size() > 1;
  if (dx != nullptr && !shared) {
    dx += (int64_t{1} * at.sample * g.c + at.channel) * g.h * g.w;
  } else {
    const Computed& c = computed_;
    if (c.version != now.version || c.run != now.run || c.node != at.node || c.channel != at.channel ||
        c.sample != at.sample) {
      throw Error("the gradients are not available", "they come with the next moment");
    }
    dx = c.dx.data();
  }
  int row = state_.row < 0 ? g.h / 2 : state_.row, column = state_.column < 0 ? g.w / 2 : state_.column;
  if (hover_.in("x")) row = hover_.row, column = hover_.column;
  row = std::min(row, g.h - 1), column = std::min(column, g.w - 1);
  const InputGradient walk = input_gradient(now, at, row, column);
  const size_t each = walk.filters > 0 ? walk.terms.size() / static_cast<size_t>(walk.filters) : 0;
  const int in_group = at.filter % (g.k / g.groups);
  const InputGradientTerm* own = walk.terms.data() + each * static_cast<size_t>(in_group);
  const auto term_of_tap = [&](int r, int s) -> const InputGradientTerm* {
    for (size_t i = 0; i < each; ++i) {
      if (own[i].kernel_row == r && own[i].kernel_column == s) return own + i;
    }
    return nullptr;
  };
  const auto term_of_output = [&](int p, int q) -> const InputGradientTerm* {
    for (size_t i = 0; i < each; ++i) {
      if (!own[i].outside && own[i].p == p && own[i].q == q) return own + i;
    }
    return nullptr;
  };
  const int taps = g.r * g.s;
  const InputGradientTerm* lit = nullptr;
  if (hover_.in("dy")) lit = term_of_output(hover_.row, hover_.column);
  if (hover_.in("kernel")) lit = term_of_tap(g.r - 1 - hover_.row, g.s - 1 - hover_.column);
  if (hover_.in("chip") && hover_.column < static_cast<int>(each)) lit = own + hover_.column;

  LinkedGrids grids(ui, hover_);
  grids.figure().allow_small_cells();
  const auto add = [&](const char* name, const char* family, ValueGrid values_of, const char* on_click) {
    LinkedGrid linked = linked_values(ui, name, {family}, std::move(values_of));
    linked.on_click = on_click;
    return linked;
  };
  ValueGrid grid;
  grid.rows = p_count, grid.columns = q_count;
  grid.tone = Concept::gradient;
  grid.caption = "dL/dy";
  grid.rest = " " + format_tr("of filter {}", at.filter);
  grid.limit = largest_of(plane, int64_t{1} * p_count * q_count);
  grid.value = [&](int p, int q) { return plane[p * q_count + q]; };
  grid.color = [&](int p, int q) -> Color {
    const InputGradientTerm* t = term_of_output(p, q);
    return t ? color_of_tap(ui, t->kernel_row * g.s + t->kernel_column, taps) : 0;
  };
  grid.frame = [&](int p, int q) -> Color {
    return lit != nullptr && !lit->outside && lit->p == p && lit->q == q ? theme.text : 0;
  };
  grid.command = "train.step.cell";
  grid.tooltip = N_("The outputs that the input value went into, each with what the loss changes by with it");
  const Figure::Box dy_box = grids.add(add("dy values", "dy", grid, ""));

  // The kernel, flipped, so that it lies over dy as it is multiplied; under it the products.
  const float* w = weights->values.data() + (at.index - int64_t{1} * at.weight_row * g.s - at.weight_column);
  const auto turned = [&g](int r, int s) { return std::pair(g.r - 1 - r, g.s - 1 - s); };
  const auto term_at = [&](int r, int s) { return term_of_tap(g.r - 1 - r, g.s - 1 - s); };
  ValueGrid kernel;
  kernel.rows = g.r, kernel.columns = g.s;
  kernel.row_index = {g.r - 1, -1}, kernel.column_index = {g.s - 1, -1};
  kernel.index_rows = g.r, kernel.index_columns = g.s;
  kernel.tone = Concept::kernel;
  kernel.caption = N_("\u00d7 kernel, flipped");
  kernel.limit = largest_of(w, taps);
  kernel.value = [&](int r, int s) { return w[(g.r - 1 - r) * g.s + g.s - 1 - s]; };
  kernel.color = [&](int r, int s) { return color_of_tap(ui, (g.r - 1 - r) * g.s + g.s - 1 - s, taps); };
  kernel.faint = [&](int r, int s) { return term_at(r, s) == nullptr; };
  kernel.frame = [&](int r, int s) -> Color { return lit != nullptr && lit == term_at(r, s) ? theme.text : 0; };
  kernel.tooltip = N_("The weights that the input value was multiplied with, turned by half a turn");
  std::vector<Figure::Box> kernels;
  const auto add_kernel = [&](const char* name) {
    LinkedGrid linked = add(name, "kernel", kernel, "train.step.weight {column} {row}");
    linked.stored = turned;
    linked.wish = 138.0f / static_cast<float>(std::max(g.r, g.s)), linked.least = linked.wish / 3;
    kernels.push_back(grids.add(std::move(linked)));
  };
  add_kernel("flipped kernel");
  float most = 0;
  for (size_t i = 0; i < each; ++i) most = std::max(most, std::abs(static_cast<float>(own[i].product())));
  kernel.caption = N_("= products");
  kernel.tone = Concept::gradient;
  kernel.limit = most > 0 ? most : 1;
  kernel.value = [&](int r, int s) {
    const InputGradientTerm* t = term_at(r, s);
    return t ? static_cast<float>(t->product()) : 0.0f;
  };
  kernel.tooltip = N_("Weight times gradient; added over the kernel, then over all filters");
  add_kernel("products by tap");

  grid.rows = g.h, grid.columns = g.w;
  grid.caption = "dL/dx";
  grid.rest = " " + format_tr("slice {}, all filters added", at.channel);
  grid.limit = largest_of(dx, int64_t{1} * g.h * g.w);
  grid.value = [&](int r, int c) { return dx[r * g.w + c]; };
  grid.color = {};
  grid.frame = [&](int r, int c) -> Color { return r == row && c == column ? theme.text : 0; };
  grid.tooltip = N_("What the loss changes by with each input value. Hover: where it comes from. Click to stay there.");
  const Figure::Box dx_box = grids.add(add("dx values", "x", grid, "train.step.cell {column} {row}"));
  Figure& figure = grids.figure();
  grids.draw(area,
             {figure.row({dy_box, figure.column(kernels), dx_box}), figure.row({dy_box, figure.row(kernels), dx_box})});
}

}  // namespace striate
