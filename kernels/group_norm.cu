// One block per row (n, g) adds up; the variance is that of the differences from the mean, in a second pass: no
// cancellation. Then one index per piece of a channel's pixels, or of a row where a channel is one value.
#include "kernels/group_norm.h"

#include <cmath>

#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

// Blocks in two dimensions, since CUDA bounds each.
constexpr int64_t kBlockRow = 32768;
HD inline int64_t block_index(int x, int y) { return static_cast<int64_t>(y) * kBlockRow + x; }

// Every thread's two sums onto thread 0's, halves onto halves. Ends with a barrier.
template <int Threads>
struct TwoSums {
  double first[Threads], second[Threads];
};
template <int Threads>
HD inline void add_up(const Block<Threads>& block, TwoSums<Threads>& sums) {
  for (int half = Threads / 2; half > 0; half /= 2) {
    block.phase([&](int thread) {
      if (thread >= half) return;
      sums.first[thread] += sums.first[thread + half];
      sums.second[thread] += sums.second[thread + half];
    });
  }
}
// Values that are added in a pack before the pack goes into a double: its float sums keep their digits.
template <int W, int Threads>
constexpr int64_t kStretch = static_cast<int64_t>(Threads) * W * 64;

template <int W, int Threads>
struct RowStatistics {
  static constexpr int threads = Threads;
  static constexpr int64_t work = 1024;
  using Shared = TwoSums<Threads>;
  const float* x;
  float* mean;
  float* rstd;
  int64_t rows, count;
  float epsilon;

  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t row = block_index(block.x, block.y);
    if (row >= rows) return;
    pass(block, shared, row, 0.0f, false);
    const float center = static_cast<float>(shared.first[0] / static_cast<double>(count));
    block.phase([&](int thread) {  // everybody has read the sum
      if (thread == 0) mean[row] = center;
    });
    pass(block, shared, row, center, true);
    block.phase([&](int thread) {
      if (thread != 0) return;
      const double variance = shared.first[0] / static_cast<double>(count);
      rstd[row] = static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(epsilon)));
    });
  }

  HD void pass(const Block<Threads>& block, Shared& shared, int64_t row, float center, bool squares) const {
    const float* from = x + row * count;
    block.phase([&](int thread) {
      double sum = 0;
      for (int64_t begin = 0; begin < count; begin += kStretch<W, Threads>) {
        const int64_t end = begin + kStretch<W, Threads> < count ? begin + kStretch<W, Threads> : count;
        Pack<float, W> lanes = Pack<float, W>::all(0);
        for (int64_t i = begin + thread * W; i < end; i += Threads * W) {
          Pack<float, W> v = load_part<W>(from + i, end - i);
          if (squares) {
            v -= Pack<float, W>::all(center);
            if (end - i < W) {
              for (int lane = 0; lane < W; ++lane) {
                if (lane >= end - i) v.set(lane, 0.0f);
              }
            }
            v *= v;
          }
          lanes += v;
        }
        sum += static_cast<double>(sum_of(lanes));
      }
      shared.first[thread] = sum;
      shared.second[thread] = 0;
    });
    add_up<Threads>(block, shared);
  }
};

// Where an index of the two kernels below works: a piece of one channel's pixels or, where a channel is one value, of a
// row's channels.
struct NormPieces {
  int64_t groups, channels, pixels, piece, pieces;
  struct Place {
    int64_t row, channel, begin, end;
  };
  HD int64_t length() const { return pixels > 1 ? pixels : channels; }
  HD Place place(int64_t index) const {
    const int64_t segment = index / pieces, part = index % pieces, segments = pixels > 1 ? channels : 1;
    const int64_t row = segment / segments;
    const int64_t last = (part + 1) * piece < length() ? (part + 1) * piece : length();
    return {row, row % groups * channels + segment % segments, segment * length() + part * piece,
            segment * length() + last};
  }
};

