// What convolves and pools beyond pictures and plain windows: three axes, transposed convolutions, dilated windows.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "kernels/channel_sums.h"
#include "kernels/conv3d.h"
#include "kernels/conv_transpose2d.h"
#include "kernels/error.h"
#include "kernels/global_max_pool.h"
#include "kernels/pool3d.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

constexpr double kTolerance = 2e-6;

using Triple = std::array<int, 3>;
void set(int (&to)[3], const Triple& from) {
  for (int a = 0; a < 3; ++a) to[a] = from[a];
}
std::string text(const int (&a)[3]) {
  return std::to_string(a[0]) + "," + std::to_string(a[1]) + "," + std::to_string(a[2]);
}

// Calls f(place, i) for every place of three nested loops.
template <typename F>
void for_each_place(int d, int h, int w, const F& f) {
  int64_t place = 0;
  for (int z = 0; z < d; ++z) {
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) f(place++, Triple{z, y, x});
    }
  }
}

// ---------------------------------------------------------------------------------------------------- convolution

Conv3dShape conv(int n, int c, Triple in, int k, Triple kernel, Triple stride = {1, 1, 1}, Triple before = {0, 0, 0},
                 Triple after = {0, 0, 0}, Triple dilation = {1, 1, 1}, int groups = 1) {
  Conv3dShape s;
  s.n = n, s.c = c, s.k = k, s.groups = groups;
  set(s.in, in), set(s.kernel, kernel), set(s.stride, stride), set(s.before, before), set(s.after, after);
  set(s.dilation, dilation);
  return s;
}

std::vector<Conv3dShape> conv_shapes() {
  std::vector<Conv3dShape> all = {
      conv(1, 1, {1, 1, 1}, 1, {1, 1, 1}),
      conv(2, 3, {4, 5, 6}, 5, {2, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}),
      conv(1, 2, {5, 4, 7}, 3, {3, 2, 3}, {2, 1, 2}, {0, 1, 2}, {1, 0, 0}),
      conv(1, 4, {6, 5, 9}, 6, {2, 2, 2}, {1, 2, 3}, {1, 0, 1}, {0, 1, 1}, {2, 1, 2}, 2),
      conv(2, 6, {3, 3, 3}, 6, {3, 1, 2}, {1, 1, 1}, {1, 0, 0}, {1, 0, 0}, {1, 1, 1}, 6),
      conv(1, 2, {4, 4, 5}, 3, {2, 2, 2}, {2, 2, 2}, {0, 0, 0}, {-1, -2, -1}),
      conv(1, 1, {2, 2, 2}, 2, {2, 2, 2}, {3, 3, 3}, {3, 3, 3}, {3, 3, 3}),
  };
  for (const int width : {3, 4, 5, 7, 8, 9, 15, 16, 17, 33}) all.push_back(conv(1, 2, {2, 2, width}, 3, {1, 2, 3}));
  return all;
}

// Calls f(y place, x place, w place) for every term.
template <typename F>
void for_each_term3d(const Conv3dShape& s, const F& f) {
  const int cg = s.c / s.groups, kg = s.k / s.groups;
  for (int n = 0; n < s.n; ++n) {
    for (int k = 0; k < s.k; ++k) {
      for_each_place(s.out(0), s.out(1), s.out(2), [&](int64_t place, const Triple& o) {
        for (int c = 0; c < cg; ++c) {
          for_each_place(s.kernel[0], s.kernel[1], s.kernel[2], [&](int64_t tap, const Triple& t) {
            int64_t x = int64_t{n} * s.c + k / kg * cg + c;
            for (int a = 0; a < 3; ++a) {
              const int i = o[a] * s.stride[a] - s.before[a] + t[a] * s.dilation[a];
              if (i < 0 || i >= s.in[a]) return;
              x = x * s.in[a] + i;
            }
            f((int64_t{n} * s.k + k) * s.out_volume() + place, x, (int64_t{k} * cg + c) * s.taps() + tap);
          });
        }
      });
    }
  }
}

}  // namespace

