#include "app/pages/network.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/pages/network_states.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"

namespace striate {
NetworkPage::NetworkPage(const PageContext& context) : info_(network_page().info), context_(context) {}

void NetworkPage::declare(Registry& registry) {
  registry.add(Command{"network.select",
                       N_("Shows the maps of a layer"),
                       {Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one")},
                       [this](const Arguments& arguments) {
                         const std::string& layer = arguments.text(0);
                         const NetworkMomentPtr& moment = network().moment();
                         if (moment && moment->info && !network().opening()) {
                           need_layer(moment->info->architecture, layer);
                         } else if (layer.empty()) {
                           throw Error("a layer has a name or a number", "the first one: network.select 0");
                         }
                         chosen_ = layer;
                       }});
  registry.add(Readout{"network.select", "the layer whose maps are shown", [this] { return ReadoutValue(chosen_); }});
}

std::vector<std::string> NetworkPage::state() const {
  std::vector<std::string> lines = network().state();
  // Of another network it may be none: then the first.
  const NetworkMomentPtr& moment = network().moment();
  const bool there =
      !moment || !moment->info || network().opening() || find_layer(moment->info->architecture, chosen_) >= 0;
  lines.push_back("network.select " + quoted(there ? chosen_ : "0"));
  return lines;
}

bool NetworkPage::update(double /*now*/) {
  const NetworkMomentPtr& moment = network().moment();
  if (!moment || !moment->info) return false;
  return shown_.update(*moment, chosen_node(*moment));
}

// A picture that is opened or dropped while this page is shown is what the network looks at.
void NetworkPage::image_changed() {
  if (context_.document.image && is_shown()) network().look_at_open_picture();
}

void NetworkPage::drawn(const Drawn& frame) {
  revealed_ = static_cast<int>(frame.number("network.revealed", revealed_));
}

int NetworkPage::chosen_node(const NetworkMoment& moment) const {
  const int node = find_layer(moment.info->architecture, chosen_);
  return node >= 0 ? node : std::min(1, moment.info->architecture.size() - 1);
}

std::vector<Page::Key> NetworkPage::keys() const {
  std::vector<Key> keys;
  const NetworkMomentPtr& moment = network().moment();
  if (!moment || !moment->info) return keys;
  const int node = chosen_node(*moment);
  if (node > 1) keys.push_back({"Up", fmt::format("network.select {}", node - 2), N_("the layer before")});
  if (node + 1 < moment->info->architecture.size()) {
    keys.push_back({"Down", fmt::format("network.select {}", node), N_("the next layer")});
  }
  return keys;
}

// ------------------------------------------------------------------------------------------------- the inspector

void NetworkPage::draw_inspector(Ui& ui) const {
  const NetworkMomentPtr& moment = network().moment();
  draw_choice(ui);
  const bool known = network().has_network() && moment && moment->info;
  if (known) draw_facts(ui, *moment);
  draw_picture(ui, known ? moment.get() : nullptr);
  if (known) draw_cut_out(ui, *moment, chosen_node(*moment));
}

void NetworkPage::draw_choice(Ui& ui) const {
  const NetworkState& asked = network().asked();
  ui.section("WHICH NETWORK");
  static const Choice uses[] = {{N_("In training"), "training"}, {N_("Opened"), "opened"}};
  ui.segmented("network", uses, asked.opened ? "opened" : "training", "network.use");
  ui.error_beside("network.use");
  ui.begin_flow();
  draw_open_model(ui, N_("Open a model\u2026"), "network.open",
                  network().has_network() ? ButtonStyle::normal : ButtonStyle::primary);
  ui.end_flow();
  std::vector<Choice> names;
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) names.push_back({model.name, model.name});
  }
  ui.dropdown("by name", names, asked.opened && find_model(asked.file) != nullptr ? asked.file : "", "network.open");
  ui.error_beside("network.open");
  if (!asked.opened && !network().has_network()) {
    ui.note("Nothing is being trained: begin on page `train`, or open a model here.");
    ui.button("To the training", "page train");
  }
  ui.hairline();
}

void NetworkPage::draw_facts(Ui& ui, const NetworkMoment& moment) const {
  const OpenNetworkInfo& info = *moment.info;
  ui.section("NETWORK");
  ui.row("name", info.name);
  if (!info.title.empty()) ui.note(fmt::format("{}.", tr(std::string_view(info.title))));
  const bool random = info.weights == WeightsFrom::random;
  ui.row("weights", weights_words(info));
  if (info.step) ui.row("after step", grouped(*info.step));
  ui.row("layers", grouped(static_cast<int64_t>(info.layers.size()) - 1));
  ui.row("parameters", grouped(info.parameters));
  ui.row("multiply-adds", grouped(info.multiply_adds));
  if (info.class_count > 0) ui.row("classes", grouped(info.class_count));
  for (const std::string& note : info.notes) ui.note(note + ".");
  ui.begin_flow();
  if (!info.cached.empty()) {
    const std::string cached = format_tr("Those in PyTorch's cache: {}", info.cached);
    ui.button("Open its weights", "network.open " + quoted(info.cached),
              {.style = ButtonStyle::primary, .tooltip = cached});
  }
  if (!info.weights_lack) {
    ui.button("Given weights", "network.weights given",
              {.enabled = random, .tooltip = N_("The weights as they were opened or trained")});
  }
  ui.button("Draw anew", fmt::format("network.weights random {}", random ? info.seed + 1 : 0),
            {.icon = Icon::reset,
             .tooltip = N_("All weights are drawn anew: what is then still to be seen was not learned")});
  ui.end_flow();
  ui.error_beside("network.weights");
  ui.hairline();
}

void NetworkPage::draw_picture(Ui& ui, const NetworkMoment* moment) const {
  ui.section("WHAT IT LOOKS AT");
  draw_network_image(ui, context_.document, "network.image");
  if (moment != nullptr && !moment->why) {
    const OpenNetworkInfo& info = *moment->info;
    if (moment->picture.label >= 0 && static_cast<size_t>(moment->picture.label) < info.classes.size()) {
      ui.row("it is", info.classes[static_cast<size_t>(moment->picture.label)]);
    }
    ui.row("the network receives", info.picture.text(), Concept::input);
    for (const PreprocessingStep& step : moment->input.steps) {
      ui.note(fmt::format("**{}** {}", step.name,
                          step.name == "picture" ? fmt::format("{} \u00d7 {}", step.width, step.height) : step.words));
    }
    if (moment->input.steps.empty()) ui.note(moment->input.words);
    if (info.prepared_as.empty() && !info.weights_lack) {
      ui.note("The file does not say how its pictures are prepared: this is a guess.");
    }
  }
  ui.hairline();
}

PageKind network_page() {
  return {
      {"network", N_("The open network"), N_("Networks"),
       N_("One network and what it makes of one picture: the network of page train at the step that its timeline "
          "shows, or a model file of any other program. Drop an ONNX, safetensors or PyTorch file here: its layers, "
          "its best five classes with logit and probability, and every layer's maps are shown at once. Click a layer "
          "to see its maps, click a map to cut that channel out, and draw all weights anew to see what was learned.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<NetworkPage>(context); }};
}

}  // namespace striate
