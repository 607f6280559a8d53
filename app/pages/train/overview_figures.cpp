// What stands in the places of the overview.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/overview.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

Rect below(Rect area, float caption) {
  area.cut_top(caption);
  return area;
}

}  // namespace

TensorScale OverviewView::scale_for(const TensorMaps& maps, bool is_signed, float network_limit) const {
  return scale_of(maps, look_.scope, is_signed, network_limit);
}

// Of all tensors of the kind that have come; those of a scope that was just chosen come with the next snapshot.
float OverviewView::largest_weight(const TrainSnapshot& now, TensorKind kind, const NetworkFigures& figures) const {
  float most = 0;
  for (const LayerFacts& layer : figures.layers) {
    const TensorValuesPtr values = layer.weight.empty() ? nullptr : tensor_of(now, kind, layer.weight);
    if (values) most = std::max(most, largest_magnitude(values->values));
  }
  return most;
}

void OverviewView::draw_maps(Ui& ui, const std::string& label, const Rect& at, const Weights& figure,
                             const TensorValuesPtr& values, const TensorScale& scale, Concept tone, int node,
                             uint64_t version, HoverNote& note) const {
  TensorGrid grid;
  grid.maps = maps_of_weights(figure.maps, values->values, figure.colors);
  grid.key = std::string("overview.") + label;
  grid.version = version;
  grid.scale = scale;
  grid.layout = figure.layout;
  grid.tone = tone;
  const bool colors = figure.colors;
  const int64_t slices = figure.maps.slices;
  const bool matrix = figure.maps.kind == WeightMaps::Kind::matrix;
  const bool filters = figure.maps.kind == WeightMaps::Kind::filters;
  grid.name = [colors, slices, matrix, filters](int64_t map) {
    if (matrix) return std::string(tr("weight"));
    if (colors || slices == 1) return filters ? format_tr("filter {}", map) : format_tr("unit {}", map);
    return filters ? format_tr("filter {}, slice {}", map / slices, map % slices)
                   : format_tr("unit {}, slice {}", map / slices, map % slices);
  };
  if (!matrix && !unit_command(ui, node, 0).empty()) {
    grid.command = [&ui, node, colors, slices](int64_t map) {
      if (colors || slices == 1) return unit_command(ui, node, map);
      return unit_command(ui, node, map / slices, map % slices);
    };
    grid.hint = tr("click: open it with its numbers");
  }
  const TensorAnswer answer = draw_tensor_grid(ui, label, at, grid);
  if (answer.hovered) note = answer.note;
  leave_opening(ui, answer, grid.tone);
}

void OverviewView::draw_first(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                              const NetworkFigures& figures, HoverNote& note) const {
  const LayerFacts& layer = figures.layer(figures.first);
  const TensorValuesPtr values = tensor_of(now, TensorKind::weight, layer.weight);
  const std::string after = p.first.colors ? std::string(tr("red, green, blue; gray is 0")) : p.first.note;
  FigureCaption caption{layer_words(layer) + ":", p.first.words, after, ui.theme().kernel};
  caption.id = layer_label(layer) + " weights";
  const Rect at = below(area, p.caption);
  if (!values) {
    draw_caption(ui, {area.x, area.y, area.w, p.caption}, caption);
    return draw_waiting(ui, {at.x, at.y, p.first.layout.total_width(), p.first.layout.total_height()}, "");
  }
  const TensorScale scale =
      scale_for(maps_of_weights(p.first.maps, values->values, p.first.colors), true, network_limit_[0]);
  caption.scale = &scale, caption.scale_command = scale_->next_line();
  caption.bar = !p.first.colors;
  draw_caption(ui, {area.x, area.y, area.w, p.caption}, caption);
  draw_maps(ui, layer_label(layer) + " weights", at, p.first, values, scale, Concept::kernel, layer.node, now.version,
            note);
}

void OverviewView::compose(const TrainSnapshot& now, const NetworkFigures& figures) {
  if (!figures.pair.composable()) return;
  const TensorValuesPtr first = tensor_of(now, TensorKind::weight, figures.layer(figures.pair.first).weight),
                        second = tensor_of(now, TensorKind::weight, figures.layer(figures.pair.second).weight);
  if (!first || !second || (first == composed_of_[0] && second == composed_of_[1])) return;
  composed_ = compose_filters(figures.pair, first->tensor.shape, first->values, second->tensor.shape, second->values);
  composed_of_[0] = first, composed_of_[1] = second;
}

