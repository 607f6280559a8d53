// The stage of the heat maps: the map over the picture and on its own grid, its controls at the same size; for the
// rules of the backward pass all three beside each other, with the arithmetic of one ReLU.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/pages/features/heat_method.h"
#include "app/pages/features/heat_panel.h"
#include "app/pages/features/unit_grid.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr float kCaption = 22, kGap = 16;

std::string correlation_words(const std::optional<double>& found) {
  if (!found) return "\u2013";
  return fmt::format("{:.2f}", std::fabs(*found) < 0.005 ? 0.0 : *found);
}

// Its values differ by less than a tenth of their mean, as far as the standard deviation says.
bool is_flat(const HeatMap& map) {
  double sum = 0, squares = 0;
  for (const float v : map.values) sum += double{v}, squares += double{v} * double{v};
  const double count = static_cast<double>(map.values.size()), mean = sum / count;
  return mean > 0 && squares / count - mean * mean < 0.01 * mean * mean;
}

// The colors of the map itself.
TensorScale scale_of_map(const HeatView& view) {
  TensorScale scale;
  scale.is_signed = view.map->has_sign;
  scale.scope = ScaleScope::map;
  scale.limits = {view.shown.limit};
  const std::string end = limit_text(static_cast<double>(view.shown.limit));
  scale.words = scale.is_signed ? format_tr("the map: \u00b1{}", end) : format_tr("the map: 0 to {}", end);
  return scale;
}

// What is explained: "tabby", "tabby and not tiger cat", "layer 4, channel 3, row 1, column 2".
std::string target_words(const FeatureLook& look) {
  if (!look.state.of_class) {
    const std::string channel = format_tr("{}, channel {}", layer_words(look), look.channel);
    return look.cells[1] * look.cells[2] == 1 ? channel
                                              : format_tr("{}, row {}, column {}", channel, look.row, look.column);
  }
  if (!look.of) return "";
  const auto name = [&](int c) { return look.info().classes[static_cast<size_t>(c)]; };
  return look.against ? format_tr("{} and not {}", name(*look.of), name(*look.against)) : name(*look.of);
}

}  // namespace

void draw_heat_grid(Ui& ui, const HeatPanel& panel, std::string_view key, uint64_t version, const HeatMap& map,
                    float limit, bool has_sign, HoverNote& note) {
  // Where the cells are drawn: those of an occlusion around their middle, so that a margin stays.
  const double scale_y = static_cast<double>(panel.picture.h) / panel.height,
               scale_x = static_cast<double>(panel.picture.w) / panel.width;
  const Rect cells{panel.picture.x + static_cast<float>((map.size_x - map.step_x) / 2 * scale_x),
                   panel.picture.y + static_cast<float>((map.size_y - map.step_y) / 2 * scale_y),
                   static_cast<float>(map.step_x * static_cast<double>(map.columns) * scale_x),
                   static_cast<float>(map.step_y * static_cast<double>(map.rows) * scale_y)};
  ui.fill(panel.picture, ui.theme().surface);
  TensorGrid grid;
  grid.maps = {map.values, 1, static_cast<int>(map.rows), static_cast<int>(map.columns), 1};
  grid.key = key;
  grid.version = version;
  grid.scale.is_signed = has_sign;
  grid.scale.scope = ScaleScope::map;
  grid.scale.limits = {limit};
  grid.layout.shown = grid.layout.per_line = grid.layout.lines = 1;
  grid.layout.width = cells.w, grid.layout.height = cells.h;
  grid.layout.gap = 0;
  grid.layout.edge = panel.indices ? Vec{cells.x - panel.place.x, cells.y - panel.place.y} : Vec{0, 0};
  grid.numbers = panel.indices;
  grid.tone = panel.tone;
  grid.name = [words = panel.words](int64_t) { return words; };
  grid.tooltip = panel.tooltip;
  if (!panel.command.empty()) {
    grid.command = [line = panel.command](int64_t) { return line; };
    grid.hint = tr("click: beside its controls");
  }
  const Rect area =
      panel.indices ? Rect{panel.place.x, panel.place.y, cells.right() - panel.place.x, cells.bottom() - panel.place.y}
                    : cells;
  const TensorAnswer hit = draw_tensor_grid(ui, panel.label, area, grid);
  // What is not there yet: never a color of the map.
  const float w = cells.w / static_cast<float>(map.columns), h = cells.h / static_cast<float>(map.rows);
  for (int64_t row = 0; row < map.rows; ++row) {
    int64_t from = map.columns;
    while (from > 0 && std::isnan(map.at(row, from - 1))) --from;
    if (from == map.columns) continue;
    const Rect rest{cells.x + w * static_cast<float>(from), cells.y + h * static_cast<float>(row),
                    w * static_cast<float>(map.columns - from), h};
    ui.fill(rest, ui.theme().raised);
  }
  if (!map.finished()) ui.dashed(panel.picture, ui.theme().warning, 5);
  if (!hit.hovered) return;
  note = hit.note;
  note.title = fmt::format("{}, {}", panel.words,
                           format_tr("row {}, column {}", panel.first_row + hit.row, panel.first_column + hit.column));
}

