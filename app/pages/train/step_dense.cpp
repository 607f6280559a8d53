// The backward phase through a dense layer: it has no positions to slide over, so a weight's gradient is a sum over the
// samples of the batch, and an input value's gradient a sum over the neurons.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr float kGap = 22;

// So many values as a rectangle that is nearly a square; the last line may have room left.
struct Square {
  int count = 0, rows = 1, columns = 1;
  explicit Square(int n) : count(n) {
    columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(n)))));
    rows = (n + columns - 1) / columns;
  }
};

// A row of such rectangles.
class SquareRow {
 public:
  SquareRow(Ui& ui, const Rect& area, std::vector<Square> list) : ui_(ui), area_(area), list_(std::move(list)) {
    int columns = 0, rows = 1;
    for (const Square& s : list_) columns += s.columns, rows = std::max(rows, s.rows);
    const float gaps = kGap * static_cast<float>(list_.size() - 1);
    cell_ =
        std::min({(area.w - gaps) / static_cast<float>(columns), (area.h - 30.0f) / static_cast<float>(rows), 48.0f});
    if (cell_ > 4) cell_ = std::floor(cell_);
    x_ = area.x + std::max(0.0f, (area.w - gaps - cell_ * static_cast<float>(columns)) / 2);
  }
  // The next one. Returns the index under the mouse, -1: none; *clicked: the one that was clicked.
  int draw(std::string_view label, ValueGrid grid, const std::function<float(int)>& value, int lit, int* clicked) {
    const Square& s = list_[next_++];
    grid.rows = s.rows, grid.columns = s.columns, grid.size = cell_;
    const float tall = cell_ * static_cast<float>(s.rows);
    grid.origin = {x_, area_.y + 28.0f + std::max(0.0f, (area_.h - 30.0f - tall) / 2)};
    x_ += cell_ * static_cast<float>(s.columns) + kGap;
    grid.room = grid.rect().w + kGap - 4;
    const auto index = [&](int row, int column) { return row * s.columns + column; };
    float most = 0;
    for (int i = 0; i < s.count; ++i) {
      const float size = std::abs(value(i));
      if (std::isfinite(size)) most = std::max(most, size);
    }
    grid.limit = most > 0 ? most : 1;
    grid.value = [&](int row, int column) { return index(row, column) < s.count ? value(index(row, column)) : 0.0f; };
    grid.blank = [&](int row, int column) { return index(row, column) >= s.count; };
    grid.frame = [&](int row, int column) -> Color { return index(row, column) == lit ? ui_.theme().text : 0; };
    const GridResponse r = draw_value_grid(ui_, label, grid);
    const int at = index(r.row, r.column);
    if ((r.clicked || r.moved) && at < s.count) *clicked = at;
    return r.hovered && at < s.count ? at : -1;
  }

 private:
  Ui& ui_;
  Rect area_;
  std::vector<Square> list_;
  size_t next_ = 0;
  float cell_ = 0, x_ = 0;
};

ValueGrid grid_of(Concept tone, std::string caption, std::string rest, std::string_view command,
                  std::string_view tooltip) {
  ValueGrid grid;
  grid.tone = tone;
  grid.caption = std::move(caption);
  grid.rest = std::move(rest);
  grid.command = command;
  grid.tooltip = tooltip;
  return grid;
}

}  // namespace

void StepView::draw_dense_weight_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const {
  const NetworkValues values = batch_values(now);
  const WeightGradient walk = walk_weight_gradient(values, {at.node, 0, at.index});
  const int count = at.g.n;
  std::vector<WeightGradientTerm> terms;
  for (int n = 0; n < count; ++n) terms.push_back(weight_gradient_terms(values, {at.node, 0, at.index}, n)[0]);
  Rect room = area;
  Rect bottom = room.cut_bottom(std::clamp(room.h * 0.28f, 80.0f, 150.0f));
  const Square square(count);
  SquareRow row(ui, room, {square, square, square});
  const int lit = hover_.in("product") ? hover_.column : at.sample;
  const auto term = [&](int i) -> const WeightGradientTerm& { return terms[static_cast<size_t>(i)]; };
  int clicked = -1;
  const auto hovered = [&](int i) {
    if (i >= 0) ui.found().cell = {"product", 0, 0, i};
  };
  hovered(row.draw(
      "x values",
      grid_of(Concept::input, "x", " " + format_tr("input {} of every sample", at.slice), "train.step.sample",
              N_("The input value that the weight was multiplied with, in every sample of the batch")),
      [&](int i) { return term(i).x; }, lit, &clicked));
  hovered(row.draw(
      "dy values",
      grid_of(Concept::gradient, "\u00d7 dL/dy", " " + format_tr("of neuron {}", at.filter), "train.step.sample",
              N_("What the loss changes by with the neuron's output, in every sample")),
      [&](int i) { return term(i).dy; }, lit, &clicked));
  hovered(row.draw(
      "gradient products",
      grid_of(Concept::gradient, N_("= products"), "", "train.step.sample",
              N_("Input times gradient, sample by sample; their sum is the weight's gradient")),
      [&](int i) { return static_cast<float>(term(i).product()); }, lit, &clicked));
  if (clicked >= 0) ui.send(fmt::format("train.step.sample {}", clicked));
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
  Rect room = area;
  const Rect below = room.cut_bottom(room.h * 0.48f);
  SquareRow row(ui, room, {square, square, square});
  const int lit = hover_.in("chip") || hover_.in("kernel") ? hover_.column : at.filter;
  int clicked = -1;
  const auto hovered = [&](int i) {
    if (i >= 0) ui.found().cell = {"kernel", 0, 0, i};
  };
  hovered(row.draw(
      "dy values",
      grid_of(Concept::gradient, "dL/dy", std::string(" ") + tr("of every neuron"), "train.step.filter",
              N_("What the loss changes by with each neuron's output")),
      [&](int i) { return term(i).dy; }, lit, &clicked));
  hovered(row.draw(
      "weights of the input",
      grid_of(Concept::kernel, N_("\u00d7 weights"), " " + format_tr("of input {}", at.slice), "train.step.filter",
              N_("The weight that each neuron multiplies this input with")),
      [&](int i) { return term(i).w; }, lit, &clicked));
  hovered(row.draw(
      "products by neuron",
      grid_of(Concept::gradient, N_("= products"), "", "train.step.filter",
              N_("Weight times gradient, neuron by neuron; their sum is the input's gradient")),
      [&](int i) { return static_cast<float>(term(i).product()); }, lit, &clicked));
  if (clicked >= 0) ui.send(fmt::format("train.step.filter {}", clicked));

  const float* dx = values.gradient(at.input);
  if (dx == nullptr) return;
  dx += int64_t{1} * at.sample * at.g.c;
  SquareRow inputs(ui, below, {Square(at.g.c)});
  int input = -1;
  inputs.draw(
      "dx values",
      grid_of(Concept::gradient, "dL/dx", " " + format_tr("of all {} inputs", at.g.c), "train.step.slice",
              N_("What the loss changes by with each input value. Click: how it came about.")),
      [&](int i) { return dx[i]; }, at.slice, &input);
  if (input >= 0) ui.send(fmt::format("train.step.slice {}", input));
}

}  // namespace striate
