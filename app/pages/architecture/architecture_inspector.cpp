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
  if (moment && shown_) draw_cell(ui);
  ui.section("NETWORK");
  std::vector<Choice> names;
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) names.push_back({model.name, model.name});
  }
  names.push_back({N_("the one in training"), "training"});
  const NetworkState& asked = network().asked();
  ui.dropdown("model", names, !asked.opened ? "training" : find_model(asked.file) != nullptr ? asked.file : "",
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
    ui.begin_flow();
    for (const auto& [label, view] : {std::pair(N_("All of it"), "fit"), std::pair(N_("Front"), "front"),
                                      std::pair(N_("Side"), "side"), std::pair(N_("Along"), "along")}) {
      ui.button(label, fmt::format("architecture.view {}", view));
    }
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

void ArchitecturePage::draw_cell(Ui& ui) const {
  const std::optional<SceneCell> cell = selected_cell(*shown_->info);
  if (!cell) {
    ui.section("CELL");
    ui.note("Click a cell: what it was made of stands here, and what it sees of the picture lights up.");
    ui.hairline();
  }
}

}  // namespace striate
