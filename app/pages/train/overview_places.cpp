// The view `overview`: how large every figure is, and where it stands.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/overview.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/figure.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr int kMaxMaps = 4096;  // of one figure: what is looked at, not what is there
constexpr float kAll = 1e6f;    // a room grows as high as it may

// "16", "first 24 of 64".
std::string count_words(int64_t shown, int64_t all) {
  return shown < all ? format_tr("first {} of {}", shown, all) : fmt::format("{}", all);
}

MapLayout answers_layout(const WeightMaps& maps, float width, float height, float most) {
  const bool units = maps.height == 1 && maps.width == 1;
  return fit_maps(std::min<int64_t>(maps.count, kMaxMaps), maps.height, maps.width, width, height, units ? 6 : 18.0f,
                  most, units ? 2 : 4);
}

// A matrix larger than a texture is shown by every n-th value, and says so.
std::string with_reduced(const char* words, const WeightMaps& maps) {
  const std::string reduced = reduced_words(maps.height, maps.width);
  return reduced.empty() ? std::string(tr(words)) : std::string(tr(words)) + ", " + reduced;
}

}  // namespace

OverviewView::Weights OverviewView::weights_figure(const NetworkFigures& figures, int node, const Shape& input,
                                                   float width, float height, float most) const {
  Weights figure;
  if (node <= 0) return figure;
  const LayerFacts& layer = figures.layer(node);
  figure.maps = weight_maps(layer, input);
  const WeightMaps& maps = figure.maps;
  figure.colors = maps.slices == 3;
  const float gap = 6.0f;
  if (maps.kind == WeightMaps::Kind::matrix) {
    figure.words = format_tr("{} \u00d7 {} weights", maps.height, maps.width);
    figure.note = with_reduced(N_("a row per unit"), maps);
    figure.layout = flow_maps(1, maps.height, maps.width, width,
                              std::min(width, height * static_cast<float>(std::max(maps.height, maps.width)) /
                                                  static_cast<float>(maps.height)),
                              gap);
    return figure;
  }
  if (maps.slices == 1 || figure.colors) {
    const float least = maps.kind == WeightMaps::Kind::pictures ? 20.0f : 12.0f;
    figure.layout =
        fit_maps(std::min<int64_t>(maps.count, kMaxMaps), maps.height, maps.width, width, height, least, most, gap);
    if (maps.kind == WeightMaps::Kind::pictures) figure.note = tr("a weight for every pixel");
  } else {
    figure.layout = slice_layout(maps.count, maps.slices, maps.height, maps.width, width, height, 6, most, 2);
    figure.note = tr("a column per filter, a line per input channel");
  }
  const int64_t shown = figure.layout.slices > 0 ? figure.layout.per_line : figure.layout.shown;
  const std::string count = count_words(shown, maps.count);
  const std::string size = fmt::format("{} \u00d7 {}{}", maps.height, maps.width,
                                       maps.slices > 1 ? fmt::format(" \u00d7 {}", maps.slices) : std::string());
  figure.words = maps.kind == WeightMaps::Kind::pictures ? format_tr("{} units {}", count, size)
                                                         : format_tr("{} filters {}", count, size);
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
    figure.words = format_tr("{} \u00d7 {} weights", maps.height, maps.width);
    figure.note = with_reduced(N_("a row per unit"), maps);
    const float share = std::min(width / static_cast<float>(maps.width), height / static_cast<float>(maps.height));
    figure.layout =
        flow_maps(1, maps.height, maps.width, width, share * static_cast<float>(std::max(maps.height, maps.width)), 2);
    return figure;
  }
  if (maps.kind == WeightMaps::Kind::none) return figure;
  const auto longer = static_cast<float>(std::max(maps.height, maps.width));
  figure.layout =
      slice_layout(maps.count, maps.slices, maps.height, maps.width, width, height, 2 * longer, unit * longer, 2);
  figure.words = format_tr("{} filters {}", count_words(figure.layout.per_line, maps.count),
                           fmt::format("{} \u00d7 {} \u00d7 {}", maps.height, maps.width, maps.slices));
  figure.note = figure.layout.lines < maps.slices
                    ? format_tr("the first {} of {} slices", figure.layout.lines, maps.slices)
                    : std::string(tr("a column each, a line per slice"));
  return figure;
}

OverviewView::Weights OverviewView::composed_figure(const NetworkFigures& figures, float width, float height) const {
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
  figure.words = format_tr("laid over {}", layer_words(first));
  if (channels == 1 || figure.colors) {
    figure.layout = fit_maps(std::min<int64_t>(figure.maps.count, kMaxMaps), figure.maps.height, figure.maps.width,
                             width, height, 14.0f, 72.0f, 4.0f);
    if (figure.layout.shown < figure.maps.count) figure.note = count_words(figure.layout.shown, figure.maps.count);
    return figure;
  }
  // No picture has so many channels: each its own, below the one before.
  const auto longer = static_cast<float>(std::max(rows, columns));
  figure.layout = slice_layout(figure.maps.count, channels, figure.maps.height, figure.maps.width, width, 2 * height,
                               longer, 6 * longer, 2);
  figure.note = figure.layout.lines < channels ? format_tr("the first {} of {} channels", figure.layout.lines, channels)
                                               : std::string(tr("a line per channel"));
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
  return confusion_height_with_numbers(ui, test.classes, most) + 6.0f;
}

