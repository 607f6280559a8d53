#include "kernels/tiled_gemm.h"

#include "kernels/tiled_gemm_kernel.h"
#include "kernels/tiled_gemm_tf32_kernel.h"

namespace striate {

#ifdef __CUDACC__

template struct CudaBlocks<TiledGemm<Plain, 4>>;
template struct CudaBlocks<TiledGemm<Plain, 8>>;
template struct CudaBlocks<TiledGemmTf32<4>>;
template struct CudaBlocks<TiledGemmTf32<8>>;

#else

namespace {

// Blocks of 64 outputs read each value half as often as those of 32, which may leave fewer of theirs empty.
bool takes_64(int k) { return 8 * (up(k, 64) * 64) <= 9 * (up(k, 32) * 32); }

template <int PT, typename Target>
void launch(Target target, Stream& stream, const char* name, const ImplicitGemmArguments& a) {
  if (uses_tf32(stream.device())) {
    const auto rounding = TiledGemmTf32<PT>::of(a);
    return for_each_block(target, stream, name, rounding.grid(), rounding);
  }
  const auto kernel = TiledGemm<Plain, PT>::of(a);
  for_each_block(target, stream, name, kernel.grid(), kernel);
}

}  // namespace

bool tiled_gemm_fits(const ImplicitGemmArguments& a) {
  using Kernel = TiledGemm<Plain, 4>;
  if (a.k < 24 || a.j < Kernel::kTerms || a.length <= Kernel::kPositions / 2 || a.length > INT32_MAX / 2 ||
      a.pitch > INT32_MAX)
    return false;
  return reinterpret_cast<uintptr_t>(a.weights) % 16 == 0 && Kernel::of(a).blocks() <= INT32_MAX;
}

void tiled_gemm(Stream& stream, const char* name, const ImplicitGemmArguments& a) {
  with_target(stream, [&](auto target) {
    if constexpr (decltype(target)::is_gpu) {
      if (takes_64(a.k)) return launch<8>(target, stream, name, a);
      launch<4>(target, stream, name, a);
    }
  });
}

#endif

}  // namespace striate
