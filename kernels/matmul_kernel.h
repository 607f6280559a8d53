// The kernel of matmul.h, which reads and writes through M (access.h), so that it can be observed.
#pragma once

#include "kernels/access.h"
#include "kernels/launch.h"
#include "kernels/matmul.h"

namespace striate {

struct MatmulAxes {
  int rank;
  int64_t sizes[Box::kMaxAxes], a[Box::kMaxAxes], b[Box::kMaxAxes];
  static MatmulAxes of(const Box& box, const Strides& a, const Strides& b) {
    MatmulAxes axes{};
    for (size_t i = 0; i < static_cast<size_t>(box.rank); ++i) {
      if (box.sizes[i] == 1) continue;
      const int at = axes.rank++;
      axes.sizes[at] = box.sizes[i], axes.a[at] = a[i], axes.b[at] = b[i];
    }
    return axes;
  }
  HD void place(int64_t index, int64_t& at_a, int64_t& at_b) const {
    for (int axis = rank - 1; axis >= 0; --axis) {
      const int64_t rest = index / sizes[axis], here = index - rest * sizes[axis];
      at_a += here * a[axis], at_b += here * b[axis];
      index = rest;
    }
  }
};

// An index is a tile of MT rows times two packs of columns of one product; its sums stay in registers.
template <class M, int W, int MT>
struct Matmul {
  using Floats = typename M::template Floats<W>;
  static constexpr int64_t work = 4096;
  static constexpr int columns = 2 * W;
  MatmulAxes batch, again;
  int64_t m, n, k, a_row, a_column, b_row, agains, row_tiles, column_tiles;
  typename M::In a, b;
  typename M::Out y;
  bool add;

  static Matmul of(const MatmulShape& s, typename M::In a, typename M::In b, typename M::Out y, Result result) {
    Matmul kernel{};
    kernel.batch = MatmulAxes::of(s.batch, s.a_batch, s.b_batch);
    kernel.again = MatmulAxes::of(s.again, s.a_again, s.b_again);
    kernel.m = s.m, kernel.n = s.n, kernel.k = s.k;
    kernel.a_row = s.a_row, kernel.a_column = s.a_column, kernel.b_row = s.b_row;
    kernel.agains = s.again.count();
    kernel.row_tiles = (s.m + MT - 1) / MT;
    kernel.column_tiles = (s.n + columns - 1) / columns;
    kernel.a = a, kernel.b = b, kernel.y = y;
    kernel.add = result == Result::accumulate;
    return kernel;
  }

  // PT packs from column j on.
  template <int PT>
  HD void packs(typename M::In base_a, typename M::In base_b, typename M::Out out, int64_t i, int64_t j) const {
    Floats sums[MT][PT];
    int64_t row[MT];
    for (int r = 0; r < MT; ++r) {
      row[r] = (i + r < m ? i + r : m - 1) * a_row;  // below the last row: the last one again, and not stored
      for (int p = 0; p < PT; ++p) sums[r][p] = Floats::all(0.0f);
    }
    for (int64_t g = 0; g < agains; ++g) {
      int64_t at_a = 0, at_b = j;
      again.place(g, at_a, at_b);
      typename M::In pa = base_a + at_a, pb = base_b + at_b;
      for (int64_t t = 0; t < k; ++t, pa += a_column, pb += b_row) {
        Floats right[PT];
        for (int p = 0; p < PT; ++p) right[p] = M::template load<W>(pb + p * W);
#ifdef __CUDACC__
#pragma unroll
#else
#pragma GCC unroll 8
#endif
        for (int r = 0; r < MT; ++r) {
          const Floats left = Floats::all(pa[row[r]]);
          for (int p = 0; p < PT; ++p) sums[r][p] = fma(left, right[p], sums[r][p]);
        }
      }
    }
    for (int r = 0; r < MT && i + r < m; ++r) {
      for (int p = 0; p < PT; ++p) {
        const typename M::Out to = out + (i + r) * n + j + p * W;
        if (add) sums[r][p] += M::template load<W>(to);
        M::template store<W>(sums[r][p], to);
      }
    }
  }
  HD void single(typename M::In base_a, typename M::In base_b, typename M::Out out, int64_t i, int64_t j) const {
    for (int64_t r = i; r < i + MT && r < m; ++r) {
      auto sum = M::template Floats<1>::all(0.0f);
      for (int64_t g = 0; g < agains; ++g) {
        int64_t at_a = r * a_row, at_b = j;
        again.place(g, at_a, at_b);
        for (int64_t t = 0; t < k; ++t) {
          const auto left = M::template load<1>(base_a + (at_a + t * a_column));
          sum = fma(left, M::template load<1>(base_b + (at_b + t * b_row)), sum);
        }
      }
      const typename M::Out to = out + r * n + j;
      to[0] = add ? to[0] + sum[0] : sum[0];
    }
  }
  HD void operator()(int64_t index) const {
    const int64_t i = index % row_tiles * MT, rest = index / row_tiles;
    const int64_t which = rest / column_tiles;
    int64_t j = (rest - which * column_tiles) * columns;
    const int64_t end = j + columns < n ? j + columns : n;
    int64_t at_a = 0, at_b = 0;
    batch.place(which, at_a, at_b);
    const typename M::Out out = y + which * m * n;
    if (end - j == columns) return packs<2>(a + at_a, b + at_b, out, i, j);
    if (end - j >= W) {
      packs<1>(a + at_a, b + at_b, out, i, j);
      j += W;
    }
    for (; j < end; ++j) single(a + at_a, b + at_b, out, i, j);
  }
};

[[maybe_unused]] constexpr int kCpuMatmulRows = 6, kGpuMatmulRows = 4;

}  // namespace striate
