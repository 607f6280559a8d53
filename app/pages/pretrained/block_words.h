// What the parts of a block are called, for its graph, its maps and the inspector of page `pretrained`.
#pragma once

#include <string>
#include <vector>

#include "app/network/network_moment.h"
#include "engine/network/blocks.h"

namespace striate {

BlockCut cut_of(const NetworkMoment& moment, const NetworkBlock& block);

// What a residual block adds, as it is at the moment: x itself; x projected by weights, Wx; or x brought to the sum's
// shape without any, x′. Either side may be cut.
struct ResidualWords {
  std::string straight;  // "Wx"
  std::string sum;       // "Wx + F(x)", "F(x)" where the shortcut is cut
  std::string result;    // the same in words: "F(x) alone"
  std::string title;     // "Wx + F(x); Wx is a projection of x", "F(x) alone"
};
ResidualWords residual_words(const OpenNetworkInfo& info, const NetworkBlock& block, const BlockCut& cut);
std::string norm_of(const std::string& symbol);  // between double bars
std::string norm_text(double norm);

// What a block's branches are called: by their kernels, "1x1", where these tell them apart, else by their layers.
std::vector<std::string> names_of_branches(const OpenNetworkInfo& info, const NetworkBlock& block);

}  // namespace striate
