#include "kernels/neocognitron.h"

#include <cmath>
#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {

// Calls f(place in u, tap) for every tap of an S-cell's window that lies on a plane.
template <typename F>
HD void for_each_tap(const SCellShape& s, int64_t n, int p, int q, const F& f) {
  for (int j = 0; j < s.j; ++j) {
    for (int r = 0; r < s.window; ++r) {
      const int row = p - s.pad + r;
      if (row < 0 || row >= s.h) continue;
      const int64_t line = ((n * s.j + j) * s.h + row) * s.w,
                    taps = (static_cast<int64_t>(j) * s.window + r) * s.window;
      for (int t = 0; t < s.window; ++t) {
        const int column = q - s.pad + t;
        if (column >= 0 && column < s.w) f(line + column, taps + t);
      }
    }
  }
}

struct NeocognitronV {
  static constexpr int64_t work = 256;
  SCellShape shape;
  int p, q;
  const float* u;
  const float* c;
  float* v;
  HD void operator()(int64_t i) const {
    double sum = 0;
    for_each_tap(shape, i / q / p, static_cast<int>(i / q % p), static_cast<int>(i % q), [&](int64_t at, int64_t tap) {
      const double value = static_cast<double>(u[at]);
      sum += static_cast<double>(c[tap]) * value * value;
    });
    v[i] = static_cast<float>(sqrt(sum));
  }
};

// One index per place and block of planes: what stands in a window is read once for all of them, and most of it is 0.
struct NeocognitronS {
  static constexpr int64_t work = 1024;
  static constexpr int block = 8;
  SCellShape shape;
  int p, q;
  float selectivity;
  const float* u;
  const float* a;
  const float* b;
  const float* v;
  float* us;
  HD void operator()(int64_t i) const {
    const int row = static_cast<int>(i / q % p), column = static_cast<int>(i % q);
    const int64_t blocks = (shape.k + block - 1) / block;
    const int64_t first = i / q / p % blocks * block, n = i / q / p / blocks;
    const int count = static_cast<int>(shape.k - first < block ? shape.k - first : block);
    const double inhibits = static_cast<double>(v[(n * p + row) * q + column]);
    const int64_t taps = shape.taps();
    double sums[block];
    for (int k = 0; k < block; ++k) sums[k] = 1;
    if (inhibits != 0) {
      const float* weights = a + first * taps;
      for_each_tap(shape, n, row, column, [&](int64_t at, int64_t tap) {
        const double value = static_cast<double>(u[at]);
        if (value == 0) return;
        for (int k = 0; k < count; ++k) sums[k] += static_cast<double>(weights[k * taps + tap]) * value;
      });
    }
    const double r = static_cast<double>(selectivity);
    for (int k = 0; k < count; ++k) {
      const double x = sums[k] / (1 + 2 * r / (1 + r) * static_cast<double>(b[first + k]) * inhibits) - 1;
      us[((n * shape.k + first + k) * p + row) * q + column] = x > 0 ? static_cast<float>(r * x) : 0.0f;
    }
  }
};

struct NeocognitronSums {
  static constexpr int64_t work = 64;
  CCellShape shape;
  int p, q;
  const float* us;
  const float* d;
  float* sums;
  HD void operator()(int64_t i) const {
    const int top = static_cast<int>(i / q % p) * shape.stride - shape.before;
    const int left = static_cast<int>(i % q) * shape.stride - shape.before;
    const float* plane = us + i / q / p * shape.h * shape.w;
    double sum = 0;
    for (int r = 0; r < shape.window; ++r) {
      if (top + r < 0 || top + r >= shape.h) continue;
      for (int t = 0; t < shape.window; ++t) {
        if (left + t < 0 || left + t >= shape.w) continue;
        sum += static_cast<double>(d[r * shape.window + t]) *
               static_cast<double>(plane[static_cast<int64_t>(top + r) * shape.w + left + t]);
      }
    }
    sums[i] = static_cast<float>(sum);
  }
};
struct NeocognitronMeans {
  static constexpr int64_t work = 64;
  int64_t planes, places;
  const float* sums;
  float* vs;
  HD void operator()(int64_t i) const {
    const float* first = sums + i / places * planes * places + i % places;
    double sum = 0;
    for (int64_t k = 0; k < planes; ++k) sum += static_cast<double>(first[k * places]);
    vs[i] = static_cast<float>(sum / static_cast<double>(planes));
  }
};
struct NeocognitronC {
  static constexpr int64_t work = 8;
  int64_t planes, places;
  float alpha;
  const float* vs;
  float* uc;  // the sums, and then the cells
  HD void operator()(int64_t i) const {
    const double inhibits = static_cast<double>(vs[i / places / planes * places + i % places]);
    const double x = (1 + static_cast<double>(uc[i])) / (1 + inhibits) - 1;
    uc[i] = x > 0 ? static_cast<float>(x / (static_cast<double>(alpha) + x)) : 0.0f;
  }
};

