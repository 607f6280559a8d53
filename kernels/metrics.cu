#include "kernels/metrics.h"

#include <cmath>

#include "kernels/launch.h"

namespace striate {

struct ArgmaxRow {
  static constexpr int64_t work = 32;
  const float* x;
  int32_t* index;
  int k;
  HD void operator()(int64_t n) const {
    const float* row = x + n * k;
    int best = 0;
    for (int i = 1; i < k; ++i) {
      if (row[i] > row[best] || (row[best] != row[best] && row[i] == row[i])) best = i;
    }
    index[n] = best;
  }
};

struct CountCorrect {
  static constexpr int threads = 128;
  struct Shared {
    int32_t count[threads];
  };
  const int32_t* predicted;
  const int32_t* target;
  int32_t* correct;
  int n;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) {
      int32_t count = 0;
      for (int i = thread; i < n; i += threads) count += predicted[i] == target[i] ? 1 : 0;
      shared.count[thread] = count;
    });
    block.phase([&](int thread) {
      if (thread != 0) return;
      int32_t count = 0;
      for (int i = 0; i < threads; ++i) count += shared.count[i];
      *correct = count;
    });
  }
};

// One row of the matrix per index: no two indices count in the same place.
struct ConfusionRow {
  static constexpr int64_t work = 256;
  const int32_t* predicted;
  const int32_t* target;
  int64_t* counts;
  int n, k;
  HD void operator()(int64_t row) const {
    for (int i = 0; i < n; ++i) {
      if (target[i] == row && predicted[i] >= 0 && predicted[i] < k) counts[row * k + predicted[i]] += 1;
    }
  }
};

// What one piece of an array says, and how two pieces' answers become one.
struct ArraySummary {
  double sum, squares, difference;  // difference: of (a - b)^2, for relative_change
  int64_t zeros, not_finite, first_not_finite;
  float minimum, maximum;
  HD void add(const ArraySummary& later) {
    sum += later.sum;
    squares += later.squares;
    difference += later.difference;
    zeros += later.zeros;
    not_finite += later.not_finite;
    if (first_not_finite < 0) first_not_finite = later.first_not_finite;
    if (later.minimum < minimum) minimum = later.minimum;
    if (later.maximum > maximum) maximum = later.maximum;
  }
};
HD inline float infinity() { return HUGE_VALF; }
HD inline ArraySummary nothing_yet() { return {0, 0, 0, 0, 0, -1, infinity(), -infinity()}; }

constexpr int64_t kPiece = 4096;

struct SummarizePieces {
  static constexpr int64_t work = kPiece;
  const float* x;
  const float* other;  // null but for relative_change
  ArraySummary* pieces;
  int64_t count;
  HD void operator()(int64_t piece) const {
    ArraySummary s = nothing_yet();
    const int64_t end = (piece + 1) * kPiece < count ? (piece + 1) * kPiece : count;
    for (int64_t i = piece * kPiece; i < end; ++i) {
      const float v = x[i];
      if (other != nullptr) {
        const double d = static_cast<double>(v) - other[i];
        s.difference += d * d;
        s.squares += static_cast<double>(other[i]) * other[i];
        continue;
      }
      if (!(v - v == 0)) {  // NaN and both infinities
        if (s.not_finite++ == 0) s.first_not_finite = i;
        continue;
      }
      s.sum += v;
      s.squares += static_cast<double>(v) * v;
      if (v == 0) ++s.zeros;
      if (v < s.minimum) s.minimum = v;
      if (v > s.maximum) s.maximum = v;
    }
    pieces[piece] = s;
  }
};

