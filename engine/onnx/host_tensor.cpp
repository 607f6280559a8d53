#include "engine/onnx/host_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/error.h"

namespace striate {
namespace {

// Rounds to a type of `digits` binary digits whose smallest normal number is 2^lowest and whose largest is `most`.
double round_digits(double value, int digits, int lowest, double most) {
  if (!std::isfinite(value) || value == 0) return value;
  int exponent = 0;
  std::frexp(value, &exponent);  // |value| in [2^(exponent-1), 2^exponent)
  const int last = std::max(exponent - digits, lowest - digits + 1);
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -last)), last);
  if (std::abs(rounded) > most) return std::copysign(std::numeric_limits<double>::infinity(), value);
  return rounded;
}

}  // namespace

std::string onnx_type_name(int type) {
  static const char* const names[] = {"undefined", "float32", "uint8",     "int8",       "uint16",  "int16",
                                      "int32",     "int64",   "text",      "bool",       "float16", "float64",
                                      "uint32",    "uint64",  "complex64", "complex128", "bfloat16"};
  if (type < 0 || type > 16) return fmt::format("type {}", type);
  return names[type];
}

bool is_real(OnnxType type) {
  return type == OnnxType::float32 || type == OnnxType::float16 || type == OnnxType::float64 ||
         type == OnnxType::bfloat16;
}

bool is_whole(OnnxType type) { return !is_real(type) && onnx_type_bytes(type) > 0; }

size_t onnx_type_bytes(OnnxType type) {
  switch (type) {
    case OnnxType::uint8:
    case OnnxType::int8:
    case OnnxType::boolean:
      return 1;
    case OnnxType::uint16:
    case OnnxType::int16:
    case OnnxType::float16:
    case OnnxType::bfloat16:
      return 2;
    case OnnxType::float32:
    case OnnxType::int32:
    case OnnxType::uint32:
      return 4;
    case OnnxType::int64:
    case OnnxType::uint64:
    case OnnxType::float64:
      return 8;
    default:
      return 0;
  }
}

double round_to(OnnxType type, double value) {
  switch (type) {
    case OnnxType::float32:
      return static_cast<double>(static_cast<float>(value));
    case OnnxType::float16:
      return round_digits(value, 11, -14, 65504.0);
    case OnnxType::bfloat16:
      return round_digits(value, 8, -126, 3.3895313892515355e38);
    default:
      return value;
  }
}

int64_t wrap_to(OnnxType type, int64_t value) {
  switch (type) {
    case OnnxType::boolean:
      return value != 0 ? 1 : 0;
    case OnnxType::uint8:
      return static_cast<uint8_t>(value);
    case OnnxType::int8:
      return static_cast<int8_t>(value);
    case OnnxType::uint16:
      return static_cast<uint16_t>(value);
    case OnnxType::int16:
      return static_cast<int16_t>(value);
    case OnnxType::uint32:
      return static_cast<uint32_t>(value);
    case OnnxType::int32:
      return static_cast<int32_t>(value);
    default:
      return value;
  }
}

float bfloat16_to_float(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

double HostTensor::at(int64_t i) const {
  const size_t k = static_cast<size_t>(i);
  if (real()) return reals[k];
  return type == OnnxType::uint64 ? static_cast<double>(static_cast<uint64_t>(integers[k]))
                                  : static_cast<double>(integers[k]);
}

std::vector<float> HostTensor::floats() const {
  std::vector<float> values(static_cast<size_t>(count()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(at(static_cast<int64_t>(i)));
  return values;
}

HostTensor HostTensor::of_integers(std::vector<int64_t> values) {
  HostTensor tensor;
  tensor.type = OnnxType::int64;
  tensor.dims = {static_cast<int64_t>(values.size())};
  tensor.integers = std::move(values);
  return tensor;
}

HostTensor HostTensor::scalar(OnnxType type, double value) {
  HostTensor tensor;
  tensor.type = type;
  if (tensor.real()) {
    tensor.reals = {round_to(type, value)};
  } else {
    tensor.integers = {static_cast<int64_t>(value)};
  }
  return tensor;
}

bool count_of(const std::vector<int64_t>& dims, int64_t& count) {
  constexpr int64_t most = int64_t{1} << 62;
  count = 1;
  bool empty = false;
  for (const int64_t size : dims) {
    if (size < 0) return false;
    if (size == 0) empty = true;
    if (size > 0 && count > most / size) return false;  // also where another size is 0: products of some must fit
    if (size > 0) count *= size;
  }
  if (empty) count = 0;
  return true;
}

std::string dims_text(const std::vector<int64_t>& dims) {
  if (dims.empty()) return "one value";
  std::string text;
  for (size_t i = 0; i < dims.size(); ++i) text += (i > 0 ? "x" : "") + std::to_string(dims[i]);
  return text;
}

}  // namespace striate
