// The CPU's special forms of image filtering for 8-bit pictures, beside the shared form of image_filter.cu. Tests hold
// them to the shared form and to the double reference. They are here because they are far more than 1.3 times as fast:
// about 100 times for 3 x 3 and 70 times for 7 x 7 on two threads (6 megapixels RGB, Zen 4, on a busy machine).
// Expected was the time of the memory, 3.2 ms for 24 megapixels; measured on a quiet machine: 8.2 ms (5 taps) to 10.4
// ms (9 taps).
//
// The picture is cut into bands of rows, bands into strips, and a strip's rows stay in the cache. A row is computed
// from pointers to the input's rows; only where the kernel hangs over the border are rows copied, so that no loop has a
// test for it. Finished rows go to memory past the cache. Three ways to compute a row, all with the same, exact result:
//
//   whole     the taps are whole numbers times one unit (edge, sharpen, box, binomial, Sobel ...): sums of 16 or 32-bit
//             integers are exact. There are few possible sums, so every one of them is checked beforehand against the
//             double formula, and the first finish that gets all of them right is taken.
//   floats    any kernel: float sums with a known bound, by columns and rows where the kernel separates. Values that
//             come within the bound of a tie are made again in double precision.
//   doubles   the sum as the double formula has it, one value at a time.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/image_filter.h"
#include "kernels/image_filter_parts.h"
#include "kernels/memory.h"
#include "kernels/pack.h"
#include "kernels/threads.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace striate {
namespace filtering {
namespace {

constexpr int kBandRows = 32;
constexpr int kStripValues = 6144;        // of one row of a strip, at most
constexpr int kSlack = 256;               // values that a row may be read or written beyond its end, in our own buffers
constexpr int kChunk = 128;               // values whose sums are kept in registers or on the stack at a time
constexpr int64_t kSmallPicture = 16384;  // values; below it a plan costs more than it saves

// ------------------------------------------------------------------------------------------------ whole numbers

enum class Finish { keep, multiply, floats, table };

// Taps that are unit * weight, collected by weight, and what becomes of their sum.
struct WholePlan {
  struct Group {
    int weight;
    std::vector<int> taps;  // r * width + s
  };
  std::vector<Group> groups;
  bool wide = false;  // the sums need 32 bits
  bool absolute = false;
  Finish finish = Finish::table;
  int add = 0;  // keep: sum + add. multiply: (sum + add) * factor >> 16
  int factor = 0;
  float scale = 0, offset = 0;  // floats: scale * sum + offset
  int lowest = 0, highest = 0;
  std::vector<uint8_t> table;  // (highest - lowest + 1)
};

template <typename T>
T clamp_to(T value, T low, T high) {
  return value < low ? low : value > high ? high : value;
}

// Whether floats give the table's byte for `sum`; the same operations as finish_floats().
uint8_t byte_by_floats(float scale, float offset, bool absolute, int sum) {
  float x = static_cast<float>(sum) * scale + offset;
  if (absolute) x = std::fabs(x);
  return static_cast<uint8_t>(std::rint(clamp_to(x, 0.0f, 255.0f)));
}

bool find_weights(const Arguments& a, double* unit, std::vector<int>* weights) {
  const int count = a.width * a.height;
  double least = 0;
  for (int i = 0; i < count; ++i) {
    const double size = std::fabs(a.taps[i]);
    if (size > 0 && (least == 0 || size < least)) least = size;
  }
  if (least == 0) least = 1;
  for (int parts = 1; parts <= 12; ++parts) {
    // Prefer a unit that is a whole number itself, so that sums are the sums one sees.
    const double u = least / parts;
    bool fits = true;
    for (int i = 0; i < count && fits; ++i) {
      const double weight = a.taps[i] / u;
      fits = std::fabs(weight) < 32768 && std::fabs(weight - std::rint(weight)) <= 1e-12 * std::fabs(weight);
    }
    if (!fits) continue;
    *unit = u;
    weights->resize(count);
    for (int i = 0; i < count; ++i) (*weights)[i] = static_cast<int>(std::rint(a.taps[i] / u));
    return true;
  }
  return false;
}

bool make_whole_plan(const Arguments& a, WholePlan* plan) {
  double unit = 1;
  std::vector<int> weights;
  if (!find_weights(a, &unit, &weights)) return false;
  int64_t lowest = 0, highest = 0;
  bool exact = true;  // the double sum is unit * (sum of integers) to the last bit
  int exponent = 0;
  exact = std::frexp(std::fabs(unit), &exponent) == 0.5;
  for (size_t i = 0; i < weights.size(); ++i) {
    (weights[i] < 0 ? lowest : highest) += static_cast<int64_t>(weights[i]) * 255;
    exact = exact && unit * weights[i] == a.taps[i];
  }
  // Also exact: taps that are integers themselves, whatever the unit (2 and 6 have the unit 2).
  bool integers = true;
  for (size_t i = 0; i < weights.size(); ++i) integers = integers && a.taps[i] == std::rint(a.taps[i]);
  exact = exact || integers;
  if (highest - lowest > 65535) return false;
  plan->wide = lowest < -32768 || highest > 32767;
  plan->lowest = static_cast<int>(lowest);
  plan->highest = static_cast<int>(highest);
  plan->absolute = a.show == Show::absolute;
  plan->table.resize(highest - lowest + 1);
  for (int64_t sum = lowest; sum <= highest; ++sum) {
    const double shown = shown_of_value(a, value_of_sum(a, unit * static_cast<double>(sum)));
    if (!exact && shown > -1 && shown < 256 && std::fabs(std::fabs(shown - std::floor(shown)) - 0.5) < 1e-9) {
      return false;  // a tie up to rounding: only the sum in its own order can tell
    }
    plan->table[sum - lowest] = byte_of(shown);
  }
  for (int r = 0; r < a.height; ++r) {
    for (int s = 0; s < a.width; ++s) {
      const int weight = weights[r * a.width + s];
      if (weight == 0) continue;
      auto group = std::find_if(plan->groups.begin(), plan->groups.end(),
                                [&](const WholePlan::Group& g) { return g.weight == weight; });
      if (group == plan->groups.end()) group = plan->groups.insert(group, {weight, {}});
      group->taps.push_back(r * a.width + s);
    }
  }

  const auto all_right = [&](auto byte) {
    for (int sum = plan->lowest; sum <= plan->highest; ++sum) {
      if (byte(sum) != plan->table[sum - plan->lowest]) return false;
    }
    return true;
  };
  const double scale = a.fast_scale * unit, offset = a.fast_offset;
  if (std::fabs(offset) < 30000) {
    const int add = static_cast<int>(std::rint(offset));
    const bool fits = plan->wide || (plan->lowest + add >= -32768 && plan->highest + add <= 32767);
    if (fits && all_right([&](int sum) {
          const int x = sum + add;
          return static_cast<uint8_t>(clamp_to(plan->absolute ? std::abs(x) : x, 0, 255));
        })) {
      plan->finish = Finish::keep;
      plan->add = add;
      return true;
    }
  }
  if (!plan->wide && !plan->absolute && scale > 0 && scale < 1) {
    // (sum + add) * factor >> 16 for sums of 0 and more; below 0 the byte is 0 anyway.
    for (const double shift : {0.5, 0.4999, 0.45, 0.48}) {
      const int add = static_cast<int>(std::floor((offset + shift) / scale));
      for (const double up : {1.0, 0.0}) {
        const int factor = static_cast<int>(std::floor(scale * 65536 + up));
        if (add < 0 || plan->highest + add > 32767 || factor < 1 || factor > 65535) continue;
        if (all_right([&](int sum) {
              const unsigned x = static_cast<unsigned>(std::max(sum + add, 0));
              return static_cast<uint8_t>(std::min(x * static_cast<unsigned>(factor) >> 16, 255u));
            })) {
          plan->finish = Finish::multiply;
          plan->add = add;
          plan->factor = factor;
          return true;
        }
      }
    }
  }
  plan->scale = static_cast<float>(scale);
  plan->offset = static_cast<float>(offset);
  if (all_right([&](int sum) { return byte_by_floats(plan->scale, plan->offset, plan->absolute, sum); })) {
    plan->finish = Finish::floats;
  }
  return true;
}

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

constexpr int kFloats = kPackWidth<float>;
using Floats = Pack<float, kFloats>;

Floats round_half_even(Floats x) {  // |x| below 2^22
  const Floats magic = Floats::all(12582912.0f);
  return x + magic - magic;
}

Floats absolute_value(Floats x) { return maximum(x, Floats::all(0.0f) - x); }

// Where the taps of one output row are: pointers to the first value under each, with its weight.
struct TapRow {
  int groups = 0;
  int weights[kMaxTaps];
  int ends[kMaxTaps];  // of each group, in `taps`
  const uint8_t* taps[kMaxTaps];
};

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

// One row of a strip: `count` values, computed in chunks; the last chunk may run over the end by kChunk - 1 values when
// `may_overrun`, else it starts earlier (count is then at least kChunk).
template <typename Whole, Finish finish>
void whole_row(const WholePlan& plan, const TapRow& row, int count, bool may_overrun, uint8_t* out) {
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
      return whole_row<Whole, Finish::keep>(plan, row, count, may_overrun, out);
    case Finish::multiply:
      return whole_row<Whole, Finish::multiply>(plan, row, count, may_overrun, out);
    case Finish::floats:
      return whole_row<Whole, Finish::floats>(plan, row, count, may_overrun, out);
    case Finish::table:
      return whole_row<Whole, Finish::table>(plan, row, count, may_overrun, out);
  }
}

// ------------------------------------------------------------------------------------------------ floats

struct FloatPlan {
  bool separable = false;
  std::vector<float> column, row;  // (height), (width)
  float bound = 1;
};

FloatPlan make_float_plan(const Arguments& a) {
  FloatPlan plan;
  plan.bound = a.bound;
  FilterKernel kernel;
  kernel.width = a.width;
  kernel.height = a.height;
  kernel.taps.assign(a.taps, a.taps + a.width * a.height);
  std::vector<double> column, row;
  if (a.width < 2 || a.height < 2 || a.width + a.height >= a.width * a.height || !separate(kernel, &column, &row)) {
    return plan;
  }
  plan.column.assign(column.begin(), column.end());
  plan.row.assign(row.begin(), row.end());
  double deviation = 0;  // between the product of the two as floats and the kernel as it is, over any picture
  for (int r = 0; r < a.height; ++r) {
    for (int s = 0; s < a.width; ++s) {
      deviation += 255 * std::fabs(static_cast<double>(plan.column[r]) * plan.row[s] - a.taps[r * a.width + s]);
    }
  }
  const float bound = rounding_bound(a, a.width + a.height, deviation);
  if (bound < 0.02f) {  // beyond that, remaking values costs more than separating saves
    plan.separable = true;
    plan.bound = bound;
  }
  return plan;
}

// sums[i] = sum over k of weights[k] * rows[k][i], for bytes or floats; runs over the end by up to 4 packs.
template <typename T>
void weighted_rows(const T* const* rows, const float* weights, int terms, int from, int count, float* sums) {
  constexpr int registers = 4;
  for (int i = from; i < from + count; i += registers * kFloats) {
    Floats total[registers];
    for (int k = 0; k < registers; ++k) {
      total[k] = Pack<T, kFloats>::load(rows[0] + i + k * kFloats).template to<float>() * Floats::all(weights[0]);
    }
    for (int t = 1; t < terms; ++t) {
      const Floats weight = Floats::all(weights[t]);
      const T* row = rows[t] + i;
      for (int k = 0; k < registers; ++k) {
        total[k] = multiply_add(weight, Pack<T, kFloats>::load(row + k * kFloats).template to<float>(), total[k]);
      }
    }
    for (int k = 0; k < registers; ++k) total[k].store(sums + i - from + k * kFloats);
  }
}

// ------------------------------------------------------------------------------------------------ bands and strips

struct Job {
  const Arguments& a;
  Picture<const uint8_t> input;
  Region region;
  uint8_t* output;
  int64_t stride;
  const WholePlan* whole;   // or
  const FloatPlan* floats;  // or neither: doubles
  Range* range = nullptr;   // doubles only: smallest and largest value instead of output
  int strip_pixels = 1;
};

// What a thread needs for a strip, in its scratch memory.
struct Workspace {
  uint8_t* padded;  // (15, padded_stride): rows with their border
  uint8_t* zeros;   // (padded_stride)
  uint8_t* out;     // (kStripValues + kSlack)
  float* sums;      // (kStripValues + kSlack)
  float* filtered;  // (15, kStripValues + kSlack): rows filtered horizontally
  static constexpr int padded_stride = kStripValues + 4 * kMaxFilterSize + 2 * kSlack;
  static constexpr int float_stride = kStripValues + kSlack;

