// One row of a filtered 8-bit picture by sums of whole numbers. See image_filter_cpu.cpp.
#include <algorithm>
#include <cstdint>

#include "kernels/byte_pairs.h"
#include "kernels/image_filter_cpu.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace striate {
namespace filtering {
namespace {

template <int W>
Pack<int16_t, W> multiply_high(Pack<int16_t, W> a, int factor) {  // (unsigned) a * factor >> 16
  using Vector = typename Pack<int16_t, W>::Vector;
#if defined(__AVX512BW__)
  if constexpr (W == 32) {
    return {(Vector)_mm512_mulhi_epu16((__m512i)a.v, _mm512_set1_epi16(static_cast<int16_t>(factor)))};
  }
#elif defined(__AVX2__)
  if constexpr (W == 16) {
    return {(Vector)_mm256_mulhi_epu16((__m256i)a.v, _mm256_set1_epi16(static_cast<int16_t>(factor)))};
  }
#elif defined(__SSE2__)
  if constexpr (W == 8) {
    return {(Vector)_mm_mulhi_epu16((__m128i)a.v, _mm_set1_epi16(static_cast<int16_t>(factor)))};
  }
#endif
  Pack<int16_t, W> result = a;
  for (int i = 0; i < W; ++i) {
    result.set(i, static_cast<int16_t>(static_cast<uint16_t>(a[i]) * static_cast<unsigned>(factor) >> 16));
  }
  return result;
}

// The sums of kChunk values from `i` on, in `registers` packs of Whole.
template <typename Whole, int W, int registers>
inline void whole_sums(const TapRow& row, int i, Pack<Whole, W> (&total)[registers]) {
  int tap = 0;
  for (int g = 0; g < row.groups; ++g) {
    Pack<Whole, W> sum[registers];
    for (int k = 0; k < registers; ++k) {
      sum[k] = Pack<uint8_t, W>::load(row.taps[tap] + i + k * W).template to<Whole>();
    }
    for (++tap; tap < row.ends[g]; ++tap) {
      const uint8_t* from = row.taps[tap] + i;
      for (int k = 0; k < registers; ++k) sum[k] += Pack<uint8_t, W>::load(from + k * W).template to<Whole>();
    }
    const int weight = row.weights[g];
    if (weight == 1) {
      for (int k = 0; k < registers; ++k) total[k] += sum[k];
    } else if (weight == -1) {
      for (int k = 0; k < registers; ++k) total[k] -= sum[k];
    } else {
      const Pack<Whole, W> factor = Pack<Whole, W>::all(static_cast<Whole>(weight));
      for (int k = 0; k < registers; ++k) total[k] += factor * sum[k];
    }
  }
}

template <typename Whole>
void finish_floats(const WholePlan& plan, const Whole* sums, uint8_t* to) {
  const Floats scale = Floats::all(plan.scale), offset = Floats::all(plan.offset);
  for (int k = 0; k < kChunk; k += kFloats) {
    Floats x = Pack<Whole, kFloats>::load(sums + k).template to<float>() * scale + offset;
    if (plan.absolute) x = absolute_value(x);
    x = round_half_even(minimum(maximum(x, Floats::all(0)), Floats::all(255)));
    x.to<int32_t>().template to<uint8_t>().store(to + k);
  }
}

template <typename Whole, Finish finish>
void finished_row(const WholePlan& plan, const TapRow& row, int count, bool may_overrun, uint8_t* out) {
  constexpr int W = kSimdBytes / static_cast<int>(sizeof(Whole));
  constexpr int registers = kChunk / W < 4 ? kChunk / W : 4;
  using Wholes = Pack<Whole, W>;
  const Wholes add = Wholes::all(static_cast<Whole>(plan.add));
  for (int start = 0; start < count; start += kChunk) {
    const int i = may_overrun ? start : std::min(start, count - kChunk);
    alignas(64) Whole sums[kChunk];
    for (int part = 0; part < kChunk; part += registers * W) {
      Wholes total[registers];
      for (int k = 0; k < registers; ++k) total[k] = Wholes::all(0);
      whole_sums<Whole, W, registers>(row, i + part, total);
      for (int k = 0; k < registers; ++k) {
        if constexpr (finish == Finish::keep) {
          Wholes x = total[k] + add;
          if (plan.absolute) x = maximum(x, Wholes::all(0) - x);
          x = minimum(maximum(x, Wholes::all(0)), Wholes::all(255));
          x.template to<uint8_t>().store(out + i + part + k * W);
        } else if constexpr (finish == Finish::multiply && sizeof(Whole) == 2) {
          const Wholes x = multiply_high<W>(maximum(total[k] + add, Wholes::all(0)), plan.factor);
          minimum(x, Wholes::all(255)).template to<uint8_t>().store(out + i + part + k * W);
        } else {
          total[k].store(sums + part + k * W);
        }
      }
    }
    if constexpr (finish == Finish::floats) finish_floats(plan, sums, out + i);
    if constexpr (finish == Finish::table) {
      for (int k = 0; k < kChunk; ++k) out[i + k] = plan.table[sums[k] - plan.lowest];
    }
  }
}

template <typename Whole>
void whole_row_by_finish(const WholePlan& plan, const TapRow& row, int count, bool may_overrun, uint8_t* out) {
  switch (plan.finish) {
    case Finish::keep:
      return finished_row<Whole, Finish::keep>(plan, row, count, may_overrun, out);
    case Finish::multiply:
      return finished_row<Whole, Finish::multiply>(plan, row, count, may_overrun, out);
    case Finish::floats:
      return finished_row<Whole, Finish::floats>(plan, row, count, may_overrun, out);
    case Finish::table:
      return finished_row<Whole, Finish::table>(plan, row, count, may_overrun, out);
  }
}

#if defined(__SSSE3__)

constexpr int kPairChunk = 2 * kSimdBytes;
static_assert(kPairChunk <= kChunk, "a row has at least one chunk");

// A known number of pairs (0: not known) keeps pointers and weights in registers: a fifth faster.
// kPairChunk values from `i` on.
template <Finish finish, bool absolute, bool stream, int known_pairs>
inline void pair_chunk(const PairRow& row, int i, PairSums::Register add, PairSums::Register factor, uint8_t* to) {
  using P = PairSums;
  constexpr int registers = kPairChunk / kSimdBytes;
  const int pairs = known_pairs ? known_pairs : row.pairs;
  P sum[registers];
  for (P& s : sum) s = {add, add};
  for (int p = 0; p < pairs; ++p) {
    const P::Register weights = P::all(row.weights[p]);
    for (int k = 0; k < registers; ++k) {
      const P::Register a = P::load(row.first[p] + i + k * kSimdBytes), b = P::load(row.second[p] + i + k * kSimdBytes);
      sum[k].low = P::add(sum[k].low, P::multiply_pairs(P::interleave_low(a, b), weights));
      sum[k].high = P::add(sum[k].high, P::multiply_pairs(P::interleave_high(a, b), weights));
    }
  }
  for (int k = 0; k < registers; ++k) {
    P::Register low = sum[k].low, high = sum[k].high;
    if constexpr (absolute) {
      low = P::absolute(low);
      high = P::absolute(high);
    }
    if constexpr (finish == Finish::multiply) {
      low = P::multiply_high(P::not_negative(low), factor);
      high = P::multiply_high(P::not_negative(high), factor);
    }
    const P::Register bytes = P::pack(low, high);
    if constexpr (stream) {
      P::stream(to + i + k * kSimdBytes, bytes);
    } else {
      P::store(to + i + k * kSimdBytes, bytes);
    }
  }
}

// The first and the last chunk overlap their neighbors, so that those between are aligned and go past the cache.
template <Finish finish, bool absolute, int known_pairs>
void finished_pair_row(const WholePlan& plan, const PairRow& row, int count, const uint8_t* next, uint8_t* to) {
  const PairSums::Register add = PairSums::all(static_cast<int16_t>(plan.add)),
                           factor = PairSums::all(static_cast<int16_t>(plan.factor));
  pair_chunk<finish, absolute, false, known_pairs>(row, 0, add, factor, to);
  int i = (kSimdBytes - reinterpret_cast<uintptr_t>(to) % kSimdBytes) % kSimdBytes;
  for (; i + kPairChunk <= count; i += kPairChunk) {
    __builtin_prefetch(next + i);
    if (kPairChunk > 64) __builtin_prefetch(next + i + 64);
    pair_chunk<finish, absolute, true, known_pairs>(row, i, add, factor, to);
  }
  pair_chunk<finish, absolute, false, known_pairs>(row, count - kPairChunk, add, factor, to);
}

template <Finish finish, bool absolute>
void pair_row_by_count(const WholePlan& plan, const PairRow& row, int count, const uint8_t* next, uint8_t* to) {
  if (row.pairs == 3) return finished_pair_row<finish, absolute, 3>(plan, row, count, next, to);
  if (row.pairs == 5) return finished_pair_row<finish, absolute, 5>(plan, row, count, next, to);
  return finished_pair_row<finish, absolute, 0>(plan, row, count, next, to);
}

#endif

}  // namespace

void whole_row(const WholePlan& plan, const TapRow& row, int count, bool may_overrun, uint8_t* out) {
  if (plan.wide) return whole_row_by_finish<int32_t>(plan, row, count, may_overrun, out);
  return whole_row_by_finish<int16_t>(plan, row, count, may_overrun, out);
}

#if defined(__SSSE3__)
void pair_row(const WholePlan& plan, const PairRow& row, int count, const uint8_t* next, uint8_t* out) {
  if (plan.finish == Finish::multiply) return pair_row_by_count<Finish::multiply, false>(plan, row, count, next, out);
  if (plan.absolute) return pair_row_by_count<Finish::keep, true>(plan, row, count, next, out);
  return pair_row_by_count<Finish::keep, false>(plan, row, count, next, out);
}
#else
void pair_row(const WholePlan&, const PairRow&, int, const uint8_t*, uint8_t*) {}  // no plan has pairs here
#endif

}  // namespace filtering
}  // namespace striate
