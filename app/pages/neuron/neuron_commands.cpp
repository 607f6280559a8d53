// The settings and commands "neuron.*".
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "app/pages/neuron/neuron.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

constexpr int kMostLayers = 8, kMostUnits = 12;
constexpr double kMostSteps = 1e7;

std::vector<int> parse_layers(const std::string& text) {
  std::vector<int> units;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    int64_t count = 0;
    if (!parse_integer(word, &count) || count < 1 || count > kMostUnits) {
      throw Error(fmt::format("\"{}\" is no number of neurons from 1 to {}", shown(word), kMostUnits),
                  "a number for each hidden layer: neuron.layers 4 2; none at all: neuron.layers \"\"");
    }
    units.push_back(static_cast<int>(count));
  }
  if (units.size() > kMostLayers) {
    throw Error(fmt::format("{} hidden layers are too many", units.size()),
                fmt::format("at most {}, as in neuron.layers 8 8 8 8 8 8 8 8", kMostLayers));
  }
  return units;
}

template <typename Values>
std::string joined(const Values& values) {
  return fmt::format("{}", fmt::join(values, " "));
}

}  // namespace

// In the order in which state() writes them.
void NeuronPage::declare_settings() {
  settings_
      .choice(
          "data", "data", "The points that the network learns to tell apart, or whose numbers it learns",
          Parameter::choice("SET", "the kind of points", point_kind_names()),
          [](const State& s) { return std::string(name_of(s.source.kind)); },
          [](State& s, const std::string& said) { s.source.kind = parse_point_kind(said); })
      .labels = {N_("circle"),          "XOR",       N_("two clouds"), N_("spiral"), N_("plane (numbers)"),
                 N_("hills (numbers)"), N_("digits")};
  settings_.integer(
      "classes", "classes", "How many classes the clouds or the arms of the spiral have",
      {"N", "how many classes", 2, kMostPointClasses}, [](auto& s) -> auto& { return s.source.classes; });
  Setting& noise = settings_.number(
      "noise", "noise", "How much chance is in the data", {"N", "the chance in the data, in per cent", 0, 50},
      [](auto& s) -> auto& { return s.source.noise; });
  noise.decimals = 0, noise.step = 5;
  Setting& split = settings_.number(
      "split", "training share", "The share of the samples that is learned from; the rest is the test",
      {"SHARE", "the share of the samples that is learned from", 0.05, 0.95},
      [](auto& s) -> auto& { return s.source.training; });
  split.decimals = 2, split.step = 0.05;
  settings_.text(
      "features", "features", "What the network is given of each point: its coordinates, or what is made of them",
      Parameter::text("LIST", "one or more of x y xx yy xy sinx siny"),
      [](const State& s) {
        std::vector<std::string> names;
        for (const PointFeature feature : s.model.features) names.emplace_back(striate::name_of(feature));
        return joined(names);
      },
      [](State& s, const std::string& said) { s.model.features = parse_point_features(said); });
  settings_.text(
      "layers", "hidden layers", "How many neurons each hidden layer has; empty: none, the output alone",
      Parameter::text("COUNTS", "a number of neurons for each layer, as 4 2; \"\" for none"),
      [](const State& s) { return joined(s.model.hidden); },
      [](State& s, const std::string& said) {
        const std::vector<int> units = parse_layers(said);
        // The output keeps its activation, layers that come are like the last hidden one.
        std::vector<PointActivation>& all = s.model.activations;
        const PointActivation output = all.back(), inner = all.size() > 1 ? all[all.size() - 2] : output;
        all.pop_back();
        all.resize(units.size(), inner);
        all.push_back(output);
        s.model.hidden = units;
      });
  Setting& loss = settings_.choice(
      "loss", "loss", "What learning makes small: how far the outputs are from their targets",
      Parameter::choice("NAME", "the loss", point_loss_names()),
      [](const State& s) { return std::string(striate::name_of(s.model.loss)); },
      [](State& s, const std::string& said) { s.model.loss = parse_point_loss(said); });
  loss.readout = "neuron.loss.setting";
  loss.labels = {N_("mean squared error"), N_("mean absolute error"), "Huber", N_("cross-entropy")};
  Setting& seed = settings_.integer(
      "seed", "seed", "Which random points and weights: the same seed, the same start", {"N", "which start", 0, 9999},
      [](auto& s) -> auto& { return s.seed; });
  seed.hands = std::pair{0.0, 99.0};
  Setting& optimizer = settings_.choice(
      "optimizer", "optimizer", "How a gradient becomes a change of the weights",
      Parameter::choice("NAME", "the optimizer", point_optimizer_names()),
      [](const State& s) { return std::string(striate::name_of(s.learning.optimizer)); },
      [](State& s, const std::string& said) { s.learning.optimizer = parse_point_optimizer(said); });
  for (const std::string& name : point_optimizer_names()) {
    optimizer.labels.emplace_back(title_of(parse_point_optimizer(name)));
  }
  Setting& rate = settings_.number(
      "rate", "learning rate", "How far each step goes", {"R", "how far a step goes, times the gradient", 1e-5, 100},
      [](auto& s) -> auto& { return s.learning.rate; });
  rate.logarithmic = true, rate.decimals = 5;
  settings_.integer(
      "batch", "batch size", "How many samples a step takes its gradient from",
      {"N", "how many samples a step learns from", 1, 64}, [](auto& s) -> auto& { return s.learning.batch; });
  const auto look = [](Setting& setting, std::vector<std::string> labels = {}) {
    setting.undo = Undo::none;
    setting.labels = std::move(labels);
  };
  Setting& speed =
      settings_.number("speed", "epochs a second", "How fast it learns; 0: as fast as it goes",
                       {"S", "how many epochs a second, 0 for as fast as it goes", 0, 1000}, &State::speed);
  speed.undo = Undo::none;
  look(settings_.choice("view", "view", "What the stage shows",
                        Parameter::choice("VIEW", "the view", {"network", "step", "losses", "race"}), &State::view),
       {N_("Network"), N_("One step"), N_("Losses"), N_("Race")});
  Setting& race = settings_.on_off(
      "race", "race of the optimizers",
      "Lets four optimizers run from the network's start on its own loss, each at its own best rate", "on: they race",
      [](const State& s) { return s.view == "race"; },
      [](State& s, bool on) {
        if (on || s.view == "race") s.view = on ? "race" : "network";
      });
  race.undo = Undo::none, race.kept = false;
  look(settings_.choice("curve", "curve", "What the curves show over the steps",
                        Parameter::choice("WHAT", "what the curves show", {"loss", "accuracy"}), &State::curve),
       {N_("loss"), N_("accuracy")});
  look(settings_.on_off("tests", "test points", "Shows the points that are not learned from, as rings", "on: shown",
                        &State::tests));
  look(settings_.on_off("step.single", "a single sample", "The view of one step follows one sample, not a batch",
                        "on: one", &State::step_single));
  Setting& sample = settings_.integer("sample", "sample", "Which sample is followed: a picture, or one of the batch",
                                      {"N", "the sample's number, counted from 0", 0, 1199}, &State::sample);
  sample.undo = Undo::none;
}