  Workspace() {
    const size_t bytes = 16 * padded_stride + float_stride + (1 + kMaxFilterSize) * float_stride * sizeof(float) + 256;
    auto* memory = static_cast<uint8_t*>(thread_scratch(1, bytes));
    sums = reinterpret_cast<float*>(memory);
    filtered = sums + float_stride;
    padded = reinterpret_cast<uint8_t*>(filtered + kMaxFilterSize * float_stride);
    zeros = padded + kMaxFilterSize * padded_stride;
    out = zeros + padded_stride;
    std::memset(zeros, 0, padded_stride);
  }
};

class Strip {
 public:
  // x, y, width, height: of the output, in pixels of the picture.
  Strip(const Job& job, Workspace& space, int x, int y, int width, int height)
      : job_(job), space_(space), x_(x), y_(y), width_(width), height_(height) {
    const Arguments& a = job.a;
    channels_ = job.input.channels;
    count_ = width * channels_;
    left_ = x - a.anchor_x;
    // Rows can be read where they lie when the kernel stays inside, and chunks need not run over their end.
    direct_ = left_ >= 0 && left_ + width + a.width - 1 <= job.input.width && count_ >= kChunk;
  }

  void run() {
    const Arguments& a = job_.a;
    for (int i = 0; i < a.height - 1; ++i) prepare(i);
    for (int i = 0; i < height_; ++i) {
      prepare(i + a.height - 1);
      for (int r = 0; r < a.height; ++r) {
        rows_[r] = ready_[(i + r) % kMaxFilterSize];
        filtered_[r] = space_.filtered + (i + r) % kMaxFilterSize * Workspace::float_stride;
      }
      if (job_.range) {
        measure_row();
        continue;
      }
      if (job_.whole) {
        whole();
      } else if (job_.floats) {
        floats();
      } else {
        for (int k = 0; k < count_; ++k) space_.out[k] = exact_byte(k);
      }
      const int64_t row = y_ + i - job_.region.y;
      if (job_.input.alpha) carry_alpha(y_ + i);
      copy_past_cache(job_.output + row * job_.stride + static_cast<int64_t>(x_ - job_.region.x) * channels_,
                      space_.out, count_);
    }
  }

