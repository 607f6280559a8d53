// What a device can do at best: the two measures that benchmarks compare operators with.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

// Copies n floats, past the cache where the device can: 8 n bytes moved. from and to must not overlap.
void copy_floats(Stream& stream, const float* from, float* to, int64_t n);

// `lanes` independent chains of `steps` multiply-adds on each of several packs, results in out (lanes): the float rate
// without memory. Returns the number of floating-point operations queued.
int64_t multiply_add_chains(Stream& stream, int lanes, int steps, float* out);

}  // namespace striate
