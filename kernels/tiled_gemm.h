// The sums of implicit_gemm.h on a GPU, where they are large enough to fill tiles: a block has 64 or 32 outputs times
// 128 positions, and its threads share the weights and values that they bring into shared memory, eight terms at a
// time. Each output adds the same terms in the same order, so the bits are those of the flat kernel.
#pragma once

#include "kernels/implicit_gemm.h"

namespace striate {

// Whether implicit_gemm() leaves sums of this shape to tiled_gemm(). Their weights are packed for tiles of 8 outputs.
bool tiled_gemm_fits(const ImplicitGemmArguments& arguments);

void tiled_gemm(Stream& stream, const char* name, const ImplicitGemmArguments& arguments);

}  // namespace striate
