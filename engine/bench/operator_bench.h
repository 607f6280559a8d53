// What the network operators' benchmarks share: buffers of random numbers, the check of a result, the row of a table.
// Private to the .cpp files of this folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/bench/kernel_bench.h"
#include "kernels/memory.h"

namespace striate {

class OperatorBench {
 public:
  OperatorBench(Device device, int runs, uint64_t seed, const DeviceLimits& limits)
      : stream_(device), runs_(runs), seed_(seed), limits_(limits) {}

  std::vector<KernelBenchRow> rows;

  Stream& stream() { return stream_; }
  Buffer<float> empty(int64_t count) { return {stream_.device(), count, "a benchmark"}; }
  Buffer<float> random(int64_t count);  // -1 .. 1
  std::vector<float> host(const Buffer<float>& buffer);
  // Whether about a hundred values of the result are what want(i) says, to `tolerance` of the largest of them. NaN is
  // not.
  bool agrees(const Buffer<float>& result, const std::function<double(int64_t)>& want, double tolerance = 1e-4);
  // Runs once, asks right(), then times run() and adds a row. Throws Error where the result is wrong.
  void time(const std::string& name, const std::string& shape, double flops, double bytes,
            const std::function<void()>& run, const std::function<bool()>& right);

 protected:
  Stream stream_;
  int runs_;
  uint64_t seed_, sequence_ = 0;
  DeviceLimits limits_;
};

// Operators whose results are a formula of single values or short rows: activations, pooling, dropout, sums, losses,
// softmax, optimizers. Adds their rows.
void bench_simple_operators(OperatorBench& bench, int batch);

// Convolutions and poolings beyond pictures and plain windows. Adds their rows.
void bench_volumes(OperatorBench& bench, int batch);

// Locally connected layers and the cells of the Neocognitron. Adds their rows.
void bench_sharing(OperatorBench& bench, int batch);

// Bent activations, PReLU, group, instance and layer normalization, local response normalization. Adds their rows.
void bench_curves_and_norms(OperatorBench& bench, int batch);

// Arrays of any rank: repeated values, turned axes, sums, products of matrices, borders, resizing. Adds their rows.
void bench_tensors(OperatorBench& bench, int batch);

}  // namespace striate
