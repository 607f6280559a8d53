// Locally connected layers against the formula on top of local2d.h, and against the convolution that they become when
// every place has the same weights.
#include "kernels/local2d.h"

#include <gtest/gtest.h>

#include "kernels/error.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

Local2dShape local(int n, int c, int h, int w, int k, int r, int s, int sets_y = 0, int sets_x = 0) {
  Local2dShape shape;
  Conv2dShape& p = shape.plane;
  p.n = n, p.c = c, p.h = h, p.w = w, p.k = k, p.r = r, p.s = s;
  shape.sets_y = sets_y > 0 ? sets_y : p.p();
  shape.sets_x = sets_x > 0 ? sets_x : p.q();
  return shape;
}

std::vector<Local2dShape> shapes() {
  std::vector<Local2dShape> all = {local(1, 1, 1, 1, 1, 1, 1),       local(2, 3, 5, 7, 4, 3, 2),
                                   local(3, 2, 9, 8, 5, 3, 3, 2, 2), local(2, 2, 7, 9, 3, 2, 4, 1, 1),
                                   local(2, 1, 9, 9, 2, 3, 3, 3, 5), local(1, 1, 20, 19, 6, 5, 5)};
  Local2dShape odd = local(2, 3, 8, 9, 2, 3, 2);
  Conv2dShape& p = odd.plane;
  p.stride_y = 2, p.stride_x = 3, p.pad_top = 1, p.pad_left = 2, p.pad_right = 1, p.dilation_y = 2;
  odd.sets_y = p.p(), odd.sets_x = 2;
  all.push_back(odd);
  return all;
}

// Calls f(y place, x place, w place) for every term, as the header has it.
template <typename F>
void for_each_local_term(const Local2dShape& shape, const F& f) {
  const Conv2dShape& s = shape.plane;
  const int p_count = s.p(), q_count = s.q();
  for_each_term(s, [&](int64_t y, int64_t x, int64_t w) {
    const int64_t q = y % q_count, p = y / q_count % p_count;
    const int64_t tile = p * shape.sets_y / p_count * shape.sets_x + q * shape.sets_x / q_count;
    f(y, x, tile * s.w_size() + w);
  });
}
int64_t bias_of(const Local2dShape& shape, int64_t y) {
  const Conv2dShape& s = shape.plane;
  const int64_t q = y % s.q(), p = y / s.q() % s.p();
  const int64_t tile = p * shape.sets_y / s.p() * shape.sets_x + q * shape.sets_x / s.q();
  return tile * s.k + y / s.q() / s.p() % s.k;
}

}  // namespace

TEST(Local2d, agrees_with_the_formula) {
  on_every_device([](Stream& stream) {
    for (const Local2dShape& s : shapes()) {
      const Floats x = random_floats(s.plane.x_size(), 1), w = random_floats(s.w_size(), 2);
      const Floats b = random_floats(s.b_size(), 3), dy = random_floats(s.plane.y_size(), 4);
      Doubles y(dy.size()), dx(x.size()), dw(w.size()), db(b.size());
      for (size_t i = 0; i < y.size(); ++i) {
        const size_t bias = static_cast<size_t>(bias_of(s, static_cast<int64_t>(i)));
        y[i] = b[bias];
        db[bias] += dy[i];
      }
      for_each_local_term(s, [&](int64_t yi, int64_t xi, int64_t wi) {
        y[yi] += static_cast<double>(x[xi]) * w[wi];
        dx[xi] += static_cast<double>(dy[yi]) * w[wi];
        dw[wi] += static_cast<double>(dy[yi]) * x[xi];
      });
      const auto gx = on_device(stream, x), gw = on_device(stream, w), gb = on_device(stream, b);
      const auto gdy = on_device(stream, dy);
      Guarded<float> to_y(stream, y.size()), to_dx(stream, dx.size()), to_dw(stream, dw.size()),
          to_db(stream, db.size());
      local2d_forward(stream, s, gx.data(), gw.data(), gb.data(), to_y.data());
      local2d_backward_input(stream, s, gdy.data(), gw.data(), to_dx.data(), Result::overwrite);
      local2d_backward_weights(stream, s, gx.data(), gdy.data(), to_dw.data(), to_db.data(), Result::overwrite);
      expect_close(to_y.read(stream), y, 1e-6, "y");
      expect_close(to_dx.read(stream), dx, 1e-6, "dx");
      expect_close(to_dw.read(stream), dw, 1e-6, "dw");
      expect_close(to_db.read(stream), db, 1e-6, "db");
      local2d_backward_input(stream, s, gdy.data(), gw.data(), to_dx.data(), Result::accumulate);
      local2d_backward_weights(stream, s, gx.data(), gdy.data(), to_dw.data(), nullptr, Result::accumulate);
      local2d_backward_weights(stream, s, gx.data(), gdy.data(), nullptr, to_db.data(), Result::accumulate);
      for (Doubles* each : {&dx, &dw, &db}) {
        for (double& v : *each) v *= 2;
      }
      expect_close(to_dx.read(stream), dx, 1e-6, "dx added to");
      expect_close(to_dw.read(stream), dw, 1e-6, "dw added to");
      expect_close(to_db.read(stream), db, 1e-6, "db added to");
    }
  });
}