 private:
  // Makes input row i (counted from the first that the strip needs) readable, border included.
  void prepare(int i) {
    const Arguments& a = job_.a;
    const int slot = i % kMaxFilterSize;
    const int y = border_column(y_ - a.anchor_y + i, job_.input.height, a.border);
    if (y < 0) {
      ready_[slot] = space_.zeros;
    } else {
      const uint8_t* row = job_.input.data + y * job_.input.row_stride;
      if (direct_) {
        ready_[slot] = row + static_cast<int64_t>(left_) * channels_;
      } else {
        uint8_t* to = space_.padded + slot * Workspace::padded_stride;
        pad(row, to);
        ready_[slot] = to;
      }
    }
    if (job_.floats && job_.floats->separable) {
      const uint8_t* shifted[kMaxFilterSize];
      for (int s = 0; s < a.width; ++s) shifted[s] = ready_[slot] + s * channels_;
      weighted_chunks(shifted, job_.floats->row.data(), a.width, y < 0,
                      space_.filtered + slot * Workspace::float_stride);
    }
  }

  void pad(const uint8_t* row, uint8_t* to) const {
    const Arguments& a = job_.a;
    const int columns = width_ + a.width - 1;
    const int inside_from = std::min(std::max(0, -left_), columns);
    const int inside_to = std::max(inside_from, std::min(columns, job_.input.width - left_));
    for (int k = 0; k < columns; ++k) {
      if (k == inside_from && inside_to > inside_from) {
        const int inside = inside_to - inside_from;
        std::memcpy(to + k * channels_, row + static_cast<int64_t>(left_ + k) * channels_, inside * channels_);
        k = inside_to - 1;
        continue;
      }
      const int x = border_column(left_ + k, job_.input.width, a.border);
      for (int c = 0; c < channels_; ++c) {
        to[k * channels_ + c] = x < 0 ? 0 : row[static_cast<int64_t>(x) * channels_ + c];
      }
    }
    std::memset(to + columns * channels_, 0, kSlack);  // what chunks read beyond the end
  }

