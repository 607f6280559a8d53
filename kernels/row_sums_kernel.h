// The sums of rows of reduction_gemm.h, which read and write through M (access.h), so that they can be observed: a
// bias's gradient.
#pragma once

#include "kernels/access.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"
#include "kernels/reduction_gemm.h"

namespace striate {

// A block adds up one row of a, over the images of a piece: each thread four packs at a time, then half of the threads'
// sums onto the other half, until one is left. In reduction_gemm.h these are the extra column of `ones`.
template <class M, int W, int Threads>
struct RowSums {
  using Floats = typename M::template Floats<W>;
  static constexpr int threads = Threads;
  static constexpr int64_t work = kInlineWork;
  struct Shared {
    typename M::template Words<float, Threads> sum;
  };
  ReductionGemmArguments a;
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int64_t plane = block.x, piece = block.y;
    const int64_t first_n = piece * a.images_per_piece;
    const int64_t last_n = first_n + a.images_per_piece < a.images ? first_n + a.images_per_piece : a.images;
    block.phase([&](int thread) {
      Floats sum[4];
      for (int i = 0; i < 4; ++i) sum[i] = Floats::all(0);
      for (int64_t n = first_n; n < last_n; ++n) {
        const typename M::In from = a.a + n * a.a_image + plane * a.a_plane;
        if (a.a_row == a.columns) {
          one_row(from, a.rows * a.columns, thread, sum);
        } else {
          for (int64_t p = 0; p < a.rows; ++p) one_row(from + p * a.a_row, a.columns, thread, sum);
        }
      }
      shared.sum[thread] = sum_of((sum[0] + sum[1]) + (sum[2] + sum[3]));
    });
    for (int half = Threads / 2; half > 0; half /= 2) {
      block.phase([&](int thread) {
        if (M::when(thread < half)) shared.sum[thread] += shared.sum[thread + half];
      });
    }
    block.phase([&](int thread) {
      if (M::when(thread == 0))
        typename M::Out(a.out)[(piece * a.groups * a.k + plane) * a.out_stride + a.j] = shared.sum[0];
    });
  }
  HD static void one_row(typename M::In from, int64_t count, int thread, Floats (&sum)[4]) {
    int64_t q = static_cast<int64_t>(thread) * W * 4;
    for (; M::when(q + W * 4 <= count); q += static_cast<int64_t>(Threads) * W * 4) {
      for (int i = 0; i < 4; ++i) sum[i] += M::template load<W>(from + q + i * W);
    }
    for (int i = 0; i < 4; ++i) sum[i] += M::template load_part<W>(from + q + i * W, count - q - i * W);
  }
};

}  // namespace striate