const ComposedFilters* OverviewView::composed(const TrainSnapshot& now, const NetworkFigures& figures) const {
  const TensorValuesPtr first = tensor_of(now, TensorKind::weight, figures.layer(figures.pair.first).weight),
                        second = tensor_of(now, TensorKind::weight, figures.layer(figures.pair.second).weight);
  return first && second && first == composed_of_[0] && second == composed_of_[1] ? &composed_ : nullptr;
}

void OverviewView::draw_slices(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                               const NetworkFigures& figures, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const int node = figures.pair.second > 0 ? figures.pair.second : figures.second;
  const LayerFacts& layer = figures.layer(node);
  const TensorValuesPtr values = tensor_of(now, TensorKind::weight, layer.weight);
  FigureCaption caption{layer_words(layer) + ":", p.slices.words, p.slices.note, theme.kernel};
  caption.id = layer_label(layer) + " slices";
  const Rect head = area.cut_top(p.caption);
  const Rect at{area.x, area.y, area.w, p.slices.layout.total_height()};
  if (values) {
    const TensorScale scale = scale_for(maps_of_weights(p.slices.maps, values->values, false), true, network_limit_[0]);
    caption.scale = &scale, caption.scale_command = scale_->next_line();
    draw_caption(ui, head, caption);
    draw_maps(ui, layer_label(layer) + " slices", at, p.slices, values, scale, Concept::kernel, layer.node, now.version,
              note);
  } else {
    draw_caption(ui, head, caption);
    draw_waiting(ui, {at.x, at.y, p.slices.layout.total_width(), at.h}, "");
  }
}

void OverviewView::draw_composed(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                                 const NetworkFigures& figures, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const int node = figures.pair.second > 0 ? figures.pair.second : figures.second;
  const LayerFacts& layer = figures.layer(node);
  const Rect head = area.cut_top(p.caption);
  const ComposedFilters* filters = composed(now, figures);
  std::string left_out;
  if (figures.pair.normalization) left_out = tr("normalization");
  if (figures.pair.activation) left_out += (left_out.empty() ? "" : ", ") + std::string(tr("activation"));
  if (figures.pair.pooling) left_out += (left_out.empty() ? "" : ", ") + std::string(tr("pooling"));
  FigureCaption second{layer_words(layer), p.composed.words,
                       left_out.empty() ? std::string(tr("slice by slice, added"))
                                        : format_tr("slice by slice, added, without {}", left_out),
                       theme.kernel};
  second.id = layer_label(layer) + " composed";
  if (!p.composed.note.empty()) second.after += "; " + p.composed.note;
  if (!filters) {
    draw_caption(ui, head, second);
    return draw_waiting(ui, {area.x, area.y, p.composed.layout.total_width(), p.composed.layout.total_height()}, "");
  }
  TensorGrid grid;
  grid.maps = maps_of_weights(p.composed.maps, filters->values, p.composed.colors);
  // Sums of products of weights: larger than any weight, so that the network's scale says nothing of them.
  grid.scale = scale_of(grid.maps, look_.scope == ScaleScope::map ? ScaleScope::map : ScaleScope::layer);
  second.scale = &grid.scale, second.scale_command = scale_->next_line();
  second.bar = !p.composed.colors;
  draw_caption(ui, head, second);
  grid.key = "overview.composed";
  grid.version = now.version;
  grid.layout = p.composed.layout;
  grid.tone = Concept::kernel;
  const int64_t channels = p.composed.colors ? 1 : p.composed.maps.slices;
  const std::string first = layer_words(figures.layer(figures.pair.first));
  grid.name = [channels, first](int64_t map) {
    const std::string name = format_tr("filter {}: its slices times {}, added", map / channels, first);
    return channels > 1 ? name + ", " + format_tr("channel {}", map % channels) : name;
  };
  if (!unit_command(ui, node, 0).empty()) {
    grid.command = [&ui, node, channels](int64_t map) { return unit_command(ui, node, map / channels); };
    grid.hint = tr("click: open it with its numbers");
  }
  const TensorAnswer answer = draw_tensor_grid(ui, layer_label(layer) + " composed", area, grid);
  if (answer.hovered) note = answer.note;
  leave_opening(ui, answer, grid.tone);
}

