// A split in which no region stands in two parts; split.h has what it promises.
#pragma once

#include <cstdint>

#include "engine/training/split.h"

namespace striate {

Split split_by_region(const Dataset& data, const SplitShares& shares, uint64_t seed);

}  // namespace striate
