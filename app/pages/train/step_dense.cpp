// The backward phase through a dense layer: it has no positions to slide over, so a weight's gradient is a sum over the
// samples of the batch, and an input value's gradient a sum over the neurons.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

// So many values as a rectangle that is nearly a square; the last line may have room left.
struct Square {
  int count = 0, rows = 1, columns = 1;
  explicit Square(int n) : count(n) {
    columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(n)))));
    rows = (n + columns - 1) / columns;
  }
  int index(int row, int column) const { return row * columns + column; }
};

struct Listed {
  const char* name;
  Concept tone;
  std::string caption, rest;
  std::string on_click;  // with {row} for the index
  std::string_view tooltip;
};

// One of a stage's grids: a list of values.
LinkedGrid list_of(const Ui& ui, const Listed& what, const char* family, const Square& square, int lit,
                   const std::function<float(int)>& value) {
  ValueGrid grid;
  grid.rows = square.rows, grid.columns = square.columns;
  index_as_list(&grid, square.count);
  grid.tone = what.tone;
  grid.caption = what.caption, grid.rest = what.rest;
  grid.tooltip = what.tooltip;
  float most = 0;
  for (int i = 0; i < square.count; ++i) {
    if (std::isfinite(value(i))) most = std::max(most, std::abs(value(i)));
  }
  grid.limit = most > 0 ? most : 1;
  const auto blank = [square](int row, int column) { return square.index(row, column) >= square.count; };
  grid.value = [=](int row, int column) { return blank(row, column) ? 0.0f : value(square.index(row, column)); };
  grid.blank = blank;
  grid.frame = [=, &theme = ui.theme()](int row, int column) -> Color {
    return square.index(row, column) == lit ? theme.text : 0;
  };
  LinkedGrid linked = linked_values(ui, what.name, {family}, std::move(grid));
  linked.on_click = what.on_click;
  linked.takes = [blank](int row, int column) { return !blank(row, column); };
  linked.stored = [square](int row, int column) { return std::pair(square.index(row, column), 0); };
  if (square.columns <= 12) linked.wish = 138.0f / static_cast<float>(square.columns);
  return linked;
}

// Which of a list is found, as chips say it: by its index.
void find_by_index(Ui& ui, const char* family, const Square& square) {
  FoundCell& cell = ui.found().cell;
  if (!cell.in(family)) return;
  const int index = square.index(cell.row, cell.column);
  cell = index < square.count ? FoundCell{family, 0, 0, index} : FoundCell{};
}

}  // namespace

void StepView::draw_dense_weight_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const {
  const NetworkValues values = batch_values(now);
  const WeightGradient walk = walk_weight_gradient(values, {at.node, 0, at.index});
  const int count = at.g.n;
  std::vector<WeightGradientTerm> terms;
  for (int n = 0; n < count; ++n) terms.push_back(weight_gradient_terms(values, {at.node, 0, at.index}, n)[0]);
  const Square square(count);
  const int lit = hover_.in("product") ? hover_.column : at.sample;
  const auto term = [&](int i) -> const WeightGradientTerm& { return terms[static_cast<size_t>(i)]; };
  LinkedGrids grids(ui, hover_);
  std::vector<Figure::Box> boxes;
  const auto add = [&](const Listed& what, const std::function<float(int)>& value) {
    boxes.push_back(grids.add(list_of(ui, what, "product", square, lit, value)));
  };
  const char* const on_click = "train.step.sample {row}";
  add({"x values", Concept::input, "x", " " + format_tr("input {} of every sample", at.slice), on_click,
       N_("The input value that the weight was multiplied with, in every sample of the batch")},
      [&](int i) { return term(i).x; });
  add({"dy values", Concept::gradient, "\u00d7 dL/dy", " " + format_tr("of neuron {}", at.filter), on_click,
       N_("What the loss changes by with the neuron's output, in every sample")},
      [&](int i) { return term(i).dy; });
  add({"gradient products", Concept::gradient, N_("= products"), "", on_click,
       N_("Input times gradient, sample by sample; their sum is the weight's gradient")},
      [&](int i) { return static_cast<float>(term(i).product()); });
  Rect room = area;
  Rect bottom = room.cut_bottom(std::clamp(room.h * 0.28f, 80.0f, 150.0f));
  grids.figure().allow_small_cells();
  grids.draw(room.inset(0, -8), {grids.figure().row(boxes)});
  find_by_index(ui, "product", square);
  bottom.cut_top(10);
  ui.label(bottom.cut_top(22), format_tr("what each sample gives; together {}", short_value(walk.sum, 6)),
           Font::caption, ui.theme().gradient);
  draw_bars(ui, bottom.inset(0, 4), "what each sample gives", walk.samples, at.sample);
}

void StepView::draw_dense_data_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const {
  const NetworkValues values = batch_values(now);
  const InputGradient walk = input_gradient(now, at, 0, 0);
  const auto count = static_cast<int>(walk.terms.size());
  const auto term = [&](int i) -> const InputGradientTerm& { return walk.terms[static_cast<size_t>(i)]; };
  const Square square(count);
  const int lit = hover_.in("chip") || hover_.in("kernel") ? hover_.column : at.filter;
  LinkedGrids grids(ui, hover_);
  std::vector<Figure::Box> boxes;
  const auto add = [&](const Listed& what, const std::function<float(int)>& value) {
    boxes.push_back(grids.add(list_of(ui, what, "kernel", square, lit, value)));
  };
  const char* const on_click = "train.step.filter {row}";
  add({"dy values", Concept::gradient, "dL/dy", std::string(" ") + tr("of every neuron"), on_click,
       N_("What the loss changes by with each neuron's output")},
      [&](int i) { return term(i).dy; });
  add({"weights of the input", Concept::kernel, N_("\u00d7 weights"), " " + format_tr("of input {}", at.slice),
       on_click, N_("The weight that each neuron multiplies this input with")},
      [&](int i) { return term(i).w; });
  add({"products by neuron", Concept::gradient, N_("= products"), "", on_click,
       N_("Weight times gradient, neuron by neuron; their sum is the input's gradient")},
      [&](int i) { return static_cast<float>(term(i).product()); });
  Figure& figure = grids.figure();
  figure.allow_small_cells();
  Figure::Box whole = figure.row(boxes);
  if (const float* dx = values.gradient(at.input)) {
    dx += int64_t{1} * at.sample * at.g.c;
    const Listed what{"dx values",
                      Concept::gradient,
                      "dL/dx",
                      " " + format_tr("of all {} inputs", at.g.c),
                      "train.step.slice {row}",
                      N_("What the loss changes by with each input value. Click: how it came about.")};
    LinkedGrid inputs = list_of(ui, what, "", Square(at.g.c), at.slice, [dx](int i) { return dx[i]; });
    whole = figure.column({whole, grids.add(std::move(inputs))});
  }
  grids.draw(area.inset(0, -8), {whole});
  find_by_index(ui, "kernel", square);
}

}  // namespace striate
