// Tests of operators run on every device of this machine, with debug checks on: on the CPU and the emulated GPU in all
// three thread orders, on CUDA where there is one.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernels/memory.h"
#include "kernels/stream.h"
#include "kernels/threads.h"

namespace striate {

// Calls test(stream) for every device and thread order.
inline void on_every_device(const std::function<void(Stream&)>& test) {
  set_debug_checks(true);
  for (const Device& device : Device::all_for_tests()) {
    for (const ThreadOrder order : {ThreadOrder::forward, ThreadOrder::backward, ThreadOrder::shuffled}) {
      if (device.is_cuda() && order != ThreadOrder::forward) continue;  // CUDA has its own order
      SCOPED_TRACE(device.id() + ", thread order " + std::to_string(static_cast<int>(order)));
      set_thread_order(order);
      Stream stream(device);
      test(stream);
      if (::testing::Test::HasFatalFailure()) break;
    }
  }
  set_thread_order(ThreadOrder::forward);
  set_debug_checks(false);
}

// Memory for a result: filled with NaN (bytes: 0xff), with guards at both ends that must stay as they are.
template <typename T>
class Guarded {
 public:
  Guarded(Stream& stream, int64_t count)
      : count_(count), buffer_(stream.device(), count + 2 * kGuard, "a test's result"), host_(count + 2 * kGuard) {
    std::memset(static_cast<void*>(host_.data()), 0xff, host_.size() * sizeof(T));
    for (int64_t i = 0; i < kGuard; ++i) host_[i] = host_[count + kGuard + i] = T(87);
    upload(stream, buffer_, host_.data(), static_cast<int64_t>(host_.size()));
  }
  T* data() { return buffer_.data() + kGuard; }
  std::vector<T> read(Stream& stream) {
    download(stream, host_.data(), buffer_, static_cast<int64_t>(host_.size()));
    for (int64_t i = 0; i < kGuard; ++i) {
      EXPECT_EQ(host_[i], T(87)) << "written " << kGuard - i << " before the start";
      EXPECT_EQ(host_[count_ + kGuard + i], T(87)) << "written " << i + 1 << " past the end";
    }
    return {host_.begin() + kGuard, host_.begin() + kGuard + count_};
  }

 private:
  static constexpr int64_t kGuard = 64;
  int64_t count_;
  Buffer<T> buffer_;
  std::vector<T> host_;
};

template <typename T>
Buffer<T> on_device(Stream& stream, const std::vector<T>& values) {
  Buffer<T> buffer(stream.device(), static_cast<int64_t>(values.size()), "a test's input");
  upload(stream, buffer, values.data(), static_cast<int64_t>(values.size()));
  return buffer;
}

inline std::vector<uint8_t> random_bytes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> bytes(count);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random() >> 13);
  return bytes;
}

// Nearest, half to even, clamped: the reference's own way, without rint.
inline int byte_reference(double value) {
  if (!(value > 0)) return 0;
  if (value >= 255) return 255;
  const double below = std::floor(value);
  const double rest = value - below;
  int result = static_cast<int>(below);
  if (rest > 0.5 || (rest == 0.5 && result % 2 == 1)) ++result;
  return result;
}

// What coverage_test.cpp runs to see that every operator is exercised on every device.
void exercise_filters(Stream& stream);
void exercise_nonlinear_filters(Stream& stream);
void exercise_color(Stream& stream);
void exercise_resize(Stream& stream);
void exercise_statistics(Stream& stream);
void exercise_walk(Stream& stream);

}  // namespace striate
