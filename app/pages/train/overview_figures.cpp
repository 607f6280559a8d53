// What stands in the places of the overview.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/overview.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/ui.h"

namespace striate {
namespace {

Rect below(Rect area, float caption) {
  area.cut_top(caption);
  return area;
}

}  // namespace

void OverviewView::draw_curves(Ui& ui, Rect loss, Rect accuracy, float caption, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  // Controls at the right end of the caption.
  Rect head = loss.cut_top(caption);
  const float high = ui.em(22);
  const auto control = [&](float wide) {
    Rect at = head.cut_right(ui.em(wide));
    head.cut_right(6);
    return Rect{at.x, at.centre().y - high / 2, at.w, high};
  };
  ui.next(control(44));
  ui.button("log", std::string("train.curves.log ") + (log_ ? "off" : "on"),
            {.style = ButtonStyle::quiet, .selected = log_});
  // Every step, or the mean of 5, 20, 100: the next one.
  const int next_smoothing = smoothing_ < 5 ? 5 : smoothing_ < 20 ? 20 : smoothing_ < 100 ? 100 : 1;
  ui.next(control(92));
  ui.button(smoothing_ > 1 ? fmt::format("mean of {}", smoothing_) : std::string("every step"),
            fmt::format("train.curves.smooth {}", next_smoothing),
            {.style = ButtonStyle::quiet,
             .selected = smoothing_ > 1,
             .tooltip = "What the line of the training batches is: every step, or the mean of its last steps. Click "
                        "for another."});
  draw_caption(ui, head, {"", "loss", now.recipe ? now.recipe->loss : std::string(), theme.text});

  CurvePlot plot;
  plot.begin = std::min(0.0, static_cast<double>(curves_.first()) - 1);
  if (curves_.first() > 1) plot.begin = curves_.first() - 1;
  plot.last = std::max(static_cast<double>(now.newest_step), plot.begin + 1);
  plot.window = window_;
  plot.shown = static_cast<double>(now.step);
  plot.smoothing = smoothing_;
  plot.window_command = "train.curves.window";
  plot.pick_command = "train.scrub";
  plot.pick_hint = "click: show this step; wheel: zoom; double-click: all";
  plot.hovered_at = hovered_step_;
  const auto colour_of = [&](const std::string& split) {
    return split == "test" ? theme.kernel : split == "validation" ? theme.bias : theme.input;
  };
  const auto series_of = [&](const CurveStore& store, bool is_loss, bool other) {
    CurveSeries training;
    training.name = other ? "other" : "training";
    training.colour = other ? faded(theme.input, 0.75f) : theme.input;
    training.dense = is_loss ? &store.loss() : &store.accuracy();
    training.first = store.first();
    training.dashed = other;
    if (training.dense->size() > 0) plot.series.push_back(training);
    for (const auto& [split, points] : store.splits()) {
      if (split == "training") continue;
      CurveSeries series;
      series.name = other ? "other " + split : split;
      series.colour = colour_of(split);
      series.points = is_loss ? &points.loss : &points.accuracy;
      series.dashed = other;
      plot.series.push_back(series);
    }
  };
  series_of(curves_, true, false);
  if (now.other) series_of(other_, true, true);
  plot.log = log_;
  const CurveAnswer first = draw_curve_plot(ui, "loss curve", loss, plot);

  plot.series.clear();
  plot.log = false, plot.percent = true;
  series_of(curves_, false, false);
  if (now.other) series_of(other_, false, true);
  draw_caption(ui, accuracy.cut_top(caption), {"", "accuracy", "share of right answers", theme.text});
  const CurveAnswer second = draw_curve_plot(ui, "accuracy curve", accuracy, plot);
  if (first.hovered) note_ = first.note;
  if (second.hovered) note_ = second.note;
  const double step = first.hovered ? first.at : second.hovered ? second.at : -1;
  if (step != hovered_step_) ui.request_frame();
  hovered_step_ = step;
}

void OverviewView::draw_confusion(Ui& ui, Rect area, float caption, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  const Rect head = area.cut_top(caption);
  if (!now.test) {
    draw_caption(ui, head, {"", "what is taken for what", "", theme.text});
    return draw_waiting(ui, {area.x, area.y, area.w, std::min(area.h, ui.em(60))}, "comes with the first measurement");
  }
  const TrainTest& test = *now.test;
  draw_caption(ui, head,
               {"", "what is taken for what", fmt::format("{}, step {}", test.split, grouped(test.step)), theme.text});
  ConfusionGrid grid;
  grid.classes = test.evaluation.classes;
  grid.counts = test.evaluation.confusion;
  if (now.data) grid.names = now.data->classes();
  grid.command = ui.registry().find_command("train.tests.open") ? "train.tests.open" : "";
  grid.hint = "click: see these pictures";
  area.h -= ui.em(6);
  const ConfusionAnswer answer = striate::draw_confusion(ui, "confusion", area, grid);
  if (answer.hovered) note_ = answer.note;
}

void OverviewView::draw_maps(Ui& ui, const char* label, const Rect& at, const Weights& figure,
                             const SlotValuesPtr& values, const TensorScale& scale, Concept tone, int node,
                             uint64_t version) const {
  TensorGrid grid;
  grid.maps = maps_of_weights(figure.maps, values->values, figure.colours);
  grid.key = std::string("overview.") + label;
  grid.version = version;
  grid.scale = scale;
  grid.layout = figure.layout;
  grid.tone = tone;
  const bool colours = figure.colours;
  const int64_t slices = figure.maps.slices;
  const bool matrix = figure.maps.kind == WeightMaps::Kind::matrix;
  const char* const thing = figure.maps.kind == WeightMaps::Kind::filters ? "filter" : "unit";
  grid.name = [colours, slices, matrix, thing](int64_t map) {
    if (matrix) return std::string("weight");
    if (colours || slices == 1) return fmt::format("{} {}", thing, map);
    return fmt::format("{} {}, slice {}", thing, map / slices, map % slices);
  };
  if (!matrix && !unit_command(ui, node, 0).empty()) {
    grid.command = [&ui, node, colours, slices](int64_t map) {
      if (colours || slices == 1) return unit_command(ui, node, map);
      return unit_command(ui, node, map / slices, map % slices);
    };
    grid.hint = "click: open it with its numbers";
  }
  const TensorAnswer answer = draw_tensor_grid(ui, label, at, grid);
  if (answer.hovered) note_ = answer.note;
}

void OverviewView::draw_first(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                              const NetworkFigures& figures) const {
  const LayerFacts& layer = figures.layer(figures.first);
  const SlotValuesPtr values = slot_of(now, Role::weight, layer.weight);
  const std::string note = p.first.colours ? "red, green, blue; grey is 0" : p.first.note;
  FigureCaption caption{"layer 1:", p.first.words, note, ui.theme().kernel};
  const Rect at = below(area, p.caption);
  if (!values) {
    draw_caption(ui, {area.x, area.y, area.w, p.caption}, caption);
    return draw_waiting(ui, {at.x, at.y, p.first.layout.total_width(), p.first.layout.total_height()}, "");
  }
  const TensorScale scale = scale_of(maps_of_weights(p.first.maps, values->values, p.first.colours), ScaleScope::layer);
  caption.scale = &scale;
  caption.bar = !p.first.colours;
  draw_caption(ui, {area.x, area.y, area.w, p.caption}, caption);
  draw_maps(ui, "layer 1 weights", at, p.first, values, scale, Concept::kernel, layer.node, now.version);
}

const ComposedFilters* OverviewView::composed(const TrainSnapshot& now, const NetworkFigures& figures) const {
  const SlotValuesPtr first = slot_of(now, Role::weight, figures.layer(figures.pair.first).weight),
                      second = slot_of(now, Role::weight, figures.layer(figures.pair.second).weight);
  if (!first || !second) return nullptr;
  if (first != composed_of_[0] || second != composed_of_[1]) {
    composed_ = compose_filters(figures.pair, first->slot.shape, first->values, second->slot.shape, second->values);
    composed_of_[0] = first, composed_of_[1] = second;
  }
  return &composed_;
}

void OverviewView::draw_second(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                               const NetworkFigures& figures) const {
  const Theme& theme = ui.theme();
  const int node = figures.pair.second > 0 ? figures.pair.second : figures.second;
  const LayerFacts& layer = figures.layer(node);
  const SlotValuesPtr values = slot_of(now, Role::weight, layer.weight);
  FigureCaption caption{"layer 2:", p.slices.words, p.slices.note, theme.kernel};
  Rect head = area.cut_top(p.caption);
  const Rect at{area.x, area.y, area.w, p.slices.layout.total_height()};
  if (values) {
    const TensorScale scale = scale_of(maps_of_weights(p.slices.maps, values->values, false), ScaleScope::layer);
    caption.scale = &scale;
    draw_caption(ui, head, caption);
    draw_maps(ui, "layer 2 slices", at, p.slices, values, scale, Concept::kernel, layer.node, now.version);
  } else {
    draw_caption(ui, head, caption);
    draw_waiting(ui, {at.x, at.y, p.slices.layout.total_width(), at.h}, "");
  }
  if (p.composed.layout.shown <= 0) return;
  area.cut_top(p.slices.layout.total_height() + p.gap);
  head = area.cut_top(p.caption);
  const ComposedFilters* filters = composed(now, figures);
  std::string left_out;
  if (figures.pair.normalisation) left_out = "normalisation";
  if (figures.pair.activation) left_out += (left_out.empty() ? "" : ", ") + std::string("activation");
  if (figures.pair.pooling) left_out += (left_out.empty() ? "" : ", ") + std::string("pooling");
  FigureCaption second{"layer 2", p.composed.words,
                       "slice by slice, added" + (left_out.empty() ? "" : ", without " + left_out), theme.kernel};
  if (!p.composed.note.empty()) second.after += "; " + p.composed.note;
  if (!filters) {
    draw_caption(ui, head, second);
    return draw_waiting(ui, {area.x, area.y, p.composed.layout.total_width(), p.composed.layout.total_height()}, "");
  }
  TensorGrid grid;
  grid.maps = maps_of_weights(p.composed.maps, filters->values, p.composed.colours);
  grid.scale = scale_of(grid.maps, ScaleScope::layer);
  second.scale = &grid.scale;
  second.bar = !p.composed.colours;
  draw_caption(ui, head, second);
  grid.key = "overview.composed";
  grid.version = now.version;
  grid.layout = p.composed.layout;
  grid.tone = Concept::kernel;
  grid.name = [](int64_t map) { return fmt::format("filter {}: its slices times layer 1, added", map); };
  if (!unit_command(ui, node, 0).empty()) {
    grid.command = [&ui, node](int64_t map) { return unit_command(ui, node, map); };
    grid.hint = "click: open it with its numbers";
  }
  const TensorAnswer answer = draw_tensor_grid(ui, "layer 2 composed", area, grid);
  if (answer.hovered) note_ = answer.note;
}

void OverviewView::draw_answers(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                                const NetworkFigures& figures) const {
  const LayerFacts& layer = figures.layer(figures.answers);
  const SlotValuesPtr values = activation_of(now, figures.answers);
  std::string after = "to the probe";
  if (p.answers_layout.shown < p.answers.count) {
    after += fmt::format(", the first {} of {}", p.answers_layout.shown, p.answers.count);
  }
  FigureCaption caption{"what", "layer 1 answers", after, ui.theme().activation};
  const Rect head = area.cut_top(p.caption);
  if (!values) {
    draw_caption(ui, head, caption);
    return draw_waiting(ui, {area.x, area.y, p.answers_layout.total_width(), p.answers_layout.total_height()}, "");
  }
  TensorGrid grid;
  grid.maps = maps_of_activation(layer.out, values->values);
  grid.scale = scale_of(grid.maps, ScaleScope::layer, !layer.never_negative);
  caption.scale = &grid.scale;
  draw_caption(ui, head, caption);
  grid.key = "overview.answers";
  grid.version = now.version;
  grid.layout = p.answers_layout;
  grid.tone = Concept::activation;
  grid.name = [&](int64_t map) {
    return fmt::format("{} {}", p.answers.height * p.answers.width > 1 ? "map" : "unit", map);
  };
  const int weights = figures.first;
  if (!unit_command(ui, weights, 0).empty()) {
    grid.command = [&ui, weights](int64_t map) { return unit_command(ui, weights, map); };
    grid.hint = "click: open it with its numbers";
  }
  const TensorAnswer answer = draw_tensor_grid(ui, "layer 1 answers", area, grid);
  if (answer.hovered) note_ = answer.note;
}

void OverviewView::draw_gradients(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                                  const NetworkFigures& figures) const {
  const LayerFacts& layer = figures.layer(figures.first);
  const SlotValuesPtr values = slot_of(now, Role::weight_gradient, layer.weight);
  FigureCaption caption{"", "gradients of layer 1", "of the last step", ui.theme().gradient};
  const MapLayout& shown = p.gradients_layout;
  const int64_t columns = shown.slices > 0 ? shown.per_line : shown.shown;
  if (columns < p.first.maps.count && p.first.maps.kind != WeightMaps::Kind::matrix) {
    caption.subject += fmt::format(", first {}", columns);
  }
  const Rect head = area.cut_top(p.caption);
  if (!values || now.step == 0) {
    draw_caption(ui, head, caption);
    return draw_waiting(ui, {area.x, area.y, area.w, p.gradients_layout.total_height()}, "come with the first step");
  }
  Weights figure;
  figure.maps = weight_maps(layer, now.architecture->input());
  figure.colours = figure.maps.slices == 3;
  figure.layout = p.gradients_layout;
  const TensorScale scale = scale_of(maps_of_weights(figure.maps, values->values, figure.colours), ScaleScope::layer);
  caption.scale = &scale;
  caption.bar = !figure.colours;
  draw_caption(ui, head, caption);
  draw_maps(ui, "layer 1 gradients", area, figure, values, scale, Concept::gradient, layer.node, now.version);
}

void OverviewView::draw_dead(Ui& ui, Rect area, float caption, const TrainSnapshot& now,
                             const NetworkFigures& figures) const {
  const Theme& theme = ui.theme();
  const Rect head = area.cut_top(caption);
  draw_caption(ui, head, {"", "silent units", "0 on the whole batch", theme.text});
  if (now.dead_units.empty()) {
    return draw_waiting(ui, {area.x, area.y, area.w, ui.em(24)}, "are counted with the first step");
  }
  // The three layers with the largest share of them.
  std::vector<const DeadUnits*> worst;
  for (const DeadUnits& units : now.dead_units) worst.push_back(&units);
  const auto share = [](const DeadUnits& units) {
    return units.units > 0 ? static_cast<double>(units.dead) / static_cast<double>(units.units) : 0;
  };
  std::stable_sort(worst.begin(), worst.end(),
                   [&](const DeadUnits* a, const DeadUnits* b) { return share(*a) > share(*b); });
  worst.resize(std::min<size_t>(worst.size(), 3));
  std::sort(worst.begin(), worst.end(), [](const DeadUnits* a, const DeadUnits* b) { return a->node < b->node; });
  for (const DeadUnits* units : worst) {
    Rect line = area.cut_top(ui.em(20));
    const std::string count = fmt::format("{} of {}", units->dead, units->units);
    const LayerFacts& layer = figures.layer(units->node);
    // A name that somebody gave says enough; a number does not.
    const bool number = layer.name.find_first_not_of("0123456789") == std::string::npos;
    ui.label(line.cut_left(ui.em(112)), number ? fmt::format("{} (layer {})", layer.kind, layer.name) : layer.name,
             Font::caption, theme.secondary);
    ui.label(line.cut_right(ui.em(84)), count, Font::caption, theme.text, Align::right);
    const Rect bar{line.x + 8, std::round(line.centre().y - 3), std::max(0.0f, line.w - 20), 6};
    ui.fill(bar, theme.raised, 3);
    ui.fill({bar.x, bar.y, bar.w * static_cast<float>(share(*units)), bar.h}, theme.kernel, 3);
  }
}

}  // namespace striate
