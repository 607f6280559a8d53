// Optimizers race from one start on one network's true loss: that of all training samples at once, not of batches. Each
// runs at its own best rate, found by a sweep. To be seen at once, the paths lie in the plane that fits their end
// points and the start best (its two main directions); how far each path leaves that plane is measured, and the loss of
// the plane itself is computed on a grid, through the whole network.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/points/point_training.h"

namespace striate {

struct RacePath {
  PointOptimizer optimizer = PointOptimizer::sgd;
  double rate = 0;                                // the best of the sweep
  std::vector<std::pair<double, double>> sweep;   // rates, and the loss after all steps; infinite where it ran away
  std::vector<double> losses;                     // before each step, and after the last: steps + 1
  std::vector<std::pair<double, double>> places;  // in the plane
  std::vector<double> distances;                  // from the plane, in the space of all weights
  double farthest() const;
  double moved = 0;  // from the start to its end, straight, in the same space
};

struct PointRace {
  int steps = 0;
  std::vector<RacePath> paths;  // sgd, momentum, rmsprop, adam
  // The plane's part that is drawn, and its loss on a grid: row 0 is the largest v.
  double u0 = -1, u1 = 1, v0 = -1, v1 = 1;
  int side = 0;
  std::vector<float> losses;
  double lowest = 0, highest = 1;
  const RacePath* of(PointOptimizer optimizer) const;
};

constexpr int kRaceSteps = 200;
const std::vector<double>& race_rates();
const std::vector<PointOptimizer>& race_optimizers();

// `go_on` gets the share that is done, 0 to 1; where it says false, the race ends and is empty.
PointRace race(const PointNetwork& network, const PointData& data, const std::vector<double>& start, int steps,
               const std::function<bool(double)>& go_on);

}  // namespace striate
