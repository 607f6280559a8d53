#include "app/pages/train/build_view.h"

#include <algorithm>
#include <cmath>

#include "app/pages/train/fields.h"
#include "app/widgets/curves.h"
#include "engine/network/layer_settings.h"
#include "engine/network/models.h"

namespace striate {
namespace {

// The colour of what a layer is for: weights, an activation, the data's shape.
Colour tone_of(const Theme& theme, const LayerList::Row& row, const std::string& kind) {
  if (row.error) return theme.warning;
  if (row.parameters.value > 0) return theme.kernel;
  for (const char* activation : {"relu", "leakyrelu", "sigmoid", "tanh", "softmax", "logsoftmax"}) {
    if (kind == activation) return theme.activation;
  }
  return theme.secondary;
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

bool BuildView::update(double) { return draft_.update(); }

void BuildView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  Rect room = area.inset(20, 14);
  draw_head(ui, room, now);
  Rect text = room.cut_bottom(ui.em(40));
  draw_state(ui, room, now);
  if (draft_.menu()) {
    draw_kinds(ui, room);
  } else {
    draw_layers(ui, room);
  }
  text.cut_top(ui.em(6));
  const float words = ui.measure(Font::caption, "as text").x + 12;
  ui.label(text.cut_left(words), "as text", Font::caption, ui.theme().secondary);
  ui.next(text);
  ui.text_field("network as text", draft_.look().list.text(), "train.build.text",
                "conv 8 3x3 | relu | maxpool 2 | flatten | dense 10");
}

// The model, what it costs, and the way to add a layer.
void BuildView::draw_head(Ui& ui, Rect& area, const TrainSnapshot&) const {
  const Look& look = draft_.look();
  const std::string& name = scene_.recipe().model;
  std::vector<Choice> choices;
  std::string current = "own", about = "A network of your own.";
  for (const Model& m : models()) {
    choices.push_back({m.name, m.name});
    if (name == m.name && !draft_.is_draft()) current = m.name, about = m.about;
  }
  Rect line = area.cut_top(ui.em(34));
  Rect left = line.cut_left(std::min(line.w - ui.em(100), ui.em(230)));
  ui.next(left);
  ui.dropdown("model", choices, current, "train.model");
  line.cut_left(8);
  ui.next(line.cut_left(ui.em(96)).inset(0, 1));
  ui.button(draft_.menu() ? "Layers" : "Add layer", draft_.menu() ? "train.build.menu off" : "train.build.menu on",
            {.style = draft_.menu() ? ButtonStyle::normal : ButtonStyle::primary});
  area.cut_top(6);
  const float h = ui.paragraph_height(about, area.w, Font::caption);
  ui.next(area.cut_top(h));
  ui.paragraph(about, Font::caption);
  std::string totals = fmt::format("{} parameters, {} multiply-adds for a picture", grouped(look.parameters),
                                   grouped(look.multiply_adds));
  if (look.bytes > 0) {
    totals += fmt::format(", {} for a batch of {}", memory_words(look.bytes), scene_.recipe().batch);
  }
  const float th = ui.paragraph_height(totals, area.w, Font::control);
  area.cut_top(2);
  ui.next(area.cut_top(th));
  ui.paragraph(totals, Font::control);
  area.cut_top(8);
}

// What is wrong with the whole, that it is not what runs, or that the data are not there.
void BuildView::draw_state(Ui& ui, Rect& area, const TrainSnapshot& now) const {
  const Look& look = draft_.look();
  const auto note = [&](const std::string& what, const std::string& hint) {
    const float h = ui.paragraph_height(what, area.w - 24 - ui.em(20), Font::control) +
                    ui.paragraph_height(hint, area.w - 24 - ui.em(20), Font::caption) + 20;
    ui.next(area.cut_top(h));
    ui.error_note(what, hint);
    area.cut_top(8);
  };
  if (draft_.data().error()) {
    note(draft_.data().error()->what(), draft_.data().error()->hint());
  } else if (look.checked.error) {
    note(look.checked.error->what(), look.checked.error->hint());
  }
  const auto offer = [&](const std::string& words, const char* label, const std::string& command) {
    const float button = ui.measure(Font::control, label).x + ui.em(28);
    const float room = std::max(ui.em(80), area.w - button - 12);
    const float h = std::max(ui.em(34), ui.paragraph_height(words, room, Font::caption));
    Rect line = area.cut_top(h);
    Rect right = line.cut_right(button);
    ui.next({line.x, line.y + (h - ui.paragraph_height(words, room, Font::caption)) / 2, room, h});
    ui.paragraph(words, Font::caption);
    ui.next(right.centred(button, ui.em(32)));
    ui.button(label, command);
    area.cut_top(8);
  };
  if (draft_.is_draft()) {
    offer("Not right yet. Until it is, the last network that was stays the one that is used.", "Back to that",
          "train.build.draft");
    return;
  }
  if (now.architecture && look.checked.good && look.checked.good->text() != now.architecture->text()) {
    const std::string words =
        fmt::format("Takes effect at the next start: what runs now has {} layers and {} parameters.",
                    now.architecture->size() - 1, grouped(now.architecture->totals().parameters));
    offer(words, "Start anew", "train.start");
  }
}

// All kinds of layers, each with the first sentence of what it is; the tooltip has the rest.
void BuildView::draw_kinds(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  ui.begin_panel("kinds of layers", area, 2, true);
  const int columns = std::max(1, static_cast<int>(ui.width() / ui.em(290)));
  const float gap = 8;
  const float wide = (ui.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const std::vector<const LayerKind*> kinds = kinds_to_add();
  for (size_t first = 0; first < kinds.size(); first += static_cast<size_t>(columns)) {
    const size_t last = std::min(kinds.size(), first + static_cast<size_t>(columns));
    float height = 0;
    for (size_t i = first; i < last; ++i) {
      height = std::max(
          height, ui.em(52) + ui.paragraph_height(first_sentence(kinds[i]->explanation), wide - 24, Font::caption));
    }
    const Rect line = ui.take(height);
    for (size_t i = first; i < last; ++i) {
      const LayerKind& kind = *kinds[i];
      const Rect card{line.x + static_cast<float>(i - first) * (wide + gap), line.y, wide, height};
      const std::string label = fmt::format("Add {}", kind.title),
                        command = fmt::format("train.build.add {}", kind.word);
      const Response r =
          ui.interact(card, {.label = label, .command = command, .kind = "button", .tooltip = kind.explanation});
      ui.fill(card, r.hovered ? theme.hovered : theme.raised, 6);
      ui.stroke(card, r.keyboard ? theme.accent : theme.line, 6, r.keyboard ? 2.0f : 1.0f);
      Rect inside = card.inset(12, 8);
      Rect title = inside.cut_top(ui.em(20));
      ui.label(title, kind.title, Font::strong, theme.text, Align::left, ui.em(15));
      ui.label(inside.cut_top(ui.em(16)), kind.syntax, Font::number, theme.kernel, Align::left, ui.em(11));
      inside.cut_top(4);
      ui.next(inside);
      ui.paragraph(first_sentence(kind.explanation), Font::caption);
      if (r.clicked) ui.send(command);
    }
  }
  ui.end_panel();
}

void BuildView::draw_layers(Ui& ui, const Rect& area) const {
  const Look& look = draft_.look();
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
  columns.wide = area.w >= ui.em(700);
  columns.height = columns.wide ? ui.em(34) : ui.em(50);
  bool joins = false;
  for (const LayerLine& line : look.list.lines()) joins = joins || line.source || !line.joins.empty();
  columns.gutter = joins ? ui.em(22) : 0;
  float name = ui.em(22);
  for (int i = 0; i < look.list.size(); ++i) {
    name = std::max(name, ui.measure(Font::number, look.list.name_of(i)).x + ui.em(12));
  }
  columns.number = std::min(name, area.w * 0.25f);
  columns.output = ui.em(130), columns.parameters = ui.em(columns.wide && area.w > ui.em(900) ? 260 : 200);
  columns.adds = ui.em(110);
  Rect room = area;
  if (columns.wide) {
    Rect head = room.cut_top(ui.em(20));
    head.cut_right(12);
    ui.label(head.cut_right(columns.adds), "multiply-adds", Font::caption, theme.secondary, Align::right);
    ui.label(head.cut_right(columns.parameters), "parameters", Font::caption, theme.secondary, Align::right);
    ui.label(head.cut_right(columns.output), "output", Font::caption, theme.secondary, Align::right);
    ui.label(head, "layer", Font::caption, theme.secondary);
  }
  ui.begin_panel("layers", room, 0, true);
  const float all = ui.width();
  // The input comes first; it is the data set's.
  std::vector<Rect> rects;
  Rect first = ui.take(ui.em(28));
  rects.push_back(first);
  first.cut_left(columns.gutter);
  ui.fill({first.x, first.y + 5, 3, first.h - 10}, theme.input, 1.5f);
  first.cut_left(ui.em(12));
  const Shape shape = draft_.data().shape();
  ui.label(first, "input", Font::control, theme.input);
  std::string input = "not known yet";
  if (shape.rank() == 3) input = fmt::format("{} \u00d7 {} \u00d7 {}", shape[0], shape[1], shape[2]);
  if (shape.rank() == 1) input = std::to_string(shape[0]);
  first.cut_right(12);
  if (columns.wide) first.cut_right(columns.adds + columns.parameters);
  ui.label(first, input, Font::number, theme.input, Align::right);

  const auto error_height = [&](const Error& error) {
    const float inner = all - columns.gutter - 24 - ui.em(20);
    return ui.paragraph_height(error.what(), inner, Font::control) +
           ui.paragraph_height(error.hint(), inner, Font::caption) + 24;
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
      Rect below = ui.take(ui.em(22));
      below.cut_left(columns.gutter + ui.em(12));
      ui.label(below, "No other layer reads this one: it has no say in the answer.", Font::caption, theme.secondary);
    }
  }
  if (joins) draw_joins(ui, rects, rects[0].x);
  ui.end_panel();
}

void BuildView::draw_layer(Ui& ui, const Rect& rect, int line, const Columns& columns) const {
  const Look& look = draft_.look();
  const Theme& theme = ui.theme();
  const LayerLine& layer = look.list.lines()[static_cast<size_t>(line)];
  const LayerList::Row& row = look.checked.rows[static_cast<size_t>(line)];
  const bool selected = line == draft_.selected();
  const std::string label = fmt::format("layer {}", look.list.name_of(line));
  const Response r = ui.interact(rect, {.label = label,
                                        .command = fmt::format("train.build.select {}", line),
                                        .kind = "layer",
                                        .tooltip = "Click to select; drag, or Shift with the up and down keys, to move "
                                                   "it; Delete takes it out"});
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
  if (r.keyboard) ui.stroke(shown, theme.accent, 6, 2);
  const Colour tone = tone_of(theme, row, layer.kind());
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
  if (row.parameters.value > 0) costs = counted_text(row.parameters) + " parameters";
  const std::string adds = row.multiply_adds.value > 0 ? grouped(row.multiply_adds.value) + " m.-adds" : "";
  const float adds_width = ui.measure(Font::caption, adds).x + 8;
  if (ui.measure(Font::caption, costs).x + adds_width > bottom.w) {
    costs = grouped(row.parameters.value) + " parameters";
  }
  ui.label(bottom.cut_right(adds_width), adds, Font::caption, theme.secondary, Align::right);
  ui.label(bottom, costs, Font::caption, theme.secondary);
}

// A bracket at the left from each layer to one that reads it from further away.
void BuildView::draw_joins(Ui& ui, const std::vector<Rect>& rects, float left) const {
  const LayerList& list = draft_.look().list;
  int lane = 0;
  for (int i = 0; i < list.size(); ++i) {
    const LayerLine& line = list.lines()[static_cast<size_t>(i)];
    std::vector<LayerReference> reads = line.joins;
    if (line.source) reads.push_back(*line.source);
    for (const LayerReference& read : reads) {
      if (read.line == LayerReference::kUnknown || read.line >= i) continue;
      const float x = left + ui.em(3) + static_cast<float>(lane++ % 3) * ui.em(5), end = left + ui.em(19);
      const float from = rects[static_cast<size_t>(read.line + 1)].centre().y + 3;
      const float to = rects[static_cast<size_t>(i + 1)].centre().y;
      const bool lit = i == draft_.selected() || read.line == draft_.selected();
      const Colour colour = lit ? ui.theme().accent : ui.theme().line;
      ui.line({end, from}, {x, from}, colour, 1.5f);
      ui.line({x, from}, {x, to}, colour, 1.5f);
      ui.line({x, to}, {end, to}, colour, 1.5f);
      ui.line({end - 4, to - 3}, {end, to}, colour, 1.5f);
      ui.line({end - 4, to + 3}, {end, to}, colour, 1.5f);
    }
  }
}

std::unique_ptr<TrainView> make_build_view(const TrainScene& scene) { return std::make_unique<BuildView>(scene); }

}  // namespace striate
