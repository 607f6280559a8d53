#include "engine/files/byte_source.h"

#include <cstring>
#include <utility>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {

ByteSource::ByteSource(const std::string& path)
    : file_(std::make_shared<const InputFile>(path)), name_(file_name(path)), size_(file_->size()) {}

ByteSource::ByteSource(const uint8_t* data, size_t size, std::string name)
    : memory_(std::make_shared<const std::vector<uint8_t>>(data, data + size)), name_(std::move(name)), size_(size) {}

void ByteSource::read(uint64_t from, uint64_t count, uint8_t* to) const {
  check(holds(from, count), "bytes {} to {} of the {} of {}", from, from + count, size_, name_);
  if (count == 0) return;
  if (file_ != nullptr) {
    file_->read(from, count, to);
  } else {
    std::memcpy(to, memory_->data() + from, count);
  }
}

}  // namespace striate
