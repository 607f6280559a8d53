// Task copy: every thread reads one float and writes it. What differs is which floats 32 neighbors ask for at once.
#pragma once

#include "kernels/access.h"

namespace striate {

// Neighbors are `stride` floats apart: every request touches as many sectors of 32 bytes as it has to.
template <class M, int Threads>
struct CopyStrided {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  Grid grid() const { return {up(up(t.n * t.n, t.stride) * t.stride, Threads)}; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int all = t.n * t.n, rows = (all + t.stride - 1) / t.stride;
      const int i = block.x * Threads + thread;
      const int at = i % rows * t.stride + i / rows;
      if (block.when(i / rows < t.stride && at < all)) t.c[at] = t.a[at];
    });
  }
};

// Neighbors read neighbors: 32 floats in 4 sectors.
template <class M, int Threads>
struct CopyCoalesced {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n, t.w), up(t.n, t.h)}; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w;
      if (block.when(x < t.n && y < t.n)) t.c[y * t.n + x] = t.a[y * t.n + x];
    });
  }
};

// One request for four floats: a quarter of the instructions for the same bytes.
template <class M, int Threads>
struct CopyVectorized {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n * t.n, 4 * Threads)}; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int at = (block.x * Threads + thread) * 4;
      if (block.when(at + 3 < t.n * t.n)) {
        M::put_four(t.c, at, M::four(t.a, at));
      } else {
        for (int i = at; block.when(i < t.n * t.n); ++i) t.c[i] = t.a[i];
      }
    });
  }
};

}  // namespace striate
