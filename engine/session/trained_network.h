// The network of a training at one moment, copied to the host: handed from the thread that trains to whoever explains a
// network (open_network.h), at any step of the timeline. Never changes once it is made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "engine/training/data/dataset.h"
#include "engine/training/split.h"

namespace striate {

struct WeightValues {
  NamedTensor tensor;
  std::vector<float> values;
};
// Weights, then running statistics.
using AllWeights = std::vector<WeightValues>;
AllWeights read_all_weights(Stream& stream, const Network& network);
void write_all_weights(Stream& stream, const AllWeights& weights, Network& network);

// The same network after a step that the training has kept whole.
struct KeptMoment {
  int64_t step = 0;
  std::shared_ptr<const AllWeights> weights;
};

struct TrainedNetwork {
  std::string name;  // of the model by name; empty: layers of its own
  std::shared_ptr<const Architecture> architecture;
  std::shared_ptr<const AllWeights> weights;  // null: nobody asked for them
  Normalization normalization;
  std::string loss, data;  // "cross-entropy", "digits"
  uint64_t run = 0;        // counts up with every new run
  int64_t step = 0;        // finished steps
  bool moving = false;     // it trains on by itself: the next moment follows soon
  std::shared_ptr<const Dataset> pictures;
  std::shared_ptr<const Split> split;
  std::shared_ptr<const std::vector<KeptMoment>> kept;  // in the order of their steps; null: nobody asked for them
};
using TrainedNetworkPtr = std::shared_ptr<const TrainedNetwork>;

// The part of the data that accuracy is measured on: test, or validation where there is none, or training.
const std::vector<int64_t>& judged_part(const Split& split);

}  // namespace striate
