// The view `layers`: one layer: its head, its maps, how its numbers are spread.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/layers_view.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

std::string short_number(double value) {
  const double size = std::abs(value);
  if (value == 0) return "0";
  return size >= 1e-3 && size < 1e4 ? fmt::format("{:.3g}", value) : fmt::format("{:.1e}", value);
}

}  // namespace

Spread spread_of(std::span<const float> values, int bins, bool is_signed) {
  Spread spread;
  spread.values = static_cast<int64_t>(values.size());
  spread.bins.assign(static_cast<size_t>(bins), 0);
  bool any = false;
  for (const float v : values) {
    if (!std::isfinite(v)) {
      ++spread.not_finite;
      continue;
    }
    spread.least = any ? std::min(spread.least, v) : v;
    spread.most = any ? std::max(spread.most, v) : v;
    any = true;
  }
  if (!any) return spread;
  spread.low = static_cast<double>(spread.least), spread.high = static_cast<double>(spread.most);
  if (is_signed) {
    spread.high = std::max(std::abs(spread.low), std::abs(spread.high));
    spread.low = -spread.high;
  } else {
    spread.low = std::min(spread.low, 0.0);
  }
  if (!(spread.low < spread.high)) spread.high = spread.low + 1;
  const double scale = bins / (spread.high - spread.low);
  for (const float v : values) {
    if (!std::isfinite(v)) continue;
    const auto bin = static_cast<int64_t>((static_cast<double>(v) - spread.low) * scale);
    spread.bins[static_cast<size_t>(std::clamp<int64_t>(bin, 0, bins - 1))] += 1;
  }
  return spread;
}

void LayersView::draw_head(Ui& ui, const Rect& area, const LayerFacts& layer, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  Rect line = area;
  std::string right;
  for (const DeadUnits& units : now.dead_units) {
    if (units.node == layer.node) right = format_tr("silent {} of {}", units.dead, units.units);
  }
  for (const Norm& norm : now.norms) {
    if (layer.weight.empty() || norm.name != layer.weight) continue;
    right = format_tr("norm of the weights {}", short_number(norm.weight));
    if (now.step > 0) right += ", " + format_tr("gradient {}", short_number(norm.gradient));
  }
  const float wide = right.empty() ? 0 : ui.measure(Font::caption, right).x + 8;
  if (wide < line.w * 0.5f) ui.label(line.cut_right(wide), right, Font::caption, theme.secondary, Align::right);
  const std::string name = layer.node == 0 ? std::string(tr("input")) : layer.text;
  const float named = ui.measure(Font::strong, name).x;
  ui.label(line.cut_left(std::min(named + 10, line.w)), name, Font::strong, theme.text);
  std::string facts =
      layer.node == 0 ? format_tr("{}, normalized", size_words(layer.out))
                      : format_tr("layer {}, {} \u2192 {}", layer.name, size_words(layer.in), size_words(layer.out));
  if (layer.parameters > 0) {
    const std::string more = ", " + format_tr("{} parameters", grouped(layer.parameters));
    if (ui.measure(Font::caption, facts + more).x <= line.w) facts += more;
  }
  ui.label(line, facts, Font::caption, theme.secondary);
}

void LayersView::draw_values(Ui& ui, const Rect& area, const Row& row, const LayerFacts& layer,
                             const TensorValuesPtr& values, bool gradient, const TrainSnapshot& now,
                             HoverNote& note) const {
  const Theme& theme = ui.theme();
  Rect rest = area;
  const Rect head = rest.cut_top(22);
  FigureCaption caption;
  caption.subject = !gradient ? tr("answers") : rest.w < 290.0f ? tr("gradient") : tr("gradient of the loss");
  caption.color = gradient ? theme.gradient : layer.node == 0 ? theme.input : theme.activation;
  if (layer.node == 0 && !gradient) caption.subject = tr("values");
  if (row.layout.shown < row.maps.count) {
    caption.after = format_tr("the first {} of {}", row.layout.shown, row.maps.count);
  }
  if (const std::string reduced = reduced_words(row.maps.height, row.maps.width); !reduced.empty()) {
    caption.after += (caption.after.empty() ? "" : ", ") + reduced;
  }
  if (!values) {
    draw_caption(ui, head, caption);
    const char* why = N_("come with the next step");
    if (gradient && now.probe && now.probe->label < 0) why = N_("none: the class of this picture is not known");
    return draw_waiting(ui, {rest.x, rest.y, std::min(rest.w, 300.0f), row.layout.total_height()}, why);
  }
  TensorGrid grid;
  grid.maps = maps_of_activation(layer.out, values->values);
  grid.scale = scale_of(grid.maps, look_.scope, gradient || !layer.never_negative, network_limit_[gradient ? 1 : 0]);
  caption.scale = &grid.scale;
  draw_caption(ui, head, caption);
  grid.key = fmt::format("layers.{}.{}", gradient ? "gradient" : "activation", layer.node);
  grid.version = now.version;
  grid.layout = row.layout;
  const bool units = row.maps.height == 1 && row.maps.width == 1;
  const bool classes = now.data && layer.node + 1 == now.architecture->size() &&
                       static_cast<int64_t>(now.data->classes().size()) == row.maps.count;
  grid.name = [&now, units, classes](int64_t map) {
    if (classes) return format_tr("unit {}: class {}", map, class_name(now, map));
    return units ? format_tr("unit {}", map) : format_tr("map {}", map);
  };
  grid.tone = gradient ? Concept::gradient : Concept::activation;
  if (layer.node > 0 && !unit_command(ui, layer.node, 0).empty()) {
    grid.command = [&ui, node = layer.node](int64_t map) { return unit_command(ui, node, map); };
    grid.hint = tr("click: open it with its numbers");
  }
  const TensorAnswer answer =
      draw_tensor_grid(ui, fmt::format("{} of layer {}", gradient ? "gradient" : "answers", layer.name), rest, grid);
  if (answer.hovered) note = answer.note;
  leave_opening(ui, answer, grid.tone);
}

