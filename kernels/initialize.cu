#include "kernels/initialize.h"

#include <cmath>

#include "kernels/elementwise.h"
#include "kernels/launch.h"
#include "kernels/random.h"

namespace striate {

// Two normal numbers from two uniform ones (Box and Muller 1958), in double precision.
HD inline void normal_pair(uint32_t a, uint32_t b, double* first, double* second) {
  // (0, 1]: the logarithm of 0 is never asked for.
  const double u = (static_cast<double>(a) + 1.0) * 2.3283064365386963e-10;
  const double angle = static_cast<double>(b) * (2.3283064365386963e-10 * 6.283185307179586);
  const double radius = std::sqrt(-2.0 * std::log(u));
  *first = radius * std::cos(angle);
  *second = radius * std::sin(angle);
}

// Four numbers per index.
struct FillUniform {
  static constexpr int64_t work = 96;
  float* y;
  int64_t count;
  uint64_t seed, sequence;
  float low, high;
  HD void operator()(int64_t index) const {
    const Random4 r = philox(seed, sequence, static_cast<uint64_t>(index));
    for (int i = 0; i < 4 && index * 4 + i < count; ++i) y[index * 4 + i] = low + (high - low) * to_unit(r.v[i]);
  }
};
struct FillNormal {
  static constexpr int64_t work = 256;
  float* y;
  int64_t count;
  uint64_t seed, sequence;
  double mean, stddev;
  HD void operator()(int64_t index) const {
    const Random4 r = philox(seed, sequence, static_cast<uint64_t>(index));
    double value[4];
    normal_pair(r.v[0], r.v[1], value + 0, value + 1);
    normal_pair(r.v[2], r.v[3], value + 2, value + 3);
    for (int i = 0; i < 4 && index * 4 + i < count; ++i) {
      y[index * 4 + i] = static_cast<float>(mean + stddev * value[i]);
    }
  }
};

#ifdef __CUDACC__

template struct CudaFlat<FillUniform>;
template struct CudaFlat<FillNormal>;

#else

double Random::normal() {
  double first, second;
  const uint32_t a = bits(), b = bits();
  normal_pair(a, b, &first, &second);
  return first;
}

void fill_uniform(Stream& stream, int64_t count, float low, float high, uint64_t seed, uint64_t sequence, float* y) {
  for_each(stream, "fill_uniform", (count + 3) / 4, FillUniform{y, count, seed, sequence, low, high});
}
void fill_normal(Stream& stream, int64_t count, float mean, float stddev, uint64_t seed, uint64_t sequence, float* y) {
  for_each(stream, "fill_normal", (count + 3) / 4, FillNormal{y, count, seed, sequence, mean, stddev});
}

void initialize(Stream& stream, Initializer how, int64_t fan_in, int64_t fan_out, int64_t count, uint64_t seed,
                uint64_t sequence, float* y) {
  const double in = static_cast<double>(fan_in), both = static_cast<double>(fan_in + fan_out);
  const auto uniform = [&](double bound) {
    fill_uniform(stream, count, static_cast<float>(-bound), static_cast<float>(bound), seed, sequence, y);
  };
  const auto normal = [&](double stddev) {
    fill_normal(stream, count, 0, static_cast<float>(stddev), seed, sequence, y);
  };
  switch (how) {
    case Initializer::pytorch:
      return uniform(1 / std::sqrt(in));
    case Initializer::he_normal:
      return normal(std::sqrt(2 / in));
    case Initializer::he_uniform:
      return uniform(std::sqrt(6 / in));
    case Initializer::glorot_normal:
      return normal(std::sqrt(2 / both));
    case Initializer::glorot_uniform:
      return uniform(std::sqrt(6 / both));
    case Initializer::zeros:
      return fill(stream, count, 0, y);
    case Initializer::ones:
      return fill(stream, count, 1, y);
  }
}

#endif

}  // namespace striate
