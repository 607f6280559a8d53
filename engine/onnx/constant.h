// Values that are known before the network runs: initializers of the file, bound inputs, and what was computed from
// them. Those of the file stay there until somebody asks. For the files of this folder only.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/onnx/graph.h"

namespace striate {

class Constant {
 public:
  Constant() = default;
  explicit Constant(std::shared_ptr<const StoredTensor> stored);
  explicit Constant(HostTensor value);
  // `value`, which is one value, everywhere: takes no memory, however large. ONNX's own light models have their
  // weights so.
  static Constant filled(const HostTensor& value, std::vector<int64_t> dims);

  OnnxType type() const { return type_; }
  const std::vector<int64_t>& dims() const { return dims_; }
  int64_t count() const { return count_; }
  bool real() const { return is_real(type_); }

  // In the host's memory; kept there after the first call. Throws Error where a large filled one would be written out.
  const HostTensor& value() const;
  // In pieces, without keeping anything: use(first, values, count). Throws Error for whole numbers that a float32
  // can't hold.
  void read_floats(const std::function<void(int64_t, const float*, int64_t)>& use) const;
  std::vector<float> floats() const;
  // One or more whole numbers, as axes and shapes are. Throws Error for other types and for more than `most`.
  std::vector<int64_t> integers(const char* what, int64_t most = 1 << 16) const;
  double scalar(const char* what) const;  // throws Error where it is not one value

  // The same values with other sizes, or rounded to another type with a point; nothing is read.
  Constant with_dims(std::vector<int64_t> dims) const;
  Constant with_type(OnnxType type) const;

 private:
  OnnxType type_ = OnnxType::float32;
  std::vector<int64_t> dims_;
  int64_t count_ = 1;
  std::shared_ptr<const StoredTensor> stored_;
  std::shared_ptr<const HostTensor> filling_;  // one value
  mutable std::shared_ptr<const HostTensor> value_;
};

}  // namespace striate
