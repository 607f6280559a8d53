#include "kernels/implicit_gemm.h"

#include <utility>

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
// As many sums as there are registers for them: 32, or 16 that are narrower.
#ifdef __AVX512F__
constexpr Tile kCpuTiles[] = {{1, 8}, {2, 8}, {4, 6}, {6, 4}, {8, 3}, {10, 2}, {12, 2}, {14, 2}};
#else
constexpr Tile kCpuTiles[] = {{1, 8}, {2, 5}, {3, 4}, {4, 3}, {5, 2}, {6, 2}};
#endif

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

template <int W, int Spacing, int KT, int PT, typename Target>
void launch(Target target, Stream& stream, const char* name, const ImplicitGemmArguments& a) {
  auto kernel = ImplicitGemm<Plain, W, Spacing, KT, PT>::of(a);
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

template <typename Target, size_t... I>
void launch_cpu_tile(Target target, Stream& stream, const char* name, int k, const ImplicitGemmArguments& a,
                     std::index_sequence<I...>) {
  constexpr int W = Target::width;
  ((k == kCpuTiles[I].k ? launch<W, W, kCpuTiles[I].k, kCpuTiles[I].packs>(target, stream, name, a) : void()), ...);
}

}  // namespace

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
      launch_cpu_tile(target, stream, name, k, a, std::make_index_sequence<sizeof(kCpuTiles) / sizeof(kCpuTiles[0])>());
    }
  });
}

#endif

}  // namespace striate
