// One strip of a filtered 8-bit picture on the CPU: its input rows made readable, borders included, and its output rows
// one after the other. image_filter_cpu.cpp says how it fits together; it alone includes this.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/image_filter_cpu.h"
#include "kernels/image_filter_rows_cpu.h"
#include "kernels/memory.h"
#include "kernels/threads.h"

namespace striate {
namespace filtering {

constexpr int kStripValues = 6144;       // of one row of a strip, at most
constexpr int kPairStripValues = 18432;  // the same for rows by pairs, which need no buffers
constexpr int kSlack = 256;              // values that a row may be read or written beyond its end, in our own buffers

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

// Rows by pairs go straight to the output, so that there is nothing between for alpha to be written into.
inline bool by_pairs(const Job& job) { return job.whole && !job.whole->pairs.empty() && !job.input.alpha; }

// What a thread needs for a strip, in its scratch memory.
struct Workspace {
  uint8_t* padded;  // (15, padded_stride): rows with their border
  uint8_t* zeros;   // (zeros_size)
  uint8_t* out;     // (kStripValues + kSlack)
  float* sums;      // (kStripValues + kSlack)
  float* filtered;  // (15, kStripValues + kSlack): rows filtered horizontally
  static constexpr int padded_stride = kStripValues + 4 * kMaxFilterSize + 2 * kSlack;
  static constexpr int zeros_size = kPairStripValues + 4 * kMaxFilterSize + 2 * kSlack;
  static constexpr int float_stride = kStripValues + kSlack;

  Workspace() {
    const size_t bytes = kMaxFilterSize * padded_stride + zeros_size + float_stride +
                         (1 + kMaxFilterSize) * float_stride * sizeof(float) + 256;
    auto* memory = static_cast<uint8_t*>(thread_scratch(1, bytes));
    sums = reinterpret_cast<float*>(memory);
    filtered = sums + float_stride;
    padded = reinterpret_cast<uint8_t*>(filtered + kMaxFilterSize * float_stride);
    zeros = padded + kMaxFilterSize * padded_stride;
    out = zeros + zeros_size;
    std::memset(zeros, 0, zeros_size);
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
      const int64_t row = y_ + i - job_.region.y;
      uint8_t* to = job_.output + row * job_.stride + static_cast<int64_t>(x_ - job_.region.x) * channels_;
      if (by_pairs(job_) && count_ >= kChunk) {
        pairs(y_ + i, to);
        continue;
      }
      if (job_.whole) {
        whole();
      } else if (job_.floats) {
        floats();
      } else {
        for (int k = 0; k < count_; ++k) space_.out[k] = exact_byte(k);
      }
      if (job_.input.alpha) carry_alpha(y_ + i);
      copy_past_cache(to, space_.out, count_);
    }
  }

 private:
  // Makes input row i (counted from the first that the strip needs) readable, border included.
  void prepare(int i) {
    const Arguments& a = job_.a;
    const int slot = i % kMaxFilterSize;
    const int y = border_index(y_ - a.anchor_y + i, job_.input.height, a.border);
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
      const int x = border_index(left_ + k, job_.input.width, a.border);
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
    whole_row(plan, row, count_, !direct_, space_.out);
  }

  void pairs(int y, uint8_t* to) {
    const Arguments& a = job_.a;
    const WholePlan& plan = *job_.whole;
    PairRow& row = pair_row_;
    row.pairs = static_cast<int>(plan.pairs.size());
    const auto at = [&](int t) { return rows_[t / a.width] + t % a.width * channels_; };
    for (int p = 0; p < row.pairs; ++p) {
      row.first[p] = at(plan.pairs[p].first);
      row.second[p] = at(plan.pairs[p].second);
      row.weights[p] = plan.pairs[p].weights;
    }
    const int64_t next = std::min(y - a.anchor_y + a.height, job_.input.height - 1);
    pair_row(plan, row, count_, job_.input.data + next * job_.input.row_stride + x_ * channels_, to);
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
        Floats x = fma(Floats::load(space_.sums + k), scale, offset);
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
  PairRow pair_row_;
};

}  // namespace filtering
}  // namespace striate
