// Integrated gradients (Sundararajan and others 2017): what each value of the picture adds to a score on the straight
// way from a baseline x' to the picture x,
//
//   (x - x') * mean over m = 1..steps of dF/dx at x' + (m - 1/2)/steps * (x - x')
//
// so that all of them add up to F(x) - F(x'), but for what the sum over steps leaves out: that error is part of the
// result. The usual mistake is a baseline of zeros for a network whose input is normalized: there 0 is the mean color,
// not black.
//
// How many steps that takes depends on the picture: 50 are usual and often miss 5 % and more of what a deep network's
// score gains. Left to itself it begins with 50 and takes three times as many until the error is below 1 %; the points
// that are there are among the new ones.
//
// A plan of its steps: the scores at both ends, then the gradients, several steps in one batch.
#pragma once

#include <optional>
#include <vector>

#include "engine/explain/heat_map.h"
#include "engine/explain/target.h"

namespace striate {

struct IntegratedSettings {
  enum class Baseline { black, zeros };  // a black picture as it is prepared; 0 in all that the network receives
  Baseline baseline = Baseline::black;
  int steps = 50;  // 1 to 10000; 0: as many as the error needs, up to kMostSteps
  static constexpr int kFirstSteps = 50, kMostSteps = 450;
};

struct IntegratedGradients {
  Shape shape;                // (C, H, W)
  std::vector<float> values;  // one for each value of the picture, in that order
  double score = 0, baseline_score = 0;
  int steps = 0;     // that were taken
  double sum = 0;    // of the values
  double error = 0;  // |sum - (score - baseline_score)|, of the larger of the two sizes; 0: both are 0
};

// Nothing where it was canceled. Throws Error: steps out of range; a black picture for a network that takes none.
std::optional<IntegratedGradients> integrated_gradients(OpenNetwork& network, const std::vector<float>& input,
                                                        const Target& target, const IntegratedSettings& settings = {},
                                                        const Session::Progress& progress = nullptr);

}  // namespace striate
