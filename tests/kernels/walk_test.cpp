// The lesson pages' convolution and pooling on every device, against loops that know nothing of walk_taps.
#include "kernels/walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/kernels/on_every_device.h"

namespace striate {
namespace {

// Small whole numbers: products and sums are exact, so that any order gives the same bits.
std::vector<double> numbers(size_t count, unsigned seed) {
  std::vector<double> values(count);
  unsigned state = seed;
  for (double& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<double>(static_cast<int>(state >> 24) % 19 - 9);
  }
  return values;
}

void convolution(Stream& stream) {
  ConvolutionGeometry g;
  g.channels = 4;
  g.height = 5;
  g.width = 7;
  g.outputs = 6;
  g.groups = 2;
  g.kernel_height = 3;
  g.kernel_width = 2;
  g.top = 1;
  g.left = 2;
  g.stride = 2;
  g.has_bias = true;
  g.clamp = true;
  g.divisor = 4;
  g.offset = 3;
  const int P = g.output_height(), Q = g.output_width();
  ASSERT_EQ(P, (5 + 1 - 3) / 2 + 1);
  ASSERT_EQ(Q, (7 + 2 - 2) / 2 + 1);
  const std::vector<double> x = numbers(4 * 5 * 7, 1), w = numbers(6 * 2 * 3 * 2, 2), bias = numbers(6, 3);
  std::vector<double> totals, values;
  for (int k = 0; k < 6; ++k) {
    for (int p = 0; p < P; ++p) {
      for (int q = 0; q < Q; ++q) {
        double sum = bias[static_cast<size_t>(k)];
        for (int c = 0; c < 2; ++c) {
          for (int r = 0; r < 3; ++r) {
            for (int s = 0; s < 2; ++s) {
              const int row = 2 * p - 1 + r, column = 2 * q - 2 + s;
              if (row < 0 || row >= 5 || column < 0 || column >= 7) continue;
              sum += x[static_cast<size_t>(((k / 3 * 2 + c) * 5 + row) * 7 + column)] *
                     w[static_cast<size_t>(((k * 2 + c) * 3 + r) * 2 + s)];
            }
          }
        }
        totals.push_back(sum);
        values.push_back(std::min(255.0, std::max(0.0, sum / 4 + 3)));
      }
    }
  }
  const Buffer<double> dx = on_device(stream, x), dw = on_device(stream, w), db = on_device(stream, bias);
  Guarded<double> total(stream, g.output_cells()), value(stream, g.output_cells());
  convolve_cells(stream, g, dx.data(), dw.data(), db.data(), total.data(), value.data());
  EXPECT_EQ(total.read(stream), totals);
  EXPECT_EQ(value.read(stream), values);
}

void pooling(Stream& stream) {
  PoolGeometry g;
  g.channels = 2;
  g.height = 5;
  g.width = 4;
  g.window_height = g.window_width = 2;
  g.stride = 2;
  const std::vector<double> x = numbers(2 * 5 * 4, 4), dy = numbers(2 * 2 * 2, 5);
  std::vector<double> values, gradient(x.size(), 0);
  std::vector<int32_t> argmax;
  for (int c = 0; c < 2; ++c) {
    for (int p = 0; p < 2; ++p) {
      for (int q = 0; q < 2; ++q) {
        int best = -1;
        for (const int cell :
             {2 * p * 4 + 2 * q, 2 * p * 4 + 2 * q + 1, (2 * p + 1) * 4 + 2 * q, (2 * p + 1) * 4 + 2 * q + 1}) {
          if (best < 0 || x[static_cast<size_t>(c * 20 + cell)] > x[static_cast<size_t>(c * 20 + best)]) best = cell;
        }
        values.push_back(x[static_cast<size_t>(c * 20 + best)]);
        argmax.push_back(best);
        gradient[static_cast<size_t>(c * 20 + best)] += dy[static_cast<size_t>((c * 2 + p) * 2 + q)];
      }
    }
  }
  const Buffer<double> from = on_device(stream, x), back = on_device(stream, dy);
  Guarded<double> value(stream, 8), dx(stream, 40);
  Guarded<int32_t> winner(stream, 8);
  pool_cells(stream, g, from.data(), value.data(), winner.data());
  pool_cells_backward(stream, g, from.data(), back.data(), dx.data());
  EXPECT_EQ(value.read(stream), values);
  EXPECT_EQ(winner.read(stream), argmax);
  EXPECT_EQ(dx.read(stream), gradient);
}

}  // namespace

void exercise_walk(Stream& stream) {
  convolution(stream);
  pooling(stream);
}

TEST(Walk, cells_are_what_plain_loops_give) { on_every_device(exercise_walk); }

}  // namespace striate
