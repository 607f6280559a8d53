// The kernel of tiled_gemm.h, which reads and writes through M (access.h), so that it can be observed.
#pragma once

#include "kernels/access.h"
#include "kernels/implicit_gemm_kernel.h"
#include "kernels/launch.h"
#include "kernels/tiled_gemm.h"

namespace striate {

// Keeps loads that stand before it from being put off until their values are used: nvcc moves none past it.
HD inline void ask_now() {
#ifdef __CUDA_ARCH__
  __syncwarp();
#endif
}

// A thread owns 8 outputs times PT positions, kAcross apart. While it multiplies what lies in one half of shared memory
// it waits for the next terms, which it then writes to the other half: one barrier a step.
template <class M, int PT>
struct TiledGemm {
  static constexpr int threads = 128, kPositions = 128, kOutputs = 8, kLanes = 32;
  static constexpr int kAcross = kPositions / PT, kTiles = threads / kAcross;
  static constexpr int kTerms = threads * 4 / (kTiles * kOutputs);  // of a step: each thread brings four weights
  static constexpr int kRows = kTerms * kLanes / threads;           // of x, that a warp brings
  static constexpr int kTilePitch = kOutputs * kTerms + 8;  // two tiles' weights of a term lie in different banks
  static constexpr int64_t work = kInlineWork;
  using Four = typename M::Four;
  using Fours = typename M::template Floats<4>;
  using Flat = ImplicitGemm<M, 1, kAcross, kOutputs, PT>;

  // A thread's fours of a packed tile of weights, term after term.
  static constexpr int kFours = kTerms * kOutputs / 4;

  // A group of four is positions 32 apart: what a warp reads as a row, threads read back in fours. Where in its group a
  // position stands changes with every eighth group, so that a row is written to 32 banks.
  HD static int slot(int group, int quarter) { return group * 4 + ((quarter + group / 8) & 3); }
  HD static int position(int group, int i) { return group + ((i - group / 8) & 3) * kLanes; }

  struct Shared {
    typename M::template Tile<2 * kTiles * kTilePitch> weights;  // [half][tile][term][output]
    typename M::template Tile<2 * kTerms * kPositions> x;        // [half][term][group][4]
  };
  struct Sums {
    Fours of[kOutputs][PT / 4];
  };
  struct Ahead {
    int offset[kRows];
  };
  struct Next {
    typename M::Value x[kRows][4];
    int place[kRows];  // of the lane in the line where the row begins: a position, or below 0 what stands before it
    Four weights;
  };
  struct Tile {
    int n, group, k_block;
    int first, count;  // positions: the first one, and how many there are from there on
    int late;          // floats from a line of memory to x there
    int64_t x;
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
    Tile tile;
    tile.n = problem / a.groups, tile.group = problem % a.groups, tile.k_block = k_block;
    tile.first = stretch * kPositions;
    tile.count = static_cast<int>(a.length) - tile.first;
    tile.x = tile.n * a.x_image + tile.group * a.x_group + tile.first;
    tile.late = static_cast<int>(tile.x & (kLanes - 1));
    return tile;
  }

  // The last term stands for those behind it: they are brought and not added.
  HD void look_ahead(int thread, int first, Ahead& ahead) const {
    const typename M::Integers offsets = a.offsets;
    STRIATE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int term = first + thread / kLanes + r * (threads / kLanes);
      ahead.offset[r] = offsets[term < a.j ? term : a.j - 1];
    }
  }

