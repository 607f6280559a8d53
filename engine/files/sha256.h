// SHA-256 (FIPS 180-4) of a file: publishers of weights put its first digits into a file's name, as torch.hub checks
// them: resnet18-f37072fd.pth.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace striate {

class Sha256 {
 public:
  void add(const uint8_t* data, size_t size);
  std::string hex();  // of all that was added, 64 digits; the last call

 private:
  void mix(const uint8_t* block);  // of 64 bytes

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> block_ = {};
  uint64_t size_ = 0;
};

std::string sha256_of_file(const std::string& path);  // throws Error

}  // namespace striate
