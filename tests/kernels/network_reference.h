// Plain double-precision references of the network operators: each follows the formula on top of its header, place by
// place. They are the judges; fast forms never judge each other.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "kernels/conv2d.h"
#include "kernels/pool.h"
#include "tests/kernels/on_every_device.h"

namespace striate {

using Doubles = std::vector<double>;
using Floats = std::vector<float>;

inline Doubles doubles(const Floats& x) { return {x.begin(), x.end()}; }

// Numbers of -1 .. 1 that differ from seed to seed, the same on every machine.
inline Floats random_floats(int64_t count, unsigned seed, float low = -1, float high = 1) {
  std::mt19937 random(seed * 7919 + 17);
  Floats x(count);
  for (float& v : x) v = low + (high - low) * (static_cast<float>(random() >> 8) / 16777216.0f);
  return x;
}

// |got - want| <= tolerance * (largest |want| + floor), everywhere.
inline void expect_close(const Floats& got, const Doubles& want, double tolerance, const char* what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double largest = 0;
  for (const double v : want) {
    if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
  }
  const double allowed = tolerance * std::max(largest, 1e-30);
  for (size_t i = 0; i < want.size(); ++i) {
    if (std::isnan(want[i]) && std::isnan(got[i])) continue;
    ASSERT_LE(std::fabs(got[i] - want[i]), allowed) << what << '[' << i << "] is " << got[i] << ", not " << want[i];
  }
}

// Calls f(y place, x place or -1, w place) for every term of a convolution.
template <typename F>
void for_each_term(const Conv2dShape& s, const F& f) {
  const int p_count = s.p(), q_count = s.q(), cg = s.c / s.groups, kg = s.k / s.groups;
  for (int n = 0; n < s.n; ++n) {
    for (int k = 0; k < s.k; ++k) {
      for (int p = 0; p < p_count; ++p) {
        for (int q = 0; q < q_count; ++q) {
          const int64_t y = ((static_cast<int64_t>(n) * s.k + k) * p_count + p) * q_count + q;
          for (int c = 0; c < cg; ++c) {
            for (int r = 0; r < s.r; ++r) {
              for (int t = 0; t < s.s; ++t) {
                const int row = p * s.stride_y - s.pad_top + r * s.dilation_y;
                const int column = q * s.stride_x - s.pad_left + t * s.dilation_x;
                if (row < 0 || row >= s.h || column < 0 || column >= s.w) continue;
                f(y, ((static_cast<int64_t>(n) * s.c + k / kg * cg + c) * s.h + row) * s.w + column,
                  ((static_cast<int64_t>(k) * cg + c) * s.r + r) * s.s + t);
              }
            }
          }
        }
      }
    }
  }
}

inline Doubles conv2d_reference(const Conv2dShape& s, const Doubles& x, const Doubles& w, const Doubles* b) {
  Doubles y(s.y_size());
  const int64_t plane = static_cast<int64_t>(s.p()) * s.q();
  for (size_t i = 0; b != nullptr && i < y.size(); ++i) y[i] = (*b)[i / plane % s.k];
  for_each_term(s, [&](int64_t yi, int64_t xi, int64_t wi) { y[yi] += x[xi] * w[wi]; });
  return y;
}
inline Doubles conv2d_by_input_reference(const Conv2dShape& s, const Doubles& dy, const Doubles& w) {
  Doubles dx(s.x_size());
  for_each_term(s, [&](int64_t yi, int64_t xi, int64_t wi) { dx[xi] += dy[yi] * w[wi]; });
  return dx;
}
inline Doubles conv2d_by_weights_reference(const Conv2dShape& s, const Doubles& x, const Doubles& dy) {
  Doubles dw(s.w_size());
  for_each_term(s, [&](int64_t yi, int64_t xi, int64_t wi) { dw[wi] += dy[yi] * x[xi]; });
  return dw;
}
inline Doubles conv2d_by_bias_reference(const Conv2dShape& s, const Doubles& dy) {
  Doubles db(s.k);
  const int64_t plane = static_cast<int64_t>(s.p()) * s.q();
  for (size_t i = 0; i < dy.size(); ++i) db[i / plane % s.k] += dy[i];
  return db;
}

// Calls f(y place, x place) for every place of every window, and counted(y place, how many the average divides by).
template <typename F>
void for_each_window(const Pool2dShape& s, const F& f) {
  const int p_count = s.p(), q_count = s.q();
  for (int64_t plane = 0; plane < static_cast<int64_t>(s.n) * s.c; ++plane) {
    for (int p = 0; p < p_count; ++p) {
      for (int q = 0; q < q_count; ++q) {
        int counted = 0;
        std::vector<int64_t> inside;
        for (int r = 0; r < s.r; ++r) {
          for (int t = 0; t < s.s; ++t) {
            const int row = p * s.stride_y - s.pad_top + r * s.dilation_y;
            const int column = q * s.stride_x - s.pad_left + t * s.dilation_x;
            const bool in = row >= 0 && row < s.h && column >= 0 && column < s.w;
            const bool in_padding = row < s.h + s.pad_bottom && column < s.w + s.pad_right;
            if (in) inside.push_back((plane * s.h + row) * s.w + column);
            if (s.count_include_pad ? in_padding : in) ++counted;
          }
        }
        f((plane * p_count + p) * q_count + q, inside, counted);
      }
    }
  }
}

// The gradient of `loss` at x by central differences, in double precision.
inline Doubles finite_differences(Doubles x, const std::function<double(const Doubles&)>& loss, double h = 1e-5) {
  Doubles gradient(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double old = x[i];
    x[i] = old + h;
    const double up = loss(x);
    x[i] = old - h;
    const double down = loss(x);
    x[i] = old;
    gradient[i] = (up - down) / (2 * h);
  }
  return gradient;
}

inline double dot(const Doubles& a, const Doubles& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Scratch as an operator asks for it, filled with NaN and guarded.
inline Guarded<float> scratch_for(Stream& stream, int64_t floats) { return Guarded<float>(stream, floats); }

void exercise_convolution(Stream& stream);
void exercise_dense(Stream& stream);
void exercise_pool(Stream& stream);
void exercise_layers(Stream& stream);  // activation, softmax, normalize, dropout, elementwise
void exercise_curves(Stream& stream);  // curve, prelu
void exercise_norms(Stream& stream);   // group_norm, lrn
void exercise_losses(Stream& stream);
void exercise_optimizers(Stream& stream);
void exercise_metrics(Stream& stream);
void exercise_initialize(Stream& stream);
void exercise_residual(Stream& stream);  // subsample, guard
void exercise_tensors(Stream& stream);   // strided, matmul, gather, pad
void exercise_early_layers(Stream& stream);
void exercise_teach(Stream& stream);
void exercise_resample(Stream& stream);
void exercise_volumes(Stream& stream);  // conv3d, pool3d, global_max_pool, transposed convolutions
void exercise_local(Stream& stream);    // local2d
void exercise_neocognitron(Stream& stream);

}  // namespace striate