TEST(Convolution3d, forward_and_backward_are_the_sums_of_their_formulas) {
  for (const Conv3dShape& s : conv_shapes()) {
    SCOPED_TRACE("in " + text(s.in) + " kernel " + text(s.kernel) + " stride " + text(s.stride));
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    const Floats dy = random_floats(s.y_size(), 4), more = random_floats(s.c, 5);
    Doubles y(s.y_size()), dx(s.x_size()), dw(s.w_size()), db(s.k);
    for (size_t i = 0; i < y.size(); ++i) {
      const size_t k = i / s.out_volume() % s.k;
      y[i] = b[k];
      db[k] += dy[i];
    }
    for (size_t i = 0; i < dx.size(); ++i) dx[i] = more[i / s.in_volume() % s.c];
    for_each_term3d(s, [&](int64_t yi, int64_t xi, int64_t wi) {
      y[yi] += static_cast<double>(x[xi]) * w[wi];
      dx[xi] += static_cast<double>(dy[yi]) * w[wi];
      dw[wi] += static_cast<double>(dy[yi]) * x[xi];
    });
    const auto twice = [](Doubles values) {
      for (double& v : values) v *= 2;
      return values;
    };
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_b = on_device(stream, b);
      const auto dev_dy = on_device(stream, dy), dev_more = on_device(stream, more);
      Guarded<float> gy(stream, s.y_size()), gx(stream, s.x_size()), gw(stream, s.w_size()), gb(stream, s.k);
      Guarded<float> scratch = scratch_for(stream, s.scratch_size());
      for (const Result result : {Result::overwrite, Result::accumulate}) {
        const auto want = [&](const Doubles& v) { return result == Result::accumulate ? twice(v) : v; };
        conv3d_forward(stream, s, dev_x.data(), dev_w.data(), dev_b.data(), gy.data(), result);
        conv3d_backward_input(stream, s, dev_dy.data(), dev_w.data(), gx.data(), result, dev_more.data());
        conv3d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), gw.data(), gb.data(), result, scratch.data());
        expect_close(gy.read(stream), want(y), kTolerance, "y");
        expect_close(gx.read(stream), want(dx), kTolerance, "dx");
        expect_close(gw.read(stream), want(dw), kTolerance, "dw");
        expect_close(gb.read(stream), want(db), kTolerance, "db");
      }
      scratch.read(stream);
    });
  }
}

TEST(Convolution3d, refuses_shapes_that_do_not_fit) {
  EXPECT_NO_THROW(check(conv(1, 2, {3, 3, 3}, 2, {3, 3, 3})));
  EXPECT_THROW(check(conv(1, 2, {3, 0, 3}, 2, {1, 1, 1})), Error);
  EXPECT_THROW(check(conv(1, 2, {3, 3, 3}, 2, {4, 1, 1})), Error);
  EXPECT_THROW(check(conv(1, 2, {3, 3, 3}, 2, {1, 1, 1}, {1, 0, 1})), Error);
  EXPECT_THROW(check(conv(1, 2, {3, 3, 3}, 2, {1, 1, 1}, {1, 1, 1}, {-1, 0, 0})), Error);
  EXPECT_THROW(check(conv(1, 3, {3, 3, 3}, 2, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 2)), Error);
  ConvTranspose3dShape t;
  t.in[0] = 3, t.before[0] = 3;
  EXPECT_THROW(check(t), Error);
  t.before[0] = 2;
  EXPECT_NO_THROW(check(t));
}

// ------------------------------------------------------------------------------------------ transposed convolution

