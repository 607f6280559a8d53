// The products of tiled_product_kernel.h on tensor cores (tf32.h): the same tiles, brought in the same way and rounded.
#pragma once

#include "kernels/tf32_math.h"
#include "kernels/tiled_product_kernel.h"

namespace striate {

// A warp owns a quarter of the tile, 32 x 32 results, and multiplies it as 2 x 4 pieces of 16 x 8, eight terms at a
// time; which of a piece's numbers a thread holds, tf32_math.h says. Without tensor cores each thread adds up its own
// results, term after term.
template <bool AT, bool BT, bool Shifts = false>
struct TiledProductTf32 {
  using Base = TiledProduct<Plain, AT, BT, Shifts>;
  using Shared = typename Base::Shared;
  static constexpr int threads = Base::threads, kTerms = Base::kTerms, kDown = 2, kAcross = 4;
  static constexpr int64_t work = kInlineWork;
  struct Sums {
    float of[kDown][kAcross][4];
  };
  Base base;

  static TiledProductTf32 of(const TiledProductArguments& g) { return {Base::of(g)}; }
  Grid grid() const { return base.grid(); }

  HD static int first_row(int thread) { return thread / 64 * 32 + thread % 32 / 4; }
  HD static int first_column(int thread) { return thread / 32 % 2 * 32; }
  HD static float a_at(const Shared& shared, int row, int term) {
    return shared.a.values[AT ? row * Base::kPitch + term : term * Base::kAlong + row];
  }
  HD static float b_at(const Shared& shared, int column, int term) {
    return shared.b.values[BT ? column * Base::kPitch + term : term * Base::kAlong + column];
  }

  HD static void bring(Shared& shared, int thread, const typename Base::Next& next) {
    typename Base::Next rounded;
    STRIATE_UNROLL
    for (int r = 0; r < Base::kEach; ++r) {
      rounded.a[r] = to_tf32(next.a[r]);
      rounded.b[r] = to_tf32(next.b[r]);
    }
    Base::bring(shared, thread, rounded);
  }

  HD static void multiply(const Shared& shared, int thread, Sums& sums) {
    const int row = first_row(thread), column = first_column(thread);
#if STRIATE_TENSOR_CORES
    const int g = thread % 32 / 4, t = thread % 4;
    STRIATE_UNROLL
    for (int term = 0; term < kTerms; term += 8) {
      float a[kDown][4], b[kAcross][2];
      STRIATE_UNROLL
      for (int i = 0; i < kDown; ++i) {
        STRIATE_UNROLL
        for (int part = 0; part < 4; ++part) {
          a[i][part] = a_at(shared, row + i * 16 + part % 2 * 8, term + t + part / 2 * 4);
        }
      }
      STRIATE_UNROLL
      for (int j = 0; j < kAcross; ++j) {
        b[j][0] = b_at(shared, column + j * 8 + g, term + t);
        b[j][1] = b_at(shared, column + j * 8 + g, term + t + 4);
      }
      STRIATE_UNROLL
      for (int i = 0; i < kDown; ++i) {
        STRIATE_UNROLL
        for (int j = 0; j < kAcross; ++j) add_tf32_products(sums.of[i][j], a[i], b[j]);
      }
    }
#else
    for (int term = 0; term < kTerms; ++term) {
      for (int i = 0; i < kDown; ++i) {
        for (int j = 0; j < kAcross; ++j) {
          for (int part = 0; part < 4; ++part) {
            const auto a = Pack<float, 1>::all(a_at(shared, row + i * 16 + part / 2 * 8, term));
            const auto b = Pack<float, 1>::all(b_at(shared, column + j * 8 + thread % 4 * 2 + part % 2, term));
            sums.of[i][j][part] = fma(a, b, Pack<float, 1>::all(sums.of[i][j][part]))[0];
          }
        }
      }
    }
#endif
  }

  HD void end(const typename Base::Tile& tile, int thread, const Sums& sums) const {
    const TiledProductArguments& g = base.g;
    float* const out = g.out + tile.out;
    STRIATE_UNROLL
    for (int i = 0; i < kDown * 2; ++i) {
      const int row = tile.first_row + first_row(thread) + i * 8;
      if (row >= g.m) continue;
      STRIATE_UNROLL
      for (int j = 0; j < kAcross * 2; ++j) {
        const int column = tile.first_column + first_column(thread) + j / 2 * 8 + thread % 4 * 2 + j % 2;
        if (column >= g.n) continue;
        float sum = sums.of[i / 2][j / 2][i % 2 * 2 + j % 2];
        if (g.bias != nullptr) sum += g.bias[column];
        float& to = out[int64_t{row} * g.n + column];
        to = g.add ? to + sum : sum;
      }
    }
  }

  HD void operator()(Block<threads> block, Shared& shared) const {
    const typename Base::Tile tile = base.tile_of(block.x);
    auto sums = block.template own<Sums>();
    auto ahead = block.template own<typename Base::Ahead>();
    auto next = block.template own<typename Base::Next>();
    block.phase([&](int thread) {
      base.look_ahead(tile, thread, ahead[thread]);
      base.fetch(tile, thread, 0, ahead[thread], next[thread]);
      base.go_on(ahead[thread]);
      bring(shared, thread, next[thread]);
      sums[thread] = Sums{};
    });
    for (int first = kTerms; first < tile.terms; first += kTerms) {
      block.phase([&](int thread) {
        base.fetch(tile, thread, first, ahead[thread], next[thread]);
        base.go_on(ahead[thread]);
        ask_now();
        multiply(shared, thread, sums[thread]);
      });
      block.phase([&](int thread) { bring(shared, thread, next[thread]); });
    }
    block.phase([&](int thread) {
      multiply(shared, thread, sums[thread]);
      end(tile, thread, sums[thread]);
    });
  }
};

}  // namespace striate
