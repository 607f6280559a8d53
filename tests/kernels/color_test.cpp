#include "kernels/color.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/error.h"
#include "tests/kernels/on_every_device.h"

namespace striate {
namespace {

constexpr int64_t kN = 40000;  // more than one piece

std::vector<uint8_t> pixels_of(int channels) { return random_bytes(kN * channels, 40 + channels); }

void reference_rgb(const std::vector<uint8_t>& in, int channels, int64_t i, double out[3]) {
  for (int k = 0; k < 3; ++k) out[k] = in[i * channels + (channels >= 3 ? k : 0)];
}

}  // namespace

TEST(Color, gray_is_the_weighted_sum) {
  on_every_device([](Stream& stream) {
    for (int channels = 1; channels <= 4; ++channels) {
      const std::vector<uint8_t> in = pixels_of(channels);
      const Buffer<uint8_t> input = on_device(stream, in);
      const GrayWeights weights{0.25f, 0.5f, 0.3f};
      Guarded<float> floats(stream, kN);
      Guarded<uint8_t> bytes(stream, kN);
      gray(stream, weights, input.data(), channels, kN, floats.data());
      gray(stream, weights, input.data(), channels, kN, bytes.data());
      const std::vector<float> f = floats.read(stream);
      const std::vector<uint8_t> b = bytes.read(stream);
      for (int64_t i = 0; i < kN; ++i) {
        double p[3];
        reference_rgb(in, channels, i, p);
        const double expected = 0.25 * p[0] + 0.5 * p[1] + 0.3 * p[2];
        ASSERT_NEAR(f[i], expected, 1e-4);
        ASSERT_EQ(b[i], byte_reference(f[i]));
        ASSERT_EQ(f[i], gray_of(weights, p[0], p[1], p[2])) << "picture and single pixel differ";
      }
    }
  });
}

TEST(Color, hsv_and_ycbcr_follow_their_definitions) {
  on_every_device([](Stream& stream) {
    for (int channels = 1; channels <= 4; ++channels) {
      const std::vector<uint8_t> in = pixels_of(channels);
      const Buffer<uint8_t> input = on_device(stream, in);
      Guarded<float> h(stream, 3 * kN), y(stream, 3 * kN);
      hsv(stream, input.data(), channels, kN, h.data());
      ycbcr(stream, input.data(), channels, kN, y.data());
      const std::vector<float> hv = h.read(stream), yv = y.read(stream);
      for (int64_t i = 0; i < kN; ++i) {
        double p[3];
        reference_rgb(in, channels, i, p);
        const double most = std::max({p[0], p[1], p[2]}), least = std::min({p[0], p[1], p[2]});
        double hue = 0;
        if (most > least) {
          if (most == p[0])
            hue = 60 * (p[1] - p[2]) / (most - least);
          else if (most == p[1])
            hue = 60 * (p[2] - p[0]) / (most - least) + 120;
          else
            hue = 60 * (p[0] - p[1]) / (most - least) + 240;
        }
        if (hue < 0) hue += 360;
        ASSERT_NEAR(hv[i], hue, 1e-3);
        ASSERT_NEAR(hv[kN + i], most > 0 ? (most - least) / most : 0, 1e-6);
        ASSERT_EQ(hv[2 * kN + i], most);
        float one[3];
        hsv_of(p[0], p[1], p[2], one);
        ASSERT_EQ(one[0], hv[i]);
        ASSERT_NEAR(yv[i], 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2], 1e-3);
        ASSERT_NEAR(yv[kN + i], (p[2] - yv[i]) / 1.772 + 128, 2e-3);
        ASSERT_NEAR(yv[2 * kN + i], (p[0] - yv[i]) / 1.402 + 128, 2e-3);
        ycbcr_of(p[0], p[1], p[2], one);
        ASSERT_EQ(one[1], yv[kN + i]);
      }
    }
  });
}

