// Statistics; see statistics.h. A block makes the partial result of one piece of the input; the pieces are added in
// order. Counts are integers, so the order in which a block's threads count does not matter; sums of floats are kept
// per thread and added in the order of the threads.
#include "kernels/statistics.h"

#include <cmath>
#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"
#include "kernels/memory.h"

namespace striate {
namespace counting {

constexpr int kThreads = 64;
constexpr int64_t kPiece = 1 << 16;  // pixels
constexpr int kBins = 256;

HD inline void count_one(uint32_t* counter) {
#ifdef __CUDA_ARCH__
  atomicAdd(counter, 1u);
#else
  ++*counter;
#endif
}

struct CountBytes {
  static constexpr int threads = kThreads;
  static constexpr int64_t work = 4 * kPiece;
  struct Shared {
    uint32_t count[4 * kBins];
  };
  const uint8_t* pixels;  // (N, C)
  int channels;
  int64_t n;
  uint32_t* counts;  // (pieces, C, 256)

  HD void operator()(Block<threads> block, Shared& shared) const {
    const int bins = channels * kBins;
    block.phase([&](int thread) {
      for (int i = thread; i < bins; i += threads) shared.count[i] = 0;
    });
    block.phase([&](int thread) {
      const int64_t end = (block.x + 1) * kPiece < n ? (block.x + 1) * kPiece : n;
      for (int64_t i = block.x * kPiece + thread; i < end; i += threads) {
        for (int c = 0; c < channels; ++c) count_one(&shared.count[c * kBins + pixels[i * channels + c]]);
      }
    });
    block.phase([&](int thread) {
      for (int i = thread; i < bins; i += threads) counts[static_cast<int64_t>(block.x) * bins + i] = shared.count[i];
    });
  }
};

struct Moments {
  double minimum, maximum, sum;
  int64_t count, not_a_number;
};

struct CountFloats {
  static constexpr int threads = kThreads;
  static constexpr int64_t work = 8 * kPiece;
  struct Shared {
    uint32_t count[4 * kBins];
    Moments moments[4 * kThreads];
  };
  const float* values;  // (N, C)
  int channels;
  int64_t n;
  double low, high;
  uint32_t* counts;  // (pieces, C, 256)
  Moments* moments;  // (pieces, C)

