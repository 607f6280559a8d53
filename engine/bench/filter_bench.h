// `striate bench filter`: image filters on an 8-bit RGB picture of random values, checked first, then timed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/device.h"
#include "kernels/image_filter.h"

namespace striate {

struct FilterBenchRow {
  std::string filter;  // edge3 sharpen3 blur3 gaussian7
  std::string device;  // Device::id()
  int threads = 0;     // of the CPU; 0 on another device
  int width = 0, height = 0;
  double median_ms = 0;
};

// The kernels that are timed: what peers/filters_opencv.py times, too.
struct BenchKernel {
  std::string name;
  FilterKernel kernel;
};
std::vector<BenchKernel> filter_bench_kernels();

// Checks every kernel on a small picture against the double-precision reference (Error where a value differs), then
// runs each `runs` times (after one run to warm up) with zero padding and returns medians. Copies to and from a device
// are not counted. Throws Error for sizes or runs below 1.
std::vector<FilterBenchRow> bench_filter(Device device, int width, int height, int runs, uint64_t seed);

std::string filter_bench_header();                     // the columns, for --csv
std::string filter_bench_line(const FilterBenchRow&);  // the same in every locale

}  // namespace striate
