// Normalization within a picture (group, instance, layer), its two numbers, and local response normalization, against
// their formulas in double precision; gradients against finite differences of those.
#include <algorithm>

#include <gtest/gtest.h>

#include "kernels/group_norm.h"
#include "kernels/lrn.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct GroupNormReference {
  Doubles y, mean, inverse;
};
GroupNormReference group_norm_reference(const GroupNormShape& s, const Doubles& x, const Doubles& scale,
                                        const Doubles& shift) {
  GroupNormReference r{Doubles(x.size()), Doubles(s.rows()), Doubles(s.rows())};
  for (int64_t row = 0; row < s.rows(); ++row) {
    const auto count = static_cast<double>(s.row());
    double variance = 0;
    for (int64_t i = 0; i < s.row(); ++i) r.mean[row] += x[row * s.row() + i] / count;
    for (int64_t i = 0; i < s.row(); ++i) variance += std::pow(x[row * s.row() + i] - r.mean[row], 2) / count;
    r.inverse[row] = 1 / std::sqrt(variance + static_cast<double>(s.epsilon));
    for (int64_t i = 0; i < s.row(); ++i) {
      const int64_t channel = row % s.groups * s.channels + i / s.pixels, at = row * s.row() + i;
      r.y[at] = (x[at] - r.mean[row]) * r.inverse[row] * scale[channel] + shift[channel];
    }
  }
  return r;
}

const GroupNormShape kGroupNorms[] = {
    {2, 2, 3, 35},          {3, 4, 1, 17},                     // groups; instances
    {5, 1, 19, 1},          {2, 3, 5, 1},     {1, 1, 1, 1},    // layers; groups of single values; nothing to spread
    {2, 1, 4, 300, 0.1f},   {1, 2, 1, 1027},  {2, 1, 261, 1},  // more than a piece, more than a pack
    {1, 1, 9001, 1, 1e-3f}, {1, 1, 2, 20000},                  // more than a stretch
};

struct LrnReference {
  Doubles y, s;
};
LrnReference lrn_reference(const LrnShape& shape, const Doubles& x) {
  LrnReference r{Doubles(x.size()), Doubles(x.size())};
  for (int64_t n = 0; n < shape.n; ++n) {
    for (int c = 0; c < shape.c; ++c) {
      for (int64_t p = 0; p < shape.pixels; ++p) {
        const auto place = [&](int channel) { return (n * shape.c + channel) * shape.pixels + p; };
        double sum = 0;
        for (int j = std::max(0, c - (shape.size - 1) / 2); j <= std::min(shape.c - 1, c + shape.size / 2); ++j) {
          sum += x[place(j)] * x[place(j)];
        }
        const double s = static_cast<double>(shape.k) + static_cast<double>(shape.alpha) / shape.size * sum;
        r.s[place(c)] = s;
        r.y[place(c)] = x[place(c)] * std::pow(s, -static_cast<double>(shape.beta));
      }
    }
  }
  return r;
}

}  // namespace

void exercise_norms(Stream& stream) {
  const auto x = on_device(stream, random_floats(24, 1)), dy = on_device(stream, random_floats(24, 2));
  Guarded<float> y(stream, 24), dx(stream, 24), mean(stream, 12), inverse(stream, 12), scratch(stream, 24);
  Guarded<float> scale(stream, 12), shift(stream, 12), s(stream, 24);
  for (const GroupNormShape& shape : {GroupNormShape{2, 2, 3, 2}, GroupNormShape{4, 1, 6, 1}}) {
    group_norm_forward(stream, shape, x.data(), nullptr, nullptr, mean.data(), inverse.data(), y.data());
    group_norm_backward(stream, shape, x.data(), nullptr, mean.data(), inverse.data(), dy.data(), dx.data(),
                        scale.data(), shift.data(), Result::overwrite, scratch.data());
  }
  row_mean_backward(stream, 4, 6, dy.data(), dx.data(), Result::overwrite);
  row_rstd_backward(stream, 4, 6, x.data(), mean.data(), inverse.data(), dy.data(), dx.data(), Result::overwrite);
  LrnShape lrn;
  lrn.n = 2, lrn.c = 4, lrn.pixels = 3;
  lrn_forward(stream, lrn, x.data(), s.data(), y.data());
  lrn_backward(stream, lrn, x.data(), s.data(), y.data(), dy.data(), dx.data(), Result::overwrite);
}

