// The sums of tiled_gemm_kernel.h on tensor cores (tf32.h): the same tiles, brought in the same way and rounded.
#pragma once

#include "kernels/tf32_math.h"
#include "kernels/tiled_gemm_kernel.h"

namespace striate {

// A warp has 32 positions of all outputs of the block, as pieces of 16 outputs x 8 positions (tf32_math.h): outputs lie
// where they do in the base, eight to a tile, positions one behind the other. Without tensor cores each thread adds up
// its own results, term after term.
template <int PT>
struct TiledGemmTf32 {
  using Base = TiledGemm<Plain, PT>;
  static constexpr int threads = Base::threads, kLanes = 32, kOutputs = Base::kOutputs, kTerms = Base::kTerms;
  static constexpr int kTiles = Base::kTiles, kTilePitch = Base::kTilePitch, kRows = Base::kRows;
  static constexpr int kDown = kTiles / 2, kAcross = 4;
  static constexpr int kPitch = Base::kPositions + 8;  // four terms of eight positions lie in different banks
  static constexpr int64_t work = kInlineWork;
  using Flat = ImplicitGemm<Plain, 1, kLanes, 1, 2 * kAcross>;
  struct Shared {
    Plain::Tile<2 * kTiles * kTilePitch> weights;  // [half][tile][term][output]
    Plain::Tile<2 * kTerms * kPitch> x;            // [half][term][position]
  };
  struct Sums {
    float of[kDown][kAcross][4];
  };
  Base base;

  static TiledGemmTf32 of(const ImplicitGemmArguments& a) { return {Base::of(a)}; }
  Grid grid() const { return base.grid(); }

  HD static float weight_at(const Shared& shared, int half, int output, int term) {
    return shared.weights
        .values[(half * kTiles + output / kOutputs) * kTilePitch + term * kOutputs + output % kOutputs];
  }
  HD static float x_at(const Shared& shared, int half, int position, int term) {
    return shared.x.values[(half * kTerms + term) * kPitch + position];
  }