namespace {

ConvTranspose2dShape transpose(int n, int c, int h, int w, int k, int r, int s, int stride = 1, int pad = 0,
                               int dilation = 1, int groups = 1, int output_pad = 0) {
  ConvTranspose2dShape t;
  t.n = n, t.c = c, t.h = h, t.w = w, t.k = k, t.r = r, t.s = s, t.groups = groups;
  t.stride_y = t.stride_x = stride;
  t.pad_top = t.pad_bottom = t.pad_left = t.pad_right = pad;
  t.dilation_y = t.dilation_x = dilation;
  t.output_pad_y = t.output_pad_x = output_pad;
  return t;
}

std::vector<ConvTranspose2dShape> transposes() {
  std::vector<ConvTranspose2dShape> all = {
      transpose(1, 1, 1, 1, 1, 1, 1),
      transpose(2, 3, 4, 5, 4, 3, 3),
      transpose(1, 3, 5, 4, 2, 2, 2, 2),              // the usual doubling
      transpose(2, 4, 5, 6, 3, 4, 4, 2, 1),           // and the other usual one
      transpose(1, 2, 4, 4, 3, 3, 3, 2, 1, 1, 1, 1),  // PyTorch's inverse of an odd size
      transpose(1, 4, 3, 5, 6, 3, 2, 3, 0, 1, 2, 2),
      transpose(1, 6, 3, 4, 6, 3, 3, 1, 1, 2, 6),
      transpose(1, 2, 3, 3, 2, 2, 2, 4),              // stamps that don't touch: gaps hold the bias
      transpose(1, 2, 3, 3, 2, 2, 2, 1, 0, 3, 1, 2),  // an output padding of more than the stride
      transpose(1, 2, 3, 4, 2, 1, 1, 2, 0, 1, 1, 5),  // and one of far more
      transpose(1, 3, 1, 20, 5, 1, 4, 3, 0),          // a row of values
      transpose(1, 2, 6, 6, 3, 3, 3, 2, 3),           // padding as wide as the kernel
  };
  ConvTranspose2dShape uneven = transpose(2, 3, 4, 5, 2, 3, 4, 2);
  uneven.pad_top = 1, uneven.pad_right = 3, uneven.stride_x = 3, uneven.dilation_y = 2, uneven.output_pad_x = 1;
  all.push_back(uneven);
  for (const int channels : {7, 8, 9, 17}) all.push_back(transpose(1, 5, 4, 6, channels, 3, 3, 2, 1));
  return all;
}

// The header's own words: every value stamps the kernel. Calls f(x place, w place, y place).
template <typename F>
void for_each_stamp(const ConvTranspose2dShape& t, const F& f) {
  const int p = t.p(), q = t.q(), cg = t.c / t.groups, kg = t.k / t.groups;
  for (int n = 0; n < t.n; ++n) {
    for (int c = 0; c < t.c; ++c) {
      for_each_place(kg, t.h, t.w, [&](int64_t, const Triple& at) {
        const int k = c / cg * kg + at[0];
        const int64_t x = ((int64_t{n} * t.c + c) * t.h + at[1]) * t.w + at[2];
        for_each_place(1, t.r, t.s, [&](int64_t tap, const Triple& rs) {
          const int row = at[1] * t.stride_y - t.pad_top + rs[1] * t.dilation_y;
          const int column = at[2] * t.stride_x - t.pad_left + rs[2] * t.dilation_x;
          if (row < 0 || row >= p || column < 0 || column >= q) return;
          f(x, (int64_t{c} * kg + at[0]) * t.r * t.s + tap, ((int64_t{n} * t.k + k) * p + row) * q + column);
        });
      });
    }
  }
}

ConvTranspose3dShape flat(const ConvTranspose2dShape& t) {  // the same with a depth of 1
  ConvTranspose3dShape s;
  s.n = t.n, s.c = t.c, s.k = t.k, s.groups = t.groups;
  set(s.in, {1, t.h, t.w}), set(s.kernel, {1, t.r, t.s}), set(s.stride, {1, t.stride_y, t.stride_x});
  set(s.dilation, {1, t.dilation_y, t.dilation_x}), set(s.before, {0, t.pad_top, t.pad_left});
  set(s.after, {0, t.pad_bottom, t.pad_right}), set(s.output_pad, {0, t.output_pad_y, t.output_pad_x});
  return s;
}

struct Transposed {
  Floats y, dx, dw, db;
};

}  // namespace

