#include "kernels/reduction_gemm.h"

#include "kernels/implicit_gemm.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"
#include "kernels/row_sums_kernel.h"

namespace striate {

template <int W, int Threads, int KT, int JT>
struct ReductionGemm {
  static constexpr int threads = Threads;
  static constexpr int64_t work = kInlineWork;
  struct Shared {
    float sum[Threads][KT * JT];
  };
  ReductionGemmArguments a;
  int columns_out;  // j + ones
  int j_tiles, k_tiles;
  int64_t tiles, together;  // in all; per block

  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t index = static_cast<int64_t>(block.y) * 32768 + block.x;
    const int64_t last = (index + 1) * together < tiles ? (index + 1) * together : tiles;
    for (int64_t tile = index * together; tile < last; ++tile) one_tile(block, shared, tile);
  }

#ifndef __CUDACC__
  __attribute__((noinline))  // once in the program, not once per place that launches
#endif
  HD void
  one_tile(const Block<Threads>& block, Shared& shared, int64_t tile) const {
    const int first_j = static_cast<int>(tile % j_tiles) * JT,
              first_k = static_cast<int>(tile / j_tiles % k_tiles) * KT;
    const int64_t group = tile / j_tiles / k_tiles % a.groups, piece = tile / j_tiles / k_tiles / a.groups;
    const int64_t first_n = piece * a.images_per_piece;
    const int64_t last_n = first_n + a.images_per_piece < a.images ? first_n + a.images_per_piece : a.images;

    block.phase([&](int thread) {
      Pack<float, W> sum[KT][JT];
      STRIATE_UNROLL
      for (int k = 0; k < KT; ++k) {
        STRIATE_UNROLL
        for (int j = 0; j < JT; ++j) sum[k][j] = Pack<float, W>::all(0);
      }
      // Tiles reach beyond the last row or shift by repeating it; what they give is not stored.
      int64_t k_offset[KT], j_offset[JT];
      for (int k = 0; k < KT; ++k) {
        k_offset[k] = (group * a.k + (first_k + k < a.k ? first_k + k : a.k - 1)) * a.a_plane;
      }
      for (int j = 0; j < JT; ++j) {
        j_offset[j] = a.j == 0 ? 0 : group * a.x_group + a.offsets[first_j + j < a.j ? first_j + j : a.j - 1];
      }
      const int packs = static_cast<int>((a.columns + W - 1) / W);
      const int side = packs < Threads ? packs : Threads;  // threads beside each other in a row
      const int step = Threads / side;
      if (thread < side * step) {
        for (int64_t n = first_n; n < last_n; ++n) {
          for (int64_t p = thread / side; p < a.rows; p += step) {
            const float* left = a.a + n * a.a_image + p * a.a_row;
            const float* right = a.x + n * a.x_image + p * a.pitch;
            int64_t q = static_cast<int64_t>(thread % side) * W;
            for (; q + W <= a.columns; q += side * W) add<true>(left + q, k_offset, right + q, j_offset, W, sum);
            if (q < a.columns) add<false>(left + q, k_offset, right + q, j_offset, a.columns - q, sum);
          }
        }
      }
      STRIATE_UNROLL
      for (int k = 0; k < KT; ++k) {
        STRIATE_UNROLL
        for (int j = 0; j < JT; ++j) shared.sum[thread][k * JT + j] = sum_of(sum[k][j]);
      }
    });
    for (int half = Threads / 2; half > 0; half /= 2) {
      block.phase([&](int thread) {
        if (thread >= half) return;
        for (int i = 0; i < KT * JT; ++i) shared.sum[thread][i] += shared.sum[thread + half][i];
      });
    }
    block.phase([&](int thread) {
      for (int i = thread; i < KT * JT; i += Threads) {
        const int k = first_k + i / JT, j = first_j + i % JT;
        if (k >= a.k || j >= a.j) continue;
        a.out[((piece * a.groups + group) * a.k + k) * a.out_stride + j] =
            shared.sum[0][i] + (a.bias != nullptr ? a.bias[j] : 0.0f);
      }
    });
  }

