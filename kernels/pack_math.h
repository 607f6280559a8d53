// What network operators need of packs beyond arithmetic: parts of a pack, the sum of its lanes.
//
// The build rounds a product and a sum separately, as written (see StriateOptions.cmake); an operator that wants one
// rounding and half the instructions says fma() of pack.h.
#pragma once

#if !defined(__CUDACC__) && (defined(__AVX512F__) || defined(__AVX2__) || defined(__FMA__))
#include <immintrin.h>
#endif

#include <cmath>
#include <cstdint>

#include "kernels/hd.h"
#include "kernels/pack.h"

// Before a loop of few rounds whose number is known: its rounds are written out one after the other, and what they
// index stays in registers.
#ifdef __CUDACC__
#define STRIATE_UNROLL _Pragma("unroll")
#else
#define STRIATE_UNROLL _Pragma("GCC unroll 16")
#endif

namespace striate {

#ifdef __CUDACC__

template <int W>
HD inline Pack<float, W> load_part(const float* from, int64_t count) {
  Pack<float, W> p;
  for (int i = 0; i < W; ++i) p.v[i] = i < count ? from[i] : 0.0f;
  return p;
}
template <int W>
HD inline void store_part(Pack<float, W> p, float* to, int begin, int end) {
  for (int i = 0; i < W; ++i) {
    if (i >= begin && i < end) to[i] = p.v[i];
  }
}
template <int W>
HD inline float sum_of(Pack<float, W> p) {
  for (int half = W / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) p.v[i] += p.v[i + half];
  }
  return p.v[0];
}

template <int W>
HD inline Pack<float, W> square_root(Pack<float, W> p) {
  for (int i = 0; i < W; ++i) p.v[i] = sqrtf(p.v[i]);
  return p;
}
template <int W>
HD inline void keep_larger(Pack<float, W>* best, Pack<int32_t, W>* place, Pack<float, W> value,
                           Pack<int32_t, W> value_place) {
  for (int i = 0; i < W; ++i) {
    const float b = best->v[i], v = value.v[i];
    if (v > b || (v != v && b == b)) {
      best->v[i] = v;
      place->v[i] = value_place.v[i];
    }
  }
}
template <int W>
HD inline Pack<float, W> select(Pack<int32_t, W> a, int32_t b, Pack<float, W> value) {
  for (int i = 0; i < W; ++i) value.v[i] = a.v[i] == b ? value.v[i] : 0.0f;
  return value;
}
template <int W>
HD inline void deinterleave(const float* from, int64_t count, Pack<float, W>* even, Pack<float, W>* odd) {
  for (int i = 0; i < W; ++i) {
    even->v[i] = 2 * i < count ? from[2 * i] : 0.0f;
    odd->v[i] = 2 * i + 1 < count ? from[2 * i + 1] : 0.0f;
  }
}
template <int W>
HD inline void store_pairs(Pack<float, W> even, Pack<float, W> odd, int64_t pairs, float* to) {
  for (int i = 0; i < W; ++i) {
    if (i >= pairs) continue;
    to[2 * i] = even.v[i];
    to[2 * i + 1] = odd.v[i];
  }
}
template <int W>
HD inline Pack<int32_t, W> iota(int32_t first, int32_t step) {
  Pack<int32_t, W> p;
  for (int i = 0; i < W; ++i) p.v[i] = first + i * step;
  return p;
}
template <int W>
HD inline void store_part(Pack<int32_t, W> p, int32_t* to, int begin, int end) {
  for (int i = 0; i < W; ++i) {
    if (i >= begin && i < end) to[i] = p.v[i];
  }
}
template <int W>
HD inline Pack<int32_t, W> load_part(const int32_t* from, int64_t count) {
  Pack<int32_t, W> p;
  for (int i = 0; i < W; ++i) p.v[i] = i < count ? from[i] : 0;
  return p;
}

#else