HeatPanel heat_panel(Rect area, Vec edge, const Shape& picture) {
  HeatPanel panel;
  panel.caption = area.cut_top(kCaption);
  panel.place = area;
  panel.height = static_cast<double>(picture[1]), panel.width = static_cast<double>(picture[2]);
  const float wide = area.w - edge.x, tall = area.h - edge.y;
  const float scale =
      std::max(0.01f, std::min(wide / static_cast<float>(panel.width), tall / static_cast<float>(panel.height)));
  panel.picture = {area.x + edge.x, area.y + edge.y, std::floor(scale * static_cast<float>(panel.width)),
                   std::floor(scale * static_cast<float>(panel.height))};
  return panel;
}

std::vector<HeatPanel> heat_panels(Rect area, int columns, int rows, Vec edge, const Shape& picture) {
  const float w = (area.w - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const float h = (area.h - 8 * static_cast<float>(rows - 1)) / static_cast<float>(rows);
  // No taller than the pictures are: then the lines stand close together.
  const float needed =
      kCaption + edge.y + (w - edge.x) * static_cast<float>(picture[1]) / static_cast<float>(picture[2]);
  const float line = std::min(h, needed);
  std::vector<HeatPanel> panels;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const Rect at{area.x + static_cast<float>(column) * (w + kGap), area.y + static_cast<float>(row) * (line + 8), w,
                    line};
      panels.push_back(heat_panel(at, edge, picture));
    }
  }
  // Narrower pictures stand close together as well.
  const float used = edge.x + panels[0].picture.w;
  for (size_t i = 0; used < w - 1 && i < panels.size(); ++i) {
    const float left = static_cast<float>(i % static_cast<size_t>(columns)) * (w - used);
    for (Rect* rect : {&panels[i].caption, &panels[i].place, &panels[i].picture}) rect->x -= left;
    panels[i].caption.w = panels[i].place.w = used;
  }
  return panels;
}

void draw_panel_caption(Ui& ui, const HeatPanel& panel, std::string_view title, std::string_view number,
                        std::string_view shorter) {
  Rect line = panel.caption;
  if (!number.empty()) {
    const float wide = ui.measure(Font::number, number).x + 4;
    ui.label(line.cut_right(wide), number, Font::number, ui.theme().text, Align::right);
  }
  if (!shorter.empty() && ui.measure(Font::caption, title).x > line.w) title = shorter;
  ui.label(line, ui.fitted(title, Font::caption, line.w), Font::caption, ui.theme().secondary);
}

std::string HeatMapsMethod::twin_words(const FeatureLook& look) {
  const std::string& control = look.state.randomize;
  if (control == "none") return tr("no control");
  return control == "all" ? tr("all weights random") : format_tr("random down to {}", control);
}

void HeatMapsMethod::draw_head(Ui& ui, Rect area, const FeatureLook& look) const {
  const std::string words = target_words(look);
  std::string number;
  if (view_ && view_->map && view_->of.same_question(asked_ ? *asked_ : view_->of)) {
    number = format_tr("score {}", shortest_text(static_cast<float>(view_->map->score)));
  }
  const float wide = ui.measure(Font::number, number).x + 8;
  ui.label(area.cut_right(wide), number, Font::number, ui.theme().text, Align::right);
  ui.label(area, ui.fitted(words, Font::strong, area.w), Font::strong, ui.theme().text);
}

