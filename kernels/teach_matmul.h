// Task matmul: c = a * b, all n x n.
#pragma once

#include "kernels/access.h"
#include "kernels/teach.h"

namespace striate {

// A thread has one number of c. Neighbors have one below the other: they read a column of a, and write one of c.
template <class M, int Threads>
struct MatmulNaive {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int row = block.x * t.w + thread % t.w, column = block.y * t.h + thread / t.w;
      if (!block.when(row < t.n && column < t.n)) return;
      typename M::Value sum = 0.0f;
      for (int k = 0; k < t.n; ++k) {
        const typename M::Value of_a = t.a[row * t.n + k];
        sum += of_a * t.b[k * t.n + column];
      }
      t.c[row * t.n + column] = sum;
    });
  }
};

// Neighbors have one beside the other: they read a row of b, and all the same number of a.
template <class M, int Threads>
struct MatmulCoalesced {
  static constexpr int threads = Threads;
  struct Shared {};
  TeachArguments<M> t;
  TeachPart part() const { return t.of_threads(); }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      const int column = block.x * t.w + thread % t.w, row = block.y * t.h + thread / t.w;
      if (!block.when(row < t.n && column < t.n)) return;
      typename M::Value sum = 0.0f;
      for (int k = 0; k < t.n; ++k) {
        const typename M::Value of_a = t.a[row * t.n + k];
        sum += of_a * t.b[k * t.n + column];
      }
      t.c[row * t.n + column] = sum;
    });
  }
};

// A block brings a tile of a and one of b into shared memory; every number is then read from there 32 times. Needs two
// barriers: nobody may multiply before all is there, nobody may bring the next tiles before all have multiplied.
template <class M, int Threads>
struct MatmulTiled {
  static constexpr int threads = Threads;
  static constexpr int kMostSums = kTeachTile * kTeachTile / Threads;
  struct Shared {
    typename M::template Tile<kTeachTile * kTeachTile> a, b;
  };
  struct Sums {
    typename M::Value of[kMostSums];
  };
  TeachArguments<M> t;
  TeachPart part() const { return {kTeachTile, kTeachTile}; }
  Grid grid() const { return t.blocks(part()); }
  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const int left = block.x * kTeachTile, top = block.y * kTeachTile;
    auto sums = block.template own<Sums>();
    for (int first = 0; first < t.n; first += kTeachTile) {
      block.phase([&](int thread) {
        for (int i = thread; i < kTeachTile * kTeachTile; i += Threads) {
          const int row = i / kTeachTile, column = i % kTeachTile;
          const bool has_a = top + row < t.n && first + column < t.n, has_b = first + row < t.n && left + column < t.n;
          shared.a[i] = block.when(has_a) ? t.a[(top + row) * t.n + first + column] : 0.0f;
          shared.b[i] = block.when(has_b) ? t.b[(first + row) * t.n + left + column] : 0.0f;
        }
      });
      block.phase([&](int thread) {
        for (int s = 0; s < kMostSums; ++s) {
          const int i = thread + s * Threads, row = i / kTeachTile, column = i % kTeachTile;
          typename M::Value sum = first == 0 ? 0.0f : sums[thread].of[s];
          for (int k = 0; k < kTeachTile; ++k) {
            const typename M::Value of_a = shared.a[row * kTeachTile + k];
            sum += of_a * shared.b[k * kTeachTile + column];
          }
          sums[thread].of[s] = sum;
        }
      });
    }
    block.phase([&](int thread) {
      for (int s = 0; s < kMostSums; ++s) {
        const int i = thread + s * Threads, row = top + i / kTeachTile, column = left + i % kTeachTile;
        if (block.when(row < t.n && column < t.n)) t.c[row * t.n + column] = sums[thread].of[s];
      }
    });
  }
};

// A thread has 4 rows times kColumns columns of c in registers: what it reads from shared memory once it uses several
// times. `Wide`: it reads and writes four floats at once.
template <class M, int Threads, bool Wide>
struct MatmulRegisters {
  static constexpr int threads = Threads;
  static constexpr int kSide = 64, kDepth = 16;  // of a block's part of c, and of the tiles along k
  static constexpr int kPitch = kSide + 4;       // of the turned tile: its rows are written without conflicts
  static constexpr int kRows = 4, kAcross = Threads / (kSide / kRows), kColumns = kSide / kAcross;
  struct Shared {
    typename M::template Tile<kDepth * kPitch> a;  // turned: [k][row]
    typename M::template Tile<kDepth * kSide> b;
  };
  struct Sums {
    typename M::Value of[kRows][kColumns];
  };
  TeachArguments<M> t;
  TeachPart part() const { return {kSide, kSide}; }
  Grid grid() const { return t.blocks(part()); }