TEST(TransposedConvolution, stamps_the_kernel_forward_and_backward) {
  for (const ConvTranspose2dShape& t : transposes()) {
    SCOPED_TRACE("x " + std::to_string(t.h) + "x" + std::to_string(t.w) + " kernel " + std::to_string(t.r) + "x" +
                 std::to_string(t.s) + " stride " + std::to_string(t.stride_y) + " pad " + std::to_string(t.pad_top) +
                 " dilation " + std::to_string(t.dilation_y) + " output padding " + std::to_string(t.output_pad_y));
    const Floats x = random_floats(t.x_size(), 1), w = random_floats(t.w_size(), 2), b = random_floats(t.k, 3);
    const Floats dy = random_floats(t.y_size(), 4);
    Doubles y(t.y_size()), dx(t.x_size()), dw(t.w_size()), db(t.k);
    const int64_t plane = int64_t{1} * t.p() * t.q();
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = b[i / plane % t.k];
      db[i / plane % t.k] += dy[i];
    }
    for_each_stamp(t, [&](int64_t xi, int64_t wi, int64_t yi) {
      y[yi] += static_cast<double>(x[xi]) * w[wi];
      dx[xi] += static_cast<double>(dy[yi]) * w[wi];
      dw[wi] += static_cast<double>(dy[yi]) * x[xi];
    });
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_b = on_device(stream, b);
      const auto dev_dy = on_device(stream, dy);
      Guarded<float> gy(stream, t.y_size()), gx(stream, t.x_size()), gw(stream, t.w_size()), gb(stream, t.k);
      Guarded<float> scratch = scratch_for(stream, conv_transpose2d_scratch(t));
      const auto judge = [&](const char* form) {
        SCOPED_TRACE(form);
        expect_close(gy.read(stream), y, kTolerance, "y");
        expect_close(gx.read(stream), dx, kTolerance, "dx");
        expect_close(gw.read(stream), dw, kTolerance, "dw");
        expect_close(gb.read(stream), db, kTolerance, "db");
      };
      conv_transpose2d_forward(stream, t, dev_x.data(), dev_w.data(), dev_b.data(), gy.data(), scratch.data());
      conv_transpose2d_backward_input(stream, t, dev_dy.data(), dev_w.data(), gx.data(), Result::overwrite,
                                      scratch.data());
      conv_transpose2d_backward_weights(stream, t, dev_x.data(), dev_dy.data(), gw.data(), gb.data(), Result::overwrite,
                                        scratch.data());
      judge("as a picture");
      const ConvTranspose3dShape s = flat(t);
      ASSERT_EQ(s.out(1), t.p());
      ASSERT_EQ(s.out(2), t.q());
      conv_transpose3d_forward(stream, s, dev_x.data(), dev_w.data(), dev_b.data(), gy.data());
      conv_transpose3d_backward_input(stream, s, dev_dy.data(), dev_w.data(), gx.data(), Result::overwrite);
      conv_transpose3d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), gw.data(), gb.data(), Result::overwrite,
                                        scratch.data());
      judge("as a volume");
    });
  }
}

