// Choosing slices of an array by number.
//
//   y[o][j][i] = x[o][indices[j]][i]        dx[o][s][i] = sum over the j with indices[j] == s of dy[o][j][i]
//
// x (outer, size, inner), y (outer, count, inner). `indices` stands in the host's memory, each from 0 to size-1; an
// index may come several times. Nothing may overlap. The sums are added in the order of j.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

void gather_forward(Stream& stream, int64_t outer, int64_t size, int64_t inner, const std::vector<int32_t>& indices,
                    const float* x, float* y);
void gather_backward(Stream& stream, int64_t outer, int64_t size, int64_t inner, const std::vector<int32_t>& indices,
                     const float* dy, float* dx, Result result);

}  // namespace striate