struct CombineSummaries {
  static constexpr int threads = 128;
  struct Shared {
    ArraySummary part[threads];
  };
  const ArraySummary* pieces;
  int64_t piece_count, count;
  ArrayStatistics* statistics;  // or
  float* changed;
  HD void operator()(Block<threads> block, Shared& shared) const {
    const int64_t each = (piece_count + threads - 1) / threads;  // neighbors together: the first stays the first
    block.phase([&](int thread) {
      ArraySummary s = nothing_yet();
      const int64_t end = (thread + 1) * each < piece_count ? (thread + 1) * each : piece_count;
      for (int64_t i = thread * each; i < end; ++i) s.add(pieces[i]);
      shared.part[thread] = s;
    });
    block.phase([&](int thread) {
      if (thread != 0) return;
      ArraySummary s = shared.part[0];
      for (int i = 1; i < threads; ++i) s.add(shared.part[i]);
      if (changed != nullptr) {
        *changed = static_cast<float>(s.squares > 0 ? std::sqrt(s.difference / s.squares)
                                                    : (s.difference > 0 ? HUGE_VAL : 0.0));
        return;
      }
      const int64_t finite = count - s.not_finite;
      statistics->minimum = s.minimum;
      statistics->maximum = s.maximum;
      statistics->mean = finite > 0 ? static_cast<float>(s.sum / static_cast<double>(finite)) : 0.0f;
      statistics->norm = static_cast<float>(std::sqrt(s.squares));
      statistics->zeros = s.zeros;
      statistics->not_finite = s.not_finite;
      statistics->first_not_finite = s.first_not_finite;
    });
  }
};

struct CountActive {
  static constexpr int threads = 64;
  struct Shared {
    int32_t count[threads];
  };
  const float* y;
  int32_t* active;
  int n, c;
  int64_t pixels;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) {
      int32_t count = 0;
      for (int64_t i = 0; i < n; ++i) {
        const float* plane = y + (i * c + block.x) * pixels;
        for (int64_t k = thread; k < pixels; k += threads) count += plane[k] > 0 ? 1 : 0;
      }
      shared.count[thread] = count;
    });
    block.phase([&](int thread) {
      if (thread != 0) return;
      int32_t count = 0;
      for (int i = 0; i < threads; ++i) count += shared.count[i];
      active[block.x] = count;
    });
  }
};

#ifdef __CUDACC__

template struct CudaFlat<ArgmaxRow>;
template struct CudaBlocks<CountCorrect>;
template struct CudaFlat<ConfusionRow>;
template struct CudaFlat<SummarizePieces>;
template struct CudaBlocks<CombineSummaries>;
template struct CudaBlocks<CountActive>;

#else

void argmax_rows(Stream& stream, int n, int k, const float* x, int32_t* index) {
  for_each(stream, "argmax", n, ArgmaxRow{x, index, k});
}
void count_correct(Stream& stream, int n, const int32_t* predicted, const int32_t* target, int32_t* correct) {
  for_each_block(stream, "count_correct", Grid{1}, CountCorrect{predicted, target, correct, n});
}
void add_confusion(Stream& stream, int n, int k, const int32_t* predicted, const int32_t* target, int64_t* counts) {
  for_each(stream, "confusion", k, ConfusionRow{predicted, target, counts, n, k});
}

int64_t array_statistics_scratch(int64_t count) {
  return (count + kPiece - 1) / kPiece * static_cast<int64_t>(sizeof(ArraySummary));
}
void array_statistics(Stream& stream, int64_t count, const float* x, ArrayStatistics* result, void* scratch) {
  auto* pieces = static_cast<ArraySummary*>(scratch);
  const int64_t piece_count = (count + kPiece - 1) / kPiece;
  for_each(stream, "array_statistics", piece_count, SummarizePieces{x, nullptr, pieces, count});
  for_each_block(stream, "array_statistics", Grid{1}, CombineSummaries{pieces, piece_count, count, result, nullptr});
}
void relative_change(Stream& stream, int64_t count, const float* a, const float* b, float* changed, void* scratch) {
  auto* pieces = static_cast<ArraySummary*>(scratch);
  const int64_t piece_count = (count + kPiece - 1) / kPiece;
  for_each(stream, "relative_change", piece_count, SummarizePieces{a, b, pieces, count});
  for_each_block(stream, "relative_change", Grid{1}, CombineSummaries{pieces, piece_count, count, nullptr, changed});
}

void count_active(Stream& stream, int n, int c, int64_t pixels, const float* y, int32_t* active) {
  for_each_block(stream, "count_active", Grid{c}, CountActive{y, active, n, c, pixels});
}

#endif

}  // namespace striate