  // A request is a line of memory, wherever the row begins; what the first line has of it is read with the last one.
  HD void fetch(const Tile& tile, int thread, int first, Ahead& ahead, Next& next) const {
    const typename M::In x = a.x, weights = a.weights;
    STRIATE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int place = thread % kLanes - ((tile.late + ahead.offset[r]) & (kLanes - 1));
      const typename M::In row = x + (tile.x + ahead.offset[r] + place);
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int at = i < 3 || place < 0 ? (i + 1) * kLanes : 0;
        next.x[r][i] = M::template load_part<1>(row + at, tile.count - place - at)[0];
      }
      next.place[r] = place;
    }
    const int packed = thread / kFours, part = thread % kFours, term = first + part / 2;
    const int here = tile.k_block * kTiles + packed, from = tile.group * k_tiles + (here < k_tiles ? here : 0);
    const int64_t at = (int64_t{from} * a.j + (term < a.j ? term : a.j - 1)) * kOutputs + part % 2 * 4;
    next.weights = M::four(weights, at);
    look_ahead(thread, first + kTerms, ahead);
  }

  HD void bring(Shared& shared, int thread, int half, const Next& next) const {
    STRIATE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int row = (half * kTerms + thread / kLanes + r * (threads / kLanes)) * kPositions;
      const int group = next.place[r] & (kLanes - 1), wraps = next.place[r] >= 0;
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) shared.x[row + slot(group, i + wraps)] = next.x[r][i];
    }
    const int packed = thread / kFours, part = thread % kFours;
    M::put_four(shared.weights, (half * kTiles + packed) * kTilePitch + part * 4, next.weights);
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

  HD int first_k(const Tile& tile, int thread) const { return (tile.k_block * kTiles + thread / kAcross) * kOutputs; }

  HD void begin(const Tile& tile, int thread, Sums& sums) const {
    const int k_first = first_k(tile, thread), ks = a.k - k_first;
    const typename M::In bias = a.bias;
    STRIATE_UNROLL
    for (int k = 0; k < kOutputs; ++k) {
      STRIATE_UNROLL
      for (int i = 0; i < PT / 4; ++i) {
        sums.of[k][i] = Fours::all(a.bias != nullptr && k < ks ? bias[tile.group * a.k + k_first + k] : 0.0f);
      }
    }
  }

  HD void end(const Tile& tile, int thread, const Sums& sums) const {
    const int k_first = first_k(tile, thread), ks = a.k - k_first;
    const int64_t plane = int64_t{tile.group} * a.k + k_first;
    typename M::template Floats<1> sum[kOutputs][PT];
    STRIATE_UNROLL
    for (int k = 0; k < kOutputs; ++k) {
      STRIATE_UNROLL
      for (int i = 0; i < PT; ++i) {
        sum[k][i] = M::template Floats<1>::all(sums.of[k][i / 4][i % 4]);
      }
    }
    Flat flat{};
    flat.a = a;
    flat.settle(plane, ks, sum);
    const typename M::Out out = a.out + (tile.n * a.out_image + plane * a.out_plane);
    const int pitch = static_cast<int>(a.pitch);
    STRIATE_UNROLL
    for (int i = 0; i < PT; ++i) {
      const int at = position(thread % kAcross + i / 4 * kAcross, i % 4), o = tile.first + at;
      if (M::when(at >= tile.count)) continue;
      const int row = o / pitch, column = o - row * pitch;
      if (M::when(column >= a.valid)) continue;
      const typename M::Out to = out + (row * a.out_row + column * a.out_column);
      STRIATE_UNROLL
      for (int k = 0; k < kOutputs; ++k) {
        if (k >= ks) continue;
        if constexpr (Flat::plain) {
          flat.put(sum[k][i], to + k * a.out_plane, 0, 1);
        } else {  // who observes the sum sees this line
          M::template store_part<1>(sum[k][i], to + k * a.out_plane, 0, 1);
        }
      }
    }
  }

  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const Tile tile = tile_of(block.x);
    auto sums = block.template own<Sums>();
    auto ahead = block.template own<Ahead>();
    block.phase([&](int thread) {
      Next next;
      look_ahead(thread, 0, ahead[thread]);
      fetch(tile, thread, 0, ahead[thread], next);
      bring(shared, thread, 0, next);
      begin(tile, thread, sums[thread]);
    });
    int half = 0;
    for (int first = kTerms; first < a.j; first += kTerms, half = 1 - half) {
      block.phase([&](int thread) {
        Next next;
        fetch(tile, thread, first, ahead[thread], next);
        ask_now();
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
