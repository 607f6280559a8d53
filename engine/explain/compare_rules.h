// The three rules of the backward pass side by side: the maps that they give of one score, and, at one ReLU on the way,
// the numbers by which they differ. There every value x of its input and the gradient g that arrives say what passes:
//
//   gradient  g where x > 0        deconvnet  g where g > 0        guided  g where both are; else 0
//
// g itself differs from rule to rule, since ReLUs nearer to the score have cut it before.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "engine/explain/saliency.h"

namespace striate {

inline constexpr std::array kBackwardRules{BackwardRule::gradient, BackwardRule::deconvnet, BackwardRule::guided};

struct RuleComparison {
  std::array<Saliency, 3> maps;  // in the order of kBackwardRules
  int relu = -1;                 // the node whose numbers follow; -1: no layer on the way follows the rules
  Shape cells;                   // of it: (C, H, W)
  std::vector<float> x;          // its input
  std::array<std::vector<float>, 3> arrives, passes;
};

// The layers on the way to the score that follow the rules, the one next to it first.
std::vector<int> relus_before(const OpenNetworkInfo& info, int node);
// The one that shows most: not the very last before the score, where all the gradients that arrive are still the same,
// if there are others with rows and columns. -1: none.
int relu_to_show(const OpenNetworkInfo& info, int node);

// Nothing where it was canceled. `relu`: one of the layers on the way that follow the rules, or -1.
std::optional<RuleComparison> compare_rules(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                            int relu, const Session::Progress& progress = nullptr);

}  // namespace striate