// Weights that are copied to every place give the convolution's output, and the places' gradients add up to its own.
TEST(Local2d, with_the_weights_of_a_convolution_everywhere_is_that_convolution) {
  on_every_device([](Stream& stream) {
    for (const Local2dShape& s : shapes()) {
      const Floats x = random_floats(s.plane.x_size(), 5), one = random_floats(s.plane.w_size(), 6);
      const Floats bias = random_floats(s.plane.k, 7), dy = random_floats(s.plane.y_size(), 8);
      Floats w, b;
      for (int64_t set = 0; set < s.sets(); ++set) {
        w.insert(w.end(), one.begin(), one.end());
        b.insert(b.end(), bias.begin(), bias.end());
      }
      const auto gx = on_device(stream, x), g1 = on_device(stream, one), g1b = on_device(stream, bias);
      const auto gw = on_device(stream, w), gb = on_device(stream, b), gdy = on_device(stream, dy);
      Guarded<float> y(stream, s.plane.y_size()), dx(stream, s.plane.x_size()), dw(stream, s.w_size()),
          db(stream, s.b_size());
      Guarded<float> y1(stream, s.plane.y_size()), dx1(stream, s.plane.x_size()), dw1(stream, s.plane.w_size()),
          db1(stream, s.plane.k);
      Buffer<float> scratch(stream.device(), conv2d_scratch(s.plane) + 1, "scratch");
      local2d_forward(stream, s, gx.data(), gw.data(), gb.data(), y.data());
      local2d_backward_input(stream, s, gdy.data(), gw.data(), dx.data(), Result::overwrite);
      local2d_backward_weights(stream, s, gx.data(), gdy.data(), dw.data(), db.data(), Result::overwrite);
      conv2d_forward(stream, s.plane, gx.data(), g1.data(), g1b.data(), y1.data(), scratch.data());
      conv2d_backward_input(stream, s.plane, gdy.data(), g1.data(), dx1.data(), Result::overwrite, scratch.data());
      conv2d_backward_weights(stream, s.plane, gx.data(), gdy.data(), dw1.data(), db1.data(), Result::overwrite,
                              scratch.data());
      expect_close(y1.read(stream), doubles(y.read(stream)), 1e-5, "y");
      expect_close(dx1.read(stream), doubles(dx.read(stream)), 1e-5, "dx");
      const Floats local_w = dw.read(stream), local_b = db.read(stream);
      Doubles sum_w(one.size()), sum_b(bias.size());
      for (size_t i = 0; i < local_w.size(); ++i) sum_w[i % one.size()] += local_w[i];
      for (size_t i = 0; i < local_b.size(); ++i) sum_b[i % bias.size()] += local_b[i];
      expect_close(dw1.read(stream), sum_w, 1e-5, "dw");
      expect_close(db1.read(stream), sum_b, 1e-5, "db");
    }
  });
}

TEST(Local2d, refuses_more_sets_than_places_and_groups) {
  Local2dShape many = local(1, 2, 5, 5, 2, 3, 3, 4, 3);
  EXPECT_THROW(check(many), Error);
  many.sets_y = 3;
  EXPECT_NO_THROW(check(many));
  many.sets_x = 0;
  EXPECT_THROW(check(many), Error);
  Local2dShape grouped = local(1, 2, 5, 5, 2, 3, 3);
  grouped.plane.groups = 2;
  EXPECT_THROW(check(grouped), Error);
}

void exercise_local(Stream& stream) {
  const Local2dShape s = local(1, 2, 4, 5, 3, 2, 2, 2, 2);
  const auto x = on_device(stream, random_floats(s.plane.x_size(), 1));
  const auto w = on_device(stream, random_floats(s.w_size(), 2));
  Guarded<float> y(stream, s.plane.y_size()), dx(stream, s.plane.x_size()), dw(stream, s.w_size()),
      db(stream, s.b_size());
  local2d_forward(stream, s, x.data(), w.data(), nullptr, y.data());
  local2d_backward_input(stream, s, y.data(), w.data(), dx.data(), Result::overwrite);
  local2d_backward_weights(stream, s, x.data(), y.data(), dw.data(), db.data(), Result::overwrite);
}

}  // namespace striate
