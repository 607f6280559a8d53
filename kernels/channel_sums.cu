#include "kernels/channel_sums.h"

#include "kernels/elementwise.h"
#include "kernels/reduction_gemm.h"

#ifndef __CUDACC__

namespace striate {

void channel_sums(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y, Result result,
                  float* scratch) {
  ReductionGemmArguments a;  // no shifted rows, only the column of ones
  a.images = a.images_per_piece = n;
  a.k = c;
  a.a = x;
  a.a_image = c * pixels;
  a.a_plane = a.a_row = a.columns = pixels;
  a.ones = true;
  a.out = result == Result::accumulate ? scratch : y;
  a.out_stride = 1;
  reduction_gemm(stream, "row_sums", a);
  if (result == Result::accumulate) copy(stream, c, scratch, y, Result::accumulate);
}

}  // namespace striate

#endif
