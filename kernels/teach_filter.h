// Task filter: a 3 x 3 filter over a picture; beyond the edge the edge goes on.
#pragma once

#include "kernels/access.h"
#include "kernels/teach.h"

namespace striate {

// Each thread reads its nine neighbors itself; eight of them its neighbors read, too.
template <class M, int Threads>
struct FilterNaive {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n, t.w), up(t.n, t.h)}; }
  HD int inside(int i) const { return i < 0 ? 0 : i < t.n ? i : t.n - 1; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w;
      if (!block.when(x < t.n && y < t.n)) return;
      typename M::Value sum = 0.0f;
      for (int v = 0; v < 3; ++v) {
        for (int u = 0; u < 3; ++u) sum += t.a[inside(y + v - 1) * t.n + inside(x + u - 1)] * t.b[v * 3 + u];
      }
      t.c[y * t.n + x] = sum;
    });
  }
};

// A block reads its tile, and one pixel around it, once; the nine reads of each thread go to shared memory.
template <class M, int Threads>
struct FilterTiled {
  static constexpr int threads = Threads;
  static constexpr int kSide = kTeachTile + 2;
  struct Shared {
    typename M::template Tile<kSide * kSide> tile;
  };
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n, kTeachTile), up(t.n, kTeachTile)}; }
  HD int inside(int i) const { return i < 0 ? 0 : i < t.n ? i : t.n - 1; }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    block.phase([&](int thread) {
      for (int row = thread / t.w; block.when(row < kSide); row += t.h) {
        for (int column = thread % t.w; block.when(column < kSide); column += t.w)
          shared.tile[row * kSide + column] = t.a[inside(top + row - 1) * t.n + inside(left + column - 1)];
      }
    });
    block.phase([&](int thread) {
      for (int row = thread / t.w; row < kTeachTile; row += t.h) {
        for (int column = thread % t.w; column < kTeachTile; column += t.w) {
          if (!block.when(left + column < t.n && top + row < t.n)) continue;
          typename M::Value sum = 0.0f;
          for (int v = 0; v < 3; ++v) {
            for (int u = 0; u < 3; ++u) sum += shared.tile[(row + v) * kSide + column + u] * t.b[v * 3 + u];
          }
          t.c[(top + row) * t.n + left + column] = sum;
        }
      }
    });
  }
};

}  // namespace striate
