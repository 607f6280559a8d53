#include "engine/files/byte_source.h"

#include <cstring>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : ByteSource(file_name(path)), file_(path) {}
  uint64_t size() const override { return file_.size(); }
  void read(uint64_t from, uint64_t count, uint8_t* to) const override {
    check(holds(from, count), "bytes {} to {} of the {} of {}", from, from + count, size(), name());
    file_.read(from, count, to);
  }

 private:
  InputFile file_;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::vector<uint8_t> bytes, std::string name) : ByteSource(std::move(name)), bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  void read(uint64_t from, uint64_t count, uint8_t* to) const override {
    check(holds(from, count), "bytes {} to {} of the {} of {}", from, from + count, size(), name());
    if (count > 0) std::memcpy(to, bytes_.data() + from, count);
  }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace

std::shared_ptr<const ByteSource> file_source(const std::string& path) { return std::make_shared<FileSource>(path); }

std::shared_ptr<const ByteSource> memory_source(std::vector<uint8_t> bytes, std::string name) {
  return std::make_shared<MemorySource>(std::move(bytes), std::move(name));
}

}  // namespace striate