OverviewView::Places OverviewView::places(const TrainSnapshot& now, const NetworkFigures& figures, float left,
                                          float right, float height) const {
  Places p;
  p.caption = 24.0f;
  p.gap = 12.0f;
  const Shape input = now.architecture->input();
  const float share = std::clamp(height / 700, 0.7f, 1.8f);
  p.first = weights_figure(figures, figures.first, input, left, 74 * share, 88.0f);
  p.slices = slices_figure(figures, input, left, 132 * share, share >= 1.3f ? 8.0f : 6.0f);
  p.composed = composed_figure(figures, left, 46 * share);
  if (figures.answers > 0) {
    p.answers = activation_maps(figures.layer(figures.answers).out);
    const bool units = p.answers.height == 1 && p.answers.width == 1;
    p.answers_layout = answers_layout(p.answers, right, (units ? 46 : 76) * share, units ? 14.0f : 56.0f);
  }
  const Weights gradients = weights_figure(figures, figures.first, input, right, 40 * share, 40.0f);
  p.gradients_layout = gradients.layout;
  const size_t relus = static_cast<size_t>(std::count_if(figures.layers.begin(), figures.layers.end(),
                                                         [](const LayerFacts& layer) { return layer.may_die; }));
  p.dead = relus > 0 ? p.caption + 20.0f * static_cast<float>(std::min<size_t>(relus, 3)) : 0;
  return p;
}

// Into a room that is higher than it was planned.
void OverviewView::grow_answers(float width, float height, Places* p) {
  if (height <= p->answers_layout.total_height() + 4) return;
  const bool units = p->answers.height == 1 && p->answers.width == 1;
  p->answers_layout = answers_layout(p->answers, width, height, units ? 22.0f : 96.0f);
}

void OverviewView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (draw_without_run(ui, area, now)) return;
  const FiguresOf::Ptr kept = figures_.of(now.architecture);
  const NetworkFigures& figures = *kept;
  HoverNote note;
  const float padding = area.w < 560 ? 16 : 20;
  ui.begin_panel("overview", area, padding);
  const float width = ui.width(), height = area.h - 2 * padding;
  const bool two = width >= 600.0f;
  const float between = std::clamp(width * 0.035f, 20.0f, 48.0f);
  const float left = two ? std::round((width - between) * 0.58f) : width, right = two ? width - between - left : width;
  Places p = places(now, figures, left, right, height);
  FigureStyle style;
  style.gap = between, style.between = p.gap;
  Figure figure(style);
  std::vector<Figure::Box> first, second;
  const auto maps = [&](std::vector<Figure::Box>& column, const char* name, float wide, const MapLayout& layout,
                        float most = 0) {
    if (layout.shown > 0) column.push_back(figure.room(name, wide, p.caption + layout.total_height(), most));
  };
  // Plots and confusion take what is left, but are never too small to read; the answers' maps get what confusion cannot
  // use.
  const float plots_least = 2 * p.caption + 118.0f + 92.0f;
  const float confusion_most = p.caption + right + 26.0f;
  const float confusion_least = std::min(confusion_most, p.caption + std::max(170.0f, confusion_with_numbers(ui, now)));
  first.push_back(two ? figure.room("plots", left, plots_least, kAll)
                      : figure.room("plots", left, std::max(plots_least, std::min(height * 0.55f, 330.0f))));
  const Figure::Box confusion =
      two ? figure.room("confusion", right, confusion_least, confusion_most)
          : figure.room("confusion", right, std::min(confusion_most, std::max(confusion_least, 300.0f)));
  (two ? second : first).push_back(confusion);
  maps(first, "first", left, p.first.layout);
  maps(first, "slices", left, p.slices.layout);
  maps(first, "composed", left, p.composed.layout);
  second.push_back(figure.room("probe", right, p.caption + kProbeHeight));
  maps(second, "answers", right, p.answers_layout, two ? kAll : 0);
  maps(second, "gradients", right, p.gradients_layout);
  if (p.dead > 0) second.push_back(figure.room("dead", right, p.dead));
  if (!two) first.insert(first.end(), second.begin(), second.end());
  const Figure::Box whole = two ? figure.row({figure.column(first), figure.column(second)}) : figure.column(first);
  const float high = two ? std::max(height, figure.height(whole)) : figure.height(whole);
  for (const FigurePlace& place : figure.place({whole}, ui.take(high)).places) {
    const Rect& at = place.cells;
    if (place.name == "plots") draw_curves(ui, at, p, now, note);
    if (place.name == "confusion") draw_confusion(ui, at, p.caption, now, note);
    if (place.name == "first") draw_first(ui, at, p, now, figures, note);
    if (place.name == "slices") draw_slices(ui, at, p, now, figures, note);
    if (place.name == "composed") draw_composed(ui, at, p, now, figures, note);
    if (place.name == "probe") {
      draw_caption(ui, {at.x, at.y, at.w, p.caption}, {tr("probe:"), probe_words(now), "", ui.theme().input});
      draw_probe(ui, {at.x, at.y + p.caption, at.w, kProbeHeight}, now, "overview.probe");
    }
    if (place.name == "answers") {
      grow_answers(at.w, at.h - p.caption, &p);
      draw_answers(ui, at, p, now, figures, note);
    }
    if (place.name == "gradients") draw_gradients(ui, at, p, now, figures, note);
    if (place.name == "dead") draw_dead(ui, at, p.caption, now, figures);
  }
  ui.end_panel();
  draw_hover_note(ui, note);
}

}  // namespace striate
