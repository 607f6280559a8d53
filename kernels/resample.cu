#include "kernels/resample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/launch.h"

namespace striate {

// A table: for each of Q outputs the first value it reads (kOutside: none) and its `taps` weights; then for each of N
// values the first output that reads it and the one behind the last.
constexpr int32_t kOutside = -2147483647 - 1;

HD inline int64_t clamped(int64_t i, int64_t n) { return i < 0 ? 0 : i < n ? i : n - 1; }

HD inline double resample_place(const ResampleAxis& axis, int64_t q) {
  const double n = static_cast<double>(axis.in), length = axis.scale * n, x = static_cast<double>(q);
  const double half_pixel = (x + 0.5) / axis.scale - 0.5;
  switch (axis.coordinates) {
    case Coordinates::half_pixel:
      return half_pixel;
    case Coordinates::half_pixel_symmetric:
      return n / 2 * (1 - static_cast<double>(axis.out) / length) + half_pixel;
    case Coordinates::pytorch_half_pixel:
      return axis.out == 1 ? 0 : half_pixel;
    case Coordinates::asymmetric:
      return x / axis.scale;
    case Coordinates::align_corners:
      return length == 1 || axis.out == 1 ? 0 : x * (n - 1) / (length - 1);
    case Coordinates::tf_crop_and_resize: {
      const double begin = axis.region_begin, end = axis.region_end;
      if (length == 1 || axis.out == 1) return 0.5 * (begin + end) * (n - 1);
      return begin * (n - 1) + x * (end - begin) * (n - 1) / (length - 1);
    }
  }
  return 0;
}

struct ResampleWeights {
  static constexpr int64_t work = 256;
  ResampleAxis axis;
  int32_t* first;
  float* weights;
  int64_t taps;
  HD void operator()(int64_t q) const { first[q] = weigh(q, weights + q * taps); }
  // Writes the weights of output q, and gives the first value that it reads.
  HD int32_t weigh(int64_t q, float* w) const {
    // A scale that has nothing to do with the sizes leads far away; from there on the border is all there is.
    const double place = resample_place(axis, q), x = place < -2e9 ? -2e9 : place > 2e9 ? 2e9 : place;
    for (int64_t t = 0; t < taps; ++t) w[t] = 0;
    if (axis.coordinates == Coordinates::tf_crop_and_resize && !(x >= 0 && x <= static_cast<double>(axis.in - 1))) {
      return kOutside;
    }
    // The value before x and how far x lies behind it, in (0, 1]: a whole x is one behind the value before it.
    const double floor_x = floor(x), ratio = x == floor_x ? 1 : x - floor_x;
    const int64_t before = static_cast<int64_t>(floor_x) - (x == floor_x ? 1 : 0);
    if (!axis.linear) {
      bool behind = ratio == 1;
      if (ratio < 1) {
        behind = axis.rounding == NearestRounding::ceil ||
                 (axis.rounding == NearestRounding::round_prefer_floor && ratio > 0.5) ||
                 (axis.rounding == NearestRounding::round_prefer_ceil && ratio >= 0.5);
      }
      w[0] = 1;
      return static_cast<int32_t>(clamped(before + (behind ? 1 : 0), axis.in));
    }
    const double scale = axis.antialias && axis.scale < 1 ? axis.scale : 1;
    const int64_t start = 1 - taps / 2;
    double sum = 0;
    for (int64_t t = 0; t < taps; ++t) sum += weight(t, start, ratio, scale, before);
    for (int64_t t = 0; t < taps; ++t) w[t] = static_cast<float>(weight(t, start, ratio, scale, before) / sum);
    return static_cast<int32_t>(before + start);
  }
  HD double weight(int64_t t, int64_t start, double ratio, double scale, int64_t before) const {
    const int64_t place = before + start + t;
    if (axis.exclude_outside && (place < 0 || place >= axis.in)) return 0;
    const double distance = fabs((static_cast<double>(start + t) - ratio) * scale);
    return distance < 1 ? 1 - distance : 0;
  }
};

// For each value of the input the outputs between the first and the last that read it.
struct ResampleReaders {
  static constexpr int64_t work = 2048;
  int64_t in, out, taps;
  const int32_t* first;
  int32_t* readers;  // (in, 2)
  HD void operator()(int64_t i) const {
    int64_t low = out, high = 0;
    for (int64_t q = 0; q < out; ++q) {
      if (first[q] == kOutside) continue;
      if (clamped(first[q], in) <= i && i <= clamped(first[q] + taps - 1, in)) {
        if (q < low) low = q;
        high = q + 1;
      }
    }
    readers[2 * i] = static_cast<int32_t>(low);
    readers[2 * i + 1] = static_cast<int32_t>(high);
  }
};

// An index is a piece of `chunk` values behind one another of one output place: one value on the GPU, a loop on the
// CPU.
template <int chunk>
struct ResampleForward {
  static constexpr int64_t work = 2 * chunk + 24;
  int64_t in, out, inner, taps;
  const int32_t* first;
  const float* weights;
  float outside;
  const float* x;
  float* y;
  int64_t pieces;
  HD void operator()(int64_t index) const {
    const int64_t row = index / pieces, begin = (index - row * pieces) * chunk, o = row / out, q = row - o * out;
    const int64_t n = inner - begin < chunk ? inner - begin : chunk;
    float* to = y + row * inner + begin;
    const float start = first[q] == kOutside ? outside : 0;
    for (int64_t j = 0; j < n; ++j) to[j] = start;
    if (first[q] == kOutside) return;
    for (int64_t t = 0; t < taps; ++t) {
      const float w = weights[q * taps + t];
      if (w == 0) continue;  // infinities that don't count stay out
      const float* from = x + (o * in + clamped(first[q] + t, in)) * inner + begin;
      for (int64_t j = 0; j < n; ++j) to[j] += w * from[j];
    }
  }
};

struct ResampleBackward {
  static constexpr int64_t work = 64;
  int64_t in, out, inner, taps;
  const int32_t* first;
  const float* weights;
  const int32_t* readers;
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const int64_t row = index / inner, column = index - row * inner, o = row / in, i = row - o * in;
    float sum = 0;
    for (int64_t q = readers[2 * i]; q < readers[2 * i + 1]; ++q) {
      if (first[q] == kOutside) continue;
      float w = 0;
      for (int64_t t = 0; t < taps; ++t) {
        if (clamped(first[q] + t, in) == i) w += weights[q * taps + t];
      }
      if (w != 0) sum += w * dy[(o * out + q) * inner + column];
    }
    dx[index] = add ? dx[index] + sum : sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<ResampleWeights>;
template struct CudaFlat<ResampleReaders>;
template struct CudaFlat<ResampleForward<1>>;
template struct CudaFlat<ResampleBackward>;

#else

int64_t resample_taps(const ResampleAxis& axis) {
  if (!axis.linear) return 1;
  if (!axis.antialias || axis.scale >= 1) return 2;
  const auto start = static_cast<int64_t>(std::floor(-1 / axis.scale)) + 1;
  return 2 - 2 * start;
}

std::pair<int64_t, int64_t> resample_reads(const ResampleAxis& axis, int64_t q) {
  std::vector<float> weights(static_cast<size_t>(resample_taps(axis)));
  const int32_t first = ResampleWeights{axis, nullptr, nullptr, resample_taps(axis)}.weigh(q, weights.data());
  std::pair<int64_t, int64_t> reads{axis.in, -1};
  for (size_t t = 0; first != kOutside && t < weights.size(); ++t) {
    if (weights[t] == 0) continue;
    const int64_t at = clamped(first + static_cast<int64_t>(t), axis.in);
    reads = {std::min(reads.first, at), std::max(reads.second, at)};
  }
  return reads;
}

int64_t resample_table_size(const ResampleAxis& axis) { return axis.out * (1 + resample_taps(axis)) + 2 * axis.in; }

void resample_table(Stream& stream, const ResampleAxis& axis, bool gradients, float* table) {
  const int64_t taps = resample_taps(axis);
  auto* first = reinterpret_cast<int32_t*>(table);
  for_each(stream, "resample_weights", axis.out, ResampleWeights{axis, first, table + axis.out, taps});
  if (!gradients) return;
  auto* readers = reinterpret_cast<int32_t*>(table + axis.out * (1 + taps));
  for_each(stream, "resample_readers", axis.in, ResampleReaders{axis.in, axis.out, taps, first, readers});
}

void resample_forward(Stream& stream, const ResampleAxis& axis, int64_t outer, int64_t inner, const float* table,
                      const float* x, float* y) {
  with_target(stream, [&](auto target) {
    constexpr int chunk = decltype(target)::is_gpu ? 1 : 512;
    const int64_t pieces = (inner + chunk - 1) / chunk;
    for_each(
        target, stream, "resample", outer * axis.out * pieces,
        ResampleForward<chunk>{axis.in, axis.out, inner, resample_taps(axis), reinterpret_cast<const int32_t*>(table),
                               table + axis.out, axis.outside, x, y, pieces});
  });
}

void resample_backward(Stream& stream, const ResampleAxis& axis, int64_t outer, int64_t inner, const float* table,
                       const float* dy, float* dx, Result result) {
  const int64_t taps = resample_taps(axis);
  for_each(stream, "resample_backward", outer * axis.in * inner,
           ResampleBackward{axis.in, axis.out, inner, taps, reinterpret_cast<const int32_t*>(table), table + axis.out,
                            reinterpret_cast<const int32_t*>(table + axis.out * (1 + taps)), dy, dx,
                            result == Result::accumulate});
}

#endif

}  // namespace striate
