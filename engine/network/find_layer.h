// A layer as people name it: by its name, or by its number, which counts from 0 without the input, as in PyTorch's
// Sequential. A whole number is always the number; "input" is the input.
#pragma once

#include <string>
#include <vector>

#include "engine/network/architecture.h"

namespace striate {

// Its node; -1: there is no such layer.
int find_layer(const Architecture& architecture, const std::string& layer);
// Throws Error: unknown layer, with the nearest name.
int need_layer(const Architecture& architecture, const std::string& layer);
// Per node, the input first: whether it is one of these layers. Throws as need_layer() does.
std::vector<char> nodes_of(const Architecture& architecture, const std::vector<std::string>& layers);
// The Error of need_layer().
[[noreturn]] void throw_unknown_layer(const Architecture& architecture, const std::string& layer);

}  // namespace striate
