// The table of layers of the view `build`: a line of each with its sizes and costs, to be selected, dragged and
// removed; what is wrong with one stands below it; brackets at the left join what reads from further away.
#include <algorithm>
#include <cmath>

#include "app/pages/train/build_view.h"
#include "app/pages/train/fields.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

// The color of what a layer is for: weights, an activation, the data's shape.
Color tone_of(const Theme& theme, const LayerList::Row& row, const std::string& kind) {
  if (row.error) return theme.warning;
  if (row.parameters.value > 0) return theme.kernel;
  const LayerKind* known = find_layer_kind(kind);
  return known != nullptr && known->is_activation() ? theme.activation : theme.secondary;
}

std::string counted_text(const Counted& counted) {
  if (counted.value == 0) return "0";
  if (counted.formula.empty() || counted.formula == std::to_string(counted.value)) return grouped(counted.value);
  return fmt::format("{} = {}", counted.formula, grouped(counted.value));
}

}  // namespace

// A line is one row of a table where there is room, else two lines of text.
struct BuildView::Columns {
  bool wide = false;
  float height = 0;
  float gutter = 0;  // at the left, where joins are drawn
  float number = 0;  // of the layer
  float output = 0, parameters = 0, adds = 0;
};

void BuildView::draw_layers(Ui& ui, const Rect& area) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const Look& look = *kept;
  const Theme& theme = ui.theme();
  if (draft_.data().busy()) {
    ui.empty_state(area, Icon::folder, "The data set is being read",
                   "The sizes of the layers stand here as soon as the size of its pictures is known.");
    return;
  }
  if (look.list.size() == 0) {
    ui.empty_state(area, Icon::plus, "No layers yet", "Add one with the button above, or choose a model.");
    return;
  }
  Columns columns;
  columns.wide = area.w >= 700.0f;
  columns.height = columns.wide ? 34.0f : 50.0f;
  bool joins = false;
  for (const LayerLine& line : look.list.lines()) joins = joins || line.source || !line.joins.empty();
  columns.gutter = joins ? 22.0f : 0;
  float name = 22.0f;
  for (int i = 0; i < look.list.size(); ++i) {
    name = std::max(name, ui.measure(Font::number, look.list.name_of(i)).x + 12.0f);
  }
  columns.number = std::min(name, area.w * 0.25f);
  columns.output = 130, columns.parameters = columns.wide && area.w > 900 ? 260 : 200;
  columns.adds = 110.0f;
  Rect room = area;
  if (columns.wide) {
    Rect head = room.cut_top(20);
    head.cut_right(12);
    ui.label(head.cut_right(columns.adds), tr("multiply-adds"), Font::caption, theme.secondary, Align::right);
    ui.label(head.cut_right(columns.parameters), tr("parameters"), Font::caption, theme.secondary, Align::right);
    ui.label(head.cut_right(columns.output), tr("output"), Font::caption, theme.secondary, Align::right);
    ui.label(head, tr("layer"), Font::caption, theme.secondary);
  }
  ui.begin_panel("layers", room, 0, true);
  const float all = ui.width();
  // The input comes first; it is the data set's.
  std::vector<Rect> rects;
  Rect first = ui.take(28);
  rects.push_back(first);
  first.cut_left(columns.gutter);
  ui.fill({first.x, first.y + 5, 3, first.h - 10}, theme.input, 1.5f);
  first.cut_left(12);
  const Shape shape = draft_.data().shape();
  ui.label(first, tr("input"), Font::control, theme.input);
  std::string input = tr("not known yet");
  if (shape.rank() == 3) input = fmt::format("{} \u00d7 {} \u00d7 {}", shape[0], shape[1], shape[2]);
  if (shape.rank() == 1) input = std::to_string(shape[0]);
  first.cut_right(12);
  if (columns.wide) first.cut_right(columns.adds + columns.parameters);
  ui.label(first, input, Font::number, theme.input, Align::right);

  const auto error_height = [&](const Error& error) {
    return ui.error_note_height(error.what(), error.hint(), all - columns.gutter) + 4;
  };
  for (int i = 0; i < look.list.size(); ++i) {
    const LayerList::Row& row = look.checked.rows[static_cast<size_t>(i)];
    Rect rect = ui.take(columns.height);
    rects.push_back(rect);
    rect.cut_left(columns.gutter);
    draw_layer(ui, rect, i, columns);
    if (row.error) {
      Rect below = ui.take(error_height(*row.error));
      below.cut_left(columns.gutter);
      ui.next(below);
      ui.error_note(row.error->what(), row.error->hint());
    } else if (row.unread) {
      Rect below = ui.take(22);
      below.cut_left(columns.gutter + 12.0f);
      ui.label(below, tr("No other layer reads this one: it has no say in the answer."), Font::caption,
               theme.secondary);
    }
  }
  if (joins) draw_joins(ui, rects, rects[0].x);
  ui.end_panel();
}

