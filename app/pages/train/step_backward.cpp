// The backward phase of the view `step`, through one layer tap by tap: a weight's gradient as input times gradient, an
// input value's gradient as the flipped kernel over the output's gradients. What is hovered in one grid lights in the
// others.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr float kGap = 22;

}  // namespace

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
  Rect room = area;
  // The samples' shares at the bottom; the slice's gradients beside them.
  Rect bottom = room.cut_bottom(std::clamp(room.h * 0.32f, 92.0f, 170.0f));
  const int p_count = g.p(), q_count = g.q();
  const int rows = g.h + g.pad_top + g.pad_bottom, columns = g.w + g.pad_left + g.pad_right;
  const float line = 26.0f;
  float cell = std::min({(room.w - 2 * kGap) / static_cast<float>(columns + 2 * q_count),
                         (room.h - line - 6) / static_cast<float>(std::max(rows, p_count)), 44.0f});
  if (cell > 4) cell = std::floor(cell);
  const float used = cell * static_cast<float>(columns + 2 * q_count) + 2 * kGap;
  float left = room.x + std::max(0.0f, (room.w - used) / 2);
  const auto middle = [&](int count) {
    return room.y + line + std::max(0.0f, (room.h - line - 6 - cell * static_cast<float>(count)) / 2);
  };
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
  ValueGrid grid;
  grid.size = cell;
  // x: the cells that this weight was multiplied with are bright.
  std::vector<char> read(static_cast<size_t>(rows) * columns, 0);
  for (const WeightGradientTerm& t : terms)
    read[static_cast<size_t>(t.row + g.pad_top) * columns + t.column + g.pad_left] = 1;
  grid.rows = rows, grid.columns = columns, grid.first_row = -g.pad_top, grid.first_column = -g.pad_left;
  grid.origin = {left, middle(rows)};
  grid.tone = Concept::input;
  grid.caption = "x";
  grid.rest = " " + format_tr("what the weight saw, slice {}", at.channel);
  grid.room = grid.rect().w + kGap - 4;
  grid.limit = largest_of(x, int64_t{1} * g.h * g.w);
  grid.padding = [&](int row, int column) { return row < 0 || column < 0 || row >= g.h || column >= g.w; };
  grid.value = [&](int row, int column) { return grid.padding(row, column) ? 0.0f : x[row * g.w + column]; };
  grid.faint = [&](int row, int column) {
    return read[static_cast<size_t>(row + g.pad_top) * columns + column + g.pad_left] == 0;
  };
  grid.frame = [&](int row, int column) -> Color {
    return row == active.row && column == active.column ? theme.text : 0;
  };
  grid.command = "train.step.cell";
  grid.tooltip = N_("The input values that this weight was multiplied with, one for every position of the kernel");
  const GridResponse rx = draw_value_grid(ui, "x values", grid);
  if (rx.hovered) ui.found().cell = {"x", 0, rx.row, rx.column};
  left += cell * static_cast<float>(columns) + kGap;
  const auto at_output = [&](int row, int column) -> Color { return row == p && column == q ? theme.text : 0; };
  const auto hovered = [&](const GridResponse& r, const char* kind) {
    if (r.hovered) ui.found().cell = {kind, 0, r.row, r.column};
    if (r.clicked || r.moved) ui.send(fmt::format("train.step.cell {} {}", r.column, r.row));
  };
  grid.rows = p_count, grid.columns = q_count, grid.first_row = grid.first_column = 0;
  grid.faint = {}, grid.padding = {};
  grid.origin = {left, middle(p_count)};
  grid.tone = Concept::gradient;
  grid.caption = "\u00d7 dL/dy";
  grid.rest = " " + format_tr("of filter {}", at.filter);
  grid.room = grid.rect().w + kGap - 4;
  grid.limit = largest_of(dy, int64_t{1} * p_count * q_count);
  grid.value = [&](int row, int column) { return dy[row * q_count + column]; };
  grid.frame = at_output;
  grid.tooltip = N_("What the loss changes by with each output of the filter");
  hovered(draw_value_grid(ui, "dy values", grid), "dy");
  left += cell * static_cast<float>(q_count) + kGap;
  float most = 0;
  for (const WeightGradientTerm& t : terms) most = std::max(most, std::abs(static_cast<float>(t.product())));
  grid.origin = {left, middle(p_count)};
  grid.caption = N_("= products");
  grid.rest = "";
  grid.limit = most > 0 ? most : 1;
  grid.value = [&](int row, int column) {
    return static_cast<float>(terms[static_cast<size_t>(row) * q_count + column].product());
  };
  grid.tooltip = N_("Input value times gradient, position by position; their sum is what this sample gives");
  hovered(draw_value_grid(ui, "gradient products", grid), "product");

  bottom.cut_top(10);
  if (at.conv) {
    const TensorValues* stored = now.tensor(TensorKind::weight_gradient, at.weight_name);
    const float size = std::floor(std::min((bottom.h - 28.0f) / static_cast<float>(g.r), 44.0f));
    Rect place = bottom.cut_left(std::max(size * static_cast<float>(g.s), 110.0f));
    bottom.cut_left(20);
    if (stored != nullptr) {
      const int64_t first = at.index - int64_t{1} * at.weight_row * g.s - at.weight_column;
      ValueGrid own;
      own.rows = g.r, own.columns = g.s, own.size = size;
      own.origin = {place.x + (place.w - size * static_cast<float>(g.s)) / 2, place.y + 26.0f};
      own.limit = largest_of(stored->values.data() + first, int64_t{1} * g.r * g.s);
      own.value = [&](int row, int column) {
        return stored->values[static_cast<size_t>(first + int64_t{1} * row * g.s + column)];
      };
      own.frame = [&](int row, int column) -> Color {
        return row == at.weight_row && column == at.weight_column ? theme.kernel : 0;
      };
      own.tone = Concept::gradient;
      own.caption = "dL/dw";
      own.command = "train.step.weight";
      own.tooltip = N_("Click: the sum of this weight");
      const GridResponse r = draw_value_grid(ui, "gradient of the kernel", own);
      if (r.clicked || r.moved) ui.send(fmt::format("train.step.weight {} {}", r.column, r.row));
    }
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

  const Rect room = area;
  const float line = 26.0f, high = room.h - line;
  float k_cell = (high - line) / static_cast<float>(2 * g.r);
  k_cell = std::floor(std::clamp(std::min(k_cell, room.w * 0.3f / static_cast<float>(g.s)), 8.0f, 48.0f));
  const float k_room = std::max(k_cell * static_cast<float>(g.s), 96.0f);
  float cell = std::min({(room.w - k_room - 2 * kGap) / static_cast<float>(q_count + g.w),
                         high / static_cast<float>(std::max(p_count, g.h)), 44.0f});
  if (cell > 4) cell = std::floor(cell);
  const float used = cell * static_cast<float>(q_count + g.w) + k_room + 2 * kGap;
  float left = room.x + std::max(0.0f, (room.w - used) / 2);
  const auto middle = [&](float tall) { return room.y + line + std::max(0.0f, (high - tall) / 2); };
  ValueGrid grid;
  grid.rows = p_count, grid.columns = q_count, grid.size = cell;
  grid.origin = {left, middle(cell * static_cast<float>(p_count))};
  grid.tone = Concept::gradient;
  grid.caption = "dL/dy";
  grid.rest = " " + format_tr("of filter {}", at.filter);
  grid.room = grid.rect().w + kGap - 4;
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
  const GridResponse ry = draw_value_grid(ui, "dy values", grid);
  if (ry.hovered) ui.found().cell = {"dy", 0, ry.row, ry.column};
  left += cell * static_cast<float>(q_count) + kGap;

  // The kernel, flipped, so that it lies over dy as it is multiplied; under it the products.
  const float tall = 2 * k_cell * static_cast<float>(g.r) + line;
  const float kx = left + (k_room - k_cell * static_cast<float>(g.s)) / 2, ky = middle(tall);
  const float* w = weights->values.data() + (at.index - int64_t{1} * at.weight_row * g.s - at.weight_column);
  ValueGrid kernel;
  kernel.rows = g.r, kernel.columns = g.s, kernel.size = k_cell;
  kernel.origin = {kx, ky};
  kernel.tone = Concept::kernel;
  kernel.caption = N_("\u00d7 kernel, flipped");
  kernel.limit = largest_of(w, taps);
  kernel.value = [&](int r, int s) { return w[(g.r - 1 - r) * g.s + g.s - 1 - s]; };
  kernel.color = [&](int r, int s) { return color_of_tap(ui, (g.r - 1 - r) * g.s + g.s - 1 - s, taps); };
  kernel.faint = [&](int r, int s) { return term_of_tap(g.r - 1 - r, g.s - 1 - s) == nullptr; };
  kernel.frame = [&](int r, int s) -> Color {
    return lit != nullptr && lit == term_of_tap(g.r - 1 - r, g.s - 1 - s) ? theme.text : 0;
  };
  kernel.command = "train.step.weight";
  kernel.tooltip = N_("The weights that the input value was multiplied with, turned by half a turn");
  const auto over_kernel = [&](const GridResponse& r) {
    if (r.hovered) ui.found().cell = {"kernel", 0, r.row, r.column};
    if (r.clicked || r.moved) {
      ui.send(fmt::format("train.step.weight {} {}", g.s - 1 - r.column, g.r - 1 - r.row));
    }
  };
  over_kernel(draw_value_grid(ui, "flipped kernel", kernel));
  kernel.origin.y += k_cell * static_cast<float>(g.r) + line;
  kernel.caption = N_("= products");
  kernel.tone = Concept::gradient;
  const auto product = [&](int r, int s) {
    const InputGradientTerm* t = term_of_tap(g.r - 1 - r, g.s - 1 - s);
    return t ? static_cast<float>(t->product()) : 0.0f;
  };
  float most = 0;
  for (size_t i = 0; i < each; ++i) most = std::max(most, std::abs(static_cast<float>(own[i].product())));
  kernel.limit = most > 0 ? most : 1;
  kernel.value = product;
  kernel.tooltip = N_("Weight times gradient; added over the kernel, then over all filters");
  over_kernel(draw_value_grid(ui, "products by tap", kernel));
  left += k_room + kGap;

  grid.rows = g.h, grid.columns = g.w;
  grid.origin = {left, middle(cell * static_cast<float>(g.h))};
  grid.caption = "dL/dx";
  grid.rest = " " + format_tr("slice {}, all filters added", at.channel);
  grid.room = grid.rect().w + kGap - 4;
  grid.limit = largest_of(dx, int64_t{1} * g.h * g.w);
  grid.value = [&](int r, int c) { return dx[r * g.w + c]; };
  grid.color = {};
  grid.frame = [&](int r, int c) -> Color { return r == row && c == column ? theme.text : 0; };
  grid.tooltip = N_("What the loss changes by with each input value. Hover: where it comes from. Click to stay there.");
  const GridResponse rx = draw_value_grid(ui, "dx values", grid);
  if (rx.hovered) ui.found().cell = {"x", 0, rx.row, rx.column};
  if (rx.clicked || rx.moved) ui.send(fmt::format("train.step.cell {} {}", rx.column, rx.row));
}

}  // namespace striate
