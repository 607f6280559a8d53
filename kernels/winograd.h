// 3 x 3 convolutions on the CPU with 16 instead of 36 multiplications for each four values: Winograd's F(2 x 2, 3 x 3).
//
//   V = Bt d B            of each piece of 4 x 4 values of a channel of x, pieces 2 rows and 2 columns apart
//   U = G g Gt            of each kernel
//   y = At (sum over channels of U * V) A      four values of y: pieces 0 and 1 of rows and columns
//
// The sum over channels is a matrix product for each of the 16 places, in the panels of panel_gemm.h. It rounds in
// other places than the direct sum, within the same bound (tests/kernels/winograd_test.cpp); who explains a sum term by
// term takes the direct one.
//
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
#pragma once

#include <cstdint>

#include "kernels/conv2d.h"
#include "kernels/stream.h"

namespace striate {

// Whether it is faster than the direct sum: on the CPU, 3 x 3, without stride, dilation and groups, where channels and
// positions are many. The same for every n.
bool winograd_pays(const Stream& stream, const Conv2dShape& shape);

// Floats of U (16, c, k) in panels, and of scratch.
int64_t winograd_packed_size(const Conv2dShape& shape);  // where it pays
int64_t winograd_scratch(const Conv2dShape& shape);
// w (k, c, 3, 3) to U; `packed` is aligned to 64 bytes.
void winograd_pack(Stream& stream, const Conv2dShape& shape, const float* w, float* packed);

// y = x * w + b, and to each value what the epilogue says; b (k) may be null. `scratch` is aligned to 64 bytes.
void winograd_forward(Stream& stream, const Conv2dShape& shape, const float* x, const float* packed, const float* b,
                      float* y, const Epilogue& epilogue, float* scratch);

}  // namespace striate