  // weighted_rows over the strip's values; where rows lie in the picture, the last chunk starts earlier.
  void weighted_chunks(const uint8_t* const* rows, const float* weights, int terms, bool own, float* sums) const {
    constexpr int step = 4 * kFloats;
    static_assert(step <= kChunk, "a strip read where it lies has at least one chunk");
    if (!direct_ || own) return weighted_rows(rows, weights, terms, 0, count_, sums);
    const int whole = count_ / step * step;
    weighted_rows(rows, weights, terms, 0, whole, sums);
    if (whole < count_) weighted_rows(rows, weights, terms, count_ - step, step, sums + count_ - step);
  }

  void whole() {
    const WholePlan& plan = *job_.whole;
    TapRow& row = tap_row_;
    row.groups = static_cast<int>(plan.groups.size());
    int tap = 0;
    for (int g = 0; g < row.groups; ++g) {
      row.weights[g] = plan.groups[g].weight;
      for (const int t : plan.groups[g].taps) {
        row.taps[tap++] = rows_[t / job_.a.width] + t % job_.a.width * channels_;
      }
      row.ends[g] = tap;
    }
    if (plan.wide) {
      whole_row_by_finish<int32_t>(plan, row, count_, !direct_, space_.out);
    } else {
      whole_row_by_finish<int16_t>(plan, row, count_, !direct_, space_.out);
    }
  }