// One index per weight of each representative, and one for its b.
struct NeocognitronLearn {
  SCellShape shape;
  int64_t q, each;
  float rate;
  const float* u;
  const float* c;
  const float* v;
  const int32_t* representatives;
  float* a;
  float* b;
  HD void operator()(int64_t i) const {
    const int32_t* one = representatives + i / each * 3;
    const int64_t tap = i % each;
    if (tap == each - 1) {
      b[one[0]] += rate / 2 * v[one[1] * q + one[2]];
      return;
    }
    const int column = one[2] - shape.pad + static_cast<int>(tap % shape.window);
    const int row = one[1] - shape.pad + static_cast<int>(tap / shape.window % shape.window);
    if (row < 0 || row >= shape.h || column < 0 || column >= shape.w) return;
    const int64_t j = tap / shape.window / shape.window;
    a[one[0] * (each - 1) + tap] += rate * c[tap] * u[(j * shape.h + row) * shape.w + column];
  }
};

#ifdef __CUDACC__

template struct CudaFlat<NeocognitronV>;
template struct CudaFlat<NeocognitronS>;
template struct CudaFlat<NeocognitronSums>;
template struct CudaFlat<NeocognitronMeans>;
template struct CudaFlat<NeocognitronC>;
template struct CudaFlat<NeocognitronLearn>;

#else

void check(const SCellShape& s) {
  if (s.n < 1 || s.j < 1 || s.h < 1 || s.w < 1 || s.k < 1 || s.window < 1 || s.pad < 0 || s.p() < 1 || s.q() < 1) {
    throw Error("S-cells with windows of " + std::to_string(s.window) + " on planes of " + std::to_string(s.h) + " x " +
                    std::to_string(s.w),
                "sizes are at least 1 and the window fits its padded plane");
  }
}
void check(const CCellShape& s) {
  if (s.n < 1 || s.k < 1 || s.h < 1 || s.w < 1 || s.window < 1 || s.stride < 1 || s.before < 0 || s.after < 0 ||
      s.h + s.before + s.after < s.window || s.w + s.before + s.after < s.window) {
    throw Error("C-cells with windows of " + std::to_string(s.window) + " on planes of " + std::to_string(s.h) + " x " +
                    std::to_string(s.w),
                "sizes are at least 1 and the window fits its padded plane");
  }
}

void neocognitron_v(Stream& stream, const SCellShape& shape, const float* u, const float* c, float* v) {
  check(shape);
  const int p = shape.p(), q = shape.q();
  for_each(stream, "neocognitron_v", int64_t{1} * shape.n * p * q, NeocognitronV{shape, p, q, u, c, v});
}
void neocognitron_s(Stream& stream, const SCellShape& shape, float selectivity, const float* u, const float* a,
                    const float* b, const float* v, float* us) {
  check(shape);
  const int p = shape.p(), q = shape.q();
  const int64_t blocks = (shape.k + NeocognitronS::block - 1) / NeocognitronS::block;
  for_each(stream, "neocognitron_s", blocks * shape.n * p * q, NeocognitronS{shape, p, q, selectivity, u, a, b, v, us});
}
void neocognitron_c(Stream& stream, const CCellShape& shape, float alpha, const float* us, const float* d, float* vs,
                    float* uc) {
  check(shape);
  const int p = shape.p(), q = shape.q();
  const int64_t places = int64_t{1} * p * q, count = places * shape.n * shape.k;
  for_each(stream, "neocognitron_sums", count, NeocognitronSums{shape, p, q, us, d, uc});
  for_each(stream, "neocognitron_means", places * shape.n, NeocognitronMeans{shape.k, places, uc, vs});
  for_each(stream, "neocognitron_c", count, NeocognitronC{shape.k, places, alpha, vs, uc});
}
void neocognitron_learn(Stream& stream, const SCellShape& shape, float rate, const float* u, const float* c,
                        const float* v, const int32_t* representatives, int count, float* a, float* b) {
  check(shape);
  const int64_t each = shape.taps() + 1;
  for_each(stream, "neocognitron_learn", each * count,
           NeocognitronLearn{shape, shape.q(), each, rate, u, c, v, representatives, a, b});
}

#endif

}  // namespace striate