void LayersView::draw_histogram(Ui& ui, const Rect& area, const std::string& name, Color color,
                                const TensorValuesPtr& values, HoverNote& note) const {
  const Theme& theme = ui.theme();
  Rect rest = area;
  ui.label(rest.cut_top(22), name, Font::caption, color);
  const auto found = values ? spreads_.find(values) : spreads_.end();
  if (found == spreads_.end()) return draw_waiting(ui, rest, "");
  const Spread& s = found->second;
  const Rect words = rest.cut_bottom(18);
  double highest = 1;
  // A bin that towers, the zeros of a ReLU, does not flatten the others: it is cut, and the note has the number.
  for (size_t i = 0; i < s.bins.size(); ++i) highest = std::max(highest, s.bins[i]);
  std::vector<double> sorted = s.bins;
  std::nth_element(sorted.begin(), sorted.end() - 2, sorted.end());
  const double top = std::min(highest, std::max(1.0, sorted[sorted.size() - 2] * 1.25));
  const float each = rest.w / static_cast<float>(s.bins.size());
  for (size_t i = 0; i < s.bins.size(); ++i) {
    if (s.bins[i] <= 0) continue;
    const float high = std::max(1.0f, static_cast<float>(std::min(1.0, s.bins[i] / top)) * rest.h);
    ui.fill({rest.x + each * static_cast<float>(i), rest.bottom() - high, std::max(1.0f, each - 0.6f), high},
            faded(color, s.bins[i] > top ? 1.0f : 0.8f));
  }
  ui.fill({rest.x, rest.bottom(), rest.w, 1}, theme.line);
  if (s.low < 0 && s.high > 0) {
    const float zero = rest.x + rest.w * static_cast<float>(-s.low / (s.high - s.low));
    ui.fill({std::round(zero), rest.bottom(), 1, 4}, theme.secondary);
  }
  const float size = 12.0f;
  ui.label(words, short_number(s.low), Font::number, theme.secondary, Align::left, size);
  ui.label(words, short_number(s.high), Font::number, theme.secondary, Align::right, size);
  if (s.low < 0) ui.label(words, "0", Font::number, theme.secondary, Align::center, size);
  // Hovering reads a bin.
  if (!intersection(area, ui.clip()).contains(ui.input().mouse) || note.shown()) return;
  const float at = (ui.input().mouse.x - rest.x) / std::max(each, 1e-3f);
  const auto bin = static_cast<size_t>(std::clamp(at, 0.0f, static_cast<float>(s.bins.size() - 1)));
  const double width = (s.high - s.low) / static_cast<double>(s.bins.size());
  note.title = name;
  const double from = s.low + width * static_cast<double>(bin);
  note.lines.push_back({format_tr("from {} to {}", short_number(from), short_number(from + width)),
                        grouped(std::llround(s.bins[bin])), 0});
  note.lines.push_back({N_("all"), grouped(s.values), 0});
  note.lines.push_back({N_("least"), shortest_text(s.least), 0});
  note.lines.push_back({N_("largest"), shortest_text(s.most), 0});
  if (s.not_finite > 0) note.lines.push_back({N_("not a number"), grouped(s.not_finite), theme.warning});
}

void LayersView::draw_row(Ui& ui, const Rect& area, const Row& row, const LayerFacts& layer, const TrainSnapshot& now,
                          HoverNote& note) const {
  const Theme& theme = ui.theme();
  Rect rest = area;
  ui.fill({rest.x, rest.y, rest.w, 1}, theme.line);
  rest.cut_top(6);
  draw_head(ui, rest.cut_top(26.0f - 6), layer, now);
  const float caption = 22.0f, histogram_high = 78.0f + caption, histogram_wide = 132.0f;
  Rect histograms;
  if (row.histograms_below) {
    Rect maps = rest.cut_top(caption + row.layout.total_height());
    rest.cut_top(8);
    histograms = rest.cut_top(histogram_high);
    rest = maps;
  } else {
    histograms = rest.cut_right((histogram_wide + 16) * static_cast<float>(row.histograms));
    histograms.h = histogram_high;
  }
  const SpreadValues values = spread_values(layer, now);
  draw_values(ui, {rest.x, rest.y, row.maps_width, rest.h}, row, layer, values.answers, false, now, note);
  if (look_.gradients) {
    draw_values(ui, {rest.x + row.maps_width + 20, rest.y, row.maps_width, rest.h}, row, layer,
                gradient_of(now, layer.node), true, now, note);
  }
  const float wide = row.histograms_below
                         ? std::min(190.0f, (histograms.w - 16 * static_cast<float>(row.histograms - 1)) /
                                                static_cast<float>(row.histograms))
                         : histogram_wide;
  const auto next = [&] {
    Rect at{histograms.x + (row.histograms_below ? 0 : 16), histograms.y, wide, histograms.h};
    histograms.cut_left(wide + 16);
    return at;
  };
  if (!layer.weight.empty()) {
    draw_histogram(ui, next(), tr("weights"), theme.kernel, values.weights, note);
    draw_histogram(ui, next(), tr("their gradients"), theme.gradient, values.gradients, note);
  }
  draw_histogram(ui, next(), layer.node == 0 ? tr("values") : tr("answers"),
                 layer.node == 0 ? theme.input : theme.activation, values.answers, note);
}

}  // namespace striate
