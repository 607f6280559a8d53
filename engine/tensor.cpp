#include "engine/tensor.h"

#include <fmt/format.h>

#include "engine/error.h"

namespace striate {

Shape::Shape(std::initializer_list<int64_t> sizes) { set(sizes.begin(), sizes.size()); }
Shape::Shape(const std::vector<int64_t>& sizes) { set(sizes.data(), sizes.size()); }

void Shape::set(const int64_t* sizes, size_t rank) {
  if (rank > kMaxRank) {
    throw Error(fmt::format("a shape of {} dimensions", rank), fmt::format("use {} at most", int{kMaxRank}));
  }
  rank_ = static_cast<int>(rank);
  int64_t product = 1;
  for (size_t i = 0; i < rank; ++i) {
    if (sizes[i] < 0) throw Error(fmt::format("size {} in a shape", sizes[i]), "sizes are 0 or more");
    sizes_[i] = sizes[i];
    if (__builtin_mul_overflow(product, sizes[i], &product)) {
      throw Error("a shape has more values than can be counted", "use smaller sizes");
    }
  }
}

int64_t Shape::count() const {
  int64_t product = 1;
  for (int i = 0; i < rank_; ++i) product *= sizes_[static_cast<size_t>(i)];
  return product;
}

std::string Shape::text() const {
  if (rank_ == 0) return "one value";
  std::string text;
  for (int i = 0; i < rank_; ++i) text += (i > 0 ? " x " : "") + std::to_string((*this)[i]);
  return text;
}

Tensor::Tensor(Device device, Shape shape, const char* what) : shape_(shape), values_(device, shape.count(), what) {}

Tensor::Tensor(Stream& stream, Shape shape, const std::vector<float>& values, const char* what)
    : Tensor(stream.device(), shape, what) {
  if (static_cast<int64_t>(values.size()) != shape.count()) {
    throw Error(fmt::format("{}: {} values for a shape of {}", what, values.size(), shape.text()),
                fmt::format("give {}", shape.count()));
  }
  upload(stream, values_, values.data(), shape.count());
}

std::vector<float> Tensor::to_host(Stream& stream) const {
  std::vector<float> values(static_cast<size_t>(shape_.count()));
  download(stream, values.data(), values_, shape_.count());
  return values;
}

}  // namespace striate
