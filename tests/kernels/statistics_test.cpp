#include "kernels/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/error.h"
#include "tests/kernels/on_every_device.h"

namespace striate {

TEST(Statistics, bytes_are_counted_exactly) {
  on_every_device([](Stream& stream) {
    for (const int64_t n : {int64_t{1}, int64_t{65535}, int64_t{65536}, int64_t{65537}, int64_t{200001}}) {
      for (int channels = 1; channels <= 4; ++channels) {
        const std::vector<uint8_t> in = random_bytes(n * channels, 60);
        const Buffer<uint8_t> input = on_device(stream, in);
        const std::vector<ChannelStatistics> result = statistics(stream, input.data(), channels, n);
        ASSERT_EQ(result.size(), static_cast<size_t>(channels));
        for (int c = 0; c < channels; ++c) {
          std::array<int64_t, 256> histogram{};
          int64_t sum = 0;
          int low = 255, high = 0;
          for (int64_t i = 0; i < n; ++i) {
            const int v = in[i * channels + c];
            ++histogram[v];
            sum += v;
            low = std::min(low, v);
            high = std::max(high, v);
          }
          EXPECT_EQ(result[c].histogram, histogram);
          EXPECT_EQ(result[c].minimum, low);
          EXPECT_EQ(result[c].maximum, high);
          EXPECT_EQ(result[c].count, n);
          EXPECT_EQ(result[c].mean, static_cast<double>(sum) / n);
        }
      }
    }
  });
}

TEST(Statistics, floats_have_bins_and_nan_has_none) {
  on_every_device([](Stream& stream) {
    const int64_t n = 70000;
    std::vector<float> in(n * 2);
    for (int64_t i = 0; i < n; ++i) {
      in[2 * i] = static_cast<float>(i % 1000) / 500 - 1;
      in[2 * i + 1] = i % 7 == 0 ? NAN : static_cast<float>(i);
    }
    const Buffer<float> input = on_device(stream, in);
    const std::vector<ChannelStatistics> result = statistics(stream, input.data(), 2, n, -0.5, 0.5);
    for (int c = 0; c < 2; ++c) {
      std::array<int64_t, 256> histogram{};
      double sum = 0, low = INFINITY, high = -INFINITY;
      int64_t count = 0;
      for (int64_t i = 0; i < n; ++i) {
        const double v = in[2 * i + c];
        if (std::isnan(v)) continue;
        ++count;
        sum += v;
        low = std::min(low, v);
        high = std::max(high, v);
        ++histogram[static_cast<int>(std::min(std::max(std::floor((v + 0.5) * 256), 0.0), 255.0))];
      }
      EXPECT_EQ(result[c].count, count);
      EXPECT_EQ(result[c].not_a_number, n - count);
      EXPECT_EQ(result[c].minimum, low);
      EXPECT_EQ(result[c].maximum, high);
      EXPECT_NEAR(result[c].mean, sum / count, 1e-9 * std::fabs(high));
      EXPECT_EQ(result[c].histogram, histogram);
    }
  });
}

TEST(Statistics, means_have_the_same_bits_for_any_number_of_threads) {
  Stream stream(Device::cpu());
  std::vector<float> in(500000);
  std::mt19937 random(3);
  for (float& v : in) v = static_cast<float>(random()) * 1e-3f - 1e6f;
  std::vector<double> means;
  for (const int threads : {1, 2, 7}) {
    set_thread_count(threads);
    means.push_back(statistics(stream, in.data(), 1, 500000, 0, 1)[0].mean);
  }
  set_thread_count(0);
  EXPECT_EQ(means[0], means[1]);
  EXPECT_EQ(means[0], means[2]);
}

TEST(Statistics, nothing_has_no_pixels) {
  Stream stream(Device::cpu());
  const std::vector<ChannelStatistics> result = statistics(stream, static_cast<const uint8_t*>(nullptr), 3, 0);
  ASSERT_EQ(result.size(), 3u);
  EXPECT_EQ(result[0].count, 0);
  EXPECT_THROW(statistics(stream, static_cast<const float*>(nullptr), 1, 0, 1, 1), Error);
}

void exercise_statistics(Stream& stream) {
  const Buffer<uint8_t> bytes = on_device(stream, random_bytes(64, 1));
  const Buffer<float> floats = on_device(stream, std::vector<float>(64, 1));
  statistics(stream, bytes.data(), 1, 64);
  statistics(stream, floats.data(), 1, 64, 0, 1);
}

}  // namespace striate