struct GroupNormalize {
  static constexpr int64_t work = 256;
  NormPieces pieces;
  const float* x;
  const float* scale;
  const float* shift;
  const float* mean;
  const float* rstd;
  float* y;
  HD void operator()(int64_t index) const {
    const NormPieces::Place p = pieces.place(index);
    const float center = mean[p.row], inverse = rstd[p.row];
    const float* from = x;
    float* to = y;
    if (pieces.pixels > 1) {
      const float factor = inverse * (scale != nullptr ? scale[p.channel] : 1.0f);
      const float offset = shift != nullptr ? shift[p.channel] : 0.0f;
      for (int64_t i = p.begin; i < p.end; ++i) to[i] = (from[i] - center) * factor + offset;
      return;
    }
    const int64_t first = p.row * pieces.channels - p.channel;  // channel of place i: i - first
    for (int64_t i = p.begin; i < p.end; ++i) {
      const float factor = scale != nullptr ? scale[i - first] : 1.0f;
      const float offset = shift != nullptr ? shift[i - first] : 0.0f;
      to[i] = (from[i] - center) * inverse * factor + offset;
    }
  }
};

// Per row: the mean of g = dy * scale, and that of g * (x - mean), times rstd^2.
template <int W, int Threads>
struct RowGradients {
  static constexpr int threads = Threads;
  static constexpr int64_t work = 1024;
  using Shared = TwoSums<Threads>;
  const float* x;
  const float* scale;
  const float* mean;
  const float* rstd;
  const float* dy;
  float* means;  // (2, rows)
  int64_t rows, groups, channels, pixels;

  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t row = block_index(block.x, block.y);
    if (row >= rows) return;
    const int64_t segments = pixels > 1 ? channels : 1, length = pixels > 1 ? pixels : channels;
    const float* factors = scale != nullptr ? scale + row % groups * channels : nullptr;
    const Pack<float, W> center = Pack<float, W>::all(mean[row]);
    block.phase([&](int thread) {
      double first = 0, second = 0;
      for (int64_t s = 0; s < segments; ++s) {
        const int64_t at = (row * segments + s) * length;
        for (int64_t begin = 0; begin < length; begin += kStretch<W, Threads>) {
          const int64_t end = begin + kStretch<W, Threads> < length ? begin + kStretch<W, Threads> : length;
          Pack<float, W> one = Pack<float, W>::all(0), two = one;
          for (int64_t i = begin + thread * W; i < end; i += Threads * W) {
            Pack<float, W> g = load_part<W>(dy + at + i, end - i);
            if (factors != nullptr) {
              g *= pixels > 1 ? Pack<float, W>::all(factors[s]) : load_part<W>(factors + i, end - i);
            }
            one += g;
            two = fma(g, load_part<W>(x + at + i, end - i) - center, two);
          }
          first += static_cast<double>(sum_of(one));
          second += static_cast<double>(sum_of(two));
        }
      }
      shared.first[thread] = first;
      shared.second[thread] = second;
    });
    add_up<Threads>(block, shared);
    block.phase([&](int thread) {
      if (thread != 0) return;
      const double count = static_cast<double>(channels) * static_cast<double>(pixels);
      const double inverse = static_cast<double>(rstd[row]);
      means[row] = static_cast<float>(shared.first[0] / count);
      means[rows + row] = static_cast<float>(shared.second[0] * inverse * inverse / count);
    });
  }
};

struct GroupNormalizeBackward {
  static constexpr int64_t work = 256;
  NormPieces pieces;
  const float* x;
  const float* scale;
  const float* mean;
  const float* rstd;
  const float* means;
  const float* dy;
  float* dx;
  int64_t rows;
  bool add;
  HD void operator()(int64_t index) const {
    const NormPieces::Place p = pieces.place(index);
    const float center = mean[p.row], inverse = rstd[p.row];
    const float first = means[p.row], second = means[rows + p.row];
    const bool one = pieces.pixels > 1 || scale == nullptr;  // one factor for the whole piece
    const float all = scale != nullptr && one ? scale[p.channel] : 1.0f;
    const int64_t begin = p.row * pieces.channels - p.channel;
    for (int64_t i = p.begin; i < p.end; ++i) {
      const float g = dy[i] * (one ? all : scale[i - begin]);
      const float v = inverse * (g - first - (x[i] - center) * second);
      dx[i] = add ? dx[i] + v : v;
    }
  }
};

