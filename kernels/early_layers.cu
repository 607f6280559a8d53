#include "kernels/early_layers.h"

#include "kernels/channel_sums.h"
#include "kernels/launch.h"

namespace striate {

HD inline float window_sum(const SumPoolShape& s, const float* x, int64_t i) {
  const int64_t columns = s.w / s.size, rows = s.h / s.size, plane = i / (rows * columns);
  const float* corner = x + (plane * s.h + i / columns % rows * s.size) * s.w + i % columns * s.size;
  float sum = 0;
  for (int r = 0; r < s.size; ++r) {
    for (int t = 0; t < s.size; ++t) sum += corner[r * s.w + t];
  }
  return sum;
}

struct SumPool {
  static constexpr int64_t work = 16;
  SumPoolShape s;
  const float* x;
  const float* weight;
  const float* bias;
  float* y;
  HD void operator()(int64_t i) const {
    const int64_t channel = i / (int64_t{1} * (s.h / s.size) * (s.w / s.size)) % s.c;
    y[i] = weight[channel] * window_sum(s, x, i) + bias[channel];
  }
};
struct SumPoolBackward {
  static constexpr int64_t work = 8;
  SumPoolShape s;
  const float* dy;
  const float* weight;
  float* dx;
  bool add;
  HD void operator()(int64_t i) const {
    const int64_t column = i % s.w / s.size, row = i / s.w % s.h / s.size, plane = i / s.w / s.h;
    const int64_t rows = s.h / s.size, columns = s.w / s.size;
    float value = 0;
    if (row < rows && column < columns) value = weight[plane % s.c] * dy[(plane * rows + row) * columns + column];
    dx[i] = add ? dx[i] + value : value;
  }
};
struct SumPoolProducts {
  static constexpr int64_t work = 16;
  SumPoolShape s;
  const float* x;
  const float* dy;
  float* products;
  HD void operator()(int64_t i) const { products[i] = dy[i] * window_sum(s, x, i); }
};

struct UnitBias {
  static constexpr int64_t work = 4;
  int64_t units;
  const float* x;
  const float* bias;
  float* y;
  HD void operator()(int64_t i) const { y[i] = x[i] + bias[i % units]; }
};

// How many of a mask's channels come before this one.
HD inline int links_before(uint64_t mask, int channel) {
  int count = 0;
  for (int c = 0; c < channel; ++c) count += static_cast<int>(mask >> c & 1U);
  return count;
}

// Over the unpacked weights, to or from the packed ones.
template <bool to_packed>
struct Links {
  static constexpr int64_t work = 32;
  LinkTable table;
  int taps;
  const float* from;
  float* to;
  HD void operator()(int64_t i) const {
    const int channel = static_cast<int>(i / taps % table.channels),
              filter = static_cast<int>(i / taps / table.channels);
    const uint64_t mask = table.mask[filter];
    const bool linked = (mask >> channel & 1U) != 0;
    const int64_t packed = (int64_t{1} * table.first[filter] + links_before(mask, channel)) * taps + i % taps;
    if (to_packed) {
      if (linked) to[packed] = from[i];
    } else {
      to[i] = linked ? from[packed] : 0.0f;
    }
  }
};

struct Rbf {
  static constexpr int64_t work = 256;
  int k, c;
  float factor;
  const float* x;
  const float* centers;
  float* y;
  HD void operator()(int64_t i) const {
    const float *row = x + i / k * c, *center = centers + i % k * c;
    float sum = 0;
    for (int j = 0; j < c; ++j) {
      const float away = row[j] - center[j];
      sum += away * away;
    }
    y[i] = factor * sum;
  }
};
struct RbfBackward {
  static constexpr int64_t work = 64;
  int k, c;
  float factor;
  const float* x;
  const float* centers;
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t i) const {
    float sum = 0;
    for (int j = 0; j < k; ++j) sum += dy[i / c * k + j] * (x[i] - centers[int64_t{1} * j * c + i % c]);
    const float value = 2.0f * factor * sum;
    dx[i] = add ? dx[i] + value : value;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<SumPool>;
template struct CudaFlat<SumPoolBackward>;
template struct CudaFlat<SumPoolProducts>;
template struct CudaFlat<UnitBias>;
template struct CudaFlat<Links<true>>;
template struct CudaFlat<Links<false>>;
template struct CudaFlat<Rbf>;
template struct CudaFlat<RbfBackward>;

#else

void sum_pool_forward(Stream& stream, const SumPoolShape& s, const float* x, const float* weight, const float* bias,
                      float* y) {
  for_each(stream, "sum_pool", s.y_size(), SumPool{s, x, weight, bias, y});
}
void sum_pool_backward_input(Stream& stream, const SumPoolShape& s, const float* dy, const float* weight, float* dx,
                             Result result) {
  for_each(stream, "sum_pool_backward", s.x_size(), SumPoolBackward{s, dy, weight, dx, result == Result::accumulate});
}
void sum_pool_backward_weights(Stream& stream, const SumPoolShape& s, const float* x, const float* dy, float* dweight,
                               float* dbias, float* scratch) {
  const int64_t pixels = int64_t{1} * s.p() * s.q();
  for_each(stream, "sum_pool_products", s.y_size(), SumPoolProducts{s, x, dy, scratch});
  channel_sums(stream, s.n, s.c, pixels, scratch, dweight, Result::overwrite, scratch + s.y_size());
  channel_sums(stream, s.n, s.c, pixels, dy, dbias, Result::overwrite, scratch + s.y_size());
}

void unit_bias_forward(Stream& stream, int64_t n, int64_t units, const float* x, const float* bias, float* y) {
  for_each(stream, "unit_bias", n * units, UnitBias{units, x, bias, y});
}

void unpack_links(Stream& stream, const LinkTable& table, int taps, const float* packed, float* unpacked) {
  for_each(stream, "unpack_links", int64_t{1} * table.filters * table.channels * taps,
           Links<false>{table, taps, packed, unpacked});
}
void pack_links(Stream& stream, const LinkTable& table, int taps, const float* unpacked, float* packed) {
  for_each(stream, "pack_links", int64_t{1} * table.filters * table.channels * taps,
           Links<true>{table, taps, unpacked, packed});
}

void rbf_forward(Stream& stream, int n, int k, int c, float factor, const float* x, const float* centers, float* y) {
  for_each(stream, "rbf", int64_t{1} * n * k, Rbf{k, c, factor, x, centers, y});
}
void rbf_backward(Stream& stream, int n, int k, int c, float factor, const float* x, const float* centers,
                  const float* dy, float* dx, Result result) {
  for_each(stream, "rbf_backward", int64_t{1} * n * c,
           RbfBackward{k, c, factor, x, centers, dy, dx, result == Result::accumulate});
}

#endif

}  // namespace striate
