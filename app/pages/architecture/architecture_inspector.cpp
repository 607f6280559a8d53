// The inspector of the page `architecture`.
#include <fmt/format.h>

#include "app/pages/architecture/architecture.h"
#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/network/models.h"

namespace striate {

void ArchitecturePage::draw_inspector(Ui& ui) const {
  const NetworkMomentPtr moment = known();
  if (moment && shown_ && !state_.plan) draw_selected(ui);
  ui.section("NETWORK");
  std::vector<Choice> names;
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) names.push_back({model.name, model.name});
  }
  names.push_back({N_("the one in training"), "training"});
  const NetworkState& asked = network().asked();
  ui.dropdown("model", names,
              !asked.opened                       ? "training"
              : find_model(asked.file) != nullptr ? asked.file
                                                  : "",
              "architecture.model");
  ui.begin_flow();
  draw_open_model(ui, N_("Open a model\u2026"), "architecture.model",
                  network().has_network() ? ButtonStyle::normal : ButtonStyle::primary);
  ui.end_flow();
  ui.error_beside("architecture.model");
  if (moment) {
    ui.row("layers", grouped(static_cast<int64_t>(moment->info->layers.size()) - 1));
    ui.row("parameters", grouped(moment->info->parameters));
    ui.row("multiply-adds", grouped(moment->info->multiply_adds));
  }
  ui.hairline();
  if (moment) {
    ui.section("VIEW");
    static const Choice forms[] = {{N_("In space"), "off"}, {N_("Plan"), "on"}};
    ui.segmented("form", forms, state_.plan ? "on" : "off", "architecture.plan");
    if (state_.plan) {
      const std::string file = moment->info->name + ".svg";
      ui.text_field("file", file, "architecture.plan.save", "a name ending in .svg or .png");
      ui.button("Save the plan", "architecture.plan.save " + quoted(file));
      ui.error_beside("architecture.plan.save");
      if (!saved_.empty()) ui.note(format_tr("Written: {}", saved_));
      ui.hairline();
      return;
    }
    ui.begin_flow();
    for (const auto& [label, view] : {std::pair(N_("All of it"), "fit"), std::pair(N_("Front"), "front"),
                                      std::pair(N_("Side"), "side"), std::pair(N_("Along"), "along")}) {
      ui.button(label, fmt::format("architecture.view {}", view));
    }
    ui.button("Demo", "architecture.demo on", {.icon = Icon::play});
    ui.end_flow();
    ui.setting("architecture.size", {.list = true});
    ui.setting("architecture.scale");
    ui.setting("architecture.merged");
    ui.setting("architecture.every");
    ui.setting("architecture.edges");
    ui.hairline();
    ui.section("WHAT IT LOOKS AT");
    draw_network_image(ui, context_.document, "network.image");
  }
}

void ArchitecturePage::draw_selected(Ui& ui) const {
  if (!selected_cell(*shown_->info)) {
    ui.section("CELL");
    ui.note("Click a cell: what it was made of stands here, and what it sees of the picture lights up.");
    ui.hairline();
    return;
  }
  if (const std::optional<Error>& why = shown_->values.moment->why) {
    ui.section("CELL");
    ui.error_note(why->what(), why->hint());
    ui.hairline();
    return;
  }
  const CellPanel* panel = cell_panel();
  if (panel == nullptr) {
    ui.section("CELL");
    ui.note("Being followed back to the picture.");
    ui.hairline();
    return;
  }
  // The sum stands in the layer before where the cell is only a function of its value.
  const CellPanel& sum = cell_.sum && cell_.own.get() == panel ? *cell_.sum : *panel;
  const int layer = sum.place.node;
  draw_cell(ui, *panel);
  if (&sum != panel && sum.parameters.value > 0) {
    ui.row(format_tr("parameters of {}", layer_words(*shown_->info, layer)), grouped(sum.parameters.value));
    ui.note(sum.parameters.formula);
  }
  if (&sum != panel) {
    const std::string formula = size_text(sum.size);
    if (!formula.empty()) ui.note(format_tr("Its size: {}", formula));
  }
  ui.begin_flow();
  ui.button("Fly there", "architecture.show " + quoted(selected_->layer), {.icon = Icon::eye});
  if (kernel_sizes(*shown_->info, layer)) {
    const bool there = shown_->scene.kernel_of[static_cast<size_t>(layer)] >= 0;
    ui.button(there ? "Hide its weights" : N_("Show its weights"),
              fmt::format("architecture.kernels {} {}", layer - 1, there ? "off" : "on"), {.tone = Concept::kernel});
  }
  ui.end_flow();
  ui.hairline();
  draw_cell_sum(ui, sum, {.slice = state_.slice});
  draw_strongest_inputs(ui, sum);
}

}  // namespace striate
