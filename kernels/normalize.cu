// Sums over a channel go in two steps: one block per plane (n, c), then one index per channel that adds the planes'
// sums in order of n. The variance is that of the differences from the mean, in a second pass: no cancellation.
#include "kernels/normalize.h"

#include <cmath>

#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

enum class PlaneSum {
  values,    // sum of x
  squares,   // sum of (x - mean)^2
  gradients  // sum of dy, and of dy * (x - mean)
};

template <int W, int Threads, PlaneSum what>
struct PlaneSums {
  static constexpr int threads = Threads;
  static constexpr int64_t work = 1024;
  struct Shared {
    double first[Threads], second[Threads];
  };
  const float* x;
  const float* dy;
  const float* mean;  // (C)
  double* sums;       // (C, N) and, for gradients, another (C, N)
  int n, c;
  int64_t pixels;

  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t plane = static_cast<int64_t>(block.y) * 32768 + block.x;
    if (plane >= static_cast<int64_t>(n) * c) return;
    const int channel = static_cast<int>(plane % c);
    const float center = what == PlaneSum::values ? 0.0f : mean[channel];
    block.phase([&](int thread) {
      double first = 0, second = 0;
      // Packs are added to for a while only, so that their float sums keep their digits.
      constexpr int64_t stretch = static_cast<int64_t>(Threads) * W * 64;
      for (int64_t begin = 0; begin < pixels; begin += stretch) {
        const int64_t end = begin + stretch < pixels ? begin + stretch : pixels;
        Pack<float, W> one = Pack<float, W>::all(0), two = one;
        for (int64_t i = begin + thread * W; i < end; i += Threads * W) {
          add(plane * pixels + i, end - i, center, &one, &two);
        }
        first += sum_of(one);
        second += sum_of(two);
      }
      shared.first[thread] = first;
      shared.second[thread] = second;
    });
    for (int half = Threads / 2; half > 0; half /= 2) {
      block.phase([&](int thread) {
        if (thread >= half) return;
        shared.first[thread] += shared.first[thread + half];
        shared.second[thread] += shared.second[thread + half];
      });
    }
    block.phase([&](int thread) {
      if (thread != 0) return;
      const int64_t place = static_cast<int64_t>(channel) * n + plane / c;
      sums[place] = shared.first[0];
      if (what == PlaneSum::gradients) sums[static_cast<int64_t>(n) * c + place] = shared.second[0];
    });
  }

  HD void add(int64_t at, int64_t count, float center, Pack<float, W>* one, Pack<float, W>* two) const {
    if (what == PlaneSum::gradients) {
      const Pack<float, W> d = load_part<W>(dy + at, count);
      *one += d;
      *two = fma(d, load_part<W>(x + at, count) - Pack<float, W>::all(center), *two);
    } else {
      Pack<float, W> v = load_part<W>(x + at, count);
      if (what == PlaneSum::squares) {
        v -= Pack<float, W>::all(center);
        if (count < W) {
          for (int i = 0; i < W; ++i) {
            if (i >= count) v.set(i, 0.0f);
          }
        }
        v *= v;
      }
      *one += v;
    }
  }
};

struct MeanOfPlanes {
  static constexpr int64_t work = 64;
  const double* sums;
  float* mean;
  float* running;
  int n;
  int64_t pixels;
  float momentum;
  HD void operator()(int64_t c) const {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += sums[c * n + i];
    const double m = sum / (static_cast<double>(n) * static_cast<double>(pixels));
    mean[c] = static_cast<float>(m);
    running[c] = static_cast<float>(running[c] + momentum * (m - running[c]));
  }
};
struct VarianceOfPlanes {
  static constexpr int64_t work = 64;
  const double* sums;
  float* rstd;
  float* running;
  int n;
  int64_t pixels;
  float momentum, epsilon;
  HD void operator()(int64_t c) const {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += sums[c * n + i];
    const double count = static_cast<double>(n) * static_cast<double>(pixels);
    rstd[c] = static_cast<float>(1.0 / std::sqrt(sum / count + static_cast<double>(epsilon)));
    const double unbiased = count > 1 ? sum / (count - 1) : 0.0;
    running[c] = static_cast<float>(running[c] + momentum * (unbiased - running[c]));
  }
};

