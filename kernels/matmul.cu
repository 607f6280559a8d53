#include "kernels/matmul.h"

#include "kernels/launch.h"
#include "kernels/matmul_kernel.h"

namespace striate {

#ifdef __CUDACC__

template struct CudaFlat<Matmul<Plain, CudaTarget::width, kGpuMatmulRows>>;

#else

void matmul(Stream& stream, const MatmulShape& s, const float* a, const float* b, float* y, Result result) {
  if (s.batch.count() * s.m * s.n == 0) return;
  with_target(stream, [&](auto target) {
    constexpr int rows = decltype(target)::is_gpu ? kGpuMatmulRows : kCpuMatmulRows;
    const auto kernel = Matmul<Plain, decltype(target)::width, rows>::of(s, a, b, y, result);
    for_each(target, stream, "matmul", s.batch.count() * kernel.row_tiles * kernel.column_tiles, kernel);
  });
}

#endif

}  // namespace striate
