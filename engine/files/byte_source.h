// Bytes at explicit positions, so that reading has no state: from a file that stays open or from memory. For formats
// whose parts are looked up instead of read from front to back (ONNX, zip_directory.h, torch_file.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace striate {

class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  const std::string& name() const { return name_; }  // for messages: a file's name without its folders
  virtual uint64_t size() const = 0;
  bool holds(uint64_t from, uint64_t count) const { return from <= size() && count <= size() - from; }
  // Bytes [from, from + count), which it holds, into `to`. Throws Error where the file has become shorter.
  virtual void read(uint64_t from, uint64_t count, uint8_t* to) const = 0;

 private:
  std::string name_;
};

// Throws Error: missing, a folder, no permission, empty.
std::shared_ptr<const ByteSource> file_source(const std::string& path);
std::shared_ptr<const ByteSource> memory_source(std::vector<uint8_t> bytes, std::string name);

// An unsigned number of `size` bytes, little-endian.
inline uint64_t little_endian(const uint8_t* from, int size) {
  uint64_t value = 0;
  for (int i = size; i-- > 0;) value = value << 8 | from[i];
  return value;
}

}  // namespace striate
