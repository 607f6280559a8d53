// What explanations that run a network on many pictures share: how many at a time, and one progress over all of it.
#pragma once

#include <vector>

#include "engine/session/open_network.h"

namespace striate {

// How many pictures go through the network together, at most `most`: as memory allows, one where the network's answer
// for a picture depends on the others.
int explain_batch(const OpenNetworkInfo& info, bool gradients, int most);

// The same values for each picture of a batch.
std::vector<float> repeated(const std::vector<float>& values, int times);

// Progress inside one of `all` parts, of which `done` are done: the whole is asked whether to go on at every layer.
Session::Progress inside(const Session::Progress& whole, int done, int all);

}  // namespace striate
