// The launches of a benchmark as a table: `striate bench train --launches`, `striate bench infer --launches`.
#pragma once

#include <string>

#include "kernels/stream.h"

namespace striate {

// One line for each name and shape, in the order of the first launch: grid, block, shared memory, registers where they
// are known, how often, milliseconds in all and their share; then the sum.
std::string launch_table(const LaunchLog& log);

}  // namespace striate