  HD void operator()(Block<threads> block, Shared& shared) const {
    const int bins = channels * kBins;
    block.phase([&](int thread) {
      for (int i = thread; i < bins; i += threads) shared.count[i] = 0;
    });
    block.phase([&](int thread) {
      const int64_t end = (block.x + 1) * kPiece < n ? (block.x + 1) * kPiece : n;
      for (int c = 0; c < channels; ++c) {
        Moments m{INFINITY, -INFINITY, 0, 0, 0};
        for (int64_t i = block.x * kPiece + thread; i < end; i += threads) {
          const double v = values[i * channels + c];
          if (!(v == v)) {
            ++m.not_a_number;
            continue;
          }
          ++m.count;
          m.sum += v;
          if (v < m.minimum) m.minimum = v;
          if (v > m.maximum) m.maximum = v;
          const double place = (v - low) / (high - low) * kBins;
          const int bin = place > 0 ? (place < kBins - 1 ? static_cast<int>(place) : kBins - 1) : 0;
          count_one(&shared.count[c * kBins + bin]);
        }
        shared.moments[c * threads + thread] = m;
      }
    });
    block.phase([&](int thread) {
      for (int i = thread; i < bins; i += threads) counts[static_cast<int64_t>(block.x) * bins + i] = shared.count[i];
      if (thread >= channels) return;
      Moments m{INFINITY, -INFINITY, 0, 0, 0};
      for (int t = 0; t < threads; ++t) {
        const Moments& other = shared.moments[thread * threads + t];
        m.count += other.count;
        m.not_a_number += other.not_a_number;
        m.sum += other.sum;
        if (other.minimum < m.minimum) m.minimum = other.minimum;
        if (other.maximum > m.maximum) m.maximum = other.maximum;
      }
      moments[static_cast<int64_t>(block.x) * channels + thread] = m;
    });
  }
};

}  // namespace counting

template struct CudaBlocks<counting::CountBytes>;
template struct CudaBlocks<counting::CountFloats>;

#ifndef __CUDACC__

using namespace counting;

namespace {

int pieces_of(int channels, int64_t n) {
  if (channels < 1 || channels > 4) {
    throw Error("statistics of " + std::to_string(channels) + " channels", "give 1 to 4");
  }
  return static_cast<int>((n + kPiece - 1) / kPiece);
}

void add_counts(Stream& stream, const Buffer<uint32_t>& counts, int pieces, int channels,
                std::vector<ChannelStatistics>* result) {
  std::vector<uint32_t> host(counts.size());
  download(stream, host.data(), counts, counts.size());
  for (int piece = 0; piece < pieces; ++piece) {
    for (int c = 0; c < channels; ++c) {
      const uint32_t* from = host.data() + (static_cast<int64_t>(piece) * channels + c) * kBins;
      for (int bin = 0; bin < kBins; ++bin) (*result)[c].histogram[bin] += from[bin];
    }
  }
}

}  // namespace

std::vector<ChannelStatistics> statistics(Stream& stream, const uint8_t* pixels, int channels, int64_t n) {
  const int pieces = pieces_of(channels, n);
  std::vector<ChannelStatistics> result(channels);
  if (pieces == 0) return result;
  Buffer<uint32_t> counts(stream.device(), static_cast<int64_t>(pieces) * channels * kBins, "a picture's histogram");
  for_each_block(stream, "statistics", Grid{pieces}, CountBytes{pixels, channels, n, counts.data()});
  add_counts(stream, counts, pieces, channels, &result);
  for (ChannelStatistics& s : result) {
    // Whole numbers: everything follows from the histogram, without rounding.
    s.count = n;
    int64_t sum = 0;
    int first = -1, last = 0;
    for (int v = 0; v < kBins; ++v) {
      if (s.histogram[v] == 0) continue;
      if (first < 0) first = v;
      last = v;
      sum += v * s.histogram[v];
    }
    s.minimum = first;
    s.maximum = last;
    s.mean = static_cast<double>(sum) / static_cast<double>(n);
  }
  return result;
}

std::vector<ChannelStatistics> statistics(Stream& stream, const float* values, int channels, int64_t n, double low,
                                          double high) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
    throw Error("a histogram from " + std::to_string(low) + " to " + std::to_string(high),
                "give two finite numbers, the smaller one first");
  }
  const int pieces = pieces_of(channels, n);
  std::vector<ChannelStatistics> result(channels);
  if (pieces == 0) return result;
  Buffer<uint32_t> counts(stream.device(), static_cast<int64_t>(pieces) * channels * kBins, "a histogram");
  Buffer<Moments> moments(stream.device(), static_cast<int64_t>(pieces) * channels, "statistics");
  for_each_block(stream, "statistics", Grid{pieces},
                 CountFloats{values, channels, n, low, high, counts.data(), moments.data()});
  add_counts(stream, counts, pieces, channels, &result);
  std::vector<Moments> host(moments.size());
  download(stream, host.data(), moments, moments.size());
  for (int c = 0; c < channels; ++c) {
    ChannelStatistics& s = result[c];
    double sum = 0;
    double minimum = INFINITY, maximum = -INFINITY;
    for (int piece = 0; piece < pieces; ++piece) {
      const Moments& m = host[static_cast<int64_t>(piece) * channels + c];
      s.count += m.count;
      s.not_a_number += m.not_a_number;
      sum += m.sum;
      minimum = std::fmin(minimum, m.minimum);
      maximum = std::fmax(maximum, m.maximum);
    }
    if (s.count == 0) continue;
    s.minimum = minimum;
    s.maximum = maximum;
    s.mean = sum / static_cast<double>(s.count);
  }
  return result;
}

#endif

}  // namespace striate
