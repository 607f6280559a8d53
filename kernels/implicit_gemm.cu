#include "kernels/implicit_gemm.h"

#include <algorithm>
#include <cstring>

#include "kernels/implicit_gemm_kernel.h"
#include "kernels/tiled_gemm.h"

namespace striate {

#ifdef __CUDACC__

template struct CudaFlat<ImplicitGemm<Plain, 1, 32, 4, 4>>;
template struct CudaFlat<ImplicitGemm<Plain, 1, 32, 8, 4>>;

#else

namespace {

struct Tile {
  int k, packs;
};
constexpr Tile kCpuTiles[] = {{1, 8}, {2, 8}, {4, 6}, {6, 4}, {8, 3}, {10, 2}, {12, 2}, {14, 2}};

// The tile with the least work, counted in multiply-adds of packs: what is computed in vain costs as much as the rest.
Tile choose(bool gpu, int k, int j, int64_t length) {
  if (gpu) return {k <= 4 ? 4 : 8, 4};
  Tile best = kCpuTiles[0];
  double least = -1;
  for (const Tile tile : kCpuTiles) {
    const double wide = tile.packs * CpuTarget::width;
    const double tiles = static_cast<double>((k + tile.k - 1) / tile.k) *
                         static_cast<double>(static_cast<int64_t>((static_cast<double>(length) + wide - 1) / wide));
    const double multiply = tile.k * tile.packs, load = 1.7 * tile.packs + 0.5 * tile.k;
    const double cost = tiles * ((multiply > load ? multiply : load) * j + 2.0 * multiply + 30);
    if (least < 0 || cost < least) {
      least = cost;
      best = tile;
    }
  }
  return best;
}

// One tile of k per index (or a part of its positions): copies that tile's weights, then goes through the positions.
// The weights stay in strips of their rows: to put those of one term side by side took a third of the time where a
// picture is as small as 7 x 7.
template <int W, int KT, int PT>
struct PackingSums {
  static constexpr int64_t work = kInlineWork;
  using Sums = ImplicitGemm<Plain, W, W, KT, PT>;
  Sums sums;
  int64_t parts;
  void operator()(int64_t index) const {
    const ImplicitGemmArguments& a = sums.a;
    const int64_t part = index % parts, k_tile = index / parts % sums.k_tiles, group = index / parts / sums.k_tiles;
    const int64_t strips = (a.j + Sums::kStrip - 1) / Sums::kStrip;
    auto* copy =
        static_cast<float*>(thread_scratch(3, sizeof(float) * KT * static_cast<size_t>(strips * Sums::kStrip)));
    copy_strips(a.rows + (group * a.k + k_tile * KT) * a.j, static_cast<int>(a.k - k_tile * KT), copy);
    const int64_t first = sums.stretches * part / parts, last = sums.stretches * (part + 1) / parts;
    // Meanwhile the next tile's rows come near, a share of them at each place.
    const int64_t next = group * a.k + std::min<int64_t>((k_tile + 1) * KT, a.k);
    const int64_t rows = std::min<int64_t>(KT, int64_t{a.groups} * a.k - next);
    for (int64_t i = first; i < last; ++i) {
      const int64_t share = rows * (i - first) / (last - first), end = rows * (i + 1 - first) / (last - first);
      sums.template one_place<true>(0, group, k_tile, i * (PT * W), copy,
                                    {a.rows + (next + share) * a.j, static_cast<int>(end - share)});
    }
  }
  // What lies beyond the last row is not stored.
  void copy_strips(const float* from, int ks, float* to) const {
    constexpr int strip = Sums::kStrip, ahead = 4 * strip;
    const int64_t j = sums.a.j;
    const float* row[KT];
    for (int k = 0; k < KT; ++k) row[k] = from + (k < ks ? k : ks - 1) * j;
    int64_t term = 0;
    for (; term + strip <= j; term += strip) {
      STRIATE_UNROLL
      for (int k = 0; k < KT; ++k, to += strip) {
        __builtin_prefetch(row[k] + term + ahead);
        std::memcpy(to, row[k] + term, strip * sizeof(float));
      }
    }
    if (term == j) return;
    for (int k = 0; k < KT; ++k, to += strip)
      std::memcpy(to, row[k] + term, static_cast<size_t>(j - term) * sizeof(float));
  }
};

template <int W, int Spacing, int KT, int PT, typename Target>
void launch(Target target, Stream& stream, const char* name, const ImplicitGemmArguments& a) {
  auto kernel = ImplicitGemm<Plain, W, Spacing, KT, PT>::of(a);
  if constexpr (Spacing == W && W > 1) {
    if (a.rows != nullptr) {
      // Four pieces for each thread, so that they end together.
      const int64_t tiles = kernel.k_tiles * a.groups, wanted = 4 * thread_count();
      const int64_t parts = tiles >= wanted ? 1 : (wanted + tiles - 1) / tiles;
      const PackingSums<W, KT, PT> packing{kernel, parts < kernel.stretches ? parts : kernel.stretches};
      return for_each(target, stream, name, tiles * packing.parts, packing);
    }
  }
  if (!Target::is_gpu) {
    const int64_t operations = static_cast<int64_t>(KT) * PT * (a.j + 4);  // about one per cycle
    kernel.together = 16384 / operations > 1 ? 16384 / operations : 1;
  }
  for_each(target, stream, name, (kernel.tiles + kernel.together - 1) / kernel.together, kernel);
}

template <typename Target>
void launch_gpu_tile(Target target, Stream& stream, const char* name, int k, const ImplicitGemmArguments& a) {
  return k == 4 ? launch<1, 32, 4, 4>(target, stream, name, a) : launch<1, 32, 8, 4>(target, stream, name, a);
}

template <typename Target>
void launch_cpu_tile(Target target, Stream& stream, const char* name, int k, const ImplicitGemmArguments& a) {
  constexpr int W = Target::width;
  switch (k) {
    case 1:
      return launch<W, W, 1, 8>(target, stream, name, a);
    case 2:
      return launch<W, W, 2, 8>(target, stream, name, a);
    case 4:
      return launch<W, W, 4, 6>(target, stream, name, a);
    case 6:
      return launch<W, W, 6, 4>(target, stream, name, a);
    case 8:
      return launch<W, W, 8, 3>(target, stream, name, a);
    case 10:
      return launch<W, W, 10, 2>(target, stream, name, a);
    case 12:
      return launch<W, W, 12, 2>(target, stream, name, a);
    default:
      return launch<W, W, 14, 2>(target, stream, name, a);
  }
}

}  // namespace

bool packs_on_the_way(Stream& stream, const ImplicitGemmArguments& a) {
  constexpr int64_t weights = 1 << 15, values = 1 << 18;  // so many are worth it; so few stay in the second cache
  return CpuTarget::width > 1 && stream.device().is_cpu() && static_cast<int64_t>(a.k) * a.j >= weights &&
         a.images == 1 && a.x_image <= values;
}

int implicit_gemm_tile(Stream& stream, int k, int j, int64_t length) {
  return choose(stream.device().is_gpu(), k, j, length).k;
}

void implicit_gemm(Stream& stream, const char* name, const ImplicitGemmArguments& a) {
  if (stream.device().is_gpu() && tiled_gemm_fits(a)) return tiled_gemm(stream, name, a);
  const int k = choose(stream.device().is_gpu(), a.k, a.j, a.length).k;
  with_target(stream, [&](auto target) {
    if constexpr (decltype(target)::is_gpu) {
      launch_gpu_tile(target, stream, name, k, a);
    } else {
      launch_cpu_tile(target, stream, name, k, a);
    }
  });
}

#endif

}  // namespace striate
