// Small zip archives, whole, by libzip: what a lesson and its pictures are packed in. (Of PyTorch's archives only a
// few bytes are wanted: zip_directory.h.)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

struct ZippedFile {
  std::string name;  // "/" between folders; relative, without ".." (files_of_zip checks)
  std::vector<uint8_t> bytes;
};

inline constexpr uint64_t kLargestZip = 512'000'000;  // bytes, of all its files unpacked
inline constexpr uint64_t kMostZipped = 1000;         // files

// In the archive's order, without its folders. Throws Error: not a zip archive, damaged (its checksums are compared),
// encrypted, more or larger files than the limits above, a name that leads out of the archive or stands twice.
std::vector<ZippedFile> files_of_zip(const std::string& path);

// Writes an archive, whole or not at all; deflated where that is smaller. Throws Error: it can't be written.
void write_zip(const std::string& path, const std::vector<ZippedFile>& files);

}  // namespace striate
