// A dense layer is three matrix products, and each is one of the two loops of convolutions: forward is the dot product
// of x's rows with w's rows; both gradients are reductions over w's and x's rows. On a GPU a large layer's dot products
// go through tiles of shared memory instead.
#include "kernels/dense.h"

#include <algorithm>
#include <string>

#include "kernels/error.h"
#include "kernels/implicit_gemm.h"
#include "kernels/launch.h"
#include "kernels/reduction_gemm.h"
#include "kernels/tiled_product.h"

namespace striate {

// packed (tiles, rows, tile) from a matrix read at row*row_stride + column*column_stride; a pack of columns per index.
struct PackMatrix {
  static constexpr int64_t work = 24;
  const float* from;
  float* packed;
  int64_t row_stride, column_stride;
  int rows, columns, tile;
  HD void operator()(int64_t index) const {
    const int64_t row = index % rows;
    const int first = static_cast<int>(index / rows) * tile;
    for (int i = 0; i < tile; ++i) {
      packed[index * tile + i] = first + i < columns ? from[row * row_stride + (first + i) * column_stride] : 0.0f;
    }
  }
};

// offsets[i] = i * step
struct RowOffsets {
  int32_t* offsets;
  int32_t step;
  HD void operator()(int64_t i) const { offsets[i] = static_cast<int32_t>(i) * step; }
};

// db[k] = sum over n of dy[n][k]
struct SumRows {
  static constexpr int64_t work = 64;
  const float* dy;
  float* db;
  int n, k;
  bool add;
  HD void operator()(int64_t i) const {
    float sum = 0;
    for (int64_t row = 0; row < n; ++row) sum += dy[row * k + i];
    db[i] = add ? db[i] + sum : sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<PackMatrix>;
template struct CudaFlat<RowOffsets>;
template struct CudaFlat<SumRows>;

#else

namespace {

int64_t padded(int64_t floats) { return (floats + 15) / 16 * 16 + 32; }

void check(int n, int c, int k) {
  if (n < 1 || c < 1 || k < 1) {
    throw Error(
        "dense: batch " + std::to_string(n) + ", " + std::to_string(c) + " values in, " + std::to_string(k) + " out",
        "each is at least 1");
  }
  if (static_cast<int64_t>(c) * k > INT32_MAX || static_cast<int64_t>(n) * c > INT32_MAX) {
    throw Error("dense: " + std::to_string(c) + " x " + std::to_string(k) + " weights, batch " + std::to_string(n),
                "at most 2^31 values each");
  }
}

// out[row][o] = sum over j of left(j, row) * x[j][o]; left at j*j_stride + row*row_stride.
void product(Stream& stream, const char* name, int rows, int j, int64_t length, const float* left, int64_t j_stride,
             int64_t row_stride, const float* x, float* out, bool add, float* scratch) {
  ImplicitGemmArguments a;
  a.k = rows;
  a.j = j;
  a.x = x;
  a.out = out;
  a.out_plane = length;
  a.length = a.pitch = a.valid = length;
  a.add = add;
  const int tile = implicit_gemm_tile(stream, rows, j, length);
  const int tiles = (rows + tile - 1) / tile;
  auto* offsets = reinterpret_cast<int32_t*>(scratch);
  float* packed = scratch + padded(j);
  for_each(stream, "dense_offsets", j, RowOffsets{offsets, static_cast<int32_t>(length)});
  for_each(stream, "dense_pack", static_cast<int64_t>(tiles) * j,
           PackMatrix{left, packed, j_stride, row_stride, j, rows, tile});
  a.offsets = offsets;
  a.weights = packed;
  implicit_gemm(stream, name, a);
}

// y as pieces of tiled products.
TiledProductArguments tiled_forward(int n, int c, int k) {
  TiledProductArguments g;
  g.m = n, g.n = k, g.places = c;
  g.terms_per_part = dense_forward_piece(c, k);
  g.a.apart = g.b.apart = c;
  return g;
}

}  // namespace

int dense_forward_piece(int c, int k) {
  // Below that a block for every 4 x 4 results keeps a GPU busier.
  if (k < 64 || int64_t{c} * k < (1 << 18)) return 0;
  const int pieces = pieces_of_product((k + 63) / 64, c);
  return ((c + pieces - 1) / pieces + 31) / 32 * 32;
}

int64_t dense_scratch(int n, int c, int k) {
  check(n, c, k);
  const int64_t pieces = dense_forward_piece(c, k) > 0 ? tiled_forward(n, c, k).pieces() : 0;
  const int64_t forward = std::max(padded(k), pieces * n * k);
  const int64_t data_gradient = padded(k) + packed_weights_size(1, n, k);
  const int64_t weight_gradient = padded(n) + packed_weights_size(1, k, n);
  return std::max({forward, data_gradient, weight_gradient}) + 16;
}

void dense_forward(Stream& stream, int n, int c, int k, const float* x, const float* w, const float* b, float* y,
                   float* scratch) {
  check(n, c, k);
  if (stream.device().is_gpu() && dense_forward_piece(c, k) > 0) {
    TiledProductArguments g = tiled_forward(n, c, k);
    const int pieces = g.pieces();
    g.a.data = x, g.b.data = w;
    g.out = pieces > 1 ? scratch : y;
    g.bias = pieces > 1 ? nullptr : b;
    tiled_product(stream, "dense_tiled", g);
    if (pieces > 1) add_pieces(stream, "dense_add_pieces", int64_t{n} * k, k, pieces, scratch, b, y, false);
    return;
  }
  ReductionGemmArguments a;
  a.k = n;
  a.j = k;
  a.a = x;
  a.a_plane = c;
  a.x = w;
  a.columns = c;
  a.bias = b;
  a.out = y;
  a.out_stride = k;
  auto* offsets = reinterpret_cast<int32_t*>(scratch);
  for_each(stream, "dense_offsets", k, RowOffsets{offsets, c});
  a.offsets = offsets;
  reduction_gemm(stream, "dense", a);
}

void dense_backward_input(Stream& stream, int n, int c, int k, const float* dy, const float* w, float* dx,
                          Result result, float* scratch) {
  check(n, c, k);
  product(stream, "dense_data_gradient", n, k, c, dy, 1, k, w, dx, result == Result::accumulate, scratch);
}

void dense_backward_weights(Stream& stream, int n, int c, int k, const float* x, const float* dy, float* dw, float* db,
                            Result result, float* scratch) {
  check(n, c, k);
  if (dw != nullptr)
    product(stream, "dense_weight_gradient", k, n, c, dy, k, 1, x, dw, result == Result::accumulate, scratch);
  if (db != nullptr) for_each(stream, "dense_by_bias", k, SumRows{dy, db, n, k, result == Result::accumulate});
}

#endif

}  // namespace striate
