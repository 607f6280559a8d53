// The inspector of the view `build`: the layer that is selected, what it is, its settings, what it costs.
#include <algorithm>
#include <cmath>

#include "app/pages/train/build_view.h"
#include "app/pages/train/fields.h"
#include "app/widgets/curves.h"
#include "engine/network/layer_settings.h"

namespace striate {
namespace {

const LayerKind* kind_of(const std::string& word) {
  for (const LayerKind& kind : layer_kinds()) {
    if (word == kind.word) return &kind;
  }
  return nullptr;
}

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

// The numbers that make sense to step through; more can be typed.
NumberSpec spec_of(const LayerSetting& setting) {
  NumberSpec spec;
  spec.minimum = setting.low;
  spec.maximum = setting.high;
  spec.step = setting.type == LayerSetting::Type::number ? 0.05 : 1;
  spec.decimals = setting.type == LayerSetting::Type::number ? 2 : 0;
  spec.reset = setting.low;
  return spec;
}

}  // namespace

void BuildView::draw_inspector(Ui& ui, const TrainSnapshot&) const {
  const Look& look = draft_.look();
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
  const LayerKind* kind = kind_of(layer.kind());
  ui.section(fmt::format("LAYER {}: {}", look.list.name_of(line), kind ? kind->title : "not known"));
  if (row.error) ui.error_note(row.error->what(), row.error->hint());
  if (kind) draw_settings(ui, line);
  named_text(ui, "words", layer.words, fmt::format("train.build.set {}", line), "conv 8 3x3");
  named_text(ui, "name", layer.name, fmt::format("train.build.name {}", line), std::to_string(line));
  std::string source;
  if (layer.source) {
    source =
        layer.source->line == LayerReference::kUnknown ? layer.source->word : look.list.name_of(layer.source->line);
  }
  named_text(ui, "reads", source, fmt::format("train.build.from {}", line), "the layer before");
  if (!layer.joins.empty() || (kind && kind->takes == Takes::many)) {
    std::string joins;
    for (const LayerReference& join : layer.joins) {
      joins += (joins.empty() ? "" : " ") +
               (join.line == LayerReference::kUnknown ? join.word : look.list.name_of(join.line));
    }
    named_text(ui, "joins", joins, fmt::format("train.build.set {} {}", line, layer.kind()), "names of layers");
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
  ui.hairline();
  ui.pop_id();
}

void BuildView::draw_settings(Ui& ui, int line) const {
  const LayerLine& layer = draft_.look().list.lines()[static_cast<size_t>(line)];
  using Type = LayerSetting::Type;
  for (const LayerSetting& setting : layer_settings(layer.kind())) {
    const std::string prefix = fmt::format("train.build.setting {} {}", line, setting.name);
    const std::string name = spaced(setting.name);
    std::string value = layer_setting(layer.words, setting.name);
    // A pooling's stride is its window where nothing else is said.
    if (value.empty() && layer.kind() != "subsample") value = layer_setting(layer.words, "window");
    double number = 0;
    if (setting.type == Type::on_off) {
      ui.toggle(name, value == "on", prefix);
    } else if (setting.type != Type::number) {
      size_field(ui, name, value, spec_of(setting), prefix);
    } else if (parse_number(value, &number) && number >= 0.005) {
      ui.slider(name, number, spec_of(setting), prefix);
    } else {
      named_text(ui, name, value, prefix);
    }
  }
}

}  // namespace striate