void BuildView::draw_layer(Ui& ui, const Rect& rect, int line, const Columns& columns) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const Look& look = *kept;
  const Theme& theme = ui.theme();
  const LayerLine& layer = look.list.lines()[static_cast<size_t>(line)];
  const LayerList::Row& row = look.checked.rows[static_cast<size_t>(line)];
  const bool selected = line == draft_.selected();
  const std::string label = fmt::format("layer {}", look.list.name_of(line));
  const Response r =
      ui.interact(rect, {.label = label,
                         .command = fmt::format("train.build.select {}", line),
                         .kind = "layer",
                         .tooltip = N_("Click to select; drag, or Shift with the up and down keys, to move "
                                       "it; Delete takes it out")});
  const bool dragged = (r.held || r.released) && std::abs(r.dragged.y) > 4;
  // Its place among the others, all but an error's note of one height.
  const int by = static_cast<int>(std::lround(r.dragged.y / (columns.height + 8)));
  const int to = std::clamp(line + by, 0, look.list.size() - 1);
  Rect shown = rect;
  if (dragged && r.held) {
    shown.y += r.dragged.y;
    const float edge = rect.y + static_cast<float>(to - line) * (columns.height + 8) + (to > line ? rect.h + 3 : -5);
    ui.fill({rect.x, edge, rect.w, 2}, theme.accent, 1);
    ui.request_frame();
  }
  if (r.released && dragged && to != line) {
    ui.send(fmt::format("train.build.move {} {}", line, to));
  } else if (r.clicked && !dragged) {
    ui.send(selected ? std::string("train.build.select") : fmt::format("train.build.select {}", line));
  }
  if (r.keyboard || (r.focused && selected)) {
    const int last = look.list.size() - 1;
    const auto go = [&](int next) {
      ui.send(fmt::format("train.build.select {}", next));
      ui.focus_on(fmt::format("layer {}", look.list.name_of(next)));
    };
    if (ui.take_key("Up") && line > 0) go(line - 1);
    if (ui.take_key("Down") && line < last) go(line + 1);
    if (ui.take_key("Shift+Up") && line > 0) ui.send(fmt::format("train.build.move {} {}", line, line - 1));
    if (ui.take_key("Shift+Down") && line < last) ui.send(fmt::format("train.build.move {} {}", line, line + 1));
    if (ui.take_key("Delete") || ui.take_key("Backspace")) ui.send(fmt::format("train.build.remove {}", line));
  }
  ui.fill(shown, selected || (dragged && r.held) ? theme.raised : r.hovered ? faded(theme.raised, 0.6f) : 0, 6);
  if (r.keyboard) ui.draw_focus(shown.inset(3), 3);
  const Color tone = tone_of(theme, row, layer.kind());
  ui.fill({shown.x, shown.y + 5, 3, shown.h - 10}, tone, 1.5f);
  Rect inside = shown.inset(12, 0);
  Rect name = inside.cut_left(columns.number);
  std::string words = layer.words;
  for (const LayerReference& join : layer.joins) {
    words += ' ' + (join.line == LayerReference::kUnknown ? join.word : look.list.name_of(join.line));
  }
  if (layer.source) {
    const LayerReference& source = *layer.source;
    words += " from " + (source.line == LayerReference::kUnknown ? source.word : look.list.name_of(source.line));
  }
  const std::string output = row.output ? output_words(*row.output) : "\u2013";
  if (columns.wide) {
    ui.label(name, look.list.name_of(line), Font::number, theme.secondary);
    ui.label(inside.cut_right(columns.adds), row.output ? grouped(row.multiply_adds.value) : "", Font::number,
             row.multiply_adds.value > 0 ? theme.text : theme.secondary, Align::right);
    Rect parameters = inside.cut_right(columns.parameters);
    parameters.cut_left(8);
    std::string formula = row.output ? counted_text(row.parameters) : "";
    if (ui.measure(Font::number, formula).x > parameters.w) formula = grouped(row.parameters.value);
    ui.label(parameters, formula, Font::number, row.parameters.value > 0 ? theme.kernel : theme.secondary,
             Align::right);
    ui.label(inside.cut_right(columns.output), output, Font::number, theme.activation, Align::right);
    ui.label(inside, words, Font::control, theme.text);
    return;
  }
  Rect top = inside.cut_top(inside.h * 0.54f), bottom = inside;
  name.h = top.h;
  ui.label(name, look.list.name_of(line), Font::number, theme.secondary);
  const float wide = ui.measure(Font::number, output).x + 8;
  ui.label(top.cut_right(std::min(wide, top.w / 2)), output, Font::number, theme.activation, Align::right);
  ui.label(top, words, Font::control, theme.text);
  std::string costs;
  if (row.parameters.value > 0) costs = format_tr("{} parameters", counted_text(row.parameters));
  const std::string adds = row.multiply_adds.value > 0 ? format_tr("{} m.-adds", grouped(row.multiply_adds.value)) : "";
  const float adds_width = ui.measure(Font::caption, adds).x + 8;
  if (ui.measure(Font::caption, costs).x + adds_width > bottom.w) {
    costs = format_tr("{} parameters", grouped(row.parameters.value));
  }
  ui.label(bottom.cut_right(adds_width), adds, Font::caption, theme.secondary, Align::right);
  ui.label(bottom, costs, Font::caption, theme.secondary);
}

