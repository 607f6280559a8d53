// The network operators' part of `striate bench kernels`: every operator at the sizes of LeNet-5 and TinyVGG training
// (batch 64 unless said otherwise) and convolutions at the sizes of ResNet-50 (batch 1, forward).
#pragma once

#include <vector>

#include "engine/bench/kernel_bench.h"

namespace striate {

// Checks some values of each operator's result against the sums of its definition, then times it: medians of `runs`
// runs. Throws Error for a wrong value.
std::vector<KernelBenchRow> bench_network(Device device, int runs, uint64_t seed, const DeviceLimits& limits,
                                          int batch = 64);

}  // namespace striate