  template <bool whole>
  HD static void add(const float* left, const int64_t (&k_offset)[KT], const float* right,
                     const int64_t (&j_offset)[JT], int64_t count, Pack<float, W> (&sum)[KT][JT]) {
    Pack<float, W> shifted[JT];
    STRIATE_UNROLL
    for (int j = 0; j < JT; ++j) {
      const float* at = right + j_offset[j];
      shifted[j] = whole ? Pack<float, W>::load(at) : load_part<W>(at, count);
    }
    STRIATE_UNROLL
    for (int k = 0; k < KT; ++k) {
      const float* at = left + k_offset[k];
      const Pack<float, W> value = whole ? Pack<float, W>::load(at) : load_part<W>(at, count);
      STRIATE_UNROLL
      for (int j = 0; j < JT; ++j) sum[k][j] = fma(value, shifted[j], sum[k][j]);
    }
  }
};

#ifdef __CUDACC__

template struct CudaBlocks<ReductionGemm<1, 128, 4, 4>>;
template struct CudaBlocks<RowSums<Plain, 1, 128>>;

#else

namespace {

struct Tile {
  int k, j;
};
constexpr Tile kCpuTiles[] = {{1, 8}, {2, 8}, {8, 3}, {4, 6}, {5, 5}, {6, 4}};

Tile choose(int k, int j) {
  Tile best = kCpuTiles[0];
  double least = -1;
  for (const Tile tile : kCpuTiles) {
    const double tiles = static_cast<double>((k + tile.k - 1) / tile.k) * ((j + tile.j - 1) / tile.j);
    const double multiply = tile.k * tile.j, load = 1.7 * tile.j + 1.2 * tile.k;
    const double cost = tiles * ((multiply > load ? multiply : load) + 2);
    if (least < 0 || cost < least) {
      least = cost;
      best = tile;
    }
  }
  return best;
}

template <int W, int Threads, int KT, int JT, typename Target>
void launch(Target target, Stream& stream, const char* name, const ReductionGemmArguments& a) {
  ReductionGemm<W, Threads, KT, JT> kernel{a, 0, 0, 0, 0, 1};
  const int64_t pieces = (a.images + a.images_per_piece - 1) / a.images_per_piece;
  kernel.j_tiles = (a.j + JT - 1) / JT;
  kernel.k_tiles = (a.k + KT - 1) / KT;
  kernel.tiles = pieces * a.groups * kernel.k_tiles * kernel.j_tiles;
  if (!Target::is_gpu) {
    const int64_t operations = a.images_per_piece * a.rows * ((a.columns + W - 1) / W) * (KT * JT + 2) + KT * JT * 12;
    kernel.together = 16384 / operations > 1 ? 16384 / operations : 1;
  }
  const int64_t blocks = (kernel.tiles + kernel.together - 1) / kernel.together;
  const Grid grid{static_cast<int>(blocks < 32768 ? blocks : 32768), static_cast<int>((blocks + 32767) / 32768), 1};
  for_each_block(target, stream, name, grid, kernel);
}

}  // namespace

void reduction_gemm(Stream& stream, const char* name, const ReductionGemmArguments& a) {
  const Tile tile = choose(a.k, a.j);
  const int pieces = static_cast<int>((a.images + a.images_per_piece - 1) / a.images_per_piece);
  with_target(stream, [&](auto target) {
    if constexpr (decltype(target)::is_gpu) {
      if (a.j > 0) launch<1, 128, 4, 4>(target, stream, name, a);
      if (a.ones) for_each_block(target, stream, "row_sums", Grid{a.groups * a.k, pieces}, RowSums<Plain, 1, 128>{a});
    } else {
      constexpr int W = decltype(target)::width;
      if (a.ones) for_each_block(target, stream, "row_sums", Grid{a.groups * a.k, pieces}, RowSums<Plain, W, 1>{a});
      if (a.j == 0) return;
      switch (tile.k) {
        case 1:
          return launch<W, 1, 1, 8>(target, stream, name, a);
        case 2:
          return launch<W, 1, 2, 8>(target, stream, name, a);
        case 4:
          return launch<W, 1, 4, 6>(target, stream, name, a);
        case 5:
          return launch<W, 1, 5, 5>(target, stream, name, a);
        case 6:
          return launch<W, 1, 6, 4>(target, stream, name, a);
        default:
          return launch<W, 1, 8, 3>(target, stream, name, a);
      }
    }
  });
}

#endif

}  // namespace striate
