// `striate bench train`: whole training steps, checked before they are timed.
#pragma once

#include <cstdint>
#include <string>

#include "engine/network/architecture.h"
#include "kernels/stream.h"

namespace striate {

struct TrainBenchRow {
  std::string model, device;
  int threads = 0, batch = 0;
  double median_ms = 0;
  double images_per_second = 0;
  // What it was checked with: the loss's slope along the gradient, as the backward pass says it (the gradient's
  // length) and as two forward passes in its direction do; and the largest difference between a weight after the first
  // step and Adam's formula in double precision, in units of the rate.
  double slope = 0, slope_by_differences = 0;
  double update_difference = 0;
};

// Trains a network, which `model` names, on random pictures of its input's size, with cross-entropy and Adam with a
// rate of 0.001: the loss and optimizer of PyTorch's side. A step is batch, forward, loss, backward, update, and is
// waited for. Medians of `steps` steps after as many others, at most 20. Throws Error for a gradient or an update that
// is wrong. `launches`: those of one more step, each waited for.
TrainBenchRow bench_train(Device device, const std::string& model, const Architecture& architecture, int batch,
                          int steps, uint64_t seed, LaunchLog* launches = nullptr);

std::string train_bench_header();
std::string train_bench_line(const TrainBenchRow& row);

}  // namespace striate
