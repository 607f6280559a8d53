// Keeping what was learned when a step goes wrong: whether an array is finite, decided on the device, and a copy of the
// weights that is only renewed while all is well. Nothing waits, so a captured step may hold it.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

// *found_inf = 1 where any of the count values is NaN or infinite; left alone where none is. `pieces`:
// find_not_finite_scratch(count) values on the device, written.
int64_t find_not_finite_scratch(int64_t count);  // in int32
void find_not_finite(Stream& stream, int64_t count, const float* x, int32_t* pieces, int32_t* found_inf);

// kept = w, unless *found_inf is not 0. w itself, its count values, is not changed.
void keep_unless(Stream& stream, int64_t count, const int32_t* found_inf, const float* w, float* kept);

}  // namespace striate