void NeuronPage::check_unit(int layer, int unit) const {
  const auto layers = static_cast<int>(network().layers().size());
  if (layer >= layers) {
    throw Error(fmt::format("there is no layer {}", layer),
                layers == 1 ? "without hidden layers there is the output alone, layer 0"
                            : fmt::format("layers count from 0 to {}, the output", layers - 1));
  }
  const int units = network().layers()[static_cast<size_t>(layer)].units;
  if (unit >= units) {
    throw Error(fmt::format("layer {} has no neuron {}", layer, unit),
                units == 1 ? "it has one, neuron 0" : fmt::format("they count from 0 to {}", units - 1));
  }
}

void NeuronPage::set_parameter(size_t at, double value) {
  target_ = -1;
  training_.set_parameter(at, value);
  changed();
}

void NeuronPage::declare(Registry& registry) {
  settings_.declare(registry);
  declare_parameters(registry);
  declare_running(registry);
  declare_readouts(registry);
}

void NeuronPage::declare_parameters(Registry& registry) {
  const auto layer = [] {
    return Parameter::integer("LAYER", "the layer's number, 0 for the first hidden one", 0, kMostLayers);
  };
  const auto from = [] {
    return Parameter::integer("FROM", "the number of the input that it weighs, counted from 0", 0, 999);
  };
  const auto to = [] { return Parameter::integer("TO", "the neuron's number, counted from 0", 0, 99); };
  const auto value = [](const char* what) { return Parameter::number("VALUE", what, -1000, 1000); };
  const auto check_from = [this](int l, int f) {
    const int inputs = network().layers()[static_cast<size_t>(l)].inputs;
    if (f >= inputs) {
      throw Error(fmt::format("nothing comes into layer {} from {}", l, f),
                  fmt::format("its inputs count from 0 to {}", inputs - 1));
    }
  };
  registry.add(Command{
      "neuron.activation",
      N_("Gives all layers this activation, or one of them; more than two classes have softmax at the output"),
      {Parameter::choice("NAME", "the activation", point_activation_names()),
       Parameter::integer("LAYER", "the layer's number, counted from 0; all layers where it is left out", 0,
                          kMostLayers)
           .or_none()},
      [this](const Arguments& arguments) {
        State next = state_;
        const PointActivation activation = parse_point_activation(arguments.text(0));
        if (arguments.has(1)) {
          check_unit(static_cast<int>(arguments.integer(1)), 0);
          next.model.activations[static_cast<size_t>(arguments.integer(1))] = activation;
        } else {
          std::fill(next.model.activations.begin(), next.model.activations.end(), activation);
        }
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "neuron.weight",
      N_("Sets a weight by hand"),
      {layer(), from(), to(), value("what the weight becomes")},
      [this, check_from](const Arguments& arguments) {
        const int l = static_cast<int>(arguments.integer(0)), f = static_cast<int>(arguments.integer(1)),
                  t = static_cast<int>(arguments.integer(2));
        check_unit(l, t);
        check_from(l, f);
        state_.layer = l, state_.unit = t, state_.from = f;
        set_parameter(weight_at(l, f, t), arguments.number(3));
      },
      Undo::edit,
  });
  registry.add(Command{
      "neuron.bias",
      N_("Sets a bias by hand"),
      {layer(), to(), value("what the bias becomes")},
      [this](const Arguments& arguments) {
        const int l = static_cast<int>(arguments.integer(0)), t = static_cast<int>(arguments.integer(1));
        check_unit(l, t);
        if (state_.layer != l || state_.unit != t) state_.from = 0;
        state_.layer = l, state_.unit = t;
        set_parameter(bias_at(l, t), arguments.number(2));
      },
      Undo::edit,
  });
  registry.add(Command{
      "neuron.line",
      N_("Sets the two weights and the bias of a single neuron by hand: moves its line"),
      {Parameter::number("WX", "the weight of the first feature", -1000, 1000),
       Parameter::number("WY", "the weight of the second feature", -1000, 1000),
       Parameter::number("B", "the bias", -1000, 1000)},
      [this](const Arguments& arguments) {
        if (network().parameters() != 3) {
          throw Error("only a single neuron with two features has one line",
                      "neuron.layers \"\" and neuron.features x y make one");
        }
        target_ = -1;
        for (size_t i = 0; i < 3; ++i) training_.set_parameter(i, arguments.number(i));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "neuron.select",
      N_("Chooses a neuron, and one of the weights that lead to it: the inspector shows its numbers"),
      {layer(), to(),
       Parameter::integer("FROM", "the number of the input that it weighs, counted from 0", 0, 999).or_none()},
      [this, check_from](const Arguments& arguments) {
        const int l = static_cast<int>(arguments.integer(0)), t = static_cast<int>(arguments.integer(1));
        check_unit(l, t);
        const int f = arguments.has(2) ? static_cast<int>(arguments.integer(2)) : 0;
        check_from(l, f);
        state_.layer = l, state_.unit = t, state_.from = f;
      },
  });
  registry.add(Command{
      "neuron.point",
      N_("Chooses the place that is looked at: what every neuron gives there"),
      {Parameter::number("X", "the place across", -kPointRange, kPointRange),
       Parameter::number("Y", "the place upwards", -kPointRange, kPointRange)},
      [this](const Arguments& arguments) { state_.x = arguments.number(0), state_.y = arguments.number(1); },
  });
}

void NeuronPage::step(const std::string& what, int64_t count) {
  running_ = false;
  if (what == "sample") {
    target_ = -1;
    for (int64_t i = 0; i < std::min<int64_t>(count, 1000); ++i) training_.advance_sample();
    return changed();
  }
  // From the past it goes on from there.
  if (training_.step() < training_.last()) training_.advance(0);
  int64_t steps = count;
  if (what == "epoch") {
    const auto size = static_cast<int64_t>(data().train.size()), batch = int64_t{training_.learning().batch};
    steps = training_.steps_to_epoch_end() + (count - 1) * ((size + batch - 1) / batch);
  }
  go_to(training_.step() + steps);
}

void NeuronPage::declare_running(Registry& registry) {
  registry.add(Command{"neuron.start", N_("Learns on and on, until it is paused"), {}, [this](const Arguments&) {
                         target_ = -1;
                         running_ = true;
                         owed_ = 0;
                         context_.wake();
                       }});
  registry.add(Command{"neuron.pause", N_("Stops learning where it is"), {}, [this](const Arguments&) {
                         if (running_ || target_ >= 0) ++version_;  // what is under way comes too late
                         running_ = false;
                         target_ = -1;
                       }});
  registry.add(Command{
      "neuron.step",
      N_("Learns from one sample, from one batch, or to the end of the epoch"),
      {Parameter::choice("WHAT", "how much", {"sample", "batch", "epoch"}),
       Parameter::integer("COUNT", "how many of them; 1 where it is left out", 1, 100000).or_none()},
      [this](const Arguments& arguments) { step(arguments.text(0), arguments.has(1) ? arguments.integer(1) : 1); },
  });
  registry.add(Command{
      "neuron.scrub",
      N_("Goes to a step: back to any that was, or on to one that is not there yet"),
      {Parameter::integer("STEP", "the step's number, 0 for the start", 0, kMostSteps)},
      [this](const Arguments& arguments) {
        running_ = false;
        go_to(arguments.integer(0));
      },
  });
  registry.add(Command{
      "neuron.reset",
      N_("Begins again at step 0 with the weights of the seed, and forgets every step and what was set by hand"),
      {},
      [this](const Arguments&) {
        State next = state_;
        next.learning = training_.first_learning();
        renew(std::move(next), false);
      },
      Undo::edit,
  });
  registry.add(Command{
      "neuron.export",
      N_("Writes the network as a Keras script that runs: data, weights and all"),
      {Parameter::file_to_write("FILE.py", "the script")},
      [this](const Arguments& arguments) { write_file(arguments.text(0)); },
  });
}

void NeuronPage::write_file(const std::string& path) {
  if (!path.ends_with(".py")) throw Error("a Keras script ends in .py", "as in neuron.export points.py");
  check_overwrite({path, FileKind::python, {}, context_.document.force});
  std::ofstream out(path, std::ios::binary);
  out << keras_file(training_);
  out.close();
  if (!out) throw Error(fmt::format("cannot write {}", path), "check the folder and the space left on its disk");
}

}  // namespace striate
