#include "kernels/resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/error.h"
#include "tests/kernels/on_every_device.h"

namespace striate {
namespace {

// The mean over a rectangle: overlap of every input pixel with it, none left out.
double area_reference(const std::vector<uint8_t>& in, int h, int w, int channels, int c, double y0, double y1,
                      double x0, double x1) {
  double total = 0, area = 0;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const double dy = std::min(y + 1.0, y1) - std::max<double>(y, y0);
      const double dx = std::min(x + 1.0, x1) - std::max<double>(x, x0);
      if (dx <= 0 || dy <= 0) continue;
      total += dx * dy * in[(static_cast<size_t>(y) * w + x) * channels + c];
      area += dx * dy;
    }
  }
  return total / area;
}

double bilinear_reference(const std::vector<uint8_t>& in, int h, int w, int channels, int c, double y, double x) {
  double value = 0;
  y = std::min(std::max(y, 0.0), h - 1.0);
  x = std::min(std::max(x, 0.0), w - 1.0);
  for (int r = 0; r < h; ++r) {
    for (int s = 0; s < w; ++s) {
      const double weight = std::max(0.0, 1 - std::fabs(r - y)) * std::max(0.0, 1 - std::fabs(s - x));
      value += weight * in[(static_cast<size_t>(r) * w + s) * channels + c];
    }
  }
  return value;
}

// A byte that the reference's own rounding error cannot have moved.
void expect_byte(int got, double expected) {
  if (std::fabs(std::fabs(expected - std::floor(expected)) - 0.5) < 1e-9) {
    EXPECT_NEAR(got, expected, 0.5001);
  } else {
    EXPECT_EQ(got, byte_reference(expected));
  }
}

struct Size {
  int h, w;
};

}  // namespace

TEST(Resize, every_size_equals_the_reference) {
  on_every_device([](Stream& stream) {
    for (const int channels : {1, 3, 4}) {
      for (const Size from : {Size{1, 1}, Size{7, 5}, Size{16, 12}}) {
        const std::vector<uint8_t> in = random_bytes(from.h * from.w * channels, 7);
        std::vector<float> in_float(in.begin(), in.end());
        const Buffer<uint8_t> input = on_device(stream, in);
        const Buffer<float> float_input = on_device(stream, in_float);
        for (const Size to : {Size{1, 1}, Size{3, 4}, Size{8, 6}, Size{16, 12}, Size{33, 29}}) {
          for (const Resample method : {Resample::area, Resample::bilinear}) {
            const int64_t count = static_cast<int64_t>(to.h) * to.w * channels;
            Guarded<uint8_t> bytes(stream, count);
            Guarded<float> floats(stream, count);
            resize(stream, method, input.data(), from.h, from.w, channels, bytes.data(), to.h, to.w);
            resize(stream, method, float_input.data(), from.h, from.w, channels, floats.data(), to.h, to.w);
            const std::vector<uint8_t> b = bytes.read(stream);
            const std::vector<float> f = floats.read(stream);
            const double sy = static_cast<double>(from.h) / to.h, sx = static_cast<double>(from.w) / to.w;
            for (int64_t i = 0; i < count; ++i) {
              const int c = static_cast<int>(i % channels);
              const int q = static_cast<int>(i / channels % to.w), p = static_cast<int>(i / channels / to.w);
              const double expected =
                  method == Resample::area
                      ? area_reference(in, from.h, from.w, channels, c, p * sy, (p + 1) * sy, q * sx, (q + 1) * sx)
                      : bilinear_reference(in, from.h, from.w, channels, c, (p + 0.5) * sy - 0.5, (q + 0.5) * sx - 0.5);
              ASSERT_NEAR(f[i], expected, 1e-4);
              expect_byte(b[i], expected);
            }
          }
        }
      }
    }
  });
}

TEST(Resize, a_part_of_the_picture_can_be_resized) {
  on_every_device([](Stream& stream) {
    const std::vector<uint8_t> in = random_bytes(20 * 30 * 3, 8);
    const Buffer<uint8_t> input = on_device(stream, in);
    const Crop crop{2.5, 3.25, 20, 10.5};
    Guarded<uint8_t> out(stream, 7 * 9 * 3);
    resize(stream, Resample::area, input.data(), 20, 30, 3, crop, out.data(), 7, 9);
    const std::vector<uint8_t> b = out.read(stream);
    for (int p = 0; p < 7; ++p) {
      for (int q = 0; q < 9; ++q) {
        for (int c = 0; c < 3; ++c) {
          expect_byte(b[(p * 9 + q) * 3 + c], area_reference(in, 20, 30, 3, c, 3.25 + p * 1.5, 3.25 + (p + 1) * 1.5,
                                                             2.5 + q * 20 / 9.0, 2.5 + (q + 1) * 20 / 9.0));
        }
      }
    }
  });
}

TEST(Resize, impossible_sizes_are_errors) {
  Stream stream(Device::cpu());
  uint8_t byte = 0;
  EXPECT_THROW(resize(stream, Resample::area, &byte, 1, 1, 1, &byte, 0, 1), Error);
  EXPECT_THROW(resize(stream, Resample::area, &byte, 1, 1, 1, Crop{0, 0, 2, 1}, &byte, 1, 1), Error);
}

void exercise_resize(Stream& stream) {
  const Buffer<uint8_t> input = on_device(stream, random_bytes(64, 1));
  Guarded<uint8_t> out(stream, 16);
  resize(stream, Resample::area, input.data(), 8, 8, 1, out.data(), 4, 4);
  resize(stream, Resample::bilinear, input.data(), 8, 8, 1, out.data(), 4, 4);
}

}  // namespace striate