TEST(TransposedConvolution, adds_where_asked_and_leaves_out_what_is_absent) {
  const ConvTranspose2dShape t = transpose(2, 3, 4, 5, 4, 3, 3, 2, 1, 1, 1, 1);
  const Floats x = random_floats(t.x_size(), 1), w = random_floats(t.w_size(), 2), dy = random_floats(t.y_size(), 4);
  Doubles dx(t.x_size(), 1), dw(t.w_size(), 1), db(t.k, 1), y(t.y_size());
  for (size_t i = 0; i < dy.size(); ++i) db[i / (int64_t{1} * t.p() * t.q()) % t.k] += dy[i];
  for_each_stamp(t, [&](int64_t xi, int64_t wi, int64_t yi) {
    y[yi] += static_cast<double>(x[xi]) * w[wi];
    dx[xi] += static_cast<double>(dy[yi]) * w[wi];
    dw[wi] += static_cast<double>(dy[yi]) * x[xi];
  });
  on_every_device([&](Stream& stream) {
    const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_dy = on_device(stream, dy);
    auto gx = on_device(stream, Floats(dx.size(), 1)), gw = on_device(stream, Floats(dw.size(), 1));
    auto gb = on_device(stream, Floats(db.size(), 1));
    Guarded<float> scratch = scratch_for(stream, conv_transpose2d_scratch(t)), gy(stream, t.y_size());
    conv_transpose2d_forward(stream, t, dev_x.data(), dev_w.data(), nullptr, gy.data(), scratch.data());
    conv_transpose2d_backward_input(stream, t, dev_dy.data(), dev_w.data(), gx.data(), Result::accumulate,
                                    scratch.data());
    conv_transpose2d_backward_weights(stream, t, dev_x.data(), dev_dy.data(), gw.data(), nullptr, Result::accumulate,
                                      scratch.data());
    conv_transpose2d_backward_weights(stream, t, dev_x.data(), dev_dy.data(), nullptr, gb.data(), Result::accumulate,
                                      scratch.data());
    const auto judge = [&](Buffer<float>& got, const Doubles& want, const char* what) {
      Floats values(want.size());
      download(stream, values.data(), got, got.size());
      expect_close(values, want, kTolerance, what);
    };
    expect_close(gy.read(stream), y, kTolerance, "y");
    judge(gx, dx, "dx");
    judge(gw, dw, "dw");
    judge(gb, db, "db");
  });
}

TEST(TransposedConvolution, refuses_shapes_that_do_not_fit) {
  const auto refused = [](const ConvTranspose2dShape& t) {
    try {
      check(t);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.hint()), "");
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refused(transpose(1, 2, 3, 3, 2, 3, 3)), "");
  EXPECT_NE(refused(transpose(1, 0, 3, 3, 2, 3, 3)).find("input of 1 x 0"), std::string::npos);
  EXPECT_NE(refused(transpose(1, 2, 3, 3, 2, 3, 0)).find("kernels of 3 x 0"), std::string::npos);
  EXPECT_NE(refused(transpose(1, 2, 3, 3, 2, 3, 3, 0)).find("stride 0"), std::string::npos);
  EXPECT_NE(refused(transpose(1, 2, 3, 3, 2, 3, 3, 1, -1)).find("negative padding"), std::string::npos);
  EXPECT_NE(refused(transpose(1, 3, 3, 3, 2, 3, 3, 1, 0, 1, 2)).find("2 groups"), std::string::npos);
  EXPECT_NE(refused(transpose(1, 2, 3, 3, 2, 3, 3, 1, 3)).find("cuts off all of 5 x 5"), std::string::npos);
}

// --------------------------------------------------------------------------------------------------------- pooling

namespace {

Pool3dShape pool(int n, int c, Triple in, Triple window, Triple stride, Triple before = {0, 0, 0},
                 Triple after = {0, 0, 0}, Triple dilation = {1, 1, 1}, bool ceil = false) {
  Pool3dShape s;
  s.n = n, s.c = c, s.ceil_mode = ceil;
  set(s.in, in), set(s.window, window), set(s.stride, stride), set(s.before, before), set(s.after, after);
  set(s.dilation, dilation);
  return s;
}

std::vector<Pool3dShape> pool_shapes() {
  return {
      pool(1, 1, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}),
      pool(2, 3, {4, 6, 8}, {2, 2, 2}, {2, 2, 2}),
      pool(1, 2, {5, 7, 6}, {3, 2, 3}, {2, 1, 2}, {1, 0, 1}, {1, 1, 0}),
      pool(1, 2, {5, 7, 6}, {3, 2, 3}, {2, 3, 4}, {1, 0, 1}, {1, 1, 0}, {1, 1, 1}, true),
      pool(2, 2, {6, 6, 7}, {2, 3, 2}, {1, 2, 3}, {1, 2, 0}, {0, 2, 3}, {2, 2, 3}),
      pool(2, 2, {6, 6, 7}, {2, 3, 2}, {1, 2, 3}, {1, 2, 0}, {0, 2, 3}, {2, 2, 3}, true),
      pool(1, 1, {1, 1, 3}, {1, 1, 2}, {1, 1, 1}, {0, 0, 3}, {0, 0, 3}, {1, 1, 4}),  // windows that hold nothing
      pool(1, 2, {2, 2, 2}, {3, 3, 3}, {2, 2, 2}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, true),
      pool(1, 1, {2, 3, 4}, {1, 1, 1}, {3, 2, 2}),
  };
}

