#include "kernels/tiled_product.h"

#include <algorithm>
#include <atomic>

#include "kernels/cuda_backend.h"
#include "kernels/tiled_product_kernel.h"
#include "kernels/tiled_product_tf32_kernel.h"

namespace striate {

// out[i] from the pieces' sums, in the pieces' order.
struct AddProductPieces {
  static constexpr int64_t work = 8;
  const float* sums;  // (pieces, count)
  const float* bias;
  float* out;
  int64_t count, columns;
  int pieces;
  bool add;
  HD void operator()(int64_t i) const {
    float sum = sums[i];
    for (int piece = 1; piece < pieces; ++piece) sum += sums[piece * count + i];
    if (bias != nullptr) sum += bias[i % columns];
    out[i] = add ? out[i] + sum : sum;
  }
};

#ifdef __CUDACC__

template struct CudaBlocks<TiledProduct<Plain, true, true, true>>;
template struct CudaBlocks<TiledProduct<Plain, true, true>>;
template struct CudaBlocks<TiledProduct<Plain, true, false>>;
template struct CudaBlocks<TiledProduct<Plain, false, false>>;
template struct CudaBlocks<TiledProductTf32<true, true, true>>;
template struct CudaBlocks<TiledProductTf32<true, true>>;
template struct CudaBlocks<TiledProductTf32<true, false>>;
template struct CudaBlocks<TiledProductTf32<false, false>>;
template struct CudaFlat<AddProductPieces>;

#else

namespace {

std::atomic<bool> asked_for_tf32{false};

template <bool AT, bool BT, bool Shifts, typename Target>
void launch(Target target, Stream& stream, const char* name, const TiledProductArguments& g) {
  if (uses_tf32(stream.device())) {
    const auto kernel = TiledProductTf32<AT, BT, Shifts>::of(g);
    return for_each_block(target, stream, name, kernel.grid(), kernel);
  }
  const auto kernel = TiledProduct<Plain, AT, BT, Shifts>::of(g);
  for_each_block(target, stream, name, kernel.grid(), kernel);
}

}  // namespace

void set_tf32(bool on) { asked_for_tf32 = on; }
bool tf32() { return asked_for_tf32; }
bool uses_tf32(Device device) {
  if (!tf32() || !device.is_gpu()) return false;
  return device.is_emulated() || cuda::compute_capability(device.index) >= 80;
}

bool tiled_product_fits(const TiledProductArguments& g) {
  constexpr int64_t most = INT32_MAX / 2;
  const auto fits = [&](const ProductOperand& o, int64_t each) {
    const int64_t count = o.terms_are_neighbors ? each : g.terms_per_image();
    return o.apart >= 0 && o.apart * count <= most && (o.terms_are_neighbors || (g.images == 1 && g.lines == 1));
  };
  if (g.m < 1 || g.n < 1 || g.places < 1 || g.a.terms_are_neighbors < g.b.terms_are_neighbors) return false;
  if (g.images_per_piece * g.terms_per_image() > most || !fits(g.a, g.m) || !fits(g.b, g.n)) return false;
  return TiledProduct<Plain, true, true>::of(g).blocks() <= most;
}

void tiled_product(Stream& stream, const char* name, const TiledProductArguments& g) {
  with_target(stream, [&](auto target) {
    if constexpr (decltype(target)::is_gpu) {
      if (g.b.shifts != nullptr) return launch<true, true, true>(target, stream, name, g);
      if (g.b.terms_are_neighbors) return launch<true, true, false>(target, stream, name, g);
      if (g.a.terms_are_neighbors) return launch<true, false, false>(target, stream, name, g);
      launch<false, false, false>(target, stream, name, g);
    }
  });
}

void add_pieces(Stream& stream, const char* name, int64_t count, int64_t columns, int pieces, const float* sums,
                const float* bias, float* out, bool add) {
  for_each(stream, name, count, AddProductPieces{sums, bias, out, count, columns, pieces, add});
}

int pieces_of_product(int64_t tiles, int64_t terms) {
  constexpr int64_t kBlocks = 512, kTerms = 512;
  return static_cast<int>(std::max<int64_t>(1, std::min(kBlocks / tiles, terms / kTerms)));
}

#endif

}  // namespace striate