void HeatMapsMethod::draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const {
  const Theme& theme = ui.theme();
  draw_head(ui, area.cut_top(26), look);
  if (why_ && !look.moment->why) {
    ui.begin_panel("no map", area.cut_top(92), 0, false);
    ui.error_note(why_->what(), why_->hint());
    ui.end_panel();
    return;
  }
  if (!view_ || !view_->map || view_->of.moment->info->picture.rank() != 3) {
    if (work_.busy()) ui.label(area.cut_bottom(24), tr("the map is on its way"), Font::caption, theme.secondary);
    return;
  }
  const HeatView& view = *view_;
  const Heat& heat = *view.map;
  std::string said;
  if (stopped_ && !view.finished) {
    said = format_tr("stopped: {} of {} places are there", view.done, view.all);
  } else if (!view.finished) {
    said = view.all > 1 ? format_tr("{} of {} places", view.done, view.all) : tr("the control is on its way");
  } else if (!heat.note.empty()) {
    said = heat.note;
  } else if (view.twin && !view.twin->note.empty()) {
    said = format_tr("random weights: {}", view.twin->note);
  } else if (view.twin && view.drawn_seed != view.of.seed) {
    said = format_tr("Random weights of seed {}: with those before, the score is 0 whatever the network sees",
                     view.drawn_seed);
  } else if (view.twin && is_flat(view.twin->map)) {
    said = tr("The control is almost the same everywhere: it points at nothing");
  } else if (view.correlation || view.with_edges) {
    said = tr("Above the controls: rank correlation with the map; each has its own colors, up to its largest value");
  }
  const TensorScale scale = scale_of_map(view);
  const float bar = scale_width(ui, scale, true) + 16;
  const bool fits = ui.measure(Font::caption, said).x <= area.w - bar;
  const Rect foot = area.cut_bottom(fits ? 24 : ui.paragraph_height(said, area.w - bar, Font::caption) + 6);
  const Shape picture{3, view.window.rows, view.window.columns};  // what of it is drawn
  const bool rules = view.rules.has_value();
  const bool arithmetic = rules && view.rules->relu > 0;
  // Below the maps, where there is room: what happens at one ReLU.
  Rect sums = area;
  if (arithmetic) area.cut_bottom(std::min(arithmetic_height(area.w), area.h * 0.4f) + 8);
  const int all = rules ? 6 : 4;
  const bool few = heat.map.rows <= 16 && heat.map.columns <= 16 && !rules;
  const Vec edge = few ? map_edge(static_cast<int>(heat.map.rows), static_cast<int>(heat.map.columns)) : Vec{0, 0};
  // In one line or in two, whichever leaves them larger.
  std::vector<HeatPanel> panels = heat_panels(area, all, 1, edge, picture);
  if (std::vector<HeatPanel> two = heat_panels(area, all / 2, 2, edge, picture);
      two[0].picture.w > panels[0].picture.w) {
    panels = std::move(two);
  }
  sums.cut_top(panels.back().picture.bottom() + 8 - sums.y);  // all that they leave
  size_t next = 0;
  const auto panel = [&](const char* label, std::string words, std::string tooltip, Concept tone) -> HeatPanel& {
    HeatPanel& made = panels[next++];
    made.first_row = view.window.row, made.first_column = view.window.column;
    made.label = label, made.words = std::move(words), made.tooltip = std::move(tooltip), made.tone = tone;
    return made;
  };
  if (rules) {
    for (size_t i = 0; i < kBackwardRules.size(); ++i) {
      const std::string name = rule_name(kBackwardRules[i]);
      HeatPanel& one = panel(rule_name(kBackwardRules[i]), name, tr("One of the three rules by which ReLUs pass back"),
                             Concept::gradient);
      one.command = "features.method " + name;
      draw_panel_caption(ui, one, tr(std::string_view(name)));
      draw_heat_grid(ui, one, "features.rule." + name, version_, view.shown_rules[i].map, view.shown_rules[i].limit,
                     view.of.how.over == OverChannels::sum, note);
      if (look.state.method == name) ui.stroke(one.picture.inset(-1), theme.accent, 1, 2);
    }
  }
  // The map over the picture, or on its own grid.
  HeatPanel& over =
      panel("the map over the picture", tr("map"), tr("R: on its own grid, or over the picture"), Concept::none);
  const HeatMap& shown = heat.map;
  if (state_.raw || over_.empty()) {
    draw_panel_caption(ui, over, format_tr("the map, {} \u00d7 {}", shown.rows, shown.columns));
    over.indices = few;
    draw_heat_grid(ui, over, "features.heat.raw", version_, view.shown.map, view.shown.limit, heat.has_sign, note);
  } else {
    const bool part = view.window.rows < view.of.moment->info->picture[1];
    draw_panel_caption(
        ui, over,
        part ? format_tr("over the picture, rows {} to {}", view.window.row, view.window.row + view.window.rows - 1)
             : std::string(tr("the map over the picture")),
        "", tr("over the picture"));
    draw_sample_picture(ui, over.picture, "features.heat.over", version_, Shape{3, picture[1], picture[2]},
                        [&](float* to) { std::copy(over_.begin(), over_.end(), to); });
    if (!shown.finished()) ui.dashed(over.picture, theme.warning, 5);
    const Response hover = ui.interact(
        over.picture,
        {.label = "the map over the picture", .kind = "picture", .focusable = false, .tooltip = over.tooltip});
    if (hover.hovered) {
      const double y = static_cast<double>((ui.input().mouse.y - over.picture.y) / over.picture.h) * over.height +
                       static_cast<double>(over.first_row),
                   x = static_cast<double>((ui.input().mouse.x - over.picture.x) / over.picture.w) * over.width +
                       static_cast<double>(over.first_column);
      if (const std::optional<float> value = heat_value_at(heat, y, x)) {
        note.title = format_tr("the map at row {}, column {}", static_cast<int64_t>(y), static_cast<int64_t>(x));
        note.lines = {{"", shortest_text(*value), 0}};
      }
    }
  }
  if (!rules) {
    HeatPanel& own =
        panel("the map on its own grid", tr("map"), tr("Every cell is one number of the map"), Concept::none);
    own.indices = few;
    const bool coarse = heat.large.rows > 0;
    draw_panel_caption(ui, own,
                       coarse ? format_tr("its own cells, {} \u00d7 {}", shown.rows, shown.columns)
                              : format_tr("the map, {} \u00d7 {}", shown.rows, shown.columns));
    draw_heat_grid(ui, own, "features.heat.own", version_, view.shown.map, view.shown.limit, heat.has_sign, note);
  }
  HeatPanel& twin = panel("the map of random weights", twin_words(look),
                          tr("The same map of the same network with random weights"), Concept::none);
  draw_panel_caption(ui, twin, twin_words(look), view.twin && view.finished ? correlation_words(view.correlation) : "",
                     tr("random"));
  if (view.twin) {
    draw_heat_grid(ui, twin, "features.heat.twin", version_, view.shown_twin.map, view.shown_twin.limit,
                   view.twin->has_sign, note);
  } else {
    ui.fill(twin.picture, theme.surface);
    const std::string words = view.of.drawn < 0
                                  ? format_tr("Draw layers at random {}: would they show this, too?", ui.at_the_right())
                                  : std::string(tr("on its way"));
    const float tall = std::min(ui.paragraph_height(words, twin.picture.w - 16, Font::caption), twin.picture.h);
    ui.next(twin.picture.inset(8, 0).centered(twin.picture.w - 16, tall));
    ui.paragraph(words, Font::caption);
  }
  HeatPanel& edges = panel("the edges of the picture", tr("edges"),
                           tr("Sobel: the picture's edges, which know nothing of the network"), Concept::none);
  draw_panel_caption(ui, edges, tr("plain edges (Sobel)"), correlation_words(view.with_edges), tr("edges"));
  draw_heat_grid(ui, edges, "features.heat.edges", version_, view.shown_edges.map, view.shown_edges.limit, false, note);

  if (arithmetic) draw_arithmetic(ui, sums, note);
  const Color tone = !view.finished || !heat.note.empty() ? theme.warning : theme.secondary;
  draw_scale(ui, {foot.x, foot.y, foot.w, 20}, scale);
  if (fits) {
    ui.label(foot, said, Font::caption, tone);
  } else {
    ui.next({foot.x, foot.y, foot.w - bar, foot.h});
    ui.paragraph(said, Font::caption);
  }
}

}  // namespace striate
