#include "kernels/dense.h"

#include <gtest/gtest.h>

#include "kernels/threads.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Case {
  int n, c, k;
};
constexpr Case kCases[] = {{1, 1, 1},     {1, 400, 120}, {64, 400, 120}, {7, 13, 5},   {16, 84, 10},
                           {3, 1690, 10}, {33, 17, 31},  {65, 16, 16},   {2, 129, 33}, {5, 15, 257}};

// A dense layer is a convolution of a 1x1 picture.
Conv2dShape as_convolution(const Case& c) {
  Conv2dShape s;
  s.n = c.n;
  s.c = c.c;
  s.k = c.k;
  return s;
}

}  // namespace

void exercise_dense(Stream& stream) {
  const auto x = on_device(stream, random_floats(6, 1)), w = on_device(stream, random_floats(12, 2));
  const auto dy = on_device(stream, random_floats(8, 3));
  Guarded<float> y(stream, 8), dx(stream, 6), dw(stream, 12), db(stream, 4), scratch(stream, dense_scratch(2, 3, 4));
  dense_forward(stream, 2, 3, 4, x.data(), w.data(), nullptr, y.data(), scratch.data());
  dense_backward_input(stream, 2, 3, 4, dy.data(), w.data(), dx.data(), Result::overwrite, scratch.data());
  dense_backward_weights(stream, 2, 3, 4, x.data(), dy.data(), dw.data(), db.data(), Result::overwrite, scratch.data());
}

TEST(Dense, forward_and_backward_are_the_sums_of_their_formulas) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::to_string(c.n) + " x " + std::to_string(c.c) + " -> " + std::to_string(c.k));
    const Conv2dShape s = as_convolution(c);
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(c.k, 3);
    const Floats dy = random_floats(s.y_size(), 4);
    const Doubles bias = doubles(b);
    const Doubles want_y = conv2d_reference(s, doubles(x), doubles(w), &bias);
    const Doubles want_dx = conv2d_by_input_reference(s, doubles(dy), doubles(w));
    const Doubles want_dw = conv2d_by_weights_reference(s, doubles(x), doubles(dy));
    const Doubles want_db = conv2d_by_bias_reference(s, doubles(dy));
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_b = on_device(stream, b),
                 dev_dy = on_device(stream, dy);
      Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size()), dw(stream, s.w_size()), db(stream, c.k);
      Guarded<float> scratch(stream, dense_scratch(c.n, c.c, c.k));
      dense_forward(stream, c.n, c.c, c.k, dev_x.data(), dev_w.data(), dev_b.data(), y.data(), scratch.data());
      dense_backward_input(stream, c.n, c.c, c.k, dev_dy.data(), dev_w.data(), dx.data(), Result::overwrite,
                           scratch.data());
      dense_backward_weights(stream, c.n, c.c, c.k, dev_x.data(), dev_dy.data(), dw.data(), db.data(),
                             Result::overwrite, scratch.data());
      expect_close(y.read(stream), want_y, 2e-6, "y");
      expect_close(dx.read(stream), want_dx, 2e-6, "dx");
      expect_close(dw.read(stream), want_dw, 2e-6, "dw");
      expect_close(db.read(stream), want_db, 2e-6, "db");

      dense_backward_input(stream, c.n, c.c, c.k, dev_dy.data(), dev_w.data(), dx.data(), Result::accumulate,
                           scratch.data());
      dense_backward_weights(stream, c.n, c.c, c.k, dev_x.data(), dev_dy.data(), dw.data(), db.data(),
                             Result::accumulate, scratch.data());
      scratch.read(stream);
      const auto twice = [](Doubles v) {
        for (double& d : v) d *= 2;
        return v;
      };
      expect_close(dx.read(stream), twice(want_dx), 2e-6, "dx added");
      expect_close(dw.read(stream), twice(want_dw), 2e-6, "dw added");
      expect_close(db.read(stream), twice(want_db), 2e-6, "db added");
    });
  }
}

TEST(Dense, bits_do_not_depend_on_the_number_of_threads) {
  const int n = 129, c = 513, k = 77;
  const Floats x = random_floats(n * c, 1), w = random_floats(k * c, 2), dy = random_floats(n * k, 3);
  Stream stream;
  const int before = thread_count();
  std::vector<Floats> results[2];
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_dy = on_device(stream, dy);
    Guarded<float> y(stream, n * k), dx(stream, n * c), dw(stream, k * c), scratch(stream, dense_scratch(n, c, k));
    dense_forward(stream, n, c, k, dev_x.data(), dev_w.data(), nullptr, y.data(), scratch.data());
    dense_backward_input(stream, n, c, k, dev_dy.data(), dev_w.data(), dx.data(), Result::overwrite, scratch.data());
    dense_backward_weights(stream, n, c, k, dev_x.data(), dev_dy.data(), dw.data(), nullptr, Result::overwrite,
                           scratch.data());
    results[threads - 1] = {y.read(stream), dx.read(stream), dw.read(stream)};
  }
  set_thread_count(before);
  EXPECT_EQ(results[0], results[1]);
}

}  // namespace striate
