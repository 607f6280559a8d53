#include "app/pages/layer_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/pages/network_words.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

bool ShownLayer::update(const NetworkMoment& moment, int wanted) {
  if (is_of(moment, wanted)) return false;
  const TensorMaps maps = maps_of_node(moment, wanted);
  const bool negative = std::any_of(maps.values.begin(), maps.values.end(), [](float v) { return v < 0; });
  version = moment.version;
  node = wanted;
  scale = scale_of(maps, ScaleScope::layer, negative);
  return true;
}

void draw_layer_table(Ui& ui, Rect area, const NetworkMoment& moment, const LayerTable& list) {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  const LayerTimes* times = list.times;
  const auto column = [&](const char* title, float least) {
    return std::max(least, ui.measure(Font::caption, tr(title)).x + 10);
  };
  const double most = times != nullptr ? *std::max_element(times->milliseconds.begin(), times->milliseconds.end()) : 0;
  const int decimals = milliseconds_decimals(most);
  float names = 0, texts = 0, sizes = ui.measure(Font::caption, tr("output")).x;
  for (size_t n = 0; n < info.layers.size(); ++n) {
    const OpenLayer& layer = info.layers[n];
    sizes = std::max(sizes, ui.measure(Font::control, sizes_text(layer.shape)).x);
    if (n == 0) continue;
    if (layer.name != std::to_string(n - 1)) names = std::max(names, ui.measure(Font::control, layer.name).x);
    texts = std::max(texts, ui.measure(Font::control, layer.text).x);
  }
  const float number = ui.measure(Font::number, std::to_string(info.layers.size())).x + 10, output = sizes + 10,
              learned = column("parameters", 84), work = column("multiply-adds", 96), memory = column("memory", 70),
              time = list.timed
                         ? std::max(column("ms", 0),
                                    ui.measure(Font::number, milliseconds_text(std::max(most, 10.0), decimals)).x + 10)
                         : 0;
  // What gives way where the stage is narrow.
  float room = area.w - 20 - number - output - time - 8 - std::min(texts, 110.0f);
  const auto fits = [&room](float width) {
    if (room < width) return false;
    room -= width;
    return true;
  };
  const bool has_learned = fits(learned), has_work = fits(work), has_memory = has_work && fits(memory);
  const float bar = list.timed && fits(46) ? 46 : 0;
  const auto cells = [&](Rect line, Font font, Color tone, Color quiet, const std::string& no, const std::string& name,
                         const std::string& text, const std::string& gives, const std::string(&costs)[4]) {
    const Font digits = font == Font::caption ? font : Font::number;
    ui.label(line.cut_left(number), no, digits, quiet);
    line.cut_right(bar);
    if (list.timed) ui.label(line.cut_right(time), costs[3], digits, tone, Align::right);
    if (has_memory) ui.label(line.cut_right(memory), costs[2], font, quiet, Align::right);
    if (has_work) ui.label(line.cut_right(work), costs[1], font, quiet, Align::right);
    if (has_learned) ui.label(line.cut_right(learned), costs[0], font, quiet, Align::right);
    ui.label(line.cut_right(output), gives, font, quiet, Align::right);
    line.cut_right(8);
    const bool own = !name.empty() && name != no;
    const auto narrower = [&](float width) {
      const auto fit = [&](const std::string& each) { return ui.measure(font, each).x <= width; };
      const std::string least = shorter_layer_text(text, fit);
      return fit(least) ? least : least.substr(0, least.find(' '));  // the kind alone
    };
    if (own && line.w > 220) {
      const Rect first = line.cut_left(std::min(names + 12, std::max(line.w * 0.5f, line.w - texts - 4)));
      ui.label(first, ui.fitted(name, font, first.w - 8), font, tone);
      ui.label(line, narrower(line.w), font, quiet);
      return;
    }
    // What a layer is comes before what it is called.
    const std::string kind = narrower(line.w);
    ui.label(line.cut_left(ui.measure(font, kind).x + 10), kind, font, tone);
    if (own && ui.measure(font, name).x <= line.w) ui.label(line, name, font, quiet);
  };
  Rect head = area.cut_top(22).inset(10, 0);
  cells(head, Font::caption, theme.secondary, theme.secondary, "", "", tr("layer"), tr("output"),
        {tr("parameters"), tr("multiply-adds"), tr("memory"), times != nullptr ? tr("ms") : tr("ms \u2026")});
  ui.fill({area.x, area.y, area.w, 1}, theme.line);
  area.cut_top(1);
  ui.begin_panel("layers", area, 0);
  const Rect seen = ui.clip();
  for (size_t n = 0; n < info.layers.size(); ++n) {
    const OpenLayer& layer = info.layers[n];
    if (n > 0) ui.space(-8);  // no gap between rows
    const Rect line = ui.take(kLayerRow);
    const std::string no = n == 0 ? "" : std::to_string(n - 1);
    const std::string command = list.command + (n == 0 ? std::string(" input") : " " + no);
    std::string called(tr(std::string_view(layer.title)));
    if (layer.name != no) called.insert(0, layer.name + ", ");
    const std::string tip =
        n == 0 ? std::string(tr("Shows what the network receives")) : format_tr("{}: shows its maps", called);
    const Response r = ui.interact(line, {.label = n == 0 ? std::string("input of the network") : "layer " + no,
                                          .command = command,
                                          .kind = "row",
                                          .tooltip = tip});
    if (r.clicked) ui.send(command);
    const bool is_chosen = static_cast<int>(n) == list.chosen;
    if (is_chosen) {
      if (list.revealed != list.chosen) ui.reveal(line);
      ui.found().numbers[list.page + ".revealed"] = list.chosen;
    }
    if (!line.overlaps(seen)) continue;
    if (is_chosen) {
      ui.fill(line, theme.raised, 4);
      ui.fill({line.x, line.y + 5, 3, line.h - 10}, theme.accent, 1.5f);
    } else if (r.hovered) {
      ui.fill(line, faded(theme.raised, 0.6f), 4);
    }
    const double taken = times != nullptr && n > 0 ? times->milliseconds[n] : 0;
    if (most > 0 && taken > 0 && bar > 0) {
      const float wide = std::max(1.5f, static_cast<float>(taken / most) * (bar - 8));
      ui.fill({line.right() - 10 - bar + 8, line.y + 8, wide, line.h - 16}, theme.activation, 2);
    }
    const bool cut = std::any_of(moment.lesions.begin(), moment.lesions.end(),
                                 [&](const Lesion& each) { return each.node == static_cast<int>(n); });
    cells(line.inset(10, 0), Font::control, cut ? theme.warning : theme.text, theme.secondary, no,
          n == 0 ? "" : layer.name, n == 0 ? std::string(tr("input")) : layer.text, sizes_text(layer.shape),
          {layer.parameters > 0 ? grouped(layer.parameters) : "",
           layer.multiply_adds > 0 ? grouped(layer.multiply_adds) : "",
           bytes_text(static_cast<double>(output_bytes(info, static_cast<int>(n)))),
           times != nullptr && n > 0 ? milliseconds_text(taken, decimals) : ""});
    if (r.keyboard) ui.draw_focus(line.inset(3), 1);
  }
  ui.end_panel();
}