TEST(GroupNorm, forward_and_backward) {
  for (const GroupNormShape& s : kGroupNorms) {
    const int64_t size = s.rows() * s.row(), channels = s.groups * s.channels;
    SCOPED_TRACE(std::to_string(s.n) + " x " + std::to_string(s.groups) + " x " + std::to_string(s.channels) + " x " +
                 std::to_string(s.pixels));
    Floats x = random_floats(size, 1);
    for (float& v : x) v += 10;  // a mean far from 0: the variance must not cancel
    const Floats scale = random_floats(channels, 2, 0.5f, 2), shift = random_floats(channels, 3);
    const Floats dy = random_floats(size, 4);
    const GroupNormReference want = group_norm_reference(s, doubles(x), doubles(scale), doubles(shift));
    const auto loss = [&](const Doubles& v, const Doubles& g, const Doubles& b) {
      return dot(group_norm_reference(s, v, g, b).y, doubles(dy));
    };
    const bool small = size < 2000;
    Doubles dx, dscale, dshift(channels);
    if (small) {
      dx = finite_differences(doubles(x), [&](const Doubles& v) { return loss(v, doubles(scale), doubles(shift)); });
    }
    dscale.resize(channels);
    for (int64_t i = 0; i < size; ++i) {
      const int64_t row = i / s.row(), channel = row % s.groups * s.channels + i % s.row() / s.pixels;
      dscale[channel] += dy[i] * (x[i] - want.mean[row]) * want.inverse[row];
      dshift[channel] += static_cast<double>(dy[i]);
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      const auto dev_scale = on_device(stream, scale), dev_shift = on_device(stream, shift);
      Guarded<float> y(stream, size), mean(stream, s.rows()), inverse(stream, s.rows()), gx(stream, size),
          gs(stream, channels), gb(stream, channels), scratch(stream, group_norm_scratch(s));
      group_norm_forward(stream, s, dev_x.data(), dev_scale.data(), dev_shift.data(), mean.data(), inverse.data(),
                         y.data());
      expect_close(y.read(stream), want.y, 2e-5, "y");
      expect_close(mean.read(stream), want.mean, 1e-6, "mean");
      expect_close(inverse.read(stream), want.inverse, s.row() == 1 ? 1e-6 : 1e-5, "inverse deviation");
      group_norm_backward(stream, s, dev_x.data(), dev_scale.data(), mean.data(), inverse.data(), dev_dy.data(),
                          gx.data(), gs.data(), gb.data(), Result::overwrite, scratch.data());
      const Floats once = gx.read(stream);
      if (small && s.row() > 1) expect_close(once, dx, 1e-4, "dx");
      expect_close(gb.read(stream), dshift, 1e-5, "dshift");
      if (s.row() > 1) expect_close(gs.read(stream), dscale, 2e-5, "dscale");
      group_norm_backward(stream, s, dev_x.data(), dev_scale.data(), mean.data(), inverse.data(), dev_dy.data(),
                          gx.data(), nullptr, nullptr, Result::accumulate, scratch.data());
      Doubles twice = doubles(once);
      for (double& v : twice) v *= 2;
      expect_close(gx.read(stream), twice, 1e-6, "dx added");
      scratch.read(stream);
    });
  }
}

TEST(GroupNorm, without_scale_and_shift_rows_have_mean_0_and_deviation_1) {
  const GroupNormShape shapes[] = {{2, 2, 3, 7}, {3, 1, 33, 1}};
  for (const GroupNormShape& s : shapes) {
    const int64_t size = s.rows() * s.row();
    const Floats x = random_floats(size, 1, -3, 5);
    on_every_device([&](Stream& stream) {
      const auto dev = on_device(stream, x);
      Guarded<float> y(stream, size), mean(stream, s.rows()), inverse(stream, s.rows());
      group_norm_forward(stream, s, dev.data(), nullptr, nullptr, mean.data(), inverse.data(), y.data());
      const Floats got = y.read(stream);
      for (int64_t row = 0; row < s.rows(); ++row) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < s.row(); ++i) {
          const auto v = static_cast<double>(got[row * s.row() + i]);
          sum += v, squares += v * v;
        }
        EXPECT_NEAR(sum / static_cast<double>(s.row()), 0, 1e-6);
        EXPECT_NEAR(squares / static_cast<double>(s.row()), 1, 1e-4);
      }
    });
  }
}

