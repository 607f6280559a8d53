// Forms that only the CPU has, for one picture in a large network, held to the GPU's forms and to the plain sums:
// convolutions that pack their weights on the way, windows of a maximum beside each other, long rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/conv2d.h"
#include "kernels/elementwise.h"
#include "kernels/implicit_gemm.h"
#include "kernels/pool.h"
#include "kernels/summation.h"
#include "kernels/threads.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Layer {
  int c, h, w, k, r, stride, pad, groups;
};
// More than 2^15 weights a group, for one picture; k and sizes beside the tiles' own.
const Layer kLayers[] = {
    {64, 7, 7, 64, 3, 1, 1, 1},      // whole planes of 7x7
    {33, 9, 10, 113, 3, 1, 1, 1},    // one kernel more than eight tiles of 14
    {515, 4, 5, 67, 1, 1, 0, 1},     // 1x1: nothing is copied
    {300, 14, 14, 120, 1, 2, 0, 1},  // with a stride
    {2048, 1, 1, 17, 1, 1, 0, 1},    // a dense layer in other words
    {140, 6, 6, 128, 3, 2, 1, 2},    // groups
};

Conv2dShape shape(const Layer& l) {
  Conv2dShape s;
  s.c = l.c, s.h = l.h, s.w = l.w, s.k = l.k, s.r = s.s = l.r, s.groups = l.groups;
  s.stride_y = s.stride_x = l.stride;
  s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = l.pad;
  return s;
}

TEST(CpuForms, weights_packed_on_the_way_give_the_bits_of_weights_packed_before) {
  Stream stream, emulated(Device::emulated());
  for (const Layer& layer : kLayers) {
    Conv2dShape s = shape(layer);
    SCOPED_TRACE("c" + std::to_string(s.c) + " k" + std::to_string(s.k));
    ImplicitGemmArguments a;
    a.k = s.k / s.groups, a.j = s.c / s.groups * s.r * s.s;
    EXPECT_TRUE(packs_on_the_way(stream, a));
    Floats x = random_floats(s.x_size(), 1);
    const Floats w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    const auto forward_on = [&](Stream& where) {
      Guarded<float> y(where, s.y_size()), scratch = scratch_for(where, conv2d_scratch(s));
      conv2d_forward(where, s, x.data(), w.data(), b.data(), y.data(), scratch.data());
      scratch.read(where);
      return y.read(where);
    };
    const auto forward = [&] { return forward_on(stream); };
    const Floats own = forward();
    const Doubles bias = doubles(b);
    expect_close(own, conv2d_reference(s, doubles(x), doubles(w), &bias), 1e-5, "y");
    // The GPU's tiles add the same terms in the same order.
    if (summation_order(emulated.device()).fused == summation_order(stream.device()).fused) {
      EXPECT_EQ(forward_on(emulated), own);
    }
    const int before = thread_count();
    for (const int threads : {1, 3, 16}) {
      set_thread_count(threads);
      EXPECT_EQ(forward(), own) << threads << " threads";
    }
    set_thread_count(before);
    // Two pictures of the same values: their weights are packed before.
    s.n = 2;
    x.resize(2 * x.size());
    std::copy_n(x.begin(), x.size() / 2, x.begin() + static_cast<int64_t>(x.size() / 2));
    const Floats both = forward();
    EXPECT_TRUE(std::equal(own.begin(), own.end(), both.begin()));
    EXPECT_TRUE(std::equal(own.begin(), own.end(), both.begin() + static_cast<int64_t>(own.size())));
  }
}

TEST(CpuForms, few_weights_and_many_pictures_are_packed_before) {
  Stream stream;
  ImplicitGemmArguments a;
  a.k = 16, a.j = 150;
  EXPECT_FALSE(packs_on_the_way(stream, a));
  a.k = 512, a.j = 4608, a.images = 64;
  EXPECT_FALSE(packs_on_the_way(stream, a));
}

TEST(CpuForms, windows_beside_each_other_have_the_winners_of_windows_alone) {
  Stream stream, emulated(Device::emulated());
  for (const int stride : {1, 2}) {
    for (const int window : {1, 2, 3, 5}) {
      for (const int pad : {0, 1, 2}) {
        for (const int width : {5, 16, 17, 31, 33, 34, 35, 65, 111}) {
          if (pad >= window) continue;
          Pool2dShape s;
          s.n = 2, s.c = 3, s.h = 7, s.w = width, s.r = 3, s.s = window;
          s.stride_y = 2, s.stride_x = stride;
          s.pad_left = s.pad_right = pad, s.pad_top = s.pad_bottom = 1;
          s.ceil_mode = pad == 1;
          SCOPED_TRACE("stride " + std::to_string(stride) + " window " + std::to_string(window) + " pad " +
                       std::to_string(pad) + " width " + std::to_string(width));
          Floats values = random_floats(s.x_size(), 1);
          for (float& v : values) v = std::round(v * 6);  // ties: the first wins
          const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
          for (size_t i = 0; i < values.size(); i += 23) values[i] = i % 2 == 0 ? nan : -infinity;
          const auto forward = [&](Stream& where, std::vector<int32_t>* argmax) {
            Guarded<float> x(where, s.x_size()), y(where, s.y_size());
            Guarded<int32_t> places(where, s.y_size());
            copy_bytes(where, x.data(), where.device(), values.data(), Device::cpu(), values.size() * sizeof(float));
            max_pool_forward(where, s, x.data(), y.data(), argmax != nullptr ? places.data() : nullptr);
            if (argmax != nullptr) *argmax = places.read(where);
            Floats result = y.read(where);
            for (float& v : result) v = std::isnan(v) ? 12345.0f : v;
            return result;
          };
          std::vector<int32_t> own, shared;
          const Floats own_values = forward(stream, &own), alone = forward(stream, nullptr);
          const Floats shared_values = forward(emulated, &shared);
          EXPECT_EQ(own_values, shared_values);
          EXPECT_EQ(alone, shared_values);
          EXPECT_EQ(own, shared);
        }
      }
    }
  }
}

TEST(CpuForms, rows_longer_than_a_stretch_are_copied_and_added_whole) {
  for (const int64_t values : {1023, 1024, 1025, 5000}) {
    const Floats x = random_floats(3 * values, 1), start = random_floats(3 * (values + 7), 2);
    on_every_device([&](Stream& stream) {
      const auto from = on_device(stream, x);
      auto to = on_device(stream, start);
      copy_rows(stream, 3, values, from.data(), values, to.data(), values + 7);
      copy_rows(stream, 3, values, from.data(), values, to.data(), values + 7, Result::accumulate);
      Floats got(start.size());
      download(stream, got.data(), to, to.size());
      for (int64_t i = 0; i < to.size(); ++i) {
        const int64_t row = i / (values + 7), column = i % (values + 7);
        const auto at = static_cast<size_t>(i);
        ASSERT_EQ(got[at], column < values ? 2 * x[static_cast<size_t>(row * values + column)] : start[at]) << i;
      }
    });
  }
}

}  // namespace
}  // namespace striate