// A channel's scale and shift where it has many pixels: one block per channel.
template <int W, int Threads>
struct ScaleGradients {
  static constexpr int threads = Threads;
  static constexpr int64_t work = 1024;
  using Shared = TwoSums<Threads>;
  const float* x;
  const float* mean;
  const float* rstd;
  const float* dy;
  float* dscale;
  float* dshift;
  int64_t n, groups, channels, pixels;

  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t channel = block_index(block.x, block.y), all = groups * channels;
    if (channel >= all) return;
    block.phase([&](int thread) {
      double first = 0, second = 0;
      for (int64_t image = 0; image < n; ++image) {
        const int64_t row = image * groups + channel / channels, at = (image * all + channel) * pixels;
        const Pack<float, W> center = Pack<float, W>::all(mean[row]);
        double scaled = 0;
        for (int64_t begin = 0; begin < pixels; begin += kStretch<W, Threads>) {
          const int64_t end = begin + kStretch<W, Threads> < pixels ? begin + kStretch<W, Threads> : pixels;
          Pack<float, W> one = Pack<float, W>::all(0), two = one;
          for (int64_t i = begin + thread * W; i < end; i += Threads * W) {
            const Pack<float, W> d = load_part<W>(dy + at + i, end - i);
            one += d;
            two = fma(d, load_part<W>(x + at + i, end - i) - center, two);
          }
          first += static_cast<double>(sum_of(one));
          scaled += static_cast<double>(sum_of(two));
        }
        second += scaled * static_cast<double>(rstd[row]);
      }
      shared.first[thread] = first;
      shared.second[thread] = second;
    });
    add_up<Threads>(block, shared);
    block.phase([&](int thread) {
      if (thread != 0) return;
      if (dshift != nullptr) dshift[channel] = static_cast<float>(shared.first[0]);
      if (dscale != nullptr) dscale[channel] = static_cast<float>(shared.second[0]);
    });
  }
};

// The same where a channel is one value: an index owns neighboring channels and walks over the pictures.
template <int Channels>
struct ValueScaleGradients {
  static constexpr int64_t work = 1024;
  const float* x;
  const float* mean;
  const float* rstd;
  const float* dy;
  float* dscale;
  float* dshift;
  int64_t n, groups, channels;
  HD void operator()(int64_t index) const {
    const int64_t all = groups * channels, first = index * Channels;
    const int mine = first + Channels < all ? Channels : static_cast<int>(all - first);
    double by_scale[Channels] = {}, by_shift[Channels] = {};
    int64_t group[Channels] = {};
    for (int c = 0; c < mine; ++c) group[c] = (first + c) / channels;
    for (int64_t image = 0; image < n; ++image) {
      for (int c = 0; c < mine; ++c) {
        const int64_t row = image * groups + group[c], at = image * all + first + c;
        by_shift[c] += static_cast<double>(dy[at]);
        by_scale[c] += static_cast<double>(dy[at] * ((x[at] - mean[row]) * rstd[row]));
      }
    }
    for (int c = 0; c < mine; ++c) {
      if (dscale != nullptr) dscale[first + c] = static_cast<float>(by_scale[c]);
      if (dshift != nullptr) dshift[first + c] = static_cast<float>(by_shift[c]);
    }
  }
};