  void floats() {
    const Arguments& a = job_.a;
    const FloatPlan& plan = *job_.floats;
    if (plan.separable) {
      weighted_rows(filtered_, plan.column.data(), a.height, 0, count_, space_.sums);
    } else {
      const uint8_t* shifted[kMaxTaps];
      for (int t = 0; t < a.width * a.height; ++t) shifted[t] = rows_[t / a.width] + t % a.width * channels_;
      weighted_chunks(shifted, a.fast, a.width * a.height, false, space_.sums);
    }
    const Floats scale = Floats::all(a.fast_scale), offset = Floats::all(a.fast_offset);
    const bool absolute = a.show == Show::absolute;
    for (int i = 0; i < count_; i += kChunk) {
      Floats furthest = Floats::all(0);
      for (int k = i; k < i + kChunk; k += kFloats) {
        Floats x = multiply_add(Floats::load(space_.sums + k), scale, offset);
        if (absolute) x = absolute_value(x);
        x = minimum(maximum(x, Floats::all(-1)), Floats::all(256));
        const Floats rounded = round_half_even(x);
        furthest = maximum(furthest, absolute_value(x - rounded));
        minimum(maximum(rounded, Floats::all(0)), Floats::all(255))
            .to<int32_t>()
            .template to<uint8_t>()
            .store(space_.out + k);
      }
      float most = 0;
      for (int k = 0; k < kFloats; ++k) most = std::max(most, furthest[k]);
      if (most >= 0.5f - plan.bound) remake(i, std::min(i + kChunk, count_), plan.bound);
    }
  }

  // Values that came within the bound of a tie, in double precision.
  __attribute__((noinline)) void remake(int from, int to, float bound) {
    const Arguments& a = job_.a;
    for (int i = from; i < to; ++i) {
      float x = space_.sums[i] * a.fast_scale + a.fast_offset;
      if (a.show == Show::absolute) x = std::fabs(x);
      // A little wider than the bound: this x may be rounded once more than the packs' was.
      if (x > -1 && x < 256 && std::fabs(x - std::rint(x)) >= 0.4999f - bound) space_.out[i] = exact_byte(i);
    }
  }

  double exact_sum(int i) const {
    const Arguments& a = job_.a;
    double sum = 0;
    for (int r = 0; r < a.height; ++r) {
      const uint8_t* row = rows_[r] + i;
      for (int s = 0; s < a.width; ++s) sum = add_product(sum, a.taps[r * a.width + s], row[s * channels_]);
    }
    return sum;
  }
  uint8_t exact_byte(int i) const { return byte_of(shown_of_value(job_.a, value_of_sum(job_.a, exact_sum(i)))); }

