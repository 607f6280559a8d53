// The readouts "network.*".
#include <cmath>
#include <utility>

#include "app/network/network_in_use.h"

namespace striate {
namespace {

// The class that stands at place N of the best.
size_t class_at(const NetworkMoment& moment, const Arguments& arguments) {
  if (moment.info->class_count == 0) {
    throw Error(fmt::format("{} gives {}, not one value for each class", moment.info->name,
                            moment.info->layers.back().shape.text()),
                "look at its values: network.value LAYER CHANNEL ROW COLUMN");
  }
  const int64_t n = arguments.has(0) ? arguments.integer(0) : 0;
  const std::vector<int>& order = moment.answer.order;
  if (n >= static_cast<int64_t>(order.size())) {
    throw Error(fmt::format("there is no class at place {}", n),
                fmt::format("the network has {}: they count from 0, the best, to {}", order.size(), order.size() - 1));
  }
  return static_cast<size_t>(order[static_cast<size_t>(n)]);
}

}  // namespace

ReadoutValue finite(double value) {
  if (!std::isfinite(value))
    throw Error("the value is not a finite number", "choose other weights: network.weights given");
  return value;
}

void NetworkInUse::declare_readouts(Registry& registry) {
  const auto number = [&](const char* name, const char* help, double (*value)(const OpenNetworkInfo&)) {
    registry.add(Readout{name, help, [this, value] { return ReadoutValue(value(*need_network().info)); }});
  };
  const auto best = [&](const char* name, const char* help,
                        std::function<ReadoutValue(const NetworkMoment&, size_t)> value) {
    Readout readout{name, help, nullptr};
    readout.parameters = {Parameter::integer("N", "its place, from 0: the best unless said", 0, 1e6).or_none()};
    readout.value_of = [this, value = std::move(value)](const Arguments& arguments) {
      const NetworkMoment& moment = need_answer();
      return value(moment, class_at(moment, arguments));
    };
    registry.add(std::move(readout));
  };
  registry.add(Readout{"network.name", "the model's name, or the file's",
                       [this] { return ReadoutValue(need_network().info->name); }});
  registry.add(Readout{"network.source", "where its weights come from: given (by a file), random, or training",
                       [this] { return ReadoutValue(std::string(weights_from_name(need_network().info->weights))); }});
  registry.add(Readout{"network.step", "finished steps of the training that it comes from", [this] {
                         const OpenNetworkInfo& info = *need_network().info;
                         if (!info.step) {
                           throw Error(fmt::format("{} does not say how long it was trained", info.name),
                                       "use the network of page train: network.use training");
                         }
                         return ReadoutValue(static_cast<double>(*info.step));
                       }});
  number("network.parameters", "numbers that it has learned",
         [](const OpenNetworkInfo& info) { return static_cast<double>(info.parameters); });
  number("network.layers", "how many layers it has, without the input",
         [](const OpenNetworkInfo& info) { return static_cast<double>(info.layers.size()) - 1; });
  number("network.multiply_adds", "multiplications with an addition for one picture",
         [](const OpenNetworkInfo& info) { return static_cast<double>(info.multiply_adds); });
  number("network.classes", "how many classes it tells apart",
         [](const OpenNetworkInfo& info) { return static_cast<double>(info.class_count); });
  best("network.class", "the N-th best class: its name, or its index where it has none",
       [](const NetworkMoment& moment, size_t c) { return ReadoutValue(moment.info->classes[c]); });
  best("network.probability", "of the N-th best class, 0 to 1: its softmax output, not the probability of being right",
       [](const NetworkMoment& moment, size_t c) {
         return finite(static_cast<double>(moment.answer.probabilities[c]));
       });
  best("network.logit", "of the N-th best class: its output before softmax",
       [](const NetworkMoment& moment, size_t c) { return finite(static_cast<double>(moment.answer.logits[c])); });

  const Parameter layer = Parameter::word("LAYER", "its number, from 0 without the input, or its name");
  Readout value{"network.value", "one activation; a vector is channels of one cell", nullptr};
  value.parameters = {layer, Parameter::integer("CHANNEL", "from 0", 0, 1e9),
                      Parameter::integer("ROW", "from 0", 0, 1e6), Parameter::integer("COLUMN", "from 0", 0, 1e6)};
  value.value_of = [this](const Arguments& a) {
    const int node = need_node(a.text(0));
    const NetworkMoment& moment = need_answer();
    return finite(
        static_cast<double>(value_at(*moment.info, moment.answer, node, a.integer(1), a.integer(2), a.integer(3))));
  };
  registry.add(std::move(value));
  const auto of_layer = [&](const char* name, const char* help, std::string (*text)(const OpenLayer&)) {
    Readout readout{name, help, nullptr};
    readout.parameters = {layer};
    readout.value_of = [this, text](const Arguments& a) {
      const int node = need_node(a.text(0));
      return ReadoutValue(text(need_network().info->layers[static_cast<size_t>(node)]));
    };
    registry.add(std::move(readout));
  };
  of_layer("network.layer", "its text: conv 6 5x5 pad 2",
           [](const OpenLayer& each) { return each.text.empty() ? each.name : each.text; });
  of_layer("network.shape", "what it gives for one picture: 6 x 28 x 28",
           [](const OpenLayer& each) { return each.shape.text(); });

  registry.add(Readout{"network.open", "what was opened last, a model's name or a file; empty: nothing",
                       [this] { return ReadoutValue(state_.opened_text()); }});
  registry.add(Readout{"network.use", "which network is looked at: training, or opened",
                       [this] { return ReadoutValue(std::string(state_.opened ? "opened" : "training")); }});
  registry.add(Readout{"network.image", "what the network looks at", [this] { return ReadoutValue(state_.image); }});
  registry.add(Readout{"network.weights", "given, or random with the seed", [this] {
                         return ReadoutValue(state_.random ? fmt::format("random {}", state_.seed) : "given");
                       }});
  registry.add(Readout{"network.lesion", "what is cut out: layers, or layers and channels, with ; between", [this] {
                         std::string text;
                         for (const NetworkState::Cut& cut : state_.lesions) {
                           text += (text.empty() ? "" : "; ") + cut.layer;
                           if (cut.channel >= 0) text += fmt::format(" {}", cut.channel);
                         }
                         return ReadoutValue(text);
                       }});
  registry.add(Readout{"network.skip",
                       "residual blocks whose layers are left out, by the layer that adds, with ; between",
                       [this] { return ReadoutValue(blocks_without(false)); }});
  registry.add(Readout{"network.shortcut", "residual blocks whose shortcut is left out, with ; between",
                       [this] { return ReadoutValue(blocks_without(true)); }});
  registry.add(Readout{"network.crop", "X Y SIZE of the part that it looks at; empty: the usual one", [this] {
                         if (!state_.crop) return ReadoutValue(std::string());
                         return ReadoutValue(
                             fmt::format("{} {} {}", state_.crop->x, state_.crop->y, state_.crop->size));
                       }});
}

std::string NetworkInUse::blocks_without(bool shortcut) const {
  std::string text;
  for (const NetworkState::Block& block : state_.blocks) {
    if (shortcut ? block.unshortcut : block.skip) text += (text.empty() ? "" : "; ") + block.layer;
  }
  return text;
}

}  // namespace striate
