// Task transpose: rows become columns.
#pragma once

#include "kernels/access.h"
#include "kernels/teach.h"

namespace striate {

// Neighbors read a row, and write a column: 32 floats that lie n apart.
template <class M, int Threads>
struct TransposeNaive {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n, t.w), up(t.n, t.h)}; }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = block.x * t.w + thread % t.w, y = block.y * t.h + thread / t.w;
      if (block.when(x < t.n && y < t.n)) t.c[x * t.n + y] = t.a[y * t.n + x];
    });
  }
};

// A block turns a tile of 32 x 32 in shared memory, so that rows are read and rows are written. Pitch is the length of
// a row of the tile: with 32 a column of it lies in one bank, with 33 in 32 of them.
template <class M, int Threads, int Pitch>
struct TransposeTiled {
  static constexpr int threads = Threads;
  struct Shared {
    typename M::template Tile<kTeachTile * Pitch> tile;
  };
  TeachArguments<M> t;
  Grid grid() const { return {up(t.n, kTeachTile), up(t.n, kTeachTile)}; }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    block.phase([&](int thread) {
      for (int row = thread / t.w; row < kTeachTile; row += t.h) {
        for (int column = thread % t.w; column < kTeachTile; column += t.w) {
          if (block.when(left + column < t.n && top + row < t.n))
            shared.tile[row * Pitch + column] = t.a[(top + row) * t.n + left + column];
        }
      }
    });
    block.phase([&](int thread) {
      for (int row = thread / t.w; row < kTeachTile; row += t.h) {
        for (int column = thread % t.w; column < kTeachTile; column += t.w) {
          if (block.when(top + column < t.n && left + row < t.n))
            t.c[(left + row) * t.n + top + column] = shared.tile[column * Pitch + row];
        }
      }
    });
  }
};

}  // namespace striate
