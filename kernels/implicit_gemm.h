// Weighted sums of shifted rows: the one loop behind convolution forward, its gradient by the input, 1x1 convolution
// and the matrix products of a dense layer.
//
//   out[n][k][o] = b[k] + sum over j of weights[k][j] * x[n][offsets[j] + o]          o = 0 .. length-1
//
// A picture that is padded and laid out row after row turns a convolution into exactly this: tap (c, r, s) is the shift
// offsets[j] = c*plane + r*pitch + s, and o counts positions p*pitch + q. Columns q >= valid fall between two rows;
// they are computed along and not stored. So packs are full whatever the picture's width.
//
// A thread owns KT values of k times PT packs of o and keeps their sums in registers. On a GPU, sums that fill tiles of
// shared memory go to tiled_gemm.h.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/stream.h"

namespace striate {

// Everything on the stream's device. Groups are G independent problems of Kg = k/G outputs each.
struct ImplicitGemmArguments {
  int64_t images = 1;
  int groups = 1;
  int k = 0;                 // outputs per group
  int j = 0;                 // terms per sum; 0 is allowed: out = b
  const float* x = nullptr;  // image n, group g starts at x + n*x_image + g*x_group
  int64_t x_image = 0, x_group = 0;
  const int32_t* offsets = nullptr;  // (j)
  const float* weights = nullptr;    // packed, see implicit_gemm_tile(): (groups, tiles of k, j, KT)
  const float* rows = nullptr;       // or as they are, (groups * k, j): panel_gemm() alone
  const float* bias = nullptr;       // (groups * k) or null: 0
  float* out = nullptr;  // (n, g, k, position (row, col)) at out + n*out_image + (g*k + k)*out_plane + row*.. + col*..
  int64_t out_image = 0, out_plane = 0, out_row = 0, out_column = 1;
  int64_t length = 0;  // positions, the in-between ones included; the last is a valid one
  int64_t pitch = 1;   // positions per row
  int64_t valid = 1;   // stored ones of each row
  bool add = false;    // to what stands in out; then without an epilogue
  Epilogue epilogue;   // of channel g*k + k; not where out_column is not 1
};

// How many values of k one packed tile of weights holds, for sums of this shape; weights beyond k are 0.
int implicit_gemm_tile(Stream& stream, int k, int j, int64_t length);

// Floats of the packed weights at most, for any tile.
inline int64_t packed_weights_size(int groups, int k, int64_t j) { return groups * (static_cast<int64_t>(k) + 16) * j; }

void implicit_gemm(Stream& stream, const char* name, const ImplicitGemmArguments& arguments);

}  // namespace striate
