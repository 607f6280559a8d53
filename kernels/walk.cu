#include "kernels/walk.h"

#include "kernels/launch.h"

namespace striate {

struct WalkNothing {
  template <typename... Any>
  HD void operator()(Any...) const {}
};

struct ConvolveCell {
  static constexpr int64_t work = 256;
  ConvolutionGeometry g;
  const double* x;     // (C, H, W)
  const double* w;     // (K, C/groups, R, S)
  const double* bias;  // (K) or null
  double* total;       // (K, P, Q)
  double* value;       // (K, P, Q)
  HD void operator()(int64_t i) const {
    const int columns = g.output_width(), rows = g.output_height();
    const int q = static_cast<int>(i % columns);
    const int p = static_cast<int>(i / columns % rows);
    const int k = static_cast<int>(i / columns / rows);
    double sum = walk_taps(g, x, w, k, p, q, WalkNothing{}, WalkNothing{});
    if (bias) sum += bias[k];
    total[i] = sum;
    value[i] = finished_value(g, sum);
  }
};

struct PoolOneCell {
  static constexpr int64_t work = 64;
  PoolGeometry g;
  const double* x;  // (C, H, W)
  double* value;    // (C, P, Q)
  int32_t* winner;  // (C, P, Q) or null
  HD void operator()(int64_t i) const {
    const int columns = g.output_width(), rows = g.output_height();
    const int c = static_cast<int>(i / columns / rows);
    const PoolResult result =
        walk_window(g, x, c, static_cast<int>(i / columns % rows), static_cast<int>(i % columns), WalkNothing{});
    value[i] = result.value;
    if (winner) winner[i] = result.winner_row * g.width + result.winner_column;
  }
};

// One thread per input cell: it asks every window that covers it, so no two threads write one place.
struct PoolCellBackward {
  static constexpr int64_t work = 512;
  PoolGeometry g;
  const double* x;   // (C, H, W)
  const double* dy;  // (C, P, Q)
  double* dx;        // (C, H, W)
  HD void operator()(int64_t i) const {
    const int column = static_cast<int>(i % g.width);
    const int row = static_cast<int>(i / g.width % g.height);
    const int c = static_cast<int>(i / g.width / g.height);
    const int rows = g.output_height(), columns = g.output_width();
    double sum = 0;
    for (int p = 0; p < rows; ++p) {
      if (g.kind != PoolKind::global && (row < p * g.stride - g.top || row >= p * g.stride - g.top + g.window_height)) {
        continue;
      }
      for (int q = 0; q < columns; ++q) {
        const int left = q * g.stride - g.left;
        if (g.kind != PoolKind::global && (column < left || column >= left + g.window_width)) continue;
        const PoolResult result = walk_window(g, x, c, p, q, WalkNothing{});
        const double part = dy[(static_cast<int64_t>(c) * rows + p) * columns + q];
        if (g.kind != PoolKind::max) {
          sum += part / result.divisor;
        } else if (result.winner_row == row && result.winner_column == column) {
          sum += part;
        }
      }
    }
    dx[i] = sum;
  }
};

template struct CudaFlat<ConvolveCell>;
template struct CudaFlat<PoolOneCell>;
template struct CudaFlat<PoolCellBackward>;

#ifndef __CUDACC__

void convolve_cells(Stream& stream, const ConvolutionGeometry& geometry, const double* x, const double* w,
                    const double* bias, double* total, double* value) {
  for_each(stream, "convolve_cells", geometry.output_cells(), ConvolveCell{geometry, x, w, bias, total, value});
}

void pool_cells(Stream& stream, const PoolGeometry& geometry, const double* x, double* value, int32_t* winner) {
  const int64_t cells = static_cast<int64_t>(geometry.channels) * geometry.output_height() * geometry.output_width();
  for_each(stream, "pool_cells", cells, PoolOneCell{geometry, x, value, winner});
}

void pool_cells_backward(Stream& stream, const PoolGeometry& geometry, const double* x, const double* dy, double* dx) {
  const int64_t cells = static_cast<int64_t>(geometry.channels) * geometry.height * geometry.width;
  for_each(stream, "pool_cells_backward", cells, PoolCellBackward{geometry, x, dy, dx});
}

#endif

}  // namespace striate
