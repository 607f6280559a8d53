// The inspector of the heat maps: what is explained, how, and the control.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/features/class_choices.h"
#include "app/pages/features/heat_method.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/explain/grad_cam.h"
#include "engine/explain/randomize.h"

namespace striate {
void HeatMapsMethod::draw_inspector(Ui& ui, const FeatureLook& look) const {
  const OpenNetworkInfo& info = look.info();
  const HeatMethod method = parse_heat_method(look.state.method);
  ui.section("EXPLAINS");
  if (info.class_count > 0) ui.setting("features.of");
  if (look.state.of_class && info.class_count > 0 && !look.moment->answer.order.empty()) {
    ui.dropdown("class", class_choices(look, look.state.the_class, false), look.state.the_class, "features.class");
    ui.error_beside("features.class");
    ui.dropdown("against", class_choices(look, look.state.against, true), look.state.against, "features.against");
    ui.error_beside("features.against");
  }
  if (goes_by_rules(method)) ui.setting("features.channels");
  if (method == HeatMethod::integrated) {
    ui.setting("features.baseline", {.list = true});
    ui.setting("features.steps", {.field = true});
  }
  const auto layer_choice = [&](const char* label, const std::vector<int>& nodes, const char* usual,
                                const std::string& chosen, const char* command) {
    std::vector<Choice> choices;
    choices.push_back({std::string(tr(std::string_view(usual))), usual});
    bool there = chosen == usual;
    for (const int n : nodes) {
      const OpenLayer& layer = info.layers[static_cast<size_t>(n)];
      const std::string number = std::to_string(n - 1);
      choices.push_back({fmt::format("{}: {}", number, layer.text), number});
      if (chosen == layer.name && chosen != number) choices.back().value = chosen;
      there |= choices.back().value == chosen;
    }
    if (!there) choices.push_back({chosen, chosen});
    ui.dropdown(label, choices, chosen, command);
    ui.error_beside(command);
  };
  if (method == HeatMethod::gradcam) {
    const std::vector<char> with_places = layers_with_places(info);
    std::vector<int> nodes;
    for (int n = static_cast<int>(info.layers.size()) - 1; n > 0; --n) {
      if (with_places[static_cast<size_t>(n)]) nodes.push_back(n);
    }
    layer_choice("layer of Grad-CAM", nodes, N_("last"), state_.cam, "features.cam");
  }
  if (method == HeatMethod::occlusion) {
    if (look.state.of_class) ui.setting("features.drop");
    ui.setting("features.occlude.size", {.field = true});
    ui.setting("features.occlude.stride", {.field = true});
  }
  const bool long_work = method == HeatMethod::occlusion || method == HeatMethod::integrated;
  if (work_.busy() && long_work) {
    ui.progress("the map", work_.progress(), "features.stop");
  } else if (stopped_) {
    ui.button("Go on", "features.start");
  }
  ui.hairline();
  if (view_ && view_->map) {
    ui.section("MAP");
    ui.row("score", shortest_text(static_cast<float>(view_->map->score)), Concept::activation);
    if (view_->finished || view_->of.drawn >= 0) {
      ui.row("sum of the map", shortest_text(static_cast<float>(view_->map->sum)));
    }
    ui.row("largest", shortest_text(view_->map->map.largest()));
    for (const auto& [name, value] : view_->map->facts) {
      if (name == "error") {
        ui.row("what the steps miss", fmt::format("{:.2f} %", 100 * value));
      } else if (name == "steps") {
        ui.row("steps taken", fmt::format("{}", static_cast<int>(value)));
      } else if (name == "baseline") {
        ui.row("score at the baseline", shortest_text(static_cast<float>(value)));
      } else if (name == "probability") {
        ui.row("probability", fmt::format("{:.4f}", value));
      } else if (name == "cut_below_0") {
        ui.row("cut off below 0", shortest_text(static_cast<float>(value)));
      }
    }
    if (view_->map->layer > 0) {
      const int n = view_->map->layer;
      ui.row("layer", fmt::format("{}: {}", n - 1, info.layers[static_cast<size_t>(n)].text));
    }
    if (!state_.raw) ui.setting("features.opacity");
    ui.setting("features.raw");
    if (view_->rules && view_->rules->relu > 0) {
      layer_choice("ReLU", relus_before(info, view_->of.target.node), N_("auto"), state_.relu, "features.relu");
      ui.setting("features.rule", {.field = true});
    }
    ui.hairline();
  }
  ui.section("CONTROL");
  const std::vector<int> layers = layers_with_weights(info);
  int down = -1;
  if (view_) down = view_->of.drawn;
  const auto drawn = look.state.randomize == "none" ? 0 : std::count_if(layers.begin(), layers.end(), [down](int node) {
    return down >= 0 && node >= down;
  });
  NumberSpec number;
  number.decimals = 0, number.step = 1;
  number.maximum = static_cast<double>(layers.size());
  if (!layers.empty()) ui.slider("random layers", static_cast<double>(drawn), number, "features.cascade");
  ui.note(twin_note(look, drawn));
  ui.error_beside("features.cascade");
  ui.setting("features.randomize.seed", {.field = true});
  if (view_ && view_->finished) {
    const auto words = [](const std::optional<double>& found) {
      return found ? fmt::format("{:.3f}", *found) : std::string(tr("not defined"));
    };
    if (view_->twin) ui.row("correlation with it", words(view_->correlation));
    ui.row("correlation with edges", words(view_->with_edges));
    ui.note("Spearman's rank correlation of absolute values: 1 for the same order, 0 for none.");
  }
  ui.hairline();
}

std::string HeatMapsMethod::twin_note(const FeatureLook& look, int64_t drawn) {
  if (look.state.randomize == "none") return tr("No control: the slider draws weights anew, from the logits down.");
  if (look.state.randomize == "all") return tr("All weights are drawn anew: a network that has learned nothing.");
  return format_tr("{} layers from the logits down are drawn anew; those before have learned.", drawn);
}

}  // namespace striate
