// `striate bench kernels`: every operator on a picture of ordinary size, with its share of what the device can do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/device.h"

namespace striate {

struct KernelBenchRow {
  std::string op;      // the operator
  std::string shape;   // of its input: "4000x6000x3"
  std::string device;  // Device::id()
  double median_us = 0;
  double gflops = 0;             // multiplications and additions that the definition asks for
  double gbytes_per_second = 0;  // input read once, output written once
  // The larger of two shares: of the memory bandwidth and of the float rate that were measured on this device just
  // before. Above 1 where an operator needs fewer operations than its definition has (a separable kernel), and where
  // what it reads and writes stays in a cache, which is faster than the memory that was measured.
  double limit_share = 0;
};

// What the device can do, measured: copying a large buffer (bytes read and written), and independent multiply-adds.
struct DeviceLimits {
  double gbytes_per_second = 0;
  double gflops = 0;
};
DeviceLimits measure_limits(Device device, int runs);

// Checks each operator's result on a few pixels, then times it: medians of `runs` runs. Throws Error for a wrong value.
// The operators of networks: network_bench.h.
std::vector<KernelBenchRow> bench_kernels(Device device, int runs, uint64_t seed, const DeviceLimits& limits);

std::string kernel_bench_header();
std::string kernel_bench_line(const KernelBenchRow&);

}  // namespace striate