// Lanes 0 .. count-1 from memory, 0 in the others; memory beyond them is not touched. Any count.
template <int W>
inline Pack<float, W> load_part(const float* from, int64_t count) {
#if defined(__AVX512F__)
  if constexpr (W == 16) {
    const int64_t lanes = count < 0 ? 0 : (count > W ? W : count);
    const auto mask = static_cast<__mmask16>((1u << lanes) - 1u);
    return {(typename Pack<float, W>::Vector)_mm512_maskz_loadu_ps(mask, from)};
  }
#endif
  if (count >= W) return Pack<float, W>::load(from);
  Pack<float, W> p = Pack<float, W>::all(0);
  for (int i = 0; i < count; ++i) p.set(i, from[i]);
  return p;
}

// Lanes begin .. end-1 from from[begin] .. from[end-1], 0 in the others; other memory is not touched.
// 0 <= begin <= end <= W.
template <int W>
inline Pack<float, W> load_between(const float* from, int begin, int end) {
#if defined(__AVX512F__)
  if constexpr (W == 16) {
    const auto mask = static_cast<__mmask16>((1u << end) - (1u << begin));
    return {(typename Pack<float, W>::Vector)_mm512_maskz_loadu_ps(mask, from)};
  }
#endif
  if (begin == 0 && end == W) return Pack<float, W>::load(from);
  Pack<float, W> p = Pack<float, W>::all(0);
  for (int i = begin; i < end; ++i) p.set(i, from[i]);
  return p;
}

// Values at, at + 1, .. of a row that has `width` of them; 0 beside it, where nothing is read. Any `at`.
template <int W>
inline Pack<float, W> load_beside(const float* row, int at, int width) {
  const int begin = at >= 0 ? 0 : (-at < W ? -at : W), left = width - at;
  return load_between<W>(row + at, begin, left < begin ? begin : (left < W ? left : W));
}

// Lanes begin .. end-1 to to[begin] .. to[end-1]; other memory is not touched. 0 <= begin <= end <= W.
template <int W>
inline void store_part(Pack<float, W> p, float* to, int begin, int end) {
#if defined(__AVX512F__)
  if constexpr (W == 16) {
    const auto mask = static_cast<__mmask16>((1u << end) - (1u << begin));
    return _mm512_mask_storeu_ps(to, mask, (__m512)p.v);
  }
#endif
  if (begin == 0 && end == W) return p.store(to);
  for (int i = begin; i < end; ++i) to[i] = p[i];
}

#if defined(__GNUC__) && !defined(__clang__)
// `half` is known when it is compiled: computed in a loop, GCC 12 would put the index together lane by lane.
template <int half, int W>
inline void add_halves(Pack<float, W>* p) {
  typename Pack<int32_t, W>::Vector other{};
#pragma GCC unroll 64
  for (int i = 0; i < W; ++i) other[i] = i ^ half;
  p->v += __builtin_shuffle(p->v, other);
  if constexpr (half > 1) add_halves<half / 2>(p);
}
#endif

