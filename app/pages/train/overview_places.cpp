// The view `overview`: how large every figure is, and where it stands.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/overview.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/ui.h"

namespace striate {
namespace {

constexpr int kMaxMaps = 4096;  // of one figure: what is looked at, not what is there

// "16", "first 24 of 64".
std::string count_words(int64_t shown, int64_t all) {
  return shown < all ? fmt::format("first {} of {}", shown, all) : fmt::format("{}", all);
}

// A matrix larger than a texture is shown by every n-th value, and says so.
std::string with_reduced(const char* words, const WeightMaps& maps) {
  const std::string reduced = reduced_words(maps.height, maps.width);
  return reduced.empty() ? std::string(words) : std::string(words) + ", " + reduced;
}

}  // namespace

OverviewView::Weights OverviewView::weights_figure(const Ui& ui, const NetworkFigures& figures, int node,
                                                   const Shape& input, float width, float height, float most) const {
  Weights figure;
  if (node <= 0) return figure;
  const LayerFacts& layer = figures.layer(node);
  figure.maps = weight_maps(layer, input);
  const WeightMaps& maps = figure.maps;
  figure.colors = maps.slices == 3;
  const float gap = ui.em(6);
  if (maps.kind == WeightMaps::Kind::matrix) {
    figure.words = fmt::format("{} \u00d7 {} weights", maps.height, maps.width);
    figure.note = with_reduced("a row per unit", maps);
    figure.layout = flow_maps(1, maps.height, maps.width, width,
                              std::min(width, height * static_cast<float>(std::max(maps.height, maps.width)) /
                                                  static_cast<float>(maps.height)),
                              gap);
    return figure;
  }
  if (maps.slices == 1 || figure.colors) {
    const float least = maps.kind == WeightMaps::Kind::pictures ? ui.em(20) : ui.em(12);
    figure.layout =
        fit_maps(std::min<int64_t>(maps.count, kMaxMaps), maps.height, maps.width, width, height, least, most, gap);
    if (maps.kind == WeightMaps::Kind::pictures) figure.note = "a weight for every pixel";
  } else {
    figure.layout = slice_layout(maps.count, maps.slices, maps.height, maps.width, width, height, 6, most, 2);
    figure.note = "a column per filter, a line per input channel";
  }
  const int64_t shown = figure.layout.slices > 0 ? figure.layout.per_line : figure.layout.shown;
  figure.words = fmt::format("{} {} {} \u00d7 {}{}", count_words(shown, maps.count),
                             maps.kind == WeightMaps::Kind::pictures ? "units" : "filters", maps.height, maps.width,
                             maps.slices > 1 ? fmt::format(" \u00d7 {}", maps.slices) : std::string());
  return figure;
}

OverviewView::Weights OverviewView::slices_figure(const NetworkFigures& figures, const Shape& input, float width,
                                                  float height, float unit) const {
  Weights figure;
  const int node = figures.pair.second > 0 ? figures.pair.second : figures.second;
  if (node <= 0) return figure;
  const LayerFacts& layer = figures.layer(node);
  figure.maps = weight_maps(layer, input);
  const WeightMaps& maps = figure.maps;
  if (maps.kind == WeightMaps::Kind::matrix) {
    figure.words = fmt::format("{} \u00d7 {} weights", maps.height, maps.width);
    figure.note = with_reduced("a row per unit", maps);
    const float share = std::min(width / static_cast<float>(maps.width), height / static_cast<float>(maps.height));
    figure.layout =
        flow_maps(1, maps.height, maps.width, width, share * static_cast<float>(std::max(maps.height, maps.width)), 2);
    return figure;
  }
  if (maps.kind == WeightMaps::Kind::none) return figure;
  const auto longer = static_cast<float>(std::max(maps.height, maps.width));
  figure.layout =
      slice_layout(maps.count, maps.slices, maps.height, maps.width, width, height, 2 * longer, unit * longer, 2);
  figure.words = fmt::format("{} filters {} \u00d7 {} \u00d7 {}", count_words(figure.layout.per_line, maps.count),
                             maps.height, maps.width, maps.slices);
  figure.note = figure.layout.lines < maps.slices
                    ? fmt::format("the first {} of {} slices", figure.layout.lines, maps.slices)
                    : "a column each, a line per slice";
  return figure;
}

OverviewView::Weights OverviewView::composed_figure(const Ui& ui, const NetworkFigures& figures, float width,
                                                    float height) const {
  Weights figure;
  const ConvolutionPair& pair = figures.pair;
  if (!pair.composable()) return figure;
  const LayerFacts &first = figures.layer(pair.first), &second = figures.layer(pair.second);
  const int64_t rows = (second.weight_shape[2] - 1) * pair.dilation_y2 * pair.distance_y +
                       (first.weight_shape[2] - 1) * pair.dilation_y1 + 1;
  const int64_t columns = (second.weight_shape[3] - 1) * pair.dilation_x2 * pair.distance_x +
                          (first.weight_shape[3] - 1) * pair.dilation_x1 + 1;
  const int64_t channels = first.weight_shape[1];
  if (rows > 64 || columns > 64) return figure;
  figure.maps = {WeightMaps::Kind::filters, second.weight_shape[0], channels, static_cast<int>(rows),
                 static_cast<int>(columns)};
  figure.colors = channels == 3;
  figure.words = "laid over " + layer_words(first);
  if (channels == 1 || figure.colors) {
    figure.layout = fit_maps(std::min<int64_t>(figure.maps.count, kMaxMaps), figure.maps.height, figure.maps.width,
                             width, height, ui.em(14), ui.em(72), ui.em(4));
    if (figure.layout.shown < figure.maps.count) figure.note = count_words(figure.layout.shown, figure.maps.count);
    return figure;
  }
  // No picture has so many channels: each its own, below the one before.
  const auto longer = static_cast<float>(std::max(rows, columns));
  figure.layout = slice_layout(figure.maps.count, channels, figure.maps.height, figure.maps.width, width, 2 * height,
                               longer, 6 * longer, 2);
  figure.note = figure.layout.lines < channels
                    ? fmt::format("the first {} of {} channels", figure.layout.lines, channels)
                    : "a line per channel";
  return figure;
}

// What confusion needs so that its cells have numbers; 0 where there are too many classes for them. By the largest
// class, not by what was counted: so nothing moves while the network learns.
float OverviewView::confusion_with_numbers(const Ui& ui, const TrainSnapshot& now) {
  if (!now.test || now.test->evaluation.classes > 20) return 0;
  const Evaluation& test = now.test->evaluation;
  const auto n = static_cast<size_t>(test.classes);
  int64_t most = 0;
  for (size_t row = 0; row < n && test.confusion.size() >= n * n; ++row) {
    int64_t all = 0;
    for (size_t column = 0; column < n; ++column) all += test.confusion[row * n + column];
    most = std::max(most, all);
  }
  return confusion_height_with_numbers(ui, test.classes, most) + ui.em(6);
}

OverviewView::Places OverviewView::places(const Ui& ui, const TrainSnapshot& now, const NetworkFigures& figures,
                                          float left, float right, float height) const {
  Places p;
  p.caption = ui.em(24);
  p.gap = ui.em(12);
  const Shape input = now.architecture->input();
  const float share = std::clamp(height / 700, 0.7f, 1.8f);
  p.first = weights_figure(ui, figures, figures.first, input, left, 74 * share, ui.em(88));
  p.slices = slices_figure(figures, input, left, 132 * share, share >= 1.3f ? 8.0f : 6.0f);
  p.composed = composed_figure(ui, figures, left, 46 * share);
  const auto add = [&](const Weights& figure) {
    if (figure.layout.shown > 0) p.left += p.caption + figure.layout.total_height() + p.gap;
  };
  add(p.first), add(p.slices), add(p.composed);

  if (figures.answers > 0) {
    p.answers = activation_maps(figures.layer(figures.answers).out);
    const bool units = p.answers.height == 1 && p.answers.width == 1;
    p.answers_layout =
        fit_maps(std::min<int64_t>(p.answers.count, kMaxMaps), p.answers.height, p.answers.width, right,
                 (units ? 46 : 76) * share, units ? 6 : ui.em(18), units ? 14 : ui.em(56), units ? 2 : 4);
  }
  const Weights gradients = weights_figure(ui, figures, figures.first, input, right, 40 * share, ui.em(40));
  p.gradients_layout = gradients.layout;
  const size_t relus = static_cast<size_t>(std::count_if(figures.layers.begin(), figures.layers.end(),
                                                         [](const LayerFacts& layer) { return layer.may_die; }));
  p.dead = relus > 0 ? p.caption + ui.em(20) * static_cast<float>(std::min<size_t>(relus, 3)) + p.gap : 0;
  p.right = p.caption + probe_height(ui) + p.gap + p.dead;
  if (p.answers_layout.shown > 0) p.right += p.caption + p.answers_layout.total_height() + p.gap;
  if (p.gradients_layout.shown > 0) p.right += p.caption + p.gradients_layout.total_height() + p.gap;
  return p;
}

void OverviewView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (draw_without_run(ui, area, now)) return;
  const NetworkFigures& figures = figures_.of(now.architecture);
  curves_.sync(now);
  if (now.other) other_.sync(*now.other);
  note_ = {};
  if (scope_ == ScaleScope::network && limits_of_ != now.version) {
    limits_of_ = now.version;
    network_limit_[0] = largest_weight(now, TensorKind::weight, figures);
    network_limit_[1] = largest_weight(now, TensorKind::weight_gradient, figures);
    network_limit_[2] = 0;
    for (size_t i = 0; now.probe && i < now.probe->activations.size(); ++i) {
      if (now.probe->activations[i]) {
        network_limit_[2] = std::max(network_limit_[2], largest_magnitude(now.probe->activations[i]->values));
      }
    }
  }
  const float padding = area.w < 560 ? 16 : 20;
  ui.begin_panel("overview", area, padding);
  const float width = ui.width(), height = area.h - 2 * padding;
  const bool two = width >= ui.em(600);
  const float between = std::clamp(width * 0.035f, 20.0f, 48.0f);
  const float left = two ? std::round((width - between) * 0.58f) : width, right = two ? width - between - left : width;
  Places p = places(ui, now, figures, left, right, height);
  // Plots and confusion take what is left, but are never too small to read.
  const float plots_least = 2 * p.caption + ui.em(118) + ui.em(92) + p.gap;
  const float confusion_most = p.caption + right + ui.em(26) + p.gap;
  const float confusion_least =
      std::min(confusion_most, p.caption + std::max(ui.em(170), confusion_with_numbers(ui, now)) + p.gap);
  float plots = plots_least, confusion = std::min(confusion_most, std::max(confusion_least, ui.em(300)));
  float total = p.left + p.right + plots + confusion;
  if (two) {
    total = std::max({height, p.left + plots_least, p.right + confusion_least});
    plots = total - p.left;
    // The maps of answers grow into what confusion cannot use.
    const float slack = total - p.right - confusion_most;
    if (slack > 4 && p.answers_layout.shown > 0) {
      const float before = p.answers_layout.total_height();
      const bool units = p.answers.height == 1 && p.answers.width == 1;
      p.answers_layout =
          fit_maps(std::min<int64_t>(p.answers.count, kMaxMaps), p.answers.height, p.answers.width, right,
                   before + slack, units ? 6 : ui.em(18), units ? ui.em(22) : ui.em(96), units ? 2 : 4);
      p.right += p.answers_layout.total_height() - before;
    }
    confusion = std::min(confusion_most, total - p.right);
  } else {
    plots = std::max(plots_least, std::min(height * 0.55f, ui.em(330)));
    total = p.left + p.right + plots + confusion;
  }
  Rect all = ui.take(total);
  Rect first_column = two ? all.cut_left(left) : all;
  if (two) all.cut_left(between);
  Rect plot_area = first_column.cut_top(plots);
  plot_area.h -= p.gap;
  const float for_plots = plot_area.h - 2 * p.caption - p.gap;
  Rect loss = plot_area.cut_top(p.caption + std::round(for_plots * 0.56f));
  plot_area.cut_top(p.gap);
  draw_curves(ui, loss, plot_area, p.caption, now);
  Rect second_column = all;
  const auto next = [&](Rect& column, float height_of) { return column.cut_top(height_of); };
  if (!two) {
    draw_confusion(ui, next(first_column, confusion), p.caption, now);
  }
  if (p.first.layout.shown > 0) {
    draw_first(ui, next(first_column, p.caption + p.first.layout.total_height() + p.gap), p, now, figures);
  }
  const float second = (p.slices.layout.shown > 0 ? p.caption + p.slices.layout.total_height() + p.gap : 0) +
                       (p.composed.layout.shown > 0 ? p.caption + p.composed.layout.total_height() + p.gap : 0);
  if (second > 0) draw_second(ui, next(first_column, second), p, now, figures);
  Rect& column = two ? second_column : first_column;
  if (two) draw_confusion(ui, next(column, confusion), p.caption, now);
  Rect probe = next(column, p.caption + probe_height(ui) + p.gap);
  draw_caption(ui, probe.cut_top(p.caption), {"probe:", probe_words(now), "", ui.theme().input});
  draw_probe(ui, {probe.x, probe.y, probe.w, probe_height(ui)}, now, "overview.probe");
  if (p.answers_layout.shown > 0) {
    draw_answers(ui, next(column, p.caption + p.answers_layout.total_height() + p.gap), p, now, figures);
  }
  if (p.gradients_layout.shown > 0) {
    draw_gradients(ui, next(column, p.caption + p.gradients_layout.total_height() + p.gap), p, now, figures);
  }
  if (p.dead > 0) draw_dead(ui, next(column, p.dead), p.caption, now, figures);
  ui.end_panel();
  draw_hover_note(ui, note_);
}

}  // namespace striate
