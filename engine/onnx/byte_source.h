// Where the bytes of a model come from: a file or memory. Positions are explicit, so reading has no state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace striate {

class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  const std::string& name() const { return name_; }  // for messages: a file's name without its folders
  virtual uint64_t size() const = 0;
  // Bytes [from, from + count) into `to`; they are within size(). Throws Error where the file has become shorter.
  virtual void read(uint64_t from, uint64_t count, uint8_t* to) const = 0;

 private:
  std::string name_;
};

// Throws Error: missing, a folder, no permission, empty.
std::shared_ptr<const ByteSource> file_source(const std::string& path);
std::shared_ptr<const ByteSource> memory_source(std::vector<uint8_t> bytes, std::string name);

// The file that a model names for the values of a tensor. Throws Error for everything but a regular file in the model's
// own folder or below: absolute paths, "..", links that lead out of it. `model`: its name in messages.
std::shared_ptr<const ByteSource> source_beside(const std::string& model, const std::string& model_path,
                                                const std::string& location, const std::string& tensor);

}  // namespace striate
