// Weighted sums of bytes, two at a time: the CPU has one instruction that multiplies unsigned bytes by signed ones and
// adds neighboring products, and one that packs 16-bit sums to bytes with saturation. Here it is for every width of
// register. Bytes come from two rows and are interleaved, so that neighbors are the same column's values of both:
//
//   a0 b0 a1 b1 ...  times  u v u v ...   gives   u * a0 + v * b0, u * a1 + v * b1, ...
//
// Interleaving works within each 16 bytes of a register, and packing undoes exactly that, so the columns' order in
// `low` and `high` doesn't matter. Only where kHasBytePairs (x86-64-v2 and up).
#pragma once

#include <cstdint>

#include "kernels/pack.h"

#if defined(__SSSE3__) && !defined(__CUDACC__)
#include <immintrin.h>
#endif

namespace striate {

#if defined(__SSSE3__) && !defined(__CUDACC__)

constexpr bool kHasBytePairs = true;

// 16-bit sums of kSimdBytes columns.
struct PairSums {
#if defined(__AVX512BW__) && defined(__AVX512F__)
  using Register = __m512i;
  static Register all(int16_t x) { return _mm512_set1_epi16(x); }
  static Register load(const uint8_t* from) { return _mm512_loadu_si512(from); }
  // The full mask avoids the undefined operand of the unmasked intrinsic, which GCC 12 warns of.
  static Register interleave_low(Register a, Register b) { return _mm512_maskz_unpacklo_epi8(~0ull, a, b); }
  static Register interleave_high(Register a, Register b) { return _mm512_maskz_unpackhi_epi8(~0ull, a, b); }
  static Register multiply_pairs(Register bytes, Register weights) { return _mm512_maddubs_epi16(bytes, weights); }
  static Register add(Register a, Register b) { return _mm512_add_epi16(a, b); }
  static Register absolute(Register a) { return _mm512_abs_epi16(a); }
  static Register not_negative(Register a) { return _mm512_max_epi16(a, _mm512_setzero_si512()); }
  static Register multiply_high(Register a, Register b) { return _mm512_mulhi_epu16(a, b); }
  static Register pack(Register low, Register high) { return _mm512_packus_epi16(low, high); }
  static void store(uint8_t* to, Register a) { _mm512_storeu_si512(to, a); }
  static void stream(uint8_t* to, Register a) { _mm512_stream_si512(reinterpret_cast<__m512i*>(to), a); }
#elif defined(__AVX2__)
  using Register = __m256i;
  static Register all(int16_t x) { return _mm256_set1_epi16(x); }
  static Register load(const uint8_t* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
  static Register interleave_low(Register a, Register b) { return _mm256_unpacklo_epi8(a, b); }
  static Register interleave_high(Register a, Register b) { return _mm256_unpackhi_epi8(a, b); }
  static Register multiply_pairs(Register bytes, Register weights) { return _mm256_maddubs_epi16(bytes, weights); }
  static Register add(Register a, Register b) { return _mm256_add_epi16(a, b); }
  static Register absolute(Register a) { return _mm256_abs_epi16(a); }
  static Register not_negative(Register a) { return _mm256_max_epi16(a, _mm256_setzero_si256()); }
  static Register multiply_high(Register a, Register b) { return _mm256_mulhi_epu16(a, b); }
  static Register pack(Register low, Register high) { return _mm256_packus_epi16(low, high); }
  static void store(uint8_t* to, Register a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), a); }
  static void stream(uint8_t* to, Register a) { _mm256_stream_si256(reinterpret_cast<__m256i*>(to), a); }
#else
  using Register = __m128i;
  static Register all(int16_t x) { return _mm_set1_epi16(x); }
  static Register load(const uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
  static Register interleave_low(Register a, Register b) { return _mm_unpacklo_epi8(a, b); }
  static Register interleave_high(Register a, Register b) { return _mm_unpackhi_epi8(a, b); }
  static Register multiply_pairs(Register bytes, Register weights) { return _mm_maddubs_epi16(bytes, weights); }
  static Register add(Register a, Register b) { return _mm_add_epi16(a, b); }
  static Register absolute(Register a) { return _mm_abs_epi16(a); }
  static Register not_negative(Register a) { return _mm_max_epi16(a, _mm_setzero_si128()); }
  static Register multiply_high(Register a, Register b) { return _mm_mulhi_epu16(a, b); }
  static Register pack(Register low, Register high) { return _mm_packus_epi16(low, high); }
  static void store(uint8_t* to, Register a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), a); }
  static void stream(uint8_t* to, Register a) { _mm_stream_si128(reinterpret_cast<__m128i*>(to), a); }
#endif

  Register low, high;
};

#else

constexpr bool kHasBytePairs = false;

#endif

}  // namespace striate