namespace {

constexpr float kNarrow = 330;  // maps that stand beside the table
constexpr float kHead = 24;

bool is_vector(const Shape& cells) { return cells[1] == 1 && cells[2] == 1; }

MapLayout layout_of(const TensorMaps& maps, bool vector, float width, float height) {
  const float least = width < kNarrow ? 12.0f : 20.0f;
  return fit_maps(maps.count, maps.height, maps.width, width, height, vector ? 8 : least, vector ? 20.0f : 220.0f,
                  vector            ? 2
                  : width < kNarrow ? 3
                                    : 4);
}

}  // namespace

float layer_maps_height(const NetworkMoment& moment, int node, float width, float height) {
  const TensorMaps maps = maps_of_node(moment, node);
  if (maps.count == 0) return height;
  const bool vector = is_vector(cells_of(*moment.info, node));
  return kHead + layout_of(maps, vector, width, height - kHead).total_height() + 4;
}

void draw_layer_maps(Ui& ui, Rect area, const NetworkMoment& moment, const ShownLayer& shown_layer, int node,
                     const std::string& page, HoverNote& note) {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  const OpenLayer& layer = info.layers[static_cast<size_t>(node)];
  const Shape cells = cells_of(info, node);
  Rect head = area.cut_top(kHead);
  const bool vector = is_vector(cells);
  const std::string what = vector ? format_tr("{} values", grouped(cells[0]))
                                  : trn("one map of {2} \u00d7 {3}", "{1} maps of {2} \u00d7 {3}", cells[0],
                                        grouped(cells[0]), cells[1], cells[2]);
  TensorGrid grid;
  grid.maps = maps_of_node(moment, node);
  const bool stale = !shown_layer.is_of(moment, node);
  if (stale) ui.request_frame();  // its scale comes with that
  if (grid.maps.count == 0 || stale) {
    ui.label(head, fmt::format("{}: {}", layer_words(info, node), what), Font::caption, theme.secondary);
    return;
  }
  grid.key = page + ".maps";
  grid.version = moment.version * 8192 + static_cast<uint64_t>(node);
  grid.scale = shown_layer.scale;
  const bool narrow = area.w < kNarrow;
  Rect scale_line = narrow ? area.cut_bottom(area.h > 100 ? 22 : 0) : head;
  grid.layout = layout_of(grid.maps, vector, area.w, area.h);
  grid.tone = Concept::activation;
  grid.name = [](int64_t map) { return format_tr("channel {}", map); };
  const auto is_cut = [&moment, node](int64_t map) {
    return std::any_of(moment.lesions.begin(), moment.lesions.end(), [&](const Lesion& each) {
      return each.node == node && (each.channel < 0 || each.channel == map);
    });
  };
  grid.dimmed = is_cut;
  grid.command = [&layer, is_cut](int64_t map) {
    return is_cut(map) ? std::string("network.restore") : fmt::format("network.lesion {} {}", quoted(layer.name), map);
  };
  grid.hint = tr("click: cut this channel out, or take all lesions back");
  const bool scaled = !narrow || (scale_line.h > 0 && scale_width(ui, grid.scale, false) <= scale_line.w);
  const float scale = scaled ? draw_scale(ui, scale_line, grid.scale) : head.right();
  if (!narrow) head.w = std::max(0.0f, scale - head.x - 12);
  const std::string shown =
      grid.layout.shown < cells[0] ? format_tr("{} of {} maps here", grid.layout.shown, cells[0]) : "";
  std::string title = fmt::format("{}: {}", layer_words(info, node), what);
  if (!shown.empty()) title += ", " + shown;
  // Where it is narrow, what is shown rather than whose maps they are: that row is marked in the table.
  if (ui.measure(Font::caption, title).x > head.w && !shown.empty()) title = shown;
  if (ui.measure(Font::caption, title).x > head.w) title = what;
  ui.label(head, title, Font::caption, theme.secondary);
  const TensorAnswer hit = draw_tensor_grid(ui, "maps of the layer", area, grid);
  if (hit.hovered) note = hit.note;
}

}  // namespace striate
