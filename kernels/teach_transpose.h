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
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return t.blocks(part()); }
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
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
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

// The same tile of 32 x 32 without a word that is not used: row r has its numbers at column ^ r, so that a column, too,
// lies in 32 banks.
template <class M, int Threads>
struct TransposeSwizzled {
  static constexpr int threads = Threads;
  struct Shared {
    typename M::template Tile<kTeachTile * kTeachTile> tile;
  };
  TeachArguments<M> t;
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
  HD static int place(int row, int column) { return row * kTeachTile + (column ^ row); }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    block.phase([&](int thread) {
      for (int row = thread / t.w; row < kTeachTile; row += t.h) {
        for (int column = thread % t.w; column < kTeachTile; column += t.w) {
          if (block.when(left + column < t.n && top + row < t.n))
            shared.tile[place(row, column)] = t.a[(top + row) * t.n + left + column];
        }
      }
    });
    block.phase([&](int thread) {
      for (int row = thread / t.w; row < kTeachTile; row += t.h) {
        for (int column = thread % t.w; column < kTeachTile; column += t.w) {
          if (block.when(top + column < t.n && left + row < t.n))
            t.c[(left + row) * t.n + top + column] = shared.tile[place(column, row)];
        }
      }
    });
  }
};

// Each thread turns 4 x 4 numbers in its registers. Eight threads beside each other read 32 numbers of a row, four
// below each other write 16 of a row: whole sectors both times, with neither shared memory nor barrier.
template <class M, int Threads>
struct TransposeRegisters {
  static constexpr int threads = Threads, kEach = 4, kAcross = 8;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return {kAcross * kEach, Threads / kAcross * kEach}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int x = (block.x * kAcross + thread % kAcross) * kEach;
      const int y = (block.y * (Threads / kAcross) + thread / kAcross) * kEach;
      if (!block.when(x < t.n && y < t.n)) return;
      if (t.n % kEach == 0) {
        typename M::Four rows[kEach];
        for (int r = 0; r < kEach; ++r) rows[r] = M::four(t.a, (y + r) * t.n + x);
        for (int column = 0; column < kEach; ++column) {
          typename M::Four turned;
          for (int r = 0; r < kEach; ++r) turned.values[r] = rows[r][column];
          M::put_four(t.c, (x + column) * t.n + y, turned);
        }
        return;
      }
      for (int r = 0; r < kEach; ++r) {
        for (int column = 0; column < kEach; ++column) {
          if (block.when(x + column < t.n && y + r < t.n))
            t.c[(x + column) * t.n + y + r] = t.a[(y + r) * t.n + x + column];
        }
      }
    });
  }
};

}  // namespace striate
