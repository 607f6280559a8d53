// The head of a network: its last dense layer or convolution, which turns what the layers before it have found (the
// backbone) into one value for each class. Transfer learning puts a new one in its place.
#pragma once

#include <vector>

#include "engine/network/architecture.h"

namespace striate {

// Of the layers that the output depends on, the last dense layer or convolution. Throws Error where there is none.
int head_node(const Architecture& architecture);
// The head, and what has weights or running statistics behind it: what is drawn anew with another head.
std::vector<int> head_nodes(const Architecture& architecture);
// The same network with a head of so many outputs; all names stay. Throws Error where the layers behind it don't take
// that.
Architecture with_head(const Architecture& architecture, int outputs);

}  // namespace striate
