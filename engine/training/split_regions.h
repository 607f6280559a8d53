// Splits by region; split.h has what they promise.
#pragma once

#include <cstdint>

#include "engine/training/split.h"

namespace striate {

// The regions divided by shares: none stands in two parts.
Split split_by_region(const Dataset& data, const SplitShares& shares, uint64_t seed);

}  // namespace striate
