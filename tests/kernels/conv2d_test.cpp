#include "kernels/conv2d.h"

#include <gtest/gtest.h>

#include "kernels/dense.h"
#include "kernels/error.h"
#include "kernels/implicit_gemm.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

constexpr double kTolerance = 2e-6;  // of the largest value; float sums of up to some hundred terms

Conv2dShape shape(int n, int c, int h, int w, int k, int r, int s, int stride = 1, int pad = 0, int dilation = 1,
                  int groups = 1) {
  Conv2dShape q;
  q.n = n, q.c = c, q.h = h, q.w = w, q.k = k, q.r = r, q.s = s, q.groups = groups;
  q.stride_y = q.stride_x = stride;
  q.pad_top = q.pad_bottom = q.pad_left = q.pad_right = pad;
  q.dilation_y = q.dilation_x = dilation;
  return q;
}

std::vector<Conv2dShape> shapes() {
  std::vector<Conv2dShape> all = {
      shape(1, 1, 1, 1, 1, 1, 1),              // the smallest
      shape(2, 3, 8, 9, 4, 3, 3, 1, 1),        //
      shape(3, 1, 28, 28, 6, 5, 5, 1, 2),      // LeNet's first
      shape(2, 6, 14, 14, 16, 5, 5),           // and second
      shape(2, 3, 20, 19, 10, 3, 3),           // tinyvgg
      shape(1, 10, 13, 31, 10, 3, 3),          //
      shape(2, 4, 11, 7, 6, 3, 5, 2, 1),       // stride
      shape(1, 2, 9, 10, 3, 2, 2, 3),          // stride larger than the kernel
      shape(2, 3, 17, 16, 5, 1, 1, 2),         // 1x1 with stride
      shape(1, 5, 7, 7, 33, 1, 1),             // 1x1, one more than two tiles of outputs
      shape(1, 2, 12, 12, 3, 3, 3, 1, 2, 2),   // dilation
      shape(1, 2, 13, 14, 3, 3, 2, 2, 3, 2),   // dilation and stride with a common divisor
      shape(1, 2, 15, 14, 3, 3, 3, 3, 2, 2),   // and without
      shape(2, 6, 9, 9, 9, 3, 3, 1, 1, 1, 3),  // groups
      shape(1, 8, 9, 9, 8, 3, 3, 2, 1, 1, 8),  // depthwise
      shape(1, 1, 2, 300, 2, 1, 7, 1, 0),      // one row of outputs twice, wide
      shape(1, 3, 30, 1, 2, 5, 1, 1, 0),       // one column
      shape(17, 2, 5, 5, 3, 3, 3, 1, 1),       // more images than a piece
      shape(1, 3, 24, 24, 8, 7, 7, 2, 3),      // ResNet's first, small
      shape(1, 17, 6, 6, 15, 3, 3, 1, 1),      //
      shape(1, 2, 3, 3, 2, 3, 3, 1, 3),        // padding larger than the kernel reaches
      shape(1, 1, 5, 5, 1, 5, 5),              // one output
      // Small planes of many channels: gradients by the weights in order, planes that fill tiles together.
      shape(5, 40, 4, 4, 48, 3, 3, 1, 1),
      shape(9, 64, 2, 2, 65, 3, 3, 1, 1),
      shape(7, 36, 4, 5, 96, 3, 3, 2, 1),
      shape(6, 96, 3, 3, 100, 1, 1),
      shape(4, 48, 5, 6, 96, 3, 3, 1, 2, 2, 2),  // groups, dilation
      shape(3, 70, 8, 7, 60, 1, 2, 1, 0),
  };
  Conv2dShape ends = shape(3, 50, 6, 6, 40, 3, 3, 1, 1);
  ends.pad_bottom = -1, ends.pad_left = 2;
  all.push_back(ends);
  for (const int width : {15, 16, 17, 31, 32, 33, 47, 48, 49}) all.push_back(shape(1, 2, 1, width, 3, 1, 1));
  for (const int kernels : {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 29}) {
    all.push_back(shape(1, 3, 6, 21, kernels, 3, 3));
  }
  Conv2dShape uneven = shape(2, 2, 8, 9, 3, 3, 4);
  uneven.pad_top = 2, uneven.pad_right = 3;
  uneven.stride_y = 2, uneven.dilation_x = 2;
  all.push_back(uneven);
  Conv2dShape sided = shape(1, 3, 6, 7, 4, 2, 2);
  sided.pad_bottom = 1, sided.pad_right = 1;
  all.push_back(sided);
  Conv2dShape unread = shape(2, 3, 12, 11, 4, 3, 2, 2, 1, 2);  // rows and columns at the end that nothing reads
  unread.pad_bottom = -4, unread.pad_right = -3;
  all.push_back(unread);
  Conv2dShape cut = shape(1, 2, 7, 20, 3, 3, 3, 1, 0);
  cut.pad_bottom = -2, cut.pad_right = -1;
  all.push_back(cut);
  Conv2dShape point = shape(2, 3, 7, 6, 5, 1, 1);
  point.pad_bottom = -1, point.pad_right = -2;
  all.push_back(point);
  return all;
}

