#include "engine/session/trained_network.h"

#include "engine/error.h"
#include "engine/network/weights_file.h"

namespace striate {

const std::vector<int64_t>& judged_part(const Split& split) {
  return !split.test.empty() ? split.test : !split.validation.empty() ? split.validation : split.training;
}

AllWeights read_all_weights(Stream& stream, const Network& network) {
  AllWeights all;
  for (const NamedTensor* tensor : weight_tensors(network.tensors())) {
    all.push_back({*tensor, network.read_tensor(stream, *tensor)});
  }
  return all;
}

void write_all_weights(Stream& stream, const AllWeights& weights, Network& network) {
  for (const WeightValues& each : weights) {
    const NamedTensor* tensor = network.find(each.tensor.kind, each.tensor.name);
    check(tensor != nullptr, "no weight {}", each.tensor.name);
    network.write_tensor(stream, *tensor, each.values);
  }
}

}  // namespace striate