// One plane per index, its factor and shift worked out once.
struct Normalize {
  static constexpr int64_t work = 256;
  const float* x;
  const float* gamma;
  const float* beta;
  const float* mean;
  const float* spread;  // inverse deviations, or variances where `variance`
  float* y;
  int c;
  int64_t pixels, piece, pieces;  // each plane in pieces, so that a GPU has enough to do
  float epsilon;
  bool variance;
  HD void operator()(int64_t index) const {
    const int64_t plane = index / pieces, part = index % pieces;
    const int channel = static_cast<int>(plane % c);
    const float inverse = variance ? 1.0f / std::sqrt(spread[channel] + epsilon) : spread[channel];
    const float center = mean[channel], factor = inverse * (gamma != nullptr ? gamma[channel] : 1.0f);
    const float shift = beta != nullptr ? beta[channel] : 0.0f;
    const int64_t begin = plane * pixels + part * piece;
    const int64_t end = (part + 1) * piece < pixels ? begin + piece : (plane + 1) * pixels;
    const float* from = x;
    float* to = y;
    for (int64_t i = begin; i < end; ++i) to[i] = (from[i] - center) * factor + shift;
  }
};

struct ChannelGradients {
  static constexpr int64_t work = 64;
  const double* sums;
  const float* rstd;
  float* dgamma;
  float* dbeta;
  float* means;  // (2, C): mean of dy, and of dy * (x - mean) * rstd^2
  int n, c;
  int64_t pixels;
  bool add;
  HD void operator()(int64_t channel) const {
    double first = 0, second = 0;
    for (int i = 0; i < n; ++i) {
      first += sums[channel * n + i];
      second += sums[static_cast<int64_t>(n) * c + channel * n + i];
    }
    const double inverse = rstd[channel];
    const double count = static_cast<double>(n) * static_cast<double>(pixels);
    means[channel] = static_cast<float>(first / count);
    means[c + channel] = static_cast<float>(second * inverse * inverse / count);
    if (dgamma == nullptr) return;
    const float dg = static_cast<float>(second * inverse), db = static_cast<float>(first);
    dgamma[channel] = add ? dgamma[channel] + dg : dg;
    dbeta[channel] = add ? dbeta[channel] + db : db;
  }
};

struct NormalizeBackward {
  static constexpr int64_t work = 256;
  const float* x;
  const float* gamma;
  const float* mean;
  const float* spread;  // inverse deviations; running variances where `evaluation`
  const float* means;
  const float* dy;
  float* dx;
  int c;
  int64_t pixels, piece, pieces;
  float epsilon;
  bool evaluation, add;
  HD void operator()(int64_t index) const {
    const int64_t plane = index / pieces, part = index % pieces;
    const int channel = static_cast<int>(plane % c);
    const float inverse = evaluation ? 1.0f / std::sqrt(spread[channel] + epsilon) : spread[channel];
    const float factor = inverse * (gamma != nullptr ? gamma[channel] : 1.0f);
    const int64_t begin = plane * pixels + part * piece;
    const int64_t end = (part + 1) * piece < pixels ? begin + piece : (plane + 1) * pixels;
    const float center = evaluation ? 0.0f : mean[channel];
    const float first = evaluation ? 0.0f : means[channel], second = evaluation ? 0.0f : means[c + channel];
    for (int64_t i = begin; i < end; ++i) {
      const float v = evaluation ? factor * dy[i] : factor * (dy[i] - first - (x[i] - center) * second);
      dx[i] = add ? dx[i] + v : v;
    }
  }
};

#ifdef __CUDACC__

template struct CudaBlocks<PlaneSums<1, 128, PlaneSum::values>>;
template struct CudaBlocks<PlaneSums<1, 128, PlaneSum::squares>>;
template struct CudaBlocks<PlaneSums<1, 128, PlaneSum::gradients>>;
template struct CudaFlat<MeanOfPlanes>;
template struct CudaFlat<VarianceOfPlanes>;
template struct CudaFlat<Normalize>;
template struct CudaFlat<ChannelGradients>;
template struct CudaFlat<NormalizeBackward>;

#else

