#include "app/pages/train/step_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/words/words.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/training/optimizer_settings.h"

namespace striate {
namespace {

const char* const kPhases[] = {"batch", "forward", "loss", "backward", "update"};

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

std::vector<std::string> StepView::state() const {
  const State& s = state_;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("train.step.look {}", s.look < 0 ? "now" : kPhases[s.look]));
  lines.push_back(fmt::format("train.step.sample {}", s.sample));
  lines.push_back(fmt::format("train.step.layer {}", std::max(-1, s.node - 1)));
  lines.push_back("train.step.way " + s.way);
  lines.push_back(fmt::format("train.step.filter {}", s.filter));
  lines.push_back(fmt::format("train.step.slice {}", s.slice));
  lines.push_back(fmt::format("train.step.weight {} {}", s.weight_column, s.weight_row));
  if (s.row >= 0) lines.push_back(fmt::format("train.step.cell {} {}", s.column, s.row));
  lines.push_back(fmt::format("train.step.walk {}", s.walked));
  return lines;
}

void StepView::declare(Registry& registry) {
  constexpr double kMax = 1 << 20;
  const auto command = [&](const char* name, const char* help, std::vector<Parameter> parameters, auto apply) {
    registry.add(Command{std::string("train.step.") + name, help, std::move(parameters), apply});
  };
  const auto whole = [](const Arguments& a, size_t i) { return static_cast<int>(a.integer(i)); };
  const auto number = [](const char* name, const char* help, double low = 0) {
    return Parameter::integer(name, help, low, kMax);
  };
  command("look", N_("Which phase of the step is shown; now: the one that was done last"),
          {Parameter::choice("PHASE", "which", {"now", "batch", "forward", "loss", "backward", "update"})},
          [this](const Arguments& a) {
            state_.look = -1;
            for (int i = 0; i < 5; ++i) {
              if (a.text(0) == kPhases[i]) state_.look = i;
            }
          });
  command("sample", N_("The sample of the batch that is followed"), {number("N", "from 0")},
          [this, whole](const Arguments& a) { state_.sample = whole(a, 0); });
  command("layer", N_("The layer whose gradients and update are shown"),
          {Parameter::word("LAYER", "its number, from 0 without the input, or its name; -1: the first with weights")},
          [this](const Arguments& a) {
            const TrainSnapshotPtr now = scene_.snapshot();
            const int node = node_of_layer(*now, a.text(0));
            if (node > 0 && has_network(*now) && !has_weights(*now, node)) {
              std::string list;
              for (const int each : weighted_nodes(*now)) list += (list.empty() ? "" : ", ") + std::to_string(each - 1);
              throw Error(fmt::format("layer {} has no weights that multiply", node - 1), "choose one of " + list);
            }
            state_.node = node;
            state_.row = state_.column = -1;
          });
  command("way", N_("What is shown of the way back: all layers, a weight's gradient, an input value's gradient"),
          {Parameter::choice("WHICH", "which", {"layers", "weights", "input"})}, [this](const Arguments& a) {
            state_.way = a.text(0);
            state_.row = state_.column = -1;
          });
  command("filter", N_("The filter, or neuron, of the layer"), {number("N", "from 0")},
          [this, whole](const Arguments& a) { state_.filter = whole(a, 0); });
  command("slice", N_("The slice of the filter, or input of the neuron"), {number("N", "from 0")},
          [this, whole](const Arguments& a) { state_.slice = whole(a, 0); });
  command("weight", N_("The weight of the slice"), {number("X", "column, from 0"), number("Y", "row, from 0")},
          [this, whole](const Arguments& a) { state_.weight_column = whole(a, 0), state_.weight_row = whole(a, 1); });
  command("cell", N_("The product, or the input value, that is looked at"),
          {number("X", "column, from 0"), number("Y", "row, from 0")}, [this, whole](const Arguments& a) {
            state_.column = whole(a, 0), state_.row = whole(a, 1), state_.walked = -1;
          });
  command("walk", N_("How many products of the shown row are counted; -1: all"), {number("N", "products", -1)},
          [this, whole](const Arguments& a) { state_.walked = whole(a, 0); });
  declare_readouts(registry);
}

std::unique_ptr<TrainView> make_step_view(const TrainScene& scene) { return std::make_unique<StepView>(scene); }

}  // namespace striate
