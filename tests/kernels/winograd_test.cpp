// Winograd's transforms against the double-precision sum, within the bound of the direct one.
#include "kernels/winograd.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/threads.h"
#include "tests/kernels/epilogue_alone.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Case {
  int n, c, h, w, k, top, left, bottom, right;
};
const Case kCases[] = {
    {1, 16, 8, 8, 32, 1, 1, 1, 1},    // one tile of outputs
    {3, 37, 14, 28, 70, 1, 1, 1, 1},  // outputs beyond the last
    {2, 40, 7, 7, 33, 1, 1, 1, 1},    // half pieces at the end, pieces of several rows in a tile
    {2, 33, 13, 55, 48, 1, 1, 1, 1},  // some rows of which end in half pieces
    {1, 35, 30, 70, 64, 0, 0, 0, 0},  // no padding, more columns than two packs
    {2, 34, 12, 33, 64, 2, 0, 1, 2},  // each side its own
    {1, 32, 3, 40, 32, 3, 1, 2, 1},   // rows that see nothing but padding
    {1, 64, 40, 44, 40, 1, 1, 1, 1},  // more than one thread shares
    {9, 96, 20, 20, 32, 1, 1, 1, 1},  // more pictures than go at a time
    {1, 70, 56, 56, 32, 1, 1, 1, 1},  // several blocks of a thread
};

Conv2dShape shape(const Case& from) {
  Conv2dShape s;
  s.n = from.n, s.c = from.c, s.h = from.h, s.w = from.w, s.k = from.k, s.r = s.s = 3;
  s.pad_top = from.top, s.pad_left = from.left, s.pad_bottom = from.bottom, s.pad_right = from.right;
  return s;
}

struct Transformed {
  Stream& stream;
  Conv2dShape s;
  Buffer<float> packed, scratch;
  Transformed(Stream& on, const Conv2dShape& shape, const float* w)
      : stream(on),
        s(shape),
        packed(on.device(), winograd_packed_size(shape), "packed"),
        scratch(on.device(), winograd_scratch(shape) + 1, "scratch") {
    winograd_pack(stream, s, w, packed.data());
  }
  Floats operator()(const float* x, const float* b, const Epilogue& epilogue = {}) {
    Guarded<float> y(stream, s.y_size());
    winograd_forward(stream, s, x, packed.data(), b, y.data(), epilogue, scratch.data());
    return y.read(stream);
  }
};

void expect_same(const float* got, const Floats& want) {
  for (size_t i = 0; i < want.size(); ++i) {
    uint32_t a = 0, b = 0;
    std::memcpy(&a, &got[i], sizeof(a));
    std::memcpy(&b, &want[i], sizeof(b));
    ASSERT_EQ(a, b) << i << ": " << got[i] << ", not " << want[i];
  }
}

}  // namespace

TEST(Winograd, is_the_convolution_within_the_bound_of_the_direct_sum) {
  int paid = 0;
  for (const Case& c : kCases) {
    const Conv2dShape s = shape(c);
    if (!winograd_pays(Stream(), s)) continue;
    SCOPED_TRACE(testing::Message() << "c" << s.c << " h" << s.h << " w" << s.w << " k" << s.k);
    ++paid;
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    const Doubles bias = doubles(b), plain = conv2d_reference(s, doubles(x), doubles(w), nullptr);
    Doubles with_bias = plain;
    for (int64_t i = 0; i < s.y_size(); ++i) {
      with_bias[static_cast<size_t>(i)] += bias[static_cast<size_t>(i / (int64_t{s.p()} * s.q()) % s.k)];
    }
    on_every_device([&](Stream& stream) {
      if (stream.device().is_gpu()) return;
      Transformed transformed(stream, s, w.data());
      expect_close(transformed(x.data(), b.data()), with_bias, 1e-5, "y");
      expect_close(transformed(x.data(), nullptr), plain, 1e-5, "without a bias");
    });
  }
  EXPECT_GE(paid, 6);
}

