// Reading the golden files generically: "CASE.NAME" -> the cases, and a tensor of a case as floats or ints.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "engine/files/safetensors.h"
#include "kernels/device.h"
#include "kernels/memory.h"
#include "kernels/stream.h"
#include "kernels/threads.h"
#include "tests/reference.h"

namespace striate {

class Golden {
 public:
  explicit Golden(const std::string& name) : file_(SafeTensors::read(reference_path("golden/" + name))) {}

  // The parts of the names before the last dot, each once, that begin with `prefix`.
  std::set<std::string> cases(const std::string& prefix = "") const {
    std::set<std::string> found;
    for (const SafeTensor& t : file_.tensors()) {
      const size_t dot = t.name.rfind('.');
      if (dot != std::string::npos && t.name.rfind(prefix, 0) == 0) found.insert(t.name.substr(0, dot));
    }
    return found;
  }
  bool has(const std::string& name) const { return file_.has(name); }
  std::vector<float> floats(const std::string& name) const { return file_.floats(name); }
  std::vector<int32_t> ints(const std::string& name) const {
    std::vector<int32_t> values;
    for (const double v : file_.doubles(name)) values.push_back(static_cast<int32_t>(v));
    return values;
  }
  std::vector<int> shape(const std::string& name) const {
    const SafeTensor& t = file_.at(name);
    return {t.shape.begin(), t.shape.end()};
  }

 private:
  SafeTensors file_;
};

// An array on a device that is made from a vector and read back as one; NaN until written if only a size is given.
class DeviceArray {
 public:
  DeviceArray(Stream& stream, const std::vector<float>& values)
      : stream_(&stream), buffer_(stream.device(), static_cast<int64_t>(values.size()), "a test's input") {
    upload(stream, buffer_, values.data(), static_cast<int64_t>(values.size()));
  }
  DeviceArray(Stream& stream, int64_t size) : DeviceArray(stream, std::vector<float>(size, NAN)) {}
  float* data() { return buffer_.data(); }
  std::vector<float> read() {
    std::vector<float> values(buffer_.size());
    download(*stream_, values.data(), buffer_, buffer_.size());
    return values;
  }

 private:
  Stream* stream_;
  Buffer<float> buffer_;
};

// Within `tolerance` of the largest absolute reference value.
inline void expect_golden(const std::vector<float>& got, const std::vector<float>& want, const std::string& what,
                          double tolerance = 1e-5) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double largest = 0;
  for (const float v : want) largest = std::max(largest, static_cast<double>(std::fabs(v)));
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_LE(std::fabs(static_cast<double>(got[i]) - want[i]), tolerance * largest)
        << what << '[' << i << "] is " << got[i] << ", not " << want[i];
  }
}

template <typename F>
void on_all_devices(const F& test) {
  for (const Device& device : Device::all_for_tests()) {
    for (const ThreadOrder order : {ThreadOrder::forward, ThreadOrder::backward, ThreadOrder::shuffled}) {
      if (device.is_cuda() && order != ThreadOrder::forward) continue;
      SCOPED_TRACE(device.id() + ", thread order " + std::to_string(static_cast<int>(order)));
      set_thread_order(order);
      Stream stream(device);
      test(stream);
    }
  }
  set_thread_order(ThreadOrder::forward);
}

}  // namespace striate
