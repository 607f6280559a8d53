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
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return t.blocks(part()); }
  HD int inside(int i) const { return i < 0 ? 0 : i < t.n ? i : t.n - 1; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w;
      if (!block.when(x < t.n && y < t.n)) return;
      typename M::Value sum = 0.0f;
      for (int v = 0; v < 3; ++v) {
        for (int u = 0; u < 3; ++u) {
          const typename M::Value value = t.a[inside(y + v - 1) * t.n + inside(x + u - 1)];
          sum += value * t.b[v * 3 + u];
        }
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
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
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
            for (int u = 0; u < 3; ++u) {
              const typename M::Value value = shared.tile[(row + v) * kSide + column + u];
              sum += value * t.b[v * 3 + u];
            }
          }
          t.c[(top + row) * t.n + left + column] = sum;
        }
      }
    });
  }
};

// The tile again; but a thread makes results below each other. Their rows overlap: it keeps three rows of three in
// registers and reads one more for each result. The weights it reads once.
template <class M, int Threads>
struct FilterRegisters {
  static constexpr int threads = Threads;
  static constexpr int kSide = kTeachTile + 2, kRows = kTeachTile * kTeachTile / Threads;
  struct Shared {
    typename M::template Tile<kSide * kSide> tile;
  };
  TeachArguments<M> t;
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
  HD int inside(int i) const { return i < 0 ? 0 : i < t.n ? i : t.n - 1; }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    block.phase([&](int thread) {
      for (int row = thread / kTeachTile; block.when(row < kSide); row += Threads / kTeachTile) {
        for (int column = thread % kTeachTile; block.when(column < kSide); column += kTeachTile)
          shared.tile[row * kSide + column] = t.a[inside(top + row - 1) * t.n + inside(left + column - 1)];
      }
    });
    block.phase([&](int thread) {
      const int column = thread % kTeachTile, first = thread / kTeachTile * kRows;
      typename M::Value weights[9], window[3][3];
      for (int i = 0; i < 9; ++i) weights[i] = t.b[i];
      for (int v = 0; v < 2; ++v) {
        for (int u = 0; u < 3; ++u) window[v + 1][u] = shared.tile[(first + v) * kSide + column + u];
      }
      for (int s = 0; s < kRows; ++s) {
        typename M::Value sum = 0.0f;
        for (int u = 0; u < 3; ++u) {
          window[0][u] = window[1][u];
          window[1][u] = window[2][u];
          window[2][u] = shared.tile[(first + s + 2) * kSide + column + u];
        }
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 3; ++u) sum += window[v][u] * weights[v * 3 + u];
        }
        const int x = left + column, y = top + first + s;
        if (block.when(x < t.n && y < t.n)) t.c[y * t.n + x] = sum;
      }
    });
  }
};

// A thread makes four results side by side, straight from global memory: of each of three rows it reads four floats at
// once and the one on either side.
template <class M, int Threads>
struct FilterVectorized {
  static constexpr int threads = Threads, kEach = 4;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return {kEach * t.w, t.h}; }
  Grid grid() const { return t.blocks(part()); }
  HD int inside(int i) const { return i < 0 ? 0 : i < t.n ? i : t.n - 1; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = (block.x * t.w + thread % t.w) * kEach, y = block.y * t.h + thread / t.w;
      if (!block.when(x < t.n && y < t.n)) return;
      typename M::Four sums{};
      for (int v = 0; v < 3; ++v) {
        const int row = inside(y + v - 1) * t.n;
        typename M::Value values[kEach + 2];
        if (t.n % kEach == 0) {
          const typename M::Four four = M::four(t.a, row + x);
          for (int i = 0; i < kEach; ++i) values[i + 1] = four[i];
          values[0] = t.a[row + inside(x - 1)];
          values[kEach + 1] = t.a[row + inside(x + kEach)];
        } else {
          for (int i = 0; i < kEach + 2; ++i) values[i] = t.a[row + inside(x + i - 1)];
        }
        for (int u = 0; u < 3; ++u) {
          const typename M::Value weight = t.b[v * 3 + u];
          for (int i = 0; i < kEach; ++i) sums.values[i] += values[i + u] * weight;
        }
      }
      if (t.n % kEach == 0) {
        M::put_four(t.c, y * t.n + x, sums);
      } else {
        for (int i = 0; i < kEach; ++i) {
          if (block.when(x + i < t.n)) t.c[y * t.n + x + i] = sums[i];
        }
      }
    });
  }
};

}  // namespace striate