namespace {

template <PlaneSum what>
void plane_sums(Stream& stream, const BatchNormShape& s, const float* x, const float* dy, const float* mean,
                double* sums) {
  const int64_t planes = static_cast<int64_t>(s.n) * s.c;
  const Grid grid{static_cast<int>(planes < 32768 ? planes : 32768), static_cast<int>((planes + 32767) / 32768), 1};
  with_target(stream, [&](auto target) {
    using Target = decltype(target);
    if constexpr (Target::is_gpu) {
      for_each_block(target, stream, "batch_norm_sums", grid,
                     PlaneSums<1, 128, what>{x, dy, mean, sums, s.n, s.c, s.pixels});
    } else {
      for_each_block(target, stream, "batch_norm_sums", grid,
                     PlaneSums<Target::width, 1, what>{x, dy, mean, sums, s.n, s.c, s.pixels});
    }
  });
}

struct Pieces {
  int64_t piece, pieces, count;
};
Pieces pieces_of(const Stream& stream, const BatchNormShape& s) {
  const int64_t piece = stream.device().is_gpu() ? 8 : 256;
  const int64_t pieces = (s.pixels + piece - 1) / piece;
  return {piece, pieces, pieces * s.n * s.c};
}

}  // namespace

int64_t batch_norm_scratch(const BatchNormShape& s) {
  return 4 * static_cast<int64_t>(s.n) * s.c + 2 * static_cast<int64_t>(s.c) + 16;
}

void batch_norm_forward_training(Stream& stream, const BatchNormShape& s, const float* x, const float* gamma,
                                 const float* beta, float* running_mean, float* running_variance, float* mean,
                                 float* rstd, float* y, float* scratch) {
  auto* sums = reinterpret_cast<double*>(scratch);
  plane_sums<PlaneSum::values>(stream, s, x, nullptr, nullptr, sums);
  for_each(stream, "batch_norm_mean", s.c, MeanOfPlanes{sums, mean, running_mean, s.n, s.pixels, s.momentum});
  plane_sums<PlaneSum::squares>(stream, s, x, nullptr, mean, sums);
  for_each(stream, "batch_norm_variance", s.c,
           VarianceOfPlanes{sums, rstd, running_variance, s.n, s.pixels, s.momentum, s.epsilon});
  const Pieces p = pieces_of(stream, s);
  for_each(stream, "batch_norm", p.count,
           Normalize{x, gamma, beta, mean, rstd, y, s.c, s.pixels, p.piece, p.pieces, s.epsilon, false});
}

void batch_norm_forward_evaluation(Stream& stream, const BatchNormShape& s, const float* x, const float* gamma,
                                   const float* beta, const float* running_mean, const float* running_variance,
                                   float* y) {
  const Pieces p = pieces_of(stream, s);
  for_each(
      stream, "batch_norm", p.count,
      Normalize{x, gamma, beta, running_mean, running_variance, y, s.c, s.pixels, p.piece, p.pieces, s.epsilon, true});
}

void batch_norm_backward(Stream& stream, const BatchNormShape& s, const float* x, const float* gamma, const float* mean,
                         const float* rstd, const float* dy, float* dx, float* dgamma, float* dbeta, Result result,
                         float* scratch) {
  auto* sums = reinterpret_cast<double*>(scratch);
  float* means = scratch + 4 * static_cast<int64_t>(s.n) * s.c;
  const bool add = result == Result::accumulate;
  plane_sums<PlaneSum::gradients>(stream, s, x, dy, mean, sums);
  for_each(stream, "batch_norm_weight_gradient", s.c,
           ChannelGradients{sums, rstd, dgamma, dbeta, means, s.n, s.c, s.pixels, add});
  if (dx == nullptr) return;
  const Pieces p = pieces_of(stream, s);
  for_each(
      stream, "batch_norm_data_gradient", p.count,
      NormalizeBackward{x, gamma, mean, rstd, means, dy, dx, s.c, s.pixels, p.piece, p.pieces, s.epsilon, false, add});
}

void batch_norm_backward_evaluation(Stream& stream, const BatchNormShape& s, const float* gamma,
                                    const float* running_variance, const float* dy, float* dx, Result result) {
  const Pieces p = pieces_of(stream, s);
  for_each(stream, "batch_norm_data_gradient", p.count,
           NormalizeBackward{nullptr, gamma, nullptr, running_variance, nullptr, dy, dx, s.c, s.pixels, p.piece,
                             p.pieces, s.epsilon, true, result == Result::accumulate});
}

#endif

}  // namespace striate