// The sum of all lanes: halves onto halves.
template <int W>
inline float sum_of(Pack<float, W> p) {
#if defined(__GNUC__) && !defined(__clang__)
  if constexpr (W > 1) add_halves<W / 2>(&p);
  return p.v[0];
#else
  float lanes[W];
  p.store(lanes);
  for (int half = W / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
#endif
}

template <int W>
inline Pack<float, W> square_root(Pack<float, W> p) {
#if defined(__AVX512F__)
  if constexpr (W == 16) return {(typename Pack<float, W>::Vector)_mm512_maskz_sqrt_ps(0xffff, (__m512)p.v)};
#endif
#if defined(__AVX2__)
  if constexpr (W == 8) return {(typename Pack<float, W>::Vector)_mm256_sqrt_ps((__m256)p.v)};
#endif
  for (int i = 0; i < W; ++i) p.set(i, std::sqrt(p[i]));
  return p;
}

// Each lane of best and place becomes that of value where value is larger, or the first NaN.
template <int W>
inline void keep_larger(Pack<float, W>* best, Pack<int32_t, W>* place, Pack<float, W> value,
                        Pack<int32_t, W> value_place) {
  const auto wins = (value.v > best->v) | ((value.v != value.v) & (best->v == best->v));
  best->v = wins ? value.v : best->v;
  place->v = wins ? value_place.v : place->v;
}

// value where a is b, else 0.
template <int W>
inline Pack<float, W> select(Pack<int32_t, W> a, int32_t b, Pack<float, W> value) {
  const typename Pack<float, W>::Vector zero{};
  return {a.v == b ? value.v : zero};
}

// Values 0, 2, 4, ... and 1, 3, 5, ... of two packs that stand one behind the other.
template <int W>
inline void deinterleave(Pack<float, W> low, Pack<float, W> high, Pack<float, W>* even, Pack<float, W>* odd) {
#if defined(__GNUC__) && !defined(__clang__)
  typename Pack<int32_t, W>::Vector index{};
#pragma GCC unroll 64
  for (int i = 0; i < W; ++i) index[i] = 2 * i;
  even->v = __builtin_shuffle(low.v, high.v, index);
  odd->v = __builtin_shuffle(low.v, high.v, index + 1);
#else
  for (int i = 0; i < W; ++i) {
    even->set(i, 2 * i < W ? low[2 * i] : high[2 * i - W]);
    odd->set(i, 2 * i + 1 < W ? low[2 * i + 1] : high[2 * i + 1 - W]);
  }
#endif
}
// The same of `count` values in memory; 0 beyond.
template <int W>
inline void deinterleave(const float* from, int64_t count, Pack<float, W>* even, Pack<float, W>* odd) {
  deinterleave(load_part<W>(from, count), load_part<W>(from + W, count - W), even, odd);
}

// The way back: to[0] = even[0], to[1] = odd[0], ...
template <int W>
inline void store_pairs(Pack<float, W> even, Pack<float, W> odd, int64_t pairs, float* to) {
  Pack<float, W> low, high;
#if defined(__GNUC__) && !defined(__clang__)
  typename Pack<int32_t, W>::Vector first{}, second{};
#pragma GCC unroll 64
  for (int i = 0; i < W; ++i) {
    first[i] = i / 2 + (i % 2) * W;
    second[i] = (i + W) / 2 + ((i + W) % 2) * W;
  }
  low.v = __builtin_shuffle(even.v, odd.v, first);
  high.v = __builtin_shuffle(even.v, odd.v, second);
#else
  for (int i = 0; i < W; ++i) {
    low.set(i, i % 2 == 0 ? even[i / 2] : odd[i / 2]);
    high.set(i, (i + W) % 2 == 0 ? even[(i + W) / 2] : odd[(i + W) / 2]);
  }
#endif
  const int count = static_cast<int>(2 * pairs);
  store_part<W>(low, to, 0, count < W ? count : W);
  if (count > W) store_part<W>(high, to + W, 0, count - W < W ? count - W : W);
}

// first, first + step, first + 2*step, ...
template <int W>
inline Pack<int32_t, W> iota(int32_t first, int32_t step) {
  typename Pack<int32_t, W>::Vector index{};
#pragma GCC unroll 64
  for (int i = 0; i < W; ++i) index[i] = i;
  return {index * step + first};
}

// As for floats.
template <int W>
inline void store_part(Pack<int32_t, W> p, int32_t* to, int begin, int end) {
#if defined(__AVX512F__)
  if constexpr (W == 16) {
    const auto mask = static_cast<__mmask16>((1u << end) - (1u << begin));
    return _mm512_mask_storeu_epi32(to, mask, (__m512i)p.v);
  }
#endif
  if (begin == 0 && end == W) return p.store(to);
  for (int i = begin; i < end; ++i) to[i] = p[i];
}
template <int W>
inline Pack<int32_t, W> load_part(const int32_t* from, int64_t count) {
#if defined(__AVX512F__)
  if constexpr (W == 16) {
    const int64_t lanes = count < 0 ? 0 : (count > W ? W : count);
    const auto mask = static_cast<__mmask16>((1u << lanes) - 1u);
    return {(typename Pack<int32_t, W>::Vector)_mm512_maskz_loadu_epi32(mask, from)};
  }
#endif
  if (count >= W) return Pack<int32_t, W>::load(from);
  Pack<int32_t, W> p = Pack<int32_t, W>::all(0);
  for (int i = 0; i < count; ++i) p.set(i, from[i]);
  return p;
}

#endif

template <int W>
HD inline void split_pairs(const float* from, int64_t pairs, Pack<float, W>* even, Pack<float, W>* odd) {
  deinterleave(from, 2 * pairs, even, odd);
}

}  // namespace striate
