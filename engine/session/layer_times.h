// How long each layer of an open network takes, measured: every layer runs by itself and is waited for, several times,
// and the median counts. So the sum is a little more than a whole forward pass, in which a device goes on to the next
// layer without being waited for.
#pragma once

#include <optional>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

constexpr int kTimedRuns = 7;

struct LayerTimes {
  std::vector<double> milliseconds;  // per node; the input: 0
  int runs = 0;
  double total() const;
};

// Of any network, for any input.
std::optional<LayerTimes> measure_layers(Stream& stream, Network& network, const std::vector<float>& input,
                                         int runs = kTimedRuns, const Session::Progress& progress = nullptr);
// One picture. Nothing where it was canceled. Throws Error: an input of another size.
std::optional<LayerTimes> measure_layers(OpenNetwork& network, const std::vector<float>& input, int runs = kTimedRuns,
                                         const Session::Progress& progress = nullptr);

}  // namespace striate
