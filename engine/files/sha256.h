// SHA-256 (FIPS 180-4) of a file: publishers of weights put its first digits into a file's name, as torch.hub checks
// them: resnet18-f37072fd.pth. Computed by OpenSSL's libcrypto.
#pragma once

#include <string>
#include <string_view>

namespace striate {

// 64 hexadecimal digits, lowercase.
std::string sha256_of(std::string_view bytes);
std::string sha256_of_file(const std::string& path);  // throws Error

}  // namespace striate
