// Tensors: n-dimensional arrays of float32, row-major, images as NCHW. Tensor owns its values on a device; TensorView
// points at values that somebody else owns.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "kernels/memory.h"
#include "kernels/stream.h"

namespace striate {

// Up to 8 sizes, outermost first, each 0 or more. No size is a single value.
class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  // Throws Error for a negative size, for more than 8 of them, and where their product does not fit 63 bits.
  Shape(std::initializer_list<int64_t> sizes);
  explicit Shape(const std::vector<int64_t>& sizes);

  int rank() const { return rank_; }
  int64_t operator[](int i) const { return sizes_[static_cast<size_t>(i)]; }
  std::vector<int64_t> sizes() const { return {sizes_.begin(), sizes_.begin() + rank_}; }
  int64_t count() const;     // values: the product of the sizes
  std::string text() const;  // "64 x 3 x 28 x 28"; "one value" for rank 0

  friend bool operator==(const Shape& a, const Shape& b) { return a.rank_ == b.rank_ && a.sizes_ == b.sizes_; }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }

 private:
  void set(const int64_t* sizes, size_t rank);
  int rank_ = 0;
  std::array<int64_t, kMaxRank> sizes_{};
};

struct TensorView {
  float* data = nullptr;
  Shape shape;
  Device device;
  int64_t count() const { return shape.count(); }
};

class Tensor {
 public:
  Tensor() = default;
  // Values are whatever the memory held (NaN in debug builds). Throws Error naming `what` where memory is short.
  Tensor(Device device, Shape shape, const char* what = "a tensor");
  // On the device, with these values. Throws Error where there are not shape.count() of them.
  Tensor(Stream& stream, Shape shape, const std::vector<float>& values, const char* what = "a tensor");

  const Shape& shape() const { return shape_; }
  Device device() const { return values_.device(); }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  TensorView view() { return {values_.data(), shape_, values_.device()}; }
  // A copy in the host's memory, after all work queued before.
  std::vector<float> to_host(Stream& stream) const;

 private:
  Shape shape_;
  Buffer<float> values_;
};

}  // namespace striate
