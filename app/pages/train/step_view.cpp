#include "app/pages/train/step_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/words/words.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/training/optimizer_settings.h"

namespace striate {
namespace {

constexpr double kMax = 1 << 20;

}  // namespace

bool StepView::update(double now) {
  now_ = now;
  const TrainSnapshotPtr s = scene_.snapshot();
  if (s->next_phase != Phase::batch) slow_ = now;
  if (before_ && before_->run != s->run) before_ = nullptr;
  if (s->next_phase == Phase::update) before_ = s;
  try {
    compute_gradient(*s);
  } catch (const Error&) {
    // Its arrays come with another snapshot; the stage says so.
  }
  return false;
}

void StepView::subscribe(const TrainSnapshot& now, TrainSubscription& subscription) const {
  if (!has_network(now)) return;
  subscription.batch = true;
  const int nodes = now.architecture->size();
  subscribe_activation(now, nodes - 1, true, subscription);
  // Everything only while there is time to look at it.
  if (fast(now)) return;
  const Place at = place(now);
  if (at.node > 0) {
    subscribe_arrays(now, at.node, false, subscription);
    subscribe_states(now, at.node, OptimizerSettings::parse(now.config->optimizer).states(), subscription);
    subscribe_activation(now, at.node, true, subscription);
    subscribe_activation(now, at.input, true, subscription);
  }
  const int shown = shown_phase(now);
  for (int i = 0; i < nodes; ++i) {
    if (shown == 1) subscribe_activation(now, i, false, subscription);
    if (shown == 3 && state_.way == "layers") {
      subscription.tensors.insert({TensorKind::activation_gradient, node_name(now, i)});
    }
  }
}

void StepView::declare(Registry& registry) {
  declare_settings();
  settings_.declare(registry);
  const auto whole = [](const Arguments& a, size_t i) { return static_cast<int>(a.integer(i)); };
  const std::vector<Parameter> place = {Parameter::integer("X", "column, from 0", 0, kMax),
                                        Parameter::integer("Y", "row, from 0", 0, kMax)};
  registry.add(Command{"train.step.weight", N_("The weight of the slice"), place, [this, whole](const Arguments& a) {
                         state_.weight_column = whole(a, 0), state_.weight_row = whole(a, 1);
                       }});
  registry.add(Command{"train.step.cell", N_("The product, or the input value, that is looked at"), place,
                       [this, whole](const Arguments& a) {
                         state_.column = whole(a, 0), state_.row = whole(a, 1), state_.walked = -1;
                       }});
  declare_readouts(registry);
}

void StepView::declare_settings() {
  const SettingRange from_0{"N", "from 0", 0, kMax};
  // Of the place that is looked at; nothing before there is a network.
  const auto of_place = [this](auto fill) {
    return [this, fill] {
      Setting::Now it;
      const TrainSnapshotPtr now = scene_.snapshot();
      if (has_network(*now)) fill(*now, place(*now), it);
      return it;
    };
  };
  settings_.choice("look", "phase", "Which phase of the step is shown; now: the one that was done last",
                   Parameter::choice("PHASE", "which", {"now", "batch", "forward", "loss", "backward", "update"}),
                   &State::look);
  settings_.integer("sample", "followed sample", "The sample of the batch that is followed", from_0, &State::sample)
      .now = of_place(
      [](const TrainSnapshot& now, const Place&, Setting::Now& it) { it.last = std::max(1, now.config->batch - 1); });
  settings_.integer("class", "class", "The class whose softmax is shown term by term; -1: the followed sample's own",
                    {"N", "from 0; -1: the sample's own", -1, kMax}, &State::of_class);
  Setting& layer = settings_.text(
      "layer", "layer", "The layer whose gradients and update are shown",
      Parameter::word("LAYER", "its number, from 0 without the input, or its name; -1: the first with weights"),
      [](const State& s) { return std::to_string(std::max(-1, s.node - 1)); },
      [this](State& s, const std::string& which) {
        const TrainSnapshotPtr now = scene_.snapshot();
        const int node = node_of_layer(*now, which);
        if (node > 0 && has_network(*now) && !has_weights(*now, node)) {
          std::string list;
          for (const int each : weighted_nodes(*now)) list += (list.empty() ? "" : ", ") + std::to_string(each - 1);
          throw Error(fmt::format("layer {} has no weights that multiply", node - 1), "choose one of " + list);
        }
        s.node = node;
        s.row = s.column = -1;
      });
  layer.readout_help = "number of the layer whose gradients and update are shown, from 0 without the input";
  layer.shown = [this] {
    const TrainSnapshotPtr now = scene_.snapshot();
    if (!has_network(*now)) throw Error("nothing is being trained", "start: train.start");
    return ReadoutValue(place(*now).node - 1.0);
  };
  layer.now = of_place([](const TrainSnapshot& now, const Place& at, Setting::Now& it) {
    for (const int node : weighted_nodes(now)) it.offers.emplace_back(node_text(now, node), std::to_string(node - 1));
    it.value = std::to_string(at.node - 1);
  });
  settings_.choice(
      "way", "way back", "What is shown of the way back: all layers, a weight's gradient, an input value's gradient",
      Parameter::choice("WHICH", "which", {"layers", "weights", "input"}), [](const State& s) { return s.way; },
      [](State& s, const std::string& way) {
        s.way = way;
        s.row = s.column = -1;
      });
  settings_.integer("filter", "filter", "The filter, or neuron, of the layer", from_0, &State::filter).now =
      of_place([](const TrainSnapshot&, const Place& at, Setting::Now& it) { it.last = at.g.k - 1; });
  settings_.integer("slice", "slice", "The slice of the filter, or input of the neuron", from_0, &State::slice).now =
      of_place([](const TrainSnapshot&, const Place& at, Setting::Now& it) { it.last = at.per_group - 1; });
  settings_.also([this] {
    const State& s = state_;
    std::vector<std::string> lines{fmt::format("train.step.weight {} {}", s.weight_column, s.weight_row)};
    if (s.row >= 0) lines.push_back(fmt::format("train.step.cell {} {}", s.column, s.row));
    return lines;
  });
  settings_.integer("walk", "counted products", "How many products of the shown row are counted; -1: all",
                    {"N", "products", -1, kMax}, &State::walked);
}

std::unique_ptr<TrainView> make_step_view(const TrainScene& scene) { return std::make_unique<StepView>(scene); }

}  // namespace striate
