// Opening files that users name: every way in which that fails has its own two lines.
#pragma once

#include <cstdint>
#include <string>

#include "engine/pixel_buffer.h"

namespace striate {

// A regular file, open for reading, closed by the destructor. Positions are explicit, so reading has no state.
class InputFile {
 public:
  // Throws Error: missing, a folder, no permission, not a regular file (a pipe, a device), empty.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }  // bytes, 1 or more

  // Reads bytes [from, from + count) into `to`. Throws Error where the file has become shorter or the disk fails.
  void read(uint64_t from, uint64_t count, uint8_t* to) const;
  // Grows `bytes` until it holds the file's first `count` bytes; what it holds already is not read again.
  void read_up_to(uint64_t count, PixelBuffer<uint8_t>& bytes) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

std::string file_name(const std::string& path);  // without its folders
std::string bytes_in_words(uint64_t bytes);      // "812 bytes", "3.4 MB" (10^6), "1.2 GB"

}  // namespace striate
