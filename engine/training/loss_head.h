// What stands behind a network's output while it is trained or judged: targets, the loss and its gradient, predictions.
// Trainer and Evaluator share it, so that both mean the same by loss and accuracy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/network/architecture.h"
#include "engine/training/optimizer_settings.h"
#include "kernels/memory.h"

namespace striate {

// Throws Error where network, loss and number of classes don't fit each other: the output's size, a softmax before a
// loss that has its own, a sigmoid that is missing.
void check_loss_fits(const Architecture& architecture, Loss loss, int classes);

// Throws Error where one of a network's k outputs is not a number or infinite: such a row has no largest value. `of`:
// which picture, "a/b.png", or empty.
void check_numbers(const float* row, int k, const std::string& of);

// Whether a loss makes probabilities of logits by itself.
inline bool gives_probabilities(Loss loss) { return loss == Loss::cross_entropy || loss == Loss::maximum_a_posteriori; }

class LossHead {
 public:
  // n samples, k outputs each. smoothing: of the labels, only with cross-entropy (kernels/loss.h).
  LossHead(Stream& stream, Loss loss, int n, int k, double smoothing = 0);

  int32_t* labels() { return labels_.data(); }  // (N) on the device: written before queue()
  // Queues loss, its gradient dx (N, K; null: not computed), predictions and their count. Nothing waits.
  void queue(Stream& stream, const float* output, float* dx);

  // Two values of 4 bytes side by side on the device: the mean loss (float), correct predictions (int32).
  const float* results() const { return results_.data(); }
  float* results() { return results_.data(); }
  static constexpr int kResults = 2;
  const Buffer<float>& per_sample() const { return per_sample_; }  // (N), or (N*K): see values_per_sample()
  int values_per_sample() const { return by_class() ? 1 : k_; }
  const Buffer<int32_t>& predicted() const { return predicted_; }        // (N)
  const Buffer<float>& probabilities() const { return probabilities_; }  // (N, K), where gives_probabilities()

  // An output row as probabilities of the classes: softmax for cross-entropy (map: with a rest for none of them), exp
  // for log-probabilities, sigmoid for binary logits, else the values themselves. One output: of the classes 0 and 1.
  static std::vector<float> class_probabilities(Loss loss, const float* row, int k);

 private:
  bool by_class() const { return gives_probabilities(loss_) || loss_ == Loss::negative_log_likelihood; }
  Loss loss_;
  int n_, k_;
  float smoothing_;
  Buffer<int32_t> labels_, predicted_;
  Buffer<float> results_, per_sample_, probabilities_;
  Buffer<float> targets_, rows_;  // (N, K); row c of rows_ is the target of class c
  Buffer<float> pairs_;           // one output: (N, 2), threshold and output
};

}  // namespace striate
