#include "kernels/guard.h"

#include "kernels/launch.h"

namespace striate {

namespace guard {
constexpr int64_t kPiece = 2048;
}  // namespace guard

// Whether one of 2048 values is not a number.
struct FindNotFinite {
  static constexpr int64_t work = guard::kPiece / 4;
  const float* x;
  int32_t* pieces;
  int64_t count;
  HD void operator()(int64_t piece) const {
    const int64_t begin = piece * guard::kPiece;
    const int length = static_cast<int>(count - begin < guard::kPiece ? count - begin : guard::kPiece);
    const float* part = x + begin;
    // 0 * x is 0 for every number, NaN for the others; NaN stays in a sum.
    float sum[16] = {};
    int i = 0;
    for (; i + 16 <= length; i += 16) {
#pragma unroll
      for (int lane = 0; lane < 16; ++lane) sum[lane] += 0.0f * part[i + lane];
    }
    for (; i < length; ++i) sum[0] += 0.0f * part[i];
    bool bad = false;
    for (int lane = 0; lane < 16; ++lane) bad = bad || sum[lane] != sum[lane];
    pieces[piece] = bad ? 1 : 0;
  }
};

struct JoinPieces {
  static constexpr int threads = 128;
  struct Shared {
    int32_t any[threads];
  };
  const int32_t* pieces;
  int32_t* found_inf;
  int64_t count;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) {
      int32_t any = 0;
      for (int64_t i = thread; i < count; i += threads) any |= pieces[i];
      shared.any[thread] = any;
    });
    block.phase([&](int thread) {
      if (thread != 0) return;
      int32_t any = 0;
      for (int i = 0; i < threads; ++i) any |= shared.any[i];
      if (any != 0) *found_inf = 1;
    });
  }
};

struct KeepUnless {
  const int32_t* found_inf;
  const float* w;
  float* kept;
  HD void operator()(int64_t i) const {
    if (*found_inf == 0) kept[i] = w[i];
  }
};

#ifdef __CUDACC__

template struct CudaFlat<FindNotFinite>;
template struct CudaBlocks<JoinPieces>;
template struct CudaFlat<KeepUnless>;

#else

int64_t find_not_finite_scratch(int64_t count) { return (count + guard::kPiece - 1) / guard::kPiece; }
void find_not_finite(Stream& stream, int64_t count, const float* x, int32_t* pieces, int32_t* found_inf) {
  const int64_t n = find_not_finite_scratch(count);
  for_each(stream, "find_not_finite", n, FindNotFinite{x, pieces, count});
  for_each_block(stream, "join_not_finite", Grid{1}, JoinPieces{pieces, found_inf, n});
}
void keep_unless(Stream& stream, int64_t count, const int32_t* found_inf, const float* w, float* kept) {
  for_each(stream, "keep_unless", count, KeepUnless{found_inf, w, kept});
}

#endif

}  // namespace striate
