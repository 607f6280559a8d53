// All methods of the page `features`, in the order in which they are offered. To add one: a file in this folder, and
// one line here.
#include <fmt/format.h>

#include <utility>

#include "app/command/not_ready.h"
#include "app/pages/features/adversarial_method.h"
#include "app/pages/features/feature_method.h"
#include "app/pages/features/field_method.h"
#include "app/pages/features/filters_method.h"
#include "app/pages/features/heat_method.h"
#include "app/pages/features/maps_method.h"
#include "app/pages/features/maximize_method.h"
#include "app/pages/features/patches_method.h"
#include "app/pages/features/unit_grid.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

std::vector<std::unique_ptr<FeatureMethod>> make_feature_methods(const PageContext& context) {
  std::vector<std::unique_ptr<FeatureMethod>> methods;
  methods.push_back(make_filters_method(context));
  methods.push_back(make_maps_method());
  methods.push_back(make_patches_method(context));
  methods.push_back(make_maximize_method(context));
  methods.push_back(make_field_method(context));
  methods.push_back(make_heat_method(context));
  methods.push_back(make_adversarial_method(context));
  return methods;
}

Target FeatureLook::target() const {
  if (!state.of_class) return unit_target(info(), node, channel, row, column);
  if (info().class_count == 0) return class_target(info(), 0);  // throws
  if (moment->answer.order.empty()) {
    throw Error("the network has not answered", "choose what it looks at: network.image FILE");
  }
  for (const auto& [found, said] : {std::pair{of, state.the_class}, {against, state.against}}) {
    if (found || said == "none") continue;
    throw Error(fmt::format("{} has no class {}", info().name, said), "choose another: features.class 0");
  }
  return class_target(info(), *of, against);
}

std::string layer_words(const FeatureLook& look) {
  if (look.node == 0) return tr("the input");
  const std::string number = std::to_string(look.node - 1), &name = look.layer().name;
  return name == number ? format_tr("layer {}", number) : format_tr("layer {}, {}", number, name);
}

std::string unit_words(const FeatureLook& look, int64_t channel) {
  const OpenNetworkInfo& info = look.info();
  std::string words = format_tr("channel {}", channel);
  const bool classes = info.named && info.logits > 0 && look.node >= info.logits && look.cells[0] == info.class_count;
  if (classes) words += ": " + info.classes[static_cast<size_t>(channel)];
  return words;
}

void FeatureMethod::start(const FeatureLook& look, bool) {
  throw Error(fmt::format("{} needs no start: it follows at once", look.state.method),
              "features.start is for maximize, patches and the film of learning");
}

void FeatureMethod::draw_units(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const {
  draw_unit_maps(ui, area, look, note);
}

namespace {

[[noreturn]] void none(const FeatureLook& look, const char* what, const char* hint) {
  throw Error(fmt::format("{} has no {}", look.state.method, what), hint);
}

}  // namespace

double FeatureMethod::score(const FeatureLook& look) {
  if (look.moment->why) throw Error(*look.moment->why);
  return static_cast<double>(
      value_at(look.info(), look.moment->answer, look.node, look.channel, look.row, look.column));
}
double FeatureMethod::map(const FeatureLook& look, int64_t, int64_t) {
  none(look, "map of values", "choose another: features.method maps");
}
double FeatureMethod::sum(const FeatureLook& look) {
  none(look, "map of values", "choose another: features.method maps");
}
double FeatureMethod::correlation(const FeatureLook& look) {
  none(look, "control", "choose a heat map: features.method gradient");
}
double FeatureMethod::edges(const FeatureLook& look) {
  none(look, "control", "choose a heat map: features.method gradient");
}
double FeatureMethod::patch(const FeatureLook& look, int64_t) {
  none(look, "patches", "choose them: features.method patches");
}

}  // namespace striate
