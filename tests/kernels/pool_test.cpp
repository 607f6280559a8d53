#include "kernels/pool.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/error.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

Pool2dShape shape(int n, int c, int h, int w, int r, int s, int stride, int pad, bool ceil = false,
                  bool include = true) {
  Pool2dShape q;
  q.n = n, q.c = c, q.h = h, q.w = w, q.r = r, q.s = s;
  q.stride_y = q.stride_x = stride;
  q.pad_top = q.pad_bottom = q.pad_left = q.pad_right = pad;
  q.ceil_mode = ceil, q.count_include_pad = include;
  return q;
}

std::vector<Pool2dShape> shapes() {
  std::vector<Pool2dShape> all = {shape(1, 1, 1, 1, 1, 1, 1, 0),
                                  shape(2, 3, 28, 28, 2, 2, 2, 0),
                                  shape(1, 2, 27, 9, 2, 2, 2, 0),
                                  shape(1, 2, 10, 33, 2, 2, 2, 0),
                                  shape(2, 3, 9, 9, 3, 3, 2, 1),
                                  shape(1, 4, 7, 10, 2, 2, 1, 0),
                                  shape(1, 2, 13, 13, 3, 3, 2, 0, true),
                                  shape(1, 2, 11, 14, 2, 3, 4, 0),
                                  shape(1, 2, 12, 11, 3, 3, 2, 1, true),
                                  shape(2, 5, 13, 12, 3, 2, 2, 1, false, false),
                                  shape(1, 2, 12, 11, 3, 3, 2, 1, true, false),
                                  shape(1, 1, 2, 2, 2, 2, 2, 0),
                                  shape(1, 1, 3, 3, 2, 2, 2, 0, true)};
  Pool2dShape uneven = shape(1, 2, 8, 9, 3, 2, 2, 0);
  uneven.pad_bottom = 1, uneven.pad_right = 1, uneven.stride_x = 1;
  all.push_back(uneven);
  Pool2dShape dilated = shape(2, 3, 9, 11, 3, 2, 2, 1);
  dilated.dilation_y = 2, dilated.dilation_x = 3;
  all.push_back(dilated);
  dilated.ceil_mode = true, dilated.stride_x = 1, dilated.pad_right = 0;
  all.push_back(dilated);
  all.push_back(shape(1, 2, 4, 5, 3, 3, 1, 2));        // padding of more than half a window
  all.push_back(shape(1, 2, 2, 2, 3, 3, 2, 0, true));  // one window, larger than the picture
  Pool2dShape row = shape(2, 3, 1, 10, 1, 3, 2, 0);    // a row of values
  row.pad_left = 2, row.stride_y = 1;
  all.push_back(row);
  return all;
}

}  // namespace

void exercise_pool(Stream& stream) {
  for (const Pool2dShape& s : {shape(2, 3, 28, 28, 2, 2, 2, 0), shape(2, 3, 9, 9, 3, 3, 2, 1)}) {
    const auto x = on_device(stream, random_floats(s.x_size(), 1));
    Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size());
    Guarded<int32_t> argmax(stream, s.y_size());
    max_pool_forward(stream, s, x.data(), y.data(), argmax.data());
    max_pool_backward(stream, s, y.data(), argmax.data(), dx.data(), Result::overwrite);
    max_pool_backward(stream, s, y.data(), argmax.data(), dx.data(), Result::accumulate);
    average_pool_forward(stream, s, x.data(), y.data());
    average_pool_backward(stream, s, y.data(), dx.data(), Result::overwrite);
    global_average_pool_forward(stream, s.n, s.c, s.h * s.w, x.data(), y.data());
    global_average_pool_backward(stream, s.n, s.c, s.h * s.w, y.data(), dx.data(), Result::overwrite);
  }
}

