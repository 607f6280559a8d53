// Every version of every task gives what a plain loop gives, on every device, for sides that fit the tiles and sides
// that do not.
#include "kernels/teach.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/kernels/network_reference.h"
#include "tests/kernels/on_every_device.h"

namespace striate {
namespace {

// Small whole numbers, so that sums are exact whatever their order.
std::vector<float> numbers(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = static_cast<float>(static_cast<int>(random() % 9) - 4);
  return values;
}

std::vector<float> reference(TeachTask task, const TeachSettings& s, const std::vector<float>& a,
                             const std::vector<float>& b) {
  const int n = s.n;
  const auto in_picture = [&](int y, int x) { return a[static_cast<size_t>(y * n + x)]; };
  std::vector<float> c(static_cast<size_t>(teach_c(task, s)));
  if (task == TeachTask::reduce) {
    const size_t threads = static_cast<size_t>(s.width) * static_cast<size_t>(s.height);
    for (size_t i = 0; i < a.size(); ++i) c[i / threads] += a[i];
    return c;
  }
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      float& out = c[static_cast<size_t>(y * n + x)];
      if (task == TeachTask::copy) out = in_picture(y, x);
      if (task == TeachTask::transpose) out = in_picture(x, y);
      if (task == TeachTask::matmul) {
        for (int k = 0; k < n; ++k) out += in_picture(y, k) * b[static_cast<size_t>(k * n + x)];
      }
      if (task == TeachTask::filter) {
        for (int v = 0; v < 3; ++v) {
          for (int u = 0; u < 3; ++u) {
            const int row = std::min(std::max(y + v - 1, 0), n - 1), column = std::min(std::max(x + u - 1, 0), n - 1);
            out += in_picture(row, column) * b[static_cast<size_t>(v * 3 + u)];
          }
        }
      }
      if (!is_convolution(task)) continue;
      for (int k = 0; k < teach_outputs(task); ++k) {
        float sum = 0;
        for (int i = 0; i < kTeachInputs * 9; ++i) {
          const int row = y + i / 3 % 3 - 1, column = x + i % 3 - 1;
          if (row < 0 || row >= n || column < 0 || column >= n) continue;
          sum +=
              a[static_cast<size_t>((i / 9 * n + row) * n + column)] * b[static_cast<size_t>(k * kTeachInputs * 9 + i)];
        }
        c[static_cast<size_t>((k * n + y) * n + x)] = sum;
      }
    }
  }
  return c;
}

}  // namespace

TEST(Teach, every_version_gives_what_a_plain_loop_gives) {
  on_every_device([](Stream& stream) {
    for (const TeachSettings& settings : {TeachSettings{64, 32, 8, 8}, TeachSettings{50, 16, 8, 3},
                                          TeachSettings{44, 64, 1, 2}, TeachSettings{70, 32, 32, 7}}) {
      for (const TeachTask task : kTeachTasks) {
        const std::vector<float> a = numbers(teach_a(task, settings), 1), b = numbers(teach_b(task, settings), 2);
        const std::vector<float> wanted = reference(task, settings, a, b);
        const Buffer<float> from = on_device(stream, a), other = on_device(stream, b);
        for (const std::string& version : teach_versions(task)) {
          SCOPED_TRACE(version + " of task " + std::to_string(static_cast<int>(task)) + ", n " +
                       std::to_string(settings.n));
          Buffer<float> to(stream.device(), teach_c(task, settings), "a test's result");
          std::vector<float> result(wanted.size(), -1);
          upload(stream, to, result.data(), static_cast<int64_t>(result.size()));
          Buffer<float> scratch(stream.device(), teach_scratch(task, version, settings) + 1, "a test's scratch");
          ASSERT_TRUE(
              teach(stream, task, version, settings, from.data(), other.data(), to.data(), scratch.data(), b.data()));
          download(stream, result.data(), to, static_cast<int64_t>(result.size()));
          EXPECT_EQ(result, wanted);
        }
      }
    }
  });
}

TEST(Teach, what_is_not_there_is_refused) {
  Stream stream(Device::cpu());
  const float a[64 * 64] = {};
  float c[64 * 64];
  EXPECT_FALSE(teach(stream, TeachTask::copy, "tiled", {64, 32, 8, 8}, a, a, c, nullptr, a));
  EXPECT_FALSE(teach(stream, TeachTask::copy, "strided", {64, 31, 8, 8}, a, a, c, nullptr, a));
}

void exercise_teach(Stream& stream) {
  const TeachSettings settings{32, 32, 8, 8};
  for (const TeachTask task : kTeachTasks) {
    const Buffer<float> a = on_device(stream, numbers(teach_a(task, settings), 1));
    const std::vector<float> weights = numbers(teach_b(task, settings) + 1, 2);
    const Buffer<float> b = on_device(stream, weights);
    Buffer<float> c(stream.device(), teach_c(task, settings), "a test's result");
    for (const std::string& version : teach_versions(task)) {
      Buffer<float> scratch(stream.device(), teach_scratch(task, version, settings) + 1, "a test's scratch");
      EXPECT_TRUE(teach(stream, task, version, settings, a.data(), b.data(), c.data(), scratch.data(), weights.data()));
    }
  }
}

}  // namespace striate
