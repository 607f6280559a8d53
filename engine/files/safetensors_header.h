// The rules of a safetensors header, apart from reading values, so that they are checked before anything large is
// allocated. Used by safetensors.cpp alone; the format stands on top of safetensors.h.
#pragma once

#include "engine/files/safetensors.h"

namespace striate {

struct SafeTensorsHeader {
  std::vector<SafeTensor> tensors;  // in order of their offsets
  std::map<std::string, std::string> metadata;
};

bool find_dtype(const std::string& name, Dtype& dtype);
// Bytes that a tensor of this shape needs; false where a dimension is negative or the product overflows.
bool safetensors_bytes(const std::vector<int64_t>& shape, Dtype dtype, size_t& bytes);

// The N of the first 8 bytes, checked against the file's size. Throws Error.
uint64_t safetensors_header_length(const uint8_t* data, size_t size, uint64_t file_size, const std::string& name);
// Parses and checks everything else. `values_size`: bytes of the file behind the header. Throws Error.
SafeTensorsHeader parse_safetensors_header(const uint8_t* json, size_t length, uint64_t values_size,
                                           const std::string& name);

}  // namespace striate
