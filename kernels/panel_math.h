// What the sums of panel_gemm.cpp and winograd.cpp share, on the CPU: tiles of sums in registers, and how they are
// written with their epilogue. Internal to kernels/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "kernels/epilogue_math.h"
#include "kernels/implicit_gemm.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

namespace panels {

constexpr int W = CpuTarget::width;
using Floats = Pack<float, W>;

struct Tile {
  int broadcast, packs;
};
// As many sums as there are registers for them, beside a pack of each side.
#if defined(__AVX512F__)
constexpr Tile kTiles[] = {{14, 2}, {12, 2}, {10, 2}, {7, 4}, {8, 3}, {6, 4}};
#else
constexpr Tile kTiles[] = {{6, 2}, {5, 2}, {4, 3}, {4, 2}};
#endif
constexpr int64_t kLine = 16;  // floats of a cache line
constexpr int kMostSums = 28, kMostBroadcast = 14, kMostPacks = 4;
constexpr int64_t kPanels = 1 << 18;  // floats of panels that stay in the second cache

inline int64_t pieces(int64_t of, int64_t each) { return (of + each - 1) / each; }

// What is wanted next comes near meanwhile.
struct Ahead {
  const float* from;
  int64_t step;  // floats for each term
};
// Which side has positions, and where what is broadcast for a term stands: one after the other, or as a table says.
enum class Side { positions, outputs, outputs_and_table };
// Adds j terms to the sums of one tile. They begin as `start` says (one value for each b, or, with outputs in the
// lanes, one for each lane), or, where that is null, go on from (b, i) at `sums`.
template <int B, int P, Side side>
__attribute__((noinline)) void tile_sums(const float* broadcast, const int32_t* table, const float* lanes, int64_t j,
                                         const float* start, Ahead ahead, float* sums) {
  Floats sum[B][P];
  STRIATE_UNROLL
  for (int b = 0; b < B; ++b) {
    STRIATE_UNROLL
    for (int i = 0; i < P; ++i) {
      if (start == nullptr) {
        sum[b][i] = Floats::load(sums + (b * P + i) * W);
      } else {
        sum[b][i] = side == Side::positions ? Floats::all(start[b]) : Floats::load(start + i * W);
      }
    }
  }
  const int64_t second = ahead.step > kLine ? kLine : 0;
  for (; j > 0; --j) {
    __builtin_prefetch(ahead.from, 0, 2);
    __builtin_prefetch(ahead.from + second, 0, 2);
    Floats row[P];
    STRIATE_UNROLL
    for (int i = 0; i < P; ++i) row[i] = Floats::load(lanes + i * W);
    const float* const here = side == Side::outputs_and_table ? broadcast + *table : broadcast;
    STRIATE_UNROLL
    for (int b = 0; b < B; ++b) {
      const Floats factor = Floats::all(here[b]);
      STRIATE_UNROLL
      for (int i = 0; i < P; ++i) sum[b][i] = fma(factor, row[i], sum[b][i]);
    }
    if (side == Side::outputs_and_table) {
      ++table;
    } else {
      broadcast += B;
    }
    lanes += P * W, ahead.from += ahead.step;
  }
  STRIATE_UNROLL
  for (int b = 0; b < B; ++b) {
    STRIATE_UNROLL
    for (int i = 0; i < P; ++i) sum[b][i].store(sums + (b * P + i) * W);
  }
}

using TileSums = void (*)(const float*, const int32_t*, const float*, int64_t, const float*, Ahead, float*);
template <int B, int P>
TileSums tile_sums_with(Side side) {
  if (side == Side::positions) return &tile_sums<B, P, Side::positions>;
  return side == Side::outputs ? &tile_sums<B, P, Side::outputs> : &tile_sums<B, P, Side::outputs_and_table>;
}
template <size_t... I>
TileSums tile_sums_of(int broadcast, int packs, Side side, std::index_sequence<I...>) {
  TileSums found = nullptr;
  ((kTiles[I].broadcast == broadcast && kTiles[I].packs == packs
        ? void(found = tile_sums_with<kTiles[I].broadcast, kTiles[I].packs>(side))
        : void()),
   ...);
  return found;
}
// Null for a tile that is not among kTiles.
inline TileSums tile_sums_of(int broadcast, int packs, Side side) {
  return tile_sums_of(broadcast, packs, side, std::make_index_sequence<sizeof(kTiles) / sizeof(kTiles[0])>());
}

// rows[r][c] becomes rows[c][r].
__attribute__((always_inline)) inline void transpose(Floats (&rows)[W]) {
#if defined(__GNUC__) && !defined(__clang__)
  using Index = typename Pack<int32_t, W>::Vector;
  STRIATE_UNROLL
  for (int s = 1; s < W; s *= 2) {
    Index first{}, second{};
    STRIATE_UNROLL
    for (int l = 0; l < W; ++l) {
      first[l] = (l & s) != 0 ? W + l - s : l;
      second[l] = (l & s) != 0 ? W + l : l + s;
    }
    STRIATE_UNROLL
    for (int r = 0; r < W; ++r) {
      if ((r & s) != 0) continue;
      const auto low = rows[r].v, high = rows[r + s].v;
      rows[r].v = __builtin_shuffle(low, high, first);
      rows[r + s].v = __builtin_shuffle(low, high, second);
    }
  }
#else
  for (int r = 0; r < W; ++r) {
    for (int c = 0; c < r; ++c) {
      const float upper = rows[c][r];
      rows[c].set(r, rows[r][c]);
      rows[r].set(c, upper);
    }
  }
#endif
}

// One tile of outputs: the bias of each, and what its epilogue says.
struct PanelOutputs {
  int64_t channel = 0;
  int count = 0;
  alignas(64) float bias[kMostPacks * W + kMostBroadcast] = {};
  alignas(64) float center[kMostPacks * W + kMostBroadcast] = {}, factor[kMostPacks * W + kMostBroadcast] = {};
  alignas(64) float shift[kMostPacks * W + kMostBroadcast] = {};
};
// Positions first .. first + count - 1 of an output's plane.
struct PanelPositions {
  int64_t first;
  int count;
};

// Writes sums to a.out with a.epilogue; see there.
struct PanelWriter {
  ImplicitGemmArguments a;

