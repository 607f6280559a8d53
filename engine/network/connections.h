// What articles of the time called connections: how many products and biases the units of a network add up, where
// weights that are shared count once for each unit. LeNet-5 of 1998 has 60,000 weights and 340,908 connections.
#pragma once

#include <cstdint>

#include "engine/network/architecture.h"

namespace striate {

// Of one layer; 0 where nothing in it is learned and no center is compared with.
int64_t connections(const Layer& layer, const std::vector<Shape>& inputs);
int64_t connections(const Architecture& architecture);

}  // namespace striate