TEST(Pooling, maximum_and_its_winners) {
  for (const Pool2dShape& s : shapes()) {
    SCOPED_TRACE(std::to_string(s.h) + "x" + std::to_string(s.w) + " window " + std::to_string(s.r));
    Floats x = random_floats(s.x_size(), 1);
    for (float& v : x) v = std::round(v * 8);  // ties: the first wins
    const Floats dy = random_floats(s.y_size(), 2);
    Doubles want(s.y_size()), want_dx(s.x_size());
    std::vector<int32_t> want_argmax(s.y_size());
    for_each_window(s, [&](int64_t y, const std::vector<int64_t>& inside, int) {
      int64_t best = inside.front();
      for (const int64_t at : inside) {
        if (x[at] > x[best]) best = at;
      }
      want[y] = x[best];
      want_argmax[y] = static_cast<int32_t>(best % (static_cast<int64_t>(s.h) * s.w));
      want_dx[best] += dy[y];
    });
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size());
      Guarded<int32_t> argmax(stream, s.y_size());
      max_pool_forward(stream, s, dev_x.data(), y.data(), nullptr);
      expect_close(y.read(stream), want, 0, "y without argmax");
      max_pool_forward(stream, s, dev_x.data(), y.data(), argmax.data());
      expect_close(y.read(stream), want, 0, "y");
      EXPECT_EQ(argmax.read(stream), want_argmax);
      max_pool_backward(stream, s, dev_dy.data(), argmax.data(), dx.data(), Result::overwrite);
      expect_close(dx.read(stream), want_dx, 1e-6, "dx");
      max_pool_backward(stream, s, dev_dy.data(), argmax.data(), dx.data(), Result::accumulate);
      Doubles twice = want_dx;
      for (double& v : twice) v *= 2;
      expect_close(dx.read(stream), twice, 1e-6, "dx added");
    });
  }
}

TEST(Pooling, average_counts_padding_or_not) {
  for (Pool2dShape s : shapes()) {
    for (const bool include : {true, false}) {
      s.count_include_pad = include;
      SCOPED_TRACE(std::to_string(s.h) + "x" + std::to_string(s.w) + " window " + std::to_string(s.r) +
                   (include ? " with padding" : " without padding"));
      const Floats x = random_floats(s.x_size(), 1), dy = random_floats(s.y_size(), 2);
      Doubles want(s.y_size()), want_dx(s.x_size());
      for_each_window(s, [&](int64_t y, const std::vector<int64_t>& inside, int counted) {
        for (const int64_t at : inside) {
          want[y] += static_cast<double>(x[at]) / counted;
          want_dx[at] += static_cast<double>(dy[y]) / counted;
        }
      });
      on_every_device([&](Stream& stream) {
        const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
        Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size());
        average_pool_forward(stream, s, dev_x.data(), y.data());
        expect_close(y.read(stream), want, 1e-6, "y");
        average_pool_backward(stream, s, dev_dy.data(), dx.data(), Result::overwrite);
        expect_close(dx.read(stream), want_dx, 1e-6, "dx");
      });
    }
  }
}

TEST(Pooling, global_average_is_the_mean_of_the_channel) {
  for (const int64_t pixels : {1, 7, 8, 9, 35, 49, 1000}) {
    const int n = 2, c = 3;
    const Floats x = random_floats(n * c * pixels, 1), dy = random_floats(n * c, 2);
    Doubles want(n * c), want_dx(n * c * pixels);
    for (int64_t i = 0; i < n * c * pixels; ++i) {
      want[i / pixels] += static_cast<double>(x[i]) / static_cast<double>(pixels);
      want_dx[i] = 2.0 * dy[i / pixels] / static_cast<double>(pixels);
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> y(stream, n * c), dx(stream, n * c * pixels);
      global_average_pool_forward(stream, n, c, pixels, dev_x.data(), y.data());
      expect_close(y.read(stream), want, 1e-6, "y");
      global_average_pool_backward(stream, n, c, pixels, dev_dy.data(), dx.data(), Result::overwrite);
      global_average_pool_backward(stream, n, c, pixels, dev_dy.data(), dx.data(), Result::accumulate);
      expect_close(dx.read(stream), want_dx, 1e-6, "dx");
    });
  }
}

