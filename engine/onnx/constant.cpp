#include "engine/onnx/constant.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

constexpr int64_t kMaxWrittenOut = 1 << 20;  // values of a filled constant that something computes with

// Throws Error where it is too large.
HostTensor written_out(const HostTensor& filling, const std::vector<int64_t>& dims, int64_t count) {
  if (count > kMaxWrittenOut) {
    throw Error(
        fmt::format("it computes with a constant of {} while the model is read, which is too much", dims_text(dims)),
        "such a file is damaged or not a picture classifier; else export it with constants folded");
  }
  HostTensor value;
  value.type = filling.type;
  value.reals.assign(filling.real() ? static_cast<size_t>(count) : 0, filling.real() ? filling.reals[0] : 0);
  value.integers.assign(filling.real() ? 0 : static_cast<size_t>(count), filling.real() ? 0 : filling.integers[0]);
  return value;
}

}  // namespace

Constant::Constant(std::shared_ptr<const StoredTensor> stored)
    : type_(stored->type), dims_(stored->dims), count_(stored->count), stored_(std::move(stored)) {}

Constant::Constant(HostTensor value) : type_(value.type), dims_(value.dims) {
  check(count_of(dims_, count_) && count_ == value.count(), "{} values for {}", value.count(), dims_text(dims_));
  value_ = std::make_shared<HostTensor>(std::move(value));
}

Constant Constant::filled(const HostTensor& value, std::vector<int64_t> dims) {
  check(value.count() == 1, "{} values to fill a constant with", value.count());
  Constant constant;
  constant.type_ = value.type;
  constant.dims_ = std::move(dims);
  check(count_of(constant.dims_, constant.count_), "a constant of {}", dims_text(constant.dims_));
  constant.filling_ = std::make_shared<HostTensor>(value);
  return constant;
}

const HostTensor& Constant::value() const {
  if (value_ == nullptr || value_->type != type_ || value_->dims != dims_) {
    HostTensor value = value_ != nullptr     ? *value_
                       : filling_ != nullptr ? written_out(*filling_, dims_, count_)
                                             : stored_->read();
    if (value.real() && value.type != type_) {
      for (double& each : value.reals) each = round_to(type_, each);
    }
    value.type = type_;
    value.dims = dims_;
    value_ = std::make_shared<HostTensor>(std::move(value));
  }
  return *value_;
}

void Constant::read_floats(const std::function<void(int64_t, const float*, int64_t)>& use) const {
  const auto checked = [&](int64_t first, const float* values, int64_t count) {
    if (!real()) {
      for (int64_t i = 0; i < count; ++i) {
        if (std::abs(values[i]) > 16777216.0f) {
          throw Error(fmt::format("it computes with the whole number {} as a value of the network", values[i]),
                      "striate computes in float32, which holds whole numbers up to 16777216");
        }
      }
    }
    use(first, values, count);
  };
  if (value_ == nullptr && filling_ != nullptr) {
    const float one = static_cast<float>(real() ? round_to(type_, filling_->at(0)) : filling_->at(0));
    const std::vector<float> some(static_cast<size_t>(std::min<int64_t>(count_, 1 << 16)), one);
    for (int64_t first = 0; first < count_; first += 1 << 16) {
      checked(first, some.data(), std::min<int64_t>(count_ - first, 1 << 16));
    }
    return;
  }
  if (value_ != nullptr || (stored_->type != type_ && type_ != OnnxType::float32)) {
    const std::vector<float> values = value().floats();
    return checked(0, values.data(), count_);
  }
  stored_->read_floats(checked);
}

std::vector<float> Constant::floats() const {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(count_));
  read_floats([&](int64_t, const float* some, int64_t count) { values.insert(values.end(), some, some + count); });
  return values;
}

std::vector<int64_t> Constant::integers(const char* what, int64_t most) const {
  if (real()) {
    throw Error(fmt::format("{} holds {}, needs whole numbers", what, onnx_type_name(type_)), "export the model again");
  }
  if (dims_.size() > 1 || count_ > most) {
    throw Error(fmt::format("{} has the sizes {}, needs a list of at most {}", what, dims_text(dims_), most),
                "export the model again");
  }
  return value().integers;
}

double Constant::scalar(const char* what) const {
  if (count_ != 1) {
    throw Error(fmt::format("{} has the sizes {}, needs one value", what, dims_text(dims_)), "export the model again");
  }
  return value().at(0);
}

Constant Constant::with_dims(std::vector<int64_t> dims) const {
  Constant other = *this;
  other.dims_ = std::move(dims);
  int64_t count = 0;
  check(count_of(other.dims_, count) && count == count_, "{} values as {}", count_, dims_text(other.dims_));
  return other;
}

Constant Constant::with_type(OnnxType type) const {
  check(real() && is_real(type), "{} as {}", onnx_type_name(type_), onnx_type_name(type));
  Constant other = *this;
  other.type_ = type;
  return other;
}

}  // namespace striate
