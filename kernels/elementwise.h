// Moving and combining whole arrays of floats: what joins, copies and clears need.
// Unless said otherwise arrays hold `count` values and must not overlap.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

void fill(Stream& stream, int64_t count, float value, float* y);
// y = x, or y += x. A gradient that flows to two places, a flatten whose two tensors both stay, a residual's join
// backward.
void copy(Stream& stream, int64_t count, const float* x, float* y, Result result = Result::overwrite);
// y = a + b. y may be a or b.
void add(Stream& stream, int64_t count, const float* a, const float* b, float* y);
// y = factor * x. y may be x.
void scale(Stream& stream, int64_t count, float factor, const float* x, float* y);

// `rows` rows of `values` floats each, from rows `from_stride` apart to rows `to_stride` apart (in floats). Joining
// along the channels is one call per input (rows = N, values = Ci*H*W, to = y + offset, to_stride = C*H*W); its
// backward pass is the same with from and to exchanged; cutting rows out of a data set is another use.
void copy_rows(Stream& stream, int64_t rows, int64_t values, const float* from, int64_t from_stride, float* to,
               int64_t to_stride, Result result = Result::overwrite);

// y[i][...] = x[indices[i]][...]: `rows` rows of `values` floats each, a batch gathered from a data set on the device.
// Every index names a row of x.
void gather_rows(Stream& stream, int64_t rows, int64_t values, const float* x, const int32_t* indices, float* y);

}  // namespace striate