std::string describe(const Conv2dShape& s) {
  return "n" + std::to_string(s.n) + " c" + std::to_string(s.c) + " " + std::to_string(s.h) + "x" +
         std::to_string(s.w) + " k" + std::to_string(s.k) + " " + std::to_string(s.r) + "x" + std::to_string(s.s) +
         " stride " + std::to_string(s.stride_y) + " pad " + std::to_string(s.pad_top) + " dilation " +
         std::to_string(s.dilation_y) + "," + std::to_string(s.dilation_x) + " groups " + std::to_string(s.groups);
}

struct Results {
  Floats y, dx, dw, db;
};
Results run(Stream& stream, const Conv2dShape& s, const Floats& x, const Floats& w, const Floats& b, const Floats& dy) {
  const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_b = on_device(stream, b),
             dev_dy = on_device(stream, dy);
  Guarded<float> y(stream, s.y_size()), dx(stream, s.x_size()), dw(stream, s.w_size()), db(stream, s.k);
  Guarded<float> scratch = scratch_for(stream, conv2d_scratch(s));
  conv2d_forward(stream, s, dev_x.data(), dev_w.data(), dev_b.data(), y.data(), scratch.data());
  conv2d_backward_input(stream, s, dev_dy.data(), dev_w.data(), dx.data(), Result::overwrite, scratch.data());
  conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), db.data(), Result::overwrite,
                          scratch.data());
  scratch.read(stream);
  return {y.read(stream), dx.read(stream), dw.read(stream), db.read(stream)};
}

}  // namespace

void exercise_convolution(Stream& stream) {
  const Conv2dShape s = shape(2, 3, 8, 9, 4, 3, 3, 1, 1);
  run(stream, s, random_floats(s.x_size(), 1), random_floats(s.w_size(), 2), random_floats(s.k, 3),
      random_floats(s.y_size(), 4));
}

TEST(Convolution, forward_and_backward_are_the_sums_of_their_formulas) {
  for (const Conv2dShape& s : shapes()) {
    SCOPED_TRACE(describe(s));
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    const Floats dy = random_floats(s.y_size(), 4);
    const Doubles bias = doubles(b);
    const Doubles y = conv2d_reference(s, doubles(x), doubles(w), &bias);
    const Doubles dx = conv2d_by_input_reference(s, doubles(dy), doubles(w));
    const Doubles dw = conv2d_by_weights_reference(s, doubles(x), doubles(dy));
    const Doubles db = conv2d_by_bias_reference(s, doubles(dy));
    on_every_device([&](Stream& stream) {
      const Results got = run(stream, s, x, w, b, dy);
      expect_close(got.y, y, kTolerance, "y");
      expect_close(got.dx, dx, kTolerance, "dx");
      expect_close(got.dw, dw, kTolerance, "dw");
      expect_close(got.db, db, kTolerance, "db");
    });
  }
}

TEST(Convolution, gradients_are_those_of_finite_differences) {
  const Conv2dShape s = shape(2, 2, 6, 5, 4, 3, 2, 2, 1, 1, 2);
  const Doubles x = doubles(random_floats(s.x_size(), 5)), w = doubles(random_floats(s.w_size(), 6));
  const Doubles b = doubles(random_floats(s.k, 7)), dy = doubles(random_floats(s.y_size(), 8));
  const auto loss = [&](const Doubles& xx, const Doubles& ww, const Doubles& bb) {
    return dot(conv2d_reference(s, xx, ww, &bb), dy);
  };
  const Doubles dx = finite_differences(x, [&](const Doubles& v) { return loss(v, w, b); });
  const Doubles dw = finite_differences(w, [&](const Doubles& v) { return loss(x, v, b); });
  const Doubles db = finite_differences(b, [&](const Doubles& v) { return loss(x, w, v); });
  on_every_device([&](Stream& stream) {
    const Results got = run(stream, s, Floats(x.begin(), x.end()), Floats(w.begin(), w.end()),
                            Floats(b.begin(), b.end()), Floats(dy.begin(), dy.end()));
    expect_close(got.dx, dx, 1e-5, "dx");
    expect_close(got.dw, dw, 1e-5, "dw");
    expect_close(got.db, db, 1e-5, "db");
  });
}