void OverviewView::draw_answers(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                                const NetworkFigures& figures, HoverNote& note) const {
  const LayerFacts& layer = figures.layer(figures.answers);
  const TensorValuesPtr values = activation_of(now, figures.answers);
  std::string after = tr("to the probe");
  if (p.answers_layout.shown < p.answers.count) {
    after += ", " + format_tr("the first {} of {}", p.answers_layout.shown, p.answers.count);
  }
  // What stands in brackets is in the color.
  const std::string words = format_tr("what [layer {} answers]", figures.layer(figures.first).name);
  const size_t open = std::min(words.find('['), words.size()), close = std::min(words.find(']'), words.size());
  FigureCaption caption{
      words.substr(0, open - (open > 0 && words[open - 1] == ' ')),
      open < close ? words.substr(open + 1, close - open - 1) + words.substr(std::min(close + 1, words.size())) : words,
      after, ui.theme().activation};
  caption.id = layer_label(figures.layer(figures.first)) + " answers";
  const Rect head = area.cut_top(p.caption);
  if (!values) {
    draw_caption(ui, head, caption);
    return draw_waiting(ui, {area.x, area.y, p.answers_layout.total_width(), p.answers_layout.total_height()}, "");
  }
  TensorGrid grid;
  grid.maps = maps_of_activation(layer.out, values->values);
  grid.scale = scale_for(grid.maps, !layer.never_negative, network_limit_[2]);
  caption.scale = &grid.scale, caption.scale_command = scale_->next_line();
  draw_caption(ui, head, caption);
  grid.key = "overview.answers";
  grid.version = now.version;
  grid.layout = p.answers_layout;
  grid.tone = Concept::activation;
  grid.name = [&](int64_t map) {
    return p.answers.height * p.answers.width > 1 ? format_tr("map {}", map) : format_tr("unit {}", map);
  };
  const int weights = figures.first;
  if (!unit_command(ui, weights, 0).empty()) {
    grid.command = [&ui, weights](int64_t map) { return unit_command(ui, weights, map); };
    grid.hint = tr("click: open it with its numbers");
  }
  const TensorAnswer answer = draw_tensor_grid(ui, layer_label(figures.layer(figures.first)) + " answers", area, grid);
  if (answer.hovered) note = answer.note;
  leave_opening(ui, answer, grid.tone);
}

void OverviewView::draw_gradients(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now,
                                  const NetworkFigures& figures, HoverNote& note) const {
  const LayerFacts& layer = figures.layer(figures.first);
  const TensorValuesPtr values = tensor_of(now, TensorKind::weight_gradient, layer.weight);
  FigureCaption caption{"", format_tr("gradients of {}", layer_words(layer)), tr("of the last step"),
                        ui.theme().gradient};
  caption.id = "gradients of " + layer_label(layer);
  const MapLayout& shown = p.gradients_layout;
  const int64_t columns = shown.slices > 0 ? shown.per_line : shown.shown;
  if (columns < p.first.maps.count && p.first.maps.kind != WeightMaps::Kind::matrix) {
    caption.subject += ", " + format_tr("first {}", columns);
  }
  const Rect head = area.cut_top(p.caption);
  if (!values || now.step == 0) {
    draw_caption(ui, head, caption);
    return draw_waiting(ui, {area.x, area.y, area.w, p.gradients_layout.total_height()},
                        N_("come with the first step"));
  }
  Weights figure;
  figure.maps = weight_maps(layer, now.architecture->input());
  figure.colors = figure.maps.slices == 3;
  figure.layout = p.gradients_layout;
  const TensorScale scale =
      scale_for(maps_of_weights(figure.maps, values->values, figure.colors), true, network_limit_[1]);
  caption.scale = &scale, caption.scale_command = scale_->next_line();
  caption.bar = !figure.colors;
  draw_caption(ui, head, caption);
  draw_maps(ui, layer_label(layer) + " gradients", area, figure, values, scale, Concept::gradient, layer.node,
            now.version, note);
}

}  // namespace striate
