// Task convolution: 4 channels in, 8 channels out, 3 x 3 each; beyond the edge is 0. Task layer: 32 channels out.
#pragma once

#include "kernels/access.h"
#include "kernels/teach.h"

namespace striate {

// A thread has one number of one channel and reads all of its 36 inputs and 36 weights itself.
template <class M, int Threads, int Outputs = kTeachOutputs>
struct ConvolutionNaive {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return {up(t.n, t.w), up(t.n, t.h), Outputs}; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w, k = block.z;
      if (!block.when(x < t.n && y < t.n)) return;
      typename M::Value sum = 0.0f;
      for (int channel = 0; channel < kTeachInputs; ++channel) {
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 3; ++u) {
            const int row = y + v - 1, column = x + u - 1;
            if (!block.when(row >= 0 && row < t.n && column >= 0 && column < t.n)) continue;
            const typename M::Value value = t.a[(channel * t.n + row) * t.n + column];
            sum += value * t.b[((k * kTeachInputs + channel) * 3 + v) * 3 + u];
          }
        }
      }
      t.c[(k * t.n + y) * t.n + x] = sum;
    });
  }
};

// A thread makes all 8 channels of its pixel: every input that it reads it uses 8 times.
template <class M, int Threads>
struct ConvolutionRegisters {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w;
      if (!block.when(x < t.n && y < t.n)) return;
      typename M::Value sums[kTeachOutputs] = {};
      for (int channel = 0; channel < kTeachInputs; ++channel) {
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 3; ++u) {
            const int row = y + v - 1, column = x + u - 1, term = (channel * 3 + v) * 3 + u;
            if (!block.when(row >= 0 && row < t.n && column >= 0 && column < t.n)) continue;
            const typename M::Value value = t.a[(channel * t.n + row) * t.n + column];
            for (int k = 0; k < kTeachOutputs; ++k) sums[k] += value * t.b[k * kTeachInputs * 9 + term];
          }
        }
      }
      for (int k = 0; k < kTeachOutputs; ++k) t.c[(k * t.n + y) * t.n + x] = sums[k];
    });
  }
};

// A block brings one channel's tile, with one pixel around it, into shared memory after the other; each thread makes
// all 8 channels of its pixels, so that every input it reads is used 8 times.
template <class M, int Threads>
struct ConvolutionTiled {
  static constexpr int threads = Threads;
  static constexpr int kSide = kTeachTile + 2, kMostPixels = kTeachTile * kTeachTile / Threads;
  struct Shared {
    typename M::template Tile<kSide * kSide> tile;
  };
  struct Sums {
    typename M::Value of[kMostPixels][kTeachOutputs];
  };
  TeachArguments<M> t;
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    auto sums = block.template own<Sums>();
    for (int channel = 0; channel < kTeachInputs; ++channel) {
      block.phase([&](int thread) {
        for (int i = thread; block.when(i < kSide * kSide); i += Threads) {
          const int row = top + i / kSide - 1, column = left + i % kSide - 1;
          const bool has = row >= 0 && row < t.n && column >= 0 && column < t.n;
          shared.tile[i] = block.when(has) ? t.a[(channel * t.n + row) * t.n + column] : 0.0f;
        }
      });
      block.phase([&](int thread) {
        Sums sum = channel == 0 ? Sums{} : sums[thread];
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 3; ++u) {
            typename M::Value weights[kTeachOutputs];
            for (int k = 0; k < kTeachOutputs; ++k) weights[k] = t.b[((k * kTeachInputs + channel) * 3 + v) * 3 + u];
            for (int s = 0; s < kMostPixels; ++s) {
              const int i = thread + s * Threads, row = i / kTeachTile, column = i % kTeachTile;
              const typename M::Value value = shared.tile[(row + v) * kSide + column + u];
              for (int k = 0; k < kTeachOutputs; ++k) sum.of[s][k] += value * weights[k];
            }
          }
        }
        sums[thread] = sum;
      });
    }
    block.phase([&](int thread) {
      for (int s = 0; s < kMostPixels; ++s) {
        const int i = thread + s * Threads, y = top + i / kTeachTile, x = left + i % kTeachTile;
        if (!block.when(x < t.n && y < t.n)) continue;
        for (int k = 0; k < kTeachOutputs; ++k) t.c[(k * t.n + y) * t.n + x] = sums[thread].of[s][k];
      }
    });
  }
};

// The weights, too, are brought into shared memory, those of one term beside each other: a thread reads all 8 of them
// by two requests, and every warp the same word of a bank.
template <class M, int Threads>
struct ConvolutionVectorized {
  static constexpr int threads = Threads;
  static constexpr int kSide = kTeachTile + 2, kMostPixels = kTeachTile * kTeachTile / Threads;
  static constexpr int kTerms = kTeachInputs * 9;
  struct Shared {
    typename M::template Tile<kSide * kSide> tile;
    typename M::template Tile<kTerms * kTeachOutputs> weights;  // turned: [term][channel]
  };
  struct Sums {
    typename M::Value of[kMostPixels][kTeachOutputs];
  };
  TeachArguments<M> t;
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    auto sums = block.template own<Sums>();
    for (int channel = 0; channel < kTeachInputs; ++channel) {
      block.phase([&](int thread) {
        for (int i = thread; channel == 0 && block.when(i < kTerms * kTeachOutputs); i += Threads)
          shared.weights[i] = t.b[i % kTeachOutputs * kTerms + i / kTeachOutputs];
        for (int i = thread; block.when(i < kSide * kSide); i += Threads) {
          const int row = top + i / kSide - 1, column = left + i % kSide - 1;
          const bool has = row >= 0 && row < t.n && column >= 0 && column < t.n;
          shared.tile[i] = block.when(has) ? t.a[(channel * t.n + row) * t.n + column] : 0.0f;
        }
      });
      block.phase([&](int thread) {
        Sums sum = channel == 0 ? Sums{} : sums[thread];
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 3; ++u) {
            const int term = (channel * 3 + v) * 3 + u;
            const typename M::Four low = M::four(shared.weights, term * kTeachOutputs);
            const typename M::Four high = M::four(shared.weights, term * kTeachOutputs + 4);
            for (int s = 0; s < kMostPixels; ++s) {
              const int i = thread + s * Threads, row = i / kTeachTile, column = i % kTeachTile;
              const typename M::Value value = shared.tile[(row + v) * kSide + column + u];
              for (int k = 0; k < 4; ++k) sum.of[s][k] += value * low[k];
              for (int k = 0; k < 4; ++k) sum.of[s][k + 4] += value * high[k];
            }
          }
        }
        sums[thread] = sum;
      });
    }
    block.phase([&](int thread) {
      for (int s = 0; s < kMostPixels; ++s) {
        const int i = thread + s * Threads, y = top + i / kTeachTile, x = left + i % kTeachTile;
        if (!block.when(x < t.n && y < t.n)) continue;
        for (int k = 0; k < kTeachOutputs; ++k) t.c[(k * t.n + y) * t.n + x] = sums[thread].of[s][k];
      }
    });
  }
};

}  // namespace striate