TEST(Winograd, is_not_for_other_kernels_and_not_for_a_gpu) {
  Stream stream;
  const Conv2dShape fits = shape(kCases[9]);
  EXPECT_TRUE(winograd_pays(stream, fits));
  const auto refuses = [&](auto change) {
    Conv2dShape s = fits;
    change(s);
    EXPECT_FALSE(winograd_pays(stream, s));
    EXPECT_EQ(winograd_scratch(s), 0);
  };
  refuses([](Conv2dShape& s) { s.stride_x = 2; });
  refuses([](Conv2dShape& s) { s.dilation_y = 2; });
  refuses([](Conv2dShape& s) { s.groups = 2; });
  refuses([](Conv2dShape& s) { s.r = 5; });
  refuses([](Conv2dShape& s) { s.c = 3; });
  refuses([](Conv2dShape& s) { s.h = s.w = 3; });  // four of nine values of y lie in half pieces
  Stream emulated(Device::emulated());
  EXPECT_FALSE(winograd_pays(emulated, fits));
}

TEST(Winograd, gives_a_picture_the_same_bits_in_every_batch) {
  on_every_device([&](Stream& stream) {
    for (const Case& c : kCases) {
      const Conv2dShape s = shape(c);
      if (s.n == 1 || !winograd_pays(stream, s)) continue;
      SCOPED_TRACE(testing::Message() << "c" << s.c << " h" << s.h << " w" << s.w << " k" << s.k);
      const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
      const Floats all = Transformed(stream, s, w.data())(x.data(), b.data());
      Conv2dShape one = s;
      one.n = 1;
      EXPECT_EQ(winograd_packed_size(one), winograd_packed_size(s));
      Transformed alone(stream, one, w.data());
      for (int n = 0; n < s.n; ++n) {
        expect_same(all.data() + n * one.y_size(), alone(x.data() + n * one.x_size(), b.data()));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

TEST(Winograd, gives_the_same_bits_with_any_number_of_threads) {
  Stream stream;
  const int cores = thread_count();
  for (const Case& c : kCases) {
    const Conv2dShape s = shape(c);
    if (!winograd_pays(stream, s)) continue;
    SCOPED_TRACE(testing::Message() << "c" << s.c << " h" << s.h << " w" << s.w << " k" << s.k);
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    const Floats expected = Transformed(stream, s, w.data())(x.data(), b.data());
    for (const int threads : {1, 3, 16}) {
      set_thread_count(threads);
      expect_same(Transformed(stream, s, w.data())(x.data(), b.data()).data(), expected);
    }
    set_thread_count(cores);
    if (HasFatalFailure()) return;
  }
}

TEST(Winograd, joins_what_follows_with_the_bits_of_the_operators_alone) {
  Stream stream;
  for (const Case& c : kCases) {
    const Conv2dShape s = shape(c);
    if (!winograd_pays(stream, s)) continue;
    SCOPED_TRACE(testing::Message() << "c" << s.c << " h" << s.h << " w" << s.w << " k" << s.k);
    const int64_t count = s.y_size();
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2), b = random_floats(s.k, 3);
    Floats addend = random_floats(count, 4);
    addend[0] = std::numeric_limits<float>::quiet_NaN();
    const Floats mean = random_floats(s.k, 5), beta = random_floats(s.k, 6), gamma = random_floats(s.k, 7);
    const Floats variance = random_floats(s.k, 8, 0.1f, 2);
    const BatchNormShape norm{s.n, s.k, int64_t{s.p()} * s.q(), 1e-3f};
    Transformed transformed(stream, s, w.data());
    for (int which = 0; which < 12; ++which) {
      const bool normalizes = which % 2 != 0, adds = which / 2 % 2 != 0;
      Epilogue epilogue;
      epilogue.bend = which < 4 ? Bend::none : (which < 8 ? Bend::relu : Bend::clip);
      epilogue.low = -0.5f, epilogue.high = 0.75f;
      Floats plain = transformed(x.data(), b.data());
      if (normalizes) {
        epilogue.mean = mean.data(), epilogue.variance = variance.data();
        epilogue.gamma = gamma.data(), epilogue.beta = beta.data(), epilogue.epsilon = norm.epsilon;
      }
      if (adds) epilogue.addend = addend.data();
      apply_alone(stream, norm, count, epilogue, plain.data());
      stream.synchronize();
      expect_same(transformed(x.data(), b.data(), epilogue).data(), plain);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace striate
