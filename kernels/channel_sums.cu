#include "kernels/channel_sums.h"

#include "kernels/elementwise.h"

#ifndef __CUDACC__

namespace striate {

ReductionGemmArguments channel_sum_rows(int n, int c, int64_t pixels, const float* x, float* y) {
  ReductionGemmArguments a;  // no shifted rows, only the column of ones
  a.images = a.images_per_piece = n;
  a.k = c;
  a.a = x;
  a.a_image = c * pixels;
  a.a_plane = a.a_row = a.columns = pixels;
  a.ones = true;
  a.out = y;
  a.out_stride = 1;
  return a;
}

void channel_sums(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y, Result result,
                  float* scratch) {
  float* const to = result == Result::accumulate ? scratch : y;
  reduction_gemm(stream, "row_sums", channel_sum_rows(n, c, pixels, x, to));
  if (result == Result::accumulate) copy(stream, c, scratch, y, Result::accumulate);
}

}  // namespace striate

#endif
