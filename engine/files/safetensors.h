// safetensors: named tensors in one file. Reading and writing.
//
// The format (github.com/huggingface/safetensors, "Format"):
//   8 bytes    N, unsigned, little-endian: length of the header, at most 100 000 000
//   N bytes    the header: a JSON object in UTF-8 that begins with '{' and may be padded with spaces at its end,
//                {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}, ...,
//                 "__metadata__": {"KEY": "TEXT", ...}}          (__metadata__ may be absent)
//   the rest   the values, little-endian, row-major; offsets count from here
// Rules, each with an error of its own: the header's length fits the file and the limit; it is such a JSON object
// and nothing else; no name stands twice; the dtype is known; no dimension is negative and their product does not
// overflow; END - BEGIN is what dtype and shape need; the tensors, ordered by BEGIN, leave no hole, do not overlap
// and end where the file does. All of them are checked before the values are read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/pixel_buffer.h"

namespace striate {

class InputFile;

enum class Dtype { F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL };
const char* dtype_name(Dtype dtype);  // "F32"
size_t dtype_size(Dtype dtype);       // bytes of one value

struct SafeTensor {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<int64_t> shape;  // empty: one value
  size_t offset = 0;           // bytes from the start of the values
  size_t bytes = 0;
  size_t count() const { return bytes / dtype_size(dtype); }
};

// Values that don't lie one behind the other in a file: those of formats that become a SafeTensors as well.
class TensorReader {
 public:
  virtual ~TensorReader() = default;
  // Values [first, first + count) of a tensor, by its place in tensors(), row-major in their dtype. Throws Error where
  // the file has become shorter.
  virtual void read(size_t tensor, size_t first, size_t count, uint8_t* to) const = 0;
};

class SafeTensors {
 public:
  // Throws Error{file: rule broken, hint}.
  static SafeTensors read(const std::string& path);
  static SafeTensors read(const uint8_t* data, size_t size, const std::string& name);
  // The same checks, but the values stay in the file, which stays open: floats() reads them when asked for, raw(),
  // doubles() and bytes() are not for such an object. For files as large as the memory.
  static SafeTensors open(const std::string& path);
  // What a reader of another format found (torch_file.h); names differ. As with open(), floats() alone gives values.
  static SafeTensors of(std::string name, std::vector<SafeTensor> tensors, std::map<std::string, std::string> metadata,
                        std::shared_ptr<const TensorReader> values, std::vector<std::string> notes);

  const std::vector<SafeTensor>& tensors() const { return tensors_; }               // in order of their offsets
  const std::map<std::string, std::string>& metadata() const { return metadata_; }  // __metadata__
  // What a user should know of how the weights were found in a file; of safetensors: nothing.
  const std::vector<std::string>& notes() const { return notes_; }
  bool has(const std::string& name) const { return index_.find(name) != index_.end(); }
  const SafeTensor& at(const std::string& name) const;  // throws Error: no such tensor
  const uint8_t* raw(const SafeTensor& tensor) const;   // may be unaligned

  // The values, whatever their dtype, converted (rounded to nearest where the type has fewer digits).
  std::vector<float> floats(const std::string& name) const;
  // Values [first, first + count) of a tensor. Throws Error where the file has become shorter.
  void floats(const SafeTensor& tensor, size_t first, size_t count, float* to) const;
  std::vector<double> doubles(const std::string& name) const;
  // The values of a U8 or BOOL tensor. Throws Error for other dtypes.
  std::vector<uint8_t> bytes(const std::string& name) const;

 private:
  std::string name_;  // of the file
  std::vector<SafeTensor> tensors_;
  std::map<std::string, size_t> index_;
  std::map<std::string, std::string> metadata_;
  PixelBuffer<uint8_t> values_;            // where the file is not open
  std::shared_ptr<const InputFile> file_;  // of open()
  uint64_t values_begin_ = 0;
  std::shared_ptr<const TensorReader> elsewhere_;  // of of()
  std::vector<std::string> notes_;
};

// Collects tensors, then writes them atomically. The data are copied when added.
class SafeTensorsWriter {
 public:
  std::map<std::string, std::string> metadata;

  // Throws Error: a name that is empty, "__metadata__" or used before; a shape that `count` values do not fill.
  void add(const std::string& name, const std::vector<int64_t>& shape, const float* values, size_t count);
  void add(const std::string& name, Dtype dtype, const std::vector<int64_t>& shape, const void* values, size_t bytes);
  std::vector<uint8_t> to_memory() const;
  void write(const std::string& path) const;  // throws Error

 private:
  struct Entry {
    SafeTensor tensor;
    std::vector<uint8_t> values;
  };
  std::string header() const;
  std::vector<Entry> entries_;
};

float half_to_float(uint16_t bits);  // IEEE 754 binary16

}  // namespace striate