  // Tile k_tile of `tile` outputs.
  PanelOutputs outputs(int64_t group, int64_t k_tile, int tile) const {
    PanelOutputs result;
    const int first = static_cast<int>(k_tile) * tile;
    result.channel = group * a.k + first;
    result.count = std::min(tile, a.k - first);
    if (a.bias != nullptr) std::copy_n(a.bias + result.channel, result.count, result.bias);
    for (int k = 0; a.epilogue.mean != nullptr && k < result.count; ++k) {
      const ChannelNorm norm = channel_norm(a.epilogue, result.channel + k);
      result.center[k] = norm.center, result.factor[k] = norm.factor, result.shift[k] = norm.shift;
    }
    return result;
  }

  // Writes outputs first_k .. first_k+ks-1 of a tile, at positions first .. first+count-1, from (ks, apart).
  void write(int64_t image, const PanelOutputs& k, int first_k, int ks, PanelPositions p, const float* from,
             int apart) const {
    float* out = a.out + image * a.out_image + (k.channel + first_k) * a.out_plane + p.first;
    for (int i = 0; i < ks; ++i, out += a.out_plane, from += apart) {
      const ChannelNorm norm{k.center[first_k + i], k.factor[first_k + i], k.shift[first_k + i]};
      for (int lane = 0; lane < p.count; lane += W) {
        const int here = std::min(W, p.count - lane);
        Floats value = Floats::load(from + lane);
        if (a.epilogue.mean != nullptr) value = norm(value);
        if (a.epilogue.addend != nullptr) value = value + load_part<W>(a.epilogue.addend + (out - a.out) + lane, here);
        value = bent(a.epilogue, value);
        if (a.add) value = load_part<W>(out + lane, here) + value;
        store_part(value, out + lane, 0, here);
      }
    }
  }

  // Writes all outputs of a tile from sums with the outputs in the lanes: (positions, packs, W).
  void turn_and_write(int64_t image, const PanelOutputs& k, PanelPositions all, const float* sum, int packs) const {
    const bool early = a.epilogue.addend == nullptr && !a.add;  // nothing is read that lies as the output does
    for (int pack = 0; pack < packs && pack * W < k.count; ++pack) {
      for (int p = 0; p < all.count; p += W) {
        Floats square[W];
        for (int i = 0; i < W; ++i) {
          square[i] = p + i < all.count ? Floats::load(sum + ((p + i) * packs + pack) * W) : Floats::all(0);
        }
        if (early) {
          const Floats center = Floats::load(k.center + pack * W), factor = Floats::load(k.factor + pack * W);
          const Floats shift = Floats::load(k.shift + pack * W);
          for (int i = 0; i < W && a.epilogue.mean != nullptr; ++i) square[i] = (square[i] - center) * factor + shift;
          for (int i = 0; i < W && a.epilogue.bend != Bend::none; ++i) square[i] = bent(a.epilogue, square[i]);
          transpose(square);
          float* to = a.out + image * a.out_image + (k.channel + pack * W) * a.out_plane + all.first + p;
          const int rows = std::min(W, k.count - pack * W), here = std::min(W, all.count - p);
          for (int i = 0; i < rows; ++i, to += a.out_plane) store_part(square[i], to, 0, here);
          continue;
        }
        transpose(square);
        alignas(64) float turned[W * W];
        for (int i = 0; i < W; ++i) square[i].store(turned + i * W);
        write(image, k, pack * W, std::min(W, k.count - pack * W), {all.first + p, std::min(W, all.count - p)}, turned,
              W);
      }
    }
  }
};

}  // namespace panels

}  // namespace striate
