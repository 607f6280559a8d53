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
  TeachPart part() const { return {Threads}; }
  Grid grid() const { return t.blocks(part()); }
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

// Halves like the sequential tree, but only down to 32 sums: every condition holds for whole warps. A single warp adds
// up the rest from register to register, where there is nothing left to branch on.
template <class M, int Threads>
struct ReduceUnrolled {
  static constexpr int threads = Threads;
  struct Shared {
    typename M::template Tile<Threads> sums;
  };
  TeachArguments<M> t;
  TeachPart part() const { return {Threads}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    auto sum = block.template own<typename M::Value>();
    block.phase([&](int thread) {
      const int i = block.x * Threads + thread;
      shared.sums[thread] = block.when(i < t.n * t.n) ? t.a[i] : 0.0f;
    });
    for (int half = Threads / 2; half >= 32; half /= 2) {
      block.phase([&](int thread) {
        if (block.when(thread < half)) shared.sums[thread] += shared.sums[thread + half];
      });
    }
    block.phase([&](int thread) {
      sum[thread] = 0.0f;
      if (block.when(thread < 32)) sum[thread] = shared.sums[thread];
    });
    block.warp_sum(sum);
    block.phase([&](int thread) {
      if (block.when(thread == 0)) t.c[block.x] = sum[thread];
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
  TeachPart part() const { return {Threads}; }
  Grid grid() const { return t.blocks(part()); }
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

// Each warp makes a whole result, as many values as a block has threads: its lanes read four floats at once and add
// them up in registers, then from register to register. No shared memory.
template <class M, int Threads>
struct ReduceVectorized {
  static constexpr int threads = Threads, kWarps = Threads / 32;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return {Threads * kWarps}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    auto sum = block.template own<typename M::Value>();
    const int all = t.n * t.n;
    block.phase([&](int thread) {
      const int first = (block.x * kWarps + thread / 32) * Threads;
      typename M::Value mine = 0.0f;
      for (int i = thread % 32 * 4; block.when(i < Threads); i += 32 * 4) {
        const int at = first + i;
        if (block.when(at + 3 < all)) {
          const typename M::Four four = M::four(t.a, at);
          for (int part = 0; part < 4; ++part) mine += four[part];
        } else {
          for (int rest = at; block.when(rest < all); ++rest) mine += t.a[rest];
        }
      }
      sum[thread] = mine;
    });
    block.warp_sum(sum);
    block.phase([&](int thread) {
      const int result = block.x * kWarps + thread / 32;
      if (block.when(thread % 32 == 0 && result * Threads < all)) t.c[result] = sum[thread];
    });
  }
};

}  // namespace striate
