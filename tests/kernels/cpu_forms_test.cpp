// Forms that only the CPU has, for one picture in a large network, held to the GPU's forms and to the plain sums:
// convolutions with both factors in panels, windows of a maximum beside each other, long rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/conv2d.h"
#include "kernels/elementwise.h"
#include "kernels/launch.h"
#include "kernels/pool.h"
#include "kernels/summation.h"
#include "kernels/threads.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Layer {
  int c, h, w, k, r, stride, pad, groups, dilation;
};
// k, terms and positions beside the tiles' own.
const Layer kLayers[] = {
    {64, 7, 7, 64, 3, 1, 1, 1, 1},      // whole planes of 7x7
    {120, 7, 7, 113, 3, 1, 1, 1, 1},    // shared by the threads; one kernel more than seven tiles of 16
    {33, 9, 10, 113, 3, 1, 1, 1, 1},    // rows of 10
    {515, 4, 5, 197, 1, 1, 0, 1, 1},    // 1x1, terms that no chunk divides
    {300, 14, 14, 120, 1, 2, 0, 1, 1},  // with a stride: of a copy
    {48, 21, 19, 50, 5, 1, 3, 1, 2},    // more padding than the kernel reaches, dilation
    {140, 13, 13, 128, 3, 2, 1, 2, 1},  // groups of a copy
    {64, 23, 40, 64, 3, 1, 1, 2, 1},    // groups, rows longer than a tile
    {32, 28, 28, 96, 3, 1, 1, 1, 1},    // rows of two tiles
    {16, 61, 61, 64, 1, 1, 0, 1, 1},    // few of both
    {144, 56, 56, 24, 1, 1, 0, 1, 1},   // few outputs of many terms
    {2048, 1, 1, 17, 1, 1, 0, 1, 1},    // a dense layer in other words
    {6, 14, 14, 16, 5, 1, 0, 1, 1},     // LeNet's second
};

Conv2dShape shape(const Layer& l) {
  Conv2dShape s;
  s.c = l.c, s.h = l.h, s.w = l.w, s.k = l.k, s.r = s.s = l.r, s.groups = l.groups;
  s.stride_y = s.stride_x = l.stride, s.dilation_y = s.dilation_x = l.dilation;
  s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = l.pad;
  return s;
}

TEST(CpuForms, panels_give_the_bits_of_the_gpu_s_tiles_whoever_packs_the_weights_and_with_any_threads) {
  Stream stream, emulated(Device::emulated());
  for (const Layer& layer : kLayers) {
    Conv2dShape s = shape(layer);
    SCOPED_TRACE("c" + std::to_string(s.c) + " k" + std::to_string(s.k));
    EXPECT_GT(conv2d_packed_size(stream, s), 0);
    EXPECT_EQ(conv2d_packed_size(emulated, s), 0);
    Floats x = random_floats(s.x_size(), 1);
    const Floats w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3), start = random_floats(2 * s.y_size(), 4);
    const float* before = nullptr;
    const auto forward_on = [&](Stream& where, Result result = Result::overwrite) {
      Guarded<float> y(where, s.y_size()), scratch = scratch_for(where, conv2d_scratch(s));
      copy_bytes(where, y.data(), where.device(), start.data(), Device::cpu(), sizeof(float) * s.y_size());
      conv2d_forward(where, s, x.data(), w.data(), b.data(), y.data(), scratch.data(), result, {}, before);
      scratch.read(where);
      return y.read(where);
    };
    const Floats own = forward_on(stream), added = forward_on(stream, Result::accumulate);
    const Doubles bias = doubles(b);
    expect_close(own, conv2d_reference(s, doubles(x), doubles(w), &bias), 1e-5, "y");
    for (size_t i = 0; i < own.size(); ++i) ASSERT_EQ(added[i], start[i] + own[i]) << i;
    // The GPU's tiles add the same terms in the same order.
    if (summation_order(emulated.device()).fused == summation_order(stream.device()).fused) {
      EXPECT_EQ(forward_on(emulated), own);
    }
    Guarded<float> packed = scratch_for(stream, conv2d_packed_size(stream, s));
    conv2d_pack(stream, s, w.data(), packed.data());
    packed.read(stream);
    before = packed.data();
    EXPECT_EQ(forward_on(stream), own) << "packed before";
    const int cores = thread_count();
    for (const int threads : {1, 3, 16}) {
      set_thread_count(threads);
      before = nullptr;
      EXPECT_EQ(forward_on(stream), own) << threads << " threads";
      before = packed.data();
      EXPECT_EQ(forward_on(stream), own) << threads << " threads, packed before";
    }
    set_thread_count(cores);
    // Two pictures of the same values.
    s.n = 2;
    x.resize(2 * x.size());
    std::copy_n(x.begin(), x.size() / 2, x.begin() + static_cast<int64_t>(x.size() / 2));
    const Floats both = forward_on(stream);
    EXPECT_TRUE(std::equal(own.begin(), own.end(), both.begin()));
    EXPECT_TRUE(std::equal(own.begin(), own.end(), both.begin() + static_cast<int64_t>(own.size())));
  }
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
