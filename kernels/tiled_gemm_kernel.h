// The kernel of tiled_gemm.h, which reads and writes through M (access.h), so that it can be observed.
#pragma once

#include "kernels/access.h"
#include "kernels/implicit_gemm_kernel.h"
#include "kernels/launch.h"
#include "kernels/tiled_gemm.h"

namespace striate {

// A thread owns 8 outputs times PT positions, kAcross apart. While it multiplies what lies in one half of shared memory
// it waits for the next terms, which it then writes to the other half: one barrier a step.
template <class M, int PT>
struct TiledGemm {
  static constexpr int threads = 128, kPositions = 128, kTerms = 8, kOutputs = 8, kLanes = 32;
  static constexpr int kRows = kTerms * kLanes / threads;  // of x, that a warp brings
  static constexpr int kAcross = kPositions / PT, kTiles = threads / kAcross;
  static constexpr int kTilePitch = kOutputs * kTerms + 8;  // two tiles' weights of a term lie in different banks
  static constexpr int64_t work = kInlineWork;
  using Four = typename M::Four;
  using Fours = typename M::template Floats<4>;
  using Flat = ImplicitGemm<M, 1, kAcross, kOutputs, PT>;

  // A thread's fours of a packed tile of weights, term after term.
  static constexpr int kFours = kTerms * kOutputs / 4;

  // Position p of a term's row stands at p % 32 * 4 + p / 32: what a warp reads in rows of 32 a thread writes, and
  // another one reads, in fours.
  struct Shared {
    typename M::template Tile<2 * kTiles * kTilePitch> weights;  // [half][tile][term][output]
    typename M::template Tile<2 * kTerms * kPositions> x;        // [half][term][position]
  };
  struct Sums {
    Fours of[kOutputs][PT / 4];
  };
  struct Next {
    typename M::Value x[kRows][4];  // of positions place, place + 32, ...
    int place[kRows];
    Four weights;
  };
  struct Tile {
    int64_t plane, weights;  // the first output; the first packed tile of 8
    int tiles, outputs;      // that there are from those on
    int64_t x;
    int first, count, late;  // positions: the first one, those from there on, and how far x is behind a line of memory
    int64_t out;
  };

  ImplicitGemmArguments a;
  int k_tiles, k_blocks, stretches;

  static TiledGemm of(const ImplicitGemmArguments& a) {
    const int k_tiles = (a.k + kOutputs - 1) / kOutputs;
    return {a, k_tiles, up(k_tiles, kTiles), up(static_cast<int>(a.length), kPositions)};
  }
  int64_t blocks() const { return int64_t{k_blocks} * stretches * a.groups * a.images; }
  Grid grid() const { return {static_cast<int>(blocks())}; }

  // Blocks beside each other have other outputs of the same place.
  HD Tile tile_of(int block) const {
    const int k_block = block % k_blocks, place = block / k_blocks;
    const int stretch = place % stretches, problem = place / stretches;
    const int group = problem % a.groups;
    const int64_t n = problem / a.groups;
    Tile tile;
    tile.plane = int64_t{group} * a.k + k_block * (kTiles * kOutputs);
    tile.weights = int64_t{group} * k_tiles + k_block * kTiles;
    tile.tiles = k_tiles - k_block * kTiles;
    tile.outputs = a.k - k_block * (kTiles * kOutputs);
    tile.first = stretch * kPositions;
    tile.count = static_cast<int>(a.length) - tile.first;
    tile.x = n * a.x_image + group * a.x_group + tile.first;
    tile.late = static_cast<int>(tile.x % kLanes);
    tile.out = n * a.out_image + tile.plane * a.out_plane;
    return tile;
  }

