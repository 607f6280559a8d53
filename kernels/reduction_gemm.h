// Dot products of rows with shifted rows: the one loop behind a convolution's gradient by its weights and a dense
// layer's forward pass.
//
//   out[piece][g][k][j] = sum over the piece's images n, rows p, columns q of
//                         a[n][g][k][p][q] * x[n][g][offsets[j] + p*pitch + q]
//
// and, where `ones` is set, one more column j = J with the plain sum of a: a bias's gradient.
// A block owns KT rows of a times JT shifts; its threads share out the columns and rows and add up in a fixed order.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

struct ReductionGemmArguments {
  int64_t images = 1;
  int64_t images_per_piece = 1;
  int groups = 1;
  int k = 0, j = 0;  // per group
  const float* a = nullptr;
  int64_t a_image = 0, a_plane = 0, a_row = 0;  // a[n][g][k][p][q] at n*a_image + (g*K + k)*a_plane + p*a_row + q
  const float* x = nullptr;
  int64_t x_image = 0, x_group = 0, pitch = 0;
  const int32_t* offsets = nullptr;  // (j)
  int64_t rows = 1, columns = 0;     // P, Q
  bool ones = false;
  const float* bias = nullptr;  // (j) or null: added to every out[..][j]; for one piece and one group
  float* out = nullptr;         // (pieces, groups, k, out_stride)
  int64_t out_stride = 0;       // at least j + ones
};

void reduction_gemm(Stream& stream, const char* name, const ReductionGemmArguments& arguments);

}  // namespace striate
