// How good a network is on a part of a data set, and how it is doing inside.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "engine/training/data/dataset.h"
#include "engine/training/loss_head.h"
#include "engine/training/optimizer_settings.h"

namespace striate {

struct Evaluation {
  int64_t samples = 0, correct = 0;
  double loss = 0;      // mean over the samples
  double loss_sum = 0;  // and their sum
  int classes = 0;
  std::vector<int64_t> confusion;  // (classes, classes): [true class][predicted class]
  std::vector<int32_t> predicted;  // per sample, in the order in which they were given; -1: no class, no numbers
  std::vector<float> probability;  // of the predicted class, as softmax says (or sigmoid, for a single output)
  std::vector<float> losses;       // of each sample

  double accuracy() const { return samples > 0 ? static_cast<double>(correct) / static_cast<double>(samples) : 0; }
  int64_t count(int truth, int prediction) const {
    return confusion[static_cast<size_t>(truth) * static_cast<size_t>(classes) + static_cast<size_t>(prediction)];
  }
  int64_t samples_of(int truth) const;
  double recall(int truth) const;               // of the samples of a class, the share that was found; NaN without any
  double precision(int predicted_class) const;  // of the samples called so, the share that is; NaN without any
};

// Runs a network's weights over samples. In a memory of its own, so that what a training step left can still be looked
// at; or in that of a network that is there, which then takes no more memory and leaves other activations in it. The
// result has the same bits for every batch.
class Evaluator {
 public:
  Evaluator(Stream& stream, const Architecture& architecture, int batch, Loss loss = Loss::cross_entropy);
  // In `network`, which must outlive it and keep its plan.
  Evaluator(Stream& stream, Network& network, Loss loss = Loss::cross_entropy);

  // An output that is not a number or infinite names no class. Usually that is an Error; a training that is about to
  // fail is judged nevertheless: such samples are wrong, with a loss of their own kind, and in no cell of the
  // confusion.
  void accept_no_numbers() { strict_ = false; }

  // Throws Error where the data's classes don't fit the network. `progress` is called after each batch with the samples
  // done; false stops: the result then covers what was done.
  Evaluation evaluate(Stream& stream, const Network& weights, const Dataset& data, const std::vector<int64_t>& indices,
                      const Normalization& normalization, const std::function<bool(int64_t)>& progress = nullptr);
  // The same in pieces, with the same bits: take_weights(), then add() with one range of samples after the other, each
  // but the last as long as a multiple of the batch.
  void take_weights(Stream& stream, const Network& weights) {
    if (&weights != network_) network_->copy_weights(stream, weights);
  }
  void add(Stream& stream, Evaluation& result, const Dataset& data, const int64_t* indices, int64_t count,
           const Normalization& normalization, const std::function<bool(int64_t)>& progress = nullptr);
  // One picture, already normalized: the network's output for it as class probabilities.
  std::vector<float> probabilities(Stream& stream, const Network& weights, const std::vector<float>& pixels);
  Network& network() { return *network_; }

 private:
  std::unique_ptr<Network> own_;
  Network* network_;
  Loss loss_;
  LossHead head_;
  bool strict_ = true;
};

// Units whose activation was 0 or less for the whole batch that stands in the network's tensors.
struct DeadUnits {
  int node = 0;
  int64_t units = 0, dead = 0;  // units: channels, or values after a flatten
};
std::vector<DeadUnits> dead_units(Stream& stream, Network& network);  // one entry per relu layer

struct Norm {
  std::string name;  // "0.weight"
  double weight = 0, gradient = 0;
};
std::vector<Norm> norms(Stream& stream, Network& network);  // one entry per weight tensor; needs a plan with training

// The first activation, in running order, that holds a value which is NaN or infinite; else the first such weight or
// gradient. Empty name: all are finite.
struct NotFinite {
  std::string name;  // of the layer
  std::string what;  // "activation", "weight 0.weight", "gradient of 0.weight"
};
NotFinite find_not_finite(Stream& stream, Network& network);

}  // namespace striate