TEST(Convolution, results_are_added_where_asked_and_absent_ones_are_left_out) {
  const Conv2dShape cases[] = {shape(3, 2, 9, 8, 3, 3, 3, 1, 1), shape(2, 2, 9, 8, 3, 3, 3, 2, 1),
                               shape(3, 40, 4, 4, 48, 3, 3, 1, 1)};
  for (const Conv2dShape& s : cases) {
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), dy = random_floats(s.y_size(), 4);
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_dy = on_device(stream, dy);
      auto dx = on_device(stream, random_floats(s.x_size(), 9)), dw = on_device(stream, random_floats(s.w_size(), 10));
      auto db = on_device(stream, random_floats(s.k, 11));
      Guarded<float> scratch = scratch_for(stream, conv2d_scratch(s)), y(stream, s.y_size());
      conv2d_forward(stream, s, dev_x.data(), dev_w.data(), nullptr, y.data(), scratch.data());
      conv2d_backward_input(stream, s, dev_dy.data(), dev_w.data(), dx.data(), Result::accumulate, scratch.data());
      conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), nullptr, Result::accumulate,
                              scratch.data());
      conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), nullptr, db.data(), Result::accumulate,
                              scratch.data());
      const auto check_sum = [&](Buffer<float>& got, const Floats& before, Doubles want, const char* what) {
        Floats values(want.size());
        download(stream, values.data(), got, got.size());
        for (size_t i = 0; i < want.size(); ++i) want[i] += before[i];
        expect_close(values, want, kTolerance, what);
      };
      expect_close(y.read(stream), conv2d_reference(s, doubles(x), doubles(w), nullptr), kTolerance, "y");
      check_sum(dx, random_floats(s.x_size(), 9), conv2d_by_input_reference(s, doubles(dy), doubles(w)), "dx");
      check_sum(dw, random_floats(s.w_size(), 10), conv2d_by_weights_reference(s, doubles(x), doubles(dy)), "dw");
      check_sum(db, random_floats(s.k, 11), conv2d_by_bias_reference(s, doubles(dy)), "db");
    });
  }
}

TEST(Convolution, bits_do_not_depend_on_the_number_of_threads) {
  const Conv2dShape s = shape(37, 6, 14, 14, 16, 5, 5, 1, 1);
  const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
  const Floats dy = random_floats(s.y_size(), 4);
  Stream stream;
  const int before = thread_count();
  set_thread_count(1);
  const Results one = run(stream, s, x, w, b, dy);
  for (const int threads : {2, 3}) {
    set_thread_count(threads);
    const Results more = run(stream, s, x, w, b, dy);
    EXPECT_EQ(one.y, more.y);
    EXPECT_EQ(one.dx, more.dx);
    EXPECT_EQ(one.dw, more.dw);
    EXPECT_EQ(one.db, more.db);
  }
  set_thread_count(before);
}

TEST(Convolution, refuses_shapes_that_do_not_fit) {
  const auto refused = [](Conv2dShape s) {
    try {
      check(s);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.hint()), "");
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refused(shape(1, 1, 5, 5, 1, 3, 3)), "");
  EXPECT_NE(refused(shape(0, 1, 5, 5, 1, 3, 3)).find("input of 0"), std::string::npos);
  EXPECT_NE(refused(shape(1, 1, 5, 5, 0, 3, 3)).find("0 kernels"), std::string::npos);
  EXPECT_NE(refused(shape(1, 1, 5, 5, 1, 6, 3)).find("covers 6 x 3"), std::string::npos);
  EXPECT_NE(refused(shape(1, 1, 5, 5, 1, 3, 3, 0)).find("stride 0"), std::string::npos);
  EXPECT_NE(refused(shape(1, 1, 5, 5, 1, 3, 3, 1, -1)).find("negative padding"), std::string::npos);
  EXPECT_NE(refused(shape(1, 3, 5, 5, 4, 3, 3, 1, 0, 1, 2)).find("2 groups"), std::string::npos);
}

}  // namespace striate