  void measure_row() {
    constexpr int W = kPackWidth<double>;
    using Doubles = Pack<double, W>;
    const Arguments& a = job_.a;
    const int filtered = job_.input.filtered_channels();
    const auto take = [&](int i, double sum) {
      if (i % channels_ >= filtered) return;
      const double value = value_of_sum(a, sum);
      job_.range->low = std::min(job_.range->low, value);
      job_.range->high = std::max(job_.range->high, value);
    };
    int i = 0;
    for (; i + 2 * W <= count_; i += 2 * W) {
      Doubles sum[2] = {Doubles::all(0), Doubles::all(0)};
      for (int r = 0; r < a.height; ++r) {
        for (int s = 0; s < a.width; ++s) {
          const Doubles tap = Doubles::all(a.taps[r * a.width + s]);
          const uint8_t* from = rows_[r] + i + s * channels_;
          for (int k = 0; k < 2; ++k) sum[k] += tap * Pack<uint8_t, W>::load(from + k * W).template to<double>();
        }
      }
      for (int k = 0; k < 2 * W; ++k) take(i + k, sum[k / W][k % W]);
    }
    for (; i < count_; ++i) take(i, exact_sum(i));
  }

  void carry_alpha(int y) {
    const uint8_t* from = job_.input.data + y * job_.input.row_stride + static_cast<int64_t>(x_) * channels_;
    for (int k = channels_ - 1; k < count_; k += channels_) space_.out[k] = from[k];
  }

  const Job& job_;
  Workspace& space_;
  int x_, y_, width_, height_;
  int channels_ = 1;
  int count_ = 0;  // values of a row of the strip
  int left_ = 0;   // column of the picture under the kernel's first column
  bool direct_ = false;
  const uint8_t* ready_[kMaxFilterSize] = {};
  const uint8_t* rows_[kMaxFilterSize] = {};  // input rows of the current output row
  const float* filtered_[kMaxFilterSize] = {};
  TapRow tap_row_;
};

// Strip after strip of every band; the bands are shared out to the threads.
void run(Job job, std::vector<Range>* ranges) {
  const Region region = job.region;
  const int bands = (region.height + kBandRows - 1) / kBandRows;
  if (ranges) ranges->assign(bands, Range{INFINITY, -INFINITY});
  run_pieces(bands, [&](int64_t first, int64_t last) {
    Workspace space;
    for (int64_t band = first; band < last; ++band) {
      const int y = static_cast<int>(band) * kBandRows;
      const int rows = std::min(kBandRows, region.height - y);
      Job mine = job;
      if (ranges) mine.range = &(*ranges)[band];
      for (int x = 0; x < region.width; x += job.strip_pixels) {
        Strip(mine, space, region.x + x, region.y + y, std::min(job.strip_pixels, region.width - x), rows).run();
      }
    }
    finish_copies();
  });
}

}  // namespace

bool filter_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, uint8_t* output, int64_t stride) {
  Job job{a, input, region, output, stride, nullptr, nullptr};
  job.strip_pixels = std::max(1, kStripValues / input.channels);
  const int64_t values = static_cast<int64_t>(region.width) * region.height * input.channels;
  WholePlan whole;
  FloatPlan floats;
  if (values > kSmallPicture) {
    if (make_whole_plan(a, &whole)) {
      job.whole = &whole;
    } else {
      floats = make_float_plan(a);
      if (floats.bound < 0.25f) {
        job.floats = &floats;
        job.strip_pixels = std::max(1, 768 / input.channels);
      }
    }
  }
  run(job, nullptr);
  return true;
}

bool range_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, Range* range) {
  Job job{a, input, region, nullptr, 0, nullptr, nullptr};
  job.strip_pixels = std::max(1, kStripValues / input.channels);
  std::vector<Range> ranges;
  run(job, &ranges);
  *range = ranges[0];
  for (const Range& r : ranges) *range = {std::min(range->low, r.low), std::max(range->high, r.high)};
  return true;
}

}  // namespace filtering
}  // namespace striate