// Calls f(y place, places in the channel that the window holds, how many the average divides by).
template <typename F>
void for_each_window3d(const Pool3dShape& s, const F& f) {
  for (int64_t plane = 0; plane < int64_t{1} * s.n * s.c; ++plane) {
    for_each_place(s.out(0), s.out(1), s.out(2), [&](int64_t place, const Triple& o) {
      std::vector<int64_t> inside;
      int counted = 0;
      for_each_place(s.window[0], s.window[1], s.window[2], [&](int64_t, const Triple& t) {
        bool in = true, in_padding = true;
        int64_t at = 0;
        for (int a = 0; a < 3; ++a) {
          const int i = o[a] * s.stride[a] - s.before[a] + t[a] * s.dilation[a];
          in = in && i >= 0 && i < s.in[a];
          in_padding = in_padding && i < s.in[a] + s.after[a];
          at = at * s.in[a] + i;
        }
        if (in) inside.push_back(plane * s.in_volume() + at);
        counted += s.count_include_pad ? in_padding : in;
      });
      f(plane * s.out_volume() + place, inside, counted);
    });
  }
}

}  // namespace

TEST(Pooling3d, maximum_its_winners_and_their_places) {
  bool saw_an_empty_window = false;
  for (const Pool3dShape& s : pool_shapes()) {
    SCOPED_TRACE("in " + text(s.in) + " window " + text(s.window) + " stride " + text(s.stride));
    Floats x = random_floats(s.x_size(), 1);
    for (float& v : x) v = std::round(v * 8);  // ties: the first wins
    const Floats dy = random_floats(s.y_size(), 2);
    Floats want(s.y_size()), places(s.y_size()), turned(s.y_size());
    Doubles dx(s.x_size());
    std::vector<int32_t> argmax(s.y_size());
    for_each_window3d(s, [&](int64_t y, const std::vector<int64_t>& inside, int) {
      int64_t best = -1;
      for (const int64_t at : inside) {
        if (best < 0 || x[at] > x[best]) best = at;
      }
      saw_an_empty_window |= best < 0;
      want[y] = best < 0 ? -INFINITY : x[best];
      argmax[y] = best < 0 ? -1 : static_cast<int32_t>(best % s.in_volume());
      places[y] = static_cast<float>(best);
      turned[y] = -1;
      if (best < 0) return;
      dx[best] += dy[y];
      const int64_t h = s.in[1], w = s.in[2], at = best % s.in_volume();
      turned[y] = static_cast<float>(best / s.in_volume() * s.in_volume() + at % w * h * s.in[0] +
                                     at / w % h * s.in[0] + at / w / h);
    });
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> y(stream, s.y_size()), gx(stream, s.x_size());
      Guarded<int32_t> got(stream, s.y_size());
      max_pool3d_forward(stream, s, dev_x.data(), y.data(), nullptr);
      EXPECT_EQ(y.read(stream), want) << "without argmax";
      max_pool3d_forward(stream, s, dev_x.data(), y.data(), got.data());
      EXPECT_EQ(y.read(stream), want);
      EXPECT_EQ(got.read(stream), argmax);
      max_pool3d_backward(stream, s, dev_dy.data(), got.data(), gx.data(), Result::overwrite);
      expect_close(gx.read(stream), dx, 1e-6, "dx");
      max_pool3d_backward(stream, s, dev_dy.data(), got.data(), gx.data(), Result::accumulate);
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      expect_close(gx.read(stream), twice, 1e-6, "dx added");
      max_pool3d_argmax(stream, s, false, dev_x.data(), y.data());
      EXPECT_EQ(y.read(stream), places);
      max_pool3d_argmax(stream, s, true, dev_x.data(), y.data());
      EXPECT_EQ(y.read(stream), turned) << "columns first";
    });
  }
  EXPECT_TRUE(saw_an_empty_window);
}

