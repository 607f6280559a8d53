// How long versions of kernels take, measured here and now, never computed. On one core, on all, and on a GPU where
// there is one; there both alone and with what it takes to bring the data and fetch the result.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kernels/device.h"
#include "kernels/teach.h"

namespace striate {

// Medians, in milliseconds.
struct VersionTimes {
  double cpu1 = 0, cpu = 0;
  std::optional<double> cuda;         // the launch alone
  std::optional<double> cuda_copies;  // and the copies to the GPU and back
};
struct TimingEnded {};

// Each is run until `seconds` have passed, at least three times, after one run that does not count. goes_on: false ends
// it with TimingEnded, asked between two runs. Throws Error: no such version.
VersionTimes time_version(TeachTask task, const std::string& version, const TeachSettings& settings,
                          double seconds = 0.1, const std::function<bool()>& goes_on = {});

struct SweepPoint {
  int n;
  VersionTimes times;
};
// Sides that double, 32 to `largest`.
std::vector<SweepPoint> sweep_version(TeachTask task, const std::string& version, TeachSettings settings, int largest,
                                      double seconds = 0.05, const std::function<bool(int n)>& goes_on = {});

// The side from which on the GPU, copies counted, is faster than all cores; between two sides of the sweep on a
// straight line of the logarithms. None: there is no GPU, or it never is.
std::optional<double> crossover(const std::vector<SweepPoint>& sweep);

}  // namespace striate
