// Task reduce: the sum of a block's values, one for each thread, as a tree.
#pragma once

#include "kernels/access.h"

namespace striate {

// How a tree in shared memory goes from level to level.
enum class ReduceTree {
  divergent,  // thread 2 s i adds what lies s further: ever fewer threads of every warp work
  strided,    // threads 0, 1, 2, ... do the same work: whole warps rest, but they meet in the banks
  sequential  // thread i adds what lies half a level further: neighbors read neighbors
};

template <class M, int Threads, ReduceTree tree>
struct ReduceInTree {
  static constexpr int threads = Threads;
  struct Shared {
    typename M::template Tile<Threads> sums;
  };
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n * t.n, Threads)}; }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    block.phase([&](int thread) {
      const int i = block.x * Threads + thread;
      shared.sums[thread] = block.when(i < t.n * t.n) ? t.a[i] : 0.0f;
    });
    for (int level = 1; level < Threads; level *= 2) {
      block.phase([&](int thread) {
        if constexpr (tree == ReduceTree::divergent) {
          if (block.when(thread % (2 * level) == 0)) shared.sums[thread] += shared.sums[thread + level];
        } else if constexpr (tree == ReduceTree::strided) {
          const int at = thread * 2 * level;
          if (block.when(at < Threads)) shared.sums[at] += shared.sums[at + level];
        } else {
          const int half = Threads / 2 / level;
          if (block.when(thread < half)) shared.sums[thread] += shared.sums[thread + half];
        }
      });
    }
    block.phase([&](int thread) {
      if (block.when(thread == 0)) t.c[block.x] = shared.sums[0];
    });
  }
};

// A warp adds up its 32 values from register to register, without shared memory, barrier or branch.
template <class M, int Threads>
struct ReduceWarp {
  static constexpr int threads = Threads;
  struct Shared {
    typename M::template Tile<32> sums;
  };
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n * t.n, Threads)}; }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    auto sum = block.template own<typename M::Value>();
    block.phase([&](int thread) {
      const int i = block.x * Threads + thread;
      sum[thread] = block.when(i < t.n * t.n) ? t.a[i] : 0.0f;
    });
    block.warp_sum(sum);
    block.phase([&](int thread) {
      if (block.when(thread % 32 == 0)) shared.sums[thread / 32] = sum[thread];
    });
    block.phase([&](int thread) {
      sum[thread] = 0.0f;
      if (block.when(thread < Threads / 32)) sum[thread] = shared.sums[thread];
    });
    block.warp_sum(sum);
    block.phase([&](int thread) {
      if (block.when(thread == 0)) t.c[block.x] = sum[0];
    });
  }
};

}  // namespace striate