TEST(Color, the_way_back_gives_the_same_color) {
  for (const uint8_t r : {0, 17, 128, 255}) {
    for (const uint8_t g : {0, 90, 255}) {
      for (const uint8_t b : {0, 3, 200, 255}) {
        float there[3], back[3];
        hsv_of(r, g, b, there);
        rgb_of_hsv(there[0], there[1], there[2], back);
        EXPECT_NEAR(back[0], r, 1e-3);
        EXPECT_NEAR(back[1], g, 1e-3);
        EXPECT_NEAR(back[2], b, 1e-3);
        ycbcr_of(r, g, b, there);
        rgb_of_ycbcr(there[0], there[1], there[2], back);
        EXPECT_NEAR(back[0], r, 1e-2);
        EXPECT_NEAR(back[1], g, 1e-2);
        EXPECT_NEAR(back[2], b, 1e-2);
      }
    }
  }
}

TEST(Color, channels_come_apart_and_together_again) {
  on_every_device([](Stream& stream) {
    for (int channels = 1; channels <= 4; ++channels) {
      const std::vector<uint8_t> in = pixels_of(channels);
      const Buffer<uint8_t> input = on_device(stream, in);
      std::vector<uint8_t> all;
      for (int c = 0; c < channels; ++c) {
        Guarded<uint8_t> plane(stream, kN);
        split_channel(stream, input.data(), channels, c, kN, plane.data());
        const std::vector<uint8_t> values = plane.read(stream);
        for (int64_t i = 0; i < kN; ++i) ASSERT_EQ(values[i], in[i * channels + c]);
        all.insert(all.end(), values.begin(), values.end());
      }
      const Buffer<uint8_t> planes = on_device(stream, all);
      Guarded<uint8_t> joined(stream, kN * channels);
      join_channels(stream, planes.data(), channels, kN, joined.data());
      EXPECT_EQ(joined.read(stream), in);
    }
  });
}

TEST(Color, gains_multiply_colors_and_spare_alpha) {
  on_every_device([](Stream& stream) {
    for (int channels = 1; channels <= 4; ++channels) {
      const std::vector<uint8_t> in = pixels_of(channels);
      const Buffer<uint8_t> input = on_device(stream, in);
      Guarded<uint8_t> out(stream, kN * channels);
      const Gains gains{{0.5f, 2, -1}};
      apply_gains(stream, gains, input.data(), channels, kN, out.data());
      const std::vector<uint8_t> values = out.read(stream);
      for (int64_t i = 0; i < kN * channels; ++i) {
        const int c = static_cast<int>(i % channels);
        const bool alpha = (channels == 2 && c == 1) || c == 3;
        ASSERT_EQ(values[i], alpha ? in[i] : byte_reference(in[i] * static_cast<double>(gains.of[c])));
      }
    }
  });
}

TEST(Color, an_impossible_channel_is_an_error) {
  Stream stream(Device::cpu());
  uint8_t byte = 0;
  EXPECT_THROW(split_channel(stream, &byte, 3, 3, 1, &byte), Error);
  EXPECT_THROW(gray(stream, {}, &byte, 5, 1, &byte), Error);
}

void exercise_color(Stream& stream) {
  const Buffer<uint8_t> input = on_device(stream, random_bytes(300, 1));
  Guarded<uint8_t> bytes(stream, 300);
  Guarded<float> floats(stream, 300);
  gray(stream, {}, input.data(), 3, 100, floats.data());
  gray(stream, {}, input.data(), 3, 100, bytes.data());
  hsv(stream, input.data(), 3, 100, floats.data());
  ycbcr(stream, input.data(), 3, 100, floats.data());
  split_channel(stream, input.data(), 3, 1, 100, bytes.data());
  join_channels(stream, input.data(), 3, 100, bytes.data());
  apply_gains(stream, {}, input.data(), 3, 100, bytes.data());
}

}  // namespace striate
