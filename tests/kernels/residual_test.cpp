// The shortcut of small residual networks, and the guard that keeps weights when a step goes wrong.
#include <gtest/gtest.h>

#include <limits>

#include "kernels/guard.h"
#include "kernels/subsample.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

template <typename F>
void for_each_kept(const SubsampleShape& s, const F& f) {
  for (int n = 0; n < s.n; ++n) {
    for (int c = 0; c < s.c; ++c) {
      for (int p = 0; p < s.p(); ++p) {
        for (int q = 0; q < s.q(); ++q) {
          f(((int64_t{n} * s.k + c + (s.k - s.c) / 2) * s.p() + p) * s.q() + q,
            ((int64_t{n} * s.c + c) * s.h + p * s.stride) * s.w + q * s.stride);
        }
      }
    }
  }
}

}  // namespace

TEST(Subsample, keeps_every_so_manyth_place_between_channels_of_zeros) {
  for (const SubsampleShape& s : {SubsampleShape{2, 3, 5, 4, 8, 2}, SubsampleShape{1, 1, 1, 1, 1, 1},
                                  SubsampleShape{3, 2, 7, 9, 5, 3}, SubsampleShape{1, 16, 32, 32, 32, 2}}) {
    const Floats x = random_floats(s.x_size(), 1), dy = random_floats(s.y_size(), 2);
    Doubles y(static_cast<size_t>(s.y_size())), dx(static_cast<size_t>(s.x_size()));
    for_each_kept(s, [&](int64_t out, int64_t in) {
      y[out] = x[in];
      dx[in] = dy[out];
    });
    on_every_device([&](Stream& stream) {
      const auto x_there = on_device(stream, x), dy_there = on_device(stream, dy);
      Guarded<float> y_there(stream, s.y_size()), dx_there(stream, s.x_size());
      subsample_forward(stream, s, x_there.data(), y_there.data());
      expect_close(y_there.read(stream), y, 0, "y");
      subsample_backward(stream, s, dy_there.data(), dx_there.data(), Result::overwrite);
      expect_close(dx_there.read(stream), dx, 0, "dx");
      subsample_backward(stream, s, dy_there.data(), dx_there.data(), Result::accumulate);
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      expect_close(dx_there.read(stream), twice, 0, "dx added");
    });
  }
}

TEST(Guard, finds_a_value_that_is_no_number_wherever_it_stands) {
  on_every_device([](Stream& stream) {
    for (const int64_t count : {1, 15, 16, 17, 2047, 2048, 2049, 6001}) {
      for (const int64_t place : {int64_t{-1}, int64_t{0}, count / 2, count - 1}) {
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity()}) {
          Floats x = random_floats(count, 3, -1.5e38f, 1.5e38f);
          if (place >= 0) x[static_cast<size_t>(place)] = bad;
          const auto there = on_device(stream, x);
          Guarded<int32_t> pieces(stream, find_not_finite_scratch(count));
          Buffer<int32_t> broken = on_device(stream, std::vector<int32_t>{0});
          find_not_finite(stream, count, there.data(), pieces.data(), broken.data());
          int32_t found = -1;
          download(stream, &found, broken, 1);
          EXPECT_EQ(found, place >= 0 ? 1 : 0) << count << " values, at " << place;
        }
      }
    }
  });
}

TEST(Guard, what_was_kept_stays_once_something_is_broken) {
  on_every_device([](Stream& stream) {
    const Floats first = random_floats(33, 1), second = random_floats(33, 2);
    const auto a = on_device(stream, first), b = on_device(stream, second);
    Guarded<float> kept(stream, 33);
    Buffer<int32_t> broken = on_device(stream, std::vector<int32_t>{0});
    keep_unless(stream, 33, broken.data(), a.data(), kept.data());
    EXPECT_EQ(kept.read(stream), first);
    const int32_t yes = 1;
    upload(stream, broken, &yes, 1);
    keep_unless(stream, 33, broken.data(), b.data(), kept.data());
    EXPECT_EQ(kept.read(stream), first);
  });
}

void exercise_residual(Stream& stream) {
  const SubsampleShape s{1, 2, 3, 3, 4, 2};
  const auto x = on_device(stream, random_floats(18, 1)), dy = on_device(stream, random_floats(16, 2));
  Guarded<float> y(stream, 16), dx(stream, 18), kept(stream, 18);
  Guarded<int32_t> pieces(stream, 1);
  Buffer<int32_t> broken = on_device(stream, std::vector<int32_t>{0});
  subsample_forward(stream, s, x.data(), y.data());
  subsample_backward(stream, s, dy.data(), dx.data(), Result::overwrite);
  find_not_finite(stream, 18, x.data(), pieces.data(), broken.data());
  keep_unless(stream, 18, broken.data(), x.data(), kept.data());
}

}  // namespace striate