  // `first`: the term that the half begins with. Behind the last one weights are 0 and x -0: their product, -0, changes
  // no sum, not even one of -0.
  HD void bring(Shared& shared, int thread, int half, int first, const typename Base::Next& next) const {
    STRIATE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int term = thread / kLanes + r * (threads / kLanes);
      const int row = (half * kTerms + term) * kPitch;
      const int group = next.place[r] & (kLanes - 1), wraps = next.place[r] >= 0;
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) {
        shared.x[row + group + ((i + wraps) & 3) * kLanes] = first + term < base.a.j ? to_tf32(next.x[r][i]) : -0.0f;
      }
    }
    const int packed = thread / Base::kFours, part = thread % Base::kFours;
    const bool has = first + part / 2 < base.a.j;
    Plain::Four weights;
    STRIATE_UNROLL
    for (int i = 0; i < 4; ++i) weights.values[i] = has ? to_tf32(next.weights[i]) : 0.0f;
    Plain::put_four(shared.weights, (half * kTiles + packed) * kTilePitch + part * 4, weights);
  }

  HD static void multiply(const Shared& shared, int thread, int half, Sums& sums) {
    const int position = thread / kLanes * kLanes, g = thread % kLanes / 4, t = thread % 4;
#if STRIATE_TENSOR_CORES
    STRIATE_UNROLL
    for (int term = 0; term < kTerms; term += 8) {
      float x[kAcross][2];
      STRIATE_UNROLL
      for (int j = 0; j < kAcross; ++j) {
        x[j][0] = x_at(shared, half, position + j * 8 + g, term + t);
        x[j][1] = x_at(shared, half, position + j * 8 + g, term + t + 4);
      }
      STRIATE_UNROLL
      for (int i = 0; i < kDown; ++i) {
        float weights[4];
        STRIATE_UNROLL
        for (int part = 0; part < 4; ++part) {
          weights[part] = weight_at(shared, half, i * 16 + part % 2 * 8 + g, term + t + part / 2 * 4);
        }
        STRIATE_UNROLL
        for (int j = 0; j < kAcross; ++j) add_tf32_products(sums.of[i][j], weights, x[j]);
      }
    }
#else
    for (int term = 0; term < kTerms; ++term) {
      for (int i = 0; i < kDown; ++i) {
        for (int j = 0; j < kAcross; ++j) {
          for (int part = 0; part < 4; ++part) {
            const float weight = weight_at(shared, half, i * 16 + part / 2 * 8 + g, term);
            const float x = x_at(shared, half, position + j * 8 + t * 2 + part % 2, term);
            float& sum = sums.of[i][j][part];
            sum = fma(Pack<float, 1>::all(weight), Pack<float, 1>::all(x), Pack<float, 1>::all(sum))[0];
          }
        }
      }
    }
#endif
  }

  HD void begin(const typename Base::Tile& tile, int thread, Sums& sums) const {
    const ImplicitGemmArguments& a = base.a;
    STRIATE_UNROLL
    for (int i = 0; i < kDown; ++i) {
      STRIATE_UNROLL
      for (int part = 0; part < 4; ++part) {
        const int k = tile.k_block * kTiles * kOutputs + i * 16 + part / 2 * 8 + thread % kLanes / 4;
        const float bias = a.bias != nullptr && k < a.k ? a.bias[tile.group * a.k + k] : 0.0f;
        STRIATE_UNROLL
        for (int j = 0; j < kAcross; ++j) sums.of[i][j][part] = bias;
      }
    }
  }

  HD void end(const typename Base::Tile& tile, int thread, const Sums& sums) const {
    const ImplicitGemmArguments& a = base.a;
    const int pitch = static_cast<int>(a.pitch);
    Flat flat{};
    flat.a = a;
    STRIATE_UNROLL
    for (int i = 0; i < kDown * 2; ++i) {
      const int k = tile.k_block * kTiles * kOutputs + i * 8 + thread % kLanes / 4;
      if (k >= a.k) continue;
      const int64_t plane = int64_t{tile.group} * a.k + k;
      Pack<float, 1> sum[1][2 * kAcross];
      STRIATE_UNROLL
      for (int j = 0; j < 2 * kAcross; ++j) {
        sum[0][j] = Pack<float, 1>::all(sums.of[i / 2][j / 2][i % 2 * 2 + j % 2]);
      }
      flat.settle(plane, 1, sum);
      float* const out = a.out + tile.n * a.out_image + plane * a.out_plane;
      STRIATE_UNROLL
      for (int j = 0; j < 2 * kAcross; ++j) {
        const int at = thread / kLanes * kLanes + j / 2 * 8 + thread % 4 * 2 + j % 2;
        if (at >= tile.count) continue;
        const int o = tile.first + at, row = o / pitch, column = o - row * pitch;
        if (column < a.valid) flat.put(sum[0][j], out + (row * a.out_row + column * a.out_column), 0, 1);
      }
    }
  }

  HD void operator()(Block<threads> block, Shared& shared) const {
    const typename Base::Tile tile = base.tile_of(block.x);
    auto sums = block.template own<Sums>();
    auto ahead = block.template own<typename Base::Ahead>();
    block.phase([&](int thread) {
      typename Base::Next next;
      base.look_ahead(thread, 0, ahead[thread]);
      base.fetch(tile, thread, 0, ahead[thread], next);
      bring(shared, thread, 0, 0, next);
      begin(tile, thread, sums[thread]);
    });
    int half = 0;
    for (int first = kTerms; first < base.a.j; first += kTerms, half = 1 - half) {
      block.phase([&](int thread) {
        typename Base::Next next;
        base.fetch(tile, thread, first, ahead[thread], next);
        ask_now();
        multiply(shared, thread, half, sums[thread]);
        bring(shared, thread, 1 - half, first, next);
      });
    }
    block.phase([&](int thread) {
      multiply(shared, thread, half, sums[thread]);
      end(tile, thread, sums[thread]);
    });
  }
};

}  // namespace striate