TEST(Pooling3d, average_counts_padding_or_not) {
  for (Pool3dShape s : pool_shapes()) {
    for (const bool include : {true, false}) {
      s.count_include_pad = include;
      SCOPED_TRACE("in " + text(s.in) + " window " + text(s.window) + (include ? " with" : " without") + " padding");
      const Floats x = random_floats(s.x_size(), 1), dy = random_floats(s.y_size(), 2);
      Doubles want(s.y_size()), dx(s.x_size());
      for_each_window3d(s, [&](int64_t y, const std::vector<int64_t>& inside, int counted) {
        for (const int64_t at : inside) {
          want[y] += static_cast<double>(x[at]) / counted;
          dx[at] += static_cast<double>(dy[y]) / counted;
        }
      });
      on_every_device([&](Stream& stream) {
        const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
        Guarded<float> y(stream, s.y_size()), gx(stream, s.x_size());
        average_pool3d_forward(stream, s, dev_x.data(), y.data());
        expect_close(y.read(stream), want, 1e-6, "y");
        average_pool3d_backward(stream, s, dev_dy.data(), gx.data(), Result::overwrite);
        expect_close(gx.read(stream), dx, 1e-6, "dx");
        average_pool3d_backward(stream, s, dev_dy.data(), gx.data(), Result::accumulate);
        Doubles twice = dx;
        for (double& v : twice) v *= 2;
        expect_close(gx.read(stream), twice, 1e-6, "dx added");
      });
    }
  }
}

TEST(Pooling3d, refuses_shapes_that_do_not_fit) {
  EXPECT_NO_THROW(check(pool(1, 1, {2, 2, 2}, {3, 3, 3}, {2, 2, 2}, {1, 1, 1})));
  EXPECT_THROW(check(pool(1, 1, {2, 2, 2}, {3, 3, 3}, {2, 2, 2})), Error);
  EXPECT_THROW(check(pool(1, 1, {2, 2, 2}, {1, 1, 1}, {1, 1, 0})), Error);
  EXPECT_THROW(check(pool(1, 1, {2, 2, 2}, {2, 2, 2}, {1, 1, 1}, {0, 2, 0})), Error);
  EXPECT_THROW(check(pool(1, 0, {2, 2, 2}, {2, 2, 2}, {1, 1, 1})), Error);
  EXPECT_NO_THROW(check_argmax(pool(1, 1, {1, 4096, 4096}, {1, 2, 2}, {1, 2, 2})));
  EXPECT_THROW(check_argmax(pool(1, 2, {1, 4096, 4096}, {1, 2, 2}, {1, 2, 2})), Error);
}

TEST(GlobalMaxPool, is_the_first_of_the_largest_values_and_a_nan_wins) {
  for (const int64_t pixels : {1, 7, 63, 64, 65, 1000}) {
    const int n = 2, c = 3;
    Floats x = random_floats(n * c * pixels, 1);
    for (float& v : x) v = std::round(v * 8) - 20;  // ties, all below 0
    x[2 * pixels + pixels / 2] = NAN;
    x[2 * pixels + pixels - 1] = NAN;
    const Floats dy = random_floats(n * c, 2);
    std::vector<int32_t> want(n * c);
    Doubles dx(x.size());
    for (int plane = 0; plane < n * c; ++plane) {
      int64_t best = 0;
      for (int64_t i = 0; i < pixels; ++i) {
        const float v = x[plane * pixels + i], b = x[plane * pixels + best];
        if (v > b || (std::isnan(v) && !std::isnan(b))) best = i;
      }
      want[plane] = static_cast<int32_t>(best);
      dx[plane * pixels + best] = 2.0 * dy[plane];
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> y(stream, n * c), gx(stream, n * c * pixels);
      Guarded<int32_t> argmax(stream, n * c);
      global_max_pool_forward(stream, n, c, pixels, dev_x.data(), y.data(), nullptr);
      EXPECT_TRUE(std::isnan(y.read(stream)[2]));
      global_max_pool_forward(stream, n, c, pixels, dev_x.data(), y.data(), argmax.data());
      EXPECT_EQ(argmax.read(stream), want);
      const Floats values = y.read(stream);
      for (int plane = 0; plane < n * c; ++plane) {
        if (plane != 2) {
          EXPECT_EQ(values[plane], x[plane * pixels + want[plane]]);
        }
      }
      EXPECT_TRUE(std::isnan(values[2]));
      global_max_pool_backward(stream, n, c, pixels, dev_dy.data(), argmax.data(), gx.data(), Result::overwrite);
      global_max_pool_backward(stream, n, c, pixels, dev_dy.data(), argmax.data(), gx.data(), Result::accumulate);
      expect_close(gx.read(stream), dx, 0, "dx");
    });
  }
}

