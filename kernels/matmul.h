// Products of matrices, many at once, as numpy's matmul and ONNX's MatMul have them.
//
//   y[batch][i][j] = sum over `again` and k of a[batch, again][i][k] * b[batch, again][k][j]
//
// M rows, N columns, K terms. `batch` are the axes that the result has in front (y is dense: batch, M, N); `again` are
// further axes that are summed, too: the gradient of an operand that was repeated for several products. Strides are in
// floats, 0 repeats a matrix. a's rows and columns may have any stride, so that it may be transposed; b's columns stand
// one behind the other. y must not overlap a or b. Terms are added in the order of `again`, then k: same inputs, same
// bits.
#pragma once

#include "kernels/strided.h"
#include "kernels/tiled_product.h"

namespace striate {

struct MatmulShape {
  Box batch, again;
  int64_t m = 1, n = 1, k = 1;
  Strides a_batch{}, a_again{}, b_batch{}, b_again{};
  int64_t a_row = 0, a_column = 1;  // from a[i][k] to a[i+1][k], and to a[i][k+1]
  int64_t b_row = 0;                // from b[k][j] to b[k+1][j]
};

void matmul(Stream& stream, const MatmulShape& shape, const float* a, const float* b, float* y,
            Result result = Result::overwrite);

// Whether a GPU computes it through tiles of shared memory (tiled_product.h), with the bits of the other kernel, and
// what it then computes.
bool matmul_tiles(const MatmulShape& shape, const float* a, const float* b, float* y, Result result,
                  TiledProductArguments& tiles);

}  // namespace striate
