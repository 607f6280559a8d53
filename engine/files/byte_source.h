// Bytes at explicit positions, from a file that stays open or from memory: for formats whose parts are looked up
// instead of read from front to back (zip_directory.h, torch_file.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace striate {

class InputFile;

class ByteSource {
 public:
  explicit ByteSource(const std::string& path);                    // throws Error as InputFile does
  ByteSource(const uint8_t* data, size_t size, std::string name);  // a copy of them

  const std::string& name() const { return name_; }  // of the file, without its folders: for messages
  uint64_t size() const { return size_; }
  bool holds(uint64_t from, uint64_t count) const { return from <= size_ && count <= size_ - from; }
  // Bytes [from, from + count), which it holds. Throws Error where the file has become shorter.
  void read(uint64_t from, uint64_t count, uint8_t* to) const;

 private:
  std::shared_ptr<const InputFile> file_;
  std::shared_ptr<const std::vector<uint8_t>> memory_;
  std::string name_;
  uint64_t size_ = 0;
};

// An unsigned number of `size` bytes, little-endian.
inline uint64_t little_endian(const uint8_t* from, int size) {
  uint64_t value = 0;
  for (int i = size; i-- > 0;) value = value << 8 | from[i];
  return value;
}

}  // namespace striate
