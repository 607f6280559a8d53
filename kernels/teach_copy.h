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
  TeachPart part() const { return {}; }
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

// Neighbors read neighbors, but a warp begins in the middle of a sector: it touches one more.
template <class M, int Threads>
struct CopyMisaligned {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return {Threads}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int all = t.n * t.n, i = block.x * Threads + thread;
      const int at = (i + 1) % all;
      if (block.when(i < all)) t.c[at] = t.a[at];
    });
  }
};

// Neighbors read neighbors: 32 floats in 4 sectors.
template <class M, int Threads>
struct CopyCoalesced {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w;
      if (block.when(x < t.n && y < t.n)) t.c[y * t.n + x] = t.a[y * t.n + x];
    });
  }
};

// Each thread copies four floats and asks for all of them before it stores the first: while one is on its way, so are
// the others. A quarter of the warps keeps memory as busy.
template <class M, int Threads>
struct CopyUnrolled {
  static constexpr int threads = Threads, kEach = 4;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return {kEach * Threads}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int all = t.n * t.n, first = block.x * kEach * Threads + thread;
      typename M::Value values[kEach];
      for (int i = 0; i < kEach; ++i) {
        const int at = first + i * Threads;
        values[i] = block.when(at < all) ? t.a[at] : 0.0f;
      }
      for (int i = 0; i < kEach; ++i) {
        const int at = first + i * Threads;
        if (block.when(at < all)) t.c[at] = values[i];
      }
    });
  }
};

// One request for four floats: a quarter of the instructions for the same bytes.
template <class M, int Threads>
struct CopyVectorized {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return {4 * Threads}; }
  Grid grid() const { return t.blocks(part()); }
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
