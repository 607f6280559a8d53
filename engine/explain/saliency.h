// How much a small change of each value of the picture changes a score: the gradient of a class or of a unit with
// respect to the input (Simonyan and others 2013), or what takes its place where ReLUs pass back by another rule
// (kernels/backward_rule.h): deconvnet (Zeiler and Fergus 2013) and guided backpropagation (Springenberg and others
// 2014), which are no derivatives of anything and in networks with random weights look almost as they do in trained
// ones (Adebayo and others 2018); randomize.h makes that control.
//
//   const Saliency map = *saliency(network, input, class_target(*network.info(), 281), BackwardRule::gradient);
//   over_channels(map.shape, map.values, OverChannels::largest)
//
// A plan of two steps: forward up to the layer of the score, backward from there to the input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/explain/heat_map.h"
#include "engine/explain/target.h"

namespace striate {

struct Saliency {
  Shape shape;                // (C, H, W)
  std::vector<float> values;  // one for each value of the picture, in that order
  double score = 0;
  std::string note;  // what whoever looks at it must know; empty: nothing
};

const char* rule_name(BackwardRule rule);  // "deconvnet"

// Nothing where it was canceled. `input` as the network takes it. Throws Error as Session::run().
std::optional<Saliency> saliency(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                 BackwardRule rule, const Session::Progress& progress = nullptr);

// Layers between the input and the node that follow the rule; where there are none the three rules give the same.
int64_t layers_that_follow_rules(const OpenNetworkInfo& info, int node);

}  // namespace striate