struct RowMeanBackward {
  const float* dy;
  float* dx;
  int64_t count;
  bool add;
  HD void operator()(int64_t i) const {
    const float v = dy[i / count] / static_cast<float>(count);
    dx[i] = add ? dx[i] + v : v;
  }
};
struct RowDeviationBackward {
  static constexpr int64_t work = 4;
  const float* x;
  const float* mean;
  const float* rstd;
  const float* dy;
  float* dx;
  int64_t count;
  bool add;
  HD void operator()(int64_t i) const {
    const int64_t row = i / count;
    const float inverse = rstd[row];
    const float v = -dy[row] * inverse * inverse * inverse * (x[i] - mean[row]) / static_cast<float>(count);
    dx[i] = add ? dx[i] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaBlocks<RowStatistics<1, 128>>;
template struct CudaBlocks<RowGradients<1, 128>>;
template struct CudaBlocks<ScaleGradients<1, 128>>;
template struct CudaFlat<ValueScaleGradients<1>>;
template struct CudaFlat<GroupNormalize>;
template struct CudaFlat<GroupNormalizeBackward>;
template struct CudaFlat<RowMeanBackward>;
template struct CudaFlat<RowDeviationBackward>;

#else

namespace {

Grid blocks(int64_t count) {
  return {static_cast<int>(count < kBlockRow ? count : kBlockRow),
          static_cast<int>((count + kBlockRow - 1) / kBlockRow), 1};
}
NormPieces pieces_of(const Stream& stream, const GroupNormShape& s) {
  NormPieces p{s.groups, s.channels, s.pixels, stream.device().is_gpu() ? 8 : 256, 0};
  p.pieces = (p.length() + p.piece - 1) / p.piece;
  return p;
}
int64_t indices(const NormPieces& p, const GroupNormShape& s) {
  return s.rows() * (s.pixels > 1 ? s.channels : 1) * p.pieces;
}

}  // namespace

int64_t group_norm_scratch(const GroupNormShape& s) { return 2 * s.rows(); }

void row_statistics(Stream& stream, int64_t rows, int64_t count, float epsilon, const float* x, float* mean,
                    float* rstd) {
  with_target(stream, [&](auto target) {
    using T = decltype(target);
    using K = RowStatistics<T::is_gpu ? 1 : T::width, T::is_gpu ? 128 : 1>;
    for_each_block(target, stream, "row_statistics", blocks(rows), K{x, mean, rstd, rows, count, epsilon});
  });
}

void group_norm_forward(Stream& stream, const GroupNormShape& s, const float* x, const float* scale, const float* shift,
                        float* mean, float* rstd, float* y) {
  row_statistics(stream, s.rows(), s.row(), s.epsilon, x, mean, rstd);
  const NormPieces p = pieces_of(stream, s);
  for_each(stream, "group_norm", indices(p, s), GroupNormalize{p, x, scale, shift, mean, rstd, y});
}

void group_norm_backward(Stream& stream, const GroupNormShape& s, const float* x, const float* scale, const float* mean,
                         const float* rstd, const float* dy, float* dx, float* dscale, float* dshift, Result result,
                         float* scratch) {
  const int64_t channels = s.groups * s.channels;
  if (dscale != nullptr || dshift != nullptr) {
    with_target(stream, [&](auto target) {
      using T = decltype(target);
      if (s.pixels > 1) {
        using K = ScaleGradients<T::is_gpu ? 1 : T::width, T::is_gpu ? 128 : 1>;
        for_each_block(target, stream, "group_norm_by_scale", blocks(channels),
                       K{x, mean, rstd, dy, dscale, dshift, s.n, s.groups, s.channels, s.pixels});
      } else {
        constexpr int each = T::is_gpu ? 1 : 16;
        for_each(target, stream, "layer_norm_by_scale", (channels + each - 1) / each,
                 ValueScaleGradients<each>{x, mean, rstd, dy, dscale, dshift, s.n, s.groups, s.channels});
      }
    });
  }
  if (dx == nullptr) return;
  with_target(stream, [&](auto target) {
    using T = decltype(target);
    using K = RowGradients<T::is_gpu ? 1 : T::width, T::is_gpu ? 128 : 1>;
    for_each_block(target, stream, "group_norm_gradients", blocks(s.rows()),
                   K{x, scale, mean, rstd, dy, scratch, s.rows(), s.groups, s.channels, s.pixels});
  });
  const NormPieces p = pieces_of(stream, s);
  for_each(stream, "group_norm_data_gradient", indices(p, s),
           GroupNormalizeBackward{p, x, scale, mean, rstd, scratch, dy, dx, s.rows(), result == Result::accumulate});
}

void row_mean_backward(Stream& stream, int64_t rows, int64_t count, const float* dy, float* dx, Result result) {
  for_each(stream, "row_mean_backward", rows * count, RowMeanBackward{dy, dx, count, result == Result::accumulate});
}
void row_rstd_backward(Stream& stream, int64_t rows, int64_t count, const float* x, const float* mean,
                       const float* rstd, const float* dy, float* dx, Result result) {
  for_each(stream, "row_rstd_backward", rows * count,
           RowDeviationBackward{x, mean, rstd, dy, dx, count, result == Result::accumulate});
}

#endif

}  // namespace striate