TEST(Pooling, the_largest_values_alone_are_the_same_bits) {
  Pool2dShape shapes[6];
  for (Pool2dShape& s : shapes) s.n = 2, s.c = 3, s.h = 21, s.w = 75;
  shapes[0].r = shapes[0].s = 3, shapes[0].ceil_mode = true;
  shapes[1].r = shapes[1].s = 3, shapes[1].stride_x = shapes[1].stride_y = 1, shapes[1].pad_left = 2;
  shapes[2].r = 2, shapes[2].s = 5, shapes[2].pad_top = shapes[2].pad_right = 1, shapes[2].pad_left = 3;
  shapes[3].r = 4, shapes[3].s = 1, shapes[3].stride_y = 1, shapes[3].pad_bottom = 3;
  shapes[4].w = 74;  // 2 x 2
  shapes[5].h = shapes[5].w = 5, shapes[5].r = shapes[5].s = 5, shapes[5].pad_top = shapes[5].pad_left = 4;
  on_every_device([&](Stream& stream) {
    for (const Pool2dShape& s : shapes) {
      SCOPED_TRACE(testing::Message() << "window " << s.r << " x " << s.s << " stride " << s.stride_x);
      // Few values, so that many are equal; zeros of both signs, infinities and here and there a NaN.
      Floats x = random_floats(s.x_size(), 5, -3, 3);
      constexpr float kInfinity = std::numeric_limits<float>::infinity();
      for (size_t i = 0; i < x.size(); ++i) {
        x[i] = std::round(x[i]) * (i % 3 == 0 ? -0.0f : 1.0f);
        if (i % 97 == 0) x[i] = kInfinity;
        if (i % 89 == 0) x[i] = -kInfinity;
        if (i % 211 == 0) x[i] = std::numeric_limits<float>::quiet_NaN();
      }
      const auto dev_x = on_device(stream, x);
      Guarded<float> with_places(stream, s.y_size()), alone(stream, s.y_size());
      Guarded<int32_t> argmax(stream, s.y_size());
      max_pool_forward(stream, s, dev_x.data(), with_places.data(), argmax.data());
      max_pool_forward(stream, s, dev_x.data(), alone.data(), nullptr);
      const Floats want = with_places.read(stream), got = alone.read(stream);
      for (size_t i = 0; i < want.size(); ++i) {
        ASSERT_EQ(std::signbit(got[i]), std::signbit(want[i])) << i;
        ASSERT_TRUE(got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) << i;
      }
    }
  });
}

TEST(Pooling, a_nan_wins_so_that_it_is_seen) {
  for (const Pool2dShape& s : {shape(1, 1, 4, 4, 2, 2, 2, 0), shape(1, 1, 4, 4, 3, 3, 1, 1)}) {
    Floats x = random_floats(16, 3);
    x[5] = NAN;
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x);
      Guarded<float> y(stream, s.y_size());
      Guarded<int32_t> argmax(stream, s.y_size());
      max_pool_forward(stream, s, dev_x.data(), y.data(), argmax.data());
      EXPECT_TRUE(std::isnan(y.read(stream)[0]));
      EXPECT_EQ(argmax.read(stream)[0], 5);
    });
  }
}

TEST(Pooling, refuses_shapes_that_do_not_fit) {
  EXPECT_THROW(check(shape(1, 1, 4, 4, 5, 2, 2, 0)), Error);
  EXPECT_THROW(check(shape(1, 1, 4, 4, 2, 2, 0, 0)), Error);
  EXPECT_THROW(check(shape(1, 1, 4, 4, 2, 2, 2, 2)), Error);
  EXPECT_THROW(check(shape(0, 1, 4, 4, 2, 2, 2, 0)), Error);
  EXPECT_THROW(check(shape(1, 1, 2, 2, 3, 3, 1, 0, true)), Error);
  EXPECT_NO_THROW(check(shape(1, 1, 4, 4, 2, 2, 2, 1)));
}

}  // namespace striate
