// The readouts of the page `pretrained`.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "app/command/not_ready.h"
#include "app/pages/pretrained/pretrained.h"
#include "engine/network/find_layer.h"

namespace striate {
void PretrainedPage::declare_readouts(Registry& registry) {
  // The network's answer: the same words as network.*
  for (const char* name : {"class", "probability", "logit"}) {
    const Readout& network_readout = registry.readout(std::string("network.") + name);
    Readout readout{std::string("pretrained.") + name, network_readout.help, nullptr};
    readout.parameters = network_readout.parameters;
    readout.value_of = network_readout.value_of;
    registry.add(std::move(readout));
  }
  Readout milliseconds{"pretrained.milliseconds",
                       "measured time of a layer for one picture, the median of some runs; of all layers unless said",
                       nullptr};
  milliseconds.parameters = {Parameter::word("LAYER", "its number, from 0 without the input, or its name").or_none()};
  milliseconds.value_of = [this](const Arguments& arguments) {
    const NetworkMoment& moment = network().need_answer();
    const int node = arguments.has(0) ? need_layer(moment.info->architecture, arguments.text(0)) : -1;
    const LayerTimes& times = times_.need(moment);
    return finite(node < 0 ? times.total() : times.milliseconds[static_cast<size_t>(node)]);
  };
  registry.add(std::move(milliseconds));

  Readout contribution{"pretrained.contribution", "what one value of the layer contributed to the logit", nullptr};
  contribution.parameters = {Parameter::integer("CHANNEL", "from 0", 0, 1e9),
                             Parameter::integer("ROW", "from 0", 0, 1e6),
                             Parameter::integer("COLUMN", "from 0", 0, 1e6)};
  contribution.value_of = [this](const Arguments& a) {
    const Unrolled& made = need_unrolled();
    const OpenNetworkInfo& info = *network().need_answer().info;
    return finite(
        made.parts
            .values[static_cast<size_t>(index_of(info, made.parts.node, a.integer(0), a.integer(1), a.integer(2)))]);
  };
  registry.add(std::move(contribution));
  const auto part = [&](const char* name, const char* help, double (*value)(const Contributions&)) {
    registry.add(Readout{name, help, [this, value] { return finite(value(need_unrolled().parts)); }});
  };
  part("pretrained.contributions", "the sum of all contributions, with the biases: the logit",
       [](const Contributions& made) { return made.total(); });
  part("pretrained.contributions.bias", "what the biases of the layers behind contributed",
       [](const Contributions& made) { return made.bias(); });
  part("pretrained.contributions.past", "what comes to the logit past the layer, over other branches",
       [](const Contributions& made) { return made.past(); });
  part("pretrained.contributions.logit", "the logit that is unrolled",
       [](const Contributions& made) { return made.logit; });
  Readout channel{"pretrained.contributions.channel", "what one channel contributed, at all places together", nullptr};
  channel.parameters = {Parameter::integer("CHANNEL", "from 0", 0, 1e9)};
  channel.value_of = [this](const Arguments& a) {
    const Unrolled& made = need_unrolled();
    if (a.integer(0) >= static_cast<int64_t>(made.channels.size())) {
      throw Error(fmt::format("the layer has no channel {}", a.integer(0)),
                  fmt::format("channels count from 0 to {}", made.channels.size() - 1));
    }
    return finite(made.channels[static_cast<size_t>(a.integer(0))]);
  };
  registry.add(std::move(channel));
  Readout strongest{"pretrained.contributions.strongest", "the channel that contributed the N-th most, by size",
                    nullptr};
  strongest.parameters = {Parameter::integer("N", "from 0", 0, 1e9).or_none()};
  strongest.value_of = [this](const Arguments& a) {
    const Unrolled& made = need_unrolled();
    const auto n = static_cast<size_t>(a.has(0) ? a.integer(0) : 0);
    if (n >= made.order.size()) {
      throw Error(fmt::format("the layer has {} channels", made.order.size()), "N counts from 0");
    }
    return ReadoutValue(static_cast<double>(made.order[n]));
  };
  registry.add(std::move(strongest));
  registry.add(Readout{"pretrained.unroll", "the class whose logit is unrolled, and into which layer", [this] {
                         const NetworkMoment& moment = network().need_answer();
                         const OpenNetworkInfo& info = *moment.info;
                         const int node = unrolled_node(moment);
                         return ReadoutValue(fmt::format("{} {}",
                                                         info.classes[static_cast<size_t>(unrolled_class(moment))],
                                                         info.layers[static_cast<size_t>(node)].name));
                       }});

  const auto of_block = [&](const char* name, const char* help, auto value) {
    registry.add(Readout{name, help, [this, value] {
                           const NetworkMoment& moment = network().need_answer();
                           const Architecture& architecture = moment.info->architecture;
                           const std::vector<NetworkBlock> blocks = find_blocks(architecture);
                           const int node = state_.block.empty() ? -1 : find_layer(architecture, state_.block);
                           const NetworkBlock* found = node >= 0 ? find_block(blocks, node) : nullptr;
                           const NetworkBlock& block =
                               found != nullptr ? *found
                                                : need_block(architecture, blocks, blocks.empty() ? 1 : blocks[0].join);
                           return value(moment, block);
                         }});
  };
  of_block("pretrained.block", "the block that is shown",
           [](const NetworkMoment&, const NetworkBlock& block) { return ReadoutValue(block.name); });
  const auto norm = [&](const char* name, const char* help, auto value) {
    of_block(name, help, [this, value](const NetworkMoment& moment, const NetworkBlock& block) {
      const std::vector<NetworkBlock> one{block};
      need_residual(moment.info->architecture, one, block.join);
      if (moment.answer.activations[static_cast<size_t>(block.join)].values.empty()) {
        throw Error("the activations of this network are too many to be kept", "choose a smaller network");
      }
      return finite(value(norms_of(moment, block)));
    });
  };
  norm("pretrained.block.ratio", "of a residual block: the norm of F(x) over the norm of x",
       [](const BlockNorms& n) { return n.x > 0 ? n.residual / n.x : 0; });
  norm("pretrained.block.x", "the norm of what goes into the block", [](const BlockNorms& n) { return n.x; });
  norm("pretrained.block.f", "the norm of F(x), what its layers compute",
       [](const BlockNorms& n) { return n.residual; });
  norm("pretrained.block.sum", "the norm of x + F(x)", [](const BlockNorms& n) { return n.sum; });

  const auto other = [&](const char* name, const char* help, auto value) {
    Readout readout{name, help, nullptr};
    readout.parameters = {Parameter::integer("N", "its place, from 0: the best unless said", 0, 1e6).or_none()};
    readout.value_of = [this, value](const Arguments& a) {
      const NetworkMoment& moment = network().need_answer();
      if (state_.against.empty()) {
        throw Error("no second network is open", "open one: pretrained.against NAME, or pretrained.against FILE");
      }
      if (!other_ || other_->key != against_key(moment)) {
        other_wanted_ = true;
        throw NotReady("the second network has not answered yet");
      }
      if (other_->why) throw Error(*other_->why);
      const auto n = static_cast<size_t>(a.has(0) ? a.integer(0) : 0);
      const NetworkAnswer& answer = other_->moment->answer;
      if (n >= answer.order.size()) {
        throw Error(fmt::format("there is no class at place {}", n), fmt::format("it has {}", answer.order.size()));
      }
      return value(*other_, static_cast<size_t>(answer.order[n]));
    };
    registry.add(std::move(readout));
  };
  other("pretrained.against.class", "the second network's N-th best class",
        [](const Other& made, size_t c) { return ReadoutValue(made.moment->info->classes[c]); });
  other("pretrained.against.probability", "of the second network's N-th best class",
        [](const Other& made, size_t c) { return finite(static_cast<double>(made.moment->answer.probabilities[c])); });

  registry.add(Readout{"pretrained.image", "what the network looks at",
                       [this] { return ReadoutValue(network().asked().image); }});
  registry.add(Readout{"pretrained.crop", "X Y SIZE of the part of the picture that the network sees now", [this] {
                         const SeenPart& seen = network().need_answer().input.part;
                         if (seen.width <= 0) return ReadoutValue(std::string());
                         return ReadoutValue(fmt::format("{} {} {}", seen.x, seen.y, seen.width));
                       }});
  registry.add(
      Readout{"pretrained.layer", "the layer whose maps are shown", [this] { return ReadoutValue(state_.layer); }});
  registry.add(Readout{"pretrained.against", "the second network: a model's name or a file; empty: none",
                       [this] { return ReadoutValue(state_.against); }});
  registry.add(Readout{"pretrained.folder", "the folder that is classified; empty: none",
                       [this] { return ReadoutValue(state_.folder); }});
  registry.add(Readout{"pretrained.folder.done", "how many of its pictures are classified", [this] {
                         if (sweep_.why()) throw Error(*sweep_.why());
                         return ReadoutValue(static_cast<double>(sweep_.pictures().size()));
                       }});
  registry.add(
      Readout{"pretrained.folder.wrong", "how many of them do not agree with the folder that they lie in", [this] {
                double wrong = 0;
                for (const SweptPicture& each : sweep_.pictures()) wrong += each.right ? 0 : 1;
                return ReadoutValue(wrong);
              }});
}

}  // namespace striate
