#include "engine/explain/target.h"

#include <fmt/format.h>

#include "engine/error.h"

namespace striate {

double Target::value(const std::vector<float>& activation) const {
  double sum = 0;
  for (const Term& term : terms) sum += static_cast<double>(term.weight) * activation[static_cast<size_t>(term.at)];
  return sum;
}

std::vector<float> Target::gradient(const OpenNetworkInfo& info) const {
  std::vector<float> gradient(static_cast<size_t>(info.layers[static_cast<size_t>(node)].shape.count()));
  for (const Term& term : terms) gradient[static_cast<size_t>(term.at)] += term.weight;
  return gradient;
}

Target class_target(const OpenNetworkInfo& info, int of, std::optional<int> against) {
  if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name),
                "ask about one unit of a layer, or open a network with classes");
  }
  for (const int each : {of, against.value_or(of)}) {
    if (each >= 0 && each < info.class_count) continue;
    throw Error(fmt::format("{} has no class {}", info.name, each),
                fmt::format("classes count from 0 to {}", info.class_count - 1));
  }
  if (against == of) {
    throw Error(fmt::format("class {} against itself", info.classes[static_cast<size_t>(of)]),
                "choose two different classes");
  }
  Target target{info.logits, {}};
  const bool one_output = info.layers[static_cast<size_t>(info.logits)].shape.count() == 1;
  const auto add = [&](int of_class, float weight) {
    if (!one_output) target.terms.push_back({of_class, weight});
    if (one_output && of_class == 1) target.terms.push_back({0, weight});
  };
  add(of, 1);
  if (against) add(*against, -1);
  return target;
}

Target unit_target(const OpenNetworkInfo& info, int node, int64_t channel, int64_t row, int64_t column) {
  return {node, {{index_of(info, node, channel, row, column), 1}}};
}

}  // namespace striate