  template <class B>
  HD void load(const B& block, Shared& shared, int thread, int first) const {
    const int left = block.x * kSide, top = block.y * kSide;
    for (int i = thread; i < kSide * kDepth; i += Threads) {
      const int row = i / kDepth, k = i % kDepth;
      const bool has = top + row < t.n && first + k < t.n;
      shared.a[k * kPitch + row] = block.when(has) ? t.a[(top + row) * t.n + first + k] : 0.0f;
    }
    for (int i = thread; i < kSide * kDepth; i += Threads) {
      const int k = i / kSide, column = i % kSide;
      const bool has = first + k < t.n && left + column < t.n;
      shared.b[i] = block.when(has) ? t.b[(first + k) * t.n + left + column] : 0.0f;
    }
  }
  template <class B>
  HD void load_wide(const B& block, Shared& shared, int thread, int first) const {
    const int left = block.x * kSide, top = block.y * kSide;
    for (int i = thread * 4; block.when(i < kSide * kDepth); i += Threads * 4) {
      const int row = i / kDepth, k = i % kDepth;
      typename M::Four four{};
      if (block.when(top + row < t.n && first + k < t.n)) four = M::four(t.a, (top + row) * t.n + first + k);
      for (int part = 0; part < 4; ++part) shared.a[(k + part) * kPitch + row] = four[part];
    }
    for (int i = thread * 4; block.when(i < kSide * kDepth); i += Threads * 4) {
      const int k = i / kSide, column = i % kSide;
      typename M::Four four{};
      if (block.when(first + k < t.n && left + column < t.n)) four = M::four(t.b, (first + k) * t.n + left + column);
      M::put_four(shared.b, i, four);
    }
  }

  template <class B>
  HD void operator()(B block, Shared& shared) const {
    auto sums = block.template own<Sums>();
    for (int first = 0; first < t.n; first += kDepth) {
      block.phase([&](int thread) {
        if (Wide && t.n % 4 == 0) {
          load_wide(block, shared, thread, first);
        } else {
          load(block, shared, thread, first);
        }
      });
      block.phase([&](int thread) {
        const int x = thread % kAcross, y = thread / kAcross;
        Sums sum = first == 0 ? Sums{} : sums[thread];
        for (int k = 0; k < kDepth; ++k) {
          typename M::Value left[kRows], right[kColumns];
          if constexpr (Wide && kColumns % 4 == 0) {
            const typename M::Four four = M::four(shared.a, k * kPitch + y * kRows);
            for (int r = 0; r < kRows; ++r) left[r] = four[r];
            for (int c = 0; c < kColumns; c += 4) {
              const typename M::Four some = M::four(shared.b, k * kSide + c * kAcross + x * 4);
              for (int part = 0; part < 4; ++part) right[c + part] = some[part];
            }
          } else {
            for (int r = 0; r < kRows; ++r) left[r] = shared.a[k * kPitch + y * kRows + r];
            for (int c = 0; c < kColumns; ++c) right[c] = shared.b[k * kSide + column_of(x, c)];
          }
          for (int r = 0; r < kRows; ++r) {
            for (int c = 0; c < kColumns; ++c) sum.of[r][c] += left[r] * right[c];
          }
        }
        sums[thread] = sum;
      });
    }
    block.phase([&](int thread) {
      const int x = thread % kAcross, y = thread / kAcross;
      for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kColumns; ++c) {
          const int row = block.y * kSide + y * kRows + r, column = block.x * kSide + column_of(x, c);
          if (block.when(row < t.n && column < t.n)) t.c[row * t.n + column] = sums[thread].of[r][c];
        }
      }
    });
  }
  // Columns of a thread: side by side in fours where they are read in fours, else kAcross apart, so that neighbors read
  // neighbors.
  HD static int column_of(int x, int c) {
    if constexpr (Wide && kColumns % 4 == 0) return c / 4 * 4 * kAcross + x * 4 + c % 4;
    return c * kAcross + x;
  }
};

}  // namespace striate
