// The samples of one class divided so that no burst stands in two parts (Dataset::burst()); split.h says where.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/training/data/dataset.h"
#include "kernels/random.h"

namespace striate {

bool has_bursts(const Dataset& data, const std::vector<int64_t>& samples);

// Parts of about so many samples each, and at the end what is left, which has one burst at least. Each part that should
// have samples has one burst at least while there are enough. Within a part: in the order of the bursts' draw.
std::vector<std::vector<int64_t>> divide_bursts(const Dataset& data, const std::vector<int64_t>& samples,
                                                const std::vector<int64_t>& counts, Random& random);

// Bursts, where a sample of none counts as one; and of the largest how many samples.
struct BurstCount {
  int64_t bursts = 0, largest = 0;
};
BurstCount count_bursts(const Dataset& data, const std::vector<int64_t>& samples);

}  // namespace striate
