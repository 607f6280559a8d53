// The readouts "neuron.*".
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/command/not_ready.h"
#include "app/pages/neuron/neuron.h"
#include "engine/error.h"

namespace striate {

void NeuronPage::declare_readouts(Registry& registry) {
  const auto number = [&](std::string name, std::string help, const std::function<double()>& value) {
    registry.add(Readout{std::move(name), std::move(help), [value] { return ReadoutValue(value()); }});
  };
  const auto accuracy = [this](double share) {
    if (data().regression()) {
      throw Error(fmt::format("{} has numbers to learn: no answer is simply right", name_of(data().source.kind)),
                  "neuron.loss says how far the outputs are from them");
    }
    return share;
  };
  number("neuron.loss", "mean loss of the training samples now", [this] { return now_point().training.loss; });
  number("neuron.test_loss", "mean loss of the test samples now", [this] { return now_point().test.loss; });
  number("neuron.accuracy", "share of the training samples that are right now",
         [this, accuracy] { return accuracy(now_point().training.accuracy); });
  number("neuron.test_accuracy", "share of the test samples that are right now",
         [this, accuracy] { return accuracy(now_point().test.accuracy); });
  number("neuron.epoch", "whole passes over the training samples so far",
         [this] { return static_cast<double>(training_.state().epoch); });
  number("neuron.step", "updates of the weights so far", [this] { return static_cast<double>(training_.step()); });
  number("neuron.scrub", "the newest step: how far the timeline goes",
         [this] { return static_cast<double>(training_.last()); });
  number("neuron.running", "1 while it learns", [this] { return running_ ? 1.0 : 0.0; });
  number("neuron.parameters", "weights and biases", [this] { return static_cast<double>(network().parameters()); });
  number("neuron.samples", "samples that are learned from",
         [this] { return static_cast<double>(data().train.size()); });
  number("neuron.tested", "samples of the test", [this] { return static_cast<double>(data().test.size()); });
  number("neuron.x", "across, of the place that is looked at", [this] { return state_.x; });
  number("neuron.y", "upwards, of the place that is looked at", [this] { return state_.y; });
  registry.add(Readout{"neuron.keras", "the model as Keras code", [this] { return ReadoutValue(keras_text(code_)); }});
  registry.add(Readout{"neuron.selected", "the chosen weight: LAYER UNIT FROM", [this] {
                         return ReadoutValue(fmt::format("{} {} {}", state_.layer, state_.unit, state_.from));
                       }});

  const auto layer = [] { return Parameter::integer("LAYER", "from 0, the first hidden one", 0, 8); };
  const auto unit = [](const char* name) { return Parameter::integer(name, "the neuron, from 0", 0, 99); };
  registry.add(Readout{
      .name = "neuron.output",
      .help = "what the output gives at a place",
      .parameters = {Parameter::number("X", "across", -100, 100), Parameter::number("Y", "upwards", -100, 100),
                     Parameter::integer("CLASS", "of more than two classes, which output", 0, 9).or_none()},
      .value_of = [this](const Arguments& arguments) -> ReadoutValue {
        if (data().pictures()) {
          throw Error("digits are pictures: they have no places",
                      "neuron.value says what a neuron gives for the picture");
        }
        const PointPass pass = pass_at(arguments.number(0), arguments.number(1));
        const size_t of = arguments.has(2) ? static_cast<size_t>(arguments.integer(2)) : 0;
        if (of >= static_cast<size_t>(network().outputs())) {
          throw Error(fmt::format("there is no output {}", of), fmt::format("there are {}", network().outputs()));
        }
        return network().output_of(pass)[of];
      }});
  registry.add(
      Readout{.name = "neuron.weight",
              .help = "a weight",
              .parameters = {layer(), Parameter::integer("FROM", "where it comes from, from 0", 0, 999), unit("TO")},
              .value_of = [this](const Arguments& arguments) -> ReadoutValue {
                const int l = static_cast<int>(arguments.integer(0)), f = static_cast<int>(arguments.integer(1)),
                          t = static_cast<int>(arguments.integer(2));
                check_unit(l, t);
                const int inputs = network().layers()[static_cast<size_t>(l)].inputs;
                if (f >= inputs) {
                  throw Error(fmt::format("nothing comes into layer {} from {}", l, f),
                              fmt::format("its inputs count from 0 to {}", inputs - 1));
                }
                return training_.parameters()[weight_at(l, f, t)];
              }});
  registry.add(Readout{.name = "neuron.bias",
                       .help = "a bias",
                       .parameters = {layer(), unit("TO")},
                       .value_of = [this](const Arguments& arguments) -> ReadoutValue {
                         const int l = static_cast<int>(arguments.integer(0)),
                                   t = static_cast<int>(arguments.integer(1));
                         check_unit(l, t);
                         return training_.parameters()[bias_at(l, t)];
                       }});
  registry.add(Readout{
      .name = "neuron.activation",
      .help = "the activation of a layer; of all where none is named, or \"mixed\"",
      .parameters = {Parameter::integer("LAYER", "from 0", 0, 8).or_none()},
      .value_of = [this](const Arguments& arguments) -> ReadoutValue {
        if (arguments.has(0)) {
          check_unit(static_cast<int>(arguments.integer(0)), 0);
          return std::string(name_of(network().layers()[static_cast<size_t>(arguments.integer(0))].activation));
        }
        const std::vector<PointActivation>& all = state_.model.activations;
        const bool same = std::all_of(all.begin(), all.end(), [&](PointActivation each) { return each == all[0]; });
        return std::string(same ? name_of(all[0]) : "mixed");
      }});
  const auto of_unit = [this](const Arguments& arguments, bool sum) -> ReadoutValue {
    const int l = static_cast<int>(arguments.integer(0)), t = static_cast<int>(arguments.integer(1));
    check_unit(l, t);
    double place[2];
    PointPass pass;
    network().forward(training_.parameters().data(), sample_looked_at(place), pass);
    const size_t at = network().layers()[static_cast<size_t>(l)].values + static_cast<size_t>(t);
    return sum ? pass.sums[at] : pass.values[at];
  };
  registry.add(
      Readout{.name = "neuron.value",
              .help = "what a neuron gives at the place that is looked at; in the view of one step, for its sample",
              .parameters = {layer(), unit("UNIT")},
              .value_of = [of_unit](const Arguments& arguments) { return of_unit(arguments, false); }});
  registry.add(Readout{.name = "neuron.sum",
                       .help = "a neuron's weighted sum there, before its activation",
                       .parameters = {layer(), unit("UNIT")},
                       .value_of = [of_unit](const Arguments& arguments) { return of_unit(arguments, true); }});
  const auto step_gradient = [this](const Arguments& arguments) -> ReadoutValue {
    const int l = static_cast<int>(arguments.integer(0)), f = static_cast<int>(arguments.integer(1)),
              t = static_cast<int>(arguments.integer(2));
    check_unit(l, t);
    if (f >= network().layers()[static_cast<size_t>(l)].inputs) {
      throw Error(fmt::format("nothing comes into layer {} from {}", l, f), "inputs count from 0");
    }
    PointPass pass;
    std::vector<double> gradient;
    batch_gradient(network(), training_.parameters(), data(), step_samples(), pass, gradient);
    return gradient[weight_at(l, f, t)];
  };
  registry.add(
      Readout{.name = "neuron.gradient",
              .help = "a weight's gradient in the next step, the mean over its samples",
              .parameters = {layer(), Parameter::integer("FROM", "where it comes from, from 0", 0, 999), unit("TO")},
              .value_of = step_gradient});

  registry.add(
      Readout{.name = "neuron.cost",
              .help = "what a loss says of the output at the place that is looked at, were class 1 right there; of a "
                      "picture, for its own class",
              .parameters = {Parameter::choice("LOSS", "which", point_loss_names())},
              .value_of = [this](const Arguments& arguments) -> ReadoutValue {
                const PointLoss loss = parse_point_loss(arguments.text(0));
                if (loss == PointLoss::cross_entropy && data().regression()) {
                  throw Error("cross-entropy compares classes, and these are numbers", "neuron.cost mse, mae or huber");
                }
                return cost(loss);
              }});

  const auto racer = [] { return Parameter::choice("NAME", "the optimizer", {"sgd", "momentum", "rmsprop", "adam"}); };
  const auto raced = [this](const Arguments& arguments) -> const RacePath& {
    if (race_of_ != problem_) {
      if (state_.view != "race") throw Error("there was no race", "neuron.race on");
      race_wanted_ = true;
      throw NotReady("the race is not over");
    }
    return *race_.of(parse_point_optimizer(arguments.text(0)));
  };
  registry.add(Readout{.name = "neuron.race.loss",
                       .help = "the loss of an optimizer at the end of the race, at its best rate",
                       .parameters = {racer()},
                       .value_of = [raced](const Arguments& a) -> ReadoutValue { return raced(a).losses.back(); }});
  registry.add(Readout{.name = "neuron.race.rate",
                       .help = "an optimizer's best rate in the race",
                       .parameters = {racer()},
                       .value_of = [raced](const Arguments& a) -> ReadoutValue { return raced(a).rate; }});
  registry.add(Readout{.name = "neuron.race.distance",
                       .help = "how far an optimizer's path leaves the plane that is drawn, at most",
                       .parameters = {racer()},
                       .value_of = [raced](const Arguments& a) -> ReadoutValue { return raced(a).farthest(); }});
  registry.add(Readout{.name = "neuron.race.moved",
                       .help = "how far from the start an optimizer's path ends, in the space of all weights",
                       .parameters = {racer()},
                       .value_of = [raced](const Arguments& a) -> ReadoutValue { return raced(a).moved; }});
  registry.add(Readout{"neuron.step.row",
                       "which row of the training set the view of one step follows, as in x_train[ROW]",
                       [this] { return ReadoutValue(static_cast<double>(training_row())); }});
}

}  // namespace striate
