// The kernel of implicit_gemm.h, which reads and writes through M (access.h), so that it can be observed.
#pragma once

#include <type_traits>

#include "kernels/access.h"
#include "kernels/epilogue_math.h"
#include "kernels/implicit_gemm.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

// A thread's packs lie `Spacing` positions apart: side by side on the CPU (Spacing = W); on a GPU, where W is 1, a warp
// apart, so that 32 threads beside each other read 32 values beside each other.
template <class M, int W, int Spacing, int KT, int PT>
struct ImplicitGemm {
  template <int lanes>
  using Floats = typename M::template Floats<lanes>;
  static constexpr int neighbors = Spacing / W;  // threads that share a stretch of PT * Spacing positions
  static constexpr bool plain = std::is_same<M, Plain>::value;  // who observes the sum observes no epilogue
  static constexpr int64_t work = kInlineWork;                  // an index is worth a piece of its own: see `together`
  ImplicitGemmArguments a;
  int64_t k_tiles, stretches, tiles;
  int64_t together;  // tiles per index

  // Adds all terms for KT outputs times PT packs, with weights (j, KT). `count` positions are left from here on: only
  // the last tile lacks some of its own, and only it pays for looking.
  template <bool whole>
  HD void all_terms(typename M::In x, typename M::In w, int64_t count, Floats<W> (&sum)[KT][PT]) const {
    const typename M::Integers offsets = a.offsets;
    for (int j = 0; j < a.j; ++j) {
      const typename M::In at = x + offsets[j];
      Floats<W> row[PT];
      STRIATE_UNROLL
      for (int i = 0; i < PT; ++i) {
        row[i] = whole ? M::template load<W>(at + i * Spacing)
                       : M::template load_part<W>(at + i * Spacing, count - i * Spacing);
      }
      STRIATE_UNROLL
      for (int k = 0; k < KT; ++k) {
        const Floats<W> factor = Floats<W>::all(w[k]);
        STRIATE_UNROLL
        for (int i = 0; i < PT; ++i) sum[k][i] = fma(factor, row[i], sum[k][i]);
      }
      w = w + KT;
    }
  }

  HD void operator()(int64_t index) const {
    const int64_t last = (index + 1) * together < tiles ? (index + 1) * together : tiles;
    for (int64_t tile = index * together; tile < last; ++tile) one_tile(tile);
  }

  // With its tiles counted, one for each index.
  static ImplicitGemm of(const ImplicitGemmArguments& a) {
    ImplicitGemm kernel{a, 0, 0, 0, 1};
    kernel.k_tiles = (a.k + KT - 1) / KT;
    kernel.stretches = (a.length + PT * Spacing - 1) / (PT * Spacing);
    kernel.tiles = kernel.neighbors * kernel.k_tiles * kernel.stretches * a.groups * a.images;
    return kernel;
  }

  HD void one_tile(int64_t tile) const {
    // Neighbors share weights and lie side by side in x; behind them come the other outputs of the same place, so
    // that x stays in the nearest cache.
    const int64_t neighbor = tile % neighbors, block = tile / neighbors;
    const int64_t k_tile = block % k_tiles, stretch = block / k_tiles % stretches;
    const int64_t group = block / k_tiles / stretches % a.groups, n = block / k_tiles / stretches / a.groups;
    one_place(n, group, k_tile, stretch * (PT * Spacing) + neighbor * W,
              a.weights + (group * k_tiles + k_tile) * KT * a.j);
  }

#ifndef __CUDACC__
  __attribute__((noinline))  // once in the program, not once per place that launches
#endif
  HD void
  one_place(int64_t n, int64_t group, int64_t k_tile, int64_t first_o, typename M::In w) const {
    const int first_k = static_cast<int>(k_tile) * KT;
    const int ks = a.k - first_k < KT ? a.k - first_k : KT;
    const int64_t count = a.length - first_o;
    const typename M::In x = a.x + n * a.x_image + group * a.x_group + first_o;
    const typename M::In bias = a.bias;
    const int64_t plane = group * a.k + first_k;

    Floats<W> sum[KT][PT];
    STRIATE_UNROLL
    for (int k = 0; k < KT; ++k) {
      STRIATE_UNROLL
      for (int i = 0; i < PT; ++i) {
        sum[k][i] = Floats<W>::all(a.bias != nullptr && k < ks ? bias[plane + k] : 0.0f);
      }
    }
    if (M::when(count >= (PT - 1) * Spacing + W)) {
      all_terms<true>(x, w, count, sum);
    } else {
      all_terms<false>(x, w, count, sum);
    }

    settle(plane, ks, sum);
    const typename M::Out out = a.out + n * a.out_image + plane * a.out_plane;
    STRIATE_UNROLL
    for (int i = 0; i < PT; ++i) {
      const int64_t o = first_o + i * Spacing;
      if (M::when(o >= a.length)) continue;
      int64_t row = o / a.pitch, column = o - row * a.pitch;
      const int64_t here = a.length - o < W ? a.length - o : W;
      for (int64_t lane = 0; lane < here; lane += a.pitch - column, column = 0, ++row) {
        if (M::when(column >= a.valid)) continue;
        const int64_t end = lane + a.valid - column < here ? lane + a.valid - column : here;
        const typename M::Out to = out + row * a.out_row + (column - lane) * a.out_column;
        STRIATE_UNROLL
        for (int k = 0; k < KT; ++k) {
          if (k < ks) put(sum[k][i], to + k * a.out_plane, static_cast<int>(lane), static_cast<int>(end));
        }
      }
    }
  }

  // What the epilogue does before it reads memory of the output's layout.
  HD void settle(int64_t plane, int ks, Floats<W> (&sum)[KT][PT]) const {
    if constexpr (plain) {
      if (a.epilogue.mean == nullptr && a.epilogue.bend == Bend::none) return;
      STRIATE_UNROLL
      for (int k = 0; k < KT; ++k) {
        if (a.epilogue.mean != nullptr && k < ks) {
          const ChannelNorm norm = channel_norm(a.epilogue, plane + k);
          STRIATE_UNROLL
          for (int i = 0; i < PT; ++i) sum[k][i] = norm(sum[k][i]);
        }
        if (a.epilogue.addend != nullptr) continue;
        STRIATE_UNROLL
        for (int i = 0; i < PT; ++i) sum[k][i] = bent(a.epilogue, sum[k][i]);
      }
    }
  }

  HD void put(Floats<W> value, typename M::Out to, int begin, int end) const {
    if constexpr (plain) {
      if (a.epilogue.addend != nullptr) {
        const float* const from = a.epilogue.addend + (to - a.out);
        Floats<W> more = Floats<W>::all(0);
        if (W == 1 || begin == 0) {
          more = M::template load_part<W>(from, end);
        } else {  // before lane `begin` there may be nothing
          for (int i = begin; i < end; ++i) more.set(i, from[i]);
        }
        value = bent(a.epilogue, value + more);
      }
    }
    if (a.out_column == 1 && !a.add) return M::template store_part<W>(value, to, begin, end);
    STRIATE_UNROLL
    for (int i = 0; i < W; ++i) {
      if (i < begin || i >= end) continue;
      const typename M::Out place = to + i * a.out_column;
      place[0] = a.add ? place[0] + value[i] : value[i];
    }
  }
};

}  // namespace striate
