// How many pictures go through a network at a time, from the memory that it may take.
#pragma once

#include <cstdint>

#include "engine/network/network.h"

namespace striate {

// The largest batch up to `most` whose plan takes no more than `budget` bytes; 1 where not even that does. A network of
// one whole input has a batch of 1.
int batch_within(const Architecture& architecture, const Plan& plan, int64_t budget, int most);

// What judging a network on many pictures may take, unless it is told a batch: `striate evaluate`, `striate summary`.
inline constexpr int64_t kEvaluationBudget = int64_t{1} << 30;
inline constexpr int kMaxEvaluated = 250;

}  // namespace striate