  // Lanes begin at a line of memory, wherever a row does; the positions before it are read with the last ones.
  HD void fetch(const Tile& tile, int thread, int first, Next& next) const {
    const typename M::In x = a.x;
    const typename M::Integers offsets = a.offsets;
    STRIATE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int term = first + thread / kLanes + r * (threads / kLanes);
      next.place[r] = thread % kLanes;
      if (term >= a.j) continue;
      const int offset = offsets[term], late = (tile.late + offset) & (kLanes - 1);
      const int place = thread % kLanes - late;
      const bool wraps = place >= 0;
      const typename M::In row = x + (tile.x + offset);
      typename M::Value values[4];
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int at = place + (i < 3 || !wraps ? (i + 1) * kLanes : 0);
        values[i] = M::template load_part<1>(row + at, tile.count - at)[0];
      }
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) next.x[r][i] = wraps ? values[(i + 3) % 4] : values[i];
      next.place[r] = wraps ? place : place + kLanes;
    }
    const int packed = thread / kFours, part = thread % kFours;
    if (packed < kTiles && packed < tile.tiles && first + part / 2 < a.j) {
      next.weights = M::four(typename M::In(a.weights), ((tile.weights + packed) * a.j + first) * kOutputs + part * 4);
    }
  }

  HD void bring(Shared& shared, int thread, int half, const Next& next) const {
    STRIATE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int term = half * kTerms + thread / kLanes + r * (threads / kLanes);
      Four four;
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) four.values[i] = next.x[r][i];
      M::put_four(shared.x, term * kPositions + next.place[r] * 4, four);
    }
    const int packed = thread / kFours, part = thread % kFours;
    if (packed < kTiles) M::put_four(shared.weights, (half * kTiles + packed) * kTilePitch + part * 4, next.weights);
  }

  template <bool whole>
  HD void multiply(Shared& shared, int thread, int half, int terms, Sums& sums) const {
    const int x = (half * kTerms) * kPositions + thread % kAcross * 4;
    const int w = (half * kTiles + thread / kAcross) * kTilePitch;
#ifdef __CUDACC__
#pragma unroll whole ? kTerms : 1
#endif
    for (int term = 0; term < (whole ? kTerms : terms); ++term) {
      Fours row[PT / 4];
      STRIATE_UNROLL
      for (int i = 0; i < PT / 4; ++i) {
        row[i] = Fours::load(M::four(shared.x, x + term * kPositions + i * kAcross * 4).values);
      }
      const Four weights[2] = {M::four(shared.weights, w + term * kOutputs),
                               M::four(shared.weights, w + term * kOutputs + 4)};
      STRIATE_UNROLL
      for (int k = 0; k < kOutputs; ++k) {
        const Fours factor = Fours::all(weights[k / 4][k % 4]);
        STRIATE_UNROLL
        for (int i = 0; i < PT / 4; ++i) sums.of[k][i] = fma(factor, row[i], sums.of[k][i]);
      }
    }
  }

  HD void begin(const Tile& tile, int thread, Sums& sums) const {
    const int first_k = thread / kAcross * kOutputs, ks = tile.outputs - first_k;
    const typename M::In bias = a.bias;
    STRIATE_UNROLL
    for (int k = 0; k < kOutputs; ++k) {
      STRIATE_UNROLL
      for (int i = 0; i < PT / 4; ++i) {
        sums.of[k][i] = Fours::all(a.bias != nullptr && k < ks ? bias[tile.plane + first_k + k] : 0.0f);
      }
    }
  }

  HD void end(const Tile& tile, int thread, const Sums& sums) const {
    const int first_k = thread / kAcross * kOutputs, ks = tile.outputs - first_k;
    typename M::template Floats<1> sum[kOutputs][PT];
    STRIATE_UNROLL
    for (int k = 0; k < kOutputs; ++k) {
      STRIATE_UNROLL
      for (int i = 0; i < PT; ++i) {
        sum[k][i] = M::template Floats<1>::all(sums.of[k][i % (PT / 4)][i / (PT / 4)]);
      }
    }
    Flat flat{};
    flat.a = a;
    flat.settle(tile.plane + first_k, ks, sum);
    const typename M::Out out = a.out + (tile.out + first_k * a.out_plane);
    const int pitch = static_cast<int>(a.pitch);
    STRIATE_UNROLL
    for (int i = 0; i < PT; ++i) {
      const int at = thread % kAcross + i * kAcross, o = tile.first + at;
      if (M::when(at >= tile.count)) continue;
      const int row = o / pitch, column = o - row * pitch;
      if (M::when(column >= a.valid)) continue;
      const typename M::Out to = out + (row * a.out_row + column * a.out_column);
      STRIATE_UNROLL
      for (int k = 0; k < kOutputs; ++k) {
        if (k < ks) flat.put(sum[k][i], to + k * a.out_plane, 0, 1);
      }
    }
  }

  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const Tile tile = tile_of(block.x);
    auto sums = block.template own<Sums>();
    block.phase([&](int thread) {
      Next next{};
      fetch(tile, thread, 0, next);
      bring(shared, thread, 0, next);
      begin(tile, thread, sums[thread]);
    });
    int half = 0;
    for (int first = kTerms; first < a.j; first += kTerms, half = 1 - half) {
      block.phase([&](int thread) {
        Next next{};
        fetch(tile, thread, first, next);
        multiply<true>(shared, thread, half, kTerms, sums[thread]);
        bring(shared, thread, 1 - half, next);
      });
    }
    block.phase([&](int thread) {
      multiply<false>(shared, thread, half, (a.j - 1) % kTerms + 1, sums[thread]);
      end(tile, thread, sums[thread]);
    });
  }
};

}  // namespace striate
