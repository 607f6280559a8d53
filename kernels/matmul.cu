#include "kernels/matmul.h"

#include "kernels/launch.h"

namespace striate {

struct MatmulAxes {
  int rank;
  int64_t sizes[Box::kMaxAxes], a[Box::kMaxAxes], b[Box::kMaxAxes];
  HD void place(int64_t index, int64_t& at_a, int64_t& at_b) const {
    for (int axis = rank - 1; axis >= 0; --axis) {
      const int64_t rest = index / sizes[axis], here = index - rest * sizes[axis];
      at_a += here * a[axis], at_b += here * b[axis];
      index = rest;
    }
  }
};

// An index is a tile of MT rows times two packs of columns of one product; its sums stay in registers.
template <int W, int MT>
struct Matmul {
  static constexpr int64_t work = 4096;
  static constexpr int columns = 2 * W;
  MatmulAxes batch, again;
  int64_t m, n, k, a_row, a_column, b_row, agains, row_tiles, column_tiles;
  const float* a;
  const float* b;
  float* y;
  bool add;

  // PT packs from column j on.
  template <int PT>
  HD void packs(const float* base_a, const float* base_b, float* out, int64_t i, int64_t j) const {
    Pack<float, W> sums[MT][PT];
    int64_t row[MT];
    for (int r = 0; r < MT; ++r) {
      row[r] = (i + r < m ? i + r : m - 1) * a_row;  // below the last row: the last one again, and not stored
      for (int p = 0; p < PT; ++p) sums[r][p] = Pack<float, W>::all(0.0f);
    }
    for (int64_t g = 0; g < agains; ++g) {
      int64_t at_a = 0, at_b = j;
      again.place(g, at_a, at_b);
      const float *pa = base_a + at_a, *pb = base_b + at_b;
      for (int64_t t = 0; t < k; ++t, pa += a_column, pb += b_row) {
        Pack<float, W> right[PT];
        for (int p = 0; p < PT; ++p) right[p] = Pack<float, W>::load(pb + p * W);
#ifdef __CUDACC__
#pragma unroll
#else
#pragma GCC unroll 8
#endif
        for (int r = 0; r < MT; ++r) {
          const Pack<float, W> left = Pack<float, W>::all(pa[row[r]]);
          for (int p = 0; p < PT; ++p) sums[r][p] = fma(left, right[p], sums[r][p]);
        }
      }
    }
    for (int r = 0; r < MT && i + r < m; ++r) {
      for (int p = 0; p < PT; ++p) {
        float* to = out + (i + r) * n + j + p * W;
        if (add) sums[r][p] += Pack<float, W>::load(to);
        sums[r][p].store(to);
      }
    }
  }
  HD void single(const float* base_a, const float* base_b, float* out, int64_t i, int64_t j) const {
    for (int64_t r = i; r < i + MT && r < m; ++r) {
      float sum = 0;
      for (int64_t g = 0; g < agains; ++g) {
        int64_t at_a = r * a_row, at_b = j;
        again.place(g, at_a, at_b);
        for (int64_t t = 0; t < k; ++t) sum += base_a[at_a + t * a_column] * base_b[at_b + t * b_row];
      }
      float* to = out + r * n + j;
      *to = add ? *to + sum : sum;
    }
  }
  HD void operator()(int64_t index) const {
    const int64_t i = index % row_tiles * MT, rest = index / row_tiles;
    const int64_t which = rest / column_tiles;
    int64_t j = (rest - which * column_tiles) * columns;
    const int64_t end = j + columns < n ? j + columns : n;
    int64_t at_a = 0, at_b = 0;
    batch.place(which, at_a, at_b);
    float* out = y + which * m * n;
    if (end - j == columns) return packs<2>(a + at_a, b + at_b, out, i, j);
    if (end - j >= W) {
      packs<1>(a + at_a, b + at_b, out, i, j);
      j += W;
    }
    for (; j < end; ++j) single(a + at_a, b + at_b, out, i, j);
  }
};

[[maybe_unused]] constexpr int kCpuMatmulRows = 6, kGpuMatmulRows = 4;

#ifdef __CUDACC__

template struct CudaFlat<Matmul<CudaTarget::width, kGpuMatmulRows>>;

#else

namespace {

MatmulAxes axes_of(const Box& box, const Strides& a, const Strides& b) {
  MatmulAxes axes{};
  for (size_t i = 0; i < static_cast<size_t>(box.rank); ++i) {
    if (box.sizes[i] == 1) continue;
    const int at = axes.rank++;
    axes.sizes[at] = box.sizes[i], axes.a[at] = a[i], axes.b[at] = b[i];
  }
  return axes;
}

}  // namespace

void matmul(Stream& stream, const MatmulShape& s, const float* a, const float* b, float* y, Result result) {
  if (s.batch.count() * s.m * s.n == 0) return;
  with_target(stream, [&](auto target) {
    constexpr int rows = decltype(target)::is_gpu ? kGpuMatmulRows : kCpuMatmulRows;
    using K = Matmul<decltype(target)::width, rows>;
    K kernel{};
    kernel.batch = axes_of(s.batch, s.a_batch, s.b_batch);
    kernel.again = axes_of(s.again, s.a_again, s.b_again);
    kernel.m = s.m, kernel.n = s.n, kernel.k = s.k;
    kernel.a_row = s.a_row, kernel.a_column = s.a_column, kernel.b_row = s.b_row;
    kernel.agains = s.again.count();
    kernel.row_tiles = (s.m + rows - 1) / rows;
    kernel.column_tiles = (s.n + K::columns - 1) / K::columns;
    kernel.a = a, kernel.b = b, kernel.y = y;
    kernel.add = result == Result::accumulate;
    for_each(target, stream, "matmul", s.batch.count() * kernel.row_tiles * kernel.column_tiles, kernel);
  });
}

#endif

}  // namespace striate
