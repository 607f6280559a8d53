#include "engine/files/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

class Sum {
 public:
  Sum() { check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "no SHA-256"); }
  void add(const void* data, size_t size) {
    check(EVP_DigestUpdate(context_.get(), data, size) == 1, "SHA-256 of {} bytes", size);
  }
  std::string hex() {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    check(EVP_DigestFinal_ex(context_.get(), sum, &count) == 1, "the end of SHA-256");
    std::string text;
    for (unsigned i = 0; i < count; ++i) text += fmt::format("{:02x}", sum[i]);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

}  // namespace

std::string sha256_of(std::string_view bytes) {
  Sum sum;
  sum.add(bytes.data(), bytes.size());
  return sum.hex();
}

std::string sha256_of_file(const std::string& path) {
  const InputFile file(path);
  constexpr uint64_t kPiece = 1 << 20;
  std::vector<uint8_t> piece;
  Sum sum;
  for (uint64_t at = 0; at < file.size(); at += piece.size()) {
    piece.resize(std::min(kPiece, file.size() - at));
    file.read(at, piece.size(), piece.data());
    sum.add(piece.data(), piece.size());
  }
  return sum.hex();
}

}  // namespace striate
