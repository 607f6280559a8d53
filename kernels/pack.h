// Packs: W values that move together, one SIMD register on the CPU (GCC's vector extensions), a few registers of one
// thread on the GPU. A kernel takes W as a template parameter: kPackWidth<float> on the CPU, 4 on the GPU (see Target
// in launch.h).
//
// Arithmetic is written as for one value: a * b + c, a < b ? c : d through select(). A pack never stands in a kernel's
// arguments, only in its body.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/hd.h"

#if !defined(__CUDACC__) && defined(__SSE4_1__)
#include <immintrin.h>
#endif

namespace striate {

// Bytes of the widest SIMD register that this build may use.
#if defined(__AVX512F__) && defined(__AVX512BW__)
constexpr int kSimdBytes = 64;
#elif defined(__AVX2__)
constexpr int kSimdBytes = 32;
#else
constexpr int kSimdBytes = 16;
#endif

template <typename T>
constexpr int kPackWidth = kSimdBytes / static_cast<int>(sizeof(T));

#ifdef __CUDACC__

// On the GPU: an array that the compiler keeps in registers.
template <typename T, int W>
struct Pack {
  T v[W];
  HD T operator[](int i) const { return v[i]; }
  HD void set(int i, T value) { v[i] = value; }
  HD static Pack all(T value) {
    Pack p;
    for (int i = 0; i < W; ++i) p.v[i] = value;
    return p;
  }
  HD static Pack load(const T* from) {
    Pack p;
    for (int i = 0; i < W; ++i) p.v[i] = from[i];
    return p;
  }
  HD void store(T* to) const {
    for (int i = 0; i < W; ++i) to[i] = v[i];
  }
  template <typename U>
  HD Pack<U, W> to() const {
    Pack<U, W> p;
    for (int i = 0; i < W; ++i) p.v[i] = static_cast<U>(v[i]);
    return p;
  }
#define STRIATE_PACK_OPERATOR(op)                          \
  HD friend Pack operator op(Pack a, Pack b) {             \
    for (int i = 0; i < W; ++i) a.v[i] = a.v[i] op b.v[i]; \
    return a;                                              \
  }
  STRIATE_PACK_OPERATOR(+)
  STRIATE_PACK_OPERATOR(-)
  STRIATE_PACK_OPERATOR(*)
  STRIATE_PACK_OPERATOR(/)
#undef STRIATE_PACK_OPERATOR
  HD Pack& operator+=(Pack b) { return *this = *this + b; }
  HD Pack& operator-=(Pack b) { return *this = *this - b; }
  HD Pack& operator*=(Pack b) { return *this = *this * b; }
};

template <typename T, int W>
HD inline Pack<T, W> minimum(Pack<T, W> a, Pack<T, W> b) {
  for (int i = 0; i < W; ++i) a.v[i] = b.v[i] < a.v[i] ? b.v[i] : a.v[i];
  return a;
}
template <typename T, int W>
HD inline Pack<T, W> maximum(Pack<T, W> a, Pack<T, W> b) {
  for (int i = 0; i < W; ++i) a.v[i] = a.v[i] < b.v[i] ? b.v[i] : a.v[i];
  return a;
}

// a * b + c, rounded once where the machine has the instruction (every GPU; CPUs with FMA), else twice.
template <int W>
HD inline Pack<float, W> fma(Pack<float, W> a, Pack<float, W> b, Pack<float, W> c) {
  for (int i = 0; i < W; ++i) c.v[i] = fmaf(a.v[i], b.v[i], c.v[i]);
  return c;
}

#else

namespace detail {

// The full masks avoid the undefined operands of the unmasked intrinsics, which GCC 12 warns of.
// Conversions that GCC 12's __builtin_convertvector takes apart into single values or halves, by their instruction.
// Each is what static_cast does to every value (narrowing: for values that fit).
template <typename To, typename From, int W, typename ToVector, typename FromVector>
inline ToVector convert_pack(FromVector v) {
  constexpr bool from_byte = std::is_same<From, uint8_t>::value;
  constexpr bool from_short = std::is_same<From, int16_t>::value;
  if constexpr ((from_byte || from_short) && (std::is_same<To, float>::value || std::is_same<To, double>::value)) {
    typedef int32_t Ints __attribute__((vector_size(4 * W)));
    return __builtin_convertvector((convert_pack<int32_t, From, W, Ints, FromVector>(v)), ToVector);
  }
#ifdef __AVX512BW__
  if constexpr (from_byte && std::is_same<To, int16_t>::value && W == 32) {
    return (ToVector)_mm512_maskz_cvtepu8_epi16(~0u, (__m256i)v);
  }
  if constexpr (from_byte && std::is_same<To, int32_t>::value && W == 16) {
    return (ToVector)_mm512_maskz_cvtepu8_epi32(0xffff, (__m128i)v);
  }
  if constexpr (from_short && std::is_same<To, int32_t>::value && W == 16) {
    return (ToVector)_mm512_maskz_cvtepi16_epi32(0xffff, (__m256i)v);
  }
  if constexpr (from_short && std::is_same<To, uint8_t>::value && W == 32) {
    return (ToVector)_mm512_maskz_cvtepi16_epi8(~0u, (__m512i)v);
  }
#endif
#ifdef __AVX2__
  if constexpr (from_byte && std::is_same<To, int16_t>::value && W == 16) {
    return (ToVector)_mm256_cvtepu8_epi16((__m128i)v);
  }
  if constexpr (from_short && std::is_same<To, int32_t>::value && W == 8) {
    return (ToVector)_mm256_cvtepi16_epi32((__m128i)v);
  }
#endif
#ifdef __SSE4_1__
  if constexpr (from_byte && (std::is_same<To, int16_t>::value ? W == 8 : std::is_same<To, int32_t>::value && W <= 8)) {
    long long bytes = 0;
    std::memcpy(&bytes, &v, sizeof(v));
    const __m128i low = _mm_cvtsi64_si128(bytes);
    if constexpr (std::is_same<To, int16_t>::value) return (ToVector)_mm_cvtepu8_epi16(low);
    if constexpr (std::is_same<To, int32_t>::value && W == 4) return (ToVector)_mm_cvtepu8_epi32(low);
#ifdef __AVX2__
    if constexpr (std::is_same<To, int32_t>::value && W == 8) return (ToVector)_mm256_cvtepu8_epi32(low);
#endif
  }
  if constexpr (std::is_same<From, int32_t>::value && std::is_same<To, uint8_t>::value && W == 4) {
    const __m128i chosen = _mm_shuffle_epi8((__m128i)v, _mm_set1_epi32(0x0c080400));
    const int bytes = _mm_cvtsi128_si32(chosen);
    ToVector result;
    std::memcpy(&result, &bytes, sizeof(result));
    return result;
  }
#endif
  return __builtin_convertvector(v, ToVector);
}

}  // namespace detail

// On the CPU: one vector register (or several, where W is wider than the machine's).
template <typename T, int W>
struct Pack {
  typedef T Vector __attribute__((vector_size(sizeof(T) * W)));
  Vector v;
  T operator[](int i) const { return v[i]; }
  void set(int i, T value) { v[i] = value; }
  static Pack all(T value) { return {value - Vector{}}; }
  static Pack load(const T* from) {  // from any address
    Pack p;
    std::memcpy(&p.v, from, sizeof(p.v));
    return p;
  }
  void store(T* to) const { std::memcpy(to, &v, sizeof(v)); }
  // Each value converted as static_cast does.
  template <typename U>
  Pack<U, W> to() const {
    return {detail::convert_pack<U, T, W, typename Pack<U, W>::Vector, Vector>(v)};
  }
  friend Pack operator+(Pack a, Pack b) { return {a.v + b.v}; }
  friend Pack operator-(Pack a, Pack b) { return {a.v - b.v}; }
  friend Pack operator*(Pack a, Pack b) { return {a.v * b.v}; }
  friend Pack operator/(Pack a, Pack b) { return {a.v / b.v}; }
  Pack& operator+=(Pack b) { return *this = *this + b; }
  Pack& operator-=(Pack b) { return *this = *this - b; }
  Pack& operator*=(Pack b) { return *this = *this * b; }
};

template <typename T, int W>
inline Pack<T, W> minimum(Pack<T, W> a, Pack<T, W> b) {
  return {b.v < a.v ? b.v : a.v};
}
template <typename T, int W>
inline Pack<T, W> maximum(Pack<T, W> a, Pack<T, W> b) {
  return {a.v < b.v ? b.v : a.v};
}

template <int W>
inline Pack<float, W> fma(Pack<float, W> a, Pack<float, W> b, Pack<float, W> c) {
#if defined(__AVX512F__)
  if constexpr (W == 16) {
    return {(typename Pack<float, W>::Vector)_mm512_fmadd_ps((__m512)a.v, (__m512)b.v, (__m512)c.v)};
  }
#endif
#if defined(__FMA__)
  if constexpr (W == 8) {
    return {(typename Pack<float, W>::Vector)_mm256_fmadd_ps((__m256)a.v, (__m256)b.v, (__m256)c.v)};
  }
  if constexpr (W == 4) return {(typename Pack<float, W>::Vector)_mm_fmadd_ps((__m128)a.v, (__m128)b.v, (__m128)c.v)};
  for (int i = 0; i < W; ++i) c.set(i, __builtin_fmaf(a[i], b[i], c[i]));
  return c;
#else
  return a * b + c;
#endif
}

#endif

}  // namespace striate
