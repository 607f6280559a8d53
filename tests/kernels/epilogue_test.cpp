// What a convolution does to its values before it writes them gives the bits of the operators alone, on every device.
#include "kernels/epilogue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/conv2d.h"
#include "kernels/summation.h"
#include "tests/kernels/epilogue_alone.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Case {
  int n, c, h, w, k, kernel, stride, pad, dilation, groups;
};
const Case kCases[] = {
    {2, 3, 9, 11, 5, 3, 1, 1, 1, 1},      // small
    {1, 64, 7, 7, 70, 3, 1, 1, 1, 1},     // weights in strips
    {1, 40, 30, 33, 33, 1, 1, 0, 1, 1},   // nothing is copied
    {9, 20, 12, 12, 18, 3, 2, 1, 1, 2},   // groups, with a stride
    {2, 12, 17, 35, 12, 3, 1, 1, 1, 12},  // one kernel per channel
    {1, 7, 14, 9, 7, 3, 2, 1, 1, 7},      // and with a stride
    {3, 5, 6, 50, 5, 5, 1, 4, 2, 5},      // and with a dilation
    {1, 4, 5, 5, 4, 2, 1, 0, 1, 4},       // and without padding
    {1, 2, 9, 9, 2, 9, 1, 4, 1, 2},       // more taps than have a table
};

Conv2dShape shape(const Case& from) {
  Conv2dShape s;
  s.n = from.n, s.c = from.c, s.h = from.h, s.w = from.w, s.k = from.k, s.r = s.s = from.kernel, s.groups = from.groups;
  s.stride_y = s.stride_x = from.stride, s.dilation_y = s.dilation_x = from.dilation;
  s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = from.pad;
  return s;
}

uint32_t bits(float value) {
  uint32_t result = 0;
  std::memcpy(&result, &value, sizeof(result));
  return result;
}

// Bit for bit, NaN included.
void expect_same(const Floats& got, const Floats& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(bits(got[i]), bits(want[i])) << i << ": " << got[i] << ", not " << want[i];
  }
}

}  // namespace

TEST(Epilogue, gives_the_bits_of_the_operators_alone) {
  on_every_device([](Stream& stream) {
    for (const Case& c : kCases) {
      const Conv2dShape s = shape(c);
      SCOPED_TRACE(testing::Message() << "c" << s.c << " h" << s.h << " k" << s.k << " stride " << s.stride_x);
      Floats skip = random_floats(s.y_size(), 4);
      skip[0] = std::numeric_limits<float>::quiet_NaN();
      const auto x = on_device(stream, random_floats(s.x_size(), 1)),
                 w = on_device(stream, random_floats(s.w_size(), 2));
      const auto b = on_device(stream, random_floats(s.k, 3)), addend = on_device(stream, skip);
      const auto mean = on_device(stream, random_floats(s.k, 5)), beta = on_device(stream, random_floats(s.k, 6));
      const auto gamma = on_device(stream, random_floats(s.k, 7));
      const auto variance = on_device(stream, random_floats(s.k, 8, 0.1f, 2));
      Guarded<float> plain(stream, s.y_size());
      Buffer<float> scratch(stream.device(), conv2d_scratch(s), "scratch");
      const int64_t count = s.y_size();
      const BatchNormShape norm{s.n, s.k, int64_t{s.p()} * s.q(), 1e-3f};
      for (const bool normalizes : {false, true}) {
        for (const bool adds : {false, true}) {
          for (const Bend bend : {Bend::none, Bend::relu, Bend::clip}) {
            Epilogue epilogue;
            conv2d_forward(stream, s, x.data(), w.data(), b.data(), plain.data(), scratch.data());
            if (normalizes) {
              epilogue.mean = mean.data(), epilogue.variance = variance.data();
              epilogue.gamma = gamma.data(), epilogue.beta = beta.data(), epilogue.epsilon = norm.epsilon;
            }
            if (adds) epilogue.addend = addend.data();
            epilogue.bend = bend, epilogue.low = -0.5f, epilogue.high = 0.75f;
            apply_alone(stream, norm, count, epilogue, plain.data());
            Guarded<float> joined(stream, count);
            conv2d_forward(stream, s, x.data(), w.data(), b.data(), joined.data(), scratch.data(), Result::overwrite,
                           epilogue);
            expect_same(joined.read(stream), plain.read(stream));
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  });
}

TEST(Epilogue, one_kernel_per_channel_adds_the_terms_of_the_other_devices) {
  Stream stream, emulated(Device::emulated());
  if (summation_order(emulated.device()).fused != summation_order(stream.device()).fused) {
    GTEST_SKIP() << "this processor rounds products that the emulated GPU does not";
  }
  for (const Case& c : kCases) {
    const Conv2dShape s = shape(c);
    SCOPED_TRACE(testing::Message() << "c" << s.c << " h" << s.h << " k" << s.k);
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    const auto forward = [&](Stream& where) {
      Guarded<float> y(where, s.y_size());
      Buffer<float> scratch(where.device(), conv2d_scratch(s), "scratch");
      conv2d_forward(where, s, x.data(), w.data(), b.data(), y.data(), scratch.data());
      return y.read(where);
    };
    const Floats own = forward(stream);
    const Doubles bias = doubles(b);
    expect_close(own, conv2d_reference(s, doubles(x), doubles(w), &bias), 1e-5, "y");
    expect_same(own, forward(emulated));
  }
}

}  // namespace striate
