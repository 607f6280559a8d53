// `striate bench infer`: one batch through a network, every kind of layer checked before anything is timed.
//
// Weights and input are a formula, so that another program can build the same network and compare both speed and
// scores: value i of a tensor is splitmix64(fnv1a64(NAME) + i) mapped to -1 .. 1, times sqrt(3 / fan in). NAME is the
// tensor's ("conv1.weight", "input"); the fan in is the product of the sizes behind the first, 16 for a single row,
// that of the channels, 3 in a color picture, for the input. Scales of a normalization are 0.5 + 0.25 v, its running
// variances 1 + 0.25 |v|.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/network/network.h"

namespace striate {

struct InferBenchRow {
  std::string model, device;
  int threads = 0, batch = 0;
  double median_ms = 0;
  int64_t bytes = 0, bytes_keeping = 0;  // of the network as it was timed, and with every activation kept
  // What it was checked with: layers whose values were compared with double precision, how many values, the largest
  // difference as a share of the sum of its terms' sizes (or of the value), and the kinds that no formula here covers.
  int layers = 0, checked_layers = 0;
  int64_t checked_values = 0;
  double largest_difference = 0;
  std::vector<std::string> unchecked_kinds;
  // Of the output with Winograd's transforms (Plan::fastest) from that without, as a share of its largest value.
  double transform_difference = 0;
};

// A line of the profile: what one layer takes.
struct InferLayerTime {
  int node = 0;
  double median_ms = 0;
  int64_t multiply_adds = 0;  // of the whole batch
};

// Writes the formula's values into weights, running statistics and input. Another seed, another formula; 1 is the one
// above.
void fill_by_formula(Stream& stream, Network& network, uint64_t seed);
void fill_input_by_formula(Stream& stream, Network& network, uint64_t seed);

// Compares some values of every layer, as the network's tensors hold them after a forward pass for evaluation, with
// double precision, from the values that went into the layer. Throws Error for a value that is wrong, naming layer and
// place.
void check_layers(Stream& stream, Network& network, uint64_t seed, InferBenchRow& row);

// Fills, runs once, checks every layer, then times `runs` forward passes in memory that is used again: Plan::fastest,
// or without `fastest` Plan::inference, whose output is checked to be that of every activation kept, bit for bit.
// `profile`: also each layer by itself. `load`: where the weights come from instead, a file for instance; the input is
// the formula's in any case. `launches`: those of one more pass, each waited for.
InferBenchRow bench_infer(Device device, const std::string& model, const Architecture& architecture, int batch,
                          int runs, uint64_t seed, std::vector<InferLayerTime>* profile = nullptr,
                          const std::function<void(Stream&, Network&)>& load = nullptr, LaunchLog* launches = nullptr,
                          bool fastest = true);

std::string infer_bench_header();
std::string infer_bench_line(const InferBenchRow& row);

}  // namespace striate
