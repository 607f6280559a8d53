#include "app/pages/train/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr double kMaxSteps = 1e12;

}  // namespace

void OverviewView::declare(Registry& registry) {
  settings_.text(
      "curves.window", "steps that the curves show", "Which steps the curves show",
      Parameter::text("STEPS", "all, or the first and the last step: 0 200"),
      [](const State& s) { return window_text(s.window); },
      [](State& s, const std::string& text) {
        const std::optional<CurveWindow> window = parse_window(text);
        if (!window || window->from < 0 || window->to > kMaxSteps) {
          throw Error(fmt::format("\"{}\" are no steps", shown(text)),
                      "give all, or the first and the last step: train.curves.window 0 200");
        }
        s.window = *window;
      });
  log_ = &settings_.on_off("curves.log", "log", "Loss on a logarithmic scale: equal distances are equal ratios",
                           "on: logarithmic", &State::log);
  settings_.integer("curves.smooth", "smoothing",
                    "Draws curves of single batches as the mean of their last steps; 1 draws every step as it is",
                    {"N", "steps", 1, 10000}, &State::smoothing);
  scale_ = &settings_.choice(
      "overview.scale", "colors scaled to",
      "What the colors of filters, answers and gradients are scaled to: each map, its layer, or all layers alike",
      Parameter::choice("SCOPE", "whose largest value is the end of the scale", {"map", "layer", "network"}),
      &State::scope);
  settings_.declare(registry);
  Readout readout{"train.curves.at", "loss of the training batch of one step, as the curve has it", {}};
  readout.parameters = {Parameter::integer("STEP", "the step, from 1", 1, kMaxSteps)};
  readout.value_of = [this](const Arguments& arguments) {
    const TrainSnapshotPtr now = scene_.snapshot();
    curves_.sync(*now);
    const auto i = static_cast<int64_t>(static_cast<double>(arguments.integer(0)) - curves_.first());
    if (i < 0 || i >= curves_.loss().size()) {
      throw Error(fmt::format("there is no step {}", arguments.integer(0)),
                  curves_.loss().size() == 0
                      ? std::string("start the training: train.start")
                      : fmt::format("steps {:.0f} to {:.0f} are there", curves_.first(),
                                    curves_.first() + static_cast<double>(curves_.loss().size() - 1)));
    }
    return ReadoutValue(static_cast<double>(curves_.loss().at(i)));
  };
  registry.add(std::move(readout));
}

std::vector<Page::Key> OverviewView::keys() const {
  return {{"L", log_->next_line(), N_("curves: logarithmic or linear")}};
}

bool OverviewView::update(double seconds) {
  now_ = seconds;
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!now->architecture) return false;
  figures_.keep(now->architecture);
  const FiguresOf::Ptr figures = figures_.of(now->architecture);
  curves_.sync(*now);
  if (now->other) other_.sync(*now->other);
  compose(*now, *figures);
  if (look_.scope != ScaleScope::network || limits_of_ == now->version) return false;
  limits_of_ = now->version;
  network_limit_[0] = largest_weight(*now, TensorKind::weight, *figures);
  network_limit_[1] = largest_weight(*now, TensorKind::weight_gradient, *figures);
  network_limit_[2] = 0;
  for (size_t i = 0; now->probe && i < now->probe->activations.size(); ++i) {
    if (now->probe->activations[i]) {
      network_limit_[2] = std::max(network_limit_[2], largest_magnitude(now->probe->activations[i]->values));
    }
  }
  return false;
}

void OverviewView::drawn(const Drawn& frame) {
  hovered_step_ = frame.number("overview.step", -1);
  pending_[0] = pick_of(frame, "loss curve");
  pending_[1] = pick_of(frame, "accuracy curve");
  take_opening(frame, id(), now_, scene_.opening.get());
}

void OverviewView::subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const {
  wanted.test = wanted.probe = wanted.dead_units = true;
  if (!now.architecture) return;
  const FiguresOf::Ptr kept = figures_.of(now.architecture);
  const NetworkFigures& figures = *kept;
  for (const int node : {figures.first, figures.second, figures.pair.second}) {
    if (node > 0) wanted.tensors.insert({TensorKind::weight, figures.layer(node).weight});
  }
  if (figures.first > 0) wanted.tensors.insert({TensorKind::weight_gradient, figures.layer(figures.first).weight});
  if (look_.scope != ScaleScope::network) return;
  for (const LayerFacts& layer : figures.layers) {
    if (layer.weight.empty()) continue;
    wanted.tensors.insert({TensorKind::weight, layer.weight});
    wanted.tensors.insert({TensorKind::weight_gradient, layer.weight});
  }
}

std::unique_ptr<TrainView> make_overview_view(const TrainScene& scene) { return std::make_unique<OverviewView>(scene); }

}  // namespace striate
