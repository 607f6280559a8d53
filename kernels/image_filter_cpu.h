// What the files of the CPU's filter for 8-bit pictures share: the plans that choose how a row is computed, and the
// computation of one row. image_filter_cpu.cpp says how they work together. Not for other callers.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/image_filter_parts.h"
#include "kernels/pack.h"

namespace striate {
namespace filtering {

constexpr int kChunk = 128;  // values whose sums are kept in registers or on the stack at a time

enum class Finish { keep, multiply, floats, table };

// Taps that are unit * weight, and what becomes of the sum of weight * value.
struct WholePlan {
  struct Group {
    int weight;
    std::vector<int> taps;  // r * width + s
  };
  std::vector<Group> groups;
  struct Pair {
    int first, second;  // taps
    int16_t weights;    // two signed bytes, the first's is the lower one
  };
  std::vector<Pair> pairs;  // all taps but zeros, where byte_pairs.h can sum and finish them; else empty
  bool wide = false;        // the sums need 32 bits
  bool absolute = false;
  Finish finish = Finish::table;
  int add = 0;  // keep: sum + add. multiply: (sum + add) * factor >> 16
  int factor = 0;
  float scale = 0, offset = 0;  // floats: scale * sum + offset
  int lowest = 0, highest = 0;
  std::vector<uint8_t> table;  // (highest - lowest + 1)
};

// False where sums of integers are not certain to give the exact bytes.
bool make_whole_plan(const Arguments& a, WholePlan* plan);

// Where the taps of one output row are: pointers to the first value under each, with its weight.
struct TapRow {
  int groups = 0;
  int weights[kMaxTaps];
  int ends[kMaxTaps];  // of each group, in `taps`
  const uint8_t* taps[kMaxTaps];
};

// The same by pairs.
struct PairRow {
  int pairs = 0;
  int16_t weights[(kMaxTaps + 1) / 2];
  const uint8_t* first[(kMaxTaps + 1) / 2];
  const uint8_t* second[(kMaxTaps + 1) / 2];
};

// One row of a strip: `count` values, computed in chunks; the last chunk may run over the end by kChunk - 1 values when
// `may_overrun`, else it starts earlier (count is then at least kChunk).
void whole_row(const WholePlan& plan, const TapRow& row, int count, bool may_overrun, uint8_t* out);

// The same for a plan with pairs, count at least kChunk; writes past the cache (finish_copies() afterwards), nothing
// beyond `count`. `next` is the input that the next row will need first: it is fetched meanwhile.
void pair_row(const WholePlan& plan, const PairRow& row, int count, const uint8_t* next, uint8_t* out);

struct FloatPlan {
  bool separable = false;
  std::vector<float> column, row;  // (height), (width)
  float bound = 1;
};

FloatPlan make_float_plan(const Arguments& a);

template <typename T>
T clamp_to(T value, T low, T high) {
  return value < low ? low : value > high ? high : value;
}

constexpr int kFloats = kPackWidth<float>;
using Floats = Pack<float, kFloats>;

inline Floats round_half_even(Floats x) {  // |x| below 2^22
  const Floats magic = Floats::all(12582912.0f);
  return x + magic - magic;
}

inline Floats absolute_value(Floats x) { return maximum(x, Floats::all(0.0f) - x); }

}  // namespace filtering
}  // namespace striate