TEST(Volumes, bits_do_not_depend_on_the_number_of_threads) {
  const Conv3dShape s = conv(2, 8, {9, 14, 15}, 9, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1});
  const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), dy = random_floats(s.y_size(), 4);
  Stream stream;
  const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_dy = on_device(stream, dy);
  const auto run = [&] {
    Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size()), dw(stream, s.w_size()), db(stream, s.k);
    Guarded<float> scratch = scratch_for(stream, s.scratch_size());
    conv3d_forward(stream, s, dev_x.data(), dev_w.data(), nullptr, y.data());
    conv3d_backward_input(stream, s, dev_dy.data(), dev_w.data(), dx.data(), Result::overwrite);
    conv3d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), db.data(), Result::overwrite,
                            scratch.data());
    return Transposed{y.read(stream), dx.read(stream), dw.read(stream), db.read(stream)};
  };
  const int before = thread_count();
  set_thread_count(1);
  const Transposed one = run();
  for (const int threads : {2, 3}) {
    set_thread_count(threads);
    const Transposed more = run();
    EXPECT_EQ(one.y, more.y);
    EXPECT_EQ(one.dx, more.dx);
    EXPECT_EQ(one.dw, more.dw);
    EXPECT_EQ(one.db, more.db);
  }
  set_thread_count(before);
}

void exercise_volumes(Stream& stream) {
  const Conv3dShape s = conv(1, 2, {3, 4, 5}, 3, {2, 2, 2});
  const Pool3dShape p = pool(1, 2, {3, 4, 5}, {2, 2, 2}, {1, 1, 1});
  const auto x = on_device(stream, random_floats(s.x_size(), 1)), w = on_device(stream, random_floats(s.w_size(), 2));
  Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size()), dw(stream, s.w_size()), db(stream, s.k);
  Guarded<float> scratch = scratch_for(stream, s.scratch_size());
  Guarded<int32_t> argmax(stream, s.y_size());
  conv3d_forward(stream, s, x.data(), w.data(), nullptr, y.data());
  conv3d_backward_input(stream, s, y.data(), w.data(), dx.data(), Result::overwrite);
  conv3d_backward_weights(stream, s, x.data(), y.data(), dw.data(), db.data(), Result::accumulate, scratch.data());
  max_pool3d_forward(stream, p, x.data(), y.data(), argmax.data());
  max_pool3d_backward(stream, p, y.data(), argmax.data(), dx.data(), Result::overwrite);
  max_pool3d_argmax(stream, p, false, x.data(), y.data());
  average_pool3d_forward(stream, p, x.data(), y.data());
  average_pool3d_backward(stream, p, y.data(), dx.data(), Result::overwrite);
  global_max_pool_forward(stream, p.n, p.c, p.in_volume(), x.data(), y.data(), argmax.data());
  global_max_pool_backward(stream, p.n, p.c, p.in_volume(), y.data(), argmax.data(), dx.data(), Result::overwrite);
}

}  // namespace striate