TEST(GroupNorm, its_two_numbers_have_gradients_of_their_own) {
  const int64_t rows = 3, count = 21;
  const Floats x = random_floats(rows * count, 1), dy = random_floats(rows, 2);
  const GroupNormShape s{rows, 1, count, 1};
  const Doubles ones(count, 1), zeros(count);
  const auto reference = [&](const Doubles& v) { return group_norm_reference(s, v, ones, zeros); };
  Doubles by_mean =
      finite_differences(doubles(x), [&](const Doubles& v) { return dot(reference(v).mean, doubles(dy)); });
  Doubles by_deviation =
      finite_differences(doubles(x), [&](const Doubles& v) { return dot(reference(v).inverse, doubles(dy)); });
  on_every_device([&](Stream& stream) {
    const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
    Guarded<float> mean(stream, rows), inverse(stream, rows), dx(stream, rows * count);
    row_statistics(stream, rows, count, s.epsilon, dev_x.data(), mean.data(), inverse.data());
    row_mean_backward(stream, rows, count, dev_dy.data(), dx.data(), Result::overwrite);
    expect_close(dx.read(stream), by_mean, 1e-5, "by the mean");
    row_rstd_backward(stream, rows, count, dev_x.data(), mean.data(), inverse.data(), dev_dy.data(), dx.data(),
                      Result::accumulate);
    Doubles both = by_mean;
    for (size_t i = 0; i < both.size(); ++i) both[i] += by_deviation[i];
    expect_close(dx.read(stream), both, 1e-5, "and by the deviation, added");
  });
}

TEST(Lrn, forward_and_backward) {
  const LrnShape shapes[] = {
      {2, 7, 9, 5, 0.5f, 0.75f, 1},    {1, 6, 17, 4, 0.3f, 0.5f, 2}, {2, 3, 1, 7, 0.2f, 1, 0.5f},
      {1, 5, 33, 1, 0.1f, 0.6f, 1.5f}, {1, 1, 1, 3, 1, 0.75f, 1},    {2, 9, 16, 2, 2, 0.75f, 0.25f},
  };
  for (const LrnShape& shape : shapes) {
    const int64_t size = shape.n * shape.c * shape.pixels;
    SCOPED_TRACE("size " + std::to_string(shape.size) + ", " + std::to_string(shape.c) + " channels");
    const Floats x = random_floats(size, 1, -2, 2), dy = random_floats(size, 2);
    const LrnReference want = lrn_reference(shape, doubles(x));
    const Doubles dx =
        finite_differences(doubles(x), [&](const Doubles& v) { return dot(lrn_reference(shape, v).y, doubles(dy)); });
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> y(stream, size), s(stream, size), gx(stream, size), alone(stream, size);
      lrn_forward(stream, shape, dev_x.data(), s.data(), y.data());
      expect_close(y.read(stream), want.y, 1e-6, "y");
      expect_close(s.read(stream), want.s, 1e-6, "s");
      lrn_forward(stream, shape, dev_x.data(), nullptr, alone.data());
      EXPECT_EQ(alone.read(stream), y.read(stream));
      lrn_backward(stream, shape, dev_x.data(), s.data(), y.data(), dev_dy.data(), gx.data(), Result::overwrite);
      expect_close(gx.read(stream), dx, 1e-5, "dx");
      lrn_backward(stream, shape, dev_x.data(), s.data(), y.data(), dev_dy.data(), gx.data(), Result::accumulate);
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      expect_close(gx.read(stream), twice, 1e-5, "dx added");
    });
  }
}

}  // namespace striate
