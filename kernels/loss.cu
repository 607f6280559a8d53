#include "kernels/loss.h"

#include <cmath>

#include "kernels/launch.h"

namespace striate {

// A target that is no class gives NaN: the loss shows it, and nothing outside x is read.
HD inline float not_a_class() { return std::sqrt(-1.0f); }

// with_none: there is one more class, k, whose x is always the same; nothing is asked of it.
template <bool with_none>
struct SoftmaxCrossEntropy {
  static constexpr int64_t work = 256;
  int n, k;
  float none, smoothing;
  const float* x;
  const int32_t* target;
  float* per_sample;
  float* probabilities;
  float* dx;
  HD void operator()(int64_t i) const {
    const float* row = x + i * k;
    const int wanted = target[i];
    float most = with_none ? none : row[0];
    for (int j = 0; j < k; ++j) most = row[j] > most || row[j] != row[j] ? row[j] : most;
    float sum = with_none ? std::exp(none - most) : 0.0f;
    for (int j = 0; j < k; ++j) sum += std::exp(row[j] - most);
    const bool known = wanted >= 0 && wanted < (with_none ? k + 1 : k);
    const float of_all = smoothing / static_cast<float>(k), of_wanted = 1.0f - smoothing;
    float aim = known ? (wanted < k ? row[wanted] : none) - most : not_a_class();
    if (smoothing > 0) {
      float all = 0;
      for (int j = 0; j < k; ++j) all += row[j] - most;
      aim = of_wanted * aim + of_all * all;
    }
    per_sample[i] = std::log(sum) - aim;
    if (probabilities == nullptr && dx == nullptr) return;
    const float factor = 1.0f / sum, share = 1.0f / static_cast<float>(n);
    for (int j = 0; j < k; ++j) {
      const float probability = std::exp(row[j] - most) * factor;
      if (probabilities != nullptr) probabilities[i * k + j] = probability;
      if (dx != nullptr) dx[i * k + j] = (probability - (j == wanted ? of_wanted + of_all : of_all)) * share;
    }
  }
};

struct NegativeLogLikelihood {
  static constexpr int64_t work = 32;
  int n, k;
  const float* x;
  const int32_t* target;
  float* per_sample;
  float* dx;
  HD void operator()(int64_t i) const {
    const int wanted = target[i];
    per_sample[i] = wanted >= 0 && wanted < k ? -x[i * k + wanted] : not_a_class();
    if (dx == nullptr) return;
    for (int j = 0; j < k; ++j) dx[i * k + j] = j == wanted ? -1.0f / static_cast<float>(n) : 0.0f;
  }
};

struct MeanSquaredError {
  const float* x;
  const float* target;
  float* per_value;
  float* dx;
  float share;
  HD void operator()(int64_t i) const {
    const float difference = x[i] - target[i];
    per_value[i] = difference * difference;
    if (dx != nullptr) dx[i] = 2.0f * difference * share;
  }
};

HD inline float clamped_log(float x) {
  const float l = std::log(x);
  return l < -100.0f ? -100.0f : l;
}

struct BinaryCrossEntropy {
  static constexpr int64_t work = 32;
  const float* x;
  const float* target;
  float* per_value;
  float* dx;
  float share;
  bool logits;
  HD void operator()(int64_t i) const {
    const float v = x[i], t = target[i];
    if (logits) {
      const float e = std::exp(-std::fabs(v));
      per_value[i] = (v > 0 ? v : 0.0f) - v * t + std::log1p(e);
      if (dx != nullptr) dx[i] = ((v >= 0 ? 1.0f : e) / (1.0f + e) - t) * share;
    } else {
      per_value[i] = -(t * clamped_log(v) + (1.0f - t) * clamped_log(1.0f - v));
      const float slope = v * (1.0f - v);
      if (dx != nullptr) dx[i] = (v - t) / (slope > 1e-12f ? slope : 1e-12f) * share;
    }
  }
};

// The mean of `count` values in double precision: each thread its own values, then halves onto halves.
struct Mean {
  static constexpr int threads = 128;
  struct Shared {
    double sum[threads];
  };
  const float* x;
  float* mean;
  int64_t count;
  HD void operator()(Block<threads> block, Shared& shared) const {
    block.phase([&](int thread) {
      double sum = 0;
      for (int64_t i = thread; i < count; i += threads) sum += x[i];
      shared.sum[thread] = sum;
    });
    for (int half = threads / 2; half > 0; half /= 2) {
      block.phase([&](int thread) {
        if (thread < half) shared.sum[thread] += shared.sum[thread + half];
      });
    }
    block.phase([&](int thread) {
      if (thread == 0) *mean = static_cast<float>(shared.sum[0] / static_cast<double>(count));
    });
  }
};

#ifdef __CUDACC__

template struct CudaFlat<SoftmaxCrossEntropy<false>>;
template struct CudaFlat<SoftmaxCrossEntropy<true>>;
template struct CudaFlat<NegativeLogLikelihood>;
template struct CudaFlat<MeanSquaredError>;
template struct CudaFlat<BinaryCrossEntropy>;
template struct CudaBlocks<Mean>;

#else

void softmax_cross_entropy(Stream& stream, int n, int k, const float* x, const int32_t* target, float* loss,
                           float* per_sample, float* probabilities, float* dx, float smoothing) {
  for_each(stream, "softmax_cross_entropy", n,
           SoftmaxCrossEntropy<false>{n, k, 0, smoothing, x, target, per_sample, probabilities, dx});
  for_each_block(stream, "mean_loss", Grid{1}, Mean{per_sample, loss, n});
}
void maximum_a_posteriori(Stream& stream, int n, int k, float j, const float* x, const int32_t* target, float* loss,
                          float* per_sample, float* probabilities, float* dx) {
  for_each(stream, "maximum_a_posteriori", n,
           SoftmaxCrossEntropy<true>{n, k, -j, 0, x, target, per_sample, probabilities, dx});
  for_each_block(stream, "mean_loss", Grid{1}, Mean{per_sample, loss, n});
}
void negative_log_likelihood(Stream& stream, int n, int k, const float* x, const int32_t* target, float* loss,
                             float* per_sample, float* dx) {
  for_each(stream, "negative_log_likelihood", n, NegativeLogLikelihood{n, k, x, target, per_sample, dx});
  for_each_block(stream, "mean_loss", Grid{1}, Mean{per_sample, loss, n});
}
void mean_squared_error(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                        float* per_value, float* dx) {
  for_each(stream, "mean_squared_error", count,
           MeanSquaredError{x, target, per_value, dx, 1.0f / static_cast<float>(count)});
  for_each_block(stream, "mean_loss", Grid{1}, Mean{per_value, loss, count});
}
void binary_cross_entropy(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                          float* per_value, float* dx) {
  for_each(stream, "binary_cross_entropy", count,
           BinaryCrossEntropy{x, target, per_value, dx, 1.0f / static_cast<float>(count), false});
  for_each_block(stream, "mean_loss", Grid{1}, Mean{per_value, loss, count});
}
void binary_cross_entropy_with_logits(Stream& stream, int64_t count, const float* x, const float* target, float* loss,
                                      float* per_value, float* dx) {
  for_each(stream, "binary_cross_entropy_with_logits", count,
           BinaryCrossEntropy{x, target, per_value, dx, 1.0f / static_cast<float>(count), true});
  for_each_block(stream, "mean_loss", Grid{1}, Mean{per_value, loss, count});
}

#endif

}  // namespace striate
