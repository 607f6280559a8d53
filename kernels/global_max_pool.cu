#include "kernels/global_max_pool.h"

#include "kernels/launch.h"

namespace striate {

// A block has a channel. Its threads walk it side by side; the best of two is the larger, or the one that comes first.
template <int Threads>
struct GlobalMax {
  static constexpr int threads = Threads;
  static constexpr int64_t work = 4096;
  struct Shared {
    float best[Threads];
    int32_t winner[Threads];
  };
  const float* x;
  float* y;
  int32_t* argmax;
  int64_t pixels;
  HD static bool beats(float v, int32_t at, float best, int32_t winner) {
    if (winner < 0) return true;
    const bool nan = v != v, best_nan = best != best;
    if (nan != best_nan) return nan;
    return v > best || ((v == best || nan) && at < winner);
  }
  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t plane = block.x;
    const float* from = x + plane * pixels;
    block.phase([&](int thread) {
      float best = 0;
      int32_t winner = -1;
      for (int64_t i = thread; i < pixels; i += Threads) {
        const float v = from[i];
        if (winner < 0 || v > best || (v != v && best == best)) {
          best = v;
          winner = static_cast<int32_t>(i);
        }
      }
      shared.best[thread] = best;
      shared.winner[thread] = winner;
    });
    for (int half = Threads / 2; half > 0; half /= 2) {
      block.phase([&](int thread) {
        if (thread >= half || shared.winner[thread + half] < 0) return;
        if (!beats(shared.best[thread + half], shared.winner[thread + half], shared.best[thread],
                   shared.winner[thread])) {
          return;
        }
        shared.best[thread] = shared.best[thread + half];
        shared.winner[thread] = shared.winner[thread + half];
      });
    }
    block.phase([&](int thread) {
      if (thread != 0) return;
      y[plane] = shared.best[0];
      if (argmax != nullptr) argmax[plane] = shared.winner[0];
    });
  }
};

struct GlobalMaxBackward {
  const float* dy;
  const int32_t* argmax;
  float* dx;
  int64_t pixels;
  bool add;
  HD void operator()(int64_t i) const {
    const int64_t plane = i / pixels;
    const float v = argmax[plane] == i - plane * pixels ? dy[plane] : 0.0f;
    dx[i] = add ? dx[i] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaBlocks<GlobalMax<64>>;
template struct CudaFlat<GlobalMaxBackward>;

#else

void global_max_pool_forward(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y, int32_t* argmax) {
  const int64_t planes = static_cast<int64_t>(n) * c;
  with_target(stream, [&](auto target) {
    constexpr int threads = decltype(target)::is_gpu ? 64 : 1;
    // At most 32768 blocks at a time.
    for (int64_t first = 0; first < planes; first += 32768) {
      const int64_t here = planes - first < 32768 ? planes - first : 32768;
      for_each_block(
          target, stream, "global_max_pool", Grid{static_cast<int>(here)},
          GlobalMax<threads>{x + first * pixels, y + first, argmax == nullptr ? nullptr : argmax + first, pixels});
    }
  });
}

void global_max_pool_backward(Stream& stream, int n, int c, int64_t pixels, const float* dy, const int32_t* argmax,
                              float* dx, Result result) {
  for_each(stream, "global_max_pool_backward", static_cast<int64_t>(n) * c * pixels,
           GlobalMaxBackward{dy, argmax, dx, pixels, result == Result::accumulate});
}

#endif

}  // namespace striate
