// Tensors in the host's memory with ONNX's element types: what is known of a model before it runs (shapes, axes, folded
// constants) and what is compared with after it ran (stored inputs and outputs).
//
// Numbers with a point are held as doubles that are values of their own type (a float32 is rounded to float32), whole
// numbers and truth values as int64: arithmetic can be done in the type that ONNX says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

// The numbers that the format gives them (TensorProto.DataType).
enum class OnnxType {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  text = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
};
std::string onnx_type_name(int type);  // "float16"; "type 23" where it is not known
inline std::string onnx_type_name(OnnxType type) { return onnx_type_name(static_cast<int>(type)); }
bool is_real(OnnxType type);            // float16, bfloat16, float32, float64
bool is_whole(OnnxType type);           // the integers and boolean
size_t onnx_type_bytes(OnnxType type);  // of one value; 0 for types that striate does not read

// The nearest value of this type: rounded to nearest, half to even; wrapped around for whole numbers.
double round_to(OnnxType type, double value);
int64_t wrap_to(OnnxType type, int64_t value);
float bfloat16_to_float(uint16_t bits);

struct HostTensor {
  OnnxType type = OnnxType::float32;
  std::vector<int64_t> dims;      // empty: one value
  std::vector<double> reals;      // where is_real(type)
  std::vector<int64_t> integers;  // where is_whole(type); an uint64 as its 64 bits

  bool real() const { return is_real(type); }
  int64_t count() const { return static_cast<int64_t>(real() ? reals.size() : integers.size()); }
  // Value i as a number, whatever the type.
  double at(int64_t i) const;
  std::vector<float> floats() const;

  static HostTensor of_integers(std::vector<int64_t> values);  // int64, one dimension
  static HostTensor scalar(OnnxType type, double value);
};

// The product of the sizes. False: one is negative, or it does not fit 62 bits.
bool count_of(const std::vector<int64_t>& dims, int64_t& count);
std::string dims_text(const std::vector<int64_t>& dims);  // "2x3x4"; "one value"

}  // namespace striate
