#include "app/pages/train/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr double kMaxSteps = 1e12;
const char* scope_word(ScaleScope scope) {
  return scope == ScaleScope::map ? "map" : scope == ScaleScope::network ? "network" : "layer";
}

}  // namespace

std::string OverviewView::next_scale() const {
  const ScaleScope next = scope_ == ScaleScope::map     ? ScaleScope::layer
                          : scope_ == ScaleScope::layer ? ScaleScope::network
                                                        : ScaleScope::map;
  return std::string("train.overview.scale ") + scope_word(next);
}

void OverviewView::declare(Registry& registry) {
  registry.add(Command{
      "train.curves.window",
      N_("Which steps the curves show"),
      {Parameter::text("STEPS", "all, or the first and the last step: 0 200")},
      [this](const Arguments& arguments) {
        const std::string& text = arguments.text(0);
        if (trimmed(text) == "all") {
          window_ = {};
          return;
        }
        const std::vector<std::string> words = split_words(text);
        double from = 0, to = 0;
        if (words.size() != 2 || !parse_number(words[0], &from) || !parse_number(words[1], &to) || !(from < to) ||
            from < 0 || to > kMaxSteps) {
          throw Error(fmt::format("\"{}\" are no steps", shown(text)),
                      "give all, or the first and the last step: train.curves.window 0 200");
        }
        window_ = {from, to};
      },
  });
  registry.add(Command{
      "train.curves.log",
      N_("Loss on a logarithmic scale: equal distances are equal ratios"),
      {Parameter::on_off("ON", "on: logarithmic")},
      [this](const Arguments& arguments) { log_ = arguments.on(0); },
  });
  registry.add(Command{
      "train.curves.smooth",
      N_("Draws curves of single batches as the mean of their last steps; 1 draws every step as it is"),
      {Parameter::integer("N", "steps", 1, 10000)},
      [this](const Arguments& arguments) { smoothing_ = static_cast<int>(arguments.integer(0)); },
  });
  registry.add(Command{
      "train.overview.scale",
      N_("What the colors of filters, answers and gradients are scaled to: each map, its layer, or all layers alike"),
      {Parameter::choice("SCOPE", "whose largest value is the end of the scale", {"map", "layer", "network"})},
      [this](const Arguments& arguments) {
        const std::string& word = arguments.text(0);
        scope_ = word == "map" ? ScaleScope::map : word == "network" ? ScaleScope::network : ScaleScope::layer;
      },
  });
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

std::vector<std::string> OverviewView::state() const {
  return {window_.all() ? std::string("train.curves.window all")
                        : fmt::format("train.curves.window {:.6g} {:.6g}", window_.from, window_.to),
          std::string("train.curves.log ") + (log_ ? "on" : "off"), fmt::format("train.curves.smooth {}", smoothing_),
          std::string("train.overview.scale ") + scope_word(scope_)};
}

std::vector<Page::Key> OverviewView::keys() const {
  return {{"L", std::string("train.curves.log ") + (log_ ? "off" : "on"), N_("curves: logarithmic or linear")}};
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
  if (scope_ != ScaleScope::network || limits_of_ == now->version) return false;
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
  if (scope_ != ScaleScope::network) return;
  for (const LayerFacts& layer : figures.layers) {
    if (layer.weight.empty()) continue;
    wanted.tensors.insert({TensorKind::weight, layer.weight});
    wanted.tensors.insert({TensorKind::weight_gradient, layer.weight});
  }
}

std::unique_ptr<TrainView> make_overview_view(const TrainScene& scene) { return std::make_unique<OverviewView>(scene); }

}  // namespace striate
