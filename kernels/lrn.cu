// One index per pack of a channel's pixels: it adds up the squares of the channels around.
#include "kernels/lrn.h"

#include <cmath>

#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

// s^-beta; AlexNet's 3/4 and other simple powers through square roots, which are many times as fast.
template <int W>
HD inline Pack<float, W> minus_power(Pack<float, W> s, float beta) {
  const Pack<float, W> one = Pack<float, W>::all(1);
  if (beta == 1.0f) return one / s;
  if (beta == 0.5f) return one / square_root(s);
  if (beta == 0.75f) {
    const Pack<float, W> root = square_root(s);
    return one / (root * square_root(root));
  }
  for (int i = 0; i < W; ++i) s.set(i, powf(s[i], -beta));
  return s;
}

template <int W>
struct Lrn {
  static constexpr int64_t work = 16 * W;
  LrnShape shape;
  int64_t packs;  // per channel
  const float* x;
  float* s;
  float* y;
  HD void operator()(int64_t index) const {
    const int64_t plane = index / packs, pixel = index % packs * W, left = shape.pixels - pixel;
    const int c = static_cast<int>(plane % shape.c), lanes = left < W ? static_cast<int>(left) : W;
    const int before = (shape.size - 1) / 2, after = shape.size / 2;
    const int64_t at = plane * shape.pixels + pixel;
    Pack<float, W> sum = Pack<float, W>::all(0);
    for (int d = c < before ? -c : -before; d <= after && c + d < shape.c; ++d) {
      const Pack<float, W> v = load_part<W>(x + at + d * shape.pixels, left);
      sum = fma(v, v, sum);
    }
    sum = fma(sum, Pack<float, W>::all(shape.alpha / static_cast<float>(shape.size)), Pack<float, W>::all(shape.k));
    if (s != nullptr) store_part<W>(sum, s + at, 0, lanes);
    store_part<W>(load_part<W>(x + at, left) * minus_power<W>(sum, shape.beta), y + at, 0, lanes);
  }
};

template <int W>
struct LrnBackward {
  static constexpr int64_t work = 24 * W;
  LrnShape shape;
  int64_t packs;
  const float* x;
  const float* s;
  const float* y;
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const int64_t plane = index / packs, pixel = index % packs * W, left = shape.pixels - pixel;
    const int c = static_cast<int>(plane % shape.c), lanes = left < W ? static_cast<int>(left) : W;
    const int before = shape.size / 2, after = (shape.size - 1) / 2;  // windows that have c, seen from c
    const int64_t at = plane * shape.pixels + pixel;
    Pack<float, W> sum = Pack<float, W>::all(0);
    for (int d = c < before ? -c : -before; d <= after && c + d < shape.c; ++d) {
      const int64_t place = at + d * shape.pixels;
      sum += load_part<W>(dy + place, left) * load_part<W>(y + place, left) / divisor(s + place, left);
    }
    const Pack<float, W> own = minus_power<W>(divisor(s + at, left), shape.beta);
    const float factor = -2.0f * shape.alpha * shape.beta / static_cast<float>(shape.size);
    Pack<float, W> v =
        fma(load_part<W>(x + at, left) * Pack<float, W>::all(factor), sum, load_part<W>(dy + at, left) * own);
    if (add) v += load_part<W>(dx + at, left);
    store_part<W>(v, dx + at, 0, lanes);
  }
  // s, and 1 in the lanes beyond the last pixel: nothing is divided by 0 there.
  HD static Pack<float, W> divisor(const float* from, int64_t left) {
    Pack<float, W> p = load_part<W>(from, left);
    if (left < W) {
      for (int i = 0; i < W; ++i) {
        if (i >= left) p.set(i, 1.0f);
      }
    }
    return p;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Lrn<1>>;
template struct CudaFlat<LrnBackward<1>>;

#else

void lrn_forward(Stream& stream, const LrnShape& shape, const float* x, float* s, float* y) {
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    const int64_t packs = (shape.pixels + W - 1) / W;
    for_each(target, stream, "lrn", shape.n * shape.c * packs, Lrn<W>{shape, packs, x, s, y});
  });
}
void lrn_backward(Stream& stream, const LrnShape& shape, const float* x, const float* s, const float* y,
                  const float* dy, float* dx, Result result) {
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    const int64_t packs = (shape.pixels + W - 1) / W;
    for_each(target, stream, "lrn_backward", shape.n * shape.c * packs,
             LrnBackward<W>{shape, packs, x, s, y, dy, dx, result == Result::accumulate});
  });
}

#endif

}  // namespace striate