// A bracket at the left from each layer to one that reads it from further away.
void BuildView::draw_joins(Ui& ui, const std::vector<Rect>& rects, float left) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const LayerList& list = kept->list;
  int lane = 0;
  for (int i = 0; i < list.size(); ++i) {
    const LayerLine& line = list.lines()[static_cast<size_t>(i)];
    std::vector<LayerReference> reads = line.joins;
    if (line.source) reads.push_back(*line.source);
    for (const LayerReference& read : reads) {
      if (read.line == LayerReference::kUnknown || read.line >= i) continue;
      const float x = left + 3.0f + static_cast<float>(lane++ % 3) * 5.0f, end = left + 19.0f;
      const float from = rects[static_cast<size_t>(read.line + 1)].center().y + 3;
      const float to = rects[static_cast<size_t>(i + 1)].center().y;
      const bool lit = i == draft_.selected() || read.line == draft_.selected();
      const Color color = lit ? ui.theme().accent : ui.theme().line;
      ui.line({end, from}, {x, from}, color, 1.5f);
      ui.line({x, from}, {x, to}, color, 1.5f);
      ui.line({x, to}, {end, to}, color, 1.5f);
      ui.line({end - 4, to - 3}, {end, to}, color, 1.5f);
      ui.line({end - 4, to + 3}, {end, to}, color, 1.5f);
    }
  }
}

}  // namespace striate
