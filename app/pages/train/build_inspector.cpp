// The inspector of the view `build`: the layer that is selected, what it is, its settings, what it costs.
#include <algorithm>
#include <cmath>

#include "app/pages/train/build_view.h"
#include "app/pages/train/fields.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/network/layer_settings.h"

namespace striate {
namespace {

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

// The numbers that make sense to step through; more can be typed.
NumberSpec spec_of(const LayerField& setting) {
  const bool number = setting.type == LayerField::Type::number;
  const bool usual = setting.usual_low != 0 || setting.usual_high != 0;
  NumberSpec spec;
  spec.minimum = usual ? setting.usual_low : setting.low;
  spec.maximum = usual ? setting.usual_high : setting.high;
  spec.step = number ? 0.05 : 1;
  spec.decimals = number ? 2 : 0;
  spec.reset = spec.minimum;
  return spec;
}

// What a setting does and what the others call it: words at a mark, for whom rests the mouse on it.
void draw_about(Ui& ui, const Rect& mark, const LayerField& setting) {
  const std::string names = names_elsewhere(setting.names);
  const std::string words = std::string(tr(setting.help)) + (names.empty() ? "" : ". " + names);
  const Response r = ui.interact(
      mark, {.label = "about " + spaced(setting.name), .kind = "about", .focusable = false, .tooltip = words});
  const float side = 13.0f;
  const Vec middle = mark.center();
  ui.icon(Icon::help, {middle.x - side / 2, middle.y - side / 2, side, side},
          r.hovered ? ui.theme().text : faded(ui.theme().secondary, 0.7f));
}

}  // namespace

void BuildView::draw_inspector(Ui& ui, const TrainSnapshot&) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const Look& look = *kept;
  const int line = draft_.selected();
  ui.push_id("selected layer");
  if (line < 0) {
    ui.section("LAYER");
    ui.note("Click a layer to see what it does and to change it.");
    ui.hairline();
    ui.pop_id();
    return;
  }
  const LayerLine& layer = look.list.lines()[static_cast<size_t>(line)];
  const LayerList::Row& row = look.checked.rows[static_cast<size_t>(line)];
  const LayerKind* kind = find_layer_kind(layer.kind());
  ui.section(kind ? format_tr("LAYER {}: {}", look.list.name_of(line), tr(kind->title))
                  : format_tr("LAYER {}: not known", look.list.name_of(line)));
  if (row.error) ui.error_note(row.error->what(), row.error->hint());
  if (kind) draw_settings(ui, line);
  named_text(ui, N_("words"), layer.words, fmt::format("train.build.set {}", line), "conv 8 3x3");
  named_text(ui, N_("name"), layer.name, fmt::format("train.build.name {}", line), std::to_string(line));
  std::string source;
  if (layer.source) {
    source =
        layer.source->line == LayerReference::kUnknown ? layer.source->word : look.list.name_of(layer.source->line);
  }
  named_text(ui, N_("reads"), source, fmt::format("train.build.from {}", line), N_("the layer before"));
  if (!layer.joins.empty() || (kind && kind->takes == Takes::many)) {
    std::string joins;
    for (const LayerReference& join : layer.joins) {
      joins += (joins.empty() ? "" : " ") +
               (join.line == LayerReference::kUnknown ? join.word : look.list.name_of(join.line));
    }
    named_text(ui, N_("joins"), joins, fmt::format("train.build.set {} {}", line, layer.kind()), N_("names of layers"));
  }
  if (row.output) {
    ui.row("output", output_words(*row.output), Concept::activation);
    if (row.parameters.value > 0) {
      ui.row("parameters", grouped(row.parameters.value), Concept::kernel);
      if (!row.parameters.formula.empty()) ui.note(fmt::format("= `{}`", row.parameters.formula));
    }
    if (row.multiply_adds.value > 0) {
      ui.row("multiply-adds", grouped(row.multiply_adds.value));
      if (!row.multiply_adds.formula.empty()) ui.note(fmt::format("= `{}`", row.multiply_adds.formula));
    }
  }
  ui.begin_flow(6);
  ui.button("Earlier", fmt::format("train.build.move {} {}", line, std::max(0, line - 1)), {.enabled = line > 0});
  ui.button("Later", fmt::format("train.build.move {} {}", line, std::min(look.list.size() - 1, line + 1)),
            {.enabled = line + 1 < look.list.size()});
  ui.button("Remove", fmt::format("train.build.remove {}", line));
  ui.end_flow();
  if (kind) ui.note(kind->explanation);
  if (kind) ui.note(format_tr("Elsewhere: {}", names_elsewhere(*kind)));
  ui.hairline();
  ui.pop_id();
}

void BuildView::draw_settings(Ui& ui, int line) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const LayerLine& layer = kept->list.lines()[static_cast<size_t>(line)];
  using Type = LayerField::Type;
  for (const LayerField& setting : layer_settings(layer.kind())) {
    const std::string prefix = fmt::format("train.build.setting {} {}", line, setting.name);
    const std::string name = spaced(setting.name);
    std::string value = layer_setting(layer.words, setting.name);
    if (value.empty() && setting.follows != nullptr) value = layer_setting(layer.words, setting.follows);
    double number = 0;
    const bool slides = setting.type == Type::number && parse_number(value, &number) && number >= 0.005;
    Rect row = ui.take(slides ? 50 : 34);
    draw_about(ui, row.cut_right(22), setting);
    ui.next(row);
    if (setting.type == Type::on_off) {
      ui.toggle(name, value == "on", prefix);
    } else if (slides) {
      ui.slider(name, number, spec_of(setting), prefix);
    } else if (setting.type == Type::number || setting.type == Type::list || setting.type == Type::one_of) {
      named_text(ui, name, value, prefix);
    } else {
      size_field(ui, name, value, spec_of(setting), prefix);
    }
  }
}

}  // namespace striate
