#include "kernels/matmul.h"

#include "kernels/launch.h"
#include "kernels/matmul_kernel.h"
#include "kernels/tiled_product.h"

namespace striate {

#ifdef __CUDACC__

template struct CudaFlat<Matmul<Plain, CudaTarget::width, kGpuMatmulRows>>;

#else

bool matmul_tiles(const MatmulShape& s, const float* a, const float* b, float* y, Result result,
                  TiledProductArguments& g) {
  constexpr int64_t least = 32, most = 1 << 30;
  int64_t terms = s.k;
  // What is summed again goes on where the terms end, or is left to the other kernel.
  const MatmulAxes again = MatmulAxes::of(s.again, s.a_again, s.b_again);
  for (int axis = again.rank - 1; axis >= 0; --axis) {
    if (again.a[axis] != terms * s.a_column || again.b[axis] != terms * s.b_row) return false;
    terms *= again.sizes[axis];
  }
  if (s.m < least || s.n < least || terms < least || s.m > most || s.n > most || terms > most) return false;
  if ((s.a_column != 1 && s.a_row != 1) || s.a_row < 0 || s.a_column < 0 || s.b_row < 0) return false;
  g = {};
  g.batch = s.batch;
  g.a_batch = s.a_batch, g.b_batch = s.b_batch;
  g.m = static_cast<int>(s.m), g.n = static_cast<int>(s.n);
  g.places = g.terms_per_part = static_cast<int>(terms);
  g.a.data = a, g.b.data = b;
  g.a.terms_are_neighbors = s.a_column == 1, g.b.terms_are_neighbors = false;
  g.a.apart = s.a_column == 1 ? s.a_row : s.a_column, g.b.apart = s.b_row;
  g.out = y;
  g.add = result == Result::accumulate;
  return s.batch.count() <= most && tiled_product_fits(g);
}

void matmul(Stream& stream, const MatmulShape& s, const float* a, const float* b, float* y, Result result) {
  if (s.batch.count() * s.m * s.n == 0) return;
  TiledProductArguments tiles;
  if (stream.device().is_gpu() && matmul_tiles(s, a, b, y, result, tiles)) {
    return tiled_product(stream, "matmul", tiles);
  }
  with_target(stream, [&](auto target) {
    constexpr int rows = decltype(target)::is_gpu ? kGpuMatmulRows : kCpuMatmulRows;
    const auto kernel = Matmul<Plain, decltype(target)::width, rows>::of(s, a, b, y, result);
    for_each(target, stream, "matmul", s.batch.count() * kernel.row_tiles * kernel.column_tiles, kernel);
  });
}

#endif

}  // namespace striate
